//! What the simulated ArqSign begins with, and how it deviates from the documented behaviour on request.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::accounts::Account;

/// Accounts and variants at the start.
#[derive(Clone, Debug)]
pub struct ArqSignConfig {
    /// Customers.
    pub accounts: Vec<Account>,
    /// Deviations.
    pub variants: Variants,
}

impl Default for ArqSignConfig {
    /// The account of the contract's examples.
    fn default() -> Self {
        Self { accounts: vec![Account::demo()], variants: Variants::default() }
    }
}

/// The body of a refusal and of the confirmation of a cancelling. Source: contract section 2.18, assumption A10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageShape {
    /// A JSON text.
    #[default]
    JsonText,
    /// `{"codigo": 400, "mensagem": "…"}`.
    Object,
    /// `{"title": "…", "errors": {"…": ["…"]}}`, with the message among the errors only.
    Errors,
    /// An array of JSON texts.
    Array,
    /// Plain text.
    PlainText,
    /// Nothing.
    Empty,
}

/// The case of member names in answers. Source: contract section 1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyCase {
    /// As the contract writes each of them.
    #[default]
    Documented,
    /// The first letter small.
    Camel,
    /// The first letter a capital.
    Pascal,
}

/// How truth values are written. Source: contract section 1.1, assumption A2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BitShape {
    /// In answers as the contract writes each of them; in requests every form is taken.
    #[default]
    Any,
    /// `1` and `0`.
    Numbers,
    /// `true` and `false`.
    Booleans,
    /// `"true"` and `"false"`; in requests every form is taken.
    Texts,
}

/// How moments are written. Source: contract section 1, assumption A1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateShape {
    /// `2025-07-02T14:03:12`.
    #[default]
    Iso,
    /// `2025-07-02T14:03:12+00:00`.
    IsoWithOffset,
    /// `02/07/2025 14:03:12`.
    Brazilian,
}

/// Where `dadosAssinatura` stands in a sending. Source: contract section 2.1, assumption A3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataParent {
    /// In `assinarOnline`.
    #[default]
    AssinarOnline,
    /// In `assinaturaEletronica`.
    AssinaturaEletronica,
}

/// `ordem` of copy receivers in the answer to a sending. Source: contract assumption A5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyOrder {
    /// `null`.
    #[default]
    Null,
    /// `0`.
    Zero,
    /// `1`.
    One,
}

/// How signers' asked files are told in the answer to a sending. Source: contract section 2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentsMember {
    /// `configuracoesAnexos`, null without any.
    #[default]
    Configured,
    /// `anexos`, always null.
    Null,
}

/// How the HMAC of a webhook is written. Source: contract section 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HmacShape {
    /// Standard base64.
    #[default]
    Base64,
    /// 64 hexadecimal digits.
    Hex,
}

