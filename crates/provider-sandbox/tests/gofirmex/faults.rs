//! Injected faults at the vendor's endpoints, and what they leave behind.

use std::time::Duration;

use provider_sandbox::gofirmex::Profile;
use provider_sandbox::{Fault, FaultKind, SandboxConfig, When};
use serde_json::json;

use crate::support::{ANA, CONTRACT, document, one_signer, signing_world, with, world, world_with};

#[tokio::test]
async fn a_creation_lost_after_its_effect_leaves_an_orphan_that_reaches_nobody() {
    let world = world().await;
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        world.sandbox().add_fault(Fault::once("gofirmex", "create_portfolio", FaultKind::Reset { when }));
        let call = world.authorized(world.http.post(world.url("/portfolio"))).json(&one_signer());
        call.send().await.expect_err("no answer arrives");
        assert_eq!(world.vendor().portfolios().len(), left);
    }
    assert!(!world.vendor().transactions()[0].live);
}

#[tokio::test]
async fn a_document_lost_after_its_effect_is_there_and_would_be_there_twice() {
    let world = world().await;
    let id = world.created(&one_signer()).await;
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }));
    let fault = FaultKind::HttpError { status: 503, when: When::AfterEffect };
    world.sandbox().add_fault(Fault::once("gofirmex", "add_document", fault));
    let call = world.authorized(world.http.post(world.url("/portfolio_document"))).json(&json);
    assert_eq!(call.send().await.unwrap().status(), 503);
    world.added(&json).await;
    assert_eq!(world.vendor().portfolio(&id).unwrap().documents.len(), 2);
}

#[tokio::test]
async fn a_start_lost_after_its_effect_has_started() {
    let world = signing_world().await;
    let id = world.created(&one_signer()).await;
    world.added(&with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }))).await;
    world.sandbox().add_fault(Fault::once("gofirmex", "start", FaultKind::Reset { when: When::AfterEffect }));
    let start = json!({ "portfolio_id": id });
    let call = world.authorized(world.http.post(world.url("/start_portfolio_signing"))).json(&start);
    call.send().await.expect_err("no answer arrives");
    assert_eq!(world.start(&id).await.1["code"], "PORTFOLIO_ALREADY_STARTED");
    world.later(Duration::from_secs(1)).await;
    assert_eq!(world.status(&id), "COMPLETED");
}

#[tokio::test]
async fn every_endpoint_can_be_struck() {
    let world = signing_world().await;
    world.vendor().set_profile(Profile::with_optional_calls());
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let download = world.vendor().portfolio(&id).unwrap().download_url.unwrap();
    let (post, get) = (|path: &str| world.http.post(world.url(path)), |path: &str| world.http.get(world.url(path)));
    let calls = [
        ("create_portfolio", post("/portfolio")),
        ("add_document", post("/portfolio_document")),
        ("add_identity_document", post("/portfolio_signer_document")),
        ("start", post("/start_portfolio_signing")),
        ("get_portfolio", get(&format!("/portfolio/{id}"))),
        ("find_portfolio", get("/portfolio?client_portfolio_id=sub_1")),
        ("cancel_portfolio", post("/cancel_portfolio")),
        ("resend", post("/resend_notification")),
        ("download", world.http.get(download)),
        ("no_route", get("/nothing")),
    ];
    for (endpoint, call) in calls {
        let fault = FaultKind::HtmlPage { status: 502, when: When::BeforeEffect };
        world.sandbox().add_fault(Fault::once("gofirmex", endpoint, fault));
        let response = call.send().await.unwrap();
        assert_eq!(response.status(), 502, "{endpoint}");
        assert!(response.text().await.unwrap().starts_with("<!doctype html>"));
        assert_eq!(world.sandbox().calls_to("gofirmex", endpoint).last().unwrap().faults, ["html_page"]);
    }
    assert!(world.sandbox().faults().is_empty());
}

#[tokio::test]
async fn answers_may_be_cut_or_come_with_a_wait() {
    let world = signing_world().await;
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let url = world.vendor().portfolio(&id).unwrap().download_url.unwrap();
    world.sandbox().add_fault(Fault::once("gofirmex", "download", FaultKind::TruncatedBody {}));
    world.http.get(&url).send().await.unwrap().bytes().await.expect_err("the file ends early");

    let create = || world.authorized(world.http.post(world.url("/portfolio"))).json(&one_signer());
    world.sandbox().add_fault(Fault::once("gofirmex", "create_portfolio", FaultKind::MalformedJson {}));
    let body = create().send().await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_err());
    assert_eq!(world.vendor().portfolios().len(), 2, "it was created all the same");
    world.sandbox().add_fault(Fault::once("gofirmex", "create_portfolio", FaultKind::RateLimited { retry_after_s: 7 }));
    let response = create().send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
}

#[tokio::test]
async fn the_null_sink_counts_and_drops_files() {
    let world = world_with(SandboxConfig { null_sink: true, ..SandboxConfig::default() }).await;
    world.sandbox().set_scripts(provider_sandbox::Scripts::everybody_signs());
    let id = world.accepted(&one_signer(), &[document("Contrato", b"%PDF-1.7\n")]).await;
    let view = world.vendor().portfolio(&id).unwrap();
    assert_eq!(
        (view.status.as_str(), view.signers[0].nin.as_str()),
        ("ACCEPTED", ANA),
        "accepted unseen, never signed"
    );
    assert!(world.vendor().original(&id, &view.documents[0].id).unwrap().is_empty());
    assert_eq!(view.documents[0].sha256.len(), 64);
}
