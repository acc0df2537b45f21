//! The checks of a file, in their order, with the answers that are HTTP successes all the same.

use provider_sandbox::SandboxConfig;
use provider_sandbox::viafirma::{FinishMode, Variants, ViafirmaConfig};
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, World, file, file_with, opening, with, world, world_with};

async fn refused(world: &World, id: &str, file: &Value) -> (String, String) {
    let before = world.viafirma().operations().iter().map(|operation| operation.files.len()).sum::<usize>();
    let (status, answer) = world.add(&json!({ "operationId": id, "operationFile": file })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["documentId"], Value::Null);
    let after = world.viafirma().operations().iter().map(|operation| operation.files.len()).sum::<usize>();
    assert_eq!(before, after, "nothing was added");
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("errorCode"), text("errorMessage"))
}

async fn code(world: &World, id: &str, file: &Value) -> String {
    refused(world, id, file).await.0
}

fn with_policy(member: &str, value: Value) -> Value {
    let mut file = file("doc_x", PROMISE);
    file["signaturePolicy"] = with(file["signaturePolicy"].clone(), json!({ member: value }));
    file
}

#[tokio::test]
async fn every_check_comes_before_those_that_follow_it() {
    let world = world().await;
    // Everything is wrong with this file; each step mends the first thing.
    let mut bad = with(file("doc_x", b""), json!({ "filename": "x.pdf", "base64Content": "SGVs\nbG8=" }));
    bad["signaturePolicy"]["signatureFormat"] = "pades_basic".into();
    assert_eq!(code(&world, "1518614616080JZOZ4JRB", &bad).await, "4", "unknown operation");
    assert_eq!(code(&world, "", &bad).await, "4");

    let closed = world.ready().await;
    assert_eq!(refused(&world, &closed, &bad).await.1, "La operación ya está cerrada y no admite más ficheros.");

    let id = world.prepared(&opening(2)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    assert_eq!(code(&world, &id, &bad).await, "9", "bad enumeration");
    bad["signaturePolicy"]["signatureFormat"] = "PAdES_BASIC".into();
    assert_eq!(code(&world, &id, &bad).await, "11", "bad base64");
    bad["base64Content"] = "".into();
    assert_eq!(code(&world, &id, &bad).await, "9002", "empty");
    bad["base64Content"] = "SGVsbG8gV29ybGQ=".into();
    world.vary(|variants| variants.max_file_bytes = Some(10));
    let too_large = refused(&world, &id, &bad).await;
    assert_eq!(too_large, ("9001".to_owned(), "El fichero enviado tiene un tamaño demasiado grande.".to_owned()));
    world.vary(|variants| variants.max_file_bytes = Some(11));
    assert_eq!(code(&world, &id, &bad).await, "9005", "no PDF");
    world.vary(|variants| variants.max_file_bytes = None);

    world.added(&json!({ "operationId": id, "operationFile": file("doc_2", PROMISE) })).await;
    let full = refused(&world, &id, &file("doc_3", PROMISE)).await;
    assert_eq!(full.1, "La operación ya contiene todos los ficheros indicados en fileCount.");
}

#[tokio::test]
async fn missing_and_wrong_members_are_refused() {
    let world = world().await;
    let id = world.prepared(&opening(9)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    let good = file("doc_2", PROMISE);
    let too_long = format!("{}.pdf", "a".repeat(252));
    for extra in [
        json!({ "sourceId": null }),
        json!({ "sourceId": "" }),
        json!({ "sourceId": "doc_1" }),
        json!({ "filename": null }),
        json!({ "filename": "contract" }),
        json!({ "filename": ".pdf" }),
        json!({ "filename": "contract." }),
        json!({ "filename": too_long }),
        json!({ "base64Content": null }),
        json!({ "base64Content": 7 }),
        json!({ "signaturePolicy": null }),
        json!({ "signaturePolicy": "PAdES_BASIC" }),
    ] {
        assert_eq!(code(&world, &id, &with(good.clone(), extra.clone())).await, "8", "{extra}");
    }
    assert_eq!(code(&world, &id, &Value::Null).await, "8");
    assert_eq!(code(&world, &id, &json!("file")).await, "8");
    let name = format!("{}.pdf", "ñ".repeat(251));
    world.added(&json!({ "operationId": id, "operationFile": with(good, json!({ "filename": name })) })).await;
}

#[tokio::test]
async fn enumerations_are_case_sensitive() {
    let world = world().await;
    let id = world.prepared(&opening(100)).await;
    for (member, value) in [
        ("signatureFormat", json!("PADES_BASIC")),
        ("signatureFormat", json!("CADES_BES")),
        ("signatureFormat", json!("XAdES_BES")),
        ("signatureFormat", Value::Null),
        ("signatureType", json!("attached")),
        ("signatureType", Value::Null),
    ] {
        assert_eq!(code(&world, &id, &with_policy(member, value.clone())).await, "9", "{member} {value}");
    }
    for (number, format) in
        ["PAdES_BASIC", "PAdES_BES", "PAdES_EPES", "PDF_PKCS7", "PDF_PKCS7_T", "CAdES_BES", "XADES_BES"]
            .into_iter()
            .enumerate()
    {
        let mut file = with_policy("signatureFormat", json!(format));
        file["sourceId"] = format!("doc_{number}").into();
        world.added(&json!({ "operationId": id, "operationFile": file })).await;
    }
}

#[tokio::test]
async fn parameters_are_texts_and_mean_something() {
    let world = world().await;
    let id = world.prepared(&opening(9)).await;
    for (parameters, expected) in [
        (json!([]), "8"),
        (json!({ "DIGITAL_SIGN_PAGE": 1 }), "8"),
        (json!({ "PADES_INCLUDE_TSA": true }), "8"),
        (json!({ "DIGITAL_SIGN_RECTANGLE": { "x": 1, "y": 1, "width": 1, "height": 1 } }), "8"),
        (json!({ "DIGITAL_SIGN_RECTANGLE": "{\"x\":1,\"y\":1,\"width\":1}" }), "8"),
        (json!({ "DIGITAL_SIGN_RECTANGLE": "{\"x\":1.5,\"y\":1,\"width\":1,\"height\":1}" }), "8"),
        (json!({ "DIGITAL_SIGN_RECTANGLE": "{\"x\":1,\"y\":1,\"width\":0,\"height\":1}" }), "8"),
        (json!({ "DIGITAL_SIGN_PAGE": "first" }), "8"),
        (json!({ "DIGITAL_SIGN_PAGE": "[1]" }), "8"),
        (json!({ "DIGITAL_SIGN_PAGE": "4" }), "8"),
        (json!({ "DIGITAL_SIGN_PAGE": "[\"1\",\"4\"]" }), "8"),
        (json!({ "DIGITAL_SIGN_IMAGE_STAMPER": "no base64" }), "8"),
        (json!({ "DIGITAL_SIGN_STAMPER_TYPE": "QR" }), "9"),
        (json!({ "DIGITAL_SIGN_STAMPER_ROTATION_ANGLE": "45" }), "9"),
        (json!({ "DIGITAL_SIGN_STAMPER_HIDE_STATUS": "yes" }), "9"),
        (json!({ "SIGNATURE_ALGORITHM": "SHA-256" }), "9"),
        (json!({ "DIGEST_METHOD": "sha256" }), "9"),
    ] {
        let file = file_with("doc_x", CONTRACT, parameters.clone());
        assert_eq!(code(&world, &id, &file).await, expected, "{parameters}");
    }
    let known = json!({
        "DIGITAL_SIGN_STAMPER_TEXT": "Firmado por [CN]\\n[vSignTimeKey(dd/MM/yyyy)]",
        "DIGITAL_SIGN_STAMPER_ROTATION_ANGLE": "90",
        "DIGITAL_SIGN_IMAGE_STAMPER": "iVBORw0KGgo=",
        "DIGITAL_SIGN_CONTACT": "ana@example.org",
        "SIGNER_ROLE": "whatever",
        "ANOTHER": "one",
    });
    world.added(&json!({ "operationId": id, "operationFile": file_with("doc_1", CONTRACT, known.clone()) })).await;
    let operation = world.viafirma().operation(&id).unwrap();
    assert_eq!(Value::Object(operation.files[0].parameters.clone()), known);
}

#[tokio::test]
async fn files_that_nobody_could_sign_are_refused() {
    let world = world().await;
    let id = world.prepared(&opening(9)).await;
    let sample = |name: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples");
        std::fs::read(folder.join(name)).unwrap()
    };
    for name in [
        "not-a-pdf.pdf",
        "html-error-page.pdf",
        "encrypted-user-password.pdf",
        "encrypted-owner-only.pdf",
        "truncated.pdf",
    ] {
        assert_eq!(code(&world, &id, &file("doc_x", &sample(name))).await, "9005", "{name}");
    }
    assert_eq!(code(&world, &id, &file("doc_x", &sample("empty.pdf"))).await, "9002");
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", &sample("leading-garbage.pdf")) })).await;
}

#[tokio::test]
async fn a_switch_turns_refusals_into_http_errors() {
    let world = world().await;
    world.vary(|variants| variants.refusals_as_http_400 = true);
    let id = world.prepared(&opening(1)).await;
    let (status, answer) = world.add(&json!({ "operationId": id, "operationFile": file("doc_1", b"") })).await;
    assert_eq!((status, &answer["errorCode"], &answer["documentId"]), (400, &json!("9002"), &Value::Null));
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
}

#[tokio::test]
async fn a_cancelled_or_removed_operation_takes_no_files() {
    let world = world_with(SandboxConfig {
        viafirma: ViafirmaConfig {
            variants: Variants { finish: FinishMode::Optional, ..Variants::default() },
            ..ViafirmaConfig::default()
        },
        ..SandboxConfig::default()
    })
    .await;
    let id = world.prepared(&opening(1)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    world.viafirma().decline(&id, None).await.unwrap();
    assert_eq!(
        refused(&world, &id, &file("doc_2", PROMISE)).await.1,
        "La operación ya está cerrada y no admite más ficheros."
    );
    world.viafirma().expire(&id).unwrap();
    assert_eq!(code(&world, &id, &file("doc_2", PROMISE)).await, "4");
}
