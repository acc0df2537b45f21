//! The searches, the fetched mark, and how their answers are spelled.

use std::time::Duration;

use provider_sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{World, block, credentials, one_signer, recipient, request, signing_world, with, world};

fn ids(found: &Value) -> Vec<String> {
    let listed = found["listado_documentos"].as_array().unwrap();
    listed.iter().map(|document| document["id_operacion"].as_str().unwrap().to_owned()).collect()
}

fn keyed(key: &str) -> Value {
    with(one_signer(), json!({ "campos_clave": { "rubrica_submission": key, "team": "hr" } }))
}

/// One document in each state: in process, signed, rejected, annulled.
async fn one_of_each(world: &World) -> [String; 4] {
    let mut sent = Vec::new();
    for key in ["open", "signed", "rejected", "annulled"] {
        sent.push(world.sent(&keyed(key)).await);
    }
    let sent: [String; 4] = sent.try_into().unwrap();
    world.efirma().sign(&sent[1], None).await.unwrap();
    world.efirma().decline(&sent[2], None).await.unwrap();
    world.efirma().annul(&sent[3]).unwrap();
    sent
}

#[tokio::test]
async fn filters_narrow_a_search() {
    let world = world().await;
    let [open, signed, rejected, annulled] = one_of_each(&world).await;
    let csv = world.efirma().document(&rejected).unwrap().csv;
    let all = [&open, &signed, &rejected, &annulled].map(Clone::clone).to_vec();
    let cases = [
        (json!({}), all.clone()),
        (json!({ "estados_documento": {} }), all.clone()),
        (json!({ "id_operacion": signed }), vec![signed.clone()]),
        (json!({ "id_operacion": [rejected, open, "1"] }), vec![open.clone(), rejected.clone()]),
        (json!({ "campos_clave": { "rubrica_submission": "signed" } }), vec![signed.clone()]),
        (json!({ "campos_clave": { "team": "hr" } }), all),
        (json!({ "campos_clave": { "team": "hr", "rubrica_submission": "nobody" } }), vec![]),
        (json!({ "csv": csv }), vec![rejected.clone()]),
        (json!({ "CSV": csv }), vec![rejected.clone()]),
        (json!({ "estados_documento": { "firmado": 1 } }), vec![signed.clone()]),
        (json!({ "estados_documento": { "anulado": "1", "rechazado": 1 } }), vec![rejected.clone(), annulled.clone()]),
        (json!({ "descargado": "1" }), vec![]),
    ];
    for (filter, expected) in cases {
        let found = world.search(1, filter.clone()).await;
        assert_eq!(found["estado_operacion"], "0000");
        assert_eq!(ids(&found), expected, "{filter}");
        assert_eq!(found["total_busqueda"], expected.len().to_string(), "the total is a text");
    }
}

#[tokio::test]
async fn an_answer_is_spelled_as_the_vendor_spells_it() {
    let world = world().await;
    let person = with(recipient("jesus@example.com"), json!({ "telefono_destinatario": "+34677777777" }));
    let id = world.sent(&request(&[block("firma", 1, 1, &[person])])).await;
    world.efirma().sign(&id, None).await.unwrap();
    let found = world.search(1, json!({})).await;
    let document = &found["listado_documentos"][0];
    assert_eq!(found["mensaje_operacion"], "El proceso se ha realizado con éxito");
    assert_eq!(document["nombre_documento"], "Contrato 300.pdf");
    assert_eq!(document["campos_clave"], json!([{ "rubrica_submission": "sub_1" }]));
    assert_eq!(
        document["destinatarios"],
        json!([{
            "nombre_apellidos": "Jesús Sánchez Alonso", "email": "jesus@example.com", "telefono": "+34677777777",
            "bloqueado": 0, "activo": 1, "firmado": 1, "tipo": "Firmante",
        }])
    );
    let csv = document["CSV"].as_str().unwrap();
    assert_eq!(csv.split('-').map(str::len).collect::<Vec<_>>(), [4; 5]);
    assert!(csv.chars().all(|c| c == '-' || c.is_ascii_digit() || c.is_ascii_uppercase()));
}

