//! What moves work: jobs, permits, callbacks that came in, and the answers of repeated requests.

use sea_orm_migration::prelude::*;

use crate::columns::{big, bytes, create, id, index, int, opt, table, text, unique, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "jobs",
            vec![
                id("id"),
                // All zeros: a job of the platform. All zeros in `account_id`: a job of no account. Never empty, because
                // both are parts of keys that must compare equal.
                id("tenant_id"),
                id("account_id"),
                opt(id("envelope_id")),
                text("kind"),
                id("subject"),
                opt(text("dedupe_key")),
                // The dedupe key of a dead job, which must not take in new work.
                opt(text("buried_key")),
                text("payload"),
                opt(text("traceparent")),
                big("run_at"),
                // When it may be claimed: `run_at` while it waits, the lease's end while it runs, never when it is dead.
                big("available_at"),
                opt(text("owner")),
                big("fence"),
                int("tries"),
                opt(big("again_at")),
                opt(text("last_error")),
                opt(big("dead_at")),
                big("created_at"),
            ],
            &["id"],
        ),
        table("permits", vec![text("key"), int("slot"), text("holder"), big("until")], &["key", "slot"]),
        table(
            "callbacks",
            vec![
                id("id"),
                id("tenant_id"),
                id("account_id"),
                text("state"),
                bytes("content_digest"),
                opt(bytes("reference_digest")),
                text("files"),
                bytes("head_sealed"),
                bytes("body_sealed"),
                big("received_at"),
                opt(big("applied_at")),
                big("expires_at"),
            ],
            &["id"],
        ),
        table(
            "idempotency_keys",
            vec![
                // Keyed digest of tenant, credential, route and key.
                bytes("id"),
                id("ticket"),
                opt(bytes("fingerprint")),
                opt(id("resource")),
                opt(int("resource_status")),
                opt(bytes("answer_sealed")),
                big("lease_until"),
                big("expires_at"),
            ],
            &["id"],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("ux_jobs_dedupe", "jobs", &["tenant_id", "dedupe_key"]),
        index("ix_jobs_lane", "jobs", &["tenant_id", "account_id", "available_at", "id"]),
        where_set(index("ix_jobs_dead", "jobs", &["tenant_id", "dead_at", "id"]), "dead_at"),
        where_set(index("ix_jobs_envelope", "jobs", &["envelope_id"]), "envelope_id"),
        index("ix_permits_until", "permits", &["until"]),
        unique("ux_callbacks_content", "callbacks", &["account_id", "content_digest"]),
        where_set(
            index("ix_callbacks_reference", "callbacks", &["account_id", "reference_digest", "state"]),
            "reference_digest",
        ),
        index("ix_callbacks_state", "callbacks", &["account_id", "state", "received_at"]),
        index("ix_callbacks_expires", "callbacks", &["expires_at"]),
        index("ix_idempotency_expires", "idempotency_keys", &["expires_at"]),
    ]
}
