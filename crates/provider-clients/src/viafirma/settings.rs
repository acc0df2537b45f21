//! The settings of an account and what they mean. Everything that the contract's section 8 assumes can be changed here.
//!
//! The JSON Schema that callers see is in [`super::settings_schema`]; a test holds the defaults of both together.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::outcome::Class;
use serde::Deserialize;

/// The settings as given, with the contract's defaults filled in. Required ones default to nothing and are checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub service_base_url: String,
    pub public_base_url: String,
    pub flow: Flow,
    pub ca_bundle_pem: Option<String>,
    pub auth: Auth,
    pub session_id_format: SessionIdFormat,
    pub filter_operator_case: OperatorCase,
    pub locale: String,
    pub add_files_concurrency: u32,
    pub max_filename_chars: usize,
    pub signature_format: String,
    pub signature_algorithm: String,
    pub digest_method: String,
    pub include_timestamp: bool,
    pub extra_policy_parameters: BTreeMap<String, String>,
    pub add_file: AddFile,
    pub finish: Finish,
    pub restart_pauses_s: Vec<u64>,
    pub launch_scheme: String,
    pub launch_template: String,
    pub poll: Poll,
    pub poll_interval_s: u64,
    pub result: ResultReading,
    pub download: Download,
    pub max_artifact_bytes: u64,
    pub health: Health,
    pub verify_with: VerifyWith,
    pub error_code_overrides: BTreeMap<String, CodeClass>,
    pub operation_ttl_s: u64,
    pub max_operations_per_recipient: u32,
    pub allow_chain: bool,
    pub qualified_signatures: bool,
    pub require_validated_certificate: bool,
    pub require_identity_confirmation: bool,
    pub max_files: u32,
    pub max_file_bytes: u64,
    pub position: PositionFrame,
    pub max_rps: u32,
    pub concurrency: u32,
    pub timeouts: Timeouts,
}

/// The link of the batch flow. Source: contract section 2.4.
pub(super) const LAUNCH_TEMPLATE: &str = "{scheme}://?url={public_base_url}&operationId={operationId}&isParallel=true";

impl Default for Settings {
    fn default() -> Self {
        Self {
            service_base_url: String::new(),
            public_base_url: String::new(),
            flow: Flow::Batch,
            ca_bundle_pem: None,
            auth: Auth::default(),
            session_id_format: SessionIdFormat::Hex32,
            filter_operator_case: OperatorCase::Upper,
            locale: "es".to_owned(),
            add_files_concurrency: 1,
            max_filename_chars: 255,
            signature_format: "PAdES_BASIC".to_owned(),
            signature_algorithm: "SHA256withRSA".to_owned(),
            digest_method: "SHA256".to_owned(),
            include_timestamp: false,
            extra_policy_parameters: BTreeMap::new(),
            add_file: AddFile::default(),
            finish: Finish::default(),
            restart_pauses_s: vec![1, 5, 25],
            launch_scheme: "viafirmawpfclient".to_owned(),
            launch_template: LAUNCH_TEMPLATE.to_owned(),
            poll: Poll::default(),
            poll_interval_s: 60,
            result: ResultReading::default(),
            download: Download::default(),
            max_artifact_bytes: 100 * 1024 * 1024,
            health: Health::default(),
            verify_with: VerifyWith::SignatureResult,
            error_code_overrides: BTreeMap::new(),
            operation_ttl_s: 86_400,
            max_operations_per_recipient: 5,
            allow_chain: true,
            qualified_signatures: false,
            require_validated_certificate: true,
            require_identity_confirmation: true,
            max_files: 100,
            max_file_bytes: 20 * 1024 * 1024,
            position: PositionFrame::default(),
            max_rps: 5,
            concurrency: 4,
            timeouts: Timeouts::default(),
        }
    }
}

/// How files reach the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Flow {
    Batch,
}

/// Which calls carry the credentials (V4).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Auth {
    pub send_on_all: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self { send_on_all: true }
    }
}

/// How session ids are written (V5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionIdFormat {
    Hex32,
    Uuid,
}

/// The case of a filter's operator (V6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OperatorCase {
    Upper,
    Lower,
}

/// Reading the answer to an added file (V11).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AddFile {
    pub pointers: AddFilePointers,
}

/// Where the members of that answer are.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AddFilePointers {
    pub document_id: String,
    pub error_code: String,
    pub error_message: String,
}

impl Default for AddFilePointers {
    fn default() -> Self {
        Self {
            document_id: "/documentId".to_owned(),
            error_code: "/errorCode".to_owned(),
            error_message: "/errorMessage".to_owned(),
        }
    }
}

/// Closing the preparation (V12).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Finish {
    pub enabled: bool,
    pub method: FinishMethod,
    pub path: String,
    pub body: FinishBody,
}

