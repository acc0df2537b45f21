//! The golden path.

use provider_sandbox::NoticeKind;
use serde_json::json;
use tests::{ANNEX, CONTRACT};

use crate::World;

for_every_provider! {
    async fn an_envelope_is_signed_examined_and_told_of_without_gaps(world: World) {
        world.everybody_signs();
        let envelope = world.sent(&world.in_sequence(1).with(json!({ "reference": "HR-1" }))).await;
        let done = envelope.wait_for("completed").await;

        assert_eq!(done["provider"]["kind"], world.vendor.kind);
        assert!(done["attention"].is_null(), "{done}");
        for submission in done["provider"]["submissions"].as_array().unwrap() {
            assert_ne!(submission["integrity"], "mismatch", "the provider holds what was asked: {submission}");
            assert_eq!(submission["state"], "completed");
        }
        assert_eq!(done["recipients"][0]["status"], "completed");
        let signed: Vec<_> =
            done["artifacts"].as_array().unwrap().iter().filter(|a| a["kind"] == "signed_document").collect();
        assert_eq!(signed.len(), 1, "{done}");
        assert_eq!(signed[0]["verification"]["status"], "valid", "{}", signed[0]);
        assert!(!signed[0]["verification"]["signatures"].as_array().unwrap().is_empty());
        assert_eq!(signed[0]["document_ids"], json!([done["documents"][0]["id"]]));
        let content = envelope.path(&format!("/artifacts/{}/content", signed[0]["id"].as_str().unwrap()));
        let bytes = envelope.api.get(&content).await.expect(200).body;
        assert_eq!(signed[0]["sha256"], tests::sha256(&bytes).as_str());
        assert!(bytes.starts_with(b"%PDF-"));

        assert_eq!(world.live(), 1, "{:?}", world.transactions());
        for key in world.keys_of(1) {
            assert!(world.sandbox().count(world.vendor.kind, &key, NoticeKind::Invitation) <= 1, "notified twice");
        }
        let types = envelope.event_types().await;
        for expected in ["envelope.submitting", "recipient.completed", "artifact.stored", "envelope.completed"] {
            assert_eq!(types.iter().filter(|t| *t == expected).count(), if expected == "artifact.stored" {
                done["artifacts"].as_array().unwrap().len()
            } else { 1 }, "{expected} in {types:?}");
        }
        assert_eq!(types.last().map(String::as_str), Some("envelope.completed"));
    }

    async fn several_documents_all_come_back_signed_by_everybody(world: World) {
        world.everybody_signs();
        let envelope = world.draft_of(&world.several(2).await, &[CONTRACT, ANNEX]).await;
        world.send(&envelope).await;
        let done = envelope.wait_for("completed").await;
        let signed: Vec<_> =
            done["artifacts"].as_array().unwrap().iter().filter(|a| a["kind"] == "signed_document").collect();
        for document in done["documents"].as_array().unwrap() {
            let of_it: Vec<_> =
                signed.iter().filter(|a| a["document_ids"].as_array().unwrap().contains(&document["id"])).collect();
            let last = of_it.last().unwrap_or_else(|| panic!("nothing of {} came back: {done}", document["id"]));
            assert_eq!(last["verification"]["status"], "valid", "{last}");
            let signatures = last["verification"]["signatures"].as_array().unwrap().len();
            assert!(signatures >= world.vendor.signatures_of_two, "{last}");
        }
    }
}
