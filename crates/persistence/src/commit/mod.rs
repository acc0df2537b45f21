//! The one function through which envelopes change: everything of a [`Change`] in one transaction, or nothing of it.
//!
//! The order of statements is the same in every commit (job, request, envelope, children, events, journal, callbacks,
//! jobs), so that two commits wait for each other and do not block each other crosswise.

mod children;

use domain::ids::EnvelopeId;
use domain::record::Envelope;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryResult};

use crate::change::{Change, Committed};
use crate::digests::Digest;
use crate::entities::envelope::{Column, Entity, Model};
use crate::error::StoreError;
use crate::events::{Head, Occasion, append};
use crate::jobs::{JobEnd, end, enqueue};
use crate::rows::{attention_codes, envelope_body, place, to_json};
use crate::store::Store;
use crate::time::{count, micros, uncount};

/// How often a transaction is begun anew that the database undid in favour of another.
const TRIES: u32 = 5;

impl Store {
    /// Stores a change: all of it or nothing.
    ///
    /// # Errors
    /// - [`StoreError::Conflict`] when the envelope, or a step, changed since it was read, or exists already.
    /// - [`StoreError::LeaseLost`] when the worker's job is in other hands.
    /// - [`StoreError::RequestLost`] when another request took the idempotency key over.
    /// - [`StoreError::Contradiction`] when the change makes no sense: a defect of the caller.
    /// - [`StoreError::Database`] when the database fails. Whether the change was stored is then not known if the
    ///   connection broke at the commit itself.
    pub async fn commit(&self, change: &Change<'_>) -> Result<Committed, StoreError> {
        check(change)?;
        let mut tries = 1;
        loop {
            match self.try_commit(change).await {
                Err(error) if error.is_transient() && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok((committed, again)) => {
                    if again || !change.jobs.is_empty() {
                        self.wakeups().jobs_added();
                    }
                    if let Some(envelope) = change.after.or(change.before) {
                        self.wakeups().envelope_changed(envelope.id);
                    }
                    return Ok(committed);
                }
            }
        }
    }

    async fn try_commit(&self, change: &Change<'_>) -> Result<(Committed, bool), StoreError> {
        let transaction = self.database().begin().await?;
        let again = match change.holding {
            Some(lease) => end(self.database(), &transaction, lease, &change.job_end).await?,
            None => false,
        };
        if let Some(mark) = &change.request {
            mark.write(self, &transaction).await?;
        }
        let head = self.write_envelope(&transaction, change).await?;
        let mut committed = Committed { version: None, events: Vec::new() };
        if let (Some(envelope), Some(head)) = (change.after.or(change.before), head) {
            let occasion =
                Occasion { tenant: change.tenant, envelope: envelope.id, actor: &change.actor, at: change.at };
            committed.events = append(self, &transaction, &occasion, head, &change.events).await?;
            committed.version = change.after.map(|_| next_version(change));
        }
        let fence = change.holding.map_or(0, |lease| lease.fence);
        for attempt in &change.attempts {
            crate::attempts::begin(self, &transaction, change.tenant, attempt, fence, change.at).await?;
        }
        for step in &change.steps {
            crate::attempts::change(self, &transaction, change.tenant, step, change.at).await?;
        }
        for callback in &change.callbacks {
            callback.write(self, &transaction, change.tenant, change.at).await?;
        }
        if let Some(envelope) = change.after {
            crate::identity_documents::write(&transaction, change, envelope.id).await?;
        }
        crate::audit::write(&transaction, Some(change.tenant), &change.audit).await?;
        enqueue(&transaction, change.jobs.clone()).await?;
        transaction.commit().await?;
        Ok((committed, again))
    }

    /// Writes the envelope's row and its children; where its history ended before this change.
    async fn write_envelope(
        &self,
        transaction: &DatabaseTransaction,
        change: &Change<'_>,
    ) -> Result<Option<Head>, StoreError> {
        let head = match (change.before, change.after) {
            (None, None) => return Ok(None),
            (None, Some(after)) => {
                self.insert(transaction, change, after).await?;
                Head::START
            }
            (Some(before), Some(after)) => self.update(transaction, change, before, after).await?,
            (Some(before), None) => {
                let returning = Query::returning().exprs([last_sequence(), hash_at("0")]);
                let delete = Query::delete()
                    .from_table(Entity)
                    .and_where(unchanged(change, before.id))
                    .returning(returning)
                    .to_owned();
                head(transaction.query_one(&delete).await?, 0)?
            }
        };
        if let Some(after) = change.after {
            children::write(self, transaction, change.before, after).await?;
        }
        Ok(Some(head))
    }

    async fn insert(
        &self,
        transaction: &DatabaseTransaction,
        change: &Change<'_>,
        after: &Envelope,
    ) -> Result<(), StoreError> {
        let row = Model {
            id: after.id.as_uuid(),
            tenant_id: after.tenant.as_uuid(),
            version: 1,
            status: after.status.as_str().to_owned(),
            reference: after.spec.reference.clone(),
            provider_kind: after.routed.as_ref().map(|routed| routed.kind.clone()),
            account_id: after.routed.as_ref().map(|routed| routed.account_id.as_uuid()),
            attention_codes: attention_codes(after),
            created_at: micros(after.created_at),
            updated_at: micros(after.updated_at),
            last_sequence: count(change.events.len()),
            body: to_json("envelopes", &envelope_body(after))?,
            order_sealed: self.sealed_order(after)?,
        };
        Entity::insert(row.into_active_model()).exec_without_returning(transaction).await?;
        Ok(())
    }

