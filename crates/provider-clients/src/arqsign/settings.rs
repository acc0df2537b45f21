//! The settings of an account and what they mean. Everything that the contract's section 8 assumes can be changed here.
//!
//! The JSON Schema that callers see is in [`super::settings_schema`]; a test holds the defaults of both together.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::outcome::Class;
use serde::Deserialize;
use serde_json::Value;

/// The settings as given, with the contract's defaults filled in. Required ones default to nothing and are checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub base_url: String,
    pub id_responsavel: String,
    pub id_pasta: String,
    pub send_api_version: SendApiVersion,
    pub ambiguous_wait_s: u64,
    pub poll_interval_s: u64,
    pub poll_interval_with_webhook_s: u64,
    pub rate_limits: RateLimits,
    pub rate_limit_statuses: Vec<u16>,
    pub rate_limit_default_wait_s: u64,
    pub webhook: Webhook,
    pub subscription_header: SubscriptionHeader,
    pub datetime_formats: Vec<String>,
    pub bit_encoding: BitEncoding,
    pub dados_assinatura_parent: DadosAssinaturaParent,
    pub signer_data: SignerData,
    pub phone_format: PhoneFormat,
    pub signature_box_mm: BoxSize,
    pub max_total_bytes: u64,
    pub max_recipients: u32,
    pub download_mode: DownloadMode,
    pub link_send_headers: bool,
    pub link_hosts: Vec<String>,
    pub max_artifact_bytes: u64,
    pub status_text_map: BTreeMap<String, u8>,
    pub resend_validate_key: ResendValidateKey,
    pub resend_invalidates_links: bool,
    pub cancel_body: CancelBody,
    pub credit_item_ids: CreditItemIds,
    pub error_message_pointers: Vec<String>,
    pub error_messages: BTreeMap<String, Class>,
    pub read_after_write_grace_s: u64,
    pub timeouts: Timeouts,
    pub concurrency: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://api-rest.arqsign.com".to_owned(),
            id_responsavel: String::new(),
            id_pasta: String::new(),
            send_api_version: SendApiVersion::V2,
            ambiguous_wait_s: 1800,
            poll_interval_s: 86_400,
            poll_interval_with_webhook_s: 604_800,
            rate_limits: RateLimits::default(),
            rate_limit_statuses: vec![429],
            rate_limit_default_wait_s: 60,
            webhook: Webhook::default(),
            subscription_header: SubscriptionHeader::SubscriptionKey,
            datetime_formats: vec!["%d/%m/%Y %H:%M:%S".to_owned()],
            bit_encoding: BitEncoding::default(),
            dados_assinatura_parent: DadosAssinaturaParent::AssinarOnline,
            signer_data: SignerData::default(),
            phone_format: PhoneFormat::E164,
            signature_box_mm: BoxSize::default(),
            max_total_bytes: 100_000_000,
            max_recipients: 50,
            download_mode: DownloadMode::Base64,
            link_send_headers: false,
            link_hosts: Vec::new(),
            max_artifact_bytes: 200_000_000,
            status_text_map: BTreeMap::new(),
            resend_validate_key: ResendValidateKey::Validar,
            resend_invalidates_links: true,
            cancel_body: CancelBody::None,
            credit_item_ids: CreditItemIds::default(),
            error_message_pointers: ["/message", "/mensagem", "/Message", "/Mensagem", "/title", "/detail", "/error"]
                .map(str::to_owned)
                .to_vec(),
            error_messages: BTreeMap::new(),
            read_after_write_grace_s: 60,
            timeouts: Timeouts::default(),
            concurrency: 4,
        }
    }
}

/// Which call creates and sends: 2.1, or 2.2 with signing links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SendApiVersion {
    V2,
    V3,
}

/// The plan's rate limits, and how much of the month is kept for sending and canceling. Source: contract section 6.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RateLimits {
    pub per_second: u32,
    pub per_minute: u32,
    pub per_hour: u32,
    pub per_month: u32,
    pub reserved_percent: u32,
}

impl Default for RateLimits {
    /// The smallest plan's.
    fn default() -> Self {
        Self { per_second: 4, per_minute: 80, per_hour: 80, per_month: 80, reserved_percent: 20 }
    }
}

/// The webhook that the broker registers and looks after.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Webhook {
    pub enabled: bool,
    pub auto_reactivate: bool,
    pub check_every_s: Option<u64>,
    pub hmac_encoding: HmacEncoding,
    pub event_map: BTreeMap<String, u8>,
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            enabled: true,
            auto_reactivate: true,
            check_every_s: None,
            hmac_encoding: HmacEncoding::Auto,
            event_map: EVENTS.iter().map(|(name, trigger)| ((*name).to_owned(), *trigger)).collect(),
        }
    }
}

