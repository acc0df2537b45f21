//! What the control API and the pages show of operations.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::config::Variants;
use super::policy::{Rectangle, StampPages};
use super::state::{End, Flow, Operation, OperationFile, OperationState, Outcome};
use super::{VENDOR, launch};
use crate::transactions::{Person, Transaction};

/// A file of an operation.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    /// `sourceId` as sent; none in the direct flow.
    pub source_id: Option<String>,
    /// `documentId` as answered; none in the direct flow.
    pub document_id: Option<String>,
    /// File name as sent.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the file as received, lower-case hexadecimal.
    pub sha256: String,
    /// `signatureFormat` as sent.
    pub signature_format: String,
    /// `signatureType` as sent.
    pub signature_type: String,
    /// `parameters` as sent.
    pub parameters: Map<String, Value>,
    /// Pages with a stamp.
    pub stamp_pages: StampPages,
    /// Where the stamp goes; none when the signature is not visible.
    pub stamp: Option<Rectangle>,
    /// Once it is signed.
    pub signature_id: Option<String>,
    /// Once it failed.
    pub error_code: Option<String>,
}

/// An operation and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct OperationView {
    /// `operationId`.
    pub id: String,
    /// API key of the application that opened it.
    pub api_key: String,
    /// How it was opened.
    pub flow: Flow,
    /// `sessionId` as sent.
    pub session_id: String,
    /// `fileCount` as sent, or the number of files.
    pub file_count: usize,
    /// `autoSend`.
    pub auto_send: bool,
    /// `locale` as sent, or `es`.
    pub locale: String,
    /// The filters as understood: members `certificate`, `ca` and `number`, null where there is none.
    pub filters: Value,
    /// The first identity number of the filter; empty without one.
    pub contact: String,
    /// In the order of arrival.
    pub files: Vec<FileView>,
    /// Where it stands.
    pub state: OperationState,
    /// The signer could start it, or did.
    pub live: bool,
    /// The signer can act now.
    pub may_act: bool,
    /// The vendor knows it no longer.
    pub gone: bool,
    /// The certificate that was used.
    pub certificate: Option<Map<String, Value>>,
    /// The code of an operation that failed as a whole.
    pub error_code: Option<String>,
    /// Virtual time of its creation.
    pub created_at: DateTime<Utc>,
    /// Virtual time of its end.
    pub ended_at: Option<DateTime<Utc>>,
    /// The link that starts the desktop program.
    pub launch_url: String,
    /// The page that plays the desktop program; none before the preparation is complete.
    pub sign_url: Option<String>,
}

impl OperationView {
    /// Whom the pages call the signer.
    pub(super) fn signer(&self) -> String {
        if self.contact.is_empty() { "Firmante".to_owned() } else { format!("Firmante {}", self.contact) }
    }

    /// The operation in the shape that all vendors share.
    pub(crate) fn transaction(self) -> Transaction {
        let sources: Vec<&str> = self.files.iter().filter_map(|file| file.source_id.as_deref()).collect();
        let names: Vec<&str> = self.files.iter().map(|file| file.filename.as_str()).collect();
        Transaction {
            vendor: VENDOR,
            correlation: (!sources.is_empty()).then(|| sources.join(";")),
            name: names.join(", "),
            live: self.live,
            people: vec![Person {
                name: self.signer(),
                contact: self.contact.clone(),
                state: self.state.word().to_owned(),
                may_act: self.may_act,
                sign_url: self.sign_url.clone(),
            }],
            state: self.state.word().to_owned(),
            id: self.id,
        }
    }
}

/// The page that plays the desktop program for an operation.
pub(super) fn desktop_url(base_url: &str, id: &str) -> String {
    format!("{base_url}/desktop/{id}")
}

/// An operation as it stands now; `base_url` is the vendor's own.
pub(super) fn operation_view(
    operation: &Operation,
    base_url: &str,
    now: DateTime<Utc>,
    variants: &Variants,
) -> OperationView {
    let (certificate, error_code) = match &operation.outcome {
        Some(Outcome { end: End::Signed(certificate), .. }) => (Some(certificate.members().clone()), None),
        Some(Outcome { end: End::Failed(code), .. }) => (None, Some(code.code.clone())),
        Some(Outcome { end: End::Cancelled, .. }) | None => (None, None),
    };
    OperationView {
        id: operation.id.clone(),
        api_key: operation.application.clone(),
        flow: operation.flow,
        session_id: operation.session_id.clone(),
        file_count: operation.file_count,
        auto_send: operation.auto_send,
        locale: operation.locale.clone(),
        // A struct of plain members cannot fail to become a value.
        filters: serde_json::to_value(&operation.filters).unwrap_or_default(),
        contact: operation.contact().to_owned(),
        files: operation.files.iter().map(file_view).collect(),
        state: operation.state(now, variants),
        live: operation.is_live(now, variants),
        may_act: operation.may_act(now, variants).is_ok(),
        gone: operation.is_gone(now, variants),
        certificate,
        error_code,
        created_at: operation.created_at,
        ended_at: operation.outcome.as_ref().map(|outcome| outcome.at),
        launch_url: launch::link(base_url, &operation.id, operation.flow),
        sign_url: operation.ready.then(|| desktop_url(base_url, &operation.id)),
    }
}

fn file_view(file: &OperationFile) -> FileView {
    FileView {
        source_id: file.source_id.clone(),
        document_id: file.document_id.clone(),
        filename: file.filename.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        signature_format: file.policy.format.clone(),
        signature_type: file.policy.packaging.clone(),
        parameters: file.policy.parameters.clone(),
        stamp_pages: file.policy.pages.clone(),
        stamp: file.policy.rectangle,
        signature_id: file.signature.as_ref().map(|signature| signature.id.clone()),
        error_code: file.error.as_ref().map(|error| error.code.clone()),
    }
}
