//! The steps of a submission: only the last reaches people, so everything before it is begun anew after a doubt.
//! Source: contract sections 6 and 8.

use std::time::Duration;

use domain::ids::SubmissionId;
use domain::order::Order;
use domain::steps::{Start, Step, SubmissionPlan, WhenInDoubt, WhenNotFound};

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use crate::provider::{SubmissionView, Unbuildable};

/// The step that makes the portfolio.
pub(super) const CREATE: &str = "create_portfolio";
const DOCUMENT: &str = "add_document";
const IDENTITY: &str = "add_identity_document";
/// The step that starts the signing.
pub(super) const START: &str = "start";

/// How often a portfolio is begun anew before the submission fails. Source: contract section 6.
const RESTARTS: usize = 3;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// Makes the portfolio.
    Create,
    /// Adds the document of this place among the submission's, from 0.
    Document(usize),
    /// Adds this recipient's identity document, both by place from 0.
    Identity(usize, usize),
    /// Starts the signing.
    Start,
}

impl Does {
    /// What the step of this id does.
    pub(super) fn of(step: &Step) -> Result<Self, Unbuildable> {
        let place = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let mut parts = step.id.split('/');
        let does = match (parts.next(), parts.next(), parts.next()) {
            (Some(CREATE), None, None) => Some(Self::Create),
            (Some(START), None, None) => Some(Self::Start),
            (Some(DOCUMENT), Some(number), None) => place(number).map(Self::Document),
            (Some(IDENTITY), Some(recipient), Some(number)) => {
                place(recipient).zip(place(number)).map(|(recipient, number)| Self::Identity(recipient, number))
            }
            (_, _, _) => None,
        };
        does.ok_or_else(|| Unbuildable::Defect("GoFirmex has no such step.".to_owned()))
    }

    /// The call that it makes.
    pub(super) fn endpoint(self) -> Endpoint {
        match self {
            Self::Create => Endpoint::CreatePortfolio,
            Self::Document(_) => Endpoint::AddDocument,
            Self::Identity(..) => Endpoint::AddIdentityDocument,
            Self::Start => Endpoint::Start,
        }
    }
}

/// The step that adds the document of this place, from 0.
pub(super) fn document_step(index: usize) -> String {
    format!("{DOCUMENT}/{}", index + 1)
}

impl GofirmexAccount {
    /// One portfolio for the whole envelope.
    pub(super) fn plan(&self, order: &Order) -> Vec<SubmissionPlan> {
        let calls = &self.checked.profile.calls;
        let restart = || WhenInDoubt::Restart { repeats: 0, pauses: vec![Duration::ZERO; RESTARTS] };
        // Where the vendor can be read, it is asked instead of guessed; a repeat still reaches nobody.
        let asking = |endpoint: Endpoint| {
            let delays = self.checked.settings.lookup_delays();
            let look_up = WhenInDoubt::LookUp { delays, otherwise: WhenNotFound::Repeat };
            if calls.has(endpoint) { look_up } else { restart() }
        };
        let mut steps = vec![Step::once(CREATE, asking(Endpoint::FindPortfolio))];
        for (index, document) in order.documents.iter().enumerate() {
            let step = Step::once(document_step(index), asking(Endpoint::GetPortfolio));
            steps.push(step.needing([CREATE]).carrying(document.id));
        }
        for (index, recipient) in order.recipients.iter().enumerate() {
            // No call tells which identity documents a portfolio has.
            steps.extend(
                (1..=recipient.spec.identity_documents.len()).map(|number| {
                    Step::once(format!("{IDENTITY}/{}/{number}", index + 1), restart()).needing([CREATE])
                }),
            );
        }
        let grace = Duration::from_secs(self.timeouts().start_grace_s);
        let in_doubt = if calls.has(Endpoint::GetPortfolio) {
            WhenInDoubt::LookUp { delays: vec![grace], otherwise: WhenNotFound::Repeat }
        } else {
            WhenInDoubt::RepeatAfter { wait: grace }
        };
        steps.push(Step::once(START, in_doubt).needing([CREATE]).making_live());
        vec![SubmissionPlan {
            ordinal: 0,
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            start: Start::AtOnce,
            steps,
            clean_up: Vec::new(),
        }]
    }
}

/// The broker's own id of an attempt's portfolio: the vendor may want another one each time. Source: contract section 6.
pub(super) fn client_id(submission: &SubmissionView<'_>) -> String {
    match submission.attempt {
        0 | 1 => submission.id.to_string(),
        attempt => format!("{}.{attempt}", submission.id),
    }
}

/// The submission that such an id is of, whatever its attempt.
pub(super) fn submission_of(client_id: &str) -> Option<SubmissionId> {
    let id = match client_id.split_once('.') {
        Some((id, attempt)) => attempt.parse::<u32>().ok().map(|_| id)?,
        None => client_id,
    };
    SubmissionId::parse(id).ok()
}

/// The portfolio of an attempt that is under way, else the adopted one.
pub(super) fn portfolio_id<'a>(submission: &SubmissionView<'a>) -> Result<&'a str, Unbuildable> {
    submission
        .outputs
        .get(CREATE)
        .and_then(|output| output.reference.as_deref())
        .or(submission.reference)
        .ok_or_else(|| Unbuildable::Defect("The portfolio's id is not known.".to_owned()))
}
