//! The envelope's own rules: what is shown of it, and what the broker sees to itself.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use crate::gofirmex::endpoint::Endpoint;
use crate::gofirmex::profile::Profile;

pub(super) fn check(order: &Order, profile: &Profile) -> Vec<Finding> {
    let spec = &order.spec;
    let mut findings = Vec::new();
    if order.documents.iter().any(|d| !d.name.trim().is_empty() && d.name.trim() != spec.subject.trim()) {
        let detail = "GoFirmex shows the documents' names to signers, and no subject.";
        findings.push(Finding::warning("subject_not_shown", "/subject", detail));
    }
    if spec.expires_at.is_some() && profile.calls.has(Endpoint::CancelPortfolio) {
        let detail = "GoFirmex takes no deadline; the broker takes the portfolio back at it. The provider's own rule \
                      may end it earlier.";
        findings.push(
            Finding::info("expiry_emulated", "/expires_at", detail)
                .about(Feature::Expiry)
                .emulated("canceled by the broker at the deadline"),
        );
    }
    if spec.reminders.is_some() && profile.calls.has(Endpoint::Resend) {
        let detail = "GoFirmex sends no reminders by itself; the broker has it invite those who have not signed again.";
        findings.push(
            Finding::info("reminders_emulated", "/reminders", detail)
                .about(Feature::Reminders)
                .emulated("the broker asks the provider to invite again"),
        );
    }
    findings
}
