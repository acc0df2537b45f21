//! What a document must have, in the contract's order.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::gofirmex::DOCUMENT_TYPE;
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, World, document, failure, invalid, one_signer, with, world};

const KEY_ID: &str = "0b3c7c2e-9f0e-4d38-8f4f-7b1a2c3d4e5f";
const KEY: &str = "0123456789abcdef0123456789abcdef";

async fn for_portfolio(world: &World) -> (String, Value) {
    let id = world.created(&one_signer()).await;
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }));
    (id, json)
}

async fn add(world: &World, json: &Value) -> (u16, Value) {
    world.post("/portfolio_document", json).await
}

fn unsupported() -> (u16, Value) {
    (415, failure("UNSUPPORTED_FORMAT", "The document does not have a supported format"))
}

#[tokio::test]
async fn the_contract_s_example_is_taken() {
    let world = world().await;
    let (portfolio, json) = for_portfolio(&world).await;
    let (status, body) = add(&world, &json).await;
    let id = body["data"]["document"]["id"].as_str().unwrap();
    let expected = json!({ "success": true, "message": "Document created", "data": { "document": { "id": id } } });
    assert_eq!((status, &body), (200, &expected));
    assert_eq!(world.vendor().original(&portfolio, id).unwrap(), CONTRACT);
    let call = world.sandbox().calls_to("gofirmex", "add_document").pop().unwrap();
    assert_eq!(call.files[0].size, u64::try_from(CONTRACT.len()).unwrap());
    assert_eq!(call.fields["description"], "Contrato");
    assert!(call.fields.get("document").is_none(), "the ledger holds no file as text");
}

#[tokio::test]
async fn members_are_checked_before_anything_else() {
    let world = world().await;
    let json = json!({ "document": 7, "description": "", "signature": true, "encryption_key": 1, "name": "x" });
    let expected = invalid(&[
        ("portfolio_id", "is required"),
        ("document", "must be a string"),
        ("description", "must not be empty"),
        ("document_type", "is required"),
        ("signature", "must be a string"),
        ("encryption_key", "must be a string"),
        ("name", "is not a known member"),
    ]);
    assert_eq!(add(&world, &json).await, (400, expected));
    let (_, good) = for_portfolio(&world).await;
    let expected = invalid(&[("document", "is required")]);
    assert_eq!(add(&world, &with(good, json!({ "document": null }))).await, (400, expected));
}

#[tokio::test]
async fn faults_come_in_the_contract_s_order() {
    let world = world().await;
    let (id, good) = for_portfolio(&world).await;
    // Everything wrong at once; each step mends the fault that was told.
    let mut json = with(
        good.clone(),
        json!({ "portfolio_id": "9f0b7a52", "document": "?", "document_type": "lease", "signature": "XXX" }),
    );
    let unknown = failure("PORTFOLIO_NOT_FOUND", "The portfolio does not exist");
    assert_eq!(add(&world, &json).await, (404, unknown));
    json["portfolio_id"] = id.clone().into();
    assert_eq!(add(&world, &json).await, unsupported());
    let large = [b"%PDF-1.7\n".as_slice(), &vec![b' '; 10 * 1024 * 1024]].concat();
    json["document"] = BASE64_STANDARD.encode(large).into();
    assert_eq!(add(&world, &json).await, (413, failure("DOCUMENT_TOO_LARGE", "The document is too large")));
    json["document"] = good["document"].clone();
    let unknown = failure("DOCUMENT_TYPE_NOT_FOUND", "The document type does not exist");
    assert_eq!(add(&world, &json).await, (404, unknown));
    json["document_type"] = DOCUMENT_TYPE.into();
    let expected = invalid(&[("signature", "is not allowed for this account")]);
    assert_eq!(add(&world, &json).await, (400, expected));
    json["signature"] = "FEA".into();
    assert_eq!(add(&world, &json).await.0, 200);
}

#[tokio::test]
async fn only_a_pdf_as_strict_base64_is_taken() {
    let world = world().await;
    let (_, good) = for_portfolio(&world).await;
    let garbage = include_bytes!("../../../../tests/samples/leading-garbage.pdf");
    let text = BASE64_STANDARD.encode(CONTRACT);
    for document in [
        String::new(),
        text.trim_end_matches('=').to_owned() + "\n",
        text.replace('+', "-").replace('/', "_"),
        format!("{}\n{}", &text[..76], &text[76..]),
        BASE64_STANDARD.encode("<html>"),
        BASE64_STANDARD.encode(garbage),
    ] {
        assert_eq!(add(&world, &with(good.clone(), json!({ "document": document }))).await, unsupported());
    }
}

#[tokio::test]
async fn words_and_style_of_the_signature_are_the_account_s() {
    let world = world().await;
    let (_, good) = for_portfolio(&world).await;
    for word in ["FES", "FEA", "FEA + Notary", "FES + Notary Certification", "FES_NOTARY_VALIDATED"] {
        assert_eq!(add(&world, &with(good.clone(), json!({ "signature": word }))).await.0, 200, "{word}");
    }
    let missing = with(good.clone(), json!({ "signature": null }));
    assert_eq!(add(&world, &missing).await, (400, invalid(&[("signature", "is required")])));
    let flags = with(missing, json!({ "sign": true, "notary_sign": false, "document_format": "pdf" }));
    let style = "does not go with signature codes";
    let expected =
        invalid(&[("sign", style), ("notary_sign", style), ("document_format", style), ("signature", "is required")]);
    assert_eq!(add(&world, &flags).await, (400, expected));
}

#[tokio::test]
async fn a_started_or_a_full_portfolio_takes_no_document() {
    let world = world().await;
    let (id, good) = for_portfolio(&world).await;
    for _ in 0..20 {
        world.added(&with(good.clone(), json!({ "document": BASE64_STANDARD.encode(PROMISE) }))).await;
    }
    let expected = invalid(&[("document", "the portfolio has as many documents as it may have")]);
    assert_eq!(add(&world, &good).await, (400, expected));
    world.started(&id).await;
    let refusal = failure("PORTFOLIO_ALREADY_STARTED", "The portfolio was started before");
    assert_eq!(add(&world, &with(good, json!({ "document": "?" }))).await, (409, refusal));
}

#[tokio::test]
async fn an_encrypted_document_is_opened_with_the_agreed_key() {
    let world = world().await;
    let (id, good) = for_portfolio(&world).await;
    let mut sealed = CONTRACT.to_vec();
    let nonce = [7; 12];
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, KEY.as_bytes()).unwrap())
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .unwrap();
    let text = BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat());
    let json = with(good, json!({ "document": text, "encryption_key": KEY_ID }));
    let expected = invalid(&[("encryption_key", "is not an agreed key")]);
    assert_eq!(add(&world, &json).await, (400, expected));

    world.change_account(|account| {
        account.encryption_keys.insert(KEY_ID.to_owned(), KEY.to_owned());
    });
    let document = world.added(&json).await;
    assert_eq!(world.vendor().original(&id, &document).unwrap(), CONTRACT);
    assert!(world.vendor().portfolio(&id).unwrap().documents[0].encrypted);
    let plain = with(json.clone(), json!({ "document": BASE64_STANDARD.encode(CONTRACT) }));
    assert_eq!(add(&world, &plain).await, unsupported());
    assert_eq!(
        add(&world, &with(json.clone(), json!({ "document": BASE64_STANDARD.encode("short") }))).await,
        unsupported()
    );
    assert_eq!(add(&world, &with(json, json!({ "encryption_key": null }))).await, unsupported());
}
