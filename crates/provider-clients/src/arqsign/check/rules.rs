//! The envelope's own rules: subject, deadline, reminders, the order of copies.

use domain::capability::Feature;
use domain::envelope::Role;
use domain::finding::Finding;
use domain::order::Order;

use crate::arqsign::contacts::is_sequential;
use crate::arqsign::limits::{DAYS, PROCESS_NAME_CHARS, TITLE_CHARS, is_longer, will_be_cut};

/// Characters of a process' name that our reference takes.
const REFERENCE_CHARS: usize = 15;

pub(super) fn check(order: &Order) -> Vec<Finding> {
    let spec = &order.spec;
    let mut findings = Vec::new();
    if spec.subject.trim().is_empty() {
        findings.push(Finding::error("subject_required", "/subject", "ArqSign requires a name of the process."));
    }
    let most = PROCESS_NAME_CHARS - REFERENCE_CHARS;
    if is_longer(&spec.subject, most) {
        findings.push(will_be_cut("/subject", most, None));
    } else if is_longer(&spec.subject, TITLE_CHARS) {
        findings.push(will_be_cut("/subject", TITLE_CHARS, None));
    }
    if spec.expires_at.is_some() {
        let detail = format!(
            "ArqSign ends a process after whole days from sending, {DAYS} at most; the days are rounded up, and a \
             reminder or a correction moves them. The broker cancels the process at the deadline itself."
        );
        findings.push(
            Finding::info("deadline_by_broker", "/expires_at", detail)
                .about(Feature::Expiry)
                .emulated("whole days at the provider, rounded up, and a cancellation by the broker at the deadline"),
        );
    }
    if spec.reminders.is_some_and(|r| i64::from(r.every_days) > DAYS) {
        let detail = format!("ArqSign reminds every 1 to {DAYS} days.");
        let finding = Finding::error("reminders_out_of_range", "/reminders/every_days", detail);
        findings.push(finding.about(Feature::Reminders));
    }
    if is_sequential(order) {
        let first = order.recipients.iter().map(|r| r.spec.routing_order).min();
        let later =
            |r: &domain::envelope::OrderRecipient| r.spec.role == Role::Copy && Some(r.spec.routing_order) != first;
        for (index, _) in order.recipients.iter().enumerate().filter(|(_, r)| later(r)) {
            let detail = "ArqSign has no order for copies; when it sends this one is its own affair.";
            findings.push(Finding::warning(
                "copy_order_not_sent",
                format!("/recipients/{index}/routing_order"),
                detail,
            ));
        }
    }
    findings
}
