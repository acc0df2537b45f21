//! The callback of a contract: its state and its signers, posted at each change. Source: contract sections 4 and 10.3.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::contract::{Contract, Status};
use super::state::{ContractKey, State};
use super::variants::{CallbackShape, Variants};
use super::{VENDOR, shapes};
use crate::callbacks::{self, Callback, CallbackBody, CallbackVerdict};
use crate::sandbox::Sandbox;

/// A callback that is to be posted.
#[derive(Debug)]
pub(super) struct Post {
    callback: Callback,
    /// No later one will come.
    last: bool,
}

/// The callback of a contract as it stands; none when it has no address.
pub(super) fn of(state: &State, base_url: &str, key: ContractKey) -> Option<Post> {
    let contract = state.contract(key)?;
    let payload = payload(base_url, &state.variants, contract);
    let callback = Callback {
        vendor: VENDOR,
        reference: contract.id.clone(),
        url: contract.callback.clone()?,
        body: CallbackBody::Json { bytes: payload.to_string().into(), headers: Vec::new() },
        read_reply,
        mailed_when_unreadable: None,
        retries: state.variants.callback_retries_s.iter().map(|seconds| Duration::from_secs(*seconds)).collect(),
        afterwards: None,
    };
    Some(Post { callback, last: contract.status.is_final() })
}

/// Puts a callback on its way, as often and in the order that the variants ask for.
pub(super) fn send(sandbox: &Sandbox, post: Option<Post>) {
    let Some(Post { callback, last }) = post else {
        return;
    };
    let (copies, held) = {
        let mut state = sandbox.firma_virtual_state();
        state.callbacks += 1;
        let held = state.variants.callbacks_reordered && !last && state.callbacks % 2 == 1;
        (state.variants.callback_copies, held)
    };
    if held {
        return sandbox.hold_callback(callback);
    }
    for _ in 0..copies {
        callbacks::send(sandbox, callback.clone());
    }
}

fn payload(base_url: &str, variants: &Variants, contract: &Contract) -> Value {
    let shown = inner(base_url, variants, contract);
    let signers = shapes::signers(variants, contract);
    match variants.callback_shape {
        CallbackShape::Array => json!({ "contract": [shown], "signers": signers }),
        CallbackShape::Object => json!({ "contract": shown, "signers": signers }),
        CallbackShape::Spanish => json!({ "contrato": [shown], "firmantes": signers }),
        CallbackShape::TopLevel => {
            let mut shown = shown;
            shown.insert("signers".to_owned(), signers);
            Value::Object(shown)
        }
    }
}

fn inner(base_url: &str, variants: &Variants, contract: &Contract) -> Map<String, Value> {
    let mut shown = shapes::detailed(variants, contract);
    // Only contracts of the express call, which is not simulated, have a name.
    shown.insert("sContractName".to_owned(), Value::Null);
    let finished = contract.status == Status::Finished && variants.callback_document_url;
    if let (true, Some(name)) = (finished, shapes::file_names(variants, contract).last()) {
        shown.insert("sSignedDocumentUrl".to_owned(), shapes::file_url(base_url, variants, name).into());
    }
    shown
}

/// Any 2xx is taken as stored; what the real vendor expects is not documented.
fn read_reply(status: u16, _: &[u8]) -> CallbackVerdict {
    if (200..300).contains(&status) { CallbackVerdict::Accepted } else { CallbackVerdict::Refused }
}
