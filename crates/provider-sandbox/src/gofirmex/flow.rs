//! A portfolio's way: evaluation, signers in their order, the notary, the end. Source: contract section 10.3.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::state::{Portfolio, PortfolioKey, Reason, Seat, Stage, State};
use super::{VENDOR, callback, seal};
use crate::clock::{delta, later};
use crate::ledger::{Notice, NoticeKind};
use crate::pdf_facts;
use crate::sandbox::Sandbox;
use crate::signers::ScriptAction;
use crate::transactions::ActError;

/// Who rejects a portfolio. Source: contract section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectedBy {
    /// The notary, while it is with the notary.
    Notary,
    /// The vendor's evaluator, from the start until the end.
    Gofirmex,
    /// The customer, at any time before the end.
    Client,
    /// The clock, at any time before the end.
    Expiration,
}

impl RejectedBy {
    fn stage(self) -> Stage {
        match self {
            Self::Notary => Stage::RejectedByNotary,
            Self::Gofirmex => Stage::RejectedByGofirmex,
            Self::Client => Stage::RejectedByClient,
            Self::Expiration => Stage::RejectedByExpiration,
        }
    }

    fn may_reject(self, portfolio: &Portfolio) -> bool {
        let possible = match self {
            Self::Notary => portfolio.stage == Stage::InNotary,
            Self::Gofirmex => portfolio.started_at.is_some(),
            Self::Client | Self::Expiration => true,
        };
        possible && !portfolio.stage.is_final() && !portfolio.sealing
    }
}

/// Whether a signer may act now.
pub(super) fn may_act(portfolio: &Portfolio, place: usize) -> Result<(), ActError> {
    let signer = portfolio.signers.get(place).ok_or(ActError::NoRecipient)?;
    if !portfolio.stage.is_signing() || portfolio.sealing {
        return Err(ActError::NotInProcess);
    }
    if portfolio.is_done(signer) {
        return Err(ActError::AlreadyActed);
    }
    if portfolio.open_order() != Some(signer.order.unwrap_or(0)) {
        return Err(ActError::NotTheirTurn);
    }
    Ok(())
}

/// Rejects the portfolio when it has not ended by then.
pub(super) fn schedule_expiry(sandbox: &Sandbox, key: PortfolioKey, at: DateTime<Utc>) {
    sandbox.agenda().at(at, move |sandbox| async move {
        let reason = Reason { message: "The portfolio has expired".to_owned(), detail: None };
        finish_quietly(reject(&sandbox, key, RejectedBy::Expiration, reason));
    });
}

/// Lets the evaluator decide after that time; without one a person decides.
pub(super) fn schedule_evaluation(sandbox: &Sandbox, key: PortfolioKey, after_ms: Option<u64>) {
    let Some(after_ms) = after_ms else {
        return;
    };
    let due = later(sandbox.now(), delta(Duration::from_millis(after_ms)));
    sandbox.agenda().at(due, move |sandbox| async move { finish_quietly(evaluate(&sandbox, key).await) });
}

/// Nothing is wrong when somebody else was faster.
fn finish_quietly(outcome: Result<(), ActError>) {
    if let Err(reason) = outcome {
        tracing::debug!(%reason, "a scheduled step of a portfolio did not happen");
    }
}

/// The evaluator looks at the documents and accepts the portfolio, or rejects it when one cannot be read.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`].
pub(super) async fn evaluate(sandbox: &Sandbox, key: PortfolioKey) -> Result<(), ActError> {
    let originals = {
        let state = sandbox.gofirmex_state();
        let portfolio = state.portfolio(key).ok_or(ActError::UnknownTransaction)?;
        portfolio.documents.iter().map(|document| document.original.clone()).collect::<Vec<_>>()
    };
    let readable = sandbox.config().null_sink
        || tokio::task::spawn_blocking(move || originals.iter().all(|pdf| pdf_facts::pages(pdf, false).is_ok()))
            .await
            // Reading hostile bytes must not take the vendor down: what makes the reader fail cannot be signed.
            .unwrap_or(false);
    if !readable {
        let reason = Reason { message: "A document cannot be read".to_owned(), detail: None };
        return reject(sandbox, key, RejectedBy::Gofirmex, reason);
    }
    {
        let mut state = sandbox.gofirmex_state();
        let portfolio = state.portfolio_mut(key).ok_or(ActError::UnknownTransaction)?;
        if portfolio.stage != Stage::InReview {
            return Err(ActError::NotInProcess);
        }
        portfolio.stage = Stage::Accepted;
    }
    callback::accepted(sandbox, key);
    open_turns(sandbox, key);
    Ok(())
}

