//! The vendor's own operations: each is one call and the reading of its answer. Source: contract sections 3.2 to 3.20.

use domain::finding::Finding;
use domain::outcome::{Doubt, Outcome};
use domain::values::{NationalId, NationalIdType, Phone};
use serde_json::{Map, Value, json};

use super::FirmaAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::operation_inputs::{self as inputs, read};
use super::users::facts;
use super::wire::received::{Contract, File, PriceRow, User, contracts, files, price_rows};
use super::wire::sent::{self, CHANGE, REMOVE};
use crate::call::{Call, Method};
use crate::provider::{Moment, Unbuildable};
use crate::reply::Reply;

impl FirmaAccount {
    /// The call of the operation `name`.
    pub(super) fn operation_call(&self, name: &str, input: &Value, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let contract = |input: &Value| read::<inputs::ContractId>(input).map(|input| input.contract_id);
        match name {
            "get_user" => {
                let input: inputs::UserNumber = read(input)?;
                let user = self.or_own(input.user_id, "user_id", moment)?;
                self.user_call(&user, moment)
            }
            "create_user" => self.create_user(&read(input)?),
            "update_user" => self.update_user(&read(input)?, moment),
            "reset_password" => {
                let input: inputs::PasswordReset = read(input)?;
                let body = json!({ "login": input.login });
                self.open_json(Endpoint::ResetPassword, Method::Post, &["pwd", "reset"], &body)
            }
            "set_new_password" => {
                let input: inputs::NewPassword = read(input)?;
                let body = json!({
                    "login": input.login, "password": input.temporary_password, "new_password": input.new_password
                });
                let path = Self::segments(&self.checked.settings.paths.new_password);
                self.open_json(Endpoint::NewPassword, Method::Post, &path, &body)
            }
            "list_contract_types" => self.list_types(&read(input)?, moment),
            "list_owner_contracts" => {
                let input: inputs::OwnerNumber = read(input)?;
                let owner = self.or_own(input.owner_id, "owner_id", moment)?;
                self.owner_call(&owner, moment)
            }
            "get_contract" => {
                self.bare(Endpoint::GetContract, Method::Get, &["api", "v1", "contract", &contract(input)?], moment)
            }
            "delete_contract" => self.delete_call(&contract(input)?, moment),
            "list_files" => self.list_call(&contract(input)?, moment),
            "sort_files" => self.place_files(read(input)?, moment),
            "add_signer" => self.signer_call(Endpoint::NewSigner, "new", &read(input)?, moment),
            "update_signer" => self.signer_call(Endpoint::UpdateSigner, "upd", &read(input)?, moment),
            "remove_signer" => {
                let input: inputs::SignerGone = read(input)?;
                let rut = rut(&input.rut)?;
                let body = sent::SignerGone { contractID: &input.contract_id, rutId: &rut };
                self.with_json(Endpoint::DeleteSigner, Method::Post, &["api", "v1", "signer", "del"], &body, moment)
            }
            _ => Err(Unbuildable::Defect("Firma Virtual has no such operation.".to_owned())),
        }
    }

    /// The result of the operation `name`.
    pub(super) fn operation_result(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        let accepted = |endpoint| self.accepted(endpoint, reply, &Scope::Operation);
        let user = |message: Value| json!({ "user": facts(&User::read(&message)) });
        let nothing = |_| json!({});
        let result = match name {
            "get_user" => accepted(Endpoint::GetUser).map(user),
            "create_user" => accepted(Endpoint::CreateUser).map(user),
            "update_user" => accepted(Endpoint::UpdateUser).map(user),
            "reset_password" => accepted(Endpoint::ResetPassword).map(nothing),
            "set_new_password" => accepted(Endpoint::NewPassword).map(nothing),
            "list_contract_types" => accepted(Endpoint::ContractTypes).map(
                |message| json!({ "contract_types": price_rows(&message).iter().map(price_row).collect::<Vec<_>>() }),
            ),
            "list_owner_contracts" => accepted(Endpoint::OwnerContracts)
                .map(|message| json!({ "contracts": contracts(&message).iter().map(contract).collect::<Vec<_>>() })),
            "get_contract" => accepted(Endpoint::GetContract)
                .map(|message| json!({ "contract": contract(&Contract::read(&message)) })),
            "delete_contract" => return self.deleted(None, reply).map(|()| json!({})),
            "list_files" => accepted(Endpoint::FileList).map(listing),
            "sort_files" => accepted(Endpoint::SortFiles).map(listing),
            "add_signer" => accepted(Endpoint::NewSigner).map(nothing),
            "update_signer" => accepted(Endpoint::UpdateSigner).map(nothing),
            "remove_signer" => accepted(Endpoint::DeleteSigner).map(nothing),
            _ => Err(Failure::Unknown(Doubt::new("Firma Virtual has no such operation."))),
        };
        result.map_or_else(Failure::outcome, Outcome::Done)
    }

    /// The number that was given, else the account's own.
    fn or_own(&self, given: Option<u64>, member: &str, moment: &Moment<'_>) -> Result<String, Unbuildable> {
        if moment.session.is_none() {
            return Err(Unbuildable::SessionNeeded);
        }
        given.map(|id| id.to_string()).or_else(|| self.owner_id(moment)).ok_or_else(|| {
            let detail = "The account's own number at the provider is not known: give one, or set `owner_user_id`.";
            Unbuildable::Refused(vec![Finding::error("required", format!("/{member}"), detail)])
        })
    }

