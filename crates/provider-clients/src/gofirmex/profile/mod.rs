//! What the vendor's private reference would say: paths, names, pointers, words and limits, every one of which an account
//! may correct. The defaults are those of the contract's section 11.1, in `defaults.json`; an account's `profile` is
//! merged over them.

mod fields;

use std::collections::BTreeMap;

use domain::envelope::{Notary, SignatureLevel};
use domain::outcome::Class;
use domain::states::SubmissionState;
use serde::Deserialize;
use serde_json::Value;

pub(super) use self::fields::{DocumentFields, Fields, IdentityFields, PortfolioFields, SignerFields, StartFields};
use super::endpoint::Endpoint;

/// The defaults. Source: contract section 11.1; with the pointers into the answers of 3.5 and 3.6 and to the times of
/// callbacks, which stand there in examples only.
pub(super) fn defaults() -> Value {
    serde_json::from_str(include_str!("defaults.json")).unwrap_or_default()
}

/// `patch` over `target`: an object member by member, `null` takes a member away, all else replaces. Source: RFC 7396.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in members {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The profile of an account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default, rename = "base_url")]
    _base_url: Option<String>,
    pub calls: Calls,
    pub jwt: Jwt,
    pub fields: Fields,
    pub document_style: DocumentStyle,
    pub document_hash: DocumentHash,
    pub order_mode: OrderMode,
    pub nin_format: NinFormat,
    pub phone_format: PhoneFormat,
    pub notification_codes: NotificationCodes,
    pub signature_codes: SignatureCodes,
    pub identity_documents_required_for: Vec<Notary>,
    pub required_identity_kinds: Vec<String>,
    pub portfolio_types: BTreeMap<String, String>,
    pub document_types: BTreeMap<String, String>,
    pub identity_document_types: BTreeMap<String, Option<String>>,
    pub response: Response,
    pub error_codes: BTreeMap<String, Class>,
    pub already_started: AlreadyStarted,
    pub callback: Callback,
    pub status_map: BTreeMap<String, SubmissionState>,
    pub rejected_by_client_as: SubmissionState,
    pub download: Download,
    pub limits: ProfileLimits,
    pub timeouts: Timeouts,
    pub concurrency: u32,
    pub verify_probe: bool,
}

/// The vendor's calls; an optional one that is not there is never made (G6).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    create_portfolio: CallSpec,
    add_document: CallSpec,
    add_identity_document: CallSpec,
    start: CallSpec,
    get_portfolio: Option<CallSpec>,
    find_portfolio: Option<CallSpec>,
    cancel_portfolio: Option<CallSpec>,
    resend: Option<CallSpec>,
}

impl Calls {
    /// How `endpoint` is called; `None` where the account does not have it.
    pub(super) fn of(&self, endpoint: Endpoint) -> Option<&CallSpec> {
        match endpoint {
            Endpoint::CreatePortfolio => Some(&self.create_portfolio),
            Endpoint::AddDocument => Some(&self.add_document),
            Endpoint::AddIdentityDocument => Some(&self.add_identity_document),
            Endpoint::Start => Some(&self.start),
            Endpoint::GetPortfolio => self.get_portfolio.as_ref(),
            Endpoint::FindPortfolio => self.find_portfolio.as_ref(),
            Endpoint::CancelPortfolio => self.cancel_portfolio.as_ref(),
            Endpoint::Resend => self.resend.as_ref(),
            Endpoint::Download => None,
        }
    }

    /// Whether the account has `endpoint`.
    pub(super) fn has(&self, endpoint: Endpoint) -> bool {
        self.of(endpoint).is_some()
    }
}

/// Method and path of a call. `{portfolio_id}`, `{client_portfolio_id}` and `{signer_nin}` in the path are filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallSpec {
    pub method: HttpMethod,
    pub path: String,
}

/// Methods that a profile may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum HttpMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// How the token is made and sent (G2, G33).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jwt {
    pub algorithm: Algorithm,
    pub header: TokenHeader,
    pub prefix: String,
    #[serde(default)]
    pub kid: Option<String>,
    pub claims: BTreeMap<String, Value>,
    pub iat_offset_s: i64,
    pub ttl_s: i64,
    pub send_exp: bool,
}

/// Signature algorithms of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
}

/// Headers in which a token may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum TokenHeader {
    Authorization,
    #[serde(rename = "X-Authorization")]
    XAuthorization,
    #[serde(rename = "X-Access-Token")]
    XAccessToken,
    #[serde(rename = "X-Auth-Token")]
    XAuthToken,
}

