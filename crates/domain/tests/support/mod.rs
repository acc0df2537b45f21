//! Builders of orders and envelopes for the tests of this folder. Each test binary uses its own part of them.
#![allow(dead_code, reason = "compiled into several test binaries, of which none uses every builder")]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::envelope::{
    ActsAs, Document, EnvelopeSpec, Field, FieldType, Notary, OrderRecipient, PageBox, RecipientSpec, Role, StageSpec,
};
use domain::ids::{AccountId, DocumentId, EnvelopeId, RecipientId, SubmissionId, TenantId};
use domain::order::Order;
use domain::record::{CollectionState, Envelope, Recipient, Stage, Submission};
use domain::states::{EnvelopeStatus, RecipientStatus, StageStatus, SubmissionState};
use domain::steps::{Start, SubmissionPlan};

/// Seconds after the epoch.
pub fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

pub fn recipient(role: Role, routing_order: u32) -> RecipientSpec {
    RecipientSpec {
        role,
        name: "Ana García".to_owned(),
        given_name: None,
        family_name: None,
        second_family_name: None,
        email: None,
        phone: None,
        national_id: None,
        routing_order,
        group: None,
        signature_level: None,
        delivery: None,
        authentication: Vec::new(),
        acts_as: ActsAs::Person,
        organization: None,
        message: None,
        fields: Vec::new(),
        requested_attachments: Vec::new(),
        identity_documents: Vec::new(),
        provider_options: BTreeMap::new(),
    }
}

pub fn signer(routing_order: u32) -> RecipientSpec {
    recipient(Role::Signer, routing_order)
}

pub fn in_group(mut spec: RecipientSpec, group: &str) -> RecipientSpec {
    spec.group = Some(group.to_owned());
    spec
}

pub fn rules() -> EnvelopeSpec {
    EnvelopeSpec {
        reference: None,
        subject: "Contract".to_owned(),
        message: None,
        language: None,
        expires_at: None,
        reminders: None,
        notary: Notary::None,
        stages: Vec::new(),
        provider_account: None,
        provider_options: BTreeMap::new(),
        metadata: BTreeMap::new(),
    }
}

pub fn stage(routing_order: u32, group: Option<&str>, minimum: Option<u32>) -> StageSpec {
    StageSpec { routing_order, group: group.map(str::to_owned), minimum, name: None }
}

/// A document of one A4 page.
pub fn document(order: u32) -> Document {
    Document {
        id: DocumentId::generate(),
        filename: format!("{order}.pdf"),
        name: format!("Document {order}"),
        order,
        size: 1000,
        sha256: "0".repeat(64),
        pages: vec![PageBox { width_pt: 595.0, height_pt: 842.0 }],
        provider_options: BTreeMap::new(),
    }
}

pub fn field(document: u32, page: u32, x: f64, y: f64) -> Field {
    Field { kind: FieldType::Signature, acts_as: None, document, page, x, y, width: None, height: None }
}

/// An order with these recipients and one document.
pub fn order(recipients: impl IntoIterator<Item = RecipientSpec>) -> Order {
    Order {
        envelope: EnvelopeId::generate(),
        spec: rules(),
        recipients: recipients.into_iter().map(|spec| OrderRecipient { id: RecipientId::generate(), spec }).collect(),
        documents: vec![document(1)],
    }
}

/// An envelope that was just sent: every recipient in each of `submissions` submissions, the first `submitting`, the
/// others `planned`.
pub fn envelope(recipients: impl IntoIterator<Item = RecipientSpec>, submissions: usize) -> Envelope {
    let order = order(recipients);
    let recipients: Vec<Recipient> = order
        .recipients
        .iter()
        .map(|told| Recipient {
            id: told.id,
            spec: told.spec.clone(),
            access_codes: BTreeMap::new(),
            status: RecipientStatus::Created,
            status_reason: None,
            signing_url: None,
            sent_at: None,
            viewed_at: None,
            completed_at: None,
            certificate: None,
            provider: BTreeMap::new(),
            in_submissions: BTreeMap::new(),
        })
        .collect();
    let stages = order
        .stages()
        .iter()
        .map(|stage| Stage {
            routing_order: stage.routing_order,
            group: stage.group.map(str::to_owned),
            minimum: stage.minimum,
            name: None,
            status: StageStatus::Waiting,
        })
        .collect();
    let ids: Vec<RecipientId> = recipients.iter().map(|r| r.id).collect();
    Envelope {
        id: order.envelope,
        tenant: TenantId::generate(),
        spec: rules(),
        status: EnvelopeStatus::Submitting,
        status_reason: None,
        version: 1,
        pending_action: None,
        routed: None,
        attentions: Vec::new(),
        findings: Vec::new(),
        error: None,
        order: None,
        created_at: at(0),
        updated_at: at(0),
        sent_at: None,
        completed_at: None,
        recipients,
        stages,
        documents: Vec::new(),
        submissions: (0..submissions).map(|ordinal| submission(ordinal, &ids)).collect(),
        artifacts: Vec::new(),
    }
}

fn submission(ordinal: usize, recipients: &[RecipientId]) -> Submission {
    let ordinal = u32::try_from(ordinal).unwrap();
    Submission {
        id: SubmissionId::generate(),
        account: AccountId::generate(),
        plan: SubmissionPlan {
            ordinal,
            documents: vec![DocumentId::generate()],
            recipients: recipients.to_vec(),
            start: match ordinal.checked_sub(1) {
                None => Start::AtOnce,
                Some(ordinal) => Start::AfterSubmitted { ordinal },
            },
            steps: Vec::new(),
            clean_up: Vec::new(),
        },
        state: if ordinal == 0 { SubmissionState::Submitting } else { SubmissionState::Planned },
        attempt: 1,
        reference: None,
        vendor_status: None,
        acted: false,
        live: false,
        cancel: None,
        ended_at: None,
        details: BTreeMap::new(),
        error: None,
        integrity: None,
        reading: None,
        last_read_at: None,
        next_read_at: None,
        watched_until: None,
        renewal: domain::record::Renewal::default(),
        delivered: None,
        collection: CollectionState::default(),
        created_at: at(0),
    }
}
