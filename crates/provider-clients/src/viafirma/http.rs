//! How a call is put together: addresses, credentials, what is never shown. Source: contract sections 1 and 2.

use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::SubmissionId;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::ViafirmaAccount;
use super::settings::SessionIdFormat;
use crate::call::{Call, Method};
use crate::provider::Unbuildable;

/// Names of the vendor's endpoints, as they stand in logs and before its codes.
pub(super) mod endpoint {
    pub(in super::super) const PREPARE: &str = "prepareparallelsignature";
    pub(in super::super) const ADD_FILE: &str = "addOperationFile";
    pub(in super::super) const FINISH: &str = "finish";
    pub(in super::super) const FINISHED: &str = "operation_finished";
    pub(in super::super) const RESULT: &str = "signatureResult";
    pub(in super::super) const SIGNED: &str = "signed_document";
    pub(in super::super) const RECEIPT: &str = "receipt";
    pub(in super::super) const ORIGINAL: &str = "original_document";
    pub(in super::super) const QR: &str = "qr_receipt";
    pub(in super::super) const HEALTH: &str = "health";
}

/// The path of the services behind the service address.
const SERVICES: &str = "/api/rest/services";

/// Calls that the vendor's own pages say to carry credentials; the others do where the account says so (V4).
const NEED_CREDENTIALS: [&str; 2] = [endpoint::PREPARE, endpoint::RESULT];

impl ViafirmaAccount {
    /// A call of a service.
    pub(super) fn service(&self, endpoint: &'static str, method: Method, path: &str) -> Result<Call, Unbuildable> {
        self.call_at(endpoint, method, &format!("{}{SERVICES}{path}", self.checked.service_base))
    }

    /// A call of an address, with the account's credentials where it sends them.
    pub(super) fn call_at(&self, endpoint: &'static str, method: Method, address: &str) -> Result<Call, Unbuildable> {
        let url = Url::parse(address).map_err(|_| Unbuildable::Defect("The address is not a URL.".to_owned()))?;
        let call = Call::new(endpoint, method, url).within(Duration::from_secs(self.settings().timeouts.call_s));
        let authorised = self.settings().auth.send_on_all || NEED_CREDENTIALS.contains(&endpoint);
        Ok(if authorised { call.secret_header("authorization", self.basic()) } else { call })
    }

    fn basic(&self) -> String {
        let pair = format!("{}:{}", self.api_key.expose_secret(), self.api_password.expose_secret());
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// The session id of an attempt: nobody without the account's password can guess it, and the answer to the call that
    /// sends it can be read without having kept it. Source: contract sections 2.1 and V5.
    pub(super) fn session_id(&self, submission: SubmissionId, attempt: u32) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.api_password.expose_secret().as_bytes());
        let tag = hmac::sign(&key, format!("viafirma session/{submission}/{attempt}").as_bytes());
        let hex: String = hex::encode(tag.as_ref()).chars().take(32).collect();
        match self.settings().session_id_format {
            SessionIdFormat::Hex32 => hex,
            SessionIdFormat::Uuid => as_uuid(&hex),
        }
    }

    /// What never stands in a message that is shown.
    pub(super) fn secrets(&self) -> [&str; 2] {
        [self.api_key.expose_secret(), self.api_password.expose_secret()]
    }
}

/// 32 hexadecimal characters as a version 4 UUID.
fn as_uuid(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let variant = match part(16, 17) {
        "0" | "4" | "8" | "c" => "8",
        "1" | "5" | "9" | "d" => "9",
        "2" | "6" | "a" | "e" => "a",
        _ => "b",
    };
    format!("{}-{}-4{}-{variant}{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// What callers are shown instead of an operation's id, which is a bearer secret: the same for the same operation.
/// Source: contract sections 1 and 7.9.
pub(super) fn reference_of(operation_id: &str) -> String {
    let digest = digest::digest(&digest::SHA256, operation_id.as_bytes());
    let hex: String = hex::encode(digest.as_ref()).chars().take(32).collect();
    format!("sha256:{hex}")
}

/// A text as one segment of a path or one value of a query.
pub(super) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// A wire type as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Value, Unbuildable> {
    serde_json::to_value(value).map_err(|_| Unbuildable::Defect("The message is not JSON.".to_owned()))
}
