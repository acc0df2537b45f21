//! How what the vendor holds differs from what was asked. Told from the list of signers, which is read anyway; never from
//! the full reading 2.3, which costs a call of the quota.

use domain::facts::Difference;

use super::contacts::{contact, is_contact, is_sequential, signers, turn};
use super::overview::Overview;
use super::recipient::{level, signature_type};
use super::signers::{Signer, matched};
use crate::provider::SubmissionView;

/// The differences that `overview` and all its signers show.
pub(super) fn differences(submission: &SubmissionView<'_>, overview: &Overview, listed: &[Signer]) -> Vec<Difference> {
    let order = submission.order;
    let mut differences = Vec::new();
    let mut add = |pointer: String, detail: String| differences.push(Difference { pointer, detail });
    let asked = signers(order).count();
    if listed.len() != asked {
        add("/recipients".to_owned(), format!("The provider holds {} signers of {asked}.", listed.len()));
    }
    let sequential = is_sequential(order);
    for (index, recipient) in signers(order) {
        let at = |member: &str| format!("/recipients/{index}{member}");
        let Some(signer) = matched(submission, listed, recipient.id) else {
            add(at(""), "The provider does not hold this signer.".to_owned());
            continue;
        };
        let told = [&signer.email, &signer.phone];
        let wanted = contact(&recipient.spec);
        let reached = wanted.is_some_and(|wanted| told.into_iter().flatten().any(|told| is_contact(told, wanted)));
        if !reached && told.iter().any(|t| t.is_some()) {
            add(at("/email"), "The provider reaches this signer elsewhere.".to_owned());
        }
        let wanted = turn(order, &recipient.spec);
        if sequential && signer.turn.is_some_and(|told| told != u64::from(wanted)) {
            add(at("/routing_order"), format!("The provider holds another turn than {wanted}."));
        }
        let wanted = u64::from(signature_type(level(&recipient.spec)));
        if signer.signature_type.is_some_and(|told| told != wanted) {
            add(at("/signature_level"), "The provider asks for another kind of signature.".to_owned());
        }
    }
    // A later deadline does no harm: the broker ends the process at the one that was asked for.
    if let (Some(asked), Some(told)) = (order.spec.expires_at, overview.expires_at)
        && told.latest() < asked
    {
        add("/expires_at".to_owned(), "The process ends at the provider before the deadline.".to_owned());
    }
    differences
}