impl TokenHeader {
    /// The header's name, lower case.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::XAuthorization => "x-authorization",
            Self::XAccessToken => "x-access-token",
            Self::XAuthToken => "x-auth-token",
        }
    }
}

/// Which generation of document fields is sent (G12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DocumentStyle {
    Code,
    Flags,
}

/// The digest that goes along in style `flags` (G37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DocumentHash {
    None,
    Sha256Hex,
    Sha256Base64,
}

/// When the place of a signer in the order is sent (G9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrderMode {
    WhenNeeded,
    Always,
    Never,
}

/// How a RUT is written (G30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NinFormat {
    HyphenNoDots,
    HyphenDots,
    Plain,
}

/// How a phone number is written (G31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhoneFormat {
    E164,
    Digits,
    NotSent,
}

/// Who invites a signer (G35).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotificationCodes {
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub none: Option<String>,
}

/// The words for kinds of signature, by level and notary's part (G12).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureCodes {
    pub simple: NotaryCodes,
    pub advanced: NotaryCodes,
}

/// The words of one level by the notary's part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NotaryCodes {
    pub none: Option<String>,
    pub certification: Option<String>,
    pub validation: Option<String>,
    pub full: Option<String>,
}

impl NotaryCodes {
    /// The word for a notary's part.
    pub(super) fn of(&self, notary: Notary) -> Option<&str> {
        match notary {
            Notary::None => self.none.as_deref(),
            Notary::Certification => self.certification.as_deref(),
            Notary::Validation => self.validation.as_deref(),
            Notary::Full => self.full.as_deref(),
            Notary::Protocolization => None,
        }
    }
}

impl SignatureCodes {
    /// The words of a level.
    pub(super) fn level(&self, level: SignatureLevel) -> Option<&NotaryCodes> {
        match level {
            SignatureLevel::Simple => Some(&self.simple),
            SignatureLevel::Advanced => Some(&self.advanced),
            SignatureLevel::Qualified => None,
        }
    }
}

/// Where things stand in answers: lists of JSON pointers, the first that resolves counts (G3, G4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Response {
    pub success: Vec<String>,
    pub portfolio_id: Vec<String>,
    pub document_id: Vec<String>,
    pub message: Vec<String>,
    pub detail: Vec<String>,
    pub code: Vec<String>,
    pub portfolio: Vec<String>,
    pub portfolios: Vec<String>,
    pub rejection_message: Vec<String>,
    pub rejection_detail: Vec<String>,
}

/// What says that a portfolio was started before (G27).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlreadyStarted {
    pub http: Vec<u16>,
    pub codes: Vec<String>,
}

/// Where things stand in callbacks, and the answer to them (G16 to G22).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Callback {
    pub event: Vec<String>,
    pub event_names: EventNames,
    pub portfolio_id: Vec<String>,
    pub client_portfolio_id: Vec<String>,
    pub status: Vec<String>,
    pub signers: Vec<String>,
    pub signer_nin: Vec<String>,
    pub signer_sign_url: Vec<String>,
    pub signed_by: Vec<String>,
    pub document_id: Vec<String>,
    pub client_document_id: Vec<String>,
    pub download_url: Vec<String>,
    pub documents: Vec<String>,
    pub document_download_url: Vec<String>,
    pub message: Vec<String>,
    pub detail: Vec<String>,
    pub occurred_at: Vec<String>,
    #[serde(default)]
    pub auth_header: Option<String>,
    pub reply: CallbackReply,
}

/// The words for the kinds of callbacks (G17).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventNames {
    pub portfolio_accepted: Vec<String>,
    pub document_signed: Vec<String>,
    pub portfolio_completed: Vec<String>,
    pub portfolio_rejected: Vec<String>,
}

/// The answer to a callback that is on disk (G19).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallbackReply {
    pub status: u16,
    pub body: Value,
}

/// How links of finished portfolios are fetched (G7).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Download {
    pub send_jwt: SendJwt,
    pub allow_zip: bool,
}

/// When a download carries the token; never to another host than the API's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SendJwt {
    #[serde(rename = "on_401_same_host")]
    On401SameHost,
    SameHost,
    Never,
}

/// Sizes and counts that are checked before sending (G8).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileLimits {
    pub max_document_bytes: u64,
    pub max_identity_bytes: u64,
    pub max_documents: u32,
    pub max_recipients: u32,
}

/// Times (G25, G40).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Timeouts {
    pub connect_s: u64,
    pub call_s: u64,
    pub upload_s: u64,
    pub start_grace_s: u64,
    pub acceptance_timeout_h: u64,
    pub completion_timeout_h: u64,
}
