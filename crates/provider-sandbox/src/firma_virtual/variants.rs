//! How the simulated vendor deviates from what is assumed of it, on request. Source: contract sections 10 and 11.

use serde::{Deserialize, Serialize};

use super::contract::Status;

/// How a missing or bad token is refused. Source: contract sections 2.2 and 10.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthStyle {
    /// As the framework does: 400 for a header that is missing or has no `Bearer `, 403 for a token that is not good.
    #[default]
    Skeleton,
    /// HTTP 401.
    Http401,
    /// Code 400 with the message `error`.
    Seed400,
    /// Code 200 with the message `JWT Token invalid`.
    Seed200,
    /// As the documentation's tables say: the log-in's message for the reading of a user, `JWT Token invalid` with code 200 for a user's change, `error` with 400 for the rest.
    Documented,
}

/// Where the log-in's answer has the token. Source: contract section 2.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginAnswer {
    /// `message.Authorization`.
    #[default]
    Object,
    /// `message`.
    Text,
    /// `Authorization` beside an empty `message`.
    TopLevel,
}

/// How a refusal that is no question of tokens or limits is told. Source: contract assumption F4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusals {
    /// `status: "error"` with the code.
    #[default]
    Error,
    /// A success with code 200 whose `message` is the error's text.
    SuccessText,
    /// A success with code 200 whose `message` is `{"info": "<text>"}`.
    SuccessInfo,
}

/// The payload of callbacks. Source: contract section 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackShape {
    /// `contract`, an array of one, and `signers`.
    #[default]
    Array,
    /// `contract` as an object.
    Object,
    /// `contrato` and `firmantes`.
    Spanish,
    /// The contract's members at the top level, beside `signers`.
    TopLevel,
}

/// How the final document can be fetched. Source: contract assumption F25.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Downloads {
    /// `/api/v1/download/{file}` with a token.
    #[default]
    Api,
    /// The same place, an HTML page in place of the PDF.
    Html,
    /// `/documentos/{file}` without a token, and nothing under the API.
    Public,
    /// Nowhere.
    Missing,
}

/// How RUTs are written in answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RutShape {
    /// As they came.
    #[default]
    AsSent,
    /// `76.795.561-8`.
    Dotted,
    /// `767955618`.
    Compact,
}

/// Which telephone numbers are taken. Source: contract assumption F13.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRule {
    /// 8 to 15 digits, with or without a plus before them.
    #[default]
    Any,
    /// With the plus only.
    E164,
    /// Without the plus, 11 digits or more.
    E164NoPlus,
    /// Nine national digits only.
    National,
}

/// Which word asks the catalogue for a class of contract. Source: contract assumption F11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWord {
    /// Either.
    #[default]
    Any,
    /// `TYPE`.
    Type,
    /// `CONTRACT-TYPE`.
    ContractType,
}

/// The method of the deleting call. Source: contract assumption F17.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeleteMethod {
    /// As printed.
    #[default]
    Post,
    /// As elsewhere.
    Delete,
}

