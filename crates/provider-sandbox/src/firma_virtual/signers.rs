//! Adding, changing and removing signers of a contract. Source: contract sections 3.18 to 3.20 and 10.2.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};

use super::access;
use super::checks::{self, MOST_SIGNERS};
use super::config::PartyType;
use super::contract::{Contract, SignerData};
use super::flow;
use super::state::{ContractKey, State};
use super::wire::{self, CONTRACT_NOT_FOUND, Object, Refused, SIGNER_NOT_FOUND, Success, VALIDATION_FAIL};
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);
const UNKNOWN: Refused = Refused::Business(CONTRACT_NOT_FOUND);
const NOBODY: Refused = Refused::Business(SIGNER_NOT_FOUND);

const MEMBERS: [&str; 5] = ["contractID", "full_name", "email", "rutId", "phone"];
const DELETE_MEMBERS: [&str; 2] = ["contractID", "rutId"];

/// What is done with a signer.
type Change = fn(&mut State, ContractKey, &Object) -> Result<(), Refused>;

/// Adds a signer, who pays nothing.
pub(super) async fn create_signer(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    change(&sandbox, &request, payload, create).await
}

/// Changes a signer, who is found by the RUT.
pub(super) async fn update_signer(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    change(&sandbox, &request, payload, update).await
}

/// Removes a signer.
pub(super) async fn delete_signer(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    change(&sandbox, &request, payload, delete).await
}

async fn change(sandbox: &Sandbox, request: &HttpRequest, payload: Payload, what: Change) -> HttpResponse {
    let body = wire::read_json(request, payload).await;
    let (variants, changed) = {
        let mut state = sandbox.firma_virtual_state();
        let changed = access::caller(&state, request, sandbox.now()).and_then(|caller| {
            let body = wire::object(body)?;
            let id = checks::text(&body, "contractID").ok_or(FAILED)?;
            let key = state.own(caller, id).ok_or(UNKNOWN)?;
            let status = state.contract(key).ok_or(UNKNOWN)?.status;
            if !state.variants.signer_editable_states.contains(&status) {
                return Err(FAILED);
            }
            what(&mut state, key, &body)?;
            Ok(key)
        });
        (state.variants.clone(), changed)
    };
    if let Ok(key) = changed {
        // Without the one who was removed, all others may have accepted already.
        flow::carry_on(sandbox, key).await;
    }
    wire::respond(&variants, changed.map(|_| Success::empty(207)))
}

fn data(state: &State, body: &Object) -> Result<SignerData, Refused> {
    if state.variants.reject_unknown && checks::has_unknown(body, &MEMBERS) {
        return Err(FAILED);
    }
    checks::signer_data(&state.variants, body)
}

fn create(state: &mut State, key: ContractKey, body: &Object) -> Result<(), Refused> {
    let data = data(state, body)?;
    let contract = state.contract(key).ok_or(UNKNOWN)?;
    let taken = !state.variants.qa_rut && contract.signers.iter().any(|signer| signer.data.rut == data.rut);
    if taken || contract.signers.len() >= MOST_SIGNERS {
        return Err(FAILED);
    }
    let signer = state.new_signer(data, PartyType::Natural, 0);
    state.contract_mut(key).ok_or(UNKNOWN)?.signers.push(signer);
    Ok(())
}

/// The signer with that RUT; where several share it, the one who also has the address.
fn place_of(contract: &Contract, rut: &str, email: Option<&str>) -> Option<usize> {
    let has_rut = |place: &usize| contract.signers.get(*place).is_some_and(|signer| signer.data.rut == rut);
    let has_email =
        |place: &usize| contract.signers.get(*place).is_some_and(|signer| Some(signer.data.email.as_str()) == email);
    let mut places = (0..contract.signers.len()).filter(has_rut);
    places.clone().find(has_email).or_else(|| places.next())
}

fn update(state: &mut State, key: ContractKey, body: &Object) -> Result<(), Refused> {
    let data = data(state, body)?;
    let contract = state.contract_mut(key).ok_or(UNKNOWN)?;
    let place = place_of(contract, &data.rut, Some(&data.email)).ok_or(NOBODY)?;
    let signer = contract.signers.get_mut(place).ok_or(NOBODY)?;
    // A new address got no mail yet.
    signer.invited &= signer.data.email == data.email;
    signer.data = data;
    Ok(())
}

fn delete(state: &mut State, key: ContractKey, body: &Object) -> Result<(), Refused> {
    if state.variants.reject_unknown && checks::has_unknown(body, &DELETE_MEMBERS) {
        return Err(FAILED);
    }
    let rut = checks::text(body, "rutId").ok_or(FAILED)?;
    let contract = state.contract_mut(key).ok_or(UNKNOWN)?;
    let place = place_of(contract, rut, None).ok_or(NOBODY)?;
    contract.signers.remove(place);
    Ok(())
}
