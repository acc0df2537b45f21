//! The features that an order asks for at a vendor that does not have them: one finding for each place.

use domain::capability::Feature;
use domain::envelope::{ActsAs, Authentication, Delivery, Notary, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;

/// Findings for everything that `order` asks for and that is not `honoured`: an error where the feature decides who signs,
/// when, in what order, how strongly or how reached, else a warning.
///
/// Signature levels are left to the adapter, because a level is a minimum that a stronger one satisfies; so are the
/// features that are asked for after sending.
pub(crate) fn unsupported(order: &Order, vendor: &str, honoured: impl Fn(Feature) -> bool) -> Vec<Finding> {
    places(order)
        .into_iter()
        .filter(|(feature, _)| !honoured(*feature))
        .map(|(feature, pointer)| {
            let (code, what) = words(feature);
            if feature.is_binding() {
                Finding::error(code, pointer, format!("{vendor} {what}.")).about(feature)
            } else {
                Finding::warning(code, pointer, format!("{vendor} {what}; it is not sent.")).about(feature)
            }
        })
        .collect()
}

/// Every place of `order` that asks for a feature.
fn places(order: &Order) -> Vec<(Feature, String)> {
    let mut places = Vec::new();
    let mut add = |asked: bool, feature: Feature, pointer: String| {
        if asked {
            places.push((feature, pointer));
        }
    };
    let spec = &order.spec;
    let stages = order.stages();
    let signers = order.with_role(Role::Signer).count();
    add(order.documents.len() > 1, Feature::SeveralDocuments, "/documents".to_owned());
    add(signers > 1, Feature::SeveralSigners, "/recipients".to_owned());
    add(stages.iter().any(|s| s.rank > 1), Feature::SequentialOrder, "/recipients".to_owned());
    let parallel = |s: &domain::order::OrderStage<'_>| {
        s.members.len() > 1 || stages.iter().filter(|other| other.rank == s.rank).count() > 1
    };
    add(stages.iter().any(parallel), Feature::ParallelOrder, "/recipients".to_owned());
    for (index, stage) in spec.stages.iter().enumerate() {
        add(stage.minimum.is_some(), Feature::StageMinimum, format!("/stages/{index}/minimum"));
        add(stage.name.is_some(), Feature::StageName, format!("/stages/{index}/name"));
    }
    add(spec.message.is_some(), Feature::Message, "/message".to_owned());
    add(spec.language.is_some(), Feature::Language, "/language".to_owned());
    add(spec.expires_at.is_some(), Feature::Expiry, "/expires_at".to_owned());
    add(spec.reminders.is_some(), Feature::Reminders, "/reminders".to_owned());
    let notary = match spec.notary {
        Notary::None => None,
        Notary::Certification => Some(Feature::NotaryCertification),
        Notary::Protocolization => Some(Feature::NotaryProtocolization),
        Notary::Validation => Some(Feature::NotaryValidation),
        Notary::Full => Some(Feature::NotaryFull),
    };
    places.extend(notary.map(|feature| (feature, "/notary".to_owned())));
    for (index, recipient) in order.recipients.iter().enumerate() {
        of_recipient(&recipient.spec, index, &mut places);
    }
    places
}

fn of_recipient(spec: &RecipientSpec, index: usize, places: &mut Vec<(Feature, String)>) {
    let at = |member: &str| format!("/recipients/{index}/{member}");
    match spec.role {
        Role::Signer => {}
        Role::Approver => places.push((Feature::RoleApprover, at("role"))),
        Role::Copy => places.push((Feature::RoleCopy, at("role"))),
    }
    if let Some(delivery) = spec.delivery {
        places.push((delivery_feature(delivery), at("delivery")));
    }
    for (number, proof) in spec.authentication.iter().enumerate() {
        let feature = match proof {
            Authentication::SmsOtp { .. } => Feature::AuthSmsOtp,
            Authentication::EmailOtp => Feature::AuthEmailOtp,
            Authentication::WhatsappOtp { .. } => Feature::AuthWhatsappOtp,
            Authentication::AccessCode { .. } => Feature::AuthAccessCode,
            Authentication::Certificate => Feature::AuthCertificate,
        };
        places.push((feature, at(&format!("authentication/{number}"))));
    }
    let asked = [
        (!spec.fields.is_empty(), Feature::SignatureFields, "fields"),
        (spec.message.is_some(), Feature::RecipientMessage, "message"),
        (spec.acts_as != ActsAs::Person, Feature::ActsAsOrganization, "acts_as"),
        (!spec.requested_attachments.is_empty(), Feature::RequestedAttachments, "requested_attachments"),
        (!spec.identity_documents.is_empty(), Feature::IdentityDocuments, "identity_documents"),
    ];
    places.extend(asked.into_iter().filter(|(asked, ..)| *asked).map(|(_, feature, member)| (feature, at(member))));
    let sized = spec.fields.iter().enumerate().filter(|(_, field)| field.width.is_some() || field.height.is_some());
    places.extend(sized.map(|(number, _)| (Feature::FieldSize, at(&format!("fields/{number}")))));
}

