//! What the contract costs and who pays: by price row, kind of signature and shares. Which row fits is known only once the
//! catalogue was read. Source: contract sections 3.7 and 3.8.

use domain::finding::Finding;
use domain::order::Order;

use crate::firma_virtual::KIND;
use crate::firma_virtual::options::{EnvelopeOptions, Modal, RecipientOptions};
use crate::firma_virtual::people::signers;
use crate::firma_virtual::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let options = EnvelopeOptions::of(order);
    let at = |member: &str| format!("/provider_options/{KIND}/{member}");
    let has_type = options.contract_type_fee_id.is_some()
        || options.contract_type_id.is_some()
        || settings.default_contract_type_fee_id.is_some()
        || settings.contract_type_id.is_some()
        || settings.contract_type_name.is_some();
    if !has_type {
        let detail = "The envelope names neither a price row nor a contract type, and the account has no default.";
        findings.push(Finding::error("contract_type_required", at("contract_type_fee_id"), detail));
    }
    let by_notary = Modal::of_notary(order.spec.notary);
    if options.modal.zip(by_notary).is_some_and(|(option, notary)| option != notary) {
        let detail = "The kind of signature contradicts the notary's part of the envelope.";
        findings.push(Finding::error("modal_contradicts_notary", at("modal"), detail));
    }
    findings.extend(shares(order));
    findings
}

fn shares(order: &Order) -> Vec<Finding> {
    let told: Vec<(usize, u32)> = signers(order)
        .filter_map(|(index, recipient)| Some((index, RecipientOptions::of(&recipient.spec).portion?.into())))
        .collect();
    let sum: u32 = told.iter().map(|(_, share)| share).sum();
    if told.is_empty() || sum == 100 {
        return Vec::new();
    }
    let detail = "The shares of all signers must be 100 together: one of 100, or two of 50.";
    let at = |index: usize| format!("/recipients/{index}/provider_options/{KIND}/portion");
    told.into_iter().map(|(index, _)| Finding::error("portions_not_100", at(index), detail)).collect()
}
