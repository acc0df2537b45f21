//! Short ways to say the few kinds of column that the tables have.

use sea_orm_migration::prelude::*;

/// A UUID.
pub(crate) fn id(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::uuid)
}

/// Text of any length: a word, a name, a JSON document.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::text)
}

/// Bytes: a digest or something sealed.
pub(crate) fn bytes(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::blob)
}

/// A time in microseconds since the epoch, a counter or a size.
pub(crate) fn big(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::big_integer)
}

/// A small number.
pub(crate) fn int(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::integer)
}

/// Yes or no.
pub(crate) fn flag(name: &'static str) -> ColumnDef {
    column(name, ColumnDef::boolean)
}

fn column(name: &'static str, kind: fn(&mut ColumnDef) -> &mut ColumnDef) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    kind(&mut column).not_null();
    column
}

/// The same column, which may be empty.
pub(crate) fn opt(mut column: ColumnDef) -> ColumnDef {
    column.null();
    column
}

/// A table with these columns and this primary key.
pub(crate) fn table(name: &'static str, columns: Vec<ColumnDef>, key: &[&'static str]) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for mut column in columns {
        table.col(&mut column);
    }
    let mut primary = Index::create();
    for part in key {
        primary.col(*part);
    }
    table.primary_key(&mut primary);
    table
}

/// The same table, whose rows go with their envelope.
pub(crate) fn owned_by_envelope(mut table: TableCreateStatement) -> TableCreateStatement {
    table.foreign_key(
        ForeignKey::create().from_col("envelope_id").to("envelopes", "id").on_delete(ForeignKeyAction::Cascade),
    );
    table
}

/// An index over these columns.
pub(crate) fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index that no two rows may share an entry of.
pub(crate) fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = index(name, table, columns);
    index.unique();
    index
}

/// An index over the rows alone where `column` is not empty.
pub(crate) fn where_set(mut index: IndexCreateStatement, column: &'static str) -> IndexCreateStatement {
    index.and_where(Expr::col(column).is_not_null());
    index
}

/// Creates tables, then indexes.
///
/// # Errors
/// The first statement that the database refuses.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}