    /// Compares the version, sets the columns that differ, and counts the events, in one statement.
    async fn update(
        &self,
        transaction: &DatabaseTransaction,
        change: &Change<'_>,
        before: &Envelope,
        after: &Envelope,
    ) -> Result<Head, StoreError> {
        let added = count(change.events.len());
        let mut values: Vec<(Column, SimpleExpr)> = vec![
            (Column::Version, Expr::val(count(next_version(change)))),
            (Column::UpdatedAt, Expr::val(micros(after.updated_at))),
        ];
        if added > 0 {
            values.push((Column::LastSequence, Expr::col(Column::LastSequence).add(added)));
        }
        if before.status != after.status {
            values.push((Column::Status, Expr::val(after.status.as_str())));
        }
        if before.spec.reference != after.spec.reference {
            values.push((Column::Reference, Expr::val(after.spec.reference.clone())));
        }
        if before.routed != after.routed {
            let routed = after.routed.as_ref();
            values.push((Column::ProviderKind, Expr::val(routed.map(|routed| routed.kind.clone()))));
            values.push((Column::AccountId, Expr::val(routed.map(|routed| routed.account_id.as_uuid()))));
        }
        if before.attentions != after.attentions {
            values.push((Column::AttentionCodes, Expr::val(attention_codes(after))));
        }
        let body = envelope_body(after);
        if envelope_body(before) != body {
            values.push((Column::Body, Expr::val(to_json("envelopes", &body)?)));
        }
        if before.order != after.order {
            values.push((Column::OrderSealed, Expr::val(self.sealed_order(after)?)));
        }
        let update = Query::update()
            .table(Entity)
            .values(values)
            .and_where(unchanged(change, before.id))
            .returning(Query::returning().exprs([last_sequence(), hash_at(&added.to_string())]))
            .to_owned();
        head(transaction.query_one(&update).await?, change.events.len())
    }

    fn sealed_order(&self, envelope: &Envelope) -> Result<Option<Vec<u8>>, StoreError> {
        let id = envelope.id.as_uuid();
        let place = place(envelope.tenant, "envelopes", &id, "order_sealed");
        envelope.order.as_ref().map(|order| Ok(self.keys().seal_json(place, order)?)).transpose()
    }
}

fn check(change: &Change<'_>) -> Result<(), StoreError> {
    let ids = [change.before, change.after];
    if ids.iter().flatten().any(|envelope| envelope.tenant != change.tenant) {
        return Err(StoreError::Contradiction("the envelope is another tenant's"));
    }
    if let [Some(before), Some(after)] = ids
        && (before.id != after.id || before.created_at != after.created_at)
    {
        return Err(StoreError::Contradiction("before and after are two envelopes"));
    }
    if ids == [None, None] && !change.events.is_empty() {
        return Err(StoreError::Contradiction("events without an envelope"));
    }
    if change.holding.is_none() && change.job_end != JobEnd::Keep {
        return Err(StoreError::Contradiction("the end of a job that is not held"));
    }
    Ok(())
}

fn next_version(change: &Change<'_>) -> u64 {
    change.before.map_or(1, |before| before.version.saturating_add(1))
}

/// Holds for the row of the envelope as it was loaded.
fn unchanged(change: &Change<'_>, id: EnvelopeId) -> SimpleExpr {
    let version = change.before.map_or(0, |before| before.version);
    Expr::col(Column::Id)
        .eq(id.as_uuid())
        .and(Expr::col(Column::TenantId).eq(change.tenant.as_uuid()))
        .and(Expr::col(Column::Version).eq(count(version)))
}

fn last_sequence() -> SimpleExpr {
    Expr::cust("envelopes.last_sequence AS last_sequence")
}

/// The hash of the event that was the last before `added` more were counted.
fn hash_at(added: &str) -> SimpleExpr {
    Expr::cust(format!(
        "(SELECT events.hash FROM events WHERE events.envelope_id = envelopes.id \
          AND events.sequence = envelopes.last_sequence - {added}) AS last_hash"
    ))
}

fn head(row: Option<QueryResult>, added: usize) -> Result<Head, StoreError> {
    let row = row.ok_or(StoreError::Conflict)?;
    let sequence = uncount(row.try_get::<i64>("", "last_sequence")?.saturating_sub(count(added)));
    let hash = match row.try_get::<Option<Vec<u8>>>("", "last_hash")? {
        Some(hash) => Digest::try_from(hash.as_slice())
            .map_err(|_| StoreError::unreadable("events", "a hash of another length"))?,
        None if sequence == 0 => Head::START.hash,
        None => return Err(StoreError::unreadable("events", "the last event is missing")),
    };
    Ok(Head { sequence, hash })
}