/// The names of events by trigger (A13). Source: contract section 4.
pub(super) const EVENTS: [(&str, u8); 8] = [
    ("ProcessoEnviado", 1),
    ("ProcessoFalhaEnvio", 2),
    ("ProcessoAssinado", 3),
    ("ProcessoRecusado", 4),
    ("ProcessoCancelado", 5),
    ("ProcessoExpirado", 6),
    ("ProcessoReenviado", 7),
    ("ProcessoConcluido", 8),
];

/// How the proof in a webhook's header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HmacEncoding {
    Auto,
    Base64,
    Hex,
}

/// The name of the second key's header (A16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum SubscriptionHeader {
    SubscriptionKey,
    #[serde(rename = "Subscription-Key")]
    Hyphenated,
    #[serde(rename = "Ocp-Apim-Subscription-Key")]
    Gateway,
}

impl SubscriptionHeader {
    /// The header's name, lower case.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SubscriptionKey => "subscriptionkey",
            Self::Hyphenated => "subscription-key",
            Self::Gateway => "ocp-apim-subscription-key",
        }
    }
}

/// How yes and no are written (A2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BitForm {
    Bool,
    Int,
}

/// How yes and no are written, with exceptions by member (A2).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BitEncoding {
    pub default: BitForm,
    pub fields: BTreeMap<String, BitForm>,
}

impl Default for BitEncoding {
    fn default() -> Self {
        Self { default: BitForm::Bool, fields: BTreeMap::from([("gerarQrCode".to_owned(), BitForm::Int)]) }
    }
}

impl BitEncoding {
    /// `yes` as the member `name` has it.
    pub(super) fn write(&self, name: &str, yes: bool) -> Value {
        match self.fields.get(name).copied().unwrap_or(self.default) {
            BitForm::Bool => Value::from(yes),
            BitForm::Int => Value::from(u8::from(yes)),
        }
    }
}

/// Where `dadosAssinatura` stands (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DadosAssinaturaParent {
    AssinarOnline,
    AssinaturaEletronica,
}

/// What an electronic signature asks the signer to enter.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SignerData {
    pub require_name: bool,
    pub require_document: bool,
    pub document: SignerDocument,
}

impl Default for SignerData {
    fn default() -> Self {
        Self { require_name: true, require_document: true, document: SignerDocument::Cpf }
    }
}

/// The identity document that is asked for when the envelope names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SignerDocument {
    Cpf,
    Cnh,
    Rg,
}

/// How telephone numbers are written (A19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhoneFormat {
    E164,
    Digits,
}

/// The size of a signature whose field has none, in millimetres.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BoxSize {
    pub width: f64,
    pub height: f64,
}

impl Default for BoxSize {
    fn default() -> Self {
        Self { width: 60.0, height: 20.0 }
    }
}

/// How signed documents are fetched (A6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DownloadMode {
    Base64,
    Link,
}

/// The name of the member that says "must match" in 2.7 (A8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum ResendValidateKey {
    #[serde(rename = "validar")]
    Validar,
    #[serde(rename = "validarDocumento")]
    ValidarDocumento,
}

impl ResendValidateKey {
    /// The member's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Validar => "validar",
            Self::ValidarDocumento => "validarDocumento",
        }
    }
}

/// The body of a cancellation (A17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CancelBody {
    None,
    EmptyObject,
}

/// The ids of what is paid for (A9).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CreditItemIds {
    pub sendings: u64,
    pub whatsapp: u64,
    pub sms: u64,
}

impl Default for CreditItemIds {
    fn default() -> Self {
        Self { sendings: 1, whatsapp: 2, sms: 3 }
    }
}

/// Time-outs, in seconds. Source: contract section 5.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Timeouts {
    pub connect_s: u64,
    pub send_s: u64,
    pub download_s: u64,
    pub call_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_s: 10, send_s: 180, download_s: 180, call_s: 30 }
    }
}

/// A month, as quotas count it.
pub(super) const MONTH_S: u64 = 30 * 86_400;

impl Settings {
    /// How often the webhook is looked after: every six hours (contract section 4), but with no more than a tenth of the
    /// month's calls, which a small plan could not spare.
    pub(super) fn webhook_check_every(&self) -> Duration {
        let tenth = u64::from((self.rate_limits.per_month / 10).max(1));
        let every = self.webhook.check_every_s.unwrap_or_else(|| (MONTH_S / tenth).max(21_600));
        Duration::from_secs(every)
    }
}
