//! How an envelope becomes transactions at a provider: submissions, and the steps of each.
//!
//! A provider adapter declares both as data; the broker carries them out and records every step. The types are made for
//! all vendors at once: `tests/step_lists.rs` of `provider-clients` writes down the step lists of five contracts.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::facts::Reading;
use crate::ids::{DocumentId, RecipientId};

/// Names a step within an attempt, for example `upload_document/2`. Stable: it is the key of the step's record.
pub type StepId = String;

/// What repeating a step would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Repeating it changes nothing that anybody could notice.
    Repeatable,
    /// It must happen once: repeating it could notify, bill or duplicate.
    Once,
}

/// What to do when a step may or may not have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum WhenInDoubt {
    /// Do it again.
    Repeat,
    /// Ask the provider whether it happened: after each of `delays`, counted from the doubt. Found: adopted. Not found
    /// after the last look: `otherwise`.
    LookUp {
        /// When to look, in time since the doubt arose; ascending, at least one.
        delays: Vec<Duration>,
        /// What an empty look-up means.
        otherwise: WhenNotFound,
    },
    /// Wait, then repeat exactly the same call: it names a thing that exists once. A later refusal parks it.
    RepeatAfter {
        /// How long to wait.
        wait: Duration,
    },
    /// Make the same call again so many times, then start over with a new attempt from the first step: what was begun
    /// reaches nobody. When the pauses are used up, the submission is refused.
    Restart {
        /// How often the same call is made again first.
        repeats: u32,
        /// The pause before each new attempt, counted from the doubt; there are as many restarts as pauses.
        pauses: Vec<Duration>,
    },
    /// Only a person can tell.
    Park {
        /// How long a late word of the provider (a callback) may still settle it: before that has passed, a person cannot
        /// have it done again.
        hold: Duration,
    },
}

/// What it means that a look-up found nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenNotFound {
    /// It did not happen: repeating it is safe.
    Repeat,
    /// Nobody knows: a person decides.
    Park,
}

/// A lock that must be held over a step and its look-ups, so that two of the broker's own calls cannot be confused.
/// Neighbouring steps with an equal lock hold it together, without giving it back in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// One at a time for the provider account.
    Account,
    /// One at a time for this name, over all accounts (for example a vendor's user that several accounts share).
    Named(String),
}

/// One call of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name within the attempt.
    pub id: StepId,
    /// What repeating it would do.
    pub repeat: Repeat,
    /// What to do when it may have happened.
    pub in_doubt: WhenInDoubt,
    /// Earlier steps whose outputs it reads; they must be done first.
    pub needs: Vec<StepId>,
    /// The lock it holds.
    pub lock: Option<Lock>,
    /// Whether recipients can be reached (or money is spent) once it happened.
    pub makes_live: bool,
    /// The document it carries, where it carries one.
    pub document: Option<DocumentId>,
}

impl Step {
    /// A step that may be repeated at will.
    #[must_use]
    pub fn repeatable(id: impl Into<StepId>) -> Self {
        Self::new(id, Repeat::Repeatable, WhenInDoubt::Repeat)
    }

    /// A step that must happen once.
    #[must_use]
    pub fn once(id: impl Into<StepId>, in_doubt: WhenInDoubt) -> Self {
        Self::new(id, Repeat::Once, in_doubt)
    }

    fn new(id: impl Into<StepId>, repeat: Repeat, in_doubt: WhenInDoubt) -> Self {
        Self { id: id.into(), repeat, in_doubt, needs: Vec::new(), lock: None, makes_live: false, document: None }
    }

    /// The same step, reading the outputs of `steps`.
    #[must_use]
    pub fn needing(mut self, steps: impl IntoIterator<Item = impl Into<StepId>>) -> Self {
        self.needs.extend(steps.into_iter().map(Into::into));
        self
    }

    /// The same step, under `lock`.
    #[must_use]
    pub fn locked(mut self, lock: Lock) -> Self {
        self.lock = Some(lock);
        self
    }

    /// The same step, said to make the transaction live.
    #[must_use]
    pub fn making_live(mut self) -> Self {
        self.makes_live = true;
        self
    }

    /// The same step, said to carry `document`.
    #[must_use]
    pub fn carrying(mut self, document: DocumentId) -> Self {
        self.document = Some(document);
        self
    }
}

