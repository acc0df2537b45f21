//! Envelopes: how tests describe them, and what they do with them.

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::eventually::{PATIENCE, PAUSE};
use crate::samples::Sample;
use crate::tenant::{form_with, merged};

/// An envelope without recipients.
pub fn an_envelope() -> EnvelopeBuilder {
    EnvelopeBuilder { json: json!({ "subject": "Employment contract", "recipients": [] }) }
}

/// An envelope that is being described.
#[derive(Debug, Clone)]
pub struct EnvelopeBuilder {
    json: Value,
}

impl EnvelopeBuilder {
    /// One more signer, addressed as `{name}@example.com`. All act in parallel unless [`Self::at`] says otherwise.
    #[must_use]
    pub fn signer(self, name: &str) -> Self {
        self.recipient("signer", name)
    }

    /// One more approver.
    #[must_use]
    pub fn approver(self, name: &str) -> Self {
        self.recipient("approver", name)
    }

    /// One more who only gets a copy.
    #[must_use]
    pub fn copy(self, name: &str) -> Self {
        self.recipient("copy", name)
    }

    fn recipient(mut self, role: &str, name: &str) -> Self {
        self.json["recipients"].as_array_mut().unwrap().push(json!({
            "role": role,
            "name": format!("{name} Example"),
            "email": format!("{name}@example.com"),
            "routing_order": 1,
        }));
        self
    }

    /// The last recipient acts at this place.
    #[must_use]
    pub fn at(self, routing_order: u32) -> Self {
        self.who(json!({ "routing_order": routing_order }))
    }

    /// More about the last recipient.
    #[must_use]
    pub fn who(mut self, members: Value) -> Self {
        let last = self.json["recipients"].as_array_mut().unwrap().last_mut().expect("a recipient");
        *last = merged(last.take(), &members);
        self
    }

    /// More about the envelope.
    #[must_use]
    pub fn with(mut self, members: Value) -> Self {
        self.json = merged(self.json, &members);
        self
    }

    /// The body for `POST /v1/envelopes`.
    pub fn json(&self) -> Value {
        self.json.clone()
    }
}

/// An envelope that exists at the broker.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Somebody who may do everything with it.
    pub api: Client,
    /// Its id.
    pub id: String,
}

impl Envelope {
    /// The path below the envelope.
    pub fn path(&self, below: &str) -> String {
        format!("/v1/envelopes/{}{below}", self.id)
    }

    /// Uploads a document, raw.
    pub async fn upload(&self, sample: &Sample) -> Answer {
        let path = self.path(&format!("/documents?filename={}", sample.name));
        self.api.post(&path).body("application/pdf", sample.bytes).await
    }

    /// Uploads a document as a form.
    pub async fn upload_form(&self, sample: &Sample) -> Answer {
        self.api.post(&self.path("/documents")).multipart(form_with(sample)).await
    }

    /// Sends it and waits for the end of the submission, as long as the API allows.
    pub async fn send(&self) -> Value {
        self.api.post(&self.path("/send")).wait(30).await.expect(202).json()
    }

    /// The envelope as it is now.
    pub async fn get(&self) -> Value {
        self.api.get(&self.path("")).await.expect(200).json()
    }

    /// Waits until it has this status.
    ///
    /// # Panics
    /// When it ends in another one, or takes too long.
    pub async fn wait_for(&self, status: &str) -> Value {
        let ends = ["completed", "declined", "rejected", "expired", "canceled", "failed"];
        self.wait_until(&format!("the status {status}"), |envelope| {
            let now = envelope["status"].as_str().expect("a status");
            assert!(now == status || !ends.contains(&now), "it became {now} instead of {status}: {envelope}");
            now == status
        })
        .await
    }

    /// Waits until this attention is open.
    pub async fn wait_for_attention(&self, code: &str) -> Value {
        self.wait_until(&format!("the attention {code}"), |envelope| {
            envelope["attentions"].as_array().expect("attentions").iter().any(|a| a["code"] == code)
        })
        .await
    }

    /// Waits until something holds for it.
    ///
    /// # Panics
    /// When that takes too long; shows the envelope.
    pub async fn wait_until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let envelope = self.get().await;
            if holds(&envelope) {
                return envelope;
            }
            assert!(tokio::time::Instant::now() < deadline, "waited in vain for {what}: {envelope}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Its whole history; asserts that it is numbered without gaps.
    pub async fn events(&self) -> Vec<Value> {
        let events = self.api.all(&self.path("/events")).await;
        for (number, event) in (1..).zip(&events) {
            assert_eq!(event["sequence"], number, "{event}");
            assert_eq!(event["envelope_id"], self.id.as_str(), "{event}");
        }
        events
    }

    /// The types of its events, in order.
    pub async fn event_types(&self) -> Vec<String> {
        self.events().await.iter().map(|e| e["type"].as_str().expect("a type").to_owned()).collect()
    }
}
