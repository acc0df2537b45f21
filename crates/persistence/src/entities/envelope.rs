//! An envelope without its children.

use sea_orm::entity::prelude::*;

/// A row of `envelopes`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "envelopes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub version: i64,
    pub status: String,
    pub reference: Option<String>,
    pub provider_kind: Option<String>,
    pub account_id: Option<Uuid>,
    pub attention_codes: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_sequence: i64,
    pub body: String,
    pub order_sealed: Option<Vec<u8>>,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
