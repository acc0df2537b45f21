//! The callback: its form on the wire, how the reply is read, and its faults.

use std::time::Duration;

use provider_sandbox::{CallbackVerdict, Fault, FaultKind, NoticeKind};
use serde_json::{Value, json};

use crate::support::{CIF_DEVELOPER, Receiver, World, one_signer, with, world};

fn taken() -> Value {
    json!({ "id_operacion": "1", "estado_operacion": "OK" })
}

async fn with_receiver(status: u16, reply: Value) -> (World, Receiver) {
    let world = world().await;
    let receiver = Receiver::start(status, reply).await;
    assert!(world.efirma().set_callback_url(CIF_DEVELOPER, Some(receiver.url.clone())));
    (world, receiver)
}

async fn sign_one(world: &World) -> String {
    let id = world.sent(&one_signer()).await;
    world.efirma().sign(&id, None).await.unwrap();
    id
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a_signed_document_is_posted_once_with_its_file() {
    let (world, receiver) = with_receiver(200, taken()).await;
    let id = sign_one(&world).await;
    world.settle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let callback = &received[0];
    assert!(callback.content_type.starts_with("multipart/form-data; boundary="));
    assert!(!callback.headers.iter().any(|name| name == "authorization"), "the callback is not authenticated");
    let json = json!({ "id_operacion": id, "estado": "FIRMADO" }).to_string();
    assert!(contains(&callback.body, b"name=\"json\""));
    assert!(contains(&callback.body, json.as_bytes()));
    assert!(contains(&callback.body, b"name=\"archivo\"; filename=\"Contrato 300.pdf\""));
    assert!(contains(&callback.body, b"Content-Type: application/pdf"));

    let found = world.search(1, json!({})).await;
    let url = found["listado_documentos"][0]["url_documento"].as_str().unwrap();
    let pdf = world.http.get(url).send().await.unwrap().bytes().await.unwrap();
    assert!(contains(&callback.body, &pdf), "the posted file is the one that can be fetched");
    let outcomes = world.sandbox().callbacks();
    assert_eq!((outcomes.len(), outcomes[0].verdict), (1, CallbackVerdict::Accepted));
    assert_eq!(world.sandbox().count("efirma_go", &receiver.url, NoticeKind::Callback), 1);
    receiver.stop().await;
}

#[tokio::test]
async fn a_reply_that_is_not_the_vendor_s_is_mailed_to_the_developer_and_never_repeated() {
    let cases = [
        (200, json!({ "ok": true }), CallbackVerdict::Unreadable, 1),
        (503, json!({ "id_operacion": "1", "estado_operacion": "KO" }), CallbackVerdict::Unreadable, 1),
        (200, json!({ "id_operacion": "1", "estado_operacion": "KO" }), CallbackVerdict::Refused, 0),
    ];
    for (status, reply, verdict, mails) in cases {
        let (world, receiver) = with_receiver(status, reply).await;
        sign_one(&world).await;
        world.settle().await;
        world.sandbox().advance_clock(Duration::from_secs(86_400));
        world.settle().await;
        assert_eq!(receiver.received().len(), 1, "no repeat");
        assert_eq!(world.sandbox().callbacks()[0].verdict, verdict);
        assert_eq!(world.sandbox().count("efirma_go", CIF_DEVELOPER, NoticeKind::DeveloperMailed), mails);
        receiver.stop().await;
    }
}

#[tokio::test]
async fn only_completion_is_announced_and_only_when_wanted() {
    let (world, receiver) = with_receiver(200, taken()).await;
    let refused = world.sent(&one_signer()).await;
    world.efirma().decline(&refused, None).await.unwrap();
    let annulled = world.sent(&one_signer()).await;
    world.efirma().annul(&annulled).unwrap();
    let silent = world.sent(&with(one_signer(), json!({ "enviar_url_respuesta": 0 }))).await;
    world.efirma().sign(&silent, None).await.unwrap();
    world.settle().await;
    assert!(receiver.received().is_empty());
    receiver.stop().await;
}

#[tokio::test]
async fn callbacks_can_be_lost_doubled_delayed_and_reordered() {
    let (world, receiver) = with_receiver(200, taken()).await;
    let strike = |fault| world.sandbox().add_fault(Fault::once("efirma_go", "callback", fault));

    strike(FaultKind::LostCallback {});
    sign_one(&world).await;
    world.settle().await;
    assert!(receiver.received().is_empty());
    assert_eq!(world.sandbox().callbacks()[0].verdict, CallbackVerdict::NotSent);

    strike(FaultKind::DuplicateCallback { copies: 2 });
    sign_one(&world).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 2);

    strike(FaultKind::DelayedCallback { ms: 60_000 });
    sign_one(&world).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 2);
    world.sandbox().advance_clock(Duration::from_secs(61));
    assert_eq!(receiver.wait_for(3).await.len(), 3);
    world.settle().await;

    strike(FaultKind::HeldCallback {});
    let first = sign_one(&world).await;
    world.settle().await;
    assert_eq!(receiver.received().len(), 3);
    let second = sign_one(&world).await;
    world.settle().await;
    let received = receiver.received();
    assert!(contains(&received[3].body, second.as_bytes()), "the later one comes first");
    assert!(contains(&received[4].body, first.as_bytes()));
    receiver.stop().await;
}
