//! What stands between an order and an honest send: the rules of the contract's sections 7 and 10.2 that can be known
//! beforehand, so that a finding names the one value that the vendor's `VALIDATION-FAIL` would not.

mod documents;
mod options;
mod people;
mod price;

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

pub(super) use self::people::MAX_SIGNERS;
use super::settings::Settings;
use super::{FirmaAccount, VENDOR};
use crate::shared::unsupported::unsupported;

impl FirmaAccount {
    /// Every finding about `order`.
    pub(super) fn findings(&self, order: &Order) -> Vec<Finding> {
        let settings = &self.checked.settings;
        let mut findings = unsupported(order, VENDOR, |feature| honoured(feature, order, settings));
        findings.extend(emulated(order, settings));
        findings.extend(documents::check(order, settings));
        findings.extend(people::check(self, order));
        findings.extend(options::check(order));
        findings.extend(price::check(self, order));
        findings
    }
}

/// Source: contract section 7.
fn honoured(feature: Feature, order: &Order, settings: &Settings) -> bool {
    match feature {
        Feature::SeveralDocuments
        | Feature::SeveralSigners
        | Feature::ParallelOrder
        | Feature::LevelSimple
        | Feature::DeliveryEmail
        | Feature::Reminders
        | Feature::Remind
        | Feature::CorrectRecipient
        | Feature::ActsAsOrganization
        | Feature::NotaryCertification
        | Feature::NotaryProtocolization
        | Feature::Evidence => true,
        // By deleting the contract, where that is possible in any state (F18).
        Feature::Expiry | Feature::Cancel => !settings.deletable_states.is_empty(),
        // Everybody must sign there: a minimum that says the same is honoured.
        Feature::StageMinimum => every_minimum_is_all(order),
        Feature::SequentialOrder
        | Feature::StageName
        | Feature::RoleApprover
        | Feature::RoleCopy
        | Feature::LevelAdvanced
        | Feature::LevelQualified
        | Feature::DeliverySms
        | Feature::DeliveryWhatsapp
        | Feature::DeliveryNone
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
        | Feature::RequestedAttachments
        | Feature::IdentityDocuments
        | Feature::NotaryValidation
        | Feature::NotaryFull
        | Feature::SigningUrl => false,
    }
}

fn every_minimum_is_all(order: &Order) -> bool {
    order.stages().iter().all(|stage| {
        let acting = stage.members.iter().filter_map(|index| order.recipients.get(*index));
        let acting = acting.filter(|recipient| recipient.spec.role.acts()).count();
        stage.minimum.is_none_or(|minimum| usize::try_from(minimum).is_ok_and(|minimum| minimum == acting))
    })
}

/// What the broker does with what the vendor has.
fn emulated(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.spec.expires_at.is_some() && !settings.deletable_states.is_empty() {
        let detail = "Firma Virtual has no deadline: the broker deletes the contract when it passes, as long as the \
                      provider lets it.";
        let finding = Finding::info("expiry_by_broker", "/expires_at", detail).about(Feature::Expiry);
        findings.push(finding.emulated("the broker deletes the contract at the deadline"));
    }
    if order.spec.reminders.is_some() {
        let detail = "Firma Virtual sends no reminders by itself: the broker has the draft mailed again, to all signers, \
                      while it is with them. This counts against the provider's limit of mails.";
        let finding = Finding::info("reminders_by_broker", "/reminders", detail).about(Feature::Reminders);
        findings.push(finding.emulated("the broker has the draft mailed again to all signers"));
    }
    findings
}
