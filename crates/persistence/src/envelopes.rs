//! Reading envelopes: one, several or a page of them, each whole, in one statement and so in one consistent state.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::attention::AttentionCode;
use domain::ids::{AccountId, EnvelopeId, SubmissionId, TenantId};
use domain::record::Envelope;
use domain::states::EnvelopeStatus;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::cursor::{Page, Paged, Place};
use crate::error::StoreError;
use crate::rows::{ChildRow, EnvelopeBody, StageBody, from_json, place};
use crate::store::Store;
use crate::time::{from_micros, micros, uncount};

/// Which attentions a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionFilter {
    /// Envelopes with any open attention.
    Any,
    /// Envelopes with this one open.
    Code(AttentionCode),
}

/// Which envelopes a list shows. Every condition that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct EnvelopeFilter {
    /// In one of these states; empty means all.
    pub statuses: Vec<EnvelopeStatus>,
    /// With this reference of the caller.
    pub reference: Option<String>,
    /// Carried out by a provider of this kind.
    pub provider: Option<String>,
    /// With all of these metadata pairs.
    pub metadata: BTreeMap<String, String>,
    /// Created after this, not at it.
    pub created_after: Option<DateTime<Utc>>,
    /// Created before this, not at it.
    pub created_before: Option<DateTime<Utc>>,
    /// With a recipient of this e-mail address, in any case of letters.
    pub recipient_email: Option<String>,
    /// With an open attention.
    pub attention: Option<AttentionFilter>,
}

/// The envelopes of a tenant.
#[derive(Debug, Clone)]
pub struct Envelopes {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
}

/// How much of an envelope is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// All of it.
    Whole,
    /// All but what is encrypted.
    Open,
}

impl Envelopes {
    /// The envelope with all that belongs to it; `None` when the tenant has none with this id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] or [`StoreError::Seal`] when a row is damaged.
    pub async fn load(&self, id: EnvelopeId) -> Result<Option<Envelope>, StoreError> {
        Ok(self.load_many(&[id]).await?.pop())
    }

