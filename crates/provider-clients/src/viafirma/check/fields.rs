//! The places of signatures: one rectangle for each signer on each document.

use domain::capability::Feature;
use domain::envelope::{ActsAs, Document, Field, Role};
use domain::finding::Finding;
use domain::order::Order;

use crate::viafirma::ViafirmaAccount;
use crate::viafirma::options::EnvelopeOptions;
use crate::viafirma::policy::{NoStamp, more_pages};
use crate::viafirma::position::page_of;

pub(super) fn check(order: &Order, account: &ViafirmaAccount) -> Vec<Finding> {
    let stamp = EnvelopeOptions::of(order).stamp;
    let mut findings = Vec::new();
    for (i, recipient) in order.recipients.iter().enumerate() {
        let fields = &recipient.spec.fields;
        let here = |k: usize| format!("/recipients/{i}/fields/{k}");
        if recipient.spec.role != Role::Signer && !fields.is_empty() {
            let detail = "Only signers have a visible signature.";
            let finding = Finding::error("fields_for_signers_only", format!("/recipients/{i}/fields"), detail);
            findings.push(finding.about(Feature::SignatureFields));
            continue;
        }
        for document in &order.documents {
            let wrong = account.stamp_place(&stamp, fields, document).err();
            findings.extend(wrong.map(|wrong| told(wrong, &here)));
        }
        for (k, field) in fields.iter().enumerate() {
            findings.extend(one(order, field, &here(k)));
        }
    }
    findings.extend(pages_alone(order, &stamp));
    findings
}

/// What is wrong with the stamp of a signer on a document.
fn told(wrong: NoStamp, here: &dyn Fn(usize) -> String) -> Finding {
    let finding = match wrong {
        NoStamp::Outside(index) => {
            Finding::error("field_outside_page", here(index), "The place is not on the page, or too small to be seen.")
        }
        NoStamp::AnotherRectangle(index) => {
            let detail = "Viafirma Platform takes one rectangle for each signer and document; it may stand on several \
                          pages, but in the same place of pages of the same height.";
            Finding::error("several_places_unsupported", here(index), detail)
        }
        NoStamp::NoSuchPage(_) => return no_such_page(),
        NoStamp::AnotherHeight(number) => {
            let detail = format!("The field cannot stand in the same place of page {number}, which has another size.");
            Finding::error("pages_differ", STAMP_PAGES, detail)
        }
    };
    finding.about(Feature::SignatureFields)
}

const STAMP_PAGES: &str = "/provider_options/viafirma/stamp/pages";

fn no_such_page() -> Finding {
    Finding::error("no_such_page", STAMP_PAGES, "A document does not have one of these pages.")
}

/// Pages that the option names although no field stands on the document.
fn pages_alone(order: &Order, stamp: &crate::viafirma::options::Stamp) -> Option<Finding> {
    let has_field = |document: &Document| {
        order.recipients.iter().any(|r| r.spec.fields.iter().any(|field| field.document == document.order))
    };
    let lacks = |document: &&Document| {
        !has_field(document) && more_pages(stamp, document).iter().any(|number| page_of(document, *number).is_none())
    };
    order.documents.iter().find(lacks).map(|_| no_such_page())
}

fn one(order: &Order, field: &Field, here: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let document = order.documents.iter().find(|document| document.order == field.document);
    if document.is_none() {
        let detail = "There is no such document.";
        let finding = Finding::error("field_without_document", format!("{here}/document"), detail);
        findings.push(finding.about(Feature::SignatureFields));
    }
    if document.and_then(|document| page_of(document, field.page)).is_some_and(|page| page.width_pt > page.height_pt) {
        let detail = "Viafirma Platform counts from the lower left corner of the page before it is turned. Whether this \
                      page is turned is not known here; if it is, the signature stands in another place.";
        findings.push(Finding::warning("page_may_be_turned", here, detail));
    }
    if field.acts_as.is_some_and(|acts_as| acts_as != ActsAs::Person) {
        let detail = "At Viafirma Platform everybody acts for themselves.";
        let finding = Finding::error("acts_as_unsupported", format!("{here}/as"), detail);
        findings.push(finding.about(Feature::ActsAsOrganization));
    }
    findings
}
