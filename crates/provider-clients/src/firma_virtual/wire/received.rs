//! What is received. Numbers come as texts, objects as arrays of one, and one thing under several names, so all are read
//! alike. Source: contract section 9, items 3 to 8.

use serde_json::Value;

use crate::shared::json::{member, text};

/// The first of these members that holds a scalar, as text.
fn first(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| member(value, name).and_then(text))
}

/// The items of an array; a single object counts as an array of one.
fn items(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Vec::new(),
    }
}

/// A number, also one in a text, also one with a fraction of zeros.
fn number(value: &Value, names: &[&str]) -> Option<u64> {
    let told = first(value, names)?;
    told.split('.').next()?.parse().ok()
}

/// A contract of 3.8 to 3.11, or of a callback.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Contract {
    pub id: Option<String>,
    pub status: String,
    pub payment_status: Option<String>,
    pub fee_id: Option<u64>,
    pub signer_count: Option<u64>,
    pub owner_id: Option<String>,
    /// A text without a zone, or an object that names one.
    pub created: Value,
    pub modal: Option<String>,
    pub signature_kind: Option<String>,
    pub contract_type: Option<String>,
    pub amount: Option<String>,
    pub repertorio: Option<String>,
    pub internal_id: Option<String>,
}

impl Contract {
    /// What an object tells.
    pub(in super::super) fn read(value: &Value) -> Self {
        Self {
            id: first(value, &["sContractID", "contractID"]),
            status: first(value, &["sStatus"]).unwrap_or_default(),
            payment_status: first(value, &["sPaymentStatus"]),
            fee_id: number(value, &["iContractTypeFeeID"]),
            signer_count: number(value, &["iSignedCount"]),
            owner_id: first(value, &["iContractOwner"]),
            created: member(value, "dContractDT").cloned().unwrap_or(Value::Null),
            modal: first(value, &["modal"]),
            signature_kind: first(value, &["sTipoFirma"]),
            contract_type: first(value, &["sTipoContrato"]),
            amount: first(value, &["Monto"]),
            repertorio: first(value, &["Repertorio"]),
            internal_id: first(value, &["autoId"]),
        }
    }
}

/// A signer of 3.8 or 3.11.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Signer {
    pub rut: String,
    pub email: String,
    pub phone: String,
    pub portion: Option<String>,
    pub amount: Option<String>,
    pub tax: Option<String>,
    pub notary: Option<String>,
    pub total: Option<String>,
    /// Whether the signer has paid, in the vendor's word; in 3.8 this member is an amount instead.
    pub payment: Option<String>,
    pub download_draft: String,
    pub agree_draft: String,
    pub disagree_draft: String,
    pub sign_status: String,
}

impl Signer {
    /// What an object tells.
    pub(in super::super) fn read(value: &Value) -> Self {
        let word = |name: &str| first(value, &[name]).unwrap_or_default();
        let payment = first(value, &["payment"]);
        let is_amount = payment.as_deref().is_some_and(|told| told.starts_with(|c: char| c.is_ascii_digit()));
        Self {
            rut: first(value, &["RUT", "rutId"]).unwrap_or_default(),
            email: word("email"),
            phone: first(value, &["phone", "phoneNumber"]).unwrap_or_default(),
            portion: first(value, &["portion"]),
            amount: first(value, &["amount"]).or_else(|| payment.clone().filter(|_| is_amount)),
            tax: first(value, &["iva"]),
            notary: first(value, &["notaryPay", "notary"]),
            total: first(value, &["totalPay", "total"]),
            payment: payment.filter(|_| !is_amount),
            download_draft: word("download_draft"),
            agree_draft: word("agree_draft"),
            disagree_draft: word("disagree_draft"),
            sign_status: word("sign_status"),
        }
    }
}

/// `message` of 3.8: the contract, then the array of its signers.
pub(in super::super) fn contract_of_creation(message: &Value) -> Option<(Contract, Vec<Signer>)> {
    let told = items(Some(message));
    let contract = Contract::read(told.first()?);
    contract.id.as_ref()?;
    let listed = message.as_array().and_then(|parts| parts.get(1));
    Some((contract, items(listed).into_iter().map(Signer::read).collect()))
}

