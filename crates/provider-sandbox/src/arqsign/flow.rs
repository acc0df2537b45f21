//! A process's way through its signers. Source: contract sections 2.1, 2.6, 2.7 and 3.

use chrono::{DateTime, TimeDelta, Utc};

use super::VENDOR;
use super::events::{self, Trigger};
use super::process::{Deed, Recipient, SignedData, Status, Uploaded};
use super::state::{Link, LinkTarget, Seat, State};
use super::{seal, signing};
use crate::clock::{delta, later};
use crate::ledger::{Notice, NoticeKind};
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// What a signer does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Signs; files stand with the places of the attachments that they answer.
    Sign { data: SignedData, files: Vec<(usize, Uploaded)> },
    /// Declines, with a reason.
    Decline(String),
}

/// Sends a new process, at once or after the time that a variant gives it in `Criado`.
pub(super) async fn begin(sandbox: &Sandbox, id: &str) {
    let seconds = sandbox.arqsign_state().variants.created_for_s;
    if seconds == 0 {
        return dispatch(sandbox, id).await;
    }
    let due = later(
        sandbox.now(),
        TimeDelta::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX),
    );
    let id = id.to_owned();
    sandbox.agenda().at(due, move |sandbox| async move { dispatch(&sandbox, &id).await });
}

async fn dispatch(sandbox: &Sandbox, id: &str) {
    let sent = {
        let mut state = sandbox.arqsign_state();
        let now = sandbox.now();
        state.process_mut(id).filter(|process| process.status == Status::Created && !process.deleted).map(|process| {
            process.status = Status::Waiting;
            process.sent_at = Some(now);
        })
    };
    if sent.is_none() {
        return;
    }
    events::announce(sandbox, id, Trigger::Sent, None);
    schedule_expiry(sandbox, id);
    if let Err(error) = advance(sandbox, id).await {
        tracing::error!(%error, "a new sandbox process could not be finished");
    }
}

/// Carries out what a signer does, and what follows from it.
///
/// # Errors
/// [`ActError`]; nothing changed then, except with [`ActError::CannotSeal`].
pub(super) async fn act(sandbox: &Sandbox, seat: &Seat, act: Act) -> Result<(), ActError> {
    let now = sandbox.now();
    let declined = {
        let mut state = sandbox.arqsign_state();
        let process = state.process_mut(&seat.process).ok_or(ActError::UnknownTransaction)?;
        process.may_act(seat.place, now)?;
        let recipient = process.recipients.get_mut(seat.place).ok_or(ActError::NoRecipient)?;
        let signer = recipient.signer.as_mut().ok_or(ActError::NoRecipient)?;
        match act {
            Act::Sign { data, files } => {
                signer.deed = Some(Deed::Signed(now, data));
                for (place, file) in files {
                    if let Some(attachment) = signer.attachments.get_mut(place) {
                        attachment.upload = Some(file);
                    }
                }
                process.status = Status::InProcess;
                // The last signature ends in the completed state in one step: nobody sees the process open and signed by all.
                process.sealing = process.open_order().is_none();
                false
            }
            Act::Decline(reason) => {
                signer.deed = Some(Deed::Declined(now, reason));
                process.status = Status::Canceled;
                process.canceled_at = Some(now);
                true
            }
        }
    };
    if declined {
        events::announce(sandbox, &seat.process, Trigger::Declined, Some(seat.place));
        return Ok(());
    }
    events::announce(sandbox, &seat.process, Trigger::Signed, Some(seat.place));
    advance(sandbox, &seat.process).await
}

/// Begins the turns that have come; when nobody is left, makes the signed files and completes the process.
async fn advance(sandbox: &Sandbox, id: &str) -> Result<(), ActError> {
    let (turns, complete) = {
        let mut state = sandbox.arqsign_state();
        let turns = open_turns(&mut state, id);
        let process = state.process(id).ok_or(ActError::UnknownTransaction)?;
        (turns, process.sealing)
    };
    for turn in turns {
        begin_turn(sandbox, &turn, NoticeKind::Invitation);
    }
    if complete && !sandbox.config().null_sink {
        seal::seal(sandbox, id).await.map_err(|error| {
            tracing::error!(%error, "a sandbox process could not be signed");
            ActError::CannotSeal
        })?;
        complete_process(sandbox, id);
    }
    Ok(())
}

