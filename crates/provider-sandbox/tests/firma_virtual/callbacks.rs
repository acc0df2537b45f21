//! Callbacks: what they carry, when they come, how often, and their faults.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use provider_sandbox::firma_virtual::CallbackShape;
use provider_sandbox::{CallbackPolicy, CallbackVerdict, Fault, FaultKind, NoticeKind, SandboxConfig};
use serde_json::{Value, json};

use crate::support::{DELAY, World, any_port, certified, plain, with, world, world_with};

/// A server that takes callbacks and keeps what it got.
struct Receiver {
    url: String,
    inbox: Data<Inbox>,
    handle: ServerHandle,
}

struct Inbox {
    received: Mutex<Vec<Received>>,
    status: u16,
}

#[derive(Clone)]
struct Received {
    query: String,
    content_type: String,
    authorized: bool,
    body: Value,
}

impl Receiver {
    async fn start(status: u16) -> Self {
        let inbox = Data::from(Arc::new(Inbox { received: Mutex::default(), status }));
        let shared = inbox.clone();
        let server =
            HttpServer::new(move || App::new().app_data(shared.clone()).route("/hook", web::post().to(receive)))
                .workers(1)
                .disable_signals()
                .bind(any_port())
                .unwrap();
        let url = format!("http://{}/hook?s=sub_1", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, inbox, handle }
    }

    fn received(&self) -> Vec<Received> {
        self.inbox.received.lock().unwrap().clone()
    }

    /// The states that were told, in the order of arrival.
    fn states(&self) -> Vec<String> {
        let told = |one: &Received| one.body["contract"][0]["sStatus"].as_str().unwrap().to_owned();
        self.received().iter().map(told).collect()
    }

    async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: Bytes, inbox: Data<Inbox>) -> HttpResponse {
    inbox.received.lock().unwrap().push(Received {
        query: request.query_string().to_owned(),
        content_type: request.headers().get("content-type").unwrap().to_str().unwrap().to_owned(),
        authorized: request.headers().contains_key("authorization"),
        body: serde_json::from_slice(&body).unwrap(),
    });
    HttpResponse::build(StatusCode::from_u16(inbox.status).unwrap()).json(json!({ "status": "ok" }))
}

/// A contract whose draft was mailed, with its callback at rest.
async fn sent(world: &World, receiver: &Receiver, body: Value) -> String {
    let id = world.sent(&with(body, json!({ "callback": receiver.url }))).await;
    world.settle().await;
    id
}

async fn step(world: &World, id: &str) {
    world.vendor().next_step(id, None).await.unwrap();
    world.settle().await;
}

#[tokio::test]
async fn every_deed_and_every_new_state_is_told_with_the_whole_contract() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    let id = sent(&world, &receiver, certified()).await;
    assert_eq!(receiver.states(), ["REVIEW"]);
    let first = receiver.received().remove(0);
    assert_eq!((first.query.as_str(), first.content_type.as_str()), ("s=sub_1", "application/json"));
    assert!(!first.authorized, "the callback is not authenticated");
    let detail = world.detail(&id).await;
    let mut contract = detail["contrato"][0].clone();
    contract["sContractName"] = Value::Null;
    assert_eq!(first.body, json!({ "contract": [contract], "signers": detail["firmantes"] }));

    world.vendor().download(&id, None).await.unwrap();
    world.settle().await;
    world.vendor().download(&id, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.states().len(), 2, "fetching the draft again is no news");
    step(&world, &id).await;
    step(&world, &id).await;
    step(&world, &id).await;
    world.vendor().stamp(&id).await.unwrap();
    world.advance(DELAY).await;
    world.advance(DELAY).await;
    let mut states = receiver.states();
    // Two that left at one moment may overtake each other.
    for pair in [2..4, 4..6, 6..8] {
        states[pair].sort();
    }
    let expected = [
        "REVIEW",
        "REVIEW",
        "APPROVED",
        "REVIEW",
        "APPROVED",
        "SIGNED_PENDING",
        "IN_NOTARY",
        "SIGNED_PENDING",
        "DELIVERED",
        "FINISHED",
    ];
    assert_eq!(states, expected);
    assert_eq!(world.sandbox().count("firma_virtual", &receiver.url, NoticeKind::Callback), 10);
    receiver.stop().await;
}

