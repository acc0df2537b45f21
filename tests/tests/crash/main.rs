//! The broker dies, and what the next one makes of it. Real processes: nothing is flushed, nothing is dropped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a surprise ends them"
)]

mod world;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests::{CONTRACT, Envelope, an_envelope, sample};
use world::World;

/// Where the broker is made to die while it submits; see `engine::submit`.
const FAILPOINTS: [&str; 3] = ["submit.after_intent", "submit.after_call", "submit.after_result"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_point_of_a_submission_sends_nothing_twice_on_sqlite() {
    for failpoint in FAILPOINTS {
        dies_and_goes_on(World::sqlite().await, failpoint).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_point_of_a_submission_sends_nothing_twice_on_postgresql() {
    for failpoint in FAILPOINTS {
        let Some(world) = World::postgres().await else { return };
        dies_and_goes_on(world, failpoint).await;
    }
}

/// Two documents; the broker dies in the first one, then in the second, then is left alone.
async fn dies_and_goes_on(mut world: World, failpoint: &str) {
    world.start(None).await;
    let tenant = world.tenant().await;
    let envelope = world
        .draft(
            &tenant,
            &an_envelope().signer("ana").signer("bob").at(2),
            &[CONTRACT, sample("contrato-locacao-pt.pdf")],
        )
        .await;
    world.stop().await;
    for death in 0..2 {
        world.start(Some(failpoint)).await;
        if death == 0 {
            // The answer may be lost with the process: that is a crash too.
            let _ = world.client(&tenant).post(&envelope.path("/send")).once("one").try_send().await;
        }
        assert!(!world.died().await.success(), "{failpoint}");
    }
    world.start(None).await;
    let envelope = Envelope { api: world.client(&tenant), id: envelope.id };
    send_again(&envelope).await;
    let done = envelope.wait_for("completed").await;
    assert_eq!(done["attentions"], serde_json::json!([]), "{failpoint}");
    world.assert_sent_once(&[(&envelope, 2)], &["ana", "bob"], failpoint);
    let types = envelope.event_types().await;
    for once in ["envelope.submitting", "envelope.completed"] {
        assert_eq!(types.iter().filter(|t| *t == once).count(), 1, "{failpoint}: {types:?}");
    }
}

/// Whoever was cut off does not know what became of the request. Its key is held for a while for the request that died, so
/// the question is asked without one: the envelope was sent then, or is sent now.
async fn send_again(envelope: &Envelope) {
    let again = envelope.api.post(&envelope.path("/send")).await;
    if again.status != 202 {
        again.problem(409, "wrong-state");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_loses_nothing_and_sends_nothing_twice() {
    let seed = std::env::var("RUBRICA_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random::<u64>);
    println!("RUBRICA_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = match World::postgres().await {
        Some(world) => world,
        None => World::sqlite().await,
    };
    world.start(None).await;
    let tenant = world.tenant().await;
    let mut envelopes = Vec::new();
    for n in 0..12 {
        let name = format!("signer{n}");
        envelopes.push(world.draft(&tenant, &an_envelope().signer(&name), &[CONTRACT]).await);
    }
    for (n, envelope) in envelopes.iter().enumerate() {
        let client = world.client(&tenant);
        let send = client.post(&envelope.path("/send")).once(&format!("send-{n}")).try_send();
        if n < 10 {
            // Somewhere between before the request and well into the work that follows it.
            let moment = Duration::from_micros(random.random_range(0..60_000));
            let sending = tokio::spawn(send);
            tokio::time::sleep(moment).await;
            world.kill().await;
            let _ = sending.await;
            world.start(None).await;
        } else {
            send.await.unwrap().expect(202);
        }
    }
    for envelope in &mut envelopes {
        envelope.api = world.client(&tenant);
        send_again(envelope).await;
        envelope.wait_for("completed").await;
        envelope.events().await;
    }
    let sent: Vec<_> = envelopes.iter().map(|e| (e, 1)).collect();
    world.assert_sent_once(&sent, &[], &format!("seed {seed}"));
    for n in 0..12 {
        world.assert_invited(&format!("signer{n}"), 1, &format!("seed {seed}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_uploaded_before_a_crash_is_there_after_it() {
    let mut world = World::sqlite().await;
    world.start(None).await;
    let tenant = world.tenant().await;
    let envelope = world.draft(&tenant, &an_envelope().signer("ana"), &[CONTRACT]).await;
    world.kill().await;
    world.start(None).await;
    let api = world.client(&tenant);
    let document = api.get(&envelope.path("/documents")).await.expect(200).json()["data"][0]["id"].clone();
    let content = envelope.path(&format!("/documents/{}/content", document.as_str().unwrap()));
    assert_eq!(api.get(&content).await.expect(200).body, CONTRACT.bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_good_order_lets_what_is_under_way_end() {
    let mut world = World::sqlite().await;
    world.start(None).await;
    let tenant = world.tenant().await;
    let envelope = world.draft(&tenant, &an_envelope().signer("ana"), &[CONTRACT]).await;
    world.client(&tenant).post(&envelope.path("/send")).await.expect(202);
    let status = world.stop().await;
    assert!(status.success(), "SIGTERM ends it with success: {status}");
    world.start(None).await;
    let envelope = Envelope { api: world.client(&tenant), id: envelope.id };
    envelope.wait_for("completed").await;
    world.assert_sent_once(&[(&envelope, 1)], &["ana"], "stopped");
}
