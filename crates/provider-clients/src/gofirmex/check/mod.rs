//! What stands between an order and an honest send: the rules of the contract's sections 7 and 10.2 that can be known
//! beforehand.

mod documents;
mod envelope;
mod identity;
mod options;
mod people;
mod signing;

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use super::profile::{OrderMode, Profile};
use crate::shared::unsupported::unsupported;

impl GofirmexAccount {
    /// Every finding about `order`.
    pub(super) fn findings(&self, order: &Order) -> Vec<Finding> {
        let profile = &self.checked.profile;
        let mut findings = unsupported(order, "GoFirmex", |feature| honours(profile, feature));
        findings.extend(envelope::check(order, profile));
        findings.extend(documents::check(order, profile));
        findings.extend(signing::check(order, profile));
        findings.extend(people::check(order, profile));
        findings.extend(identity::check(order, profile));
        findings.extend(options::check(order));
        findings
    }
}

/// Whether the account has a feature, or the check of it is made elsewhere.
fn honours(profile: &Profile, feature: Feature) -> bool {
    let codes = &profile.notification_codes;
    match feature {
        Feature::SeveralDocuments
        | Feature::SeveralSigners
        | Feature::ParallelOrder
        | Feature::LevelSimple
        | Feature::LevelAdvanced
        | Feature::LevelQualified
        | Feature::IdentityDocuments
        | Feature::NotaryCertification
        | Feature::NotaryProtocolization
        | Feature::NotaryValidation
        | Feature::NotaryFull
        | Feature::SigningUrl => true,
        Feature::SequentialOrder => profile.order_mode != OrderMode::Never,
        Feature::DeliveryEmail => codes.email.is_some(),
        Feature::DeliveryNone => codes.none.is_some(),
        Feature::Expiry | Feature::Cancel => profile.calls.has(Endpoint::CancelPortfolio),
        Feature::Reminders | Feature::Remind => profile.calls.has(Endpoint::Resend),
        Feature::StageMinimum
        | Feature::StageName
        | Feature::RoleApprover
        | Feature::RoleCopy
        | Feature::DeliverySms
        | Feature::DeliveryWhatsapp
        | Feature::AuthSmsOtp
        | Feature::AuthEmailOtp
        | Feature::AuthWhatsappOtp
        | Feature::AuthAccessCode
        | Feature::AuthCertificate
        | Feature::SignatureFields
        | Feature::FieldSize
        | Feature::Message
        | Feature::RecipientMessage
        | Feature::Language
        | Feature::CorrectRecipient
        | Feature::ActsAsOrganization
        | Feature::RequestedAttachments
        | Feature::Evidence => false,
    }
}
