//! Every feature of the capability matrix: what is said to be native or emulated is taken by the provider, what is said to be
//! unsupported is refused, or warned of where it is only text or looks.

use chrono::{Duration, Utc};
use serde_json::{Value, json};
use tests::{ANNEX, CONTRACT, EnvelopeBuilder, Sample};

use crate::World;

/// What asks for a feature: an envelope and its documents. `None`: it is asked for after sending.
fn asking(world: &World, feature: &str, several: &EnvelopeBuilder) -> Option<(EnvelopeBuilder, Vec<Sample>)> {
    let one = || world.in_sequence(1);
    let who = |members: Value| Some((one().who(members), vec![CONTRACT]));
    let with = |members: Value| Some((one().with(members), vec![CONTRACT]));
    let first = (world.vendor.person)(1);
    match feature {
        "several_documents" => Some((one(), vec![CONTRACT, ANNEX])),
        "several_signers" => Some((several.clone(), vec![CONTRACT])),
        "sequential_order" => Some((world.in_sequence(2), vec![CONTRACT])),
        "parallel_order" => Some((world.in_parallel(2), vec![CONTRACT])),
        "stage_minimum" => {
            let stages = json!({ "stages": [{ "routing_order": 1, "minimum": 1 }] });
            Some((world.in_parallel(2).with(stages), vec![CONTRACT]))
        }
        "stage_name" => with(json!({ "stages": [{ "routing_order": 1, "name": "Company" }] })),
        "role_approver" => Some((world.recipient(one(), "approver", 2, 1), vec![CONTRACT])),
        "role_copy" => Some((world.recipient(one(), "copy", 2, 1), vec![CONTRACT])),
        "level_simple" => who(json!({ "signature_level": "simple" })),
        "level_advanced" => who(json!({ "signature_level": "advanced" })),
        "level_qualified" => who(json!({ "signature_level": "qualified" })),
        "delivery_email" => who(json!({ "delivery": "email" })),
        "delivery_sms" => who(json!({ "delivery": "sms" })),
        "delivery_whatsapp" => who(json!({ "delivery": "whatsapp" })),
        "delivery_none" => who(json!({ "delivery": "none" })),
        "auth_sms_otp" => who(json!({ "authentication": [{ "type": "sms_otp", "phone": first["phone"] }] })),
        "auth_email_otp" => who(json!({ "authentication": [{ "type": "email_otp" }] })),
        "auth_whatsapp_otp" => who(json!({ "authentication": [{ "type": "whatsapp_otp", "phone": first["phone"] }] })),
        "auth_access_code" => who(json!({ "authentication": [{ "type": "access_code", "code": "1234" }] })),
        // Proof by a certificate goes with a signature that is made with one.
        "auth_certificate" => {
            who(json!({ "signature_level": "advanced", "authentication": [{ "type": "certificate" }] }))
        }
        "signature_fields" => {
            who(json!({ "fields": [{ "type": "signature", "document": 1, "page": 1, "x": 72, "y": 600 }] }))
        }
        "field_size" => who(json!({ "fields": [
            { "type": "signature", "document": 1, "page": 1, "x": 72, "y": 600, "width": 150, "height": 50 }
        ] })),
        "message" => with(json!({ "message": "Please sign." })),
        "recipient_message" => who(json!({ "message": "A private word." })),
        "language" => with(json!({ "language": "es" })),
        "expiry" => with(json!({ "expires_at": (Utc::now() + Duration::days(20)).to_rfc3339() })),
        "reminders" => with(json!({ "reminders": { "every_days": 3 } })),
        "acts_as_organization" => who(json!({
            "acts_as": "organization", "organization": { "name": "Acme", "tax_id": world.vendor.company }
        })),
        "requested_attachments" => {
            who(json!({ "requested_attachments": [{ "name": "Proof", "required": true, "shared": false }] }))
        }
        "identity_documents" => who(json!({ "identity_documents": identity_documents() })),
        "notary_certification" => with(json!({ "notary": "certification" })),
        "notary_protocolization" => with(json!({ "notary": "protocolization" })),
        "notary_validation" => with(json!({ "notary": "validation" })),
        "notary_full" => with(json!({ "notary": "full" })),
        "remind" | "cancel" | "correct_recipient" | "evidence" | "signing_url" => None,
        other => panic!("a feature that no scenario knows: {other}"),
    }
}

/// Both sides of a card, as a PNG of one pixel.
pub fn identity_documents() -> Value {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    json!([
        { "type": "id_card_front", "filename": "front.png", "content_base64": PIXEL },
        { "type": "id_card_back", "filename": "back.png", "content_base64": PIXEL },
    ])
}

/// Features that are only text or looks.
const LOOKS: [&str; 5] = ["stage_name", "field_size", "message", "recipient_message", "language"];

for_every_provider! {
    async fn every_feature_is_what_the_matrix_says(world: World) {
        let matrix = world.capabilities().await;
        assert_eq!(matrix.len(), 39);
        let several = world.several(2).await;
        for (feature, support) in matrix {
            let Some((envelope, documents)) = asking(&world, &feature, &several) else { continue };
            let envelope = if support != "unsupported" { (world.vendor.completed)(&feature, envelope) } else { envelope };
            if support == "unsupported" && !LOOKS.contains(&feature.as_str()) {
                world.is_refused(&envelope, &documents, &feature).await;
                continue;
            }
            if feature == "field_size" && !world.can("signature_fields").await {
                // Where there are no places, their size cannot be asked for without asking for them.
                world.is_refused(&envelope, &documents, "signature_fields").await;
                continue;
            }
            let draft = world.draft_of(&envelope, &documents).await;
            let answer = world.tenant.api.post(&draft.path("/send")).await;
            assert_eq!(answer.status, 202, "{feature} is said to be {support}: {}", answer.text());
            let sent = draft
                .wait_until(&format!("{feature} at the provider"), |e| {
                    assert_ne!(e["status"], "failed", "{feature} is said to be {support}: {e}");
                    !["submitting"].contains(&e["status"].as_str().unwrap())
                })
                .await;
            assert!(sent["attention"].is_null(), "{feature}: {sent}");
            let about = |severity: &str| {
                sent["findings"].as_array().unwrap().iter().any(|f| f["feature"] == feature.as_str() && f["severity"] == severity)
            };
            match support.as_str() {
                "native" => assert!(!about("warning"), "{feature}: {sent}"),
                "unsupported" => assert!(about("warning"), "{feature} is lost without a word: {sent}"),
                _ => {}
            }
        }
    }

    async fn a_signing_link_is_given_where_the_matrix_says_so(world: World) {
        let asked = world.in_sequence(1).who(json!({ "delivery": "none" }));
        if !world.can("signing_url").await {
            if !world.can("delivery_none").await {
                world.is_refused(&asked, &[CONTRACT], "delivery_none").await;
            }
            let envelope = world.sent(&world.in_sequence(1)).await;
            assert!(envelope.wait_for("sent").await["recipients"][0]["signing_url"].is_null());
            return;
        }
        let envelope = world.sent(&asked).await;
        let shown = envelope
            .wait_until("the link", |e| e["recipients"][0]["signing_url"].is_string())
            .await;
        let link = shown["recipients"][0]["signing_url"].as_str().unwrap();
        assert!(link.starts_with("http"), "{link}");
        let reader = world.tenant.key(&["envelopes:read"]).await;
        assert!(reader.get(&envelope.path("")).await.expect(200).json()["recipients"][0]["signing_url"].is_null());
    }
}
