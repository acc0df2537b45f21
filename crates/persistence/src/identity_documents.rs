//! Files that prove a recipient's identity: where their bytes are. What callers see of them is in the recipient.

use chrono::{DateTime, Utc};
use domain::envelope::IdentityDocument;
use domain::ids::{EnvelopeId, IdentityDocumentId, RecipientId};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::change::Change;
use crate::entities::identity_document::{Column, Entity, Model};
use crate::error::StoreError;
use crate::store::TenantStore;
use crate::time::{count, from_micros, micros, uncount};

/// An identity document and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIdentityDocument {
    /// What it is.
    pub document: IdentityDocument,
    /// Whose identity it proves.
    pub recipient: RecipientId,
    /// The key of its bytes in the object store.
    pub object_key: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

impl TenantStore {
    /// The identity documents of an envelope's recipients, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn identity_documents(&self, envelope: EnvelopeId) -> Result<Vec<StoredIdentityDocument>, StoreError> {
        let rows = Entity::find()
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::EnvelopeId.eq(envelope.as_uuid()))
            .order_by_asc(Column::Id)
            .all(self.store.database().reader())
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }
}

fn from_row(row: Model) -> StoredIdentityDocument {
    StoredIdentityDocument {
        document: IdentityDocument {
            id: IdentityDocumentId::from_uuid(row.id),
            kind: row.kind,
            filename: row.filename,
            content_type: row.content_type,
            size: uncount(row.size),
            sha256: row.sha256,
        },
        recipient: RecipientId::from_uuid(row.recipient_id),
        object_key: row.object_key,
        created_at: from_micros(row.created_at),
    }
}

/// Adds and removes identity documents inside the transaction of a change.
pub(crate) async fn write(
    transaction: &DatabaseTransaction,
    change: &Change<'_>,
    envelope: EnvelopeId,
) -> Result<(), StoreError> {
    if !change.forgotten_identity_documents.is_empty() {
        Entity::delete_many()
            .filter(Column::TenantId.eq(change.tenant.as_uuid()))
            .filter(Column::EnvelopeId.eq(envelope.as_uuid()))
            .filter(Column::Id.is_in(change.forgotten_identity_documents.iter().map(|id| id.as_uuid())))
            .exec(transaction)
            .await?;
    }
    if change.identity_documents.is_empty() {
        return Ok(());
    }
    let rows = change.identity_documents.iter().map(|stored| {
        let document = stored.document.clone();
        Model {
            id: document.id.as_uuid(),
            tenant_id: change.tenant.as_uuid(),
            envelope_id: envelope.as_uuid(),
            recipient_id: stored.recipient.as_uuid(),
            kind: document.kind,
            filename: document.filename,
            content_type: document.content_type,
            size: count(document.size),
            sha256: document.sha256,
            object_key: stored.object_key.clone(),
            created_at: micros(stored.created_at),
        }
        .into_active_model()
    });
    Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}
