//! What comes after the last signature: the notary where one was bought, then the delivery. Source: contract section 10.3.

use std::time::Duration;

use super::contract::{NotaryDeed, Status};
use super::state::{ContractKey, State};
use super::{callback, seal};
use crate::clock::{delta, later};
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// The address under which scripts name the notary; no mail is sent there.
pub const NOTARY: &str = "notaria@firmavirtual.example";

/// What a notary does with a signed contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotaryAct {
    /// Certifies or registers it.
    Stamp,
    /// Refuses.
    Refuse,
}

/// Passes a contract that all have signed to the notary, or on to the delivery.
pub(super) fn after_signatures(sandbox: &Sandbox, key: ContractKey) {
    let (notarial, post) = {
        let mut state = sandbox.firma_virtual_state();
        let Some(contract) = state.contract_mut(key) else {
            return;
        };
        if contract.modal().is_notarial() {
            contract.status = Status::InNotary;
            (true, callback::of(&state, sandbox.base_url(), key))
        } else {
            (false, None)
        }
    };
    callback::send(sandbox, post);
    if notarial {
        begin_turn(sandbox, key);
    } else {
        schedule(sandbox, key, Status::Delivered);
    }
}

/// Enters into the agenda what a scripted notary does.
fn begin_turn(sandbox: &Sandbox, key: ContractKey) {
    let script = sandbox.scripts().of(NOTARY);
    let deed = match script.action {
        ScriptAction::Sign => NotaryAct::Stamp,
        ScriptAction::Decline => NotaryAct::Refuse,
        ScriptAction::Ignore => return,
    };
    sandbox.agenda().at(later(sandbox.now(), delta(script.delay())), move |sandbox| async move {
        if let Err(reason) = act(&sandbox, key, deed).await {
            tracing::debug!(%reason, "the scripted notary did not act");
        }
    });
}

/// Carries out what the notary does.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`] when it is not at the notary, [`ActError::AlreadyActed`], [`ActError::CannotSeal`].
pub(super) async fn act(sandbox: &Sandbox, key: ContractKey, deed: NotaryAct) -> Result<(), ActError> {
    let now = sandbox.now();
    let post = {
        let mut state = sandbox.firma_virtual_state();
        may(&state, key)?;
        match deed {
            NotaryAct::Stamp => {
                let register = state.next_register_number(now);
                let contract = state.contract_mut(key).ok_or(ActError::UnknownTransaction)?;
                contract.notary = Some(NotaryDeed::Stamped { register, at: now });
                None
            }
            NotaryAct::Refuse => {
                let contract = state.contract_mut(key).ok_or(ActError::UnknownTransaction)?;
                contract.notary = Some(NotaryDeed::Refused);
                contract.status = Status::Rejected;
                callback::of(&state, sandbox.base_url(), key)
            }
        }
    };
    callback::send(sandbox, post);
    if deed == NotaryAct::Stamp {
        seal::stamp(sandbox, key).await.map_err(|error| {
            tracing::error!(%error, "a sandbox contract could not be stamped");
            ActError::CannotSeal
        })?;
        schedule(sandbox, key, Status::Delivered);
    }
    Ok(())
}

/// Whether the notary can act on a contract.
fn may(state: &State, key: ContractKey) -> Result<(), ActError> {
    let contract = state.contract(key).filter(|contract| !contract.deleted).ok_or(ActError::UnknownTransaction)?;
    match (&contract.notary, contract.status) {
        (Some(_), _) => Err(ActError::AlreadyActed),
        (None, Status::InNotary) => Ok(()),
        (
            None,
            Status::Created
            | Status::Review
            | Status::Approved
            | Status::SignedPending
            | Status::Delivered
            | Status::Finished
            | Status::Rejected,
        ) => Err(ActError::NotInProcess),
    }
}

/// Enters the next of the two last states into the agenda.
fn schedule(sandbox: &Sandbox, key: ContractKey, next: Status) {
    let variants = sandbox.firma_virtual().variants();
    let wait_ms = if next == Status::Delivered { variants.delivered_after_ms } else { variants.finished_after_ms };
    let due = later(sandbox.now(), delta(Duration::from_millis(wait_ms)));
    sandbox.agenda().at(due, move |sandbox| async move { enter(&sandbox, key, next) });
}

fn enter(sandbox: &Sandbox, key: ContractKey, next: Status) {
    let (post, goes_on) = {
        let mut state = sandbox.firma_virtual_state();
        let goes_on = next == Status::Delivered && !state.variants.stays_delivered;
        // It may have been deleted meanwhile.
        let Some(contract) = state.contract_mut(key).filter(|contract| !contract.deleted) else {
            return;
        };
        contract.status = next;
        (callback::of(&state, sandbox.base_url(), key), goes_on)
    };
    callback::send(sandbox, post);
    if goes_on {
        schedule(sandbox, key, Status::Finished);
    }
}