#[tokio::test]
async fn a_refusal_is_told_and_a_contract_without_an_address_tells_nobody() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    let id = sent(&world, &receiver, plain(1)).await;
    world.vendor().decline(&id, None).await.unwrap();
    world.settle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(receiver.states().contains(&"REJECTED".to_owned()));
    assert_eq!(received[2].body["signers"][0]["disagree_draft"], "SUCCESS");
    let silent = world.sent(&plain(1)).await;
    step(&world, &silent).await;
    assert_eq!(world.sandbox().callbacks().len(), 3);
    receiver.stop().await;
}

#[tokio::test]
async fn the_payload_has_four_shapes_and_may_name_the_document() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    for (shape, contract, signers) in [
        (CallbackShape::Object, "/contract", "/signers/0"),
        (CallbackShape::Spanish, "/contrato/0", "/firmantes/0"),
        (CallbackShape::TopLevel, "", "/signers/0"),
        (CallbackShape::Array, "/contract/0", "/signers/0"),
    ] {
        world.vary(|variants| variants.callback_shape = shape);
        let id = sent(&world, &receiver, plain(1)).await;
        let body = receiver.received().pop().unwrap().body;
        assert_eq!(body.pointer(contract).unwrap()["sContractID"], id, "{shape:?}");
        assert_eq!(body.pointer(signers).unwrap()["sign_status"], "NOTHING", "{shape:?}");
    }
    world.vary(|variants| variants.callback_document_url = true);
    let id = sent(&world, &receiver, plain(1)).await;
    for _ in 0..3 {
        step(&world, &id).await;
    }
    world.advance(DELAY).await;
    world.advance(DELAY).await;
    let last = receiver.received().pop().unwrap().body;
    assert_eq!(last["contract"][0]["sStatus"], "FINISHED");
    let url = last["contract"][0]["sSignedDocumentUrl"].as_str().unwrap();
    assert_eq!(url, world.url(&format!("api/v1/download/{id}.pdf")));
    receiver.stop().await;
}

#[tokio::test]
async fn a_callback_that_fails_is_not_repeated_unless_a_schedule_says_so() {
    let callbacks = CallbackPolicy { retry_scale: 0.5, ..CallbackPolicy::default() };
    let world = world_with(SandboxConfig { callbacks, ..SandboxConfig::default() }).await;
    let receiver = Receiver::start(503).await;
    sent(&world, &receiver, plain(1)).await;
    world.advance(Duration::from_secs(86_400)).await;
    let outcome = world.sandbox().callbacks().remove(0);
    assert_eq!((receiver.received().len(), outcome.verdict), (1, CallbackVerdict::Refused));

    world.vary(|variants| variants.callback_retries_s = vec![6_000, 60_000]);
    sent(&world, &receiver, plain(1)).await;
    assert_eq!(receiver.received().len(), 2);
    world.advance(Duration::from_secs(2_900)).await;
    assert_eq!(receiver.received().len(), 2);
    world.advance(Duration::from_secs(100)).await;
    assert_eq!(receiver.received().len(), 3, "half of 6,000 seconds");
    world.advance(Duration::from_secs(30_000)).await;
    world.advance(Duration::from_secs(86_400)).await;
    let attempts: Vec<u32> = world.sandbox().callbacks().iter().map(|outcome| outcome.attempt).collect();
    assert_eq!(attempts, [1, 1, 2, 3]);
    receiver.stop().await;
}

#[tokio::test]
async fn callbacks_can_be_doubled_reordered_and_lost() {
    let world = world().await;
    let receiver = Receiver::start(200).await;
    world.vary(|variants| variants.callback_copies = 2);
    sent(&world, &receiver, plain(1)).await;
    assert_eq!(receiver.received().len(), 2);
    world.vary(|variants| (variants.callback_copies, variants.callbacks_reordered) = (1, true));

    // The number of callbacks so far is odd now: the next but one is held back.
    let first = sent(&world, &receiver, plain(1)).await;
    assert_eq!(receiver.received().len(), 3);
    world.vendor().download(&first, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.received().len(), 3, "held back");
    let second = sent(&world, &receiver, plain(1)).await;
    let last: Vec<Value> =
        receiver.received()[3..].iter().map(|one| one.body["contract"][0]["sContractID"].clone()).collect();
    assert_eq!(last, [json!(second), json!(first)], "the later one comes first");

    world.vary(|variants| variants.callbacks_reordered = false);
    world.sandbox().add_fault(Fault::once("firma_virtual", "callback", FaultKind::LostCallback {}));
    sent(&world, &receiver, plain(1)).await;
    assert_eq!(receiver.received().len(), 5);
    assert_eq!(world.sandbox().callbacks().pop().unwrap().verdict, CallbackVerdict::NotSent);
    receiver.stop().await;
}
