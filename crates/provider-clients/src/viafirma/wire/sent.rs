//! What is sent. Members stand in the order of the contract's tables; absent ones are left out.

use std::collections::BTreeMap;

use serde::Serialize;

/// The body of `prepareparallelsignature`. Source: contract section 2.1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Prepare<'a> {
    pub session_id: &'a str,
    pub file_count: usize,
    pub auto_send: bool,
    pub locale: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_filter: Option<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_filter: Option<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_user_id_filter: Option<Filter>,
}

/// A filter over certificates.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Filter {
    pub operator: String,
    pub filter_values: Vec<String>,
}

/// The body of `addOperationFile`. Source: contract section 2.2.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct AddFile<'a> {
    pub operation_id: &'a str,
    pub operation_file: OperationFile<'a>,
}

/// A file of a batch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct OperationFile<'a> {
    pub source_id: String,
    pub filename: &'a str,
    pub signature_policy: SignaturePolicy,
    /// The token that the file's base64 takes the place of.
    pub base64_content: &'a str,
}

/// How a file is signed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct SignaturePolicy {
    pub signature_format: String,
    pub signature_type: &'static str,
    pub parameters: BTreeMap<String, String>,
}
