//! Every fault at every call: what was accepted is never lost and never sent twice.

use provider_sandbox::{Fault, FaultKind, NoticeKind, When};
use serde_json::{Value, json};

use crate::World;

/// What goes wrong, by name.
fn kinds() -> Vec<(&'static str, FaultKind)> {
    vec![
        ("reset before the effect", FaultKind::Reset { when: When::BeforeEffect }),
        ("reset after the effect", FaultKind::Reset { when: When::AfterEffect }),
        ("503 before the effect", FaultKind::HttpError { status: 503, when: When::BeforeEffect }),
        ("500 after the effect", FaultKind::HttpError { status: 500, when: When::AfterEffect }),
        ("an answer cut short", FaultKind::TruncatedBody {}),
        ("an answer that is no JSON", FaultKind::MalformedJson {}),
        ("a page in place of an answer", FaultKind::HtmlPage { status: 200, when: When::AfterEffect }),
        ("too many calls", FaultKind::RateLimited { retry_after_s: 1 }),
    ]
}

/// The endpoints that one envelope's way calls, in order, each once.
async fn endpoints(world: &World) -> Vec<String> {
    let before = world.sandbox().calls().len();
    let envelope = world.sent(&world.in_sequence(1)).await;
    envelope.wait_for("completed").await;
    let mut endpoints: Vec<String> = Vec::new();
    for call in world.sandbox().calls().into_iter().skip(before).filter(|call| call.vendor == world.vendor.kind) {
        if !endpoints.contains(&call.endpoint) {
            endpoints.push(call.endpoint);
        }
    }
    endpoints
}

/// One envelope with one fault. It completes, or a person is asked where the provider has no look-up for this call.
async fn survives(world: &World, endpoint: &str, (name, kind): &(&str, FaultKind)) {
    let told = format!("{name} at {endpoint}");
    let live_before = world.live();
    world.sandbox().add_fault(Fault::once(world.vendor.kind, endpoint, kind.clone()));
    let envelope = world.sent(&world.in_sequence(1)).await;
    let ended = envelope
        .wait_until(&told, |e| {
            let status = e["status"].as_str().unwrap();
            assert!(!["failed", "declined", "rejected", "canceled", "expired"].contains(&status), "{told}: {e}");
            status == "completed" || parked(e).is_some()
        })
        .await;
    world.sandbox().clear_faults();
    match parked(&ended) {
        None => {}
        // What came back was cut short, or a page instead: a person has it fetched again.
        Some("artifact_invalid" | "artifact_not_downloadable") => {
            let again = json!({ "action": "refetch" });
            world.tenant.api.post_json(&envelope.path("/resolve"), &again).await.expect(202);
            envelope.wait_for("completed").await;
        }
        Some(code) => {
            assert_eq!(code, "submission_unknown", "{told}: {ended}");
            assert!(world.vendor.parks.contains(&endpoint), "{told}: a person is asked without need: {ended}");
            if world.live() == live_before {
                // It did not happen, and only a person can tell.
                assert_eq!(ended["status"], "submitting", "{told}");
                return;
            }
            // It happened, and the provider's own word settles it.
            envelope.wait_for("completed").await;
        }
    }
    assert_eq!(world.live(), live_before + 1, "{told}: {:?}", world.transactions());
    let events = envelope.event_types().await;
    assert_eq!(events.iter().filter(|t| *t == "envelope.submitting").count(), 1, "{told}: {events:?}");
}

fn parked(envelope: &Value) -> Option<&str> {
    envelope["attention"]["code"].as_str().filter(|code| *code != "no_news_from_provider")
}

for_every_provider! {
    async fn every_fault_at_every_call_is_survived_and_sends_nothing_twice(world: World) {
        world.everybody_signs();
        let endpoints = endpoints(&world).await;
        assert!(endpoints.len() >= 2, "{endpoints:?}");
        for endpoint in &endpoints {
            for kind in kinds() {
                survives(&world, endpoint, &kind).await;
            }
        }
    }

    async fn callbacks_that_come_twice_late_in_disorder_or_never_change_nothing(world: World) {
        world.everybody_signs();
        let faults = [
            FaultKind::DuplicateCallback { copies: 3 },
            FaultKind::DelayedCallback { ms: 700 },
            FaultKind::HeldCallback {},
            FaultKind::LostCallback {},
        ];
        for fault in faults {
            if matches!(fault, FaultKind::LostCallback {}) && world.vendor.only_callbacks {
                // Nothing else ever tells; the silence is told after the account's time, which is days.
                continue;
            }
            world.sandbox().add_fault(Fault::once(world.vendor.kind, "callback", fault.clone()));
            let live = world.live();
            let envelope = world.sent(&world.several(2).await).await;
            let done = envelope.wait_for("completed").await;
            assert!(done["attention"].is_null(), "{fault:?}: {done}");
            assert_eq!(world.live(), live + world.vendor.transactions_of_two, "{fault:?}");
            let types = envelope.event_types().await;
            let completed = types.iter().filter(|t| *t == "recipient.completed").count();
            assert_eq!(completed, 2, "{fault:?}: {types:?}");
            world.sandbox().clear_faults();
        }
        for key in world.keys_of(1) {
            let invited = world.sandbox().count(world.vendor.kind, &key, NoticeKind::Invitation);
            assert!(invited <= 4, "{key} was invited {invited} times to 4 envelopes");
        }
    }
}
