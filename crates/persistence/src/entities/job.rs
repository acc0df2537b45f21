//! A job of the queue.

use sea_orm::entity::prelude::*;

/// A row of `jobs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub account_id: Uuid,
    pub envelope_id: Option<Uuid>,
    pub kind: String,
    pub subject: Uuid,
    pub dedupe_key: Option<String>,
    pub buried_key: Option<String>,
    pub payload: String,
    pub traceparent: Option<String>,
    pub run_at: i64,
    pub available_at: i64,
    pub owner: Option<String>,
    pub fence: i64,
    pub tries: i32,
    pub again_at: Option<i64>,
    pub last_error: Option<String>,
    pub dead_at: Option<i64>,
    pub created_at: i64,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
