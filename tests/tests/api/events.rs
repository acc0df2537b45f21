//! The trail: one envelope's history, and the feed of the tenant while others write.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use provider_sandbox::Scripts;
use serde_json::{Value, json};
use tests::{CONTRACT, an_envelope, on_both_databases, spawn_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_says_what_happened_to_what_and_by_whom() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    tenant.api.patch(&draft.path(""), &json!({ "subject": "Another" })).await.expect(200);
    let now = draft.get().await;
    let recipient = now["recipients"][0]["id"].as_str().unwrap();
    tenant.api.patch(&draft.path(&format!("/recipients/{recipient}")), &json!({ "name": "Ana P." })).await.expect(200);
    tenant.api.delete(&draft.path(&format!("/recipients/{recipient}"))).await.expect(204);
    let events = draft.events().await;
    let types: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(types.first(), Some(&"envelope.created"));
    for kind in ["document.added", "envelope.updated", "recipient.updated", "recipient.removed"] {
        assert_eq!(types.iter().filter(|t| **t == kind).count(), 1, "{kind} in {types:?}");
    }
    let keys = app.admin().all(&format!("/v1/tenants/{}/api-keys", tenant.id)).await;
    let mut hashes = std::collections::BTreeSet::new();
    for event in &events {
        assert!(event["id"].as_str().unwrap().starts_with("evt_"));
        assert!(event["recorded_at"].is_string() && event["occurred_at"].is_string());
        assert_eq!(event["actor"]["type"], "api_key");
        assert_eq!(event["actor"]["id"], keys[0]["id"]);
        assert!(hashes.insert(event["hash"].as_str().unwrap().to_owned()), "every entry has its own hash");
    }
    let removed = events.iter().find(|e| e["type"] == "recipient.removed").unwrap();
    assert_eq!(removed["data"]["recipient_id"], recipient);
    let text = Value::from(events.clone()).to_string();
    for personal in ["ana@example.com", "ana Example", "Ana P."] {
        assert!(!text.contains(personal), "{personal} is in the trail");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_drafts_history_stays() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[CONTRACT]).await;
    tenant.api.delete(&draft.path("")).await.expect(204);
    tenant.api.get(&draft.path("")).await.problem(404, "not-found");
    assert_eq!(draft.event_types().await, ["envelope.created", "document.added", "envelope.deleted"]);
    assert_eq!(tenant.api.all("/v1/envelopes").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_any_size_give_the_same_history() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    for n in 0..7 {
        tenant.api.patch(&draft.path(""), &json!({ "message": n.to_string() })).await.expect(200);
    }
    let whole = draft.events().await;
    assert_eq!(whole.len(), 8);
    for limit in [1, 3, 8, 200] {
        assert_eq!(tenant.api.all(&draft.path(&format!("/events?limit={limit}"))).await, whole, "limit {limit}");
    }
    assert_eq!(tenant.api.all("/v1/events?limit=3").await, whole);
}

on_both_databases! {
    async fn a_reader_of_the_feed_misses_nothing_while_others_write(setup: Setup) {
        let app = setup.sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
        let tenant = Arc::new(app.tenant_with_account().await);
        let other = app.tenant().await;
        other.draft(&an_envelope(), &[]).await;

        let done = Arc::new(AtomicBool::new(false));
        let reading = {
            let (tenant, done) = (Arc::clone(&tenant), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen: Vec<Value> = Vec::new();
                let mut cursor: Option<String> = None;
                loop {
                    // Read before the page, so that the last page is read after the last write.
                    let last = done.load(Ordering::SeqCst);
                    let path = cursor.as_ref().map_or("/v1/events?limit=5".to_owned(), |c| format!("/v1/events?limit=5&cursor={c}"));
                    let page = tenant.api.get(&path).await.expect(200).json();
                    seen.extend(page["data"].as_array().unwrap().clone());
                    if let Some(next) = page["next_cursor"].as_str() {
                        cursor = Some(next.to_owned());
                    }
                    if page["has_more"] == false && last {
                        // What came after the cursor is read again from it; ids tell what was seen already.
                        return seen;
                    }
                }
            })
        };
        let envelopes = join_all((0..12).map(|n| {
            let tenant = Arc::clone(&tenant);
            tokio::spawn(async move {
                let draft = tenant.draft(&an_envelope().signer(&format!("signer{n}")), &[CONTRACT]).await;
                draft.send().await;
                draft.wait_for("completed").await;
                draft
            })
        }))
        .await;
        done.store(true, Ordering::SeqCst);
        let seen = reading.await.unwrap();

        let mut by_envelope: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut ids = std::collections::BTreeSet::new();
        for event in &seen {
            if ids.insert(event["id"].as_str().unwrap().to_owned()) {
                let sequences = by_envelope.entry(event["envelope_id"].as_str().unwrap().to_owned()).or_default();
                sequences.push(event["sequence"].as_u64().unwrap());
            }
        }
        assert_eq!(by_envelope.len(), 12, "nothing of the other tenant");
        for envelope in envelopes {
            let envelope = envelope.unwrap();
            let all: Vec<u64> = (1..).take(envelope.events().await.len()).collect();
            assert_eq!(by_envelope[&envelope.id], all, "in order and without gaps");
        }
    }
}
