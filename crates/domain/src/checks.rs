//! What stands between an envelope and sending it, whoever the provider is.

use chrono::{DateTime, Utc};

use crate::capability::Feature;
use crate::envelope::{ActsAs, Authentication, Delivery, Notary, Role, SignatureLevel};
use crate::finding::Finding;
use crate::order::Order;

/// Largest distance by which a box may stick out of its page through rounding, in points.
const TOLERANCE_PT: f64 = 0.01;

/// Everything that is wrong with `order` at any provider, all at once.
#[must_use]
pub fn check(order: &Order, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.documents.is_empty() {
        findings.push(Finding::error("no_documents", "/documents", "The envelope has no document."));
    }
    if order.acting().next().is_none() {
        findings.push(Finding::error(
            "no_acting_recipient",
            "/recipients",
            "The envelope has no recipient that signs or approves.",
        ));
    }
    if order.spec.expires_at.is_some_and(|at| at <= now) {
        findings.push(Finding::error("already_expired", "/expires_at", "The deadline has passed already."));
    }
    check_stages(order, &mut findings);
    check_fields(order, &mut findings);
    findings
}

fn check_stages(order: &Order, findings: &mut Vec<Finding>) {
    let stages = order.stages();
    for (index, told) in order.spec.stages.iter().enumerate() {
        let pointer = format!("/stages/{index}");
        if order.spec.stages.iter().take(index).any(|s| s.routing_order == told.routing_order && s.group == told.group)
        {
            findings.push(Finding::error("duplicate_stage", pointer, "This stage is described twice."));
            continue;
        }
        let Some(stage) = stages.iter().find(|s| s.described == Some(index)) else {
            findings.push(Finding::error("empty_stage", pointer, "No recipient has this routing order and group."));
            continue;
        };
        let acting = stage
            .members
            .iter()
            .filter(|member| order.recipients.get(**member).is_some_and(|r| r.spec.role.acts()))
            .count();
        let enough = |minimum: u32| usize::try_from(minimum).is_ok_and(|m| m >= 1 && m <= acting);
        if told.minimum.is_some_and(|minimum| !enough(minimum)) {
            findings.push(
                Finding::error(
                    "minimum_out_of_range",
                    format!("{pointer}/minimum"),
                    format!("The minimum must be between 1 and the {acting} signers and approvers of the stage."),
                )
                .about(Feature::StageMinimum),
            );
        }
    }
}

fn check_fields(order: &Order, findings: &mut Vec<Finding>) {
    for (i, recipient) in order.recipients.iter().enumerate() {
        for (k, field) in recipient.spec.fields.iter().enumerate() {
            let pointer = format!("/recipients/{i}/fields/{k}");
            let Some(document) = order.documents.iter().find(|d| d.order == field.document) else {
                findings.push(Finding::error(
                    "no_such_document",
                    format!("{pointer}/document"),
                    "No document of the envelope has this order.",
                ));
                continue;
            };
            let page = field.page.checked_sub(1).and_then(|p| usize::try_from(p).ok());
            let Some(page) = page.and_then(|p| document.pages.get(p)) else {
                findings.push(Finding::error(
                    "no_such_page",
                    format!("{pointer}/page"),
                    format!("The document has {} pages.", document.pages.len()),
                ));
                continue;
            };
            let right = field.x + field.width.unwrap_or(0.0);
            let bottom = field.y + field.height.unwrap_or(0.0);
            let inside = field.x >= 0.0
                && field.y >= 0.0
                && right <= page.width_pt + TOLERANCE_PT
                && bottom <= page.height_pt + TOLERANCE_PT;
            if !inside {
                findings.push(
                    Finding::error(
                        "outside_page",
                        pointer,
                        format!("The box does not fit the page of {} x {} points.", page.width_pt, page.height_pt),
                    )
                    .about(Feature::SignatureFields),
                );
            }
        }
    }
}

/// The features that `order` asks for, each once.
#[must_use]
pub fn asked_features(order: &Order) -> Vec<Feature> {
    let mut asked = std::collections::BTreeSet::new();
    let stages = order.stages();
    let signers = order.with_role(Role::Signer).count();
    let mut when = |holds: bool, feature: Feature| {
        if holds {
            asked.insert(feature);
        }
    };
    when(order.documents.len() > 1, Feature::SeveralDocuments);
    when(signers > 1, Feature::SeveralSigners);
    when(stages.iter().any(|s| s.rank > 1), Feature::SequentialOrder);
    when(
        stages.iter().any(|s| s.members.len() > 1 || stages.iter().filter(|o| o.rank == s.rank).count() > 1),
        Feature::ParallelOrder,
    );
    when(stages.iter().any(|s| s.minimum.is_some()), Feature::StageMinimum);
    when(stages.iter().any(|s| s.name.is_some()), Feature::StageName);
    when(order.spec.message.is_some(), Feature::Message);
    when(order.spec.language.is_some(), Feature::Language);
    when(order.spec.expires_at.is_some(), Feature::Expiry);
    when(order.spec.reminders.is_some(), Feature::Reminders);
    match order.spec.notary {
        Notary::None => {}
        Notary::Certification => when(true, Feature::NotaryCertification),
        Notary::Protocolization => when(true, Feature::NotaryProtocolization),
        Notary::Validation => when(true, Feature::NotaryValidation),
        Notary::Full => when(true, Feature::NotaryFull),
    }
    for recipient in &order.recipients {
        let spec = &recipient.spec;
        when(spec.role == Role::Approver, Feature::RoleApprover);
        when(spec.role == Role::Copy, Feature::RoleCopy);
        when(spec.signature_level == Some(SignatureLevel::Simple), Feature::LevelSimple);
        when(spec.signature_level == Some(SignatureLevel::Advanced), Feature::LevelAdvanced);
        when(spec.signature_level == Some(SignatureLevel::Qualified), Feature::LevelQualified);
        when(spec.delivery == Some(Delivery::Email), Feature::DeliveryEmail);
        when(spec.delivery == Some(Delivery::Sms), Feature::DeliverySms);
        when(spec.delivery == Some(Delivery::Whatsapp), Feature::DeliveryWhatsapp);
        when(spec.delivery == Some(Delivery::None), Feature::DeliveryNone);
        for authentication in &spec.authentication {
            when(
                true,
                match authentication {
                    Authentication::SmsOtp { .. } => Feature::AuthSmsOtp,
                    Authentication::EmailOtp => Feature::AuthEmailOtp,
                    Authentication::WhatsappOtp { .. } => Feature::AuthWhatsappOtp,
                    Authentication::AccessCode { .. } => Feature::AuthAccessCode,
                    Authentication::Certificate => Feature::AuthCertificate,
                },
            );
        }
        when(!spec.fields.is_empty(), Feature::SignatureFields);
        when(spec.fields.iter().any(|f| f.width.is_some() || f.height.is_some()), Feature::FieldSize);
        when(spec.message.is_some(), Feature::RecipientMessage);
        when(spec.acts_as != ActsAs::Person, Feature::ActsAsOrganization);
        when(!spec.requested_attachments.is_empty(), Feature::RequestedAttachments);
        when(!spec.identity_documents.is_empty(), Feature::IdentityDocuments);
    }
    asked.into_iter().collect()
}
