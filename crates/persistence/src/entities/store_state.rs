//! What belongs to the store as a whole.

use sea_orm::entity::prelude::*;

/// A row of `store_state`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_state")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub number: Option<i64>,
    pub sealed: Option<Vec<u8>>,
}

/// No relations: statements name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
