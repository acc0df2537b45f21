//! A contract's way through its signers. Source: contract section 10.3.

use super::callback::{self, Post};
use super::contract::{Contract, Decision, Signer, Status};
use super::state::{ContractKey, Seat, State};
use super::{mails, notary, seal};
use crate::clock::{delta, later};
use crate::ledger::NoticeKind;
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// What a signer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Fetches the draft.
    Download,
    /// Accepts the draft.
    Accept,
    /// Refuses the draft.
    Refuse,
    /// Pays.
    Pay,
    /// Signs.
    Sign,
}

/// What signers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// To answer to the draft.
    Review,
    /// To pay.
    Payment,
    /// To sign.
    Signing,
}

/// What began by a deed.
enum Began {
    Stage(Stage),
    /// Everybody has signed.
    Sealing,
}

/// Whether a signer can do that now.
///
/// # Errors
/// [`ActError`].
pub(super) fn may(contract: &Contract, num: u32, deed: Deed) -> Result<(), ActError> {
    if contract.deleted {
        return Err(ActError::UnknownTransaction);
    }
    let signer = contract.signer(num).ok_or(ActError::NoRecipient)?;
    let (status, acted, concerned) = match deed {
        Deed::Download => (Status::Review, false, signer.asked),
        Deed::Accept | Deed::Refuse => (Status::Review, signer.decision.is_some(), signer.asked),
        Deed::Pay => (Status::Approved, signer.paid, signer.portion > 0),
        Deed::Sign => (Status::SignedPending, signer.signed.is_some(), true),
    };
    if acted {
        Err(ActError::AlreadyActed)
    } else if contract.status != status {
        Err(ActError::NotInProcess)
    } else if concerned {
        Ok(())
    } else {
        Err(ActError::NotTheirTurn)
    }
}

/// What a signer is asked for now; none when it is nothing.
pub(super) fn asked_for(contract: &Contract, num: u32) -> Option<Deed> {
    [Deed::Accept, Deed::Pay, Deed::Sign].into_iter().find(|deed| may(contract, num, *deed).is_ok())
}

/// Carries out what a signer does, and what follows from it: callbacks, mails, the next stage, the signed file.
///
/// # Errors
/// [`ActError`]; nothing changed then, except with [`ActError::CannotSeal`].
pub(super) async fn act(sandbox: &Sandbox, seat: Seat, deed: Deed) -> Result<(), ActError> {
    let now = sandbox.now();
    let (posts, began) = {
        let mut state = sandbox.firma_virtual_state();
        let contract = state.contract_mut(seat.contract).ok_or(ActError::UnknownTransaction)?;
        may(contract, seat.num, deed)?;
        let signer = contract.signer_mut(seat.num).ok_or(ActError::NoRecipient)?;
        match deed {
            Deed::Download if signer.downloaded => return Ok(()),
            Deed::Download => signer.downloaded = true,
            Deed::Accept => signer.decision = Some(Decision::Accepted(now)),
            Deed::Refuse => signer.decision = Some(Decision::Refused(now)),
            Deed::Pay => signer.paid = true,
            Deed::Sign => signer.signed = Some(now),
        }
        let mut posts: Vec<Post> = callback::of(&state, sandbox.base_url(), seat.contract).into_iter().collect();
        let began = progress(sandbox, &mut state, seat.contract, &mut posts);
        (posts, began)
    };
    follow(sandbox, seat.contract, posts, began).await
}

/// Looks whether a contract can go on without a further deed.
pub(super) async fn carry_on(sandbox: &Sandbox, key: ContractKey) {
    let mut posts = Vec::new();
    let began = progress(sandbox, &mut sandbox.firma_virtual_state(), key, &mut posts);
    if let Err(reason) = follow(sandbox, key, posts, began).await {
        tracing::error!(%reason, "a sandbox contract could not go on");
    }
}

/// Moves a contract as far as it can go, with a callback for each new state.
fn progress(sandbox: &Sandbox, state: &mut State, key: ContractKey, posts: &mut Vec<Post>) -> Vec<Began> {
    let mut began = Vec::new();
    while let Some(step) = state.contract_mut(key).and_then(|contract| next(contract, sandbox.config().null_sink)) {
        match step {
            Step::To(_) => posts.extend(callback::of(state, sandbox.base_url(), key)),
            Step::Sealing => {
                began.push(Began::Sealing);
                break;
            }
        }
        // A stage that is over already asks nobody.
        if let (Step::To(Some(stage)), Some(contract)) = (step, state.contract(key))
            && !(stage == Stage::Payment && contract.all_paid())
        {
            began.push(Began::Stage(stage));
        }
    }
    began
}

