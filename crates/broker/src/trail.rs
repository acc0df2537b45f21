//! The history of envelopes.

use domain::ids::{EnvelopeId, TenantId};
use persistence::{Feed, FeedQuery, Page, Paged, RecordedEvent};

use crate::{Broker, BrokerError, Result};

impl Broker {
    /// The events of an envelope, in order. Those of a deleted draft stay readable.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::BadCursor`].
    pub async fn envelope_events(&self, tenant: TenantId, id: EnvelopeId, page: &Page) -> Result<Paged<RecordedEvent>> {
        let events = self.store().tenant(tenant).events().of(id, page).await?;
        if events.items.is_empty() && page.cursor.is_none() {
            // Every envelope has an event from its beginning on.
            return Err(BrokerError::NotFound);
        }
        Ok(events)
    }

    /// All events of the tenant, oldest first: a feed that never shows an event ahead of one that may still be committed
    /// with a smaller cursor.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn tenant_events(&self, tenant: TenantId, query: &FeedQuery) -> Result<Feed> {
        Ok(self.store().tenant(tenant).events().feed(query).await?)
    }
}
