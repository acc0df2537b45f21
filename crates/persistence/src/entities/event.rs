//! An entry of an envelope's history.

use sea_orm::entity::prelude::*;

/// A row of `events`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub feed: i64,
    pub txid: i64,
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub envelope_id: Uuid,
    pub sequence: i64,
    #[sea_orm(column_name = "type")]
    pub kind: String,
    pub occurred_at: i64,
    pub recorded_at: i64,
    pub actor: String,
    pub data: String,
    pub payload_digest: Vec<u8>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