    /// Those of these envelopes that the tenant has, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] or [`StoreError::Seal`] when a row is damaged.
    pub async fn load_many(&self, ids: &[EnvelopeId]) -> Result<Vec<Envelope>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = self.select();
        select.and_where(Expr::col(("e", "id")).is_in(ids.iter().map(|id| id.as_uuid())));
        self.fetch(select, Depth::Whole).await
    }

    /// A page of the tenant's envelopes, the newest first. What is encrypted is left out: orders, access codes, signing
    /// links, references and readings are empty. For showing; never save one of these.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn list(&self, filter: &EnvelopeFilter, page: &Page) -> Result<Paged<Envelope>, StoreError> {
        const LIST: &str = "envelopes";
        let tenant = self.store.tenant(self.tenant);
        let after = tenant.open_cursor(LIST, page)?;
        let select = self.page(filter, after, page.fetch());
        let envelopes = self.fetch(select, Depth::Open).await?;
        Ok(tenant.paged(LIST, page, envelopes, |last| (micros(last.created_at), last.id.as_uuid())))
    }

    /// The submissions at `account` that the provider knows by `reference`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn by_provider_reference(
        &self,
        account: AccountId,
        reference: &str,
    ) -> Result<Vec<(EnvelopeId, SubmissionId)>, StoreError> {
        #[derive(FromQueryResult)]
        struct Found {
            envelope_id: Uuid,
            id: Uuid,
        }
        let digest = self.store.digests().reference(account, reference);
        let sql = "SELECT envelope_id, id FROM submissions \
                   WHERE account_id = $1 AND reference_digest = $2 AND tenant_id = $3 ORDER BY id";
        let values = [account.as_uuid().into(), digest.to_vec().into(), self.tenant.as_uuid().into()];
        let rows: Vec<Found> = self.store.database().rows(sql, values).await?;
        Ok(rows
            .into_iter()
            .map(|row| (EnvelopeId::from_uuid(row.envelope_id), SubmissionId::from_uuid(row.id)))
            .collect())
    }

    /// Whether an envelope of the tenant that has not ended is with `account`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn any_live_at(&self, account: AccountId) -> Result<bool, StoreError> {
        let live = EnvelopeStatus::ALL.iter().filter(|status| !status.is_terminal()).map(|status| status.as_str());
        let select = Query::select()
            .expr(Expr::val(1))
            .from("envelopes")
            .and_where(Expr::col("tenant_id").eq(self.tenant.as_uuid()))
            .and_where(Expr::col("status").is_in(live))
            .and_where(Expr::col("account_id").eq(account.as_uuid()))
            .limit(1)
            .to_owned();
        Ok(self.store.database().reader().query_one(&select).await?.is_some())
    }

    fn select(&self) -> SelectStatement {
        Query::select()
            .expr(Expr::cust("e.*"))
            .from_as("envelopes", "e")
            .and_where(Expr::col(("e", "tenant_id")).eq(self.tenant.as_uuid()))
            .to_owned()
    }

    /// The page's envelopes. The rarest thing that is asked for leads: its index is in the order of the list.
    fn page(&self, filter: &EnvelopeFilter, after: Option<Place>, limit: u64) -> SelectStatement {
        let digests = self.store.digests();
        let mut terms: Vec<_> =
            filter.recipient_email.iter().map(|address| digests.email(self.tenant, address)).collect();
        terms.extend(filter.metadata.iter().map(|(key, value)| digests.metadata(self.tenant, key, value)));
        let mut select = self.select();
        let mut terms = terms.into_iter();
        let (created, id) = match terms.next() {
            None => (("e", "created_at"), ("e", "id")),
            Some(leading) => {
                select
                    .join_as(
                        sea_orm::JoinType::InnerJoin,
                        "envelope_terms",
                        "t",
                        Expr::col(("t", "envelope_id")).equals(("e", "id")),
                    )
                    .and_where(Expr::col(("t", "tenant_id")).eq(self.tenant.as_uuid()))
                    .and_where(Expr::col(("t", "term")).eq(leading.to_vec()));
                (("t", "created_at"), ("t", "envelope_id"))
            }
        };
        for term in terms {
            let found = Query::select()
                .expr(Expr::val(1))
                .from_as("envelope_terms", "o")
                .and_where(Expr::col(("o", "tenant_id")).eq(self.tenant.as_uuid()))
                .and_where(Expr::col(("o", "term")).eq(term.to_vec()))
                .and_where(Expr::col(("o", "created_at")).equals(created))
                .and_where(Expr::col(("o", "envelope_id")).equals(id))
                .limit(1)
                .to_owned();
            // Asked of each row that the leading term gives, in the order of the list. `EXISTS` would let PostgreSQL
            // join the terms instead, for which it has no statistics worth the name.
            select.and_where(Expr::expr(found).eq(1));
        }
        if !filter.statuses.is_empty() {
            select.and_where(Expr::col(("e", "status")).is_in(filter.statuses.iter().map(|status| status.as_str())));
        }
        if let Some(reference) = &filter.reference {
            select.and_where(Expr::col(("e", "reference")).eq(reference));
        }
        if let Some(provider) = &filter.provider {
            select.and_where(Expr::col(("e", "provider_kind")).eq(provider));
        }
        if let Some(attention) = filter.attention {
            select.and_where(attention_condition(attention));
        }
        if let Some(at) = filter.created_after {
            select.and_where(Expr::col(created).gt(micros(at)));
        }
        if let Some(at) = filter.created_before {
            select.and_where(Expr::col(created).lt(micros(at)));
        }
        if let Some(after) = after {
            select.and_where(after.before(created, id));
        }
        select.order_by(created, Order::Desc).order_by(id, Order::Desc).limit(limit).to_owned()
    }

    /// Reads the envelopes that `page` selects, with their children, in one statement.
    async fn fetch(&self, page: SelectStatement, depth: Depth) -> Result<Vec<Envelope>, StoreError> {
        let database = self.store.database();
        let mut statement = database.reader().get_database_backend().build(&page);
        statement.sql = with_children(&statement.sql, depth, database.is_postgres());
        let parts = Part::find_by_statement(statement).all(database.reader()).await?;
        self.assemble(parts)
    }

    fn assemble(&self, mut parts: Vec<Part>) -> Result<Vec<Envelope>, StoreError> {
        let keys = self.store.keys();
        // Envelopes come first, then each child in its order.
        parts.sort_by_key(|part| (part.part, part.position));
        let mut envelopes: BTreeMap<Uuid, Envelope> = BTreeMap::new();
        for part in parts {
            let kind = part.part;
            if kind == 0 {
                envelopes.insert(part.envelope_id, self.envelope(part)?);
                continue;
            }
            let Some(envelope) = envelopes.get_mut(&part.envelope_id) else { continue };
            let row = ChildRow { id: part.id, word: part.word, body: part.body, sealed: part.sealed };
            match kind {
                1 => envelope.recipients.push(row.into_recipient(keys, self.tenant)?),
                2 => envelope.documents.push(row.into_document()?),
                3 => envelope.submissions.push(row.into_submission(keys, self.tenant)?),
                _ => envelope.artifacts.push(row.into_artifact()?),
            }
        }
        let mut envelopes: Vec<Envelope> = envelopes.into_values().collect();
        envelopes.sort_by_key(|envelope| std::cmp::Reverse((envelope.created_at, envelope.id)));
        Ok(envelopes)
    }

    fn envelope(&self, part: Part) -> Result<Envelope, StoreError> {
        const TABLE: &str = "envelopes";
        let id = EnvelopeId::from_uuid(part.id);
        let order = part
            .sealed
            .map(|sealed| self.store.keys().open_json(place(self.tenant, TABLE, &part.id, "order_sealed"), &sealed))
            .transpose()?;
        let body: EnvelopeBody<'_> = from_json(TABLE, &part.body)?;
        Ok(Envelope {
            id,
            tenant: self.tenant,
            spec: body.spec.into_owned(),
            status: part.word.parse().map_err(|e| StoreError::unreadable(TABLE, e))?,
            status_reason: body.status_reason.into_owned(),
            version: uncount(part.version.unwrap_or_default()),
            pending_action: body.pending_action.into_owned(),
            routed: body.routed.into_owned(),
            attentions: body.attentions.into_owned(),
            findings: body.findings.into_owned(),
            error: body.error.into_owned(),
            order,
            created_at: from_micros(part.created_at.unwrap_or_default()),
            updated_at: from_micros(part.updated_at.unwrap_or_default()),
            sent_at: body.sent_at,
            completed_at: body.completed_at,
            recipients: Vec::new(),
            stages: body.stages.into_iter().map(StageBody::into_stage).collect(),
            documents: Vec::new(),
            submissions: Vec::new(),
            artifacts: Vec::new(),
        })
    }
}

