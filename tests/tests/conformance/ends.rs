//! The ends that nobody of the recipients brings about: the deadline, and the provider's own no.

use chrono::{Duration, Utc};
use serde_json::json;

use crate::World;

for_every_provider! {
    async fn a_deadline_ends_it_or_cannot_be_asked_for(world: World) {
        if !world.can("expiry").await {
            let far = Utc::now() + Duration::days(30);
            let asked = world.in_sequence(1).with(json!({ "expires_at": far.to_rfc3339() }));
            world.is_refused(&asked, &[tests::CONTRACT], "expiry").await;
            return;
        }
        let Some(wait) = world.vendor.shortest_deadline else {
            // The provider counts whole days: its own clock ends it.
            let far = Utc::now() + Duration::days(2);
            let asked = world.in_sequence(1).with(json!({ "expires_at": far.to_rfc3339() }));
            let envelope = world.sent(&asked).await;
            envelope.wait_for("sent").await;
            world.sandbox().advance_clock(std::time::Duration::from_secs(4 * 86_400));
            world.tenant.api.post(&envelope.path("/refresh")).await.expect(202);
            let ended = envelope.wait_for("expired").await;
            assert_eq!(ended["recipients"][0]["status_reason"], "envelope_expired");
            return;
        };
        let soon = Utc::now() + wait;
        let envelope = world.sent(&world.in_sequence(1).with(json!({ "expires_at": soon.to_rfc3339() }))).await;
        let ended = envelope.wait_for("expired").await;
        assert_eq!(ended["recipients"][0]["status_reason"], "envelope_expired");
        assert!(Utc::now() >= soon, "not before its time");
    }

    async fn a_no_of_the_provider_rejects_it(world: World) {
        let Some(reject) = world.vendor.reject else { return };
        let envelope = world.sent(&world.in_sequence(1)).await;
        envelope.wait_until("the provider has it", |e| e["status"] != "submitting").await;
        let transaction = world.transactions().last().expect("a transaction").id.clone();
        reject(world.sandbox(), &transaction).await.expect("it can be rejected");
        let ended = envelope.wait_for("rejected").await;
        assert!(ended["recipients"].as_array().unwrap().iter().all(|r| r["status"] != "completed"), "{ended}");
    }
}
