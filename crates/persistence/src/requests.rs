//! Requests with an idempotency key: reserved before they are carried out, marked inside the transaction that carries
//! them out, answered afterwards.
//!
//! So a crash between the transaction and the answer can be settled: the mark tells which resource came of it. All times
//! are the database's.

use std::time::Duration;

use domain::ids::TenantId;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::digests::Digest;
use crate::error::StoreError;
use crate::keys::{KeyRing, SealContext};
use crate::store::Store;
use crate::time::span;

/// How long a key is remembered.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Where an idempotency key is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestScope {
    /// The tenant; `None` for the platform's administration.
    pub tenant: Option<TenantId>,
    /// The credential: a key's id or a token's subject.
    pub credential: String,
    /// The operation.
    pub route: String,
}

/// The right to carry a request out and to answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    id: Digest,
    tenant: Option<TenantId>,
    ticket: Uuid,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names and values of the headers to repeat.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The trace that a request leaves in the transaction that carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMark {
    /// The request.
    pub ticket: Ticket,
    /// What came of it, for example the envelope.
    pub resource: Uuid,
    /// The status that it is answered with.
    pub status: u16,
}

/// What is known of a request with this key.
#[derive(Debug, Clone, PartialEq)]
pub enum Reserved {
    /// Nothing: carry it out.
    New(Ticket),
    /// It was answered: give this again.
    Replay {
        /// The answer.
        answer: Answer,
        /// The digest of the request that was answered, to be compared where the new one was not known yet.
        fingerprint: Option<Digest>,
    },
    /// It is being carried out right now.
    Running {
        /// When to ask again at the earliest.
        retry_after: Duration,
    },
    /// The key was used for another request.
    Mismatch,
    /// It was carried out, but the process ended before it answered: answer from the resource.
    Committed {
        /// The right to store that answer.
        ticket: Ticket,
        /// What came of it.
        resource: Uuid,
        /// The status that it was to be answered with.
        status: u16,
        /// The digest of the request that was carried out.
        fingerprint: Option<Digest>,
    },
}

/// The answers of requests that may be repeated.
#[derive(Debug, Clone)]
pub struct Requests {
    pub(crate) store: Store,
}

#[derive(FromQueryResult)]
struct Row {
    fingerprint: Option<Vec<u8>>,
    resource: Option<Uuid>,
    resource_status: Option<i32>,
    answer_sealed: Option<Vec<u8>>,
    lease_until: i64,
    now: i64,
}

