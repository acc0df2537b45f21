//! The way of a document through its recipients.

use std::time::Duration;

use provider_sandbox::ActError;
use provider_sandbox::{NoticeKind, Script, Scripts};
use serde_json::json;

use crate::support::{block, one_signer, recipient, request, signing_world, with, world};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_document_is_sent_signed_found_and_downloaded() {
    let world = signing_world().await;
    let id = world.sent(&one_signer()).await;
    assert_eq!(id.len(), 15);
    world.settle().await;

    let found = world.search(1, json!({ "campos_clave": { "rubrica_submission": "sub_1" } })).await;
    let document = &found["listado_documentos"][0];
    assert_eq!(document["estado"], "FIRMADO");
    assert_eq!(document["id_operacion"], id.as_str());
    assert_eq!(document["destinatarios"][0]["firmado"], 1);

    for (member, signed) in [("url_documento", true), ("url_certificado", false)] {
        let response = world.http.get(document[member].as_str().unwrap()).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/pdf");
        let pdf = response.bytes().await.unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        let has = |needle: &[u8]| pdf.windows(needle.len()).any(|window| window == needle);
        assert_eq!(has(b"/ByteRange"), signed, "{member}");
        assert_eq!(
            pdf.starts_with(crate::support::CONTRACT),
            signed,
            "the sent bytes are the beginning of the signed file"
        );
    }
}

#[tokio::test]
async fn sequential_blocks_open_one_after_another_and_notify_only_those_whose_turn_it_is() {
    let world = world().await;
    let id = world
        .sent(&request(&[
            block("firma", 2, 1, &[recipient("second@example.com")]),
            block("firma", 1, 1, &[recipient("first@example.com")]),
        ]))
        .await;
    let invitations = |email: &str| world.sandbox().count("efirma_go", email, NoticeKind::Invitation);
    assert_eq!((invitations("first@example.com"), invitations("second@example.com")), (1, 0));
    assert_eq!(world.efirma().sign(&id, Some("second@example.com")).await, Err(ActError::NotTheirTurn));

    world.efirma().sign(&id, Some("first@example.com")).await.unwrap();
    assert_eq!(world.estado(&id).await, "EN PROCESO");
    assert_eq!((invitations("first@example.com"), invitations("second@example.com")), (1, 1));
    assert_eq!(world.efirma().sign(&id, Some("first@example.com")).await, Err(ActError::AlreadyActed));

    world.efirma().sign(&id, None).await.unwrap();
    assert_eq!(world.estado(&id).await, "FIRMADO");
    assert_eq!(world.efirma().sign(&id, Some("first@example.com")).await, Err(ActError::NotInProcess));
}

#[tokio::test]
async fn blocks_of_equal_order_act_in_parallel_and_copies_ask_nobody() {
    let world = world().await;
    let id = world
        .sent(&request(&[
            block("firma", 1, 1, &[recipient("signer@example.com")]),
            block("revision", 1, 1, &[recipient("reviewer@example.com")]),
            block("copia", 2, 1, &[recipient("copy@example.com")]),
        ]))
        .await;
    assert_eq!(world.efirma().sign(&id, Some("copy@example.com")).await, Err(ActError::NotTheirTurn));
    world.efirma().sign(&id, Some("reviewer@example.com")).await.unwrap();
    let found = world.search(1, json!({ "id_operacion": id })).await;
    let people = &found["listado_documentos"][0]["destinatarios"];
    assert_eq!(people[0]["firmado"], 0);
    assert_eq!((&people[1]["revisado"], &people[1]["tipo"]), (&json!(1), &json!("Revisor")));
    assert!(people[1].get("firmado").is_none());
    assert_eq!(people[2]["tipo"], "Copia");

    world.efirma().sign(&id, Some("signer@example.com")).await.unwrap();
    assert_eq!(world.estado(&id).await, "FIRMADO");
    assert_eq!(world.sandbox().count("efirma_go", "copy@example.com", NoticeKind::Invitation), 1);
}

#[tokio::test]
async fn a_block_is_complete_at_its_minimum_and_closes_for_the_others() {
    let world = world().await;
    let people = [recipient("a@example.com"), recipient("b@example.com"), recipient("c@example.com")];
    let id = world
        .sent(&request(&[block("firma", 1, 2, &people), block("firma", 2, 1, &[recipient("d@example.com")])]))
        .await;
    world.efirma().sign(&id, Some("a@example.com")).await.unwrap();
    world.efirma().sign(&id, Some("c@example.com")).await.unwrap();
    assert_eq!(world.efirma().sign(&id, Some("b@example.com")).await, Err(ActError::NotTheirTurn));
    world.efirma().sign(&id, Some("d@example.com")).await.unwrap();
    assert_eq!(world.estado(&id).await, "FIRMADO");
}

#[tokio::test]
async fn one_refusal_rejects_the_document() {
    let world = world().await;
    let id =
        world.sent(&request(&[block("firma", 1, 1, &[recipient("a@example.com"), recipient("b@example.com")])])).await;
    world.efirma().decline(&id, Some("b@example.com")).await.unwrap();
    assert_eq!(world.estado(&id).await, "RECHAZADO");
    assert_eq!(world.efirma().sign(&id, Some("a@example.com")).await, Err(ActError::NotInProcess));
    assert_eq!(world.efirma().annul(&id), Err(ActError::NotInProcess));
}

