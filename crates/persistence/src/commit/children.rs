//! Writes the children of an envelope that differ from before: each kind with at most two statements, none for a kind
//! of which nothing changed.

use std::collections::{BTreeSet, HashMap};

use domain::record::Envelope;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter};
use uuid::Uuid;

use crate::digests::Digest;
use crate::entities::{artifact, document, envelope_term, recipient, submission};
use crate::error::StoreError;
use crate::rows::{Child, Encoder};
use crate::store::Store;
use crate::time::{micros, small};

/// Rows of one statement: ten columns each stay below SQLite's 32,766 bound values.
const ROWS: usize = 1000;

/// A table of children: what its key is called.
trait ChildTable: EntityTrait {
    const ENVELOPE: Self::Column;
    const ID: Self::Column;
}

macro_rules! child_table {
    ($($table:ident),+) => {
        $(impl ChildTable for $table::Entity {
            const ENVELOPE: $table::Column = $table::Column::EnvelopeId;
            const ID: $table::Column = $table::Column::Id;
        })+
    };
}
child_table!(recipient, document, submission, artifact);

pub(super) async fn write(
    store: &Store,
    transaction: &DatabaseTransaction,
    before: Option<&Envelope>,
    after: &Envelope,
) -> Result<(), StoreError> {
    let encoder = Encoder { keys: store.keys(), digests: store.digests(), tenant: after.tenant, envelope: after.id };
    let (recipients, documents, submissions, artifacts) = before.map_or(Default::default(), |before| {
        (
            before.recipients.as_slice(),
            before.documents.as_slice(),
            before.submissions.as_slice(),
            before.artifacts.as_slice(),
        )
    });
    table::<recipient::Entity, _>(transaction, &encoder, recipients, &after.recipients).await?;
    table::<document::Entity, _>(transaction, &encoder, documents, &after.documents).await?;
    table::<submission::Entity, _>(transaction, &encoder, submissions, &after.submissions).await?;
    table::<artifact::Entity, _>(transaction, &encoder, artifacts, &after.artifacts).await?;
    terms(store, transaction, before, after).await
}

async fn table<E, C>(
    transaction: &DatabaseTransaction,
    encoder: &Encoder<'_>,
    before: &[C],
    after: &[C],
) -> Result<(), StoreError>
where
    E: ChildTable,
    C: Child<Row = E::Model>,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut earlier: HashMap<Uuid, (usize, &C)> =
        before.iter().enumerate().map(|(position, child)| (child.id(), (position, child))).collect();
    let mut changed = Vec::new();
    for (position, child) in after.iter().enumerate() {
        if earlier.remove(&child.id()) != Some((position, child)) {
            changed.push(child.encode(small(position), encoder)?);
        }
    }
    if !earlier.is_empty() {
        E::delete_many()
            .filter(E::ENVELOPE.eq(encoder.envelope.as_uuid()))
            .filter(E::ID.is_in(earlier.into_keys()))
            .exec(transaction)
            .await?;
    }
    let key = [E::ENVELOPE.as_str(), E::ID.as_str()];
    while !changed.is_empty() {
        let rest = changed.split_off(changed.len().min(ROWS));
        let rows = std::mem::replace(&mut changed, rest).into_iter().map(IntoActiveModel::into_active_model);
        let mut replace = OnConflict::columns([E::ENVELOPE, E::ID]);
        replace.update_columns(E::Column::iter().filter(|column| !key.contains(&column.as_str())));
        E::insert_many(rows).on_conflict(replace).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// What the envelope can be found by: its metadata, the e-mail addresses of its recipients, its submissions.
async fn terms(
    store: &Store,
    transaction: &DatabaseTransaction,
    before: Option<&Envelope>,
    after: &Envelope,
) -> Result<(), StoreError> {
    let same_submissions = |before: &Envelope| before.submissions.len() == after.submissions.len();
    if before.is_some_and(|before| same_submissions(before) && found_by(before).eq(found_by(after))) {
        return Ok(());
    }
    let digests = |envelope: &Envelope| -> BTreeSet<Digest> {
        let tenant = envelope.tenant;
        let pairs = envelope.spec.metadata.iter().map(|(key, value)| store.digests().metadata(tenant, key, value));
        let addresses = envelope
            .recipients
            .iter()
            .filter_map(|recipient| recipient.spec.email.as_ref())
            .map(|email| store.digests().email(tenant, email.as_str()));
        let submissions = envelope
            .submissions
            .iter()
            .map(|submission| store.digests().submission_tail(tenant, &submission.id.tail()));
        pairs.chain(addresses).chain(submissions).collect()
    };
    let (was, is) = (before.map(digests).unwrap_or_default(), digests(after));
    let gone: Vec<Vec<u8>> = was.difference(&is).map(|term| term.to_vec()).collect();
    if !gone.is_empty() {
        envelope_term::Entity::delete_many()
            .filter(envelope_term::Column::EnvelopeId.eq(after.id.as_uuid()))
            .filter(envelope_term::Column::Term.is_in(gone))
            .exec(transaction)
            .await?;
    }
    let new: Vec<envelope_term::ActiveModel> = is
        .difference(&was)
        .map(|term| {
            envelope_term::Model {
                tenant_id: after.tenant.as_uuid(),
                term: term.to_vec(),
                created_at: micros(after.created_at),
                envelope_id: after.id.as_uuid(),
            }
            .into_active_model()
        })
        .collect();
    if !new.is_empty() {
        envelope_term::Entity::insert_many(new).exec_without_returning(transaction).await?;
    }
    Ok(())
}

fn found_by(envelope: &Envelope) -> impl Iterator<Item = (&str, &str)> {
    let addresses = envelope.recipients.iter().filter_map(|recipient| recipient.spec.email.as_ref());
    let pairs = envelope.spec.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    pairs.chain(addresses.map(|email| ("", email.as_str())))
}