impl Requests {
    /// Reserves `key` for a request that is carried out within `lease`. `fingerprint` is the digest of the request;
    /// `None` while it is not known yet (an upload): then nothing is compared.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn reserve(
        &self,
        scope: &RequestScope,
        key: &str,
        fingerprint: Option<Digest>,
        lease: Duration,
    ) -> Result<Reserved, StoreError> {
        let database = self.store.database();
        let id = self.id(scope, key);
        let now = database.now_sql();
        let mine = Uuid::new_v4();
        // Taken over: what is forgotten by now, and what nobody is answering any more, if it is the same request.
        let sql = format!(
            "INSERT INTO idempotency_keys (id, ticket, fingerprint, lease_until, expires_at) \
             VALUES ($1, $2, $3, {now} + $4, {now} + $5) \
             ON CONFLICT (id) DO UPDATE SET ticket = excluded.ticket, lease_until = excluded.lease_until, \
               fingerprint = CASE WHEN idempotency_keys.expires_at <= {now} THEN excluded.fingerprint \
                                  ELSE COALESCE(idempotency_keys.fingerprint, excluded.fingerprint) END, \
               resource = CASE WHEN idempotency_keys.expires_at <= {now} THEN NULL ELSE idempotency_keys.resource END, \
               resource_status = CASE WHEN idempotency_keys.expires_at <= {now} THEN NULL \
                                      ELSE idempotency_keys.resource_status END, \
               answer_sealed = NULL, \
               expires_at = CASE WHEN idempotency_keys.expires_at <= {now} THEN excluded.expires_at \
                                 ELSE idempotency_keys.expires_at END \
             WHERE idempotency_keys.expires_at <= {now} \
                OR (idempotency_keys.answer_sealed IS NULL AND idempotency_keys.lease_until <= {now} \
                    AND (idempotency_keys.fingerprint IS NULL OR excluded.fingerprint IS NULL \
                         OR idempotency_keys.fingerprint = excluded.fingerprint)) \
             RETURNING fingerprint, resource, resource_status, answer_sealed, lease_until, {now} AS now"
        );
        let insert = [
            id.to_vec().into(),
            mine.into(),
            fingerprint.map(|digest| digest.to_vec()).into(),
            span(lease).into(),
            span(KEPT).into(),
        ];
        let ticket = Ticket { id, tenant: scope.tenant, ticket: mine };
        if let Some(row) = Row::find_by_statement(database.statement(&sql, insert)).one(database.writer()).await? {
            return Ok(taken(row, ticket));
        }
        let sql = format!(
            "SELECT fingerprint, resource, resource_status, answer_sealed, lease_until, {now} AS now \
             FROM idempotency_keys WHERE id = $1"
        );
        let select = database.statement(&sql, [id.to_vec().into()]);
        match Row::find_by_statement(select).one(database.writer()).await? {
            // Released between the two statements: the next try will have it.
            None => Ok(Reserved::Running { retry_after: Duration::ZERO }),
            Some(row) => told(row, fingerprint, &ticket, self.store.keys()),
        }
    }

    /// Adds the digest of a request that was not known when it was reserved.
    ///
    /// # Errors
    /// [`StoreError::RequestLost`] when another request took the key over.
    pub async fn set_fingerprint(&self, ticket: &Ticket, fingerprint: Digest) -> Result<(), StoreError> {
        let sql = "UPDATE idempotency_keys SET fingerprint = $3 WHERE id = $1 AND ticket = $2";
        lost_if_none(self.run(sql, ticket, [fingerprint.to_vec().into()]).await?)
    }

    /// Keeps the answer, encrypted, to be given again.
    ///
    /// # Errors
    /// [`StoreError::RequestLost`] when another request took the key over.
    pub async fn store_answer(&self, ticket: &Ticket, answer: &Answer) -> Result<(), StoreError> {
        let sealed = self.store.keys().seal_json(ticket.context(), answer)?;
        let sql = "UPDATE idempotency_keys SET answer_sealed = $3 WHERE id = $1 AND ticket = $2";
        lost_if_none(self.run(sql, ticket, [sealed.into()]).await?)
    }

    /// Gives the key back, because the request was not carried out and its answer is not to be repeated. A request that
    /// was carried out stays, to be settled by the next one.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn release(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let gone = "DELETE FROM idempotency_keys WHERE id = $1 AND ticket = $2 AND resource IS NULL";
        if self.run(gone, ticket, []).await? == 0 {
            let ended = "UPDATE idempotency_keys SET lease_until = 0 WHERE id = $1 AND ticket = $2";
            self.run(ended, ticket, []).await?;
        }
        Ok(())
    }

    /// Forgets keys whose time is over; how many.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn purge(&self) -> Result<u64, StoreError> {
        let database = self.store.database();
        database.run(&format!("DELETE FROM idempotency_keys WHERE expires_at <= {}", database.now_sql()), []).await
    }

    async fn run(
        &self,
        sql: &str,
        ticket: &Ticket,
        more: impl IntoIterator<Item = sea_orm::Value>,
    ) -> Result<u64, StoreError> {
        let mut values = vec![ticket.id.to_vec().into(), ticket.ticket.into()];
        values.extend(more);
        self.store.database().run(sql, values).await
    }

    fn id(&self, scope: &RequestScope, key: &str) -> Digest {
        let tenant = scope.tenant.map(|t| t.as_uuid().into_bytes()).unwrap_or_default();
        self.store.digests().request(&[&tenant, scope.credential.as_bytes(), scope.route.as_bytes(), key.as_bytes()])
    }
}

fn taken(row: Row, ticket: Ticket) -> Reserved {
    match row.resource {
        None => Reserved::New(ticket),
        Some(resource) => Reserved::Committed {
            ticket,
            resource,
            status: status(row.resource_status),
            fingerprint: digest(row.fingerprint),
        },
    }
}

fn told(row: Row, asked: Option<Digest>, ticket: &Ticket, keys: &KeyRing) -> Result<Reserved, StoreError> {
    let fingerprint = digest(row.fingerprint);
    if let (Some(asked), Some(known)) = (asked, fingerprint)
        && asked != known
    {
        return Ok(Reserved::Mismatch);
    }
    if let Some(sealed) = row.answer_sealed {
        return Ok(Reserved::Replay { answer: keys.open_json(ticket.context(), &sealed)?, fingerprint });
    }
    let left = u64::try_from(row.lease_until.saturating_sub(row.now)).unwrap_or_default();
    Ok(Reserved::Running { retry_after: Duration::from_micros(left) })
}

fn status(column: Option<i32>) -> u16 {
    column.and_then(|status| u16::try_from(status).ok()).unwrap_or(200)
}

fn digest(column: Option<Vec<u8>>) -> Option<Digest> {
    column.and_then(|bytes| bytes.try_into().ok())
}

fn lost_if_none(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::RequestLost) } else { Ok(()) }
}

impl Ticket {
    fn context(&self) -> SealContext<'_> {
        SealContext { tenant: self.tenant, table: "idempotency_keys", row: &self.id, column: "answer_sealed" }
    }
}

impl RequestMark {
    /// Leaves the mark inside the transaction that carries the request out.
    pub(crate) async fn write(&self, store: &Store, connection: &impl ConnectionTrait) -> Result<(), StoreError> {
        let sql = "UPDATE idempotency_keys SET resource = $3, resource_status = $4 WHERE id = $1 AND ticket = $2";
        let values = [
            self.ticket.id.to_vec().into(),
            self.ticket.ticket.into(),
            self.resource.into(),
            i32::from(self.status).into(),
        ];
        let done = connection.execute_raw(store.database().statement(sql, values)).await?;
        lost_if_none(done.rows_affected())
    }
}
