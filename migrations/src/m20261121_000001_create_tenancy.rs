//! Tenants, who may call, their provider accounts, routing, and the audit trail.

use sea_orm_migration::prelude::*;

use crate::columns::{big, bytes, create, flag, id, index, int, opt, table, text, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![
            // What belongs to the store as a whole: the sealed root of the digest keys, the base of the event feed.
            table("store_state", vec![text("name"), opt(big("number")), opt(bytes("sealed"))], &["name"]),
            table("tenants", vec![id("id"), text("slug"), text("name"), big("created_at"), big("updated_at")], &["id"]),
            table(
                "api_keys",
                vec![
                    id("id"),
                    // Empty: a key of the platform's administration.
                    opt(id("tenant_id")),
                    text("name"),
                    text("prefix"),
                    bytes("hash"),
                    text("scopes"),
                    opt(big("expires_at")),
                    opt(big("revoked_at")),
                    opt(big("last_used_at")),
                    big("created_at"),
                ],
                &["id"],
            ),
            table(
                "provider_accounts",
                vec![
                    id("id"),
                    id("tenant_id"),
                    text("name"),
                    text("kind"),
                    text("settings"),
                    bytes("credentials_sealed"),
                    bytes("token_digest"),
                    bytes("token_sealed"),
                    opt(bytes("previous_token_digest")),
                    opt(big("previous_token_until")),
                    big("version"),
                    flag("disabled"),
                    big("created_at"),
                    big("updated_at"),
                ],
                &["id"],
            ),
            // Small values that all replicas share about an account: session tokens, health, quota.
            table(
                "account_facts",
                vec![id("account_id"), text("name"), bytes("sealed"), opt(big("expires_at")), big("updated_at")],
                &["account_id", "name"],
            )
            .foreign_key(
                ForeignKey::create()
                    .from_col("account_id")
                    .to("provider_accounts", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
            table(
                "routing_policies",
                vec![id("tenant_id"), text("policy"), int("version"), big("updated_at")],
                &["tenant_id"],
            ),
            table(
                "audit",
                vec![
                    id("id"),
                    opt(id("tenant_id")),
                    big("at"),
                    text("actor"),
                    text("action"),
                    text("subject"),
                    text("data"),
                ],
                &["id"],
            ),
        ];
        let indexes = vec![
            unique("ux_tenants_slug", "tenants", &["slug"]),
            unique("ux_api_keys_hash", "api_keys", &["hash"]),
            index("ix_api_keys_tenant", "api_keys", &["tenant_id", "id"]),
            unique("ux_accounts_name", "provider_accounts", &["tenant_id", "name"]),
            unique("ux_accounts_token", "provider_accounts", &["token_digest"]),
            unique("ux_accounts_previous_token", "provider_accounts", &["previous_token_digest"]),
            index("ix_audit_tenant", "audit", &["tenant_id", "at", "id"]),
        ];
        create(manager, tables, indexes).await
    }
}
