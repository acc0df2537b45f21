//! The envelope's own rules: what the broker sees to because the vendor does not.

use domain::capability::Feature;
use domain::envelope::Role;
use domain::finding::Finding;
use domain::order::Order;

use super::VENDOR;
use crate::viafirma::settings::Settings;

/// The language that the signing program shows where it does not know the asked one. Source: contract section 2.1.
const FALLBACK: &str = "es";

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let spec = &order.spec;
    let mut findings = Vec::new();
    if settings.allow_chain {
        findings.extend(chain(order));
    }
    if spec.message.is_some() {
        findings.push(on_our_page("/message", Feature::Message));
    }
    if spec.expires_at.is_some() {
        let detail = format!(
            "{VENDOR} has no deadline: at the deadline the broker stops serving the signing link. A signature under way \
             may still arrive and is then kept, but not handed out."
        );
        findings.push(
            Finding::info("expiry_by_broker", "/expires_at", detail)
                .about(Feature::Expiry)
                .emulated("the broker stops serving the signing link at the deadline"),
        );
    }
    if spec.language.as_ref().is_some_and(|language| language.primary() != FALLBACK) {
        let detail = "Viafirma Desktop shows Spanish where it does not know the language; the broker's page knows es, en and pt.";
        findings.push(Finding::info("language_may_fall_back", "/language", detail).about(Feature::Language));
    }
    findings
}

/// Text that the vendor has no place for.
pub(super) fn on_our_page(pointer: impl Into<String>, feature: Feature) -> Finding {
    let detail = format!("{VENDOR} has no place for it; the broker's own signing page shows it.");
    Finding::info("message_on_signing_page", pointer, detail)
        .about(feature)
        .emulated("shown on the broker's own signing page")
}

fn chain(order: &Order) -> Vec<Finding> {
    let signers = order.with_role(Role::Signer).count();
    let in_turns = order.stages().iter().any(|stage| stage.rank > 1);
    let how = "one operation for each signer, over what the signer before signed";
    let mut findings = Vec::new();
    if signers > 1 {
        let detail = format!("{VENDOR} has one signer in an operation: each signer gets one, one after another.");
        findings.push(
            Finding::info("one_operation_per_signer", "/recipients", detail)
                .about(Feature::SeveralSigners)
                .emulated(how),
        );
    }
    if in_turns {
        let detail = "The broker prepares a signer's operation when the one before has signed all documents.";
        findings.push(
            Finding::info("order_by_broker", "/recipients", detail).about(Feature::SequentialOrder).emulated(how),
        );
    }
    findings
}