#[tokio::test]
async fn an_annulled_document_stays_annulled() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    world.efirma().annul(&id).unwrap();
    assert_eq!(world.estado(&id).await, "ANULADO");
    assert_eq!(world.efirma().sign(&id, None).await, Err(ActError::NoRecipient));
}

#[tokio::test]
async fn scripted_signers_act_when_the_clock_reaches_them() {
    let world = world().await;
    world.sandbox().set_scripts(Scripts {
        default: Script::sign_after_ms(3_600_000),
        by_email: [("No@Example.com".to_owned(), Script::decline_after_ms(7_200_000))].into(),
    });
    let signed = world.sent(&one_signer()).await;
    let refused = world.sent(&request(&[block("firma", 1, 1, &[recipient("no@example.com")])])).await;
    world.settle().await;
    assert_eq!(world.estado(&signed).await, "EN PROCESO");

    world.sandbox().advance_clock(Duration::from_secs(3_601));
    world.settle().await;
    assert_eq!(world.estado(&signed).await, "FIRMADO");
    assert_eq!(world.estado(&refused).await, "EN PROCESO");

    world.sandbox().advance_clock(Duration::from_secs(3_601));
    world.settle().await;
    assert_eq!(world.estado(&refused).await, "RECHAZADO");
}

#[tokio::test]
async fn scripted_signers_of_the_same_moment_act_in_the_order_of_the_request() {
    let world = signing_world().await;
    let people = ["c@example.com", "a@example.com", "b@example.com"].map(recipient);
    let id = world.sent(&request(&[block("firma", 1, 2, &people)])).await;
    world.settle().await;
    let document = world.efirma().document(&id).unwrap();
    let acted: Vec<bool> = document.recipients.iter().map(|recipient| recipient.acted_at.is_some()).collect();
    assert_eq!(acted, [true, true, false], "the block closed before the third");
    assert!(document.recipients[0].acted_at <= document.recipients[1].acted_at);
}

#[tokio::test]
async fn reminders_come_every_so_many_days_until_the_recipient_acts() {
    let world = world().await;
    let id = world.sent(&with(one_signer(), json!({ "notificar_cada": "3" }))).await;
    let silent = world
        .sent(&with(
            request(&[block("firma", 1, 1, &[recipient("silent@example.com")])]),
            json!({ "notificar_cada": -1 }),
        ))
        .await;
    let reminders = |email: &str| world.sandbox().count("efirma_go", email, NoticeKind::Reminder);
    world.sandbox().advance_clock(DAY * 7);
    world.settle().await;
    assert_eq!((reminders("jesus@example.com"), reminders("silent@example.com")), (2, 0));

    world.efirma().sign(&id, None).await.unwrap();
    world.efirma().sign(&silent, None).await.unwrap();
    world.sandbox().advance_clock(DAY * 30);
    world.settle().await;
    assert_eq!(reminders("jesus@example.com"), 2);
}

#[tokio::test]
async fn each_position_gets_a_signature_of_its_signer() {
    let world = signing_world().await;
    let mut signer = recipient("jesus@example.com");
    signer["firma_multiple"] = json!([
        { "pagina": "1", "coordenada_x": "149", "coordenada_y": "950" },
        { "pagina": 3, "coordenada_x": 0, "coordenada_y": 0 },
    ]);
    let id = world
        .sent(&request(&[
            block("firma", 1, 2, &[signer, recipient("maria@example.com")]),
            block("revision", 1, 1, &[recipient("reviewer@example.com")]),
        ]))
        .await;
    world.settle().await;
    let found = world.search(1, json!({ "id_operacion": id })).await;
    let url = found["listado_documentos"][0]["url_documento"].as_str().unwrap();
    let pdf = world.http.get(url).send().await.unwrap().bytes().await.unwrap();
    let document = lopdf::Document::load_mem(&pdf).unwrap();
    let fields: Vec<_> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|field| field.get(b"FT").and_then(lopdf::Object::as_name).is_ok_and(|kind| kind == b"Sig"))
        .collect();
    assert_eq!(fields.len(), 3, "two shown for the first signer, one for the second, none for the reviewer");
    let corner = fields.iter().find_map(|field| {
        let rectangle = field.get(b"Rect").ok()?.as_array().ok()?;
        let numbers: Vec<f32> = rectangle.iter().filter_map(|number| number.as_float().ok()).collect();
        ((numbers.first()? - 149.0 * 0.75).abs() < 0.5).then_some(numbers)
    });
    // 950 px down from the top of A4 is 712.5 pt, so the top of the box lies 129.4 pt above the bottom.
    let corner = corner.expect("a stamp at the first position");
    assert!((corner[3] - 129.4).abs() < 1.0, "{corner:?}");
}

#[tokio::test]
async fn the_null_sink_counts_and_hashes_but_signs_nothing() {
    let world = crate::support::world_with(provider_sandbox::SandboxConfig {
        null_sink: true,
        scripts: Scripts::everybody_signs(),
        ..provider_sandbox::SandboxConfig::default()
    })
    .await;
    let answer = world.send_pdf(&one_signer(), b"not even a PDF").await;
    assert_eq!(answer["estado_operacion"], "0000");
    world.settle().await;
    let id = answer["id_operacion"].as_str().unwrap();
    assert_eq!(world.estado(id).await, "EN PROCESO");
    assert!(world.efirma().original(id).unwrap().is_empty());
    let call = &world.sandbox().calls_to("efirma_go", "enviar_documento")[0];
    assert_eq!(call.files[0].size, 14);
    assert_eq!(call.files[0].sha256.len(), 64);
}
