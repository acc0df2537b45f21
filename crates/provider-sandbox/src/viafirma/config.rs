//! What the simulated Viafirma begins with, and how it deviates from the documented behaviour on request.

use serde::{Deserialize, Serialize};

use super::certificate::CertificateKind;

/// Applications and variants at the start.
#[derive(Clone, Debug)]
pub struct ViafirmaConfig {
    /// The applications that may call.
    pub applications: Vec<Application>,
    /// Deviations.
    pub variants: Variants,
}

impl Default for ViafirmaConfig {
    /// One application. The contract's examples show no credentials, so these are the simulator's own.
    fn default() -> Self {
        let application = Application {
            api_key: "test-api-key".to_owned(),
            api_password: "test-api-password-0001".to_owned(),
            disabled: false,
        };
        Self { applications: vec![application], variants: Variants::default() }
    }
}

/// An application that is registered at the vendor: who calls. Source: contract section 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The user name of HTTP Basic.
    pub api_key: String,
    /// The password of HTTP Basic.
    pub api_password: String,
    /// Its calls are answered 403. The status is this simulator's reading of assumption V15.
    #[serde(default)]
    pub disabled: bool,
}

/// Whether a preparation has to be closed by a call. Source: contract section 2.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishMode {
    /// Without the call an operation never finishes.
    #[default]
    Required,
    /// The call is answered; an operation is complete with its last file.
    Optional,
    /// This server has no such call and answers 404; an operation is complete with its last file.
    Absent,
}

/// How the opening call gives the operation's id. Source: contract section 7, quirk 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerShape {
    /// `{"operationId": "…"}`.
    #[default]
    Object,
    /// The same object with another case of the member's name.
    ObjectInOtherCase,
    /// A JSON text.
    JsonText,
    /// Nothing but the id.
    Bare,
}

/// Which spelling of filter operators this server takes. Source: contract assumption V6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorCase {
    /// Either.
    #[default]
    Any,
    /// `CONTAINS`.
    Upper,
    /// `contains`.
    Lower,
}

/// How truth values are written in the answer to a poll. Source: contract section 2.5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BooleanShape {
    /// `true`.
    #[default]
    Boolean,
    /// `"true"`.
    Text,
    /// `1`.
    Number,
}

/// How a signer's cancelling shows in the answer to a poll. Source: contract sections 2.10 and 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReport {
    /// `isCancelled`.
    #[default]
    Flag,
    /// `isError` with code 50.
    Code50,
    /// `isError` with code 125.
    Code125,
}

/// Which members the certificate's data have. Source: contract section 7, quirk 10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateMembers {
    /// All of them.
    #[default]
    Full,
    /// Identity number, given name and the result of the validation.
    Minimal,
    /// Null in place of the object.
    Null,
}

/// Deviations to switch on in tests. Source: contract sections 2, 7 and 8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// The closing call.
    pub finish: FinishMode,
    /// A refused file is answered with HTTP 400 in place of 200.
    pub refusals_as_http_400: bool,
    /// The answers to the two opening calls.
    pub opening_answer: AnswerShape,
    /// JSON answers are declared `text/html`.
    pub answers_as_text_html: bool,
    /// Spelling of filter operators.
    pub filter_operator_case: OperatorCase,
    /// Truth values of the poll.
    pub poll_booleans: BooleanShape,
    /// The poll does not tell how an operation ended: the members whose names nobody published stay away.
    pub poll_without_outcome: bool,
    /// Cancelling as the poll tells it.
    pub cancel_report: CancelReport,
    /// For so many virtual seconds after its end the result of an operation cannot be read yet.
    pub result_lag_s: u64,
    /// The certificate with which a signer signs who did not choose one.
    pub certificate: CertificateKind,
    /// The certificate's data.
    pub certificate_members: CertificateMembers,
    /// The result of the direct flow is given to everybody who knows the operation's id.
    pub open_direct_result: bool,
    /// Downloads answer an HTML page with status 200.
    pub html_downloads: bool,
    /// Downloads of an unknown signature answer an HTML page with status 200 in place of 404.
    pub unknown_downloads_as_html: bool,
    /// Downloads stand under `/tokenConnector` and not under the plain base.
    pub token_connector_downloads: bool,
    /// So many redirects on the same host come before a signed document.
    pub download_redirects: u32,
    /// Larger files are refused with code 9001; absent: no limit. Default: the contract's assumption V24.
    pub max_file_bytes: Option<u64>,
    /// An operation that did not end so many virtual seconds after its creation is forgotten; absent: never.
    pub operation_ttl_s: Option<u64>,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            finish: FinishMode::default(),
            refusals_as_http_400: false,
            opening_answer: AnswerShape::default(),
            answers_as_text_html: false,
            filter_operator_case: OperatorCase::default(),
            poll_booleans: BooleanShape::default(),
            poll_without_outcome: false,
            cancel_report: CancelReport::default(),
            result_lag_s: 0,
            certificate: CertificateKind::default(),
            certificate_members: CertificateMembers::default(),
            open_direct_result: false,
            html_downloads: false,
            unknown_downloads_as_html: false,
            token_connector_downloads: false,
            download_redirects: 0,
            max_file_bytes: Some(20 * 1024 * 1024),
            operation_ttl_s: None,
        }
    }
}
