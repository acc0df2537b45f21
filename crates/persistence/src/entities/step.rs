//! The record of one step of an attempt.

use sea_orm::entity::prelude::*;

/// A row of `steps`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub step: String,
    pub state: String,
    pub tries: i32,
    pub not_after: Option<i64>,
    pub over_at: Option<i64>,
    pub fence: i64,
    pub updated_at: i64,
    pub sealed: Vec<u8>,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
