//! A document's way through its recipients. Source: contract section 10.3.

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{Action, Document, DocumentKey, Estado, Role, Seat, State};
use super::{VENDOR, callback, seal};
use crate::clock::{delta, later};
use crate::ledger::{Notice, NoticeKind};
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// What a recipient does with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Signs or approves.
    Sign,
    /// Refuses.
    Decline,
}

/// Whether a recipient may act now.
pub(super) fn may_act(document: &Document, seat: Seat) -> Result<(), ActError> {
    let (block, recipient) = document.recipient(seat).ok_or(ActError::NoRecipient)?;
    if document.estado != Estado::EnProceso || document.sealing {
        return Err(ActError::NotInProcess);
    }
    if recipient.action.is_some() {
        return Err(ActError::AlreadyActed);
    }
    if block.role == Role::Copia || block.is_complete() || document.open_order() != Some(block.order) {
        return Err(ActError::NotTheirTurn);
    }
    Ok(())
}

/// Opens the first blocks of a new document.
pub(super) async fn begin(sandbox: &Sandbox, key: DocumentKey) {
    if let Err(error) = advance(sandbox, key).await {
        tracing::error!(%error, "a new sandbox document could not be finished");
    }
}

/// Carries out what a recipient does, and what follows from it: invitations, the end of the document, the callback.
///
/// # Errors
/// [`ActError`]; nothing changed then, except with [`ActError::CannotSeal`].
pub(super) async fn act(sandbox: &Sandbox, seat: Seat, act: Act) -> Result<(), ActError> {
    let now = sandbox.now();
    {
        let mut state = sandbox.efirma_state();
        let document = state.document_mut(seat.document).ok_or(ActError::UnknownTransaction)?;
        may_act(document, seat)?;
        let recipient = document.recipient_mut(seat).ok_or(ActError::NoRecipient)?;
        match act {
            Act::Sign => recipient.action = Some(Action::Acted(now)),
            Act::Decline => {
                recipient.action = Some(Action::Declined(now));
                document.estado = Estado::Rechazado;
                return Ok(());
            }
        }
    }
    advance(sandbox, seat.document).await
}

/// Annuls a document, as a person does in the vendor's application.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`].
pub(super) fn annul(state: &mut State, key: DocumentKey) -> Result<(), ActError> {
    let document = state.document_mut(key).ok_or(ActError::UnknownTransaction)?;
    if document.estado != Estado::EnProceso || document.sealing {
        return Err(ActError::NotInProcess);
    }
    document.estado = Estado::Anulado;
    Ok(())
}

/// Invites those whose turn has come; when nobody is left, makes the signed file and announces it.
async fn advance(sandbox: &Sandbox, key: DocumentKey) -> Result<(), ActError> {
    let (turns, complete) = {
        let mut state = sandbox.efirma_state();
        let turns = open_turns(&mut state, key, sandbox.config().null_sink);
        let document = state.document_mut(key).ok_or(ActError::UnknownTransaction)?;
        let complete = document.estado == Estado::EnProceso && !document.sealing && document.open_order().is_none();
        document.sealing |= complete;
        (turns, complete)
    };
    for turn in turns {
        begin_turn(sandbox, &turn);
    }
    if complete && !sandbox.config().null_sink {
        seal::seal(sandbox, key).await.map_err(|error| {
            tracing::error!(%error, "a sandbox document could not be signed");
            ActError::CannotSeal
        })?;
        callback::announce(sandbox, key);
    }
    Ok(())
}

/// A recipient whose turn begins.
struct Turn {
    seat: Seat,
    email: String,
    reference: String,
    asked: bool,
    notify: bool,
    reminder_days: i64,
}

