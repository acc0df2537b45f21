//! Deliveries to webhooks: signature, payload, retries, switching off, faults.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::arqsign::{HmacShape, KeyCase};
use provider_sandbox::{CallbackVerdict, Fault, FaultKind, SandboxConfig};
use serde_json::{Value, json};

use crate::support::{
    ACCOUNT, CONTRACT, DAY, FOLDER, Receiver, World, decoded, registration, sending, sending_to, signer, text, with,
    world, world_with,
};

const PATH: &str = "api/v1/confwebhook";

async fn with_receiver(status: u16) -> (World, Receiver, String, String) {
    let world = world().await;
    let receiver = Receiver::start(status).await;
    let (id, key) = world.webhook(&receiver.url).await;
    (world, receiver, id, key)
}

fn hmac_of(key: &str, body: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body).as_ref().to_vec()
}

fn in_order(email: &str, order: i64) -> Value {
    with(signer(email), "/ordemAssinatura", json!(order))
}

async fn configuration(world: &World) -> Value {
    world.get(PATH).await.1[0].clone()
}

#[tokio::test]
async fn every_delivery_is_signed_over_its_raw_body() {
    let (world, receiver, id, key) = with_receiver(200).await;
    let process = world.sent_id(&sending()).await;
    world.settle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(BASE64_STANDARD.decode(&received[0].hmac).unwrap(), hmac_of(&key, &received[0].body));
    assert_eq!(received[0].content_type, "application/json");
    let body = received[0].json();
    assert_eq!((&body["Evento"], &body["IdEvento"]), (&json!("ProcessoEnviado"), &json!(1)));
    assert_eq!(
        (&body["IdProcesso"], &body["IdConta"], &body["IdWebhook"]),
        (&json!(process), &json!(ACCOUNT), &json!(id))
    );
    let at = text(&body["DataHoraAtual"]);
    assert!(chrono::NaiveDateTime::parse_from_str(&at, "%d/%m/%Y %H:%M:%S").is_ok(), "{at}");
    assert_eq!(body["NomeProcesso"], "Contrato de locação 4711 [01J8Z6Q2M4T9]");
    assert_eq!((&body["StatusProcesso"], &body["IdStatusProcesso"]), (&json!("Aguardando"), &json!(2)));
    assert!(body.get("Status").is_none() && body.get("Documentos").is_none());
    assert_eq!(body["Signatarios"][0]["AssinaturaRecusada"], "false");
    assert_eq!(body["Signatarios"][1]["IdTipoAcao"], 2);
    world.vary(|variants| variants.hmac = HmacShape::Hex);
    world.arqsign().sign(&process, None).await.unwrap();
    world.settle().await;
    let last = receiver.received().pop().unwrap();
    assert_eq!(last.hmac, hex::encode(hmac_of(&key, &last.body)));
    receiver.stop().await;
}

#[tokio::test]
async fn each_thing_that_happens_has_its_event() {
    let (world, receiver, ..) = with_receiver(200).await;
    let signed = world.sent_id(&sending_to(&[in_order("a@example.com", 1), in_order("b@example.com", 2)])).await;
    world.arqsign().fail_delivery(&signed, None).unwrap();
    world.settle().await;
    world.arqsign().sign(&signed, None).await.unwrap();
    world.settle().await;
    world.resend(&signed, &json!([])).await;
    world.settle().await;
    world.arqsign().sign(&signed, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.events(), [1, 2, 3, 7, 3, 8]);
    let received = receiver.received();
    let body = |place: usize| received[place].json();
    assert_eq!(body(1)["Signatarios"].as_array().unwrap().len(), 1, "only the signer it is about");
    assert_eq!(body(1)["Signatarios"][0]["FalhaEnvio"], true);
    assert_eq!(body(2)["Signatarios"].as_array().unwrap().len(), 1);
    assert_eq!(body(2)["Signatarios"][0]["Email"], "a@example.com");
    let data = &body(2)["Signatarios"][0]["DadosAssinatura"];
    assert!(data["DataAssinatura"].is_string());
    assert_eq!(data["DadosPessoaFisica"]["NumeroDocumentoPessoaFisica"], "12345678909");
    assert_eq!(body(4)["Signatarios"][0]["Email"], "b@example.com");
    assert_eq!(body(5)["Evento"], "ProcessoConcluido");
    assert_eq!((&body(5)["StatusProcesso"], &body(5)["IdStatusProcesso"]), (&json!("Concluído"), &json!(4)));
    assert_eq!(body(5)["Signatarios"].as_array().unwrap().len(), 2);

    let declined = world.sent_id(&sending()).await;
    world.settle().await;
    world.arqsign().decline(&declined, None).await.unwrap();
    world.settle().await;
    let canceled = world.sent_id(&sending()).await;
    world.settle().await;
    world.cancel(&canceled).await;
    world.settle().await;
    let expired = world.sent_id(&sending()).await;
    world.settle().await;
    world.pass(DAY * 31).await;
    assert_eq!(receiver.events()[6..], [1, 4, 1, 5, 1, 6]);
    let received = receiver.received();
    assert_eq!(received[7].json()["Signatarios"][0]["AssinaturaRecusada"], "true");
    assert_eq!(received[11].json()["IdProcesso"], expired);
    world.pass(DAY * 100).await;
    assert_eq!(receiver.events().len(), 12, "an end is told once");
    receiver.stop().await;
}

