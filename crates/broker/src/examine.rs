//! The examination of signed documents that come back.

use domain::facts::ArtifactOffer;
use domain::record::Envelope;
use pdf::{OriginalDocument, Verification, VerificationStatus};
use persistence::BlobRef;
use provider_clients::reply::StoredFile;

use crate::{Broker, BrokerError, Result};

impl Broker {
    /// What the examination of a fetched document says.
    pub(crate) async fn examine_artifact(
        &self,
        envelope: &Envelope,
        offer: &ArtifactOffer,
        file: &StoredFile,
    ) -> Result<Verification> {
        let original = match offer.documents.as_slice() {
            // A document that was merged of several has no original to begin with.
            [one] => envelope.documents.iter().find(|d| d.document.id == *one).and_then(|d| {
                let sha256 = hex::decode(&d.document.sha256).ok()?.try_into().ok()?;
                Some(OriginalDocument { size: d.document.size, sha256 })
            }),
            _ => None,
        };
        let anchors = self.anchors();
        let blob = BlobRef { key: &file.key, size: file.size, chunk_sha256: &[] };
        let mut reader = self.blobs().reader_at(blob);
        let examined = tokio::task::spawn_blocking(move || pdf::examine(&mut reader, original.as_ref(), &anchors))
            .await
            .map_err(|_| BrokerError::Internal("the examination of a document ended early".to_owned()))?;
        Ok(examined?)
    }
}

/// Whether a document with this status holds the envelope in `finalizing` until a person has decided.
pub(crate) fn holds_completion(status: VerificationStatus) -> bool {
    matches!(status, VerificationStatus::Invalid | VerificationStatus::Unreadable)
}

/// Whether a document with this status completes the envelope with a warning.
pub(crate) fn is_worth_a_warning(status: VerificationStatus) -> bool {
    matches!(
        status,
        VerificationStatus::Unsigned
            | VerificationStatus::Untrusted
            | VerificationStatus::Indeterminate
            | VerificationStatus::ModifiedAfterSigning
    )
}
