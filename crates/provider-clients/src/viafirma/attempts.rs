//! The operations of a submission, and what is known of each. An operation is used once, so that a signer who failed gets
//! another; a replaced one may still be signed until it must be dead. Source: contract section 3 and V21, V22.

use chrono::{DateTime, TimeDelta, Utc};
use domain::facts::Reading;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ViafirmaAccount;
use super::steps::{PREPARE, value};
use crate::provider::SubmissionView;

/// How long after its life an operation that was replaced is read: a signature at the last moment counts.
pub(super) const GRACE: TimeDelta = TimeDelta::minutes(15);

/// An operation that can be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation<'a> {
    pub attempt: u32,
    pub began_at: DateTime<Utc>,
    pub operation_id: &'a str,
    pub session_id: &'a str,
    /// Whether its link is the one that is served.
    pub current: bool,
}

/// How far an operation got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stand {
    /// It can be signed.
    #[default]
    Open,
    /// All files were signed by the asked signer.
    Signed,
    /// Some files were signed: a person decides.
    PartlySigned,
    /// Somebody else signed, or with a certificate that is not sound: a person decides.
    Withheld,
    /// It ended without a signature, and another one may succeed.
    UsedUp,
    /// The signer refused.
    Cancelled,
    /// It ended, and another one would not help.
    Failed,
}

/// What is known of an operation, as it is kept and shown under `submissions[].details.attempt_<n>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Known {
    pub status: Stand,
    /// The vendor's code, or a word of ours for what it has no code for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Readings that were refused in a row.
    #[serde(skip_serializing_if = "is_zero")]
    pub refused_readings: u32,
    /// Times that it had ended and its result was not there.
    #[serde(skip_serializing_if = "is_zero")]
    pub missing_results: u32,
    /// Since when its result is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<DateTime<Utc>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Known {
    /// Of this stand, with this code.
    pub(super) fn ended(status: Stand, code: Option<&str>) -> Self {
        Self { status, code: code.map(str::to_owned), ..Self::default() }
    }

    /// What earlier readings told of an attempt.
    pub(super) fn of(submission: &SubmissionView<'_>, attempt: u32) -> Self {
        let told = submission.last.and_then(|last| last.details.get(&key(attempt)));
        told.and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
    }

    /// Puts it into a reading.
    pub(super) fn tell(&self, attempt: u32, reading: &mut Reading) {
        reading.details.insert(key(attempt), serde_json::to_value(self).unwrap_or_else(|_| json!({})));
    }

    /// Whether it ended, whatever its end.
    pub(super) fn has_ended(&self) -> bool {
        self.status != Stand::Open
    }
}

fn key(attempt: u32) -> String {
    format!("attempt_{attempt}")
}

impl ViafirmaAccount {
    /// The operations to read, the oldest first, the current one last. Never empty once an operation was opened.
    pub(super) fn operations<'a>(&self, submission: &SubmissionView<'a>, now: DateTime<Utc>) -> Vec<Operation<'a>> {
        let outputs = |outputs: &'a domain::steps::StepOutputs| {
            let values = &outputs.get(PREPARE)?.values;
            Some((values.get(value::OPERATION_ID)?.as_str(), values.get(value::SESSION_ID)?.as_str()))
        };
        let earlier: Vec<Operation<'a>> = submission
            .earlier
            .iter()
            .filter_map(|attempt| {
                let (operation_id, session_id) = outputs(&attempt.outputs)?;
                let (attempt, began_at) = (attempt.attempt, attempt.began_at);
                Some(Operation { attempt, began_at, operation_id, session_id, current: false })
            })
            .collect();
        let current = outputs(submission.outputs).map(|(operation_id, session_id)| Operation {
            attempt: submission.attempt,
            began_at: submission.began_at,
            operation_id,
            session_id,
            current: true,
        });
        let may_be_signed = |operation: &&Operation<'a>| {
            now < self.dies_at(operation.began_at) + GRACE && !Known::of(submission, operation.attempt).has_ended()
        };
        let mut all: Vec<Operation<'a>> = earlier.iter().filter(may_be_signed).copied().collect();
        all.extend(current);
        if all.is_empty() {
            // While the next operation is prepared something has to be asked, or the question would come up at once again.
            all.extend(earlier.last());
        }
        all
    }

    /// When an operation can no longer be signed.
    pub(super) fn dies_at(&self, began_at: DateTime<Utc>) -> DateTime<Utc> {
        let life = i64::try_from(self.settings().operation_ttl_s).ok().and_then(TimeDelta::try_seconds);
        life.and_then(|life| began_at.checked_add_signed(life)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}
