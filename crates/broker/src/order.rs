//! From the stored envelope to the neutral order that adapters read.

use domain::envelope::{Authentication, Delivery, OrderRecipient, SignatureLevel};
use domain::order::Order;
use domain::record::{Envelope, Recipient, Stage};
use domain::states::StageStatus;

/// The order of an envelope, with access codes put back and `null`s as they are.
#[must_use]
pub fn order_of(envelope: &Envelope) -> Order {
    Order {
        envelope: envelope.id,
        spec: envelope.spec.clone(),
        recipients: envelope.recipients.iter().map(order_recipient).collect(),
        documents: envelope.documents.iter().map(|d| d.document.clone()).collect(),
    }
}

/// The same order with the account's defaults in place of what the caller left open. The answer shows both as chosen.
#[must_use]
pub fn with_defaults(mut order: Order, (level, delivery): (SignatureLevel, Delivery)) -> Order {
    for recipient in &mut order.recipients {
        recipient.spec.delivery.get_or_insert(delivery);
        if recipient.spec.role == domain::envelope::Role::Signer {
            recipient.spec.signature_level.get_or_insert(level);
        }
    }
    order
}

fn order_recipient(recipient: &Recipient) -> OrderRecipient {
    let mut spec = recipient.spec.clone();
    for (index, authentication) in spec.authentication.iter_mut().enumerate() {
        if let Authentication::AccessCode { code, .. } = authentication {
            *code = recipient.access_codes.get(&index).cloned();
        }
    }
    OrderRecipient { id: recipient.id, spec }
}

/// The stages of an envelope, all waiting.
#[must_use]
pub fn stages_of(order: &Order) -> Vec<Stage> {
    order
        .stages()
        .into_iter()
        .map(|stage| Stage {
            routing_order: stage.routing_order,
            group: stage.group.map(ToOwned::to_owned),
            minimum: stage.minimum,
            name: stage.name.map(ToOwned::to_owned),
            status: StageStatus::Waiting,
        })
        .collect()
}
