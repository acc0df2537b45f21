//! What stands between an order and an honest send: what the vendor cannot do, what the broker does instead, and what
//! would be refused.

mod documents;
mod fields;
mod options;
mod recipients;
mod rules;

use domain::capability::Feature;
use domain::envelope::Role;
use domain::finding::Finding;
use domain::order::Order;

use super::ViafirmaAccount;
use crate::shared::unsupported::unsupported;

/// The vendor's name in findings.
const VENDOR: &str = "Viafirma Platform";

impl ViafirmaAccount {
    /// Every finding about `order`.
    pub(super) fn findings(&self, order: &Order) -> Vec<Finding> {
        let settings = self.settings();
        let mut findings = unsupported(order, VENDOR, |feature| match feature {
            // Several signers sign one after another, each over what the one before signed.
            Feature::SeveralSigners | Feature::SequentialOrder => settings.allow_chain,
            // A minimum that means everybody asks for nothing.
            Feature::StageMinimum => minimums_mean_everybody(order),
            Feature::SeveralDocuments
            | Feature::DeliveryNone
            | Feature::AuthCertificate
            | Feature::SignatureFields
            | Feature::FieldSize
            | Feature::Message
            | Feature::RecipientMessage
            | Feature::Language
            | Feature::Expiry
            | Feature::Cancel
            | Feature::Evidence
            | Feature::SigningUrl
            | Feature::LevelSimple
            | Feature::LevelAdvanced => true,
            Feature::LevelQualified => settings.qualified_signatures,
            Feature::ParallelOrder
            | Feature::StageName
            | Feature::RoleApprover
            | Feature::RoleCopy
            | Feature::DeliveryEmail
            | Feature::DeliverySms
            | Feature::DeliveryWhatsapp
            | Feature::AuthSmsOtp
            | Feature::AuthEmailOtp
            | Feature::AuthWhatsappOtp
            | Feature::AuthAccessCode
            | Feature::Reminders
            | Feature::Remind
            | Feature::CorrectRecipient
            | Feature::ActsAsOrganization
            | Feature::RequestedAttachments
            | Feature::IdentityDocuments
            | Feature::NotaryCertification
            | Feature::NotaryProtocolization
            | Feature::NotaryValidation
            | Feature::NotaryFull => false,
        });
        findings.extend(rules::check(order, settings));
        findings.extend(documents::check(order, settings));
        findings.extend(recipients::check(order, settings));
        findings.extend(fields::check(order, self));
        findings.extend(options::check(order));
        findings
    }
}

fn minimums_mean_everybody(order: &Order) -> bool {
    order.stages().iter().all(|stage| {
        let acts = |index: &&usize| order.recipients.get(**index).is_some_and(|r| r.spec.role != Role::Copy);
        let acting = stage.members.iter().filter(acts).count();
        stage.minimum.is_none_or(|minimum| usize::try_from(minimum).is_ok_and(|minimum| minimum == acting))
    })
}
