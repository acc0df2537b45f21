//! What comes to a callback address and is not the provider's word: it is answered as the provider's is, and changes nothing.

use serde_json::{Value, json};

use crate::World;

/// Bodies that somebody could send who knows the address, and even the transaction.
fn forged(reference: &str, submission: &str) -> Vec<Value> {
    let ends = ["FIRMADO", "COMPLETED", "FINISHED", "ProcessoConcluido", "signed"];
    let mut bodies = vec![json!({}), json!([]), json!("nothing"), json!({ "id": 7 })];
    bodies.extend(ends.map(|end| {
        json!({
            "id_operacion": reference, "estado": end, "portfolio_id": reference, "client_portfolio_id": submission,
            "event": "portfolio_completed", "status": end, "contractID": reference, "idProcesso": reference,
            "idEvento": 5, "evento": end, "nomeProcesso": format!("Contract [{submission}]"), "operationId": reference,
        })
    }));
    bodies
}

for_every_provider! {
    async fn what_somebody_else_sends_to_the_callback_address_changes_nothing(world: World) {
        let envelope = world.sent(&world.in_sequence(1)).await;
        let sent = envelope.wait_for("sent").await;
        let submission = &sent["provider"]["submissions"][0];
        // Where nothing but callbacks tells how far it is, the secret address and the secret ids are the whole proof.
        let told = !world.vendor.only_callbacks;
        let reference = submission["reference"].as_str().filter(|_| told).unwrap_or("another");
        let id = submission["id"].as_str().filter(|_| told).unwrap_or("sub_01j8z3k5m2e0q9v7w6x5y4z3a2");
        let account = format!("/v1/provider-accounts/{}", world.account);
        let url = world.tenant.api.get(&account).await.expect(200).json()["callback_url"].as_str().unwrap().to_owned();
        let anonymous = world.app.anonymous();
        for body in forged(reference, id) {
            for _ in 0..2 {
                let answer = anonymous.post_json(&url, &body).await;
                // ArqSign switches a webhook off for good after one 401, 403 or 404.
                let never = if world.vendor.kind == "arqsign" { &[401, 403, 404, 500, 503][..] } else { &[500, 503] };
                assert!(!never.contains(&answer.status), "{body}: {}", answer.text());
            }
        }
        world.tenant.api.post(&envelope.path("/refresh")).await.expect(202);
        let after = envelope.get().await;
        assert_eq!(after["status"], "sent", "{after}");
        assert!(after["artifacts"].as_array().unwrap().is_empty());
        assert_eq!(after["recipients"][0]["status"], sent["recipients"][0]["status"]);
        // The real ones are still heard.
        world.signs(1).await;
        envelope.wait_for("completed").await;
    }

    async fn an_address_that_nobody_has_is_answered_as_the_provider_must_hear_it(world: World) {
        let url = format!("/callbacks/{}/{}", world.vendor.kind, "0".repeat(64));
        let answer = world.app.anonymous().post_json(&url, &json!({ "id": 1 })).await;
        assert_eq!(answer.status, if world.vendor.kind == "arqsign" { 200 } else { 404 }, "{}", answer.text());
    }
}
