//! Places of signatures: none at all, or one for every signer in every document. Source: contract sections 2.1 and 6.

use domain::capability::Feature;
use domain::envelope::{ActsAs, Field, OrderRecipient};
use domain::finding::Finding;
use domain::order::Order;

use crate::arqsign::contacts::signers;
use crate::arqsign::position::{kinds, place, points};
use crate::arqsign::send::is_manual;
use crate::arqsign::settings::Settings;

/// Largest distance by which a box may stick out of its page through rounding, in points.
const TOLERANCE_PT: f64 = 0.05;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    if !is_manual(order) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, recipient) in signers(order) {
        findings.extend(every_document(order, recipient, index));
        for (number, field) in recipient.spec.fields.iter().enumerate() {
            let here = format!("/recipients/{index}/fields/{number}");
            findings.extend(one_field(order, recipient, field, number, &here));
            findings.extend(box_of(order, field, settings, &here));
        }
    }
    findings
}

fn error(code: &str, pointer: String, detail: impl Into<String>) -> Finding {
    Finding::error(code, pointer, detail).about(Feature::SignatureFields)
}

/// Automatic and manual places cannot be mixed.
fn every_document(order: &Order, recipient: &OrderRecipient, index: usize) -> Vec<Finding> {
    let spec = &recipient.spec;
    let (person, organization) = match spec.acts_as {
        ActsAs::Person => (true, false),
        ActsAs::Organization => (false, true),
        ActsAs::Both => (true, true),
    };
    let mut findings = Vec::new();
    for document in &order.documents {
        let there = |of: fn((bool, bool)) -> bool| {
            spec.fields.iter().any(|field| field.document == document.order && of(kinds(field, spec)))
        };
        let lacking = (person && !there(|kinds| kinds.0)) || (organization && !there(|kinds| kinds.1));
        if lacking {
            let detail = format!(
                "As soon as one signer has a field, ArqSign needs one of every signer in every document, for a person \
                 and an organization where the signer acts for both; document {} has none of this signer.",
                document.order
            );
            findings.push(error("field_missing", format!("/recipients/{index}/fields"), detail));
        }
    }
    findings
}

fn one_field(order: &Order, recipient: &OrderRecipient, field: &Field, number: usize, here: &str) -> Vec<Finding> {
    let spec = &recipient.spec;
    let mut findings = Vec::new();
    let (person, organization) = kinds(field, spec);
    let fits = match spec.acts_as {
        ActsAs::Person => !organization,
        ActsAs::Organization => !person,
        ActsAs::Both => true,
    };
    if !fits {
        let detail = "The signer does not sign in this capacity (`acts_as`).";
        findings.push(error("field_capacity", format!("{here}/as"), detail));
    }
    let earlier = spec.fields.iter().take(number).filter(|other| other.document == field.document);
    let repeated = earlier.map(|other| kinds(other, spec)).any(|(p, o)| (p && person) || (o && organization));
    if repeated && order.documents.iter().any(|d| d.order == field.document) {
        let detail = "ArqSign takes one place for each capacity of a signer in a document.";
        findings.push(error("field_repeated", here.to_owned(), detail));
    }
    findings
}

fn box_of(order: &Order, field: &Field, settings: &Settings, here: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let sent = place(field, settings.signature_box_mm);
    let members = [("width", sent.largura), ("height", sent.altura)];
    for (member, value) in members {
        if value <= 0.0 {
            let detail = "ArqSign refuses a zero here: at least 0.01 mm, about 0.03 points.";
            findings.push(error("field_zero", format!("{here}/{member}"), detail));
        }
    }
    if field.width.is_some() && field.height.is_some() {
        return findings;
    }
    let page = order.documents.iter().find(|d| d.order == field.document).and_then(|document| {
        let page = field.page.checked_sub(1).and_then(|page| usize::try_from(page).ok())?;
        document.pages.get(page)
    });
    let outside = page.is_some_and(|page| {
        field.x + points(sent.largura) > page.width_pt + TOLERANCE_PT
            || field.y + points(sent.altura) > page.height_pt + TOLERANCE_PT
    });
    if outside {
        let detail = "In the account's size (setting signature_box_mm) the signature does not fit the page here.";
        findings.push(error("outside_page", here.to_owned(), detail));
    }
    findings
}
