//! What the signer does in the desktop program, and what follows from it. Source: contract section 3.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::certificate::{Certificate, CertificateKind};
use super::codes::{CANNOT_SIGN, Code, named};
use super::seal::{self, Order, Sealed, Sealing};
use super::state::{End, Operation, Outcome, State};
use crate::clock::{delta, later};
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// The certificate that a signer takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub(super) kind: CertificateKind,
    /// Members on top of the kind's own.
    pub(super) members: Map<String, Value>,
}

/// Files that fail while the others are signed.
#[derive(Clone, Debug)]
pub(super) struct PartialFailure {
    pub(super) code: Code,
    /// Places of the files, from 0.
    pub(super) files: Vec<usize>,
}

/// Lets the scripted signer of a complete operation act. The vendor knows no e-mail address: the script is looked up with the identity number that
/// the operation asks for.
pub(super) fn begin_turn(sandbox: &Sandbox, id: &str) {
    let contact = {
        let state = sandbox.viafirma_state();
        state.operation(id).map(|operation| operation.contact().to_owned()).unwrap_or_default()
    };
    let script = sandbox.scripts().of(&contact);
    let (id, due) = (id.to_owned(), later(sandbox.now(), delta(script.delay())));
    match script.action {
        ScriptAction::Ignore => {}
        ScriptAction::Sign => sandbox.agenda().at(due, move |sandbox| async move {
            let choice = default_choice(&sandbox);
            did(sign(&sandbox, &id, &choice, None).await);
        }),
        ScriptAction::Decline => sandbox.agenda().at(due, move |sandbox| async move {
            did(cancel(&sandbox, &id));
        }),
    }
}

/// Somebody else may have ended the operation meanwhile.
fn did(outcome: Result<(), ActError>) {
    if let Err(reason) = outcome {
        tracing::debug!(%reason, "a scripted signer did not act");
    }
}

/// The certificate of a signer who does not choose.
pub(super) fn default_choice(sandbox: &Sandbox) -> Choice {
    Choice { kind: sandbox.viafirma_state().variants.certificate, members: Map::new() }
}

/// Signs with a certificate, all files but those that fail.
///
/// # Errors
/// [`ActError`]; nothing changed then, except with [`ActError::CannotSeal`], which means that no file could be signed.
pub(super) async fn sign(
    sandbox: &Sandbox,
    id: &str,
    choice: &Choice,
    failure: Option<PartialFailure>,
) -> Result<(), ActError> {
    let now = sandbox.now();
    let (sealing, certificate) = begin_signing(sandbox, id, choice, failure.as_ref(), now)?;
    let asked = sealing.orders.len();
    let sealed = seal::seal(sandbox, sealing).await;
    let made = sealed.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    end_signing(&mut sandbox.viafirma_state(), id, now, sealed, certificate, failure);
    if asked > 0 && made == 0 { Err(ActError::CannotSeal) } else { Ok(()) }
}

/// Marks the operation as being signed, and tells what is to be signed how.
fn begin_signing(
    sandbox: &Sandbox,
    id: &str,
    choice: &Choice,
    failure: Option<&PartialFailure>,
    now: DateTime<Utc>,
) -> Result<(Sealing, Certificate), ActError> {
    let mut state = sandbox.viafirma_state();
    may_act(sandbox, &state, id, now)?;
    let operation = state.operation(id).ok_or(ActError::UnknownTransaction)?;
    let certificate = Certificate::of(choice.kind, &operation.filters).with(choice.members.clone());
    let fails = |place: usize| failure.is_some_and(|failure| failure.files.contains(&place));
    let files: Vec<_> = operation.files.iter().cloned().enumerate().filter(|(place, _)| !fails(*place)).collect();
    let orders = files.into_iter().map(|(place, file)| {
        let signature_id = state.new_signature_id();
        (place, Order { signature_id, file })
    });
    let orders = orders.collect();
    let operation = state.operation_mut(id).ok_or(ActError::UnknownTransaction)?;
    operation.signing = true;
    Ok((Sealing { operation_id: id.to_owned(), certificate: certificate.clone(), at: now, orders }, certificate))
}

/// Whether the signer of an operation can act now.
pub(super) fn may_act(sandbox: &Sandbox, state: &State, id: &str, now: DateTime<Utc>) -> Result<(), ActError> {
    let operation = state.operation(id).ok_or(ActError::UnknownTransaction)?;
    operation.may_act(now, &state.variants)?;
    if sandbox.config().null_sink { Err(ActError::NotInProcess) } else { Ok(()) }
}

fn end_signing(
    state: &mut State,
    id: &str,
    now: DateTime<Utc>,
    sealed: Vec<(usize, Sealed)>,
    certificate: Certificate,
    failure: Option<PartialFailure>,
) {
    // After a reset the operation is gone.
    let Some(operation) = state.operation_mut(id) else {
        return;
    };
    for (place, outcome) in sealed {
        let Some(file) = operation.files.get_mut(place) else {
            continue;
        };
        match outcome {
            Ok(signature) => file.signature = Some(signature),
            Err(error) => {
                tracing::error!(%error, "a file of a sandbox operation could not be signed");
                file.error = Some(named(CANNOT_SIGN));
            }
        }
    }
    if let Some(failure) = failure {
        for place in failure.files {
            if let Some(file) = operation.files.get_mut(place) {
                file.error = Some(failure.code.clone());
            }
        }
    }
    end(operation, now, End::Signed(certificate));
    state.publish(id);
}

fn end(operation: &mut Operation, at: DateTime<Utc>, end: End) {
    operation.signing = false;
    operation.outcome = Some(Outcome { at, end });
}

/// The signer cancels in the program.
///
/// # Errors
/// [`ActError`]; nothing changed then.
pub(super) fn cancel(sandbox: &Sandbox, id: &str) -> Result<(), ActError> {
    finish_unsigned(sandbox, id, End::Cancelled)
}

/// The program or the server fails before anything is signed.
///
/// # Errors
/// [`ActError`]; nothing changed then.
pub(super) fn fail(sandbox: &Sandbox, id: &str, code: Code) -> Result<(), ActError> {
    finish_unsigned(sandbox, id, End::Failed(code))
}

fn finish_unsigned(sandbox: &Sandbox, id: &str, how: End) -> Result<(), ActError> {
    let now = sandbox.now();
    let mut state = sandbox.viafirma_state();
    may_act(sandbox, &state, id, now)?;
    let operation = state.operation_mut(id).ok_or(ActError::UnknownTransaction)?;
    end(operation, now, how);
    Ok(())
}

/// The vendor removes an operation with all its data, at whatever stage it is.
///
/// # Errors
/// [`ActError::UnknownTransaction`], and [`ActError::NotInProcess`] when that happened already.
pub(super) fn expire(sandbox: &Sandbox, id: &str) -> Result<(), ActError> {
    let now = sandbox.now();
    let mut state = sandbox.viafirma_state();
    let gone = state.operation(id).ok_or(ActError::UnknownTransaction)?.is_gone(now, &state.variants);
    let operation = state.operation_mut(id).ok_or(ActError::UnknownTransaction)?;
    if gone {
        return Err(ActError::NotInProcess);
    }
    operation.removed = true;
    Ok(())
}
