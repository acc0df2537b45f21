//! The evidence bundle of an envelope: a ZIP with the envelope, its history and what came back, each file with its digest,
//! and a seal by which this service knows its own bundles again.

mod bundle;
mod check;

use bytes::Bytes;
use domain::events::Actor;
use domain::ids::{EnvelopeId, TenantId};
use domain::record::Envelope;
use futures::Stream;
use persistence::{AuditEntry, ChainReport, Page, RecordedEvent};

pub use check::EvidenceCheck;

use crate::{Broker, BrokerError, Result};

/// The member that lists the digests of all others, as `sha256sum -c` reads it.
const SUMS: &str = "SHA256SUMS";
/// The member that proves that [`SUMS`] was written here.
const SEAL: &str = "SEAL";
/// What the seals are for; a token of another purpose is no seal.
const PURPOSE: &str = "evidence";

/// Events that are read at a time.
const AT_ONCE: u32 = 200;

/// How often the envelope is read again when it changed while its history was read.
const RACES: u32 = 5;

/// An envelope and its history, of the same moment.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The envelope.
    pub envelope: Envelope,
    /// Its events, from the first.
    pub events: Vec<RecordedEvent>,
    /// What checking the chain of their hashes found.
    pub chain: ChainReport,
}

/// A file of the bundle that is made when it is asked for.
#[derive(Debug, Clone)]
pub struct BundleText {
    /// Its name in the bundle.
    pub name: String,
    /// Its bytes.
    pub content: Bytes,
}

impl Broker {
    /// What the evidence of an envelope tells beside the files that came back.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn evidence(&self, tenant: TenantId, id: EnvelopeId) -> Result<Evidence> {
        let mut envelope = self.envelope(tenant, id).await?;
        let history = self.store().tenant(tenant).events();
        for _ in 0..RACES {
            let events = self.whole_history(tenant, id).await?;
            let chain = history.verify_chain(id).await?;
            let now = self.envelope(tenant, id).await?;
            if now.version == envelope.version {
                return Ok(Evidence { envelope: now, events, chain });
            }
            envelope = now;
        }
        Err(BrokerError::Conflict)
    }

    async fn whole_history(&self, tenant: TenantId, id: EnvelopeId) -> Result<Vec<RecordedEvent>> {
        let mut events = Vec::new();
        let mut page = Page::first(AT_ONCE);
        loop {
            let part = self.envelope_events(tenant, id, &page).await?;
            events.extend(part.items);
            match part.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(events),
            }
        }
    }

    /// The bundle of an envelope: `texts`, every published artifact, the digests of all of them and the seal. Made while it
    /// is read, a piece at a time; a file that cannot be given whole and unchanged ends the stream with an error. The
    /// download is audited.
    ///
    /// # Errors
    /// The database cannot record the download.
    pub async fn evidence_bundle(
        &self,
        envelope: &Envelope,
        texts: Vec<BundleText>,
        actor: &Actor,
    ) -> Result<impl Stream<Item = std::io::Result<Bytes>> + use<>> {
        let entry = AuditEntry::new(self.clock().now(), actor.clone(), "evidence.downloaded", envelope.id);
        self.store().record_audit(Some(envelope.tenant), &[entry]).await?;
        Ok(bundle::stream(self.clone(), envelope, texts))
    }
}
