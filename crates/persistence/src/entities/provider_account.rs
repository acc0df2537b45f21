//! A tenant's account at a provider.

use sea_orm::entity::prelude::*;

/// A row of `provider_accounts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub name: String,
    pub kind: String,
    pub settings: String,
    pub credentials_sealed: Vec<u8>,
    pub token_digest: Vec<u8>,
    pub token_sealed: Vec<u8>,
    pub previous_token_digest: Option<Vec<u8>>,
    pub previous_token_until: Option<i64>,
    pub version: i64,
    pub disabled: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
