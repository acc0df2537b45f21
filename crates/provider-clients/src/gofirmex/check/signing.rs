//! How strongly it is signed, and the notary's part: a document has one word for both. Source: contract sections 3.2, 7.

use domain::capability::Feature;
use domain::envelope::{Notary, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;

use crate::gofirmex::KIND;
use crate::gofirmex::options::DocumentOptions;
use crate::gofirmex::profile::Profile;
use crate::gofirmex::signature::{NoWord, Signature, asked_level};
use crate::shared::unsupported::level_feature;

pub(super) fn check(order: &Order, profile: &Profile) -> Vec<Finding> {
    let mut findings = levels(order);
    if findings.iter().any(Finding::is_error) {
        return findings;
    }
    let mut told = false;
    for (index, document) in order.documents.iter().enumerate() {
        let own = DocumentOptions::of(document).signature.is_some();
        match profile.signature(order, document) {
            Ok(signature) if !own && signature.level > asked_level(order) && !told => {
                told = true;
                findings.push(raised(order, &signature));
            }
            Ok(_) => {}
            // What the envelope asks for is missing for all its documents, and is told once.
            Err(NoWord::Unavailable) if !own && told => {}
            Err(wrong) => {
                told |= !own;
                findings.push(refused(order, profile, index, wrong));
            }
        }
    }
    findings
}

/// One level for all signers, and one that the vendor has.
fn levels(order: &Order) -> Vec<Finding> {
    let common = asked_level(order);
    let signers = order.recipients.iter().enumerate().filter(|(_, r)| r.spec.role == Role::Signer);
    signers
        .filter_map(|(index, recipient)| {
            let pointer = format!("/recipients/{index}/signature_level");
            let asked = recipient.spec.signature_level?;
            if asked == SignatureLevel::Qualified {
                let detail = "GoFirmex has no qualified signatures.";
                return Some(Finding::error("level_unsupported", pointer, detail).about(Feature::LevelQualified));
            }
            (asked != common && common != SignatureLevel::Qualified).then(|| {
                let detail = "At GoFirmex a document has one level: all signers of an envelope must have the same.";
                Finding::error("levels_differ", pointer, detail).about(level_feature(common))
            })
        })
        .collect()
}

/// A stronger level than asked for satisfies it.
fn raised(order: &Order, signature: &Signature) -> Finding {
    let word = match signature.level {
        SignatureLevel::Simple => "simple",
        SignatureLevel::Advanced => "advanced",
        SignatureLevel::Qualified => "qualified",
    };
    let detail = format!("The account signs this at the level {word}, which is more than was asked for.");
    Finding::info("level_raised", "/recipients", detail).about(level_feature(asked_level(order)))
}

fn refused(order: &Order, profile: &Profile, index: usize, wrong: NoWord) -> Finding {
    let option = format!("/documents/{index}/provider_options/{KIND}/signature");
    match wrong {
        NoWord::UnknownOption => {
            let detail = "This is neither a level nor one of the account's own words for signatures.";
            Finding::error("signature_unknown", option, detail)
        }
        NoWord::LessThanAsked => {
            let detail = "This document would be signed with less than the envelope asks for.";
            Finding::error("signature_too_weak", option, detail)
        }
        NoWord::Unavailable => match notary_feature(order.spec.notary) {
            Some(feature) => notary(order, profile).about(feature),
            None => {
                let detail = "The account has no signatures of this level.";
                let finding = Finding::error("level_unsupported", "/recipients/0/signature_level", detail);
                finding.about(level_feature(asked_level(order)))
            }
        },
    }
}

/// No word says this notary's part with this level: perhaps with a weaker one.
fn notary(order: &Order, profile: &Profile) -> Finding {
    let weaker = profile.signature_word(SignatureLevel::Simple, order.spec.notary).is_some();
    let detail = if weaker {
        "The account has this notary's part only for signatures of a weaker level."
    } else {
        "The account has no such notary's part."
    };
    Finding::error("notary_unsupported", "/notary", detail)
}

/// The feature that this notary's part is.
pub(super) fn notary_feature(notary: Notary) -> Option<Feature> {
    match notary {
        Notary::None => None,
        Notary::Certification => Some(Feature::NotaryCertification),
        Notary::Protocolization => Some(Feature::NotaryProtocolization),
        Notary::Validation => Some(Feature::NotaryValidation),
        Notary::Full => Some(Feature::NotaryFull),
    }
}
