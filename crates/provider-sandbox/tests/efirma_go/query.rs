//! `consultar_documento`: its words, its shapes, its side effect.

use serde_json::{Value, json};

use crate::support::{PRIVATE_KEY, Receiver, block, one_signer, recipient, request, world};

fn ask(id_operacion: Value) -> Value {
    json!({ "private_key": PRIVATE_KEY, "cif_cliente": "A77445566", "id_operacion": id_operacion })
}

#[tokio::test]
async fn each_state_has_its_word_and_an_unknown_id_is_an_element() {
    let world = world().await;
    let mut sent = Vec::new();
    for _ in 0..4 {
        sent.push(world.sent(&one_signer()).await);
    }
    world.efirma().sign(&sent[1], None).await.unwrap();
    world.efirma().decline(&sent[2], None).await.unwrap();
    world.efirma().annul(&sent[3]).unwrap();
    sent.push("1122334455".to_owned());
    let answer = world.call("consultar_documento", &ask(json!(sent))).await;
    let words: Vec<&str> =
        answer.as_array().unwrap().iter().map(|one| one["estado_operacion"].as_str().unwrap()).collect();
    assert_eq!(words, ["KO", "OK", "Rechazado", "Anulado", "0001"]);
    let asked: Vec<&str> = answer.as_array().unwrap().iter().map(|one| one["id_operacion"].as_str().unwrap()).collect();
    assert_eq!(asked, sent, "in the order asked");
    assert_eq!(answer[0]["url_documento_firmado"], "");
    assert!(answer[0].get("mensaje_operacion").is_none());
    assert_eq!(answer[4], json!({ "id_operacion": "1122334455", "estado_operacion": "0001", "destinatarios": [] }));
    let url = answer[1]["url_documento_firmado"].as_str().unwrap();
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn flags_are_texts_and_kinds_are_lower_case() {
    let world = world().await;
    let id = world
        .sent(&request(&[
            block("firma", 1, 1, &[recipient("jesus@example.com")]),
            block("revision", 1, 1, &[recipient("maximo@example.com")]),
        ]))
        .await;
    world.efirma().sign(&id, Some("maximo@example.com")).await.unwrap();
    let answer = world.call("consultar_documento", &ask(json!(id))).await;
    let person = |email: &str, deed: &str, done: &str, kind: &str| {
        json!({
            "nombre_apellidos": "Jesús Sánchez Alonso", "email": email, "telefono": "",
            "bloqueado": "0", "activo": "1", deed: done, "tipo": kind,
        })
    };
    let expected = json!([
        person("jesus@example.com", "firmado", "0", "firmante"),
        person("maximo@example.com", "revisado", "1", "revisor"),
    ]);
    assert_eq!(answer[0]["destinatarios"], expected);
}

#[tokio::test]
async fn credentials_are_refused_with_one_object() {
    let world = world().await;
    let cases = [
        (
            json!({ "private_key": "x", "cif_cliente": "A77445566", "id_operacion": "1" }),
            "0002",
            "El private_key no es correcto.",
        ),
        (json!([]), "0002", "El private_key no es correcto."),
        (
            json!({ "private_key": PRIVATE_KEY, "cif_cliente": "X", "id_operacion": "1" }),
            "0003",
            "El cif_cliente no es correcto.",
        ),
    ];
    for (json, code, message) in cases {
        let answer = world.call("consultar_documento", &json).await;
        assert_eq!(answer, json!({ "estado_operacion": code, "mensaje_operacion": message }));
    }
    let answer =
        world.call("consultar_documento", &json!({ "private_key": PRIVATE_KEY, "cif_cliente": "A77445566" })).await;
    assert_eq!(answer[0]["estado_operacion"], "0001", "no id");
}

#[tokio::test]
async fn a_single_id_can_be_answered_with_an_object() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    world.vary(|variants| variants.single_object_in_query = true);
    assert_eq!(world.call("consultar_documento", &ask(json!(id))).await["estado_operacion"], "KO");
    assert!(world.call("consultar_documento", &ask(json!([id, "1"]))).await.is_array());
}

#[tokio::test]
async fn asking_posts_a_signed_document_again_unless_told_not_to() {
    let world = world().await;
    let receiver = Receiver::start(200, json!({ "id_operacion": "1", "estado_operacion": "OK" })).await;
    world.efirma().set_callback_url("A23433211", Some(receiver.url.clone()));
    let id = world.sent(&one_signer()).await;
    let open = world.sent(&one_signer()).await;
    world.efirma().sign(&id, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.received().len(), 1);

    let mut quiet = ask(json!([id, open]));
    quiet["enviar_url_respuesta"] = json!(0);
    world.call("consultar_documento", &quiet).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 1);

    world.call("consultar_documento", &ask(json!([id, open]))).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 2, "only the signed one is posted again");
    receiver.stop().await;
}