/// Deviations to switch on in tests. Source: contract sections 1, 2, 4, 7 and 8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// Name of the second key's header (A16).
    pub subscription_header: String,
    /// Bodies of refusals.
    pub message_shape: MessageShape,
    /// A refusal that lists one name is written in the singular.
    pub singular_messages: bool,
    /// Rules of sending, credits and files are refused with 422 in place of 400 (A12).
    pub rules_as_422: bool,
    /// A value of the wrong type is answered 500 in place of 400 (quirk 4).
    pub wrong_types_as_500: bool,
    /// A blocked account is answered 400 `Conta bloqueada.` in place of 401.
    pub blocked_account_as_400: bool,
    /// `Processo excluído.` in place of `Documento excluído.`.
    pub old_deleted_text: bool,
    /// Member names of answers.
    pub answer_keys: KeyCase,
    /// Truth values of answers.
    pub answer_bits: BitShape,
    /// Truth values that requests may use; texts stand for every form.
    pub request_bits: BitShape,
    /// Moments in answers.
    pub dates: DateShape,
    /// Answers of success have status 201.
    pub success_as_201: bool,
    /// In 2.3 `dadosAssinatura` of those who did not sign is null, and so are its parts that say nothing.
    pub null_objects: bool,
    /// In 2.3 the name `ordemDocumento` ends in a blank.
    pub blank_after_ordem_documento: bool,
    /// 2.4 answers in its older form: status 201, no ids.
    pub old_status_answer: bool,
    /// Where `dadosAssinatura` is read.
    pub data_parent: DataParent,
    /// The answer to a sending has only `IdProcesso` and `documentos` with `id` and `nome`.
    pub seed_send_answer: bool,
    /// The answer to a sending lists recipients from last to first.
    pub recipients_reversed: bool,
    /// `ordem` of copies.
    pub copy_order: CopyOrder,
    /// Asked files in the answer to a sending.
    pub attachments_member: AttachmentsMember,
    /// Largest sum of all files of a sending in bytes (A4).
    pub max_total_bytes: u64,
    /// A new process stays in `Criado` for so many virtual seconds.
    pub created_for_s: u64,
    /// Download links die so many virtual seconds after they were given out; absent: never (A6).
    pub link_ttl_s: Option<u64>,
    /// Download links want the account's two headers (A6).
    pub links_need_keys: bool,
    /// 2.6 wants the body `{}` (A17).
    pub cancel_needs_object: bool,
    /// 2.7 calls its member `validarDocumento` (A8).
    pub resend_validar_documento: bool,
    /// Signing links stay alive after a resend (A15).
    pub resend_keeps_links: bool,
    /// The month's limit is answered 403 with the word "quota" in place of 429 (A11).
    pub month_limit_as_403: bool,
    /// 429 comes without `Retry-After`.
    pub no_retry_after: bool,
    /// Item ids of 2.13 and 2.14 for sendings, WhatsApp, SMS (A9).
    pub credit_item_ids: [i64; 3],
    /// `status` of users is a number.
    pub user_status_as_number: bool,
    /// How a webhook is signed.
    pub hmac: HmacShape,
    /// Member names of webhooks; documented: capitals.
    pub webhook_keys: KeyCase,
    /// Webhooks do not carry `IdEvento`.
    pub webhook_without_event_id: bool,
    /// Names of the webhooks' events in place of the assumed ones, by trigger (A13).
    pub webhook_event_names: Vec<(i64, String)>,
    /// Webhooks carry `Status` in place of `StatusProcesso` and `IdStatusProcesso`, as in 2024.
    pub webhook_status_of_2024: bool,
    /// `RegistroAssinaturas` of webhooks is an array.
    pub webhook_records_as_array: bool,
    /// Failures count and are tried again although the configuration does not wait for an answer.
    pub failures_count_without_waiting: bool,
    /// Addresses and numbers, in small letters, to which nothing can be delivered.
    pub undeliverable: BTreeSet<String>,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            subscription_header: "SubscriptionKey".to_owned(),
            message_shape: MessageShape::default(),
            singular_messages: false,
            rules_as_422: false,
            wrong_types_as_500: false,
            blocked_account_as_400: false,
            old_deleted_text: false,
            answer_keys: KeyCase::default(),
            answer_bits: BitShape::default(),
            request_bits: BitShape::default(),
            dates: DateShape::default(),
            success_as_201: false,
            null_objects: false,
            blank_after_ordem_documento: false,
            old_status_answer: false,
            data_parent: DataParent::default(),
            seed_send_answer: false,
            recipients_reversed: false,
            copy_order: CopyOrder::default(),
            attachments_member: AttachmentsMember::default(),
            max_total_bytes: 100_000_000,
            created_for_s: 0,
            link_ttl_s: None,
            links_need_keys: false,
            cancel_needs_object: false,
            resend_validar_documento: false,
            resend_keeps_links: false,
            month_limit_as_403: false,
            no_retry_after: false,
            credit_item_ids: [1, 2, 3],
            user_status_as_number: false,
            hmac: HmacShape::default(),
            webhook_keys: KeyCase::default(),
            webhook_without_event_id: false,
            webhook_event_names: Vec::new(),
            webhook_status_of_2024: false,
            webhook_records_as_array: false,
            failures_count_without_waiting: false,
            undeliverable: BTreeSet::new(),
        }
    }
}
