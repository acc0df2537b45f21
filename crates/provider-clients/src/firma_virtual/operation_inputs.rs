//! What the vendor's own operations take, in neutral words.

use domain::finding::Finding;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::options::Modal;
use super::settings::PersonType;
use crate::provider::Unbuildable;

/// The input of an operation.
pub(super) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Unbuildable> {
    serde_json::from_value(input.clone()).map_err(|_| {
        Unbuildable::Refused(vec![Finding::error("invalid", "", "The input does not satisfy the operation's schema.")])
    })
}

/// A user by number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserNumber {
    pub user_id: Option<u64>,
}

/// A new user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    #[serde(default)]
    pub profile_id: u64,
    pub rut: String,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub phone: String,
    pub login: String,
    pub password: String,
    pub comments: Option<String>,
    pub user_type: PersonType,
}

/// What can change of a user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChange {
    pub user_id: u64,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub phone: Option<String>,
}

/// Whose password is reset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    pub login: String,
}

/// A new password, with the code that was mailed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    pub login: String,
    pub temporary_password: String,
    pub new_password: String,
}

/// Which part of the price catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Catalogue {
    pub class: Option<String>,
    pub modal: Option<Modal>,
    pub contract_type_id: Option<u64>,
    pub contract_type_fee_id: Option<u64>,
}

/// Whose contracts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnerNumber {
    pub owner_id: Option<u64>,
}

/// A contract.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractId {
    pub contract_id: String,
}

/// The files of a contract, in the order that they are to have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileOrder {
    pub contract_id: String,
    pub files: Vec<FilePlace>,
}

/// One of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePlace {
    pub name: String,
    #[serde(default)]
    pub remove: bool,
}

/// A signer of a contract.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignerOf {
    pub contract_id: String,
    pub rut: String,
    pub name: String,
    pub email: String,
    pub phone: String,
}

/// A signer who is to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignerGone {
    pub contract_id: String,
    pub rut: String,
}
