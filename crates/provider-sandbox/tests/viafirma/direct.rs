//! The direct flow, and the log-in that the broker does not use.

use provider_sandbox::viafirma::Flow;
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, SESSION, World, answer, file, opening, signatures, with, world};

fn request() -> Value {
    let direct = |pdf| with(file("unused", pdf), json!({ "sourceId": null }));
    with(opening(1), json!({ "fileCount": null, "files": [direct(CONTRACT), direct(PROMISE)] }))
}

async fn opened(world: &World) -> String {
    let (status, answer) = answer(world.post("signature", &request())).await;
    assert_eq!(status, 200, "{answer}");
    answer["operationId"].as_str().unwrap().to_owned()
}

async fn read(world: &World, id: &str, more: &str) -> (u16, Value) {
    answer(world.get(&format!("signature/{id}?sessionId={SESSION}{more}"))).await
}

#[tokio::test]
async fn all_files_are_sent_at_once_and_their_ids_come_back_in_order() {
    let world = world().await;
    let id = opened(&world).await;
    let operation = world.viafirma().operation(&id).unwrap();
    assert_eq!((operation.flow, operation.live, operation.file_count), (Flow::Direct, true, 2));
    assert!(!operation.launch_url.contains("isParallel"));
    assert_eq!(read(&world, &id, "").await.0, 400, "not before the end");
    assert_eq!(world.poll(&id).await["isFinished"], false);

    world.viafirma().sign(&id, None).await.unwrap();
    let (status, result) = read(&world, &id, "").await;
    assert_eq!((status, &result["operationId"]), (200, &json!(id)));
    assert_eq!(result["certificateValidationData"]["numberUserId"], "12345678Z");
    let ids: Vec<&str> = result["signatureId"].as_str().unwrap().split(';').collect();
    assert_eq!(ids.len(), 2);
    for (id, original) in ids.iter().zip([CONTRACT, PROMISE]) {
        let signed = world.download(&format!("v/{id}?d=true")).await;
        assert!(signed.starts_with(original) && signatures(&signed) == 1);
    }
    assert_eq!(world.result(&id).await.0, 400, "the batch's result is another call");
    let records = &world.sandbox().calls_to("viafirma", "signature")[0].files;
    assert_eq!(records.len(), 2);
}

#[tokio::test]
async fn reading_with_delete_is_the_last_reading() {
    let world = world().await;
    let id = opened(&world).await;
    assert_eq!(read(&world, &id, "&delete=true").await.0, 400, "nothing is deleted before the end");
    world.viafirma().sign(&id, None).await.unwrap();
    assert_eq!(read(&world, &id, "&delete=false").await.0, 200);
    assert_eq!(read(&world, &id, "&delete=true").await.0, 200);
    assert_eq!(read(&world, &id, "").await.0, 400);
}

#[tokio::test]
async fn the_session_and_the_credentials_are_needed_unless_the_server_is_open() {
    let world = world().await;
    let id = opened(&world).await;
    world.viafirma().sign(&id, None).await.unwrap();
    let other_session = answer(world.get(&format!("signature/{id}?sessionId=other"))).await;
    assert_eq!(other_session.0, 400);
    assert_eq!(other_session.1["errorMessage"], format!("No operation data found with operationId: {id}"));
    world.vary(|variants| variants.open_direct_result = true);
    let url = world.url(&format!("api/rest/services/signature/{id}"));
    let (status, result) = answer(world.http.get(url)).await;
    assert_eq!((status, &result["operationId"]), (200, &json!(id)));
}

#[tokio::test]
async fn failed_files_have_no_id_and_a_cancelled_operation_none_at_all() {
    let world = world().await;
    let partly = opened(&world).await;
    world.viafirma().fail(&partly, "5", Some(&[0])).await.unwrap();
    let (_, result) = read(&world, &partly, "").await;
    assert_eq!(result["signatureId"].as_str().unwrap().split(';').count(), 1);
    let cancelled = opened(&world).await;
    world.viafirma().decline(&cancelled, None).await.unwrap();
    let (status, result) = read(&world, &cancelled, "").await;
    assert_eq!(
        (status, &result["signatureId"], &result["certificateValidationData"]),
        (200, &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_answered_400() {
    let world = world().await;
    let mut bad_file = request();
    bad_file["files"][1]["base64Content"] = "".into();
    for (request, code) in [
        (with(request(), json!({ "sessionId": null })), "8"),
        (with(request(), json!({ "files": null })), "8"),
        (with(request(), json!({ "files": [] })), "8"),
        (with(request(), json!({ "files": ["x"] })), "8"),
        (bad_file, "9002"),
    ] {
        let (status, answer) = answer(world.post("signature", &request)).await;
        assert_eq!((status, &answer["errorCode"]), (400, &json!(code)));
    }
    assert!(world.viafirma().operations().is_empty());
}

#[tokio::test]
async fn a_person_logs_in_with_a_certificate() {
    let world = world().await;
    let request = with(opening(1), json!({ "fileCount": null }));
    let (status, opened) = answer(world.post("auth", &request)).await;
    assert_eq!(status, 200);
    let id = opened["operationId"].as_str().unwrap();
    assert_eq!(world.poll(id).await, json!({ "isFinished": false, "isSignature": false }));
    assert!(world.viafirma().transactions().is_empty(), "nothing is signed");
    let path = format!("auth/validation/{id}?delete=true&sessionId={SESSION}");
    assert_eq!(answer(world.get(&path)).await.0, 400);
    world.viafirma().sign(id, None).await.unwrap();
    let (status, data) = answer(world.get(&path)).await;
    assert_eq!((status, &data["numberUserId"], &data["operationId"]), (200, &json!("12345678Z"), &json!(id)));
    assert_eq!(answer(world.get(&path)).await.0, 400, "deleted");
    assert_eq!(answer(world.post("auth", &json!({}))).await.0, 400);
}
