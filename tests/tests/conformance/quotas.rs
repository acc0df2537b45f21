//! A provider that allows few calls: reading stops before there is none left to send.

use serde_json::{Value, json};

use crate::World;

/// The quota of the longest window.
fn month(account: &Value) -> &Value {
    account["quotas"].as_array().expect("quotas").iter().max_by_key(|q| q["per_seconds"].as_u64()).expect("a quota")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_months_quota_keeps_calls_for_sending_and_tells_when_reading_is_over() {
    let limits = json!({ "per_second": 20, "per_minute": 20, "per_hour": 20, "per_month": 20, "reserved_percent": 50 });
    let world = World::with("arqsign", json!({ "rate_limits": limits })).await;
    let envelope = world.sent(&world.in_sequence(1)).await;
    envelope.wait_for("sent").await;
    let path = format!("/v1/provider-accounts/{}", world.account);
    let refused = loop {
        let answer = world.tenant.api.post(&envelope.path("/refresh")).await;
        if answer.status != 202 {
            break answer;
        }
    };
    let wait: u64 = refused.header("retry-after").expect("a time").parse().unwrap();
    assert!(wait > 3, "{wait}");
    refused.problem(429, "rate-limited");
    let account = world.tenant.api.get(&path).await.expect(200).json();
    assert!(month(&account)["used"].as_u64() >= Some(10), "{account}");
    assert_eq!(month(&account)["limit"], 20);

    // There is some left to send and to cancel.
    let other = world.sent(&world.in_sequence(1)).await;
    other.wait_for("sent").await;
    world.tenant.api.post(&other.path("/cancel")).await.expect(202);
    other.wait_for("canceled").await;
}
