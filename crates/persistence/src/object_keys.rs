//! Which blobs are referred to: everything else in the object store is left over from something that was not finished.

use std::collections::HashSet;

use sea_orm::FromQueryResult;

use crate::error::StoreError;
use crate::store::Store;

/// Every column that refers to a blob and keeps it alive.
const REFERENCES: [(&str, &str); 4] = [
    ("documents", "object_key"),
    ("artifacts", "object_key"),
    ("identity_documents", "object_key"),
    ("submissions", "delivered_key"),
];

/// Keys that are asked for with one statement.
const BATCH: usize = 500;

impl Store {
    /// Those of `keys` that something of any tenant refers to. The files of callbacks are not looked at: ask only for
    /// blobs that are older than callbacks are kept.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn object_keys_in_use(&self, keys: &[String]) -> Result<HashSet<String>, StoreError> {
        #[derive(FromQueryResult)]
        struct Used {
            object_key: String,
        }
        let mut used = HashSet::new();
        for batch in keys.chunks(BATCH) {
            let places: Vec<String> = (1..=batch.len()).map(|place| format!("${place}")).collect();
            let selects = REFERENCES.map(|(table, column)| {
                format!("SELECT {column} AS object_key FROM {table} WHERE {column} IN ({})", places.join(", "))
            });
            let values = batch.iter().map(|key| key.clone().into()).collect::<Vec<_>>();
            let rows: Vec<Used> = self.database().rows(&selects.join(" UNION "), values).await?;
            used.extend(rows.into_iter().map(|row| row.object_key));
        }
        Ok(used)
    }
}