/// A signer whose turn begins.
struct Turn {
    seat: Seat,
    contact: String,
    asked: bool,
    reminder_days: Option<i64>,
    failed: bool,
}

/// Marks the signers whose turn begins now, in the order of the request.
fn open_turns(state: &mut State, id: &str) -> Vec<Turn> {
    let undeliverable = state.variants.undeliverable.clone();
    let Some(process) = state.process_mut(id).filter(|process| process.status.is_open()) else {
        return Vec::new();
    };
    let open = process.open_order();
    let reminder_days = process.reminder_days;
    let mut turns = Vec::new();
    for (place, recipient) in process.recipients.iter_mut().enumerate() {
        if recipient.notified || !recipient.is_pending() || open != Some(recipient.order) {
            continue;
        }
        recipient.notified = true;
        turns.push(turn(Seat { process: id.to_owned(), place }, recipient, &undeliverable, reminder_days));
    }
    turns
}

fn turn(
    seat: Seat,
    recipient: &mut Recipient,
    undeliverable: &std::collections::BTreeSet<String>,
    reminder_days: Option<i64>,
) -> Turn {
    let bounces = |address: &str| undeliverable.contains(&address.to_lowercase());
    recipient.failed = recipient.wants_request() && bounces(recipient.contact.text());
    recipient.code_failed = code_address(recipient).is_some_and(|address| bounces(&address));
    Turn {
        seat,
        contact: recipient.contact.text().to_owned(),
        asked: recipient.wants_request(),
        reminder_days: reminder_days.filter(|_| recipient.wants_reminders()),
        failed: recipient.failed || recipient.code_failed,
    }
}

/// Where the access code goes.
pub(super) fn code_address(recipient: &Recipient) -> Option<String> {
    let online = &recipient.signer.as_ref()?.online;
    let (security, _) = online.code()?;
    match security.id_meio_envio? {
        1 | 2 => security.codigo_seguranca_telefone.clone(),
        3 => security.codigo_seguranca_email.clone(),
        _ => None,
    }
}

fn begin_turn(sandbox: &Sandbox, turn: &Turn, kind: NoticeKind) {
    if turn.failed {
        return events::announce(sandbox, &turn.seat.process, Trigger::DeliveryFailed, Some(turn.seat.place));
    }
    if turn.asked {
        tell(sandbox, kind, &turn.contact, &turn.seat.process);
    }
    if sandbox.config().null_sink {
        return;
    }
    if let Some(days) = turn.reminder_days {
        schedule_reminder(sandbox, &turn.seat, days, sandbox.now());
    }
    let script = sandbox.scripts().of(&turn.contact);
    if script.action == ScriptAction::Ignore {
        return;
    }
    let seat = turn.seat.clone();
    sandbox.agenda().at(later(sandbox.now(), delta(script.delay())), move |sandbox| async move {
        let deed = match script.action {
            ScriptAction::Sign => signing::by_itself(&sandbox, &seat),
            ScriptAction::Decline => Some(Act::Decline("Recusado".to_owned())),
            ScriptAction::Ignore => None,
        };
        // Somebody else may have ended the turn meanwhile.
        if let Some(deed) = deed
            && let Err(reason) = act(&sandbox, &seat, deed).await
        {
            tracing::debug!(%reason, "a scripted signer did not act");
        }
    });
}

fn tell(sandbox: &Sandbox, kind: NoticeKind, contact: &str, process: &str) {
    sandbox.notify(Notice {
        at: sandbox.now(),
        vendor: VENDOR.to_owned(),
        kind,
        recipient: contact.to_owned(),
        reference: process.to_owned(),
    });
}