#[tokio::test]
async fn pages_name_the_next_one_in_each_endpoint_s_own_spelling() {
    let world = signing_world().await;
    for _ in 0..3 {
        world.sent(&one_signer()).await;
    }
    world.settle().await;
    world.vary(|variants| variants.page_size = 2);
    let first = world.search(1, json!({})).await;
    let base = world.url("");
    assert_eq!(first["siguiente_pagina"], format!("{base}descargar_documento/2"));
    assert_eq!((ids(&first).len(), &first["total_busqueda"]), (2, &json!("3")));
    let last = world.search(2, json!({})).await;
    assert_eq!((ids(&last).len(), &last["siguiente_pagina"]), (1, &json!("")));
    assert!(ids(&world.search(3, json!({})).await).is_empty());

    let signed = with(credentials(), json!({ "campos_clave": { "rubrica_submission": "sub_1" } }));
    let found = world.call("descargar_documentos_firmados/1", &signed).await;
    assert_eq!(found["siguiente_pagina"], format!("{base}descargar_documentos_firmados/2"));
    world.vary(|variants| variants.omit_siguiente_pagina = true);
    assert!(world.search(1, json!({})).await.get("siguiente_pagina").is_none());
}

#[tokio::test]
async fn the_signed_search_shows_less_and_wants_a_filter_in_its_own_form() {
    let world = world().await;
    let [_, signed, ..] = one_of_each(&world).await;
    let csv = world.efirma().document(&signed).unwrap().csv;
    let path = "descargar_documentos_firmados/1";
    for filter in
        [json!({ "id_operacion": signed }), json!({ "CSV": csv }), json!({ "campos_clave": { "team": "hr" } })]
    {
        let found = world.call(path, &with(credentials(), filter.clone())).await;
        assert_eq!(ids(&found), std::slice::from_ref(&signed), "{filter}");
        let members: Vec<&String> = found["listado_documentos"][0].as_object().unwrap().keys().collect();
        assert_eq!(members, ["url_documento", "url_certificado", "campos_clave", "CSV", "id_operacion"]);
    }
    for filter in [json!({}), json!({ "csv": csv }), json!({ "id_operacion": [signed] }), json!({ "campos_clave": {} })]
    {
        let answer = world.call(path, &with(credentials(), filter.clone())).await;
        assert_eq!(answer["estado_operacion"], "0004", "{filter}");
        assert_eq!(answer["mensaje_operacion"], "Debes de especificar al menos un campo para la búsqueda.");
    }
}