/// `message` of 3.11.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Detail {
    pub contract: Contract,
    pub signers: Vec<Signer>,
    /// How many files there are, where it is told.
    pub files: Option<usize>,
}

impl Detail {
    /// What the message tells; `None` when there is no contract in it.
    pub(in super::super) fn read(message: &Value) -> Option<Self> {
        let contract = items(member(message, "contrato")).first().map(|told| Contract::read(told))?;
        Some(Self {
            contract,
            signers: items(member(message, "firmantes")).into_iter().map(Signer::read).collect(),
            files: member(message, "archivos").and_then(Value::as_array).map(Vec::len),
        })
    }
}

/// `message` of 3.10.
pub(in super::super) fn contracts(message: &Value) -> Vec<Contract> {
    items(Some(message)).into_iter().map(Contract::read).collect()
}

/// A file of 3.14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct File {
    /// The name under which it is stored.
    pub name: String,
    /// Where it is: an address, or its name again.
    pub url: String,
    pub place: u64,
}

/// `message` of 3.14 and 3.15, in the vendor's order.
pub(in super::super) fn files(message: &Value) -> Vec<File> {
    let mut files: Vec<File> = items(Some(message))
        .into_iter()
        .filter_map(|told| {
            let name = first(told, &["document", "file_name", "url"])?;
            let url = first(told, &["url"]).unwrap_or_else(|| name.clone());
            Some(File { name, url, place: number(told, &["orden"]).unwrap_or_default() })
        })
        .collect();
    files.sort_by_key(|file| file.place);
    files
}

/// A price row of 3.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct PriceRow {
    pub type_id: Option<u64>,
    pub class: Option<String>,
    pub type_name: String,
    pub fee_id: u64,
    pub modal: String,
    pub signer_count: Option<u64>,
    pub amount: Option<String>,
}

/// `message` of 3.7.
pub(in super::super) fn price_rows(message: &Value) -> Vec<PriceRow> {
    let row = |told: &Value| {
        Some(PriceRow {
            type_id: number(told, &["iContractTypeID"]),
            class: first(told, &["sContractType"]),
            type_name: first(told, &["sContractTypeName"]).unwrap_or_default(),
            fee_id: number(told, &["iContractTypeFeeID"])?,
            modal: first(told, &["sModal"]).unwrap_or_default(),
            signer_count: number(told, &["iSignCount"]),
            amount: first(told, &["fAmount"]),
        })
    };
    items(Some(message)).into_iter().filter_map(row).collect()
}

/// What 3.17 tells of one signer. The tokens beside it let anybody act in the signer's name; they are not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Mail {
    pub email: String,
    pub name: String,
    pub sent: bool,
}

/// `info_detail` of 3.17.
pub(in super::super) fn mails(message: &Value) -> Vec<Mail> {
    let mail = |told: &Value| Mail {
        email: first(told, &["email"]).unwrap_or_default(),
        name: first(told, &["full_name", "fullName"]).unwrap_or_default(),
        // The vendor spells the inner word `sucess`; so may the outer one be.
        sent: first(told, &["status_mail"]).is_some_and(|w| ["success", "sucess"].contains(&w.to_lowercase().as_str())),
    };
    items(member(message, "info_detail")).into_iter().map(mail).collect()
}

/// A user of 3.2 to 3.4. The password's hash is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct User {
    pub id: Option<u64>,
    pub profile_id: Option<u64>,
    pub rut: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub login: Option<String>,
    pub status: Option<String>,
    pub comments: Option<String>,
    pub user_type: Option<String>,
}

impl User {
    /// What an object tells.
    pub(in super::super) fn read(value: &Value) -> Self {
        let word = |name: &str| first(value, &[name]);
        Self {
            id: number(value, &["iUserID"]),
            profile_id: number(value, &["iProfileID"]),
            rut: word("sRUT"),
            email: word("sEmail"),
            phone: word("sPhone"),
            first_name: word("sFirstName"),
            last_name: word("sLastName"),
            login: word("sLogin"),
            status: word("sStatus"),
            comments: word("sComments"),
            user_type: word("sUserType"),
        }
    }
}
