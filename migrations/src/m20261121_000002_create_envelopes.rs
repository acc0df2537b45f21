//! Envelopes and all that belongs to them, the journal of their submissions, and their history.
//!
//! A child row is its document (`body`), its secrets (`sealed`) and the columns that queries need. The primary key of a
//! child begins with its envelope, so that one index serves both loading an envelope and finding the child.

use sea_orm_migration::prelude::*;

use crate::columns::{big, bytes, create, id, index, int, opt, owned_by_envelope, table, text, unique, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let mut tables = vec![table(
        "envelopes",
        vec![
            id("id"),
            id("tenant_id"),
            big("version"),
            text("status"),
            opt(text("reference")),
            opt(text("provider_kind")),
            opt(id("account_id")),
            // Open attentions as `|code|code|`; empty when nobody is needed.
            opt(text("attention_codes")),
            big("created_at"),
            big("updated_at"),
            big("last_sequence"),
            text("body"),
            opt(bytes("order_sealed")),
        ],
        &["id"],
    )];
    tables.extend(children());
    tables.push(table(
        "attempts",
        vec![id("submission_id"), int("number"), id("tenant_id"), big("begun_at")],
        &["submission_id", "number"],
    ));
    tables.push(table(
        "steps",
        vec![
            id("submission_id"),
            int("attempt"),
            int("position"),
            text("step"),
            text("state"),
            int("tries"),
            opt(big("not_after")),
            opt(big("over_at")),
            big("fence"),
            big("updated_at"),
            bytes("sealed"),
        ],
        &["submission_id", "attempt", "position"],
    ));
    // Events stay when a draft is deleted, so they do not reference the envelope's row.
    let mut events = Table::create();
    events.table("events");
    events.col(ColumnDef::new("feed").big_integer().not_null().auto_increment().primary_key());
    for mut column in [
        big("txid"),
        id("id"),
        id("tenant_id"),
        id("envelope_id"),
        big("sequence"),
        text("type"),
        big("occurred_at"),
        big("recorded_at"),
        text("actor"),
        text("data"),
        bytes("payload_digest"),
        bytes("previous_hash"),
        bytes("hash"),
    ] {
        events.col(&mut column);
    }
    tables.push(events);
    tables
}

fn children() -> Vec<TableCreateStatement> {
    vec![
        owned_by_envelope(table(
            "recipients",
            vec![id("envelope_id"), id("id"), int("position"), text("status"), text("body"), opt(bytes("sealed"))],
            &["envelope_id", "id"],
        )),
        owned_by_envelope(table(
            "documents",
            vec![id("envelope_id"), id("id"), int("position"), text("object_key"), text("body")],
            &["envelope_id", "id"],
        )),
        owned_by_envelope(table(
            "submissions",
            vec![
                id("envelope_id"),
                id("id"),
                int("position"),
                id("tenant_id"),
                id("account_id"),
                text("state"),
                opt(bytes("reference_digest")),
                opt(big("next_read_at")),
                opt(text("delivered_key")),
                text("body"),
                opt(bytes("sealed")),
            ],
            &["envelope_id", "id"],
        )),
        owned_by_envelope(table(
            "artifacts",
            vec![id("envelope_id"), id("id"), int("position"), text("object_key"), text("body")],
            &["envelope_id", "id"],
        )),
        // What an envelope can be found by beside its own columns, as keyed digests: metadata pairs, e-mail addresses.
        owned_by_envelope(table(
            "envelope_terms",
            vec![id("tenant_id"), bytes("term"), big("created_at"), id("envelope_id")],
            &["tenant_id", "term", "created_at", "envelope_id"],
        )),
        owned_by_envelope(table(
            "identity_documents",
            vec![
                id("id"),
                id("tenant_id"),
                id("envelope_id"),
                id("recipient_id"),
                text("kind"),
                text("filename"),
                text("content_type"),
                big("size"),
                text("sha256"),
                text("object_key"),
                big("created_at"),
            ],
            &["id"],
        )),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("ix_envelopes_created", "envelopes", &["tenant_id", "created_at", "id"]),
        index("ix_envelopes_status", "envelopes", &["tenant_id", "status", "created_at", "id"]),
        where_set(
            index("ix_envelopes_reference", "envelopes", &["tenant_id", "reference", "created_at", "id"]),
            "reference",
        ),
        where_set(
            index("ix_envelopes_provider", "envelopes", &["tenant_id", "provider_kind", "created_at", "id"]),
            "provider_kind",
        ),
        where_set(
            index("ix_envelopes_attention", "envelopes", &["tenant_id", "created_at", "id", "attention_codes"]),
            "attention_codes",
        ),
        index("ix_terms_envelope", "envelope_terms", &["envelope_id"]),
        index("ix_documents_object", "documents", &["object_key"]),
        index("ix_artifacts_object", "artifacts", &["object_key"]),
        where_set(index("ix_submissions_delivered", "submissions", &["delivered_key"]), "delivered_key"),
        where_set(
            index("ix_submissions_reference", "submissions", &["account_id", "reference_digest"]),
            "reference_digest",
        ),
        where_set(index("ix_submissions_due", "submissions", &["account_id", "next_read_at"]), "next_read_at"),
        index("ix_submissions_state", "submissions", &["account_id", "state"]),
        index("ix_identity_envelope", "identity_documents", &["envelope_id", "id"]),
        index("ix_identity_object", "identity_documents", &["object_key"]),
        unique("ux_events_sequence", "events", &["envelope_id", "sequence"]),
        unique("ux_events_id", "events", &["id"]),
        index("ix_events_feed", "events", &["tenant_id", "txid", "feed"]),
    ]
}
