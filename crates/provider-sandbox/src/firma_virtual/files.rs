//! Ordering and joining a contract's files. Source: contract sections 3.15, 3.16 and 10.2.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde_json::Value;

use super::contract::{Contract, ContractFile, Status};
use super::join;
use super::read::own_contract;
use super::state::{ContractKey, State};
use super::wire::{self, CONTRACT_NOT_FOUND, Object, Refused, Reply, Success, VALIDATION_FAIL};
use super::{access, checks, shapes};
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);
const UNKNOWN: Refused = Refused::Business(CONTRACT_NOT_FOUND);

/// A contract whose draft did not leave yet: afterwards its file stays as it is.
fn unsent(state: &mut State, key: ContractKey) -> Result<&mut Contract, Refused> {
    state.contract_mut(key).filter(|contract| contract.status == Status::Created).ok_or(FAILED)
}

/// Puts files in order, and drops some.
pub(super) async fn sort_files(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let mut state = sandbox.firma_virtual_state();
    let reply = access::caller(&state, &request, sandbox.now()).and_then(|caller| {
        let body = wire::object(body)?;
        let id = checks::text(&body, "contractID").ok_or(FAILED)?;
        let key = state.own(caller, id).ok_or(UNKNOWN)?;
        sort(&sandbox, &mut state, key, &body)
    });
    wire::respond(&state.variants, reply)
}

fn sort(sandbox: &Sandbox, state: &mut State, key: ContractKey, body: &Object) -> Reply {
    let first = u64::from(state.variants.sort_first_index);
    let order = body.get("file_order").and_then(Value::as_array).ok_or(FAILED)?;
    let contract = unsent(state, key)?;
    let mut places = Vec::new();
    let mut removed = Vec::new();
    for entry in order {
        let document = entry.get("document").and_then(Value::as_str).ok_or(FAILED)?;
        if !contract.files.iter().any(|file| file.name == document) {
            return Err(FAILED);
        }
        match entry.get("action").and_then(Value::as_str) {
            Some("CHANGE") => {
                let place = entry.get("ind").and_then(Value::as_u64).filter(|place| *place >= first).ok_or(FAILED)?;
                places.push((document, place));
            }
            Some("REMOVE") => removed.push(document),
            Some(_) | None => return Err(FAILED),
        }
    }
    contract.files.retain(|file| !removed.contains(&file.name.as_str()));
    // Files that were not named keep their order behind the others.
    contract.files.sort_by_key(|file| {
        places.iter().find(|(document, _)| *document == file.name).map_or(u64::MAX, |(_, place)| *place)
    });
    let contract = state.contract(key).ok_or(UNKNOWN)?;
    Ok(Success::new(207, shapes::file_list(sandbox.base_url(), &state.variants, contract)))
}

/// What is to be joined.
struct Merge {
    key: ContractKey,
    names: Vec<String>,
    contents: Vec<Bytes>,
}

/// Joins the files into one.
pub(super) async fn merged_file(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let begun = {
        let mut state = sandbox.firma_virtual_state();
        let begun = own_contract(&state, &request, sandbox.now(), &id).and_then(|key| begin(&mut state, key));
        begun.map_err(|refused| wire::respond(&state.variants, Err(refused)))
    };
    let merge = match begun {
        Ok(merge) => merge,
        Err(response) => return response,
    };
    let contents = merge.contents.clone();
    let null_sink = sandbox.config().null_sink;
    let joined = tokio::task::spawn_blocking(move || match contents.as_slice() {
        [one] => Ok(one.clone()),
        _ if null_sink => Ok(Bytes::new()),
        several => join::join(several).map(Bytes::from),
    })
    .await;
    let mut state = sandbox.firma_virtual_state();
    let reply = match joined {
        Ok(Ok(bytes)) => end(&mut state, &merge, bytes),
        // A file that cannot be read: the vendor finds out only now.
        Ok(Err(_)) | Err(_) => Err(FAILED),
    };
    wire::respond(&state.variants, reply)
}

fn begin(state: &mut State, key: ContractKey) -> Result<Merge, Refused> {
    let most = state.variants.max_merge;
    let contract = unsent(state, key)?;
    if contract.files.is_empty() || contract.files.len() > most {
        return Err(FAILED);
    }
    Ok(Merge {
        key,
        names: contract.files.iter().map(|file| file.name.clone()).collect(),
        contents: contract.files.iter().map(|file| file.bytes.clone()).collect(),
    })
}

fn end(state: &mut State, merge: &Merge, bytes: Bytes) -> Reply {
    let suffix = if state.variants.random_stored_names { format!("_{}", state.new_digits(9)) } else { String::new() };
    let contract = unsent(state, merge.key)?;
    // Somebody changed the files meanwhile.
    if !contract.files.iter().map(|file| &file.name).eq(&merge.names) {
        return Err(FAILED);
    }
    let sha256 = hex::encode(digest(&SHA256, &bytes));
    contract.files = vec![ContractFile { name: format!("{}{suffix}.pdf", contract.id), bytes, sha256 }];
    Ok(Success::empty(207))
}
