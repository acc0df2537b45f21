//! Reading contracts, and deleting them. Source: contract sections 3.9 to 3.12 and 3.21.

use actix_web::web::{Path, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::contract::Contract;
use super::state::{ContractKey, State};
use super::variants::{DeleteMethod, Variants};
use super::wire::{self, CONTRACT_NOT_FOUND, Refused, Reply, Success, USER_NOT_FOUND, VALIDATION_FAIL};
use super::{access, shapes};
use crate::sandbox::Sandbox;

/// The caller's contract with that id.
///
/// # Errors
/// The caller first, then [`CONTRACT_NOT_FOUND`] for an unknown, foreign or deleted one.
pub(super) fn own_contract(
    state: &State,
    request: &HttpRequest,
    now: DateTime<Utc>,
    id: &str,
) -> Result<ContractKey, Refused> {
    let caller = access::caller(state, request, now)?;
    state.own(caller, id).ok_or(Refused::Business(CONTRACT_NOT_FOUND))
}

fn show(
    sandbox: &Sandbox,
    request: &HttpRequest,
    id: &str,
    shape: impl FnOnce(&Variants, &Contract) -> Value,
) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    let reply = own_contract(&state, request, sandbox.now(), id).and_then(|key| {
        let contract = state.contract(key).ok_or(Refused::Business(CONTRACT_NOT_FOUND))?;
        Ok(Success::new(200, shape(&state.variants, contract)))
    });
    wire::respond(&state.variants, reply)
}

/// One contract.
pub(super) async fn get_one_contract(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    show(&sandbox, &request, &id, |variants, contract| Value::Object(shapes::plain(variants, contract)))
}

/// One contract with its signers and files.
pub(super) async fn contract_detail(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    show(&sandbox, &request, &id, shapes::detail)
}

/// The files of a contract.
pub(super) async fn file_list(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    show(&sandbox, &request, &id, |variants, contract| shapes::file_list(sandbox.base_url(), variants, contract))
}

/// A user's contracts, oldest first; a new one may come late. Another user's are not shown.
pub(super) async fn contract_owner(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    owner: Path<String>,
) -> HttpResponse {
    let now = sandbox.now();
    let state = sandbox.firma_virtual_state();
    let reply = access::caller(&state, &request, now).and_then(|caller| {
        if owner.parse() == Ok(caller) {
            Ok(Success::new(200, list(&state, caller, now, shapes::listed)))
        } else {
            Err(Refused::Business(USER_NOT_FOUND))
        }
    });
    wire::respond(&state.variants, reply)
}

/// The caller's contracts in the short shape.
pub(super) async fn contract_list(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest) -> HttpResponse {
    let now = sandbox.now();
    let state = sandbox.firma_virtual_state();
    let reply: Reply =
        access::caller(&state, &request, now).map(|caller| Success::new(200, list(&state, caller, now, shapes::plain)));
    wire::respond(&state.variants, reply)
}

type Shape = fn(&Variants, &Contract) -> Map<String, Value>;

fn list(state: &State, owner: u32, now: DateTime<Utc>, shape: Shape) -> Value {
    let listed = state
        .contracts()
        .filter(|(_, contract)| contract.owner == owner && !contract.deleted && contract.listed_from <= now)
        .map(|(_, contract)| Value::Object(shape(&state.variants, contract)));
    listed.collect()
}

/// Deletes a contract by the documented method.
pub(super) async fn delete_contract(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    delete(&sandbox, &request, &id, DeleteMethod::Post)
}

/// Deletes a contract by the method that the variants may ask for.
pub(super) async fn delete_contract_by_delete(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    delete(&sandbox, &request, &id, DeleteMethod::Delete)
}

fn delete(sandbox: &Sandbox, request: &HttpRequest, id: &str, method: DeleteMethod) -> HttpResponse {
    let mut state = sandbox.firma_virtual_state();
    if state.variants.delete_method != method {
        return HttpResponse::MethodNotAllowed().finish();
    }
    let reply = own_contract(&state, request, sandbox.now(), id).and_then(|key| {
        let deletable = state.variants.deletable_states.clone();
        let contract = state.contract_mut(key).ok_or(Refused::Business(CONTRACT_NOT_FOUND))?;
        if !deletable.contains(&contract.status) {
            return Err(Refused::Business(VALIDATION_FAIL));
        }
        contract.deleted = true;
        Ok(Success::empty(204))
    });
    wire::respond(&state.variants, reply)
}
