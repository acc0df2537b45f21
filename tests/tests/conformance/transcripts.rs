//! Transcripts: what a provider answers confirms its contract's assumptions, and what it answers otherwise refutes one by name.

use provider_clients::provider::transcript::Verdict;
use provider_sandbox::gofirmex::Profile;
use rubrica::transcript::{Line, read};
use serde_json::json;
use tests::Setup;

use crate::World;

fn lines(world: &World) -> Vec<Line> {
    read(world.app.transcript()).expect("a transcript")
}

/// Assumptions with this verdict, with the setting that corrects each.
fn judged(lines: &[Line], verdict: Verdict) -> Vec<(String, String)> {
    let judged = lines.iter().flat_map(|line| &line.judged).filter(|judged| judged.verdict == verdict);
    let mut found: Vec<_> = judged.map(|judged| (judged.assumption.clone(), judged.setting.clone())).collect();
    found.sort();
    found.dedup();
    found
}

for_every_provider! {
    async fn an_envelope_that_is_signed_confirms_assumptions_and_refutes_none(world: World) {
        // A broker of its own, which records.
        let world = World::on(Setup::sqlite().recording(), world.vendor.kind, json!({})).await;
        world.everybody_signs();
        let envelope = world.sent(&world.in_sequence(1)).await;
        envelope.wait_for("completed").await;
        let lines = lines(&world);
        assert!(lines.iter().all(|line| line.provider == world.vendor.kind));
        assert_eq!(judged(&lines, Verdict::Failed), [], "an answer of the contract refutes no assumption of it");
        assert!(!judged(&lines, Verdict::Met).is_empty());
        let kept = std::fs::read_to_string(world.app.transcript()).unwrap();
        for key in world.keys_of(1).iter().chain(&["Soto".to_owned(), "127.0.0.1".to_owned()]) {
            assert!(!kept.contains(key.as_str()), "{key} is in the transcript");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_answers_otherwise_is_told_with_the_setting_that_corrects_it() {
    let world = World::on(Setup::sqlite().recording(), "gofirmex", json!({})).await;
    // This server tells the id of a portfolio at another place than the account's settings say.
    let otherwise = json!({ "response": { "portfolio_id": ["/result/id"] } });
    world.sandbox().gofirmex().set_profile(Profile::merged(&otherwise).expect("a profile"));
    let draft = world.draft(&world.in_sequence(1)).await;
    world.send(&draft).await;
    tests::eventually("a refuted assumption", async || {
        let refuted = judged(&lines(&world), Verdict::Failed);
        refuted
            .iter()
            .any(|(assumption, setting)| assumption == "G3" && setting == "/settings/profile/response/portfolio_id")
            .then_some(())
    })
    .await;
}