impl Default for Finish {
    fn default() -> Self {
        Self {
            enabled: true,
            method: FinishMethod::Post,
            path: "/api/rest/services/preparesignature/finish/{operationId}".to_owned(),
            body: FinishBody::None,
        }
    }
}

/// The method of the closing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum FinishMethod {
    Post,
    Put,
    Get,
}

/// The body of the closing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FinishBody {
    None,
    OperationIdJson,
}

/// Where the members of the polling answer are (V14), and how many refusals are borne.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Poll {
    pub finished: String,
    pub signature: String,
    pub error: String,
    pub cancelled: String,
    pub error_code: String,
    pub error_message: String,
    pub max_refusals: u32,
}

impl Default for Poll {
    fn default() -> Self {
        let at = |member: &str| format!("/{member}");
        Self {
            finished: at("isFinished"),
            signature: at("isSignature"),
            error: at("isError"),
            cancelled: at("isCancelled"),
            error_code: at("errorCode"),
            error_message: at("errorMessage"),
            max_refusals: 5,
        }
    }
}

/// How long a finished operation may be without a result (V16).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ResultReading {
    pub retry_count: u32,
    pub retry_window_s: u64,
}

impl Default for ResultReading {
    fn default() -> Self {
        Self { retry_count: 5, retry_window_s: 120 }
    }
}

/// Where files are fetched (V18).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Download {
    pub base: DownloadBase,
    pub signed_path: String,
    pub receipt_path: String,
    pub original_path: String,
    pub qr_path: String,
    pub evidence: Vec<EvidenceFile>,
}

impl Default for Download {
    fn default() -> Self {
        Self {
            base: DownloadBase::Public,
            signed_path: "/v/{signatureId}?d=true".to_owned(),
            receipt_path: "/v/{signatureId}?j".to_owned(),
            original_path: "/v/{signatureId}?o".to_owned(),
            qr_path: "/downloadComprobanteQR?codFirma={signatureId}&tipo=png".to_owned(),
            evidence: vec![EvidenceFile::Receipt],
        }
    }
}

/// Which of the two addresses downloads begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DownloadBase {
    Public,
    Service,
}

/// Files that are fetched beside a signed document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EvidenceFile {
    Receipt,
    Qr,
    Original,
}

/// Whether the server answers (V19).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Health {
    pub path: String,
}

impl Default for Health {
    fn default() -> Self {
        Self { path: "/viafirma.js".to_owned() }
    }
}

/// By which call credentials are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerifyWith {
    SignatureResult,
    Health,
}

/// What an operator says a code of the vendor means (V20): a class, or one of the two meanings that are no failure of a
/// request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CodeClass {
    InvalidRequest,
    Authentication,
    Permission,
    InsufficientCredit,
    NotFound,
    Conflict,
    RateLimited,
    ProviderUnavailable,
    ProviderError,
    SignerCertificate,
    SignerCancelled,
}

impl CodeClass {
    /// The class; `None` for what concerns the signer.
    pub(super) fn class(self) -> Option<Class> {
        Some(match self {
            Self::InvalidRequest => Class::InvalidRequest,
            Self::Authentication => Class::Authentication,
            Self::Permission => Class::Permission,
            Self::InsufficientCredit => Class::InsufficientCredit,
            Self::NotFound => Class::NotFound,
            Self::Conflict => Class::Conflict,
            Self::RateLimited => Class::RateLimited,
            Self::ProviderUnavailable => Class::ProviderUnavailable,
            Self::ProviderError => Class::ProviderError,
            Self::SignerCertificate | Self::SignerCancelled => return None,
        })
    }
}

/// How the vendor counts places on a page (V25).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PositionFrame {
    pub unit: Unit,
    pub origin: Origin,
    pub default_width: f64,
    pub default_height: f64,
}

impl Default for PositionFrame {
    fn default() -> Self {
        Self { unit: Unit::Points, origin: Origin::BottomLeft, default_width: 180.0, default_height: 60.0 }
    }
}

/// The unit of a stamp's rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Points,
    Millimetres,
    Pixels,
}

/// The corner that a stamp's rectangle is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    BottomLeft,
    TopLeft,
}

/// Time-outs, in seconds. Source: contract section 5.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Timeouts {
    pub connect_s: u64,
    pub add_file_s: u64,
    pub download_s: u64,
    pub call_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_s: 10, add_file_s: 120, download_s: 120, call_s: 30 }
    }
}

impl Settings {
    /// The pauses before each new preparation after a doubt.
    pub(super) fn restart_pauses(&self) -> Vec<Duration> {
        self.restart_pauses_s.iter().copied().map(Duration::from_secs).collect()
    }
}
