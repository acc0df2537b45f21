//! What callers do after sending: cancel, remind, correct.

use provider_sandbox::NoticeKind;
use serde_json::json;
use tests::eventually;

use crate::World;

for_every_provider! {
    async fn a_cancellation_ends_it_or_is_refused_before_anything_is_queued(world: World) {
        let envelope = world.sent(&world.several(2).await).await;
        envelope.wait_for("sent").await;
        let cancel = world.tenant.api.post_json(&envelope.path("/cancel"), &json!({ "reason": "Withdrawn" })).await;
        if !world.can("cancel").await {
            cancel.problem(422, "capability-unsupported");
            assert_eq!(envelope.get().await["status"], "sent");
            return;
        }
        cancel.expect(202);
        let ended = envelope.wait_for("canceled").await;
        assert!(ended["pending_action"].is_null());
        assert_eq!(ended["recipients"][0]["status_reason"], "envelope_canceled", "{ended}");
        assert!(world.tenant.api.post(&envelope.path("/cancel")).await.status >= 400, "it has ended");
        assert!(ended["recipients"].as_array().unwrap().iter().all(|r| r["signing_url"].is_null()), "no link any more");
    }

    async fn a_reminder_reaches_those_who_have_not_acted_or_is_refused(world: World) {
        let envelope = world.sent(&world.in_sequence(1)).await;
        envelope.wait_for("sent").await;
        let remind = world.tenant.api.post(&envelope.path("/remind")).await;
        if !world.can("remind").await {
            remind.problem(422, "capability-unsupported");
            assert!(!envelope.event_types().await.contains(&"reminder.sent".to_owned()));
            return;
        }
        remind.expect(202);
        assert!(envelope.event_types().await.contains(&"reminder.sent".to_owned()));
        eventually("the reminder", async || {
            let reminded = world.keys_of(1).iter().any(|key| {
                world.sandbox().count(world.vendor.kind, key, NoticeKind::Reminder) == 1
            });
            reminded.then_some(())
        })
        .await;
        assert_eq!(world.live(), 1);
    }

    async fn reminders_at_an_interval_come_or_cannot_be_asked_for(world: World) {
        let asked = world.in_sequence(1).with(json!({ "reminders": { "every_days": 3 } }));
        let support = world.support("reminders").await;
        if support == "unsupported" {
            world.is_refused(&asked, &[tests::CONTRACT], "reminders").await;
            return;
        }
        let envelope = world.sent(&asked).await;
        envelope.wait_for("sent").await;
        let reminded = || {
            let count = |key: &String| world.sandbox().count(world.vendor.kind, key, NoticeKind::Reminder);
            world.keys_of(1).iter().map(count).sum::<u64>()
        };
        assert_eq!(reminded(), 0, "not yet");
        if support == "native" {
            world.sandbox().advance_clock(std::time::Duration::from_secs(3 * 86_400 + 60));
        } else {
            world.app.make_due("remind").await;
        }
        eventually("the reminder", async || (reminded() == 1).then_some(())).await;
        if support == "emulated" {
            let told = async || envelope.event_types().await.contains(&"reminder.sent".to_owned()).then_some(());
            eventually("the event", told).await;
        }
        assert_eq!(world.live(), 1);
    }

    async fn a_recipient_is_corrected_without_a_second_invitation_or_it_is_refused(world: World) {
        let envelope = world.sent(&world.in_sequence(1)).await;
        let sent = envelope.wait_for("sent").await;
        let recipient = sent["recipients"][0]["id"].as_str().unwrap();
        let change = (world.vendor.correction)();
        let path = envelope.path(&format!("/recipients/{recipient}"));
        let answer = world.tenant.api.patch(&path, &change).await;
        if !world.can("correct_recipient").await {
            answer.problem(422, "capability-unsupported");
            return;
        }
        answer.expect(202);
        let events = envelope.events().await;
        assert!(events.iter().any(|e| e["type"] == "recipient.corrected"), "{events:?}");
        for (member, value) in change.as_object().unwrap() {
            assert_eq!(&envelope.get().await["recipients"][0][member], value);
        }
        let address = change["email"].as_str().unwrap_or("person1@example.com");
        world.signs_as(&[address.to_owned()]).await;
        envelope.wait_for("completed").await;
    }

    async fn a_refresh_reads_at_once_and_changes_nothing(world: World) {
        let envelope = world.sent(&world.in_sequence(1)).await;
        envelope.wait_for("sent").await;
        let before = envelope.events().await.len();
        world.tenant.api.post(&envelope.path("/refresh")).await.expect(202);
        assert_eq!(envelope.get().await["status"], "sent");
        // What a first reading compares is told once; nothing else happened.
        let after = envelope.event_types().await;
        assert!(after.iter().skip(before).all(|kind| kind == "envelope.updated"), "{after:?}");
    }
}
