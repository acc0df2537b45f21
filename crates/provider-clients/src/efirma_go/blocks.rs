//! Stages as the vendor has them: blocks of recipients with one role. A stage with two roles becomes two blocks of equal
//! order. Source: contract section 7.

use domain::envelope::Role;
use domain::order::{Order, OrderStage};

/// A block: who, in which turn, and how many of them must act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// The role of everybody in it.
    pub role: Role,
    /// Its turn: 1, 2, 3, … without gaps, so that it never exceeds the number of blocks.
    pub turn: u32,
    /// Its label.
    pub name: Option<&'a str>,
    /// How many must act; all of them in a block of copies.
    pub minimum: usize,
    /// Indices into `/recipients`.
    pub members: Vec<usize>,
}

/// The blocks of an order: by turn, then by stage, then signers, approvers, copies.
pub(super) fn blocks(order: &Order) -> Vec<Block<'_>> {
    order
        .stages()
        .into_iter()
        .flat_map(|stage| {
            [Role::Signer, Role::Approver, Role::Copy].into_iter().filter_map(move |role| block(order, &stage, role))
        })
        .collect()
}

fn block<'a>(order: &'a Order, stage: &OrderStage<'a>, role: Role) -> Option<Block<'a>> {
    let members: Vec<usize> = members(order, stage).filter(|(_, r)| *r == role).map(|(index, _)| index).collect();
    if members.is_empty() {
        return None;
    }
    let minimum = match stage.minimum {
        // Only a stage with one acting role can say so; the check refuses the others.
        Some(minimum) if role.acts() && acting(order, stage) == members.len() => {
            usize::try_from(minimum).unwrap_or(members.len()).clamp(1, members.len())
        }
        Some(_) | None => members.len(),
    };
    Some(Block { role, turn: stage.rank, name: stage.name.filter(|n| !n.trim().is_empty()), minimum, members })
}

/// How many of a stage's recipients act.
pub(super) fn acting(order: &Order, stage: &OrderStage<'_>) -> usize {
    members(order, stage).filter(|(_, role)| role.acts()).count()
}

/// Whether a stage has both signers and approvers.
pub(super) fn has_two_acting_roles(order: &Order, stage: &OrderStage<'_>) -> bool {
    let has = |wanted| members(order, stage).any(|(_, role)| role == wanted);
    has(Role::Signer) && has(Role::Approver)
}

fn members(order: &Order, stage: &OrderStage<'_>) -> impl Iterator<Item = (usize, Role)> {
    stage.members.iter().filter_map(|index| Some((*index, order.recipients.get(*index)?.spec.role)))
}