/// Reminds a signer every so many days while they may act. An expired process is silent and may be resent, so the interval goes on until the
/// signer or the process comes to an end.
fn schedule_reminder(sandbox: &Sandbox, seat: &Seat, days: i64, from: DateTime<Utc>) {
    let due = later(from, TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX));
    let seat = seat.clone();
    sandbox.agenda().at(due, move |sandbox| async move {
        let pending = {
            let state = sandbox.arqsign_state();
            let process = state.process(&seat.process).filter(|found| found.status.is_open() && !found.deleted);
            process.and_then(|process| {
                let recipient = process.recipients.get(seat.place).filter(|recipient| recipient.is_pending())?;
                let asked = process.may_act(seat.place, due).is_ok() && !recipient.failed;
                Some(asked.then(|| recipient.contact.text().to_owned()))
            })
        };
        let Some(contact) = pending else {
            return;
        };
        if let Some(contact) = contact {
            tell(&sandbox, NoticeKind::Reminder, &contact, &seat.process);
        }
        schedule_reminder(&sandbox, &seat, days, due);
    });
}

/// Announces the expiry, unless a resend moves it before.
fn schedule_expiry(sandbox: &Sandbox, id: &str) {
    let expiry = sandbox.arqsign_state().process(id).and_then(|process| process.expires_at());
    let Some(expiry) = expiry else {
        return;
    };
    let id = id.to_owned();
    sandbox.agenda().at(later(expiry, TimeDelta::milliseconds(1)), move |sandbox| async move {
        let expired = sandbox.arqsign_state().process(&id).is_some_and(|process| {
            process.expires_at() == Some(expiry)
                && process.is_expired(sandbox.now())
                && !process.expired_early
                && !process.deleted
        });
        if expired {
            events::announce(&sandbox, &id, Trigger::Expired, None);
        }
    });
}

fn complete_process(sandbox: &Sandbox, id: &str) {
    let copies = {
        let mut state = sandbox.arqsign_state();
        let now = sandbox.now();
        let landing = state.process(id).and_then(|process| {
            let account = state.account(&process.account)?;
            account.folder(&process.folder).filter(|folder| folder.deleted)?;
            account.root().map(|folder| folder.id.clone())
        });
        share(&mut state, id);
        let Some(process) = state.process_mut(id) else {
            return;
        };
        process.status = Status::Completed;
        process.completed_at = Some(now);
        process.sealing = false;
        if let Some(root) = landing {
            process.folder = root;
        }
        let copies = process.recipients.iter_mut().filter(|recipient| recipient.signer.is_none());
        let sent = copies.filter(|recipient| recipient.wants_completion()).map(|recipient| {
            recipient.notified = true;
            recipient.contact.text().to_owned()
        });
        sent.collect::<Vec<_>>()
    };
    for contact in copies {
        tell(sandbox, NoticeKind::Invitation, &contact, id);
    }
    events::announce(sandbox, id, Trigger::Completed, None);
}

/// Makes the addresses behind the QR codes.
fn share(state: &mut State, id: &str) {
    let Some(process) = state.process(id).filter(|process| process.qr_code) else {
        return;
    };
    let account = process.account.clone();
    let names: Vec<String> = process.documents.iter().map(|document| document.name.clone()).collect();
    for (place, filename) in names.into_iter().enumerate() {
        let target = LinkTarget::Document { process: id.to_owned(), place };
        let token = state.new_link(Link { account: account.clone(), filename, target, expires_at: None });
        if let Some(document) = state.process_mut(id).and_then(|process| process.documents.get_mut(place)) {
            document.shared = Some(token);
        }
    }
}

/// Writes again to these signers, in whose process the change is already made.
pub(super) fn resent(sandbox: &Sandbox, id: &str, places: &[usize], kind: NoticeKind) {
    events::announce(sandbox, id, Trigger::Resent, None);
    schedule_expiry(sandbox, id);
    let turns = {
        let mut state = sandbox.arqsign_state();
        let undeliverable = state.variants.undeliverable.clone();
        let now = sandbox.now();
        let Some(process) = state.process_mut(id) else {
            return;
        };
        let open: Vec<usize> = places.iter().copied().filter(|place| process.may_act(*place, now).is_ok()).collect();
        let turns = open.into_iter().filter_map(|place| {
            let recipient = process.recipients.get_mut(place)?;
            // Reminders that were scheduled go on.
            Some(turn(Seat { process: id.to_owned(), place }, recipient, &undeliverable, None))
        });
        turns.collect::<Vec<_>>()
    };
    for turn in turns {
        begin_turn(sandbox, &turn, kind);
    }
}