#[tokio::test]
async fn other_answers_than_200_are_tried_again_at_the_documented_times() {
    for status in [500, 400, 204, 201, 302] {
        let (world, receiver, ..) = with_receiver(status).await;
        world.sent_id(&sending()).await;
        world.settle().await;
        assert_eq!(receiver.received().len(), 1);
        world.pass(Duration::from_secs(4 * 60)).await;
        assert_eq!(receiver.received().len(), 1);
        world.pass(Duration::from_secs(70)).await;
        assert_eq!(receiver.received().len(), 2, "after five minutes");
        world.pass(Duration::from_secs(10 * 60)).await;
        assert_eq!(receiver.received().len(), 3, "after fifteen");
        receiver.answer_with(200);
        world.pass(Duration::from_secs(15 * 60)).await;
        assert_eq!(receiver.received().len(), 4, "after thirty");
        world.pass(DAY * 6).await;
        let received = receiver.received();
        assert_eq!(received.len(), 4, "200 ends it");
        assert!(received.iter().all(|one| one.body == received[0].body && one.hmac == received[0].hmac));
        let outcomes = world.sandbox().callbacks();
        assert_eq!(outcomes.iter().map(|one| one.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!((outcomes[0].verdict, outcomes[3].verdict), (CallbackVerdict::Refused, CallbackVerdict::Accepted));
        receiver.stop().await;
    }
}

#[tokio::test]
async fn after_fourteen_failures_the_trigger_is_switched_off_and_its_queue_dropped() {
    let (world, receiver, id, _) = with_receiver(503).await;
    let first = world.sent_id(&sending()).await;
    world.settle().await;
    // No pause is longer than a day, so each day has one try.
    for _ in 0..6 {
        world.pass(DAY).await;
    }
    let second = world.sent_id(&sending()).await;
    for _ in 0..7 {
        world.pass(DAY).await;
    }
    let tries = |process: &str| {
        let received = receiver.received();
        received.iter().filter(|one| one.json()["IdProcesso"] == process).count()
    };
    assert_eq!(tries(&first), 14);
    let known = configuration(&world).await;
    assert_eq!((&known["status"], &known["gatilhos"][0]["ativo"]), (&json!(1), &json!(false)));
    assert_eq!(known["gatilhos"][1]["ativo"], true);
    let of_second = tries(&second);
    assert!(of_second < 14, "{of_second}");
    world.pass(DAY * 10).await;
    assert_eq!(tries(&second), of_second, "what waited was dropped");
    receiver.answer_with(200);
    let third = world.sent_id(&sending()).await;
    world.settle().await;
    assert_eq!(tries(&third), 0, "the trigger is off");
    world.cancel(&third).await;
    world.settle().await;
    assert_eq!(tries(&third), 1, "the others are on");
    world.patch(&format!("{PATH}/{id}/alterar-status"), &json!({ "status": 1 })).await;
    assert_eq!(configuration(&world).await["gatilhos"][0]["ativo"], true);
    let fourth = world.sent_id(&sending()).await;
    world.settle().await;
    assert_eq!(tries(&fourth), 1);
    receiver.stop().await;
}

#[tokio::test]
async fn some_answers_switch_the_whole_configuration_off() {
    for status in [401, 403, 404] {
        let (world, receiver, id, _) = with_receiver(500).await;
        world.sent_id(&sending()).await;
        world.settle().await;
        receiver.answer_with(status);
        let refused = world.sent_id(&sending()).await;
        world.settle().await;
        assert_eq!(receiver.received().len(), 2);
        assert_eq!(configuration(&world).await["status"], 3, "{status}");
        receiver.answer_with(200);
        world.cancel(&refused).await;
        world.pass(DAY * 6).await;
        assert_eq!(receiver.received().len(), 2, "nothing is tried again, nothing new is told");
        world.patch(&format!("{PATH}/{id}/alterar-status"), &json!({ "status": 1 })).await;
        assert_eq!(configuration(&world).await["status"], 1);
        world.sent_id(&sending()).await;
        world.settle().await;
        assert_eq!(receiver.received().len(), 3);
        receiver.stop().await;
    }
}

#[tokio::test]
async fn a_configuration_that_does_not_wait_is_told_once() {
    let world = world().await;
    let receiver = Receiver::start(401).await;
    let careless = with(registration(&receiver.url), "/aguardarRetorno", json!(0));
    assert_eq!(world.post(PATH, &careless).await.0, 200);
    world.sent_id(&sending()).await;
    world.pass(DAY).await;
    assert_eq!((receiver.received().len(), &configuration(&world).await["status"]), (1, &json!(1)));
    world.vary(|variants| variants.failures_count_without_waiting = true);
    world.sent_id(&sending()).await;
    world.settle().await;
    assert_eq!(configuration(&world).await["status"], 3);
    receiver.stop().await;
}

#[tokio::test]
async fn filters_and_triggers_choose_what_is_told() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    let mut sent = registration(&receiver.url);
    sent["gatilhos"] = json!([8]);
    sent["pastas"] = json!([FOLDER]);
    sent["dadosRetorno"] = Value::Null;
    world.post(PATH, &sent).await;
    let elsewhere = with(sending(), "/idPasta", json!("77aa2c94-8e1d-4c36-b0d5-6f2a9e4b1c73"));
    for sending in [elsewhere, sending()] {
        let id = world.sent_id(&sending).await;
        world.arqsign().sign(&id, None).await.unwrap();
    }
    world.settle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let body = received[0].json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["Evento", "IdEvento", "IdProcesso", "IdConta", "IdWebhook", "DataHoraAtual"],
        "only the base fields"
    );
    world.patch(&format!("{PATH}/{}/alterar-status", text(&body["IdWebhook"])), &json!({ "status": 2 })).await;
    let id = world.sent_id(&sending()).await;
    world.arqsign().sign(&id, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.received().len(), 1);
    receiver.stop().await;
}

