//! The link that starts the signing program, served by the broker's page. Source: contract section 2.4.

use super::ViafirmaAccount;
use super::attempts::{Known, Stand};
use super::steps::{PREPARE, value};
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
        let id = submission.outputs.get(PREPARE).and_then(|output| output.values.get(value::OPERATION_ID));
        match (known.status, id) {
            (Stand::Open, Some(id)) if !spent => Launch::Ready { link: self.link(id) },
            // What was signed, or ended for good, is not signed again; a person may be looking at it.
            (Stand::Signed | Stand::PartlySigned | Stand::Withheld | Stand::Cancelled | Stand::Failed, _) => {
                Launch::Exhausted
            }
            (Stand::Open | Stand::UsedUp, _)
                if self.tries(submission) >= self.settings().max_operations_per_recipient =>
            {
                Launch::Exhausted
            }
            (Stand::Open | Stand::UsedUp, _) => Launch::Renew,
        }
    }

    /// Operations whose link could be served, the current one included.
    fn tries(&self, submission: &SubmissionView<'_>) -> u32 {
        u32::try_from(submission.earlier.len()).unwrap_or(u32::MAX).saturating_add(1)
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