#[tokio::test]
async fn searches_and_the_mark_refuse_with_their_own_table() {
    let world = world().await;
    let cases = [
        (json!([]), "0001", "No se ha podido descargar el JSON enviado."),
        (with(credentials(), json!({ "private_key": "x" })), "0002", "La private key no es válida."),
        (with(credentials(), json!({ "cif_desarrollador": null })), "0002", "La private key no es válida."),
        (with(credentials(), json!({ "cif_cliente": "NOBODY" })), "0003", "El cliente no es válido."),
    ];
    for path in ["descargar_documentos/1", "descargar_documentos_firmados/1", "marcar_documento_descargado"] {
        for (json, code, message) in &cases {
            let answer = world.call(path, json).await;
            assert_eq!(
                (&answer["estado_operacion"], &answer["mensaje_operacion"]),
                (&json!(code), &json!(message)),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn marked_documents_are_told_apart_and_unknown_ids_are_ignored() {
    let world = world().await;
    let [open, signed, ..] = one_of_each(&world).await;
    for id_operacion in [json!([signed, "999"]), json!(signed)] {
        let answer = world
            .call("marcar_documento_descargado", &with(credentials(), json!({ "id_operacion": id_operacion })))
            .await;
        assert_eq!(answer["estado_operacion"], "0000");
    }
    assert_eq!(ids(&world.search(1, json!({ "descargado": 1 })).await), std::slice::from_ref(&signed));
    let bulk = json!({ "descargado": 0, "estados_documento": { "firmado": 1, "anulado": 1, "rechazado": 1 } });
    let rest = ids(&world.search(1, bulk).await);
    assert!(rest.len() == 2 && !rest.contains(&signed) && !rest.contains(&open));
}

#[tokio::test]
async fn artifact_addresses_are_empty_until_the_document_is_signed() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    let of = |found: Value| {
        (
            found["listado_documentos"][0]["url_documento"].clone(),
            found["listado_documentos"][0]["url_certificado"].clone(),
        )
    };
    assert_eq!(of(world.search(1, json!({})).await), (json!(""), json!("")));
    world.efirma().sign(&id, None).await.unwrap();
    let (document, certificate) = of(world.search(1, json!({})).await);
    assert!(document.as_str().unwrap().contains("/efirma_go/viewer?d="));
    assert!(certificate.as_str().unwrap().contains("/efirma_go/viewer?c="));
    let unknown = world.http.get(world.url("viewer?d=0")).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn the_certificate_s_address_is_plain_http_even_behind_https() {
    let world = crate::support::world_with(provider_sandbox::SandboxConfig {
        public_base_url: Some("https://vendor.example".to_owned()),
        ..provider_sandbox::SandboxConfig::default()
    })
    .await;
    let url = format!("http://{}/efirma_go/enviar_documento", world.running.addr());
    let form = reqwest::multipart::Form::new()
        .text("json", one_signer().to_string())
        .part("archivo", reqwest::multipart::Part::bytes(crate::support::CONTRACT).file_name("a.pdf"));
    world.http.post(url).multipart(form).send().await.unwrap();
    let id = world.efirma().documents()[0].id.clone();
    world.efirma().sign(&id, None).await.unwrap();
    let search = format!("http://{}/efirma_go/descargar_documentos/1", world.running.addr());
    let form = reqwest::multipart::Form::new().text("json", credentials().to_string());
    let found: Value = world.http.post(search).multipart(form).send().await.unwrap().json().await.unwrap();
    let document = &found["listado_documentos"][0];
    assert!(document["url_documento"].as_str().unwrap().starts_with("https://vendor.example/"));
    assert!(document["url_certificado"].as_str().unwrap().starts_with("http://vendor.example/"));
}

#[tokio::test]
async fn variants_change_the_form_of_answers() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    world.sent(&keyed("other")).await;
    world.efirma().sign(&id, None).await.unwrap();
    world.vary(|variants| {
        variants.campos_clave_as_object = true;
        variants.flags_as_strings = true;
        variants.ignore_campos_clave_filter = true;
        variants.answers_as_text_html = true;
        variants.html_artifacts = true;
    });
    let json = with(credentials(), json!({ "campos_clave": { "rubrica_submission": "sub_1" } }));
    let response = world.post("descargar_documentos/1", &json).await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let found: Value = response.json().await.unwrap();
    let document = &found["listado_documentos"][0];
    assert_eq!(ids(&found).len(), 2, "the filter is ignored");
    assert_eq!(document["campos_clave"], json!({ "rubrica_submission": "sub_1" }));
    assert_eq!(document["destinatarios"][0]["firmado"], "1");
    let page = world.http.get(document["url_documento"].as_str().unwrap()).send().await.unwrap();
    assert!(page.text().await.unwrap().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn another_client_s_documents_are_not_found() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    let other = with(one_signer(), json!({ "cif_cliente": "NEW", "email_cliente": "new@cliente.example" }));
    let foreign = world.sent(&other).await;
    assert_eq!(ids(&world.search(1, json!({ "id_operacion": [id, foreign] })).await), [id]);
}

#[tokio::test]
async fn a_lagging_look_up_finds_the_document_later() {
    let world = world().await;
    world.sandbox().add_fault(Fault::once("efirma_go", "enviar_documento", FaultKind::LookupLag { seconds: 60 }));
    let slow = world.sent(&keyed("slow")).await;
    let fast = world.sent(&keyed("fast")).await;
    assert_eq!(ids(&world.search(1, json!({})).await), std::slice::from_ref(&fast));
    world.sandbox().advance_clock(Duration::from_secs(61));
    assert_eq!(ids(&world.search(1, json!({})).await), [slow, fast]);
}
