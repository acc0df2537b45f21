//! What stands between an order and an honest send: every rule of the contract's sections 2.1 and 6 that can be known
//! beforehand, so that a finding names the one value that the vendor's refusal would not.

mod authentication;
mod documents;
mod fields;
mod options;
mod recipients;
mod rules;

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use super::ArqAccount;
use crate::shared::unsupported::unsupported;

impl ArqAccount {
    /// Every finding about `order`.
    pub(super) fn findings(&self, order: &Order) -> Vec<Finding> {
        let settings = &self.checked.settings;
        let mut findings = unsupported(order, "ArqSign", honoured);
        findings.retain(|finding| !needs_everybody(order, finding));
        findings.extend(rules::check(order));
        findings.extend(documents::check(order, settings));
        findings.extend(recipients::check(order, settings));
        findings.extend(authentication::check(order));
        findings.extend(fields::check(order, settings));
        findings.extend(options::check(order));
        findings
    }
}

/// What the vendor has, or what is looked at more closely beside: deliveries without an invitation depend on the account,
/// certificates on the kind of signature.
fn honoured(feature: Feature) -> bool {
    match feature {
        Feature::SeveralDocuments
        | Feature::SeveralSigners
        | Feature::SequentialOrder
        | Feature::ParallelOrder
        | Feature::RoleCopy
        | Feature::LevelSimple
        | Feature::LevelAdvanced
        | Feature::LevelQualified
        | Feature::DeliveryEmail
        | Feature::DeliveryWhatsapp
        | Feature::DeliveryNone
        | Feature::AuthAccessCode
        | Feature::AuthCertificate
        | Feature::SignatureFields
        | Feature::FieldSize
        | Feature::Message
        | Feature::RecipientMessage
        | Feature::Expiry
        | Feature::Reminders
        | Feature::Remind
        | Feature::Cancel
        | Feature::CorrectRecipient
        | Feature::ActsAsOrganization
        | Feature::RequestedAttachments
        | Feature::Evidence
        | Feature::SigningUrl => true,
        Feature::StageMinimum
        | Feature::StageName
        | Feature::RoleApprover
        | Feature::DeliverySms
        | Feature::AuthSmsOtp
        | Feature::AuthEmailOtp
        | Feature::AuthWhatsappOtp
        | Feature::Language
        | Feature::IdentityDocuments
        | Feature::NotaryCertification
        | Feature::NotaryProtocolization
        | Feature::NotaryValidation
        | Feature::NotaryFull => false,
    }
}

/// Whether the finding is about a minimum that is everybody of its stage, which the vendor needs anyway.
fn needs_everybody(order: &Order, finding: &Finding) -> bool {
    if finding.feature != Some(Feature::StageMinimum) {
        return false;
    }
    order.stages().iter().any(|stage| {
        let acting = stage.members.iter().filter_map(|i| order.recipients.get(*i)).filter(|r| r.spec.role.acts());
        let pointer = stage.described.map(|index| format!("/stages/{index}/minimum"));
        pointer.as_deref() == Some(finding.pointer.as_str())
            && stage.minimum.and_then(|m| usize::try_from(m).ok()) == Some(acting.count())
    })
}