/// Ends a portfolio before its time.
///
/// # Errors
/// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`] when that authority has no say in it now.
pub(super) fn reject(sandbox: &Sandbox, key: PortfolioKey, by: RejectedBy, reason: Reason) -> Result<(), ActError> {
    {
        let mut state = sandbox.gofirmex_state();
        let portfolio = state.portfolio_mut(key).ok_or(ActError::UnknownTransaction)?;
        if !by.may_reject(portfolio) {
            return Err(ActError::NotInProcess);
        }
        portfolio.stage = by.stage();
        portfolio.reason = Some(reason);
    }
    callback::rejected(sandbox, key, None);
    Ok(())
}

/// The customer withdraws a portfolio.
pub(super) fn withdraw(sandbox: &Sandbox, key: PortfolioKey, reason: String) {
    finish_quietly(reject(sandbox, key, RejectedBy::Client, Reason { message: reason, detail: None }));
}

/// A signer refuses to sign, which ends the portfolio.
///
/// # Errors
/// [`ActError`]; nothing changed then.
pub(super) fn refuse(sandbox: &Sandbox, seat: Seat) -> Result<(), ActError> {
    {
        let now = sandbox.now();
        let mut state = sandbox.gofirmex_state();
        let names_signer = !state.variants.anonymous_refusals;
        let portfolio = state.portfolio_mut(seat.portfolio).ok_or(ActError::UnknownTransaction)?;
        may_act(portfolio, seat.signer)?;
        let signer = portfolio.signers.get_mut(seat.signer).ok_or(ActError::NoRecipient)?;
        signer.refused_at = Some(now);
        let detail = names_signer.then(|| format!("signer {}", signer.nin));
        portfolio.reason = Some(Reason { message: "The signer refused to sign".to_owned(), detail });
        portfolio.stage = Stage::RejectedByClient;
    }
    callback::rejected(sandbox, seat.portfolio, Some(seat.signer));
    Ok(())
}

/// A signer signs one document, or all that are left; then whatever follows from it: the next turns, the notary, the end.
///
/// # Errors
/// [`ActError`]; nothing changed then, except with [`ActError::CannotSeal`].
pub(super) async fn sign(sandbox: &Sandbox, seat: Seat, document: Option<usize>) -> Result<(), ActError> {
    let signed = {
        let now = sandbox.now();
        let mut state = sandbox.gofirmex_state();
        let portfolio = state.portfolio_mut(seat.portfolio).ok_or(ActError::UnknownTransaction)?;
        may_act(portfolio, seat.signer)?;
        let all = 0..portfolio.documents.len();
        let signer = portfolio.signers.get_mut(seat.signer).ok_or(ActError::NoRecipient)?;
        let wanted: Vec<usize> = match document {
            Some(place) if !all.contains(&place) => return Err(ActError::UnknownTransaction),
            Some(place) if signer.signed.contains_key(&place) => return Err(ActError::AlreadyActed),
            Some(place) => vec![place],
            None => all.filter(|place| !signer.signed.contains_key(place)).collect(),
        };
        signer.signed.extend(wanted.iter().map(|place| (*place, now)));
        portfolio.stage = Stage::Signing;
        wanted
    };
    for place in signed {
        callback::signed(sandbox, seat, place);
    }
    advance(sandbox, seat.portfolio).await
}

/// Opens the next turns; when nobody is left, the portfolio goes to the notary or to its end.
async fn advance(sandbox: &Sandbox, key: PortfolioKey) -> Result<(), ActError> {
    let (all_done, notarial, notary_ms) = {
        let mut state = sandbox.gofirmex_state();
        let notary_ms = state.variants.notary_ms;
        let portfolio = state.portfolio_mut(key).ok_or(ActError::UnknownTransaction)?;
        let all_done = portfolio.stage == Stage::Signing && !portfolio.sealing && portfolio.all_done();
        let notarial = portfolio.is_notarial();
        if all_done && notarial {
            portfolio.stage = Stage::InNotary;
        }
        (all_done, notarial, notary_ms)
    };
    if !all_done {
        open_turns(sandbox, key);
        return Ok(());
    }
    if !notarial {
        return complete(sandbox, key, Stage::Signing).await;
    }
    if let Some(after_ms) = notary_ms {
        let due = later(sandbox.now(), delta(Duration::from_millis(after_ms)));
        sandbox.agenda().at(due, move |sandbox| async move { finish_quietly(legalise(&sandbox, key).await) });
    }
    Ok(())
}