/// One step of a contract.
#[derive(Clone, Copy)]
enum Step {
    /// Into another state, which asks for something or does not.
    To(Option<Stage>),
    Sealing,
}

fn next(contract: &mut Contract, null_sink: bool) -> Option<Step> {
    match contract.status {
        Status::Review if contract.signers.iter().any(Signer::refused) => {
            contract.status = Status::Rejected;
            Some(Step::To(None))
        }
        Status::Review if contract.all_accepted() => {
            contract.status = Status::Approved;
            Some(Step::To(Some(Stage::Payment)))
        }
        Status::Approved if contract.all_paid() => {
            contract.paid = true;
            contract.signers.iter_mut().filter(|signer| signer.portion > 0).for_each(|signer| signer.paid = true);
            contract.status = Status::SignedPending;
            Some(Step::To(Some(Stage::Signing)))
        }
        Status::SignedPending if contract.all_signed() && !contract.sealing && !null_sink => {
            let pending = contract.sealed.is_none();
            contract.sealing = pending;
            pending.then_some(Step::Sealing)
        }
        Status::Created
        | Status::Review
        | Status::Approved
        | Status::SignedPending
        | Status::InNotary
        | Status::Delivered
        | Status::Finished
        | Status::Rejected => None,
    }
}

async fn follow(sandbox: &Sandbox, key: ContractKey, posts: Vec<Post>, began: Vec<Began>) -> Result<(), ActError> {
    for post in posts {
        callback::send(sandbox, Some(post));
    }
    for began in began {
        match began {
            Began::Stage(stage) => open(sandbox, key, stage),
            Began::Sealing => {
                seal::seal(sandbox, key).await.map_err(|error| {
                    tracing::error!(%error, "a sandbox contract could not be signed");
                    ActError::CannotSeal
                })?;
                notary::after_signatures(sandbox, key);
            }
        }
    }
    Ok(())
}

/// Mails those whom a stage asks, and begins their turns.
fn open(sandbox: &Sandbox, key: ContractKey, stage: Stage) {
    let asked: Vec<(Seat, String, String)> = {
        let state = sandbox.firma_virtual_state();
        let Some(contract) = state.contract(key) else {
            return;
        };
        let asked = contract.signers.iter().filter(|signer| asked_for(contract, signer.num).is_some());
        let line = |signer: &Signer| {
            let seat = Seat { contract: key, num: signer.num };
            (seat, signer.data.email.clone(), contract.id.clone())
        };
        asked.map(line).collect()
    };
    for (seat, email, contract) in asked {
        mails::tell(sandbox, NoticeKind::NextStep, &email, &contract);
        begin_turn(sandbox, seat, &email, stage);
    }
}

/// Enters into the agenda what a scripted signer does in a stage.
pub(super) fn begin_turn(sandbox: &Sandbox, seat: Seat, email: &str, stage: Stage) {
    let script = sandbox.scripts().of(email);
    let deeds: &'static [Deed] = match (script.action, stage) {
        (ScriptAction::Sign, Stage::Review) => &[Deed::Download, Deed::Accept],
        (ScriptAction::Decline, Stage::Review) => &[Deed::Download, Deed::Refuse],
        (ScriptAction::Sign, Stage::Payment) => &[Deed::Pay],
        (ScriptAction::Sign, Stage::Signing) => &[Deed::Sign],
        (ScriptAction::Ignore, _) | (ScriptAction::Decline, Stage::Payment | Stage::Signing) => return,
    };
    if sandbox.config().null_sink {
        return;
    }
    sandbox.agenda().at(later(sandbox.now(), delta(script.delay())), move |sandbox| async move {
        for deed in deeds {
            // Somebody else may have ended the turn meanwhile.
            if let Err(reason) = act(&sandbox, seat, *deed).await {
                tracing::debug!(%reason, "a scripted signer did not act");
            }
        }
    });
}