/// The feature that is asked for with a delivery.
pub(crate) fn delivery_feature(delivery: Delivery) -> Feature {
    match delivery {
        Delivery::Email => Feature::DeliveryEmail,
        Delivery::Sms => Feature::DeliverySms,
        Delivery::Whatsapp => Feature::DeliveryWhatsapp,
        Delivery::None => Feature::DeliveryNone,
    }
}

/// The feature that is asked for with a level.
pub(crate) fn level_feature(level: SignatureLevel) -> Feature {
    match level {
        SignatureLevel::Simple => Feature::LevelSimple,
        SignatureLevel::Advanced => Feature::LevelAdvanced,
        SignatureLevel::Qualified => Feature::LevelQualified,
    }
}

/// The code of the finding, and what the vendor cannot do.
fn words(feature: Feature) -> (&'static str, &'static str) {
    match feature {
        Feature::SeveralDocuments => ("several_documents_unsupported", "takes one document in an envelope"),
        Feature::SeveralSigners => ("several_signers_unsupported", "takes one signer in an envelope"),
        Feature::SequentialOrder => ("order_unsupported", "does not let recipients act one after another"),
        Feature::ParallelOrder => ("parallel_order_unsupported", "does not let recipients act at the same time"),
        Feature::StageMinimum => ("minimum_unsupported", "needs everybody of a stage"),
        Feature::StageName => ("stage_name_unsupported", "has no names of stages"),
        Feature::RoleApprover => ("role_unsupported", "has no approvers"),
        Feature::RoleCopy => ("role_unsupported", "sends no copies"),
        Feature::LevelSimple | Feature::LevelAdvanced | Feature::LevelQualified => {
            ("level_unsupported", "has no signatures of this level")
        }
        Feature::DeliveryEmail => ("delivery_unsupported", "does not invite by e-mail"),
        Feature::DeliverySms => ("delivery_unsupported", "does not invite by SMS"),
        Feature::DeliveryWhatsapp => ("delivery_unsupported", "does not invite by WhatsApp"),
        Feature::DeliveryNone => ("delivery_unsupported", "gives no signing link; it always invites itself"),
        Feature::AuthSmsOtp => ("authentication_unsupported", "cannot ask for a code by SMS"),
        Feature::AuthEmailOtp => ("authentication_unsupported", "cannot ask for a code by e-mail"),
        Feature::AuthWhatsappOtp => ("authentication_unsupported", "cannot ask for a code by WhatsApp"),
        Feature::AuthAccessCode => ("authentication_unsupported", "cannot ask for an access code"),
        Feature::AuthCertificate => ("authentication_unsupported", "cannot ask for a certificate"),
        Feature::SignatureFields => ("fields_unsupported", "does not let the place of a signature be chosen"),
        Feature::FieldSize => ("field_size_unsupported", "does not let the size of a signature be chosen"),
        Feature::Message => ("message_unsupported", "has no message to recipients"),
        Feature::RecipientMessage => ("recipient_message_unsupported", "has no message to a single recipient"),
        Feature::Language => ("language_unsupported", "does not let the language be chosen"),
        Feature::Expiry => ("expiry_unsupported", "has no deadline, and none can be enforced there"),
        Feature::Reminders => ("reminders_unsupported", "sends no reminders"),
        Feature::Remind => ("remind_unsupported", "cannot remind on demand"),
        Feature::Cancel => ("cancel_unsupported", "takes nothing back"),
        Feature::CorrectRecipient => ("correct_unsupported", "corrects nobody after sending"),
        Feature::ActsAsOrganization => ("acts_as_unsupported", "lets everybody act for themselves only"),
        Feature::RequestedAttachments => ("attachments_unsupported", "cannot ask recipients for files"),
        Feature::IdentityDocuments => ("identity_documents_unsupported", "takes no identity documents"),
        Feature::NotaryCertification
        | Feature::NotaryProtocolization
        | Feature::NotaryValidation
        | Feature::NotaryFull => ("notary_unsupported", "has no notary for this"),
        Feature::Evidence => ("evidence_unsupported", "gives no evidence"),
        Feature::SigningUrl => ("signing_url_unsupported", "gives no signing link"),
    }
}
