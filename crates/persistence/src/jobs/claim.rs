//! Claiming jobs: one statement that is fair between tenants and between a tenant's accounts.
//!
//! A lane is the jobs of one account. The statement hops from lane to lane along the index, takes the first few due jobs
//! of each, lets tenants take turns, and claims. What it costs grows with the number of lanes and of claimed jobs, never
//! with the number of waiting ones: ten thousand jobs of one tenant neither delay another's first nor slow the search.

use std::time::Duration;

use sea_orm::{FromQueryResult, Value};

use super::{ClaimedJob, JobLease, Jobs, from_row};
use crate::entities::job;
use crate::error::StoreError;
use crate::time::{count, span};

/// How many candidates are looked at for each job asked for: some are being claimed by other workers right now.
const CANDIDATES: u32 = 4;

/// Which jobs a worker wants.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// Who claims: a name of the worker process, for people and for the lease.
    pub owner: String,
    /// The kinds of job it can do; empty means all.
    pub kinds: Vec<String>,
    /// At most this many.
    pub limit: u32,
    /// How long it may work without a heartbeat.
    pub lease: Duration,
}

impl Jobs {
    /// Claims due jobs, and those whose worker let its lease run out. Tenants take turns, then the accounts of a tenant.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn claim(&self, request: &ClaimRequest) -> Result<Vec<ClaimedJob>, StoreError> {
        let database = self.store.database();
        let (sql, values) = statement(request, &database.now_sql(), database.is_postgres());
        let rows = job::Model::find_by_statement(database.statement(&sql, values)).all(database.writer()).await?;
        let mut claimed = rows
            .into_iter()
            .map(|row| {
                let lease = JobLease {
                    job: domain::ids::JobId::from_uuid(row.id),
                    fence: row.fence,
                    owner: request.owner.clone(),
                };
                Ok(ClaimedJob { job: from_row(row)?, lease })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        claimed.sort_by_key(|claimed| (claimed.job.run_at, claimed.job.id));
        Ok(claimed)
    }
}

fn statement(request: &ClaimRequest, now: &str, postgres: bool) -> (String, Vec<Value>) {
    // On SQLite nobody else claims at the same time.
    let candidates = if postgres { request.limit.saturating_mul(CANDIDATES) } else { request.limit };
    let mut values: Vec<Value> = vec![
        request.owner.clone().into(),
        span(request.lease).into(),
        count(request.limit).into(),
        count(candidates).into(),
    ];
    let kinds = if request.kinds.is_empty() {
        String::new()
    } else {
        let places: Vec<String> = request
            .kinds
            .iter()
            .map(|kind| {
                values.push(kind.clone().into());
                format!("${}", values.len())
            })
            .collect();
        format!("AND x.kind IN ({})", places.join(", "))
    };
    let due = format!("x.available_at <= {now} {kinds}");
    let pick = if postgres { pick_postgres(&due) } else { pick_sqlite(&due) };
    let skip_locked = if postgres { "FOR UPDATE OF j SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH RECURSIVE lane(tenant_id, account_id) AS ( \
             SELECT j.tenant_id, j.account_id FROM jobs j WHERE j.id = ( \
                 SELECT x.id FROM jobs x ORDER BY x.tenant_id, x.account_id, x.available_at, x.id LIMIT 1) \
             UNION ALL \
             SELECT j.tenant_id, j.account_id FROM lane l JOIN jobs j ON j.id = COALESCE( \
                 (SELECT x.id FROM jobs x WHERE x.tenant_id = l.tenant_id AND x.account_id > l.account_id \
                  ORDER BY x.account_id, x.available_at, x.id LIMIT 1), \
                 (SELECT x.id FROM jobs x WHERE x.tenant_id > l.tenant_id \
                  ORDER BY x.tenant_id, x.account_id, x.available_at, x.id LIMIT 1)) \
         ), pick(tenant_id, account_id, available_at, id, place) AS ({pick} \
         ), turns AS ( \
             SELECT id, available_at, \
                    row_number() OVER (PARTITION BY tenant_id ORDER BY place, available_at, id) AS turn FROM pick \
         ), candidates AS ( \
             SELECT id, available_at, turn FROM turns ORDER BY turn, available_at, id LIMIT $4 \
         ), chosen AS MATERIALIZED ( \
             SELECT j.id FROM candidates c JOIN jobs j ON j.id = c.id WHERE j.available_at <= {now} \
             ORDER BY c.turn, c.available_at, c.id LIMIT $3 {skip_locked} \
         ) \
         UPDATE jobs SET owner = $1, fence = fence + 1, tries = tries + 1, available_at = {now} + $2 \
         WHERE id IN (SELECT id FROM chosen) RETURNING *"
    );
    (sql, values)
}

/// The first due jobs of each lane, each with its place in the lane.
fn pick_postgres(due: &str) -> String {
    format!(
        "SELECT l.tenant_id, l.account_id, d.available_at, d.id, \
                row_number() OVER (PARTITION BY l.tenant_id, l.account_id ORDER BY d.available_at, d.id) \
         FROM lane l CROSS JOIN LATERAL ( \
             SELECT x.id, x.available_at FROM jobs x \
             WHERE x.tenant_id = l.tenant_id AND x.account_id = l.account_id AND {due} \
             ORDER BY x.available_at, x.id LIMIT $4) d"
    )
}

/// The same without `LATERAL`, which SQLite has not: from each job to the next along the index. Two searches for the
/// next, because SQLite searches an index by the first column only when two are compared at once.
fn pick_sqlite(due: &str) -> String {
    let next = |lane: &str, more: &str| {
        format!(
            "(SELECT x.id FROM jobs x WHERE x.tenant_id = {lane}.tenant_id AND x.account_id = {lane}.account_id \
              AND {due} {more} ORDER BY x.available_at, x.id LIMIT 1)"
        )
    };
    format!(
        "SELECT j.tenant_id, j.account_id, j.available_at, j.id, 1 FROM lane l JOIN jobs j ON j.id = {} \
         UNION ALL \
         SELECT j.tenant_id, j.account_id, j.available_at, j.id, p.place + 1 FROM pick p \
         JOIN jobs j ON j.id = COALESCE({}, {}) WHERE p.place < $4",
        next("l", ""),
        next("p", "AND x.available_at = p.available_at AND x.id > p.id"),
        next("p", "AND x.available_at > p.available_at")
    )
}
