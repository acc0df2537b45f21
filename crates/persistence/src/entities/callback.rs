//! What a provider sent, as it came.

use sea_orm::entity::prelude::*;

/// A row of `callbacks`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callbacks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub account_id: Uuid,
    pub state: String,
    pub content_digest: Vec<u8>,
    pub reference_digest: Option<Vec<u8>>,
    pub files: String,
    pub head_sealed: Vec<u8>,
    pub body_sealed: Vec<u8>,
    pub received_at: i64,
    pub applied_at: Option<i64>,
    pub expires_at: i64,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
