//! What ends or disturbs a process from outside: canceling, expiry, bounced messages, deletion. Source: contract sections 2.6 and 3.

use super::events::{self, Trigger};
use super::messages::{self, Refusal};
use super::process::Status;
use super::state::Seat;
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Cancels a process, by a call or in the web application.
///
/// # Errors
/// The documented refusals of a process that is not open.
pub(super) fn cancel(sandbox: &Sandbox, id: &str, by: &str) -> Result<(), Refusal> {
    {
        let mut state = sandbox.arqsign_state();
        let variants = state.variants.clone();
        let now = sandbox.now();
        let Some(process) = state.process_mut(id) else {
            return Err(messages::unknown_ids(&variants, &["idProcesso"]));
        };
        open_for_changes(process.status, process.sealing)?;
        process.status = Status::Canceled;
        process.canceled_at = Some(now);
        process.canceled_by = Some(by.to_owned());
    }
    events::announce(sandbox, id, Trigger::Canceled, None);
    Ok(())
}

/// Whether a process may be canceled or resent. Source: contract section 2.6.
///
/// # Errors
/// Why not.
pub(super) fn open_for_changes(status: Status, sealing: bool) -> Result<(), Refusal> {
    match status {
        Status::Waiting | Status::InProcess if !sealing => Ok(()),
        Status::Created => Err(Refusal::unprocessable(messages::CREATED)),
        Status::Waiting | Status::InProcess | Status::Completed => Err(Refusal::unprocessable(messages::COMPLETED)),
        Status::Canceled => Err(Refusal::unprocessable(messages::CANCELED)),
    }
}

/// Lets a process expire now, whatever its days say.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`].
pub(super) fn expire(sandbox: &Sandbox, id: &str) -> Result<(), ActError> {
    {
        let mut state = sandbox.arqsign_state();
        let process = state.process_mut(id).ok_or(ActError::UnknownTransaction)?;
        if !process.status.is_open() || process.sealing || process.expired_early || process.deleted {
            return Err(ActError::NotInProcess);
        }
        process.expired_early = true;
    }
    events::announce(sandbox, id, Trigger::Expired, None);
    Ok(())
}

/// Lets the message to a signer bounce, after the fact.
///
/// # Errors
/// [`ActError`].
pub(super) fn fail_delivery(sandbox: &Sandbox, seat: &Seat) -> Result<(), ActError> {
    {
        let mut state = sandbox.arqsign_state();
        let now = sandbox.now();
        let process = state.process_mut(&seat.process).ok_or(ActError::UnknownTransaction)?;
        process.may_act(seat.place, now)?;
        let recipient = process.recipients.get_mut(seat.place).ok_or(ActError::NoRecipient)?;
        recipient.failed = true;
    }
    events::announce(sandbox, &seat.process, Trigger::DeliveryFailed, Some(seat.place));
    Ok(())
}

/// Deletes a process in the web application; the API has no call for it.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`] when that happened already.
pub(super) fn delete(sandbox: &Sandbox, id: &str) -> Result<(), ActError> {
    let mut state = sandbox.arqsign_state();
    let process = state.process_mut(id).ok_or(ActError::UnknownTransaction)?;
    if std::mem::replace(&mut process.deleted, true) { Err(ActError::NotInProcess) } else { Ok(()) }
}