/// The notary legalises a portfolio that all have signed.
///
/// # Errors
/// [`ActError`].
pub(super) async fn legalise(sandbox: &Sandbox, key: PortfolioKey) -> Result<(), ActError> {
    complete(sandbox, key, Stage::InNotary).await
}

/// Makes the signed files and announces them.
async fn complete(sandbox: &Sandbox, key: PortfolioKey, from: Stage) -> Result<(), ActError> {
    {
        let mut state = sandbox.gofirmex_state();
        let portfolio = state.portfolio_mut(key).ok_or(ActError::UnknownTransaction)?;
        if portfolio.stage != from || portfolio.sealing {
            return Err(ActError::NotInProcess);
        }
        portfolio.sealing = true;
    }
    let sealed = seal::seal(sandbox, key).await;
    {
        let now = sandbox.now();
        let mut state = sandbox.gofirmex_state();
        let hours = state.variants.link_hours;
        let portfolio = state.portfolio_mut(key).ok_or(ActError::UnknownTransaction)?;
        portfolio.sealing = false;
        let sealed = sealed.map_err(|error| {
            tracing::error!(%error, "a portfolio's documents could not be signed");
            ActError::CannotSeal
        })?;
        for (document, bytes) in portfolio.documents.iter_mut().zip(sealed) {
            document.sealed = Some(bytes);
        }
        portfolio.stage = Stage::Completed;
        portfolio.completed_at = Some(now);
        portfolio.links_until = Some(later(now, chrono::TimeDelta::hours(hours.into())));
    }
    callback::completed(sandbox, key);
    Ok(())
}

/// A signer whose turn begins.
struct Turn {
    seat: Seat,
    email: String,
    reference: String,
    notified: bool,
}

/// Tells the signers whose turn begins now, and lets scripted ones act.
fn open_turns(sandbox: &Sandbox, key: PortfolioKey) {
    let turns = new_turns(&mut sandbox.gofirmex_state(), key);
    for turn in turns {
        if turn.notified {
            tell(sandbox, NoticeKind::Invitation, &turn.email, &turn.reference);
        }
        // Without the files nobody can sign.
        if !sandbox.config().null_sink {
            schedule_script(sandbox, turn.seat, &turn.email);
        }
    }
}

fn new_turns(state: &mut State, key: PortfolioKey) -> Vec<Turn> {
    let Some(portfolio) = state.portfolio_mut(key) else {
        return Vec::new();
    };
    let open: Vec<usize> = (0..portfolio.signers.len()).filter(|place| may_act(portfolio, *place).is_ok()).collect();
    let reference = portfolio.id.clone();
    let signers = portfolio.signers.iter_mut().enumerate();
    signers
        .filter(|(place, signer)| open.contains(place) && !signer.invited)
        .map(|(place, signer)| {
            signer.invited = true;
            Turn {
                seat: Seat { portfolio: key, signer: place },
                email: signer.email.clone(),
                reference: reference.clone(),
                notified: signer.notified,
            }
        })
        .collect()
}

fn schedule_script(sandbox: &Sandbox, seat: Seat, email: &str) {
    let script = sandbox.scripts().of(email);
    let due = later(sandbox.now(), delta(script.delay()));
    match script.action {
        ScriptAction::Sign => {
            sandbox.agenda().at(due, move |sandbox| async move { finish_quietly(sign(&sandbox, seat, None).await) });
        }
        ScriptAction::Decline => {
            sandbox.agenda().at(due, move |sandbox| async move { finish_quietly(refuse(&sandbox, seat)) });
        }
        ScriptAction::Ignore => {}
    }
}

/// Notes that the vendor told somebody something.
pub(super) fn tell(sandbox: &Sandbox, kind: NoticeKind, email: &str, reference: &str) {
    sandbox.notify(Notice {
        at: sandbox.now(),
        vendor: VENDOR.to_owned(),
        kind,
        recipient: email.to_owned(),
        reference: reference.to_owned(),
    });
}
