//! How operations end, as the poll and the result tell it.

use std::time::Duration;

use provider_sandbox::viafirma::{
    BooleanShape, CancelReport, CertificateKind, CertificateMembers, OperationState, Variants,
};
use provider_sandbox::{ActError, Fault, FaultKind};
use serde_json::{Map, Value, json};

use crate::support::{CONTRACT, PROMISE, World, answer, file, opening, with, world};

fn not_found(id: &str) -> Value {
    let text = r#"{"signatures":[{"documentId":null,"signatureId":null,"errorCode":"400","errorMessage":"No operation data found with operationId: ID"}],"certificateValidationData":null}"#;
    serde_json::from_str(&text.replace("ID", id)).unwrap()
}

#[tokio::test]
async fn a_result_that_is_not_there_is_answered_with_the_contracts_body() {
    let world = world().await;
    let id = world.ready().await;
    assert_eq!(world.result(&id).await, (400, not_found(&id)), "before the end");
    world.viafirma().sign(&id, None).await.unwrap();
    assert_eq!(world.result(&id).await.0, 200);
    for query in ["", "?sessionId=", "?sessionId=7f3c9a0e5b1d4c8fa2e6d0b94c7718ab"] {
        let wrong = answer(world.get(&format!("signatureResult/{id}{query}"))).await;
        assert_eq!(wrong, (400, not_found(&id)), "{query}");
    }
    assert_eq!(world.result("1518614616080JZOZ4JRB").await, (400, not_found("1518614616080JZOZ4JRB")));
    let raw = world.get("signatureResult/x%2Fy?sessionId=s").send().await.unwrap().text().await.unwrap();
    assert_eq!(
        raw,
        r#"{"signatures":[{"documentId":null,"signatureId":null,"errorCode":"400","errorMessage":"No operation data found with operationId: x/y"}],"certificateValidationData":null}"#,
        "to the byte"
    );
    let unknown = world.get("operation/finished/1518614616080JZOZ4JRB").send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn a_signer_who_cancels_finishes_the_operation_without_a_signature() {
    let world = world().await;
    for (report, error, code) in [
        (CancelReport::Flag, false, Value::Null),
        (CancelReport::Code50, true, json!("50")),
        (CancelReport::Code125, true, json!("125")),
    ] {
        world.vary(|variants| variants.cancel_report = report);
        let id = world.ready().await;
        world.viafirma().decline(&id, Some("12345678z")).await.unwrap();
        let poll = world.poll(&id).await;
        assert_eq!((&poll["isFinished"], &poll["isCancelled"]), (&json!(true), &json!(!error)));
        assert_eq!((&poll["isError"], &poll["errorCode"]), (&json!(error), &code));
        let (status, result) = world.result(&id).await;
        let expected = if report == CancelReport::Code50 { "50" } else { "125" };
        assert_eq!((status, &result["signatures"][0]["errorCode"]), (200, &json!(expected)));
        assert_eq!(
            (&result["signatures"][0]["signatureId"], &result["certificateValidationData"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(world.viafirma().sign(&id, None).await, Err(ActError::AlreadyActed));
        assert!(world.viafirma().operation(&id).unwrap().live, "it reached the signer");
    }
}

#[tokio::test]
async fn an_operation_fails_as_a_whole_or_file_by_file() {
    let world = world().await;
    let files = [file("doc_1", CONTRACT), file("doc_2", PROMISE)];
    let whole = world.ready_with(&opening(2), &files).await;
    world.viafirma().fail(&whole, "106", None).await.unwrap();
    let poll = world.poll(&whole).await;
    assert_eq!(
        poll,
        json!({
            "isFinished": true, "isSignature": true, "isError": true, "isCancelled": false,
            "errorCode": "106", "errorMessage": "ERROR_CERTIFICADO_NO_FOUND",
        })
    );
    let (status, result) = world.result(&whole).await;
    assert_eq!(status, 200);
    for place in 0..2 {
        assert_eq!(result["signatures"][place]["errorCode"], "106");
        assert_eq!(result["signatures"][place]["signatureId"], Value::Null);
    }
    assert!(!world.viafirma().operation(&whole).unwrap().live, "a fresh operation may follow");

    let partly = world.ready_with(&opening(2), &files).await;
    world.viafirma().fail(&partly, "8004", Some(&[1])).await.unwrap();
    let poll = world.poll(&partly).await;
    assert_eq!((&poll["isFinished"], &poll["isError"]), (&json!(true), &json!(false)));
    let (_, result) = world.result(&partly).await;
    let [good, bad] = [0, 1].map(|place| &result["signatures"][place]);
    assert!(good["signatureId"].is_string() && good["errorCode"].is_null());
    assert!(bad["signatureId"].is_null() && bad["errorCode"] == "8004" && bad["sourceId"] == "doc_2");
    assert_eq!(result["certificateValidationData"]["numberUserId"], "12345678Z");
    assert_eq!(world.viafirma().operation(&partly).unwrap().state, OperationState::PartiallySigned);
}

#[tokio::test]
async fn a_poll_may_write_truth_values_otherwise_and_keep_the_outcome_to_itself() {
    let world = world().await;
    let id = world.ready().await;
    for (shape, no, yes) in [
        (BooleanShape::Text, json!("false"), json!("true")),
        (BooleanShape::Number, json!(0), json!(1)),
        (BooleanShape::Boolean, json!(false), json!(true)),
    ] {
        world.vary(|variants| variants.poll_booleans = shape);
        assert_eq!(world.poll(&id).await, json!({ "isFinished": no, "isSignature": yes }));
    }
    world.viafirma().decline(&id, None).await.unwrap();
    world.vary(|variants| variants.poll_without_outcome = true);
    assert_eq!(world.poll(&id).await, json!({ "isFinished": true, "isSignature": true }));
}

#[tokio::test]
async fn a_result_may_lag_behind_the_end() {
    let world = world().await;
    world.vary(|variants| variants.result_lag_s = 60);
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    assert_eq!(world.poll(&id).await["isFinished"], true);
    assert_eq!(world.result(&id).await, (400, not_found(&id)));
    world.sandbox().advance_clock(Duration::from_secs(61));
    assert_eq!(world.result(&id).await.0, 200);
}

async fn certificate(world: &World, id: &str) -> Value {
    world.result(id).await.1["certificateValidationData"].clone()
}

#[tokio::test]
async fn other_certificates_show_in_the_data() {
    let world = world().await;
    for (kind, number, flags) in [
        (CertificateKind::Matching, "12345678Z", [true, false, false]),
        (CertificateKind::WrongPerson, "87654321X", [true, false, false]),
        (CertificateKind::Expired, "12345678Z", [true, true, false]),
        (CertificateKind::Revoked, "12345678Z", [false, false, true]),
        (CertificateKind::NotValidated, "12345678Z", [false, false, false]),
    ] {
        world.vary(|variants| variants.certificate = kind);
        let id = world.ready().await;
        world.viafirma().sign(&id, None).await.unwrap();
        let data = certificate(&world, &id).await;
        assert_eq!(data["numberUserId"], number, "{kind:?}");
        assert_eq!(data["certificateProperties"]["SERIALNUMBER"], format!("IDCES-{number}"));
        let told = ["isValidated", "isExpired", "isRevoked"].map(|name| data[name].as_bool().unwrap());
        assert_eq!(told, flags, "{kind:?}");
    }
}

#[tokio::test]
async fn members_of_the_certificate_vary() {
    let world = world().await;
    let own = json!({ "numberUserId": "B12345674", "organization": "Acme SL", "surname2": null });
    let id = world.ready().await;
    let members: Map<String, Value> = own.as_object().unwrap().clone();
    world.viafirma().sign_with(&id, CertificateKind::Matching, members).await.unwrap();
    let data = certificate(&world, &id).await;
    assert_eq!((&data["numberUserId"], &data["organization"]), (&json!("B12345674"), &json!("Acme SL")));
    assert!(data["surname2"].is_null() && data["name"] == "ANA");

    world.vary(|variants| variants.certificate_members = CertificateMembers::Minimal);
    let minimal = certificate(&world, &id).await;
    assert_eq!(minimal, json!({ "numberUserId": "B12345674", "name": "ANA", "isValidated": true }));
    world.vary(|variants| variants.certificate_members = CertificateMembers::Null);
    assert_eq!(certificate(&world, &id).await, Value::Null);
}

#[tokio::test]
async fn a_willing_signer_has_a_certificate_that_passes_all_filters() {
    let world = world().await;
    let request = with(
        opening(1),
        json!({
            "numberUserIdFilter": { "operator": "STARTS_WITH", "filterValues": ["X1234567L", "Y1"] },
            "caFilter": { "operator": "EQUALS", "filterValues": ["AC Camerfirma"] },
            "certFilter": { "operator": "ENDS_WITH", "filterValues": ["Ventas"] },
        }),
    );
    let id = world.ready_with(&request, &[file("doc_1", PROMISE)]).await;
    world.viafirma().sign(&id, Some("Y1")).await.unwrap();
    let data = certificate(&world, &id).await;
    assert_eq!((&data["numberUserId"], &data["ca"]), (&json!("X1234567L"), &json!("AC Camerfirma")));
    assert_eq!(data["certificateProperties"]["OU"], "Ventas");

    let by_default =
        world.ready_with(&with(opening(1), json!({ "numberUserIdFilter": null })), &[file("doc_1", PROMISE)]).await;
    world.viafirma().sign(&by_default, Some("")).await.unwrap();
    assert_eq!(certificate(&world, &by_default).await["numberUserId"], "12345678Z");
}

#[tokio::test]
async fn a_removed_operation_is_unknown_to_every_call() {
    let world = world().await;
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    let signature = world.signature_id(&id, 0).await;
    world.viafirma().expire(&id).unwrap();
    assert_eq!(world.viafirma().expire(&id), Err(ActError::NotInProcess));
    assert_eq!(world.result(&id).await, (400, not_found(&id)));
    assert_eq!(world.get(&format!("operation/finished/{id}")).send().await.unwrap().status(), 404);
    assert_eq!(world.finish(&id).await.status(), 400);
    let download = world.http.get(world.url(&format!("v/{signature}?d"))).send().await.unwrap();
    assert_eq!(download.status(), 404);
    assert!(world.viafirma().operation(&id).unwrap().gone);
}

#[tokio::test]
async fn an_operation_may_be_forgotten_by_age() {
    let world = world().await;
    world.vary(|variants| *variants = Variants { operation_ttl_s: Some(3_600), ..Variants::default() });
    let (old, signed) = (world.ready().await, world.ready().await);
    world.viafirma().sign(&signed, None).await.unwrap();
    world.sandbox().advance_clock(Duration::from_secs(3_601));
    assert_eq!(world.viafirma().sign(&old, None).await, Err(ActError::NotInProcess));
    let operation = world.viafirma().operation(&old).unwrap();
    assert_eq!((operation.state, operation.live), (OperationState::Expired, false));
    assert_eq!(world.get(&format!("operation/finished/{old}")).send().await.unwrap().status(), 404);
    assert_eq!(world.result(&signed).await.0, 200, "what ended stays");
}

#[tokio::test]
async fn what_lags_behind_is_not_found_but_can_be_filled() {
    let world = world().await;
    let lag = FaultKind::LookupLag { seconds: 30 };
    world.sandbox().add_fault(Fault::once("viafirma", "prepare_parallel_signature", lag));
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    assert_eq!(world.get(&format!("operation/finished/{id}")).send().await.unwrap().status(), 404);
    assert_eq!(world.result(&id).await.0, 400);
    world.sandbox().advance_clock(Duration::from_secs(31));
    assert_eq!(world.poll(&id).await["isFinished"], true);
    assert_eq!(world.result(&id).await.0, 200);
}