#[tokio::test]
async fn documents_and_records_come_along_when_asked_for() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    let mut sent = registration(&receiver.url);
    sent["dadosRetorno"] = json!({
        "documentos": 1, "documentosTipo": 1, "linkDocCompartilhado": 1, "registrosAssinatura": 1, "registrosAssinaturaTipo": 1,
    });
    world.post(PATH, &sent).await;
    sent["nome"] = json!("links");
    sent["dadosRetorno"] =
        json!({ "documentos": 1, "documentosTipo": 2, "registrosAssinatura": 1, "registrosAssinaturaTipo": 2 });
    world.post(PATH, &sent).await;
    world.sent_id(&sending()).await;
    world.settle().await;
    let received = receiver.received();
    let bodies: Vec<Value> = received.iter().map(super::support::Received::json).collect();
    let with_files = bodies.iter().find(|body| body["Documentos"][0].get("Base64Documento").is_some()).unwrap();
    let document = &with_files["Documentos"][0];
    assert_eq!((&document["OrdemDocumento"], &document["NomeDocumento"]), (&json!(1), &json!("contrato.pdf")));
    assert_eq!(decoded(&document["Base64Documento"]), CONTRACT);
    assert_eq!(document["LinkDocumentosCompartilhados"], Value::Null);
    assert!(decoded(&document["RegistroAssinaturas"]["Base64Registro"]).starts_with(b"%PDF-"));
    let with_links = bodies.iter().find(|body| body["Documentos"][0].get("LinkParaBaixarDocumento").is_some()).unwrap();
    let link = text(&with_links["Documentos"][0]["LinkParaBaixarDocumento"]);
    assert_eq!(world.http.get(link).send().await.unwrap().bytes().await.unwrap(), CONTRACT);
    let link = text(&with_links["Documentos"][0]["RegistroAssinaturas"]["LinkParaBaixarRegistro"]);
    assert!(world.http.get(link).send().await.unwrap().bytes().await.unwrap().starts_with(b"%PDF-"));
    receiver.stop().await;
}

