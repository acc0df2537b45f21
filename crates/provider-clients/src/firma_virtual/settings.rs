//! The settings of an account and what they mean. Everything that the contract's section 11 assumes can be changed here.
//!
//! The JSON Schema that callers see is in [`super::settings_schema`]; a test holds the defaults of both together.

use std::collections::BTreeMap;

use domain::outcome::Class;
use serde::{Deserialize, Serialize};

/// The settings as given, with the contract's defaults filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub base_url: String,
    pub owner_type: PersonType,
    pub owner_user_id: Option<u64>,
    pub default_contract_type_fee_id: Option<u64>,
    pub contract_type_id: Option<u64>,
    pub contract_type_name: Option<String>,
    pub catalogue_query: String,
    pub payment_status: PaymentStatus,
    pub default_payer: DefaultPayer,
    pub non_payer_portion: String,
    pub phone_format: PhoneFormat,
    pub qa_rut_override: Option<String>,
    pub orphan_contracts_acceptable: bool,
    pub lookup_delays_s: Vec<u64>,
    pub file_lookup_delays_s: Vec<u64>,
    pub upload_method: WriteMethod,
    pub upload_path: String,
    pub upload_field: String,
    pub upload_filename_single: String,
    pub upload_filename_multi: String,
    pub upload_extra_fields: BTreeMap<String, String>,
    pub sort_first_index: u32,
    pub delete_method: DeleteMethod,
    pub deletable_states: Vec<String>,
    pub signer_editable_states: Vec<String>,
    pub status_map: BTreeMap<String, MappedState>,
    pub draft_flag_values: DraftFlagValues,
    pub delivered_timeout_h: u64,
    pub timezone: String,
    pub artifact_url_template: String,
    pub artifact_auth: ArtifactAuth,
    pub artifact_hosts: Vec<String>,
    pub max_artifact_bytes: u64,
    pub callback_pointers: CallbackPointers,
    pub error_texts: Vec<ErrorText>,
    pub error_class_overrides: BTreeMap<String, Class>,
    pub limit_backoff_s: u64,
    pub paths: Paths,
    pub max_documents: u32,
    pub max_document_bytes: u64,
    pub token_ttl_s: u64,
    pub timeouts: Timeouts,
    pub concurrency: u32,
    pub polling: Vec<Polling>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            owner_type: PersonType::Natural,
            owner_user_id: None,
            default_contract_type_fee_id: None,
            contract_type_id: None,
            contract_type_name: None,
            catalogue_query: "ALL/0".to_owned(),
            payment_status: PaymentStatus::Pending,
            default_payer: DefaultPayer::First,
            non_payer_portion: "0".to_owned(),
            phone_format: PhoneFormat::E164,
            qa_rut_override: None,
            orphan_contracts_acceptable: false,
            lookup_delays_s: vec![5, 20, 60],
            file_lookup_delays_s: vec![2],
            upload_method: WriteMethod::Post,
            upload_path: "/api/v1/upfile".to_owned(),
            upload_field: "file".to_owned(),
            upload_filename_single: "{id}.pdf".to_owned(),
            upload_filename_multi: "{id}_{n}.pdf".to_owned(),
            upload_extra_fields: BTreeMap::new(),
            sort_first_index: 1,
            delete_method: DeleteMethod::Post,
            deletable_states: ["CREATED", "REVIEW", "APPROVED", "SIGNED_PENDING"].map(str::to_owned).into(),
            signer_editable_states: ["CREATED", "REVIEW"].map(str::to_owned).into(),
            status_map: MappedState::defaults(),
            draft_flag_values: DraftFlagValues::default(),
            delivered_timeout_h: 72,
            timezone: "UTC".to_owned(),
            artifact_url_template: "{base}/api/v1/download/{url}".to_owned(),
            artifact_auth: ArtifactAuth::Bearer,
            artifact_hosts: Vec::new(),
            max_artifact_bytes: 100 * 1024 * 1024,
            callback_pointers: CallbackPointers::default(),
            error_texts: Vec::new(),
            error_class_overrides: BTreeMap::new(),
            limit_backoff_s: 900,
            paths: Paths::default(),
            max_documents: 10,
            max_document_bytes: 50 * 1024 * 1024,
            token_ttl_s: 86_400,
            timeouts: Timeouts::default(),
            concurrency: 2,
            polling: vec![
                Polling { until_age_s: 600, every_s: 30 },
                Polling { until_age_s: 86_400, every_s: 300 },
                Polling { until_age_s: 315_360_000, every_s: 1800 },
            ],
        }
    }
}