    fn create_user(&self, input: &inputs::NewUser) -> Result<Call, Unbuildable> {
        let body = sent::NewUser {
            iProfileID: input.profile_id,
            sRUT: rut(&input.rut)?,
            sFirstName: &input.given_name,
            sLastName: &input.family_name,
            sEmail: &input.email,
            sPhone: self.phone_of(&input.phone)?,
            sLogin: &input.login,
            sPassword: &input.password,
            sComments: input.comments.as_deref(),
            sUserType: input.user_type.word(),
        };
        self.open_json(Endpoint::CreateUser, Method::Post, &["api", "v1", "userapp"], &body)
    }

    fn update_user(&self, input: &inputs::UserChange, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let body = sent::UserChange {
            sFirstName: input.given_name.as_deref(),
            sLastName: input.family_name.as_deref(),
            sPhone: input.phone.as_deref().map(|phone| self.phone_of(phone)).transpose()?,
        };
        let path = ["api", "v1", "userapp", &input.user_id.to_string()];
        self.with_json(Endpoint::UpdateUser, Method::Put, &path, &body, moment)
    }

    /// Source: contract section 3.7. One filter at a time; without one, what the account reads too.
    fn list_types(&self, input: &inputs::Catalogue, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let filters = [
            input.class.clone().map(|class| ("TYPE", class)),
            input.modal.map(|modal| ("MODAL", modal.word().to_owned())),
            input.contract_type_id.map(|id| ("ID", id.to_string())),
            input.contract_type_fee_id.map(|id| ("FEE", id.to_string())),
        ];
        match filters.into_iter().flatten().next() {
            Some((kind, value)) => {
                let path = ["api", "v1", "contract-type", kind, &value];
                self.bare(Endpoint::ContractTypes, Method::Get, &path, moment)
            }
            None => self.catalogue_call(moment),
        }
    }

    fn place_files(&self, input: inputs::FileOrder, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let places = (self.checked.settings.sort_first_index..).zip(input.files).map(|(ind, file)| sent::FilePlace {
            document: file.name,
            ind,
            action: if file.remove { REMOVE } else { CHANGE },
        });
        let body = sent::FileOrder { contractID: &input.contract_id, file_order: places.collect() };
        self.with_json(Endpoint::SortFiles, Method::Post, &["api", "v1", "sortfiles"], &body, moment)
    }

    fn signer_call(
        &self,
        endpoint: Endpoint,
        action: &str,
        input: &inputs::SignerOf,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let (rut, phone) = (rut(&input.rut)?, self.phone_of(&input.phone)?);
        let body = sent::SignerOf {
            contractID: &input.contract_id,
            full_name: &input.name,
            email: &input.email,
            rutId: &rut,
            phone: &phone,
        };
        self.with_json(endpoint, Method::Post, &["api", "v1", "signer", action], &body, moment)
    }

    fn phone_of(&self, given: &str) -> Result<String, Unbuildable> {
        let phone = given.parse::<Phone>().ok().and_then(|phone| self.phone(&phone));
        phone.ok_or_else(|| wrong("phone", "It must be a phone with + and its country code, in the account's form."))
    }
}

/// A RUT as the vendor takes it.
fn rut(given: &str) -> Result<String, Unbuildable> {
    let rut = NationalId::new(NationalIdType::Rut, given, None).ok().and_then(|id| id.rut_with_hyphen());
    rut.ok_or_else(|| wrong("rut", "It must be a RUT with its check digit."))
}

fn wrong(member: &str, detail: &str) -> Unbuildable {
    Unbuildable::Refused(vec![Finding::error("wrong_format", format!("/{member}"), detail)])
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    Value::Object(
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>(),
    )
}

fn price_row(row: &PriceRow) -> Value {
    object([
        ("contract_type_id", row.type_id.map(Value::from)),
        ("class", row.class.clone().map(Value::from)),
        ("name", Some(json!(row.type_name))),
        ("contract_type_fee_id", Some(json!(row.fee_id))),
        ("modal", Some(json!(row.modal))),
        ("signers", row.signer_count.map(Value::from)),
        ("amount", row.amount.clone().map(Value::from)),
    ])
}

fn contract(contract: &Contract) -> Value {
    let text = |told: &Option<String>| told.clone().map(Value::from);
    let created = crate::shared::json::text(&contract.created)
        .or_else(|| crate::shared::json::text_of(&contract.created, "date"))
        .map(Value::from);
    object([
        ("contract_id", text(&contract.id)),
        ("status", Some(json!(contract.status))),
        ("payment", text(&contract.payment_status)),
        ("contract_type_fee_id", contract.fee_id.map(Value::from)),
        ("signers", contract.signer_count.map(Value::from)),
        ("owner_id", text(&contract.owner_id)),
        ("created", created),
        ("contract_type", text(&contract.contract_type)),
        ("signature_kind", text(&contract.signature_kind)),
        ("amount", text(&contract.amount)),
    ])
}

fn listing(message: Value) -> Value {
    let file = |file: &File| json!({ "name": file.name, "url": file.url, "place": file.place });
    json!({ "files": files(&message).iter().map(file).collect::<Vec<_>>() })
}
