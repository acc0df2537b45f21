//! The settings of an account and what they mean. Everything that the contract's section 11 assumes can be changed here.
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
    pub cif_desarrollador: String,
    pub nombre_cliente: String,
    pub cif_cliente: String,
    pub email_cliente: String,
    pub origen: String,
    pub direccion_cliente: Option<String>,
    pub provincia_cliente: Option<String>,
    pub poblacion_cliente: Option<String>,
    pub tarifa_cliente: Option<String>,
    pub enviar_bienvenida: Option<bool>,
    pub nombre_remitente: Option<String>,
    pub email_remitente: Option<String>,
    pub revisa_plan: Option<bool>,
    pub enviar_url_respuesta: bool,
    pub exclusive_credentials: bool,
    pub expires_at_informational: bool,
    pub artifact_hosts: Vec<String>,
    pub upgrade_http_artifacts: bool,
    pub artifact_mode: ArtifactMode,
    pub artifact_url_rewrite: Vec<Rewrite>,
    pub max_artifact_bytes: u64,
    pub redelivery_wait_s: u64,
    pub lookup_delays_s: Vec<u64>,
    pub form_encoding: FormEncoding,
    pub boolean_style: BooleanStyle,
    pub mensaje_privado_mode: PrivateMessageMode,
    pub gestor_rule: ManagerRule,
    pub coordinate_origin: CoordinateOrigin,
    pub coordinate_basis: CoordinateBasis,
    pub coordinate_offset_x: i64,
    pub coordinate_offset_y: i64,
    pub first_page: u32,
    pub csv_filter_key: CsvFilterKeys,
    pub callback_signed_values: Vec<String>,
    pub blocked_is_attention: bool,
    pub max_document_bytes: u64,
    pub max_recipients: u32,
    pub allow_duplicate_email: bool,
    pub poll_batch_size: usize,
    pub error_class_overrides: ErrorClassOverrides,
    pub timeouts: Timeouts,
    pub concurrency: u32,
    pub polling: Vec<Polling>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://api.efirma.es".to_owned(),
            cif_desarrollador: String::new(),
            nombre_cliente: String::new(),
            cif_cliente: String::new(),
            email_cliente: String::new(),
            origen: "Rubrica".to_owned(),
            direccion_cliente: None,
            provincia_cliente: None,
            poblacion_cliente: None,
            tarifa_cliente: None,
            enviar_bienvenida: None,
            nombre_remitente: None,
            email_remitente: None,
            revisa_plan: None,
            enviar_url_respuesta: true,
            exclusive_credentials: false,
            expires_at_informational: false,
            artifact_hosts: vec!["app.efirma.es".to_owned(), "api.efirma.es".to_owned()],
            upgrade_http_artifacts: true,
            artifact_mode: ArtifactMode::Direct,
            artifact_url_rewrite: Vec::new(),
            max_artifact_bytes: 100 * 1024 * 1024,
            redelivery_wait_s: 120,
            lookup_delays_s: vec![5, 20, 60, 180],
            form_encoding: FormEncoding::Multipart,
            boolean_style: BooleanStyle::Int,
            mensaje_privado_mode: PrivateMessageMode::Recipient,
            gestor_rule: ManagerRule::OnlyCorporate,
            coordinate_origin: CoordinateOrigin::TopLeft,
            coordinate_basis: CoordinateBasis::Page,
            coordinate_offset_x: 0,
            coordinate_offset_y: 0,
            first_page: 1,
            csv_filter_key: CsvFilterKeys::default(),
            callback_signed_values: vec!["FIRMADO".to_owned()],
            blocked_is_attention: true,
            max_document_bytes: 10 * 1024 * 1024,
            max_recipients: 50,
            allow_duplicate_email: false,
            poll_batch_size: 50,
            error_class_overrides: ErrorClassOverrides::default(),
            timeouts: Timeouts::default(),
            concurrency: 4,
            polling: vec![
                Polling { until_age_s: 600, every_s: 30 },
                Polling { until_age_s: 86_400, every_s: 300 },
                Polling { until_age_s: 315_360_000, every_s: 1800 },
            ],
        }
    }
}

/// How the JSON is put into the body of calls without a file (E2); a file forces multipart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormEncoding {
    Multipart,
    Urlencoded,
}

/// How the three booleans without documented spelling are written (E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BooleanStyle {
    Int,
    Bool,
    SiNo,
}

impl BooleanStyle {
    /// `yes` in this spelling.
    pub(super) fn write(self, yes: bool) -> Value {
        match self {
            Self::Int => Value::from(u8::from(yes)),
            Self::Bool => Value::from(yes),
            Self::SiNo => Value::from(si_no(yes)),
        }
    }
}

/// `si` or `no`.
pub(super) fn si_no(yes: bool) -> &'static str {
    if yes { "si" } else { "no" }
}

/// Where private messages stand (E6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PrivateMessageMode {
    Recipient,
    TopLevel,
    Both,
}

/// When a manager must be named (E7). Naming half of one is refused by the options' schema in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ManagerRule {
    OnlyCorporate,
    AnyCorporate,
    Never,
}

/// The corner from which the vendor counts (E8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CoordinateOrigin {
    TopLeft,
    BottomLeft,
}

/// Pixels of what (E8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CoordinateBasis {
    Page,
    A4,
}

/// Whether artifacts can be fetched by their addresses (E19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ArtifactMode {
    Direct,
    CallbackOnly,
}

/// A change of artifact addresses before they are fetched (E19).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rewrite {
    pub pattern: String,
    pub replacement: String,
}

/// The spelling of the filter by verification code (E14).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CsvFilterKeys {
    pub descargar_documentos: String,
    pub descargar_documentos_firmados: String,
}

impl Default for CsvFilterKeys {
    fn default() -> Self {
        Self { descargar_documentos: "csv".to_owned(), descargar_documentos_firmados: "CSV".to_owned() }
    }
}

/// What an operator knows better than the tables about failures (E4, E11).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ErrorClassOverrides {
    pub http: BTreeMap<String, Class>,
    pub codes: Vec<CodeOverride>,
}

/// The class of one code, or of all messages of a kind, at one endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeOverride {
    pub endpoint: String,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub message_pattern: Option<String>,
    pub class: Class,
}

/// Time-outs, in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Timeouts {
    pub connect_s: u64,
    pub send_s: u64,
    pub call_s: u64,
    pub artifact_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_s: 5, send_s: 120, call_s: 30, artifact_s: 120 }
    }
}

/// The pause between two readings of a document up to an age, in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Polling {
    pub until_age_s: u64,
    pub every_s: u64,
}

impl Settings {
    /// When to look after a send in doubt (E25).
    pub(super) fn lookup_delays(&self) -> Vec<Duration> {
        self.lookup_delays_s.iter().map(|s| Duration::from_secs(*s)).collect()
    }
}