#[tokio::test]
async fn payloads_vary() {
    let (world, receiver, ..) = with_receiver(200).await;
    world.vary(|variants| {
        variants.webhook_keys = KeyCase::Camel;
        variants.webhook_without_event_id = true;
        variants.webhook_status_of_2024 = true;
        variants.webhook_event_names = vec![(1, "EnvioDeProcesso".to_owned())];
    });
    world.sent_id(&sending()).await;
    world.settle().await;
    let body = receiver.received()[0].json();
    assert_eq!((&body["evento"], &body["status"]), (&json!("EnvioDeProcesso"), &json!("Aguardando")));
    for absent in ["Evento", "idEvento", "statusProcesso", "idStatusProcesso"] {
        assert!(body.get(absent).is_none(), "{absent}");
    }
    assert_eq!(body["signatarios"][0]["email"], "ana@example.com");
    receiver.stop().await;
}

#[tokio::test]
async fn deliveries_can_be_lost_doubled_delayed_and_reordered() {
    let (world, receiver, ..) = with_receiver(200).await;
    let strike = |fault| world.sandbox().add_fault(Fault::once("arqsign", "callback", fault));
    strike(FaultKind::LostCallback {});
    world.sent_id(&sending()).await;
    world.settle().await;
    assert!(receiver.received().is_empty());
    strike(FaultKind::DuplicateCallback { copies: 2 });
    world.sent_id(&sending()).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 2);
    strike(FaultKind::DelayedCallback { ms: 60_000 });
    let delayed = world.sent_id(&sending()).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 2);
    world.pass(Duration::from_secs(61)).await;
    assert_eq!(receiver.received()[2].json()["IdProcesso"], delayed);
    strike(FaultKind::HeldCallback {});
    let first = world.sent_id(&sending()).await;
    let second = world.sent_id(&sending()).await;
    world.settle().await;
    let received = receiver.received();
    assert_eq!((&received[3].json()["IdProcesso"], &received[4].json()["IdProcesso"]), (&json!(second), &json!(first)));
    receiver.stop().await;
}

#[tokio::test]
async fn the_pauses_can_be_scaled() {
    let mut config = SandboxConfig::default();
    config.callbacks.retry_scale = 0.01;
    let world = world_with(config).await;
    let receiver = Receiver::start(500).await;
    world.webhook(&receiver.url).await;
    world.sent_id(&sending()).await;
    world.settle().await;
    world.pass(Duration::from_secs(4)).await;
    assert_eq!(receiver.received().len(), 2, "three seconds for five minutes");
    receiver.stop().await;
}

#[tokio::test]
async fn no_answer_at_all_is_tried_again() {
    let (world, receiver, ..) = with_receiver(200).await;
    receiver.stop().await;
    world.sent_id(&sending()).await;
    world.settle().await;
    world.pass(Duration::from_secs(5 * 60)).await;
    let outcomes = world.sandbox().callbacks();
    let tried: Vec<(u32, Option<u16>)> = outcomes.iter().map(|one| (one.attempt, one.status)).collect();
    assert_eq!(tried, [(1, None), (2, None)]);
    assert_eq!(configuration(&world).await["status"], 1);
}
