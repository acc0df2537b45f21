//! One after another, and at the same time.

use provider_sandbox::Script;

use crate::World;

for_every_provider! {
    async fn signers_in_sequence_act_one_after_another(world: World) {
        let asked = world.in_sequence(2);
        if !world.can("sequential_order").await {
            world.is_refused(&asked, &[tests::CONTRACT], "sequential_order").await;
            return;
        }
        let envelope = world.sent(&asked).await;
        envelope.wait_until("the first can act", |e| e["recipients"][0]["status"] == "sent").await;
        assert_eq!(envelope.get().await["recipients"][1]["status"], "created", "not yet");
        world.signs(1).await;
        let later = envelope.wait_until("the second can act", |e| e["recipients"][1]["status"] == "sent").await;
        assert_eq!(later["recipients"][0]["status"], "completed");
        assert_eq!(later["status"], "in_progress");
        world.signs(2).await;
        envelope.wait_for("completed").await;
    }

    async fn signers_at_the_same_time_act_in_any_order(world: World) {
        let asked = world.in_parallel(2);
        if !world.can("parallel_order").await {
            world.is_refused(&asked, &[tests::CONTRACT], "parallel_order").await;
            return;
        }
        let envelope = world.sent(&asked).await;
        envelope
            .wait_until("both can act", |e| e["recipients"].as_array().unwrap().iter().all(|r| r["status"] == "sent"))
            .await;
        world.signs(2).await;
        let later = envelope.wait_until("the second acted", |e| e["recipients"][1]["status"] == "completed").await;
        assert_eq!(later["recipients"][0]["status"], "sent");
        world.signs(1).await;
        envelope.wait_for("completed").await;
    }

    async fn a_second_signer_who_declines_ends_it_for_all(world: World) {
        world.everybody_signs();
        world.person_behaves(2, Script::decline_after_ms(0));
        let envelope = world.sent(&world.in_sequence(2)).await;
        let ended = envelope.wait_until("its end", |e| e["completed_at"].is_null() && ["declined", "canceled", "rejected"].contains(&e["status"].as_str().unwrap())).await;
        assert_eq!(ended["status"], world.vendor.declined, "{ended}");
        if ended["status"] == "declined" && world.vendor.tells_who_declined {
            assert_eq!(ended["recipients"][1]["status"], "declined", "{ended}");
        }
        assert!(ended["artifacts"].as_array().unwrap().iter().all(|a| a["kind"] != "signed_document" || a["verification"].is_object()));
    }
}
