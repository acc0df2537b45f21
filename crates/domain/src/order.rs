//! The neutral order that a provider adapter carries out: a snapshot of an envelope, frozen when it is sent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::{Document, EnvelopeSpec, OrderRecipient, ProviderOptions, Role};
use crate::ids::{DocumentId, EnvelopeId, RecipientId};

/// Everything an adapter may know of an envelope. Holds secrets (access codes): it is stored encrypted and never logged.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The envelope.
    pub envelope: EnvelopeId,
    /// Its rules.
    pub spec: EnvelopeSpec,
    /// Its recipients, in the order of the envelope: the index is that of `/recipients/{i}`.
    pub recipients: Vec<OrderRecipient>,
    /// Its documents, by `order`: the index is that of `/documents/{d}`.
    pub documents: Vec<Document>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order").field("envelope", &self.envelope).finish_non_exhaustive()
    }
}

/// Recipients that act together: one `routing_order` and, where given, one `group`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStage<'a> {
    /// The order, as the caller numbered it.
    pub routing_order: u32,
    /// 1 for the lowest order of the envelope, 2 for the next, without gaps.
    pub rank: u32,
    /// The group, where one was given.
    pub group: Option<&'a str>,
    /// Name shown to people.
    pub name: Option<&'a str>,
    /// How many signers and approvers must act; `None` means all.
    pub minimum: Option<u32>,
    /// Index into `/stages`, when the caller described the stage.
    pub described: Option<usize>,
    /// Indices into `/recipients`, in order.
    pub members: Vec<usize>,
}

impl Order {
    /// The stages, by order and then by first appearance of the group. Copies are members too.
    #[must_use]
    pub fn stages(&self) -> Vec<OrderStage<'_>> {
        let mut stages: Vec<OrderStage<'_>> = Vec::new();
        for (index, recipient) in self.recipients.iter().enumerate() {
            let (order, group) = (recipient.spec.routing_order, recipient.spec.group.as_deref());
            match stages.iter_mut().find(|s| s.routing_order == order && s.group == group) {
                Some(stage) => stage.members.push(index),
                None => {
                    let described =
                        self.spec.stages.iter().position(|s| s.routing_order == order && s.group.as_deref() == group);
                    let told = described.and_then(|i| self.spec.stages.get(i));
                    stages.push(OrderStage {
                        routing_order: order,
                        rank: 0,
                        group,
                        name: told.and_then(|s| s.name.as_deref()),
                        minimum: told.and_then(|s| s.minimum),
                        described,
                        members: vec![index],
                    });
                }
            }
        }
        stages.sort_by_key(|s| s.routing_order);
        let (mut rank, mut last) = (0, None);
        for stage in &mut stages {
            if last != Some(stage.routing_order) {
                rank += 1;
                last = Some(stage.routing_order);
            }
            stage.rank = rank;
        }
        stages
    }

    /// The document with this id.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.iter().find(|d| d.id == id)
    }

    /// The recipient with this id.
    #[must_use]
    pub fn recipient(&self, id: RecipientId) -> Option<&OrderRecipient> {
        self.recipients.iter().find(|r| r.id == id)
    }

    /// Recipients that sign or approve.
    pub fn acting(&self) -> impl Iterator<Item = &OrderRecipient> {
        self.recipients.iter().filter(|r| r.spec.role.acts())
    }

    /// Recipients with `role`.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &OrderRecipient> {
        self.recipients.iter().filter(move |r| r.spec.role == role)
    }
}

/// The options of one provider kind; `Value::Null` when none were given.
#[must_use]
pub fn options_of<'a>(options: &'a ProviderOptions, kind: &str) -> &'a Value {
    options.get(kind).unwrap_or(&Value::Null)
}
