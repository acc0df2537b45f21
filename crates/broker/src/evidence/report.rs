//! The broker's own evidence, for providers that give none: what was asked, who did what when, and the digests of everything,
//! as a file among the artifacts. Its own digest is in the history, which is chained.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::facts::ArtifactKind;
use domain::ids::{ArtifactId, SubmissionId};
use domain::record::{Artifact, Envelope};
use serde_json::{Value, json};

use crate::files::area;
use crate::{Broker, Result};

impl Broker {
    /// Evidence of `envelope` as it stands, stored: an artifact that the caller adds to the envelope. One that is not added
    /// leaves a file that is swept later.
    ///
    /// # Errors
    /// The database or the store cannot answer.
    pub(crate) async fn make_evidence(&self, envelope: &Envelope, submission: SubmissionId) -> Result<Artifact> {
        let now = self.clock().now();
        let (tenant, id) = (envelope.tenant, envelope.id);
        let events = self.whole_history(tenant, id).await?;
        let chain = self.store().tenant(tenant).events().verify_chain(id).await?;
        let events: Vec<Value> = events
            .iter()
            .map(|event| {
                json!({
                    "sequence": event.sequence, "type": event.kind.as_str(), "occurred_at": time(event.occurred_at),
                    "recorded_at": time(event.recorded_at), "data": event.data, "hash": event.hash,
                })
            })
            .collect();
        let report = json!({
            "type": "broker_evidence",
            "made_at": time(now),
            "envelope": {
                "id": id.to_string(), "reference": envelope.spec.reference, "subject": envelope.spec.subject,
                "created_at": time(envelope.created_at), "sent_at": envelope.sent_at.map(time),
            },
            "provider": envelope.routed.as_ref().map(|routed| json!({
                "kind": routed.kind, "account_id": routed.account_id.to_string(), "account_name": routed.account_name,
            })),
            "documents": envelope.documents.iter().map(|stored| &stored.document).map(|document| json!({
                "id": document.id.to_string(), "filename": document.filename, "size": document.size,
                "pages": document.pages.len(), "sha256": document.sha256,
            })).collect::<Vec<_>>(),
            "recipients": envelope.recipients.iter().map(|recipient| json!({
                "id": recipient.id.to_string(), "role": recipient.spec.role, "name": recipient.spec.name,
                "email": recipient.spec.email, "status": recipient.status.as_str(), "sent_at": recipient.sent_at.map(time),
                "viewed_at": recipient.viewed_at.map(time), "completed_at": recipient.completed_at.map(time),
                "certificate": recipient.certificate,
            })).collect::<Vec<_>>(),
            "artifacts": envelope.artifacts.iter().filter(|artifact| artifact.published).map(|artifact| json!({
                "id": artifact.id.to_string(), "kind": artifact.kind.as_str(), "filename": artifact.filename,
                "size": artifact.size, "sha256": artifact.sha256, "verification": artifact.verification,
            })).collect::<Vec<_>>(),
            "events": events,
            "chain": { "intact": chain.broken.is_none(), "events_in_order": chain.intact, "head": chain.head },
        });
        let bytes = format!("{report:#}\n");
        let meta = self.blobs().put(area::ARTIFACTS, bytes.as_bytes()).await?;
        Ok(Artifact {
            id: ArtifactId::generate(),
            submission,
            kind: ArtifactKind::BrokerEvidence,
            documents: envelope.documents.iter().map(|stored| stored.document.id).collect(),
            recipient: None,
            filename: "evidence.json".to_owned(),
            content_type: "application/json".to_owned(),
            size: meta.size,
            sha256: meta.sha256,
            chunk_sha256: meta.chunk_sha256,
            object_key: meta.key,
            verification: None,
            published: true,
            created_at: now,
        })
    }
}

/// As the API writes times.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
