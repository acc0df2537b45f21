//! Injected faults at the vendor's endpoints, and what they leave behind.

use provider_sandbox::{Fault, FaultKind, When};
use serde_json::json;

use crate::support::{PROMISE, file, opening, world};

#[tokio::test]
async fn an_opening_lost_after_its_effect_leaves_an_orphan_that_never_lives() {
    let world = world().await;
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        world.sandbox().add_fault(Fault::once("viafirma", "prepare_parallel_signature", FaultKind::Reset { when }));
        world.post("prepareparallelsignature", &opening(1)).send().await.expect_err("no answer arrives");
        assert_eq!(world.viafirma().operations().len(), left);
    }
    assert!(!world.viafirma().transactions()[0].live);
}

#[tokio::test]
async fn a_file_lost_after_its_effect_is_there_all_the_same() {
    let world = world().await;
    let id = world.prepared(&opening(1)).await;
    let add = json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) });
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        world.sandbox().add_fault(Fault::once(
            "viafirma",
            "add_operation_file",
            FaultKind::HttpError { status: 503, when },
        ));
        let response = world.post("preparesignature/addOperationFile", &add).send().await.unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(world.viafirma().operation(&id).unwrap().files.len(), left, "{when:?}");
    }
    let (_, again) = world.add(&add).await;
    assert_eq!(again["errorCode"], "8", "a repetition overruns fileCount");
}

#[tokio::test]
async fn every_endpoint_can_be_struck() {
    let world = world().await;
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    let signature = world.signature_id(&id, 0).await;
    let rest = |path: String| world.url(&format!("api/rest/services/{path}"));
    let calls = [
        ("prepare_parallel_signature", world.http.post(rest("prepareparallelsignature".to_owned()))),
        ("add_operation_file", world.http.post(rest("preparesignature/addOperationFile".to_owned()))),
        ("finish", world.http.post(rest(format!("preparesignature/finish/{id}")))),
        ("operation_finished", world.http.get(rest(format!("operation/finished/{id}")))),
        ("signature_result", world.http.get(rest(format!("signatureResult/{id}")))),
        ("signature", world.http.post(rest("signature".to_owned()))),
        ("signature_read", world.http.get(rest(format!("signature/{id}")))),
        ("auth", world.http.post(rest("auth".to_owned()))),
        ("auth_validation", world.http.get(rest(format!("auth/validation/{id}")))),
        ("download", world.http.get(world.url(&format!("v/{signature}?d")))),
        ("download", world.http.get(world.url(&format!("tokenConnector/v/{signature}?d")))),
        ("qr_receipt", world.http.get(world.url(&format!("downloadComprobanteQR?codFirma={signature}&tipo=png")))),
        ("viafirma_js", world.http.get(world.url("viafirma.js"))),
    ];
    for (endpoint, call) in calls {
        let fault = FaultKind::HtmlPage { status: 500, when: When::BeforeEffect };
        world.sandbox().add_fault(Fault::once("viafirma", endpoint, fault));
        let response = call.send().await.unwrap();
        assert_eq!(response.status(), 500, "{endpoint}");
        assert!(response.text().await.unwrap().starts_with("<!doctype html>"));
        assert_eq!(world.sandbox().calls_to("viafirma", endpoint).last().unwrap().faults, ["html_page"]);
    }
    assert!(world.sandbox().faults().is_empty());
}

#[tokio::test]
async fn a_download_may_end_early_and_an_answer_may_be_cut() {
    let world = world().await;
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    let signature = world.signature_id(&id, 0).await;
    world.sandbox().add_fault(Fault::once("viafirma", "download", FaultKind::TruncatedBody {}));
    let response = world.http.get(world.url(&format!("v/{signature}?d"))).send().await.unwrap();
    response.bytes().await.expect_err("the file ends early");
    world.sandbox().add_fault(Fault::once("viafirma", "signature_result", FaultKind::MalformedJson {}));
    let body = world.get(&format!("signatureResult/{id}?sessionId={}", crate::support::SESSION));
    let body = body.send().await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_err());
    assert_eq!(world.result(&id).await.0, 200, "reading is free to repeat");
}