fn attention_condition(attention: AttentionFilter) -> SimpleExpr {
    let column = Expr::col(("e", "attention_codes"));
    match attention {
        AttentionFilter::Any => column.is_not_null(),
        AttentionFilter::Code(code) => {
            let word = code.as_str().replace('_', "\\_");
            // Said aloud that it is not empty: else SQLite does not see that the partial index serves.
            column.clone().is_not_null().and(column.like(LikeExpr::new(format!("%|{word}|%")).escape('\\')))
        }
    }
}

/// One row of the union: an envelope (part 0) or a child of one.
#[derive(FromQueryResult)]
struct Part {
    part: i32,
    envelope_id: Uuid,
    id: Uuid,
    position: i32,
    word: String,
    body: String,
    sealed: Option<Vec<u8>>,
    version: Option<i64>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
}

fn with_children(page: &str, depth: Depth, postgres: bool) -> String {
    let nothing = if postgres { "CAST(NULL AS bytea)" } else { "CAST(NULL AS BLOB)" };
    let sealed = |column: &str| match depth {
        Depth::Whole => column.to_owned(),
        Depth::Open => nothing.to_owned(),
    };
    let child = |part: u8, table: &str, word: &str, sealed: &str| {
        format!(
            " UNION ALL SELECT {part}, c.envelope_id, c.id, c.position, {word}, c.body, {sealed}, NULL, NULL, NULL \
             FROM page JOIN {table} c ON c.envelope_id = page.id"
        )
    };
    let mut sql = format!(
        "WITH page AS ({page}) \
         SELECT 0 AS part, id AS envelope_id, id, 0 AS position, status AS word, body, {} AS sealed, version, created_at, \
         updated_at FROM page",
        sealed("order_sealed")
    );
    sql.push_str(&child(1, "recipients", "c.status", &sealed("c.sealed")));
    sql.push_str(&child(2, "documents", "''", nothing));
    sql.push_str(&child(3, "submissions", "c.state", &sealed("c.sealed")));
    sql.push_str(&child(4, "artifacts", "''", nothing));
    sql
}
