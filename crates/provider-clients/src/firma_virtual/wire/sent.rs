//! What is sent. Members stand in the order of the contract's tables; absent ones are left out.

use serde::Serialize;
use serde_json::Value;

/// Source: contract section 3.1.
#[derive(Serialize)]
pub(in super::super) struct Login<'a> {
    pub login: &'a str,
    pub password: &'a str,
}

/// Source: contract section 3.8.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct Contract<'a> {
    pub sOwnerType: &'static str,
    pub sPaymentStatus: &'static str,
    pub iPaymentService: u8,
    pub iContractTypeFeeID: Value,
    pub iSignedCount: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    pub signers: Vec<Signer<'a>>,
}

/// One of `signers`. Texts, as in the vendor's example.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct Signer<'a> {
    pub full_name: &'a str,
    pub email: &'a str,
    pub rutId: String,
    pub phone: String,
    pub r#type: &'static str,
    pub portion: String,
    pub payment: &'static str,
}

/// Source: contract section 3.15.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct FileOrder<'a> {
    pub contractID: &'a str,
    pub file_order: Vec<FilePlace>,
}

/// One of `file_order`.
#[derive(Serialize)]
pub(in super::super) struct FilePlace {
    pub document: String,
    pub ind: u32,
    pub action: &'static str,
}

/// The vendor's words for what becomes of a file. Source: contract section 3.15.
pub(in super::super) const CHANGE: &str = "CHANGE";
/// The file is dropped.
pub(in super::super) const REMOVE: &str = "REMOVE";

/// A signer of an existing contract. Source: contract sections 3.18 and 3.19.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct SignerOf<'a> {
    pub contractID: &'a str,
    pub full_name: &'a str,
    pub email: &'a str,
    pub rutId: &'a str,
    pub phone: &'a str,
}

/// Source: contract section 3.20.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct SignerGone<'a> {
    pub contractID: &'a str,
    pub rutId: &'a str,
}

/// Source: contract section 3.3.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct NewUser<'a> {
    pub iProfileID: u64,
    pub sRUT: String,
    pub sFirstName: &'a str,
    pub sLastName: &'a str,
    pub sEmail: &'a str,
    pub sPhone: String,
    pub sLogin: &'a str,
    pub sPassword: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sComments: Option<&'a str>,
    pub sUserType: &'static str,
}

/// Source: contract section 3.4.
#[derive(Serialize)]
#[expect(non_snake_case, reason = "the vendor's names")]
pub(in super::super) struct UserChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sFirstName: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sLastName: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sPhone: Option<String>,
}
