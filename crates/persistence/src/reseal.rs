//! Rotating the master key: everything that is sealed under an earlier one is opened and sealed again under the current.
//!
//! Runs beside normal work. A row that changes meanwhile was sealed anew by that change. When nothing is left, the
//! earlier keys can go, a day later: the answers of repeated requests are not resealed but forgotten by then.

use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use domain::ids::TenantId;

use crate::error::StoreError;
use crate::keys::SealContext;
use crate::store::Store;

/// Rows that are read at a time.
const BATCH: i64 = 200;

#[derive(Clone, Copy)]
enum Kind {
    Uuid,
    Text,
    Int,
}

/// A column of a row's key.
struct Part {
    column: &'static str,
    kind: Kind,
    /// Whether it is in the context of the seal.
    bound: bool,
}

/// A sealed column and what its seal is bound to.
struct Place {
    table: &'static str,
    column: &'static str,
    /// Where the tenant stands: an expression, and a join for it.
    tenant: (&'static str, &'static str),
    key: &'static [Part],
}

const ID: &[Part] = &[Part { column: "id", kind: Kind::Uuid, bound: true }];
const CHILD: &[Part] = &[
    Part { column: "envelope_id", kind: Kind::Uuid, bound: false },
    Part { column: "id", kind: Kind::Uuid, bound: true },
];
const FACT: &[Part] = &[
    Part { column: "account_id", kind: Kind::Uuid, bound: true },
    Part { column: "name", kind: Kind::Text, bound: true },
];
const STEP: &[Part] = &[
    Part { column: "submission_id", kind: Kind::Uuid, bound: true },
    Part { column: "attempt", kind: Kind::Int, bound: true },
    Part { column: "position", kind: Kind::Int, bound: true },
];
const NAME: &[Part] = &[Part { column: "name", kind: Kind::Text, bound: true }];

const OWN: (&str, &str) = ("r.tenant_id", "");
const OF_ENVELOPE: (&str, &str) = ("o.tenant_id", "JOIN envelopes o ON o.id = r.envelope_id");

const PLACES: [Place; 10] = [
    Place { table: "store_state", column: "sealed", tenant: ("NULL", ""), key: NAME },
    Place { table: "provider_accounts", column: "credentials_sealed", tenant: OWN, key: ID },
    Place { table: "provider_accounts", column: "token_sealed", tenant: OWN, key: ID },
    Place {
        table: "account_facts",
        column: "sealed",
        tenant: ("o.tenant_id", "JOIN provider_accounts o ON o.id = r.account_id"),
        key: FACT,
    },
    Place { table: "envelopes", column: "order_sealed", tenant: OWN, key: ID },
    Place { table: "recipients", column: "sealed", tenant: OF_ENVELOPE, key: CHILD },
    Place { table: "submissions", column: "sealed", tenant: OF_ENVELOPE, key: CHILD },
    Place {
        table: "steps",
        column: "sealed",
        tenant: ("o.tenant_id", "JOIN attempts o ON o.submission_id = r.submission_id AND o.number = r.attempt"),
        key: STEP,
    },
    Place { table: "callbacks", column: "head_sealed", tenant: OWN, key: ID },
    Place { table: "callbacks", column: "body_sealed", tenant: OWN, key: ID },
];

impl Store {
    /// Seals everything anew that is not under the current master key; how many values that were.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when a value does not open: its key is missing from the ring, or it is damaged.
    pub async fn reseal(&self) -> Result<u64, StoreError> {
        let mut resealed = 0_u64;
        for place in &PLACES {
            loop {
                let rows = self.outdated(place).await?;
                if rows.is_empty() {
                    break;
                }
                for row in rows {
                    self.reseal_row(place, &row).await?;
                    resealed = resealed.saturating_add(1);
                }
            }
        }
        Ok(resealed)
    }

    async fn outdated(&self, place: &Place) -> Result<Vec<QueryResult>, StoreError> {
        let keys: Vec<String> = place.key.iter().map(|part| format!("r.{}", part.column)).collect();
        let (tenant, join) = place.tenant;
        let tenant = if tenant == "NULL" && self.database().is_postgres() { "NULL::uuid" } else { tenant };
        let sql = format!(
            "SELECT {tenant} AS tenant, r.{column} AS was, {keys} FROM {table} r {join} \
             WHERE r.{column} IS NOT NULL AND substr(r.{column}, 2, 4) <> $1 LIMIT $2",
            column = place.column,
            keys = keys.join(", "),
            table = place.table,
        );
        let values: [Value; 2] = [self.keys().current_id().to_vec().into(), BATCH.into()];
        Ok(self.database().writer().query_all_raw(self.database().statement(&sql, values)).await?)
    }

    async fn reseal_row(&self, place: &Place, row: &QueryResult) -> Result<(), StoreError> {
        let tenant: Option<Uuid> = row.try_get("", "tenant")?;
        let was: Vec<u8> = row.try_get("", "was")?;
        let (mut bound, mut conditions, mut values) = (Vec::new(), Vec::new(), Vec::<Value>::new());
        for part in place.key {
            let (bytes, value): (Vec<u8>, Value) = match part.kind {
                Kind::Uuid => {
                    let id: Uuid = row.try_get("", part.column)?;
                    (id.as_bytes().to_vec(), id.into())
                }
                Kind::Text => {
                    let text: String = row.try_get("", part.column)?;
                    (text.as_bytes().to_vec(), text.into())
                }
                Kind::Int => {
                    let number: i32 = row.try_get("", part.column)?;
                    (number.to_be_bytes().to_vec(), number.into())
                }
            };
            if part.bound {
                bound.extend(bytes);
            }
            values.push(value);
            conditions.push(format!("{} = ${}", part.column, values.len()));
        }
        let context = SealContext {
            tenant: tenant.map(TenantId::from_uuid),
            table: place.table,
            row: &bound,
            column: place.column,
        };
        let now = self.keys().seal(context, &self.keys().open(context, &was)?)?;
        values.extend([now.into(), was.into()]);
        let sql = format!(
            "UPDATE {table} SET {column} = ${new} WHERE {conditions} AND {column} = ${old}",
            table = place.table,
            column = place.column,
            conditions = conditions.join(" AND "),
            new = values.len().saturating_sub(1),
            old = values.len(),
        );
        self.database().run(&sql, values).await?;
        Ok(())
    }
}
