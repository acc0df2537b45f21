//! The stages: a block of the vendor has one role and may need only some of its recipients.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::{Order, OrderStage};

use super::is_too_long;
use crate::efirma_go::blocks::{acting, has_two_acting_roles};
use crate::efirma_go::limits::too_long;

pub(super) fn check(order: &Order) -> Vec<Finding> {
    let stages = order.stages();
    let mut findings = Vec::new();
    for (index, spec) in order.spec.stages.iter().enumerate() {
        if spec.name.as_deref().is_some_and(is_too_long) {
            findings.push(too_long(format!("/stages/{index}/name")).about(Feature::StageName));
        }
        match stages.iter().find(|stage| stage.described == Some(index)) {
            Some(stage) => findings.extend(minimum(order, stage, index)),
            None => findings.push(Finding::warning(
                "stage_without_recipients",
                format!("/stages/{index}"),
                "No recipient belongs to this stage, so nothing of it is sent.",
            )),
        }
    }
    findings
}

fn minimum(order: &Order, stage: &OrderStage<'_>, index: usize) -> Option<Finding> {
    let minimum = usize::try_from(stage.minimum?).unwrap_or(usize::MAX);
    let acting = acting(order, stage);
    let pointer = format!("/stages/{index}/minimum");
    let finding = if !(1..=acting).contains(&minimum) {
        let detail = format!("The minimum must be from 1 to {acting}, the signers and approvers of the stage.");
        Finding::error("minimum_out_of_range", pointer, detail)
    } else if minimum < acting && has_two_acting_roles(order, stage) {
        let detail = "efirma GO counts a minimum within one role; this stage has signers and approvers.";
        Finding::error("minimum_over_two_roles", pointer, detail)
    } else {
        return None;
    };
    Some(finding.about(Feature::StageMinimum))
}
