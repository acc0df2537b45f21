//! The statements that the broker runs, as its `persistence` crate builds them. `docs/performance.md` tells how to compare
//! them with what really runs.

/// The key of the request, as every request begins: `Store::find_api_key`.
pub(super) const FIND_KEY: &str = "SELECT id, tenant_id, name, prefix, hash, scopes, expires_at, revoked_at, last_used_at, \
     created_at FROM api_keys WHERE hash = $1 LIMIT $2";

/// An envelope with its children: `Envelopes::load`.
macro_rules! read_envelope {
    ($nothing:literal) => {
        concat!(
            "WITH page AS (SELECT e.* FROM envelopes AS e WHERE e.tenant_id = $1 AND e.id IN ($2)) \
             SELECT 0 AS part, id AS envelope_id, id, 0 AS position, status AS word, body, order_sealed AS sealed, version, \
             created_at, updated_at FROM page \
             UNION ALL SELECT 1, c.envelope_id, c.id, c.position, c.status, c.body, c.sealed, NULL, NULL, NULL \
             FROM page JOIN recipients c ON c.envelope_id = page.id \
             UNION ALL SELECT 2, c.envelope_id, c.id, c.position, '', c.body, ",
            $nothing,
            ", NULL, NULL, NULL FROM page JOIN documents c ON c.envelope_id = page.id \
             UNION ALL SELECT 3, c.envelope_id, c.id, c.position, c.state, c.body, c.sealed, NULL, NULL, NULL \
             FROM page JOIN submissions c ON c.envelope_id = page.id \
             UNION ALL SELECT 4, c.envelope_id, c.id, c.position, '', c.body, ",
            $nothing,
            ", NULL, NULL, NULL FROM page JOIN artifacts c ON c.envelope_id = page.id"
        )
    };
}

pub(super) const READ_ENVELOPE_SQLITE: &str = read_envelope!("CAST(NULL AS BLOB)");
pub(super) const READ_ENVELOPE_POSTGRES: &str = read_envelope!("CAST(NULL AS bytea)");

/// A new envelope: `Store::commit`, one statement for each table.
pub(super) const INSERT_ENVELOPE: &str = "INSERT INTO envelopes (id, tenant_id, version, status, reference, provider_kind, \
     account_id, attention_codes, created_at, updated_at, last_sequence, body, order_sealed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

pub(super) const INSERT_RECIPIENTS: &str = "INSERT INTO recipients (envelope_id, id, position, status, body, sealed) \
     VALUES ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12) \
     ON CONFLICT (envelope_id, id) DO UPDATE SET position = excluded.position, status = excluded.status, \
     body = excluded.body, sealed = excluded.sealed";

pub(super) const INSERT_TERMS: &str = "INSERT INTO envelope_terms (tenant_id, term, created_at, envelope_id) \
     VALUES ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12)";

macro_rules! insert_events {
    ($txid:literal) => {
        concat!(
            "INSERT INTO events (txid, id, tenant_id, envelope_id, sequence, type, occurred_at, recorded_at, actor, data, \
             payload_digest, previous_hash, hash) VALUES (",
            $txid,
            ", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12), (",
            $txid,
            ", $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24), (",
            $txid,
            ", $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)"
        )
    };
}

pub(super) const INSERT_EVENTS_SQLITE: &str = insert_events!("0");
pub(super) const INSERT_EVENTS_POSTGRES: &str = insert_events!("pg_current_xact_id()::text::bigint + 0");
