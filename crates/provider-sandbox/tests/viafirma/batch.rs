//! The batch flow from the opening to the signed files.

use provider_sandbox::ActError;
use provider_sandbox::viafirma::{FinishMode, OperationState};
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, SESSION, answer, file, file_with, opening, policy, signatures, with, world};

fn is_id(id: &str) -> bool {
    let (digits, letters) = id.split_at(13);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && letters.len() == 8
        && letters.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[tokio::test]
async fn two_files_are_prepared_signed_and_downloaded() {
    let world = world().await;
    let id = world.prepared(&opening(2)).await;
    assert!(is_id(&id), "{id}");
    let first = world.added(&json!({ "operationId": id, "operationFile": file("doc_01J8Z6Q2M4", CONTRACT) })).await;
    let second = world.added(&json!({ "operationId": id, "operationFile": file("doc_2", PROMISE) })).await;
    assert!(is_id(&first) && first != second);
    assert_eq!(world.finish(&id).await.status(), 200);
    assert_eq!(world.poll(&id).await, json!({ "isFinished": false, "isSignature": true }));

    world.viafirma().sign(&id, Some("12345678Z")).await.unwrap();
    let poll = world.poll(&id).await;
    assert_eq!(
        (&poll["isFinished"], &poll["isError"], &poll["isCancelled"]),
        (&json!(true), &json!(false), &json!(false))
    );
    let (status, result) = world.result(&id).await;
    assert_eq!(status, 200);
    let signature = |place: usize| result["signatures"][place]["signatureId"].as_str().unwrap().to_owned();
    assert_eq!(
        result,
        json!({
            "signatures": [
                { "documentId": first, "signatureId": signature(0), "sourceId": "doc_01J8Z6Q2M4", "errorCode": null, "errorMessage": null },
                { "documentId": second, "signatureId": signature(1), "sourceId": "doc_2", "errorCode": null, "errorMessage": null },
            ],
            "certificateValidationData": {
                "operationId": id,
                "numberUserId": "12345678Z",
                "name": "ANA",
                "surname1": "PEREZ",
                "surname2": "GARCIA",
                "email": "ana.perez@example.org",
                "ca": "CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES",
                "shortCa": "FNMT",
                "jobTitle": null,
                "type": "CIUDADANO",
                "cn": "PEREZ GARCIA ANA - 12345678Z",
                "certificateProperties": { "C": "ES", "SERIALNUMBER": "IDCES-12345678Z" },
                "isValidated": true,
                "isExpired": false,
                "isRevoked": false,
            },
        }),
        "the contract's example of section 2.6"
    );
    assert_ne!(signature(0), signature(1));
    for (place, original) in [CONTRACT, PROMISE].into_iter().enumerate() {
        let signed = world.download(&format!("v/{}?d=true", signature(place))).await;
        assert!(signed.starts_with(original), "the sent bytes are the beginning of the signed file");
        assert_eq!(signatures(&signed), 1);
        assert_eq!(world.viafirma().original(&id, place).unwrap(), original);
        assert_eq!(world.viafirma().signed(&id, place).unwrap(), signed);
    }
}

#[tokio::test]
async fn a_second_signer_signs_what_the_first_one_signed() {
    let world = world().await;
    let first = world.ready().await;
    world.viafirma().sign(&first, None).await.unwrap();
    let once = world.download(&format!("v/{}?d", world.signature_id(&first, 0).await)).await;

    let second =
        with(opening(1), json!({ "numberUserIdFilter": { "operator": "EQUALS", "filterValues": ["X1234567L"] } }));
    let stamp = json!({ "DIGITAL_SIGN_PAGE": "-1", "DIGITAL_SIGN_RECTANGLE": "{\"x\":40,\"y\":100,\"width\":200,\"height\":50}" });
    let second = world.ready_with(&second, &[file_with("doc_1", &once, stamp)]).await;
    world.viafirma().sign(&second, None).await.unwrap();
    let twice = world.download(&format!("v/{}?d", world.signature_id(&second, 0).await)).await;
    assert!(twice.starts_with(&once), "the earlier signature still covers its own bytes");
    assert_eq!((signatures(&once), signatures(&twice)), (1, 2));
    assert_eq!(world.result(&second).await.1["certificateValidationData"]["numberUserId"], "X1234567L");
}

/// Page and rectangle of each signature's mark, in order of signing.
fn marks(pdf: &[u8]) -> Vec<(u32, Vec<f32>)> {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let mut marks = Vec::new();
    for (number, page) in document.get_pages() {
        for annotation in document.get_page_annotations(page).unwrap() {
            let rectangle = annotation.get(b"Rect").unwrap().as_array().unwrap().iter();
            marks.push((number, rectangle.map(|side| side.as_float().unwrap()).collect()));
        }
    }
    marks
}

#[tokio::test]
async fn stamps_stand_where_the_rectangle_says_on_every_named_page() {
    let world = world().await;
    let place = "{\"x\":40,\"width\":550,\"y\":10,\"height\":75}";
    let expected = vec![40.0, 10.0, 590.0, 85.0];
    for (pages, numbers) in
        [("1", vec![1]), ("3", vec![3]), ("-1", vec![3]), ("0", vec![1, 2, 3]), ("[\"1\",\"3\"]", vec![1, 3])]
    {
        let parameters = json!({ "DIGITAL_SIGN_PAGE": pages, "DIGITAL_SIGN_RECTANGLE": place });
        let id = world.ready_with(&opening(1), &[file_with("doc_1", CONTRACT, parameters)]).await;
        world.viafirma().sign(&id, None).await.unwrap();
        let marks = marks(&world.viafirma().signed(&id, 0).unwrap());
        assert_eq!(marks.iter().map(|(page, _)| *page).collect::<Vec<_>>(), numbers, "{pages}");
        for (_, mark) in marks {
            assert!(mark.iter().zip(&expected).all(|(is, should)| (is - should).abs() < 0.01), "{mark:?}");
        }
    }
    for invisible in [json!({}), json!({ "DIGITAL_SIGN_RECTANGLE": "{\"x\":0,\"y\":0,\"width\":0,\"height\":0}" })] {
        let id = world.ready_with(&opening(1), &[file_with("doc_1", CONTRACT, invisible)]).await;
        world.viafirma().sign(&id, None).await.unwrap();
        assert_eq!(marks(&world.viafirma().signed(&id, 0).unwrap()), [(1, vec![0.0; 4])]);
    }
}

#[tokio::test]
async fn reason_location_and_the_holder_stand_in_the_signature() {
    let world = world().await;
    let parameters = json!({ "DIGITAL_SIGN_REASON": "Acepto", "DIGITAL_SIGN_LOCATION": "Sevilla" });
    let id = world.ready_with(&opening(1), &[file_with("doc_1", PROMISE, parameters)]).await;
    world.viafirma().sign(&id, None).await.unwrap();
    let signed = world.viafirma().signed(&id, 0).unwrap();
    for expected in ["/Reason (Acepto)", "/Location (Sevilla)", "/Name (PEREZ GARCIA ANA - 12345678Z)"] {
        assert_eq!(crate::support::count(&signed, expected), 1, "{expected}");
    }
}

#[tokio::test]
async fn an_operation_that_has_to_be_closed_never_finishes_before() {
    let world = world().await;
    let id = world.prepared(&opening(1)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    assert_eq!(world.viafirma().sign(&id, None).await, Err(ActError::NotInProcess));
    assert_eq!(world.poll(&id).await["isFinished"], false);
    let transaction = world.viafirma().transactions().remove(0);
    assert!(!transaction.live && transaction.people[0].sign_url.is_none());

    for _ in 0..2 {
        assert_eq!(world.finish(&id).await.status(), 200, "closing again changes nothing");
    }
    assert!(world.viafirma().transactions()[0].live);
    world.viafirma().sign(&id, None).await.unwrap();
    assert_eq!(world.finish(&id).await.status(), 200);
    assert_eq!(world.poll(&id).await["isFinished"], true);
}

#[tokio::test]
async fn the_closing_call_can_be_optional_or_absent() {
    let world = world().await;
    for (mode, status) in [(FinishMode::Optional, 200), (FinishMode::Absent, 404)] {
        world.vary(|variants| variants.finish = mode);
        let id = world.prepared(&opening(1)).await;
        let unfinished = world.viafirma().sign(&id, None).await;
        assert_eq!(unfinished, Err(ActError::NotInProcess), "{mode:?}: no file yet");
        world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
        assert_eq!(world.viafirma().operation(&id).unwrap().state, OperationState::Ready);
        assert_eq!(world.finish(&id).await.status(), status, "{mode:?}");
        world.viafirma().sign(&id, None).await.unwrap();
        assert_eq!(world.finish(&id).await.status(), status);
    }
}

#[tokio::test]
async fn only_a_full_batch_of_the_caller_can_be_closed() {
    let world = world().await;
    let id = world.prepared(&opening(2)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    let missing = world.finish(&id).await;
    assert_eq!(missing.status(), 400);
    assert_eq!(missing.json::<Value>().await.unwrap()["errorCode"], "8");
    let unknown = world.finish("1518614616080JZOZ4JRB").await;
    assert_eq!(unknown.status(), 400, "404 would say that there is no such call");
    let body: Value = unknown.json().await.unwrap();
    assert_eq!(body["errorMessage"], "No operation data found with operationId: 1518614616080JZOZ4JRB");
    let wrong_method = world.get(&format!("preparesignature/finish/{id}")).send().await.unwrap();
    assert_eq!(wrong_method.status(), 405);
}

#[tokio::test]
async fn formats_other_than_pdf_are_taken_and_marked() {
    let world = world().await;
    let mut text = with(file("doc_1", b"<a/>"), json!({ "filename": "a.xml" }));
    text["signaturePolicy"] = json!({ "signatureFormat": "XADES_BES", "signatureType": "ENVELOPED" });
    let id = world.ready_with(&opening(1), &[text]).await;
    world.viafirma().sign(&id, None).await.unwrap();
    let signature = world.signature_id(&id, 0).await;
    let signed = world.download(&format!("v/{signature}?d")).await;
    assert_eq!(signed, format!("<a/>\n{signature}\n").as_bytes());
}

#[tokio::test]
async fn a_large_file_and_an_escaped_text_arrive_whole() {
    let world = world().await;
    world.vary(|variants| variants.max_file_bytes = None);
    let mut large = CONTRACT.to_vec();
    large.resize(30 * 1024 * 1024, b'\n');
    let mut big = file("doc_1", &[]);
    big["base64Content"] = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &large).into();
    let mut archive = with(big, json!({ "filename": "large.bin" }));
    archive["signaturePolicy"] = json!({ "signatureFormat": "CMS_DETACHED", "signatureType": "DETACHED" });
    let id = world.prepared(&opening(2)).await;
    world.added(&json!({ "operationId": id, "operationFile": archive })).await;
    assert_eq!(world.viafirma().original(&id, 0).unwrap(), large);

    let escaped = json!({ "operationId": id, "operationFile": with(file("doc_2", PROMISE), json!({ "signaturePolicy": policy() })) });
    let escaped = escaped.to_string().replace('/', "\\/").replace('=', "\\u003d");
    let call = world.post("preparesignature/addOperationFile", &json!({})).body(escaped);
    let (status, taken) = answer(call).await;
    assert_eq!((status, &taken["errorCode"]), (200, &Value::Null), "{taken}");
    assert_eq!(world.viafirma().original(&id, 1).unwrap(), PROMISE);
    let calls = world.sandbox().calls_to("viafirma", "add_operation_file");
    assert_eq!(calls[0].files[0].size, u64::try_from(large.len()).unwrap());
    assert_eq!(calls[0].files[0].filename.as_deref(), Some("large.bin"));
    assert_eq!(calls[0].fields["operationFile"]["base64Content"], "#0", "files are not kept as text");
    assert_eq!(calls[0].fields["operationFile"]["sourceId"], "doc_1");
    assert_eq!(world.sandbox().calls_to("viafirma", "prepare_parallel_signature")[0].fields["sessionId"], SESSION);
}

#[tokio::test]
async fn in_the_null_sink_files_are_counted_and_dropped_and_nobody_signs() {
    let config = provider_sandbox::SandboxConfig {
        null_sink: true,
        scripts: provider_sandbox::Scripts::everybody_signs(),
        ..provider_sandbox::SandboxConfig::default()
    };
    let world = crate::support::world_with(config).await;
    let id = world.ready_with(&opening(1), &[file("doc_1", b"no PDF at all")]).await;
    world.settle().await;
    assert!(world.viafirma().original(&id, 0).unwrap().is_empty());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"no PDF at all");
    let operation = world.viafirma().operation(&id).unwrap();
    assert_eq!((operation.files[0].size, operation.files[0].sha256.clone()), (13, hex::encode(digest)));
    assert_eq!(world.poll(&id).await["isFinished"], false);
    assert_eq!(world.viafirma().sign(&id, None).await, Err(ActError::NotInProcess));
}