/// A natural person or a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum PersonType {
    Natural,
    Legal,
}

impl PersonType {
    /// The word on the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Natural => "NATURAL",
            Self::Legal => "LEGAL",
        }
    }
}

/// Whether signers pay (F36); `PAIDOUT` only for accounts with a billing agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum PaymentStatus {
    Pending,
    Paidout,
}

impl PaymentStatus {
    /// The word on the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Paidout => "PAIDOUT",
        }
    }
}

/// Who pays when nobody is named (F37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DefaultPayer {
    First,
    Last,
    FirstTwo,
}

/// How a phone is written (F13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhoneFormat {
    E164,
    E164NoPlus,
    National,
}

/// The method of the upload (F19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum WriteMethod {
    Post,
    Put,
}

/// The method of the deletion (F17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum DeleteMethod {
    Post,
    Delete,
}

/// Whether the token is sent when a file is fetched from the account's own host (F25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ArtifactAuth {
    Bearer,
    None,
}

/// What a contract's state word means (F29, F30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MappedState {
    /// Not sent yet.
    Submitting,
    /// With the signers.
    Sent,
    /// Accepted; payment or signatures are due.
    InProgress,
    /// All have signed; the vendor or a notary is at work.
    Finalizing,
    /// Closed: the signed document can be fetched.
    Completed,
    /// Refused, by a signer where one refused the draft.
    Rejected,
    /// Called off.
    Canceled,
    /// The deadline passed.
    Expired,
}

impl MappedState {
    /// Source: contract section 5. `OTHER` is left out: it says nothing.
    pub(super) fn defaults() -> BTreeMap<String, Self> {
        [
            ("CREATED", Self::Submitting),
            ("REVIEW", Self::Sent),
            ("APPROVED", Self::InProgress),
            ("SIGNED_PENDING", Self::InProgress),
            ("IN_NOTARY", Self::Finalizing),
            ("DELIVERED", Self::Finalizing),
            ("FINISHED", Self::Completed),
            ("REJECTED", Self::Rejected),
        ]
        .into_iter()
        .map(|(word, state)| (word.to_owned(), state))
        .collect()
    }
}

/// The three values of a signer's draft flags (F16).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DraftFlagValues {
    pub possible: String,
    pub impossible: String,
    pub done: String,
}

impl Default for DraftFlagValues {
    fn default() -> Self {
        Self { possible: "ENABLE".to_owned(), impossible: "DISABLE".to_owned(), done: "SUCCESS".to_owned() }
    }
}

/// Where a callback says what (F26 to F28): JSON pointers, the first that holds something counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CallbackPointers {
    pub id: Vec<String>,
    pub status: Vec<String>,
    pub name: Vec<String>,
    pub document_url: Vec<String>,
}

impl CallbackPointers {
    /// The places of a contract in a callback. Source: contract section 4.
    pub(super) const CONTRACT: [&'static str; 5] = ["/contract/0", "/contract", "/contrato/0", "/contrato", ""];

    fn of(members: &[&str]) -> Vec<String> {
        members.iter().flat_map(|member| Self::CONTRACT.map(|place| format!("{place}/{member}"))).collect()
    }
}

impl Default for CallbackPointers {
    fn default() -> Self {
        Self {
            id: Self::of(&["sContractID"]),
            status: Self::of(&["sStatus"]),
            name: Self::of(&["sContractName"]),
            document_url: Self::of(&["sSignedDocumentUrl", "document_url"]),
        }
    }
}

/// A text of the vendor that is a refusal (F4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorText {
    pub pattern: String,
    pub class: Class,
}

/// Paths that the reference gives twice (F10).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Paths {
    pub new_password: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self { new_password: "/pwd/reset".to_owned() }
    }
}

/// Time-outs, in seconds (F38).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Timeouts {
    pub connect_s: u64,
    pub upload_s: u64,
    pub call_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_s: 5, upload_s: 300, call_s: 60 }
    }
}

/// The pause between two readings of a contract up to an age, in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Polling {
    pub until_age_s: u64,
    pub every_s: u64,
}