/// When a submission starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Start {
    /// As soon as the envelope is sent.
    AtOnce,
    /// Once the provider has accepted that submission.
    AfterSubmitted {
        /// Its ordinal.
        ordinal: u32,
    },
    /// Once that submission is completed; it then works on the documents which that one signed.
    AfterCompleted {
        /// Its ordinal.
        ordinal: u32,
    },
}

/// One transaction at the provider, as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionPlan {
    /// Its place among the envelope's submissions, from 0.
    pub ordinal: u32,
    /// The documents it carries.
    pub documents: Vec<DocumentId>,
    /// The recipients it reaches.
    pub recipients: Vec<RecipientId>,
    /// When it starts.
    pub start: Start,
    /// Its steps, in the order in which they are carried out.
    pub steps: Vec<Step>,
    /// Steps that tidy up, best effort, after an attempt was given up.
    pub clean_up: Vec<Step>,
}

/// Why a plan cannot be carried out as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two steps have one name.
    #[error("the step {0} is named twice")]
    DuplicateStep(StepId),
    /// A step reads the output of one that does not come before it.
    #[error("the step {step} needs {needs}, which does not come before it")]
    NotBefore {
        /// The reading step.
        step: StepId,
        /// The step it reads.
        needs: StepId,
    },
    /// A step that must happen once says that doubt is met by repeating it.
    #[error("the step {0} must happen once but would be repeated in doubt")]
    RepeatedOnce(StepId),
    /// A look-up without a single look.
    #[error("the step {0} looks up without a delay")]
    NoLook(StepId),
    /// A restart after a step that already made the transaction live.
    #[error("the step {0} would restart a transaction that is live")]
    RestartWhenLive(StepId),
    /// A submission that waits for itself or a later one.
    #[error("submission {0} waits for one that does not come before it")]
    WaitsForLater(u32),
}

impl SubmissionPlan {
    /// Checks what the engine relies on.
    ///
    /// # Errors
    /// The first rule of [`PlanError`] that is broken: a defect of the adapter.
    pub fn validate(&self) -> Result<(), PlanError> {
        let mut seen: Vec<&StepId> = Vec::new();
        let mut live = false;
        for step in &self.steps {
            if seen.contains(&&step.id) {
                return Err(PlanError::DuplicateStep(step.id.clone()));
            }
            if let Some(needs) = step.needs.iter().find(|needed| !seen.contains(needed)) {
                return Err(PlanError::NotBefore { step: step.id.clone(), needs: needs.clone() });
            }
            match &step.in_doubt {
                WhenInDoubt::Repeat if step.repeat == Repeat::Once => {
                    return Err(PlanError::RepeatedOnce(step.id.clone()));
                }
                WhenInDoubt::LookUp { delays, .. } if delays.is_empty() => {
                    return Err(PlanError::NoLook(step.id.clone()));
                }
                WhenInDoubt::Restart { .. } if live || step.makes_live => {
                    return Err(PlanError::RestartWhenLive(step.id.clone()));
                }
                WhenInDoubt::Repeat
                | WhenInDoubt::LookUp { .. }
                | WhenInDoubt::RepeatAfter { .. }
                | WhenInDoubt::Restart { .. }
                | WhenInDoubt::Park { .. } => {}
            }
            live |= step.makes_live;
            seen.push(&step.id);
        }
        match self.start {
            Start::AfterSubmitted { ordinal } | Start::AfterCompleted { ordinal } if ordinal >= self.ordinal => {
                Err(PlanError::WaitsForLater(self.ordinal))
            }
            Start::AtOnce | Start::AfterSubmitted { .. } | Start::AfterCompleted { .. } => Ok(()),
        }
    }
}

/// What a step gave: kept (encrypted) for the steps after it and for the readings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepOutput {
    /// The provider's id of the transaction, when this step learnt it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Other values that later calls need.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// What the answer already tells about the transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
}

impl StepOutput {
    /// An output that is the provider's id of the transaction.
    #[must_use]
    pub fn reference(id: impl Into<String>) -> Self {
        Self { reference: Some(id.into()), ..Self::default() }
    }
}

/// The outputs of the steps that are done, by step.
pub type StepOutputs = BTreeMap<StepId, StepOutput>;
