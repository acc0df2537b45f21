//! The envelope's own rules: message, language, deadline, notary.

use domain::capability::Feature;
use domain::envelope::Notary;
use domain::finding::Finding;
use domain::order::Order;

use super::is_too_long;
use crate::efirma_go::limits::too_long;
use crate::efirma_go::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let spec = &order.spec;
    let mut findings = Vec::new();
    if order.documents.iter().any(|d| !d.name.trim().is_empty() && d.name.trim() != spec.subject.trim()) {
        findings.push(Finding::warning(
            "subject_not_shown",
            "/subject",
            "efirma GO shows the documents' names to recipients, and no subject.",
        ));
    }
    if spec.message.as_deref().is_some_and(is_too_long) {
        findings.push(too_long("/message").about(Feature::Message));
    }
    if spec.language.is_some() {
        findings.push(
            Finding::warning(
                "language_unsupported",
                "/language",
                "efirma GO does not let the language of its pages and notices be chosen.",
            )
            .about(Feature::Language),
        );
    }
    if spec.expires_at.is_some() {
        findings.push(expiry(settings).about(Feature::Expiry));
    }
    if let Some(feature) = notary(spec.notary) {
        let detail = "No notary takes part at efirma GO.";
        findings.push(Finding::error("notary_unsupported", "/notary", detail).about(feature));
    }
    findings
}

fn expiry(settings: &Settings) -> Finding {
    if settings.expires_at_informational {
        Finding::warning(
            "expiry_not_enforced",
            "/expires_at",
            "efirma GO has no deadline and nothing can be canceled there: recipients can still sign after it.",
        )
    } else {
        Finding::error(
            "expiry_unsupported",
            "/expires_at",
            "efirma GO has no deadline and nothing can be canceled there, so the broker cannot enforce one either.",
        )
    }
}

fn notary(notary: Notary) -> Option<Feature> {
    match notary {
        Notary::None => None,
        Notary::Certification => Some(Feature::NotaryCertification),
        Notary::Protocolization => Some(Feature::NotaryProtocolization),
        Notary::Validation => Some(Feature::NotaryValidation),
        Notary::Full => Some(Feature::NotaryFull),
    }
}
