//! The link that starts the signing program, served by the broker's page. Source: contract section 2.4.

use super::ViafirmaAccount;
use super::attempts::{Known, Stand};
use super::steps::{FINISH, PREPARE, value};
use crate::provider::{Launch, Moment, SubmissionView};

impl ViafirmaAccount {
    /// What the page offers the submission's signer now.
    pub(super) fn offer(&self, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> Launch {
        let known = Known::of(submission, submission.attempt);
        let concluded = |attempt: u32| {
            matches!(Known::of(submission, attempt).status, Stand::Signed | Stand::PartlySigned | Stand::Withheld)
        };
        if submission.earlier.iter().any(|earlier| concluded(earlier.attempt)) {
            // The first result wins: what came after it is not signed any more.
            return Launch::Exhausted;
        }
        let spent = submission.last.is_some_and(|last| last.used_up) || moment.now >= self.dies_at(submission.began_at);
        match (known.status, complete(submission)) {
            (Stand::Open, Some(id)) if !spent => Launch::Ready { link: self.link(id) },
            // What was signed, or ended for good, is not signed again; a person may be looking at it.
            (Stand::Signed | Stand::PartlySigned | Stand::Withheld | Stand::Cancelled | Stand::Failed, _) => {
                Launch::Exhausted
            }
            (Stand::Open | Stand::UsedUp, _) if tries(submission) >= self.settings().max_operations_per_recipient => {
                Launch::Exhausted
            }
            (Stand::Open | Stand::UsedUp, _) => Launch::Renew,
        }
    }

    /// The values stand in it as they are, which is how the vendor's own pages write them.
    fn link(&self, operation_id: &str) -> String {
        let settings = self.settings();
        settings
            .launch_template
            .replace("{scheme}", &settings.launch_scheme)
            .replace("{public_base_url}", &self.checked.public_base)
            .replace("{operationId}", operation_id)
    }
}

/// The id of the present operation, once all files are in it.
fn complete<'a>(submission: &SubmissionView<'a>) -> Option<&'a str> {
    let output = submission.outputs.get(PREPARE).filter(|_| submission.outputs.contains_key(FINISH))?;
    output.values.get(value::OPERATION_ID).map(String::as_str)
}

/// Operations whose link could be served, the present one included.
fn tries(submission: &SubmissionView<'_>) -> u32 {
    let earlier = u32::try_from(submission.earlier.len()).unwrap_or(u32::MAX);
    earlier.saturating_add(u32::from(complete(submission).is_some()))
}
