//! The places of signatures: on a page that exists, for signers, without a size.

use domain::capability::Feature;
use domain::envelope::{ActsAs, Field, Role};
use domain::finding::Finding;
use domain::order::Order;

use crate::efirma_go::position::Frame;

pub(super) fn check(order: &Order, frame: &Frame) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, recipient) in order.recipients.iter().enumerate() {
        if recipient.spec.role != Role::Signer && !recipient.spec.fields.is_empty() {
            let detail = "efirma GO places marks of signers only.";
            let finding = Finding::error("fields_for_signers_only", format!("/recipients/{i}/fields"), detail);
            findings.push(finding.about(Feature::SignatureFields));
            continue;
        }
        for (k, field) in recipient.spec.fields.iter().enumerate() {
            one(order, frame, field, &format!("/recipients/{i}/fields/{k}"), &mut findings);
        }
    }
    findings
}

fn one(order: &Order, frame: &Frame, field: &Field, here: &str, findings: &mut Vec<Finding>) {
    let place = order.documents.iter().find(|d| d.order == field.document);
    let pages = place.map_or(0, |d| u32::try_from(d.pages.len()).unwrap_or(u32::MAX));
    let wrong = match place {
        None => {
            Some(Finding::error("field_without_document", format!("{here}/document"), "There is no such document."))
        }
        Some(_) if !(1..=pages).contains(&field.page) => {
            let detail = format!("The document has the pages 1 to {pages}.");
            Some(Finding::error("field_outside_document", format!("{here}/page"), detail))
        }
        Some(document) if frame.mark(field, document).is_none() => {
            Some(Finding::error("field_outside_page", here, "The place is not on the page."))
        }
        Some(_) => None,
    };
    findings.extend(wrong.map(|finding| finding.about(Feature::SignatureFields)));
    if field.width.is_some() || field.height.is_some() {
        let detail = "efirma GO decides how large a mark is; only its top left corner is sent.";
        findings.push(Finding::warning("field_size_ignored", here, detail).about(Feature::FieldSize));
    }
    if field.acts_as.is_some_and(|acts_as| acts_as != ActsAs::Person) {
        let detail = "At efirma GO everybody acts for themselves.";
        let finding = Finding::error("acts_as_unsupported", format!("{here}/as"), detail);
        findings.push(finding.about(Feature::ActsAsOrganization));
    }
}
