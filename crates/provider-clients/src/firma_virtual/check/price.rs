//! What the contract costs and who pays: by price row, kind of signature and shares. Which row fits is known only once the
//! catalogue was read. Source: contract sections 3.7 and 3.8.

use domain::finding::Finding;
use domain::order::Order;

use crate::firma_virtual::options::{EnvelopeOptions, Modal, RecipientOptions};
use crate::firma_virtual::people::signers;
use crate::firma_virtual::settings::PaymentStatus;
use crate::firma_virtual::{FirmaAccount, KIND};

pub(super) fn check(account: &FirmaAccount, order: &Order) -> Vec<Finding> {
    let settings = &account.checked.settings;
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
    findings.extend(payers(account, order));
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

/// Who pays without being named: money is not asked of anybody silently.
fn payers(account: &FirmaAccount, order: &Order) -> Vec<Finding> {
    let by_agreement = account.checked.settings.payment_status == PaymentStatus::Paidout;
    let named = signers(order).any(|(_, recipient)| RecipientOptions::of(&recipient.spec).portion.is_some());
    if by_agreement || named {
        return Vec::new();
    }
    let shares = account.shares(order);
    signers(order)
        .filter_map(|(index, recipient)| {
            let (_, share) = shares.iter().find(|(id, share)| *id == recipient.id && *share > 0)?;
            let detail = format!("Nobody is named to pay, so this signer is asked for {share} % of the price.");
            Some(Finding::info("payer_by_default", format!("/recipients/{index}"), detail))
        })
        .collect()
}