/// Marks the recipients whose turn begins now, and gives them back in the order of the request. Copies go out when their order is reached, or at
/// the end when it is the last.
fn open_turns(state: &mut State, key: DocumentKey, null_sink: bool) -> Vec<Turn> {
    let Some(document) = state.document(key).filter(|document| document.estado == Estado::EnProceso) else {
        return Vec::new();
    };
    let open = document.open_order().unwrap_or(i64::MAX);
    let turns: Vec<Turn> = document
        .seats(key)
        .filter(|(_, block, recipient)| block.order <= open && !recipient.invited && recipient.action.is_none())
        .map(|(seat, block, recipient)| Turn {
            seat,
            email: state.person(document, recipient).email,
            reference: document.id.clone(),
            asked: block.role != Role::Copia && !null_sink,
            notify: recipient.notify,
            reminder_days: document.reminder_days,
        })
        .collect();
    if let Some(document) = state.document_mut(key) {
        for turn in &turns {
            if let Some(recipient) = document.recipient_mut(turn.seat) {
                recipient.invited = true;
            }
        }
    }
    turns
}

fn begin_turn(sandbox: &Sandbox, turn: &Turn) {
    if turn.notify {
        tell(sandbox, NoticeKind::Invitation, &turn.email, &turn.reference);
    }
    if !turn.asked {
        return;
    }
    if turn.notify && turn.reminder_days >= 1 {
        schedule_reminder(sandbox, turn.seat, turn.reminder_days, sandbox.now());
    }
    let seat = turn.seat;
    let script = sandbox.scripts().of(&turn.email);
    let deed = match script.action {
        ScriptAction::Sign => Act::Sign,
        ScriptAction::Decline => Act::Decline,
        ScriptAction::Ignore => return,
    };
    sandbox.agenda().at(later(sandbox.now(), delta(script.delay())), move |sandbox| async move {
        // Somebody else may have ended the turn meanwhile.
        if let Err(reason) = act(&sandbox, seat, deed).await {
            tracing::debug!(%reason, "a scripted signer did not act");
        }
    });
}

fn tell(sandbox: &Sandbox, kind: NoticeKind, email: &str, reference: &str) {
    sandbox.notify(Notice {
        at: sandbox.now(),
        vendor: VENDOR.to_owned(),
        kind,
        recipient: email.to_owned(),
        reference: reference.to_owned(),
    });
}

/// Reminds a recipient every so many days until they act or their turn ends.
fn schedule_reminder(sandbox: &Sandbox, seat: Seat, days: i64, from: DateTime<Utc>) {
    let due = later(from, TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX));
    sandbox.agenda().at(due, move |sandbox| async move {
        let asked = {
            let state = sandbox.efirma_state();
            state.document(seat.document).filter(|document| may_act(document, seat).is_ok()).and_then(|document| {
                let (_, recipient) = document.recipient(seat)?;
                Some((state.person(document, recipient).email, document.id.clone()))
            })
        };
        if let Some((email, reference)) = asked {
            tell(&sandbox, NoticeKind::Reminder, &email, &reference);
            schedule_reminder(&sandbox, seat, days, due);
        }
    });
}

/// Invites a person again, at a changed address, to everything that waits for them. What the real vendor does is not documented; without this a
/// corrected address would never learn of its documents.
pub(super) fn invite_again(sandbox: &Sandbox, cif_cliente: &str, person: usize) {
    let waiting: Vec<(String, String)> = {
        let state = sandbox.efirma_state();
        state
            .documents()
            .filter(|(_, document)| document.cif_cliente == cif_cliente)
            .flat_map(|(key, document)| {
                document.seats(key).map(move |(seat, _, recipient)| (document, seat, recipient))
            })
            .filter(|(document, seat, recipient)| {
                recipient.person == person && recipient.notify && may_act(document, *seat).is_ok()
            })
            .map(|(document, _, recipient)| (state.person(document, recipient).email, document.id.clone()))
            .collect()
    };
    for (email, reference) in waiting {
        tell(sandbox, NoticeKind::Invitation, &email, &reference);
    }
}