/// Deviations to switch on in tests; the default is what the contract assumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// Bad tokens.
    pub auth_style: AuthStyle,
    /// HTTP 200 whatever `code` says.
    pub http_always_200: bool,
    /// The log-in's answer.
    pub login_answer: LoginAnswer,
    /// Virtual seconds that a token lives.
    pub token_ttl_s: u32,
    /// Tokens do not tell when they end.
    pub jwt_without_exp: bool,
    /// `sub` of a token is the log-in name in place of the user's id (assumption F5).
    pub jwt_sub_is_login: bool,
    /// Refusals.
    pub refusals: Refusals,
    /// Code 204 is a real HTTP 204 without a body (assumption F2).
    pub real_204: bool,
    /// `contrato` of the detail is an object in place of an array of one.
    pub contrato_as_object: bool,
    /// `modal` of the detail is a Spanish label in place of a code.
    pub modal_as_label: bool,
    /// `PAYOUT` in place of `PAIDOUT` where a signer has paid.
    pub payout: bool,
    /// RUTs in answers.
    pub rut_in_answers: RutShape,
    /// Telephone numbers in answers are the last nine digits.
    pub national_phones_in_answers: bool,
    /// Times in answers are so many minutes ahead of UTC (assumption F15); negative: behind.
    pub time_offset_min: i32,
    /// Payload of callbacks.
    pub callback_shape: CallbackShape,
    /// The callback of a finished contract names the address of its document.
    pub callback_document_url: bool,
    /// How often each callback is posted.
    pub callback_copies: u32,
    /// Of two callbacks the second comes first; those of an end are not held back.
    pub callbacks_reordered: bool,
    /// Seconds before a callback is tried again that was not answered with a 2xx, one number for each further try. The vendor documents none (assumption F28).
    pub callback_retries_s: Vec<u64>,
    /// E-mail addresses to which no mail can be sent.
    pub failing_mails: Vec<String>,
    /// Creating a contract mails its signers already (assumption F32).
    pub notify_on_create: bool,
    /// A new contract stays out of the owner's list for so many virtual seconds (assumption F31).
    pub owner_list_lag_s: u32,
    /// Download of the final document.
    pub downloads: Downloads,
    /// The signed file stands as a second, newer entry beside the draft.
    pub signed_file_beside_draft: bool,
    /// `url` of the file list is an address in place of a file name.
    pub absolute_file_urls: bool,
    /// Files are stored as `<id>_<9 digits>.pdf`, whatever name was sent.
    pub random_stored_names: bool,
    /// Name of the upload's file part (assumption F19).
    pub upload_field: String,
    /// Uploads are posted to `up-file`, where the page is, and `upfile` does not exist (assumption F19).
    pub upload_at_the_page: bool,
    /// Check digits of RUTs are verified; never while `qa_rut` is on.
    pub rut_check: bool,
    /// As in QA: nobody but `76795561-8` can be a signer.
    pub qa_rut: bool,
    /// Members that are not documented are refused.
    pub reject_unknown: bool,
    /// Telephone numbers that are taken.
    pub phone_rule: PhoneRule,
    /// Classes in the catalogue's address.
    pub class_word: ClassWord,
    /// Most files that can be joined (assumption F34).
    pub max_merge: usize,
    /// Largest file in bytes.
    pub max_document_bytes: u64,
    /// Most mails with drafts of a user in an hour. The vendor tells no figure; the default is out of the way.
    pub mail_limit: usize,
    /// The limit is told by code 400 and its text in place of 429 (assumption F7).
    pub limit_as_text: bool,
    /// First place when files are sorted (assumption F22).
    pub sort_first_index: u32,
    /// Method of deleting.
    pub delete_method: DeleteMethod,
    /// States in which a contract can be deleted (assumption F18).
    pub deletable_states: Vec<Status>,
    /// States in which signers can be changed (assumption F18).
    pub signer_editable_states: Vec<Status>,
    /// A new password is set at `/pwd/new` and no longer at `/pwd/reset` (assumption F10).
    pub new_password_elsewhere: bool,
    /// Virtual milliseconds from the last deed until the result is delivered.
    pub delivered_after_ms: u64,
    /// Virtual milliseconds from there until the contract is finished.
    pub finished_after_ms: u64,
    /// A delivered contract is never finished (assumption F30).
    pub stays_delivered: bool,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            auth_style: AuthStyle::default(),
            http_always_200: false,
            login_answer: LoginAnswer::default(),
            token_ttl_s: 72 * 3_600,
            jwt_without_exp: false,
            jwt_sub_is_login: false,
            refusals: Refusals::default(),
            real_204: false,
            contrato_as_object: false,
            modal_as_label: false,
            payout: false,
            rut_in_answers: RutShape::default(),
            national_phones_in_answers: false,
            time_offset_min: 0,
            callback_shape: CallbackShape::default(),
            callback_document_url: false,
            callback_copies: 1,
            callbacks_reordered: false,
            callback_retries_s: Vec::new(),
            failing_mails: Vec::new(),
            notify_on_create: false,
            owner_list_lag_s: 0,
            downloads: Downloads::default(),
            signed_file_beside_draft: false,
            absolute_file_urls: false,
            random_stored_names: false,
            upload_field: "file".to_owned(),
            upload_at_the_page: false,
            rut_check: true,
            qa_rut: false,
            reject_unknown: false,
            phone_rule: PhoneRule::default(),
            class_word: ClassWord::default(),
            max_merge: 10,
            max_document_bytes: 50 * 1024 * 1024,
            mail_limit: 100_000,
            limit_as_text: false,
            sort_first_index: 1,
            delete_method: DeleteMethod::default(),
            deletable_states: vec![Status::Created, Status::Review, Status::Approved, Status::SignedPending],
            signer_editable_states: vec![Status::Created, Status::Review],
            new_password_elsewhere: false,
            delivered_after_ms: 1_000,
            finished_after_ms: 1_000,
            stays_delivered: false,
        }
    }
}
