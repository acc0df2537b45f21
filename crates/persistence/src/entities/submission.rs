//! A transaction at a provider.

use sea_orm::entity::prelude::*;

/// A row of `submissions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submissions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub envelope_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub position: i32,
    pub tenant_id: Uuid,
    pub account_id: Uuid,
    pub state: String,
    pub reference_digest: Option<Vec<u8>>,
    pub next_read_at: Option<i64>,
    pub delivered_key: Option<String>,
    pub body: String,
    pub sealed: Option<Vec<u8>>,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
