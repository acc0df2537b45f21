//! What goes out: the steps, their calls, their bodies. Sections 2, 3.1 to 3.4, 6 and 8.

use std::time::Duration;

use domain::envelope::{Delivery, Notary, RecipientSpec, SignatureLevel};
use domain::order::Order;
use domain::steps::{Repeat, Start, Step, WhenInDoubt, WhenNotFound};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, FileSource, Method};

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn the_portfolio_of_the_contracts_example_is_sent_as_it_stands_there() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    let call = case.call(&*account, "create_portfolio");
    assert_eq!(call.method, Method::Post);
    assert_eq!(call.url.as_str(), "https://api.sandbox.firmex.cloud/v1/signflow/portfolio");
    assert_eq!(call.endpoint, "create_portfolio");
    let shown: Vec<&str> = call.headers.iter().map(|h| h.name).collect();
    assert_eq!(shown, ["accept", "authorization"]);
    assert_eq!(call.headers[0].value, "application/json");
    assert_eq!(call.timeout, Duration::from_secs(60));
    assert_eq!(
        json_of(&call),
        json!({
            "client_portfolio_id": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2",
            "signers": [
                { "nin": "11111111-1", "country": "CL", "names": "Ana María", "lastnames": "Pérez Soto", "email": "ana@example.cl", "phone": "+56912345678", "notification": "email", "order": 1 },
                { "nin": "12345678-5", "country": "CL", "names": "Luis", "lastnames": "Rojas Díaz", "email": "luis@example.cl", "phone": "+56987654321", "notification": "none", "order": 2 }
            ]
        })
    );
}

#[test]
fn a_document_goes_out_as_base64_with_its_kind_of_signature() {
    let (account, mut order) = (account(json!({})), simple_order());
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
    let case = Case::new(order);
    let call = case.call(&*account, "add_document/1");
    assert_eq!(call.url.as_str(), "https://api.sandbox.firmex.cloud/v1/signflow/portfolio_document");
    assert_eq!(call.timeout, Duration::from_secs(300));
    let Body::JsonWithFiles { template, files } = &call.body else { panic!("{:?}", call.body) };
    let [(token, file)] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(file.source, FileSource::Document(document_id(1)));
    assert_eq!((file.size, &file.encryption), (48_213, &None));
    assert_eq!(
        *template,
        json!({
            "portfolio_id": PORTFOLIO,
            "document": token,
            "description": "Contrato 300",
            "document_type": DOCUMENT_TYPE,
            "signature": "FEA",
            "client_document_id": document_id(1).to_string()
        })
    );
    assert!(token.len() > 40, "an unguessable token");
}

#[test]
fn an_identity_document_names_its_signer_by_the_national_id() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let mut order = order(vec![proven(ana())]);
    order.recipients[0].spec.identity_documents.extend([proof(3, "other"), proof(4, "other")]);
    let case = Case::new(order);
    let call = case.call(&*account, "add_identity_document/1/1");
    assert_eq!(call.url.as_str(), "https://api.sandbox.firmex.cloud/v1/signflow/portfolio_signer_document");
    let Body::JsonWithFiles { template, files } = &call.body else { panic!("{:?}", call.body) };
    assert_eq!(files[0].1.source, FileSource::Identity(proof(1, "").id));
    assert_eq!(
        *template,
        json!({
            "portfolio_id": PORTFOLIO,
            "signer_nin": "11111111-1",
            "document": files[0].0,
            "description": "front of identity card",
            "document_type": "2e1d6c1f-5b4a-4b63-9f1f-8d2d3c4b5e6f",
            "client_document_id": "11111111-1_front"
        })
    );
    let ids: Vec<Value> = (1..=4)
        .map(|n| case.sent(&*account, &format!("add_identity_document/1/{n}"))["client_document_id"].clone())
        .collect();
    assert_eq!(ids, ["11111111-1_front", "11111111-1_back", "11111111-1_other", "11111111-1_other_2"]);
}

#[test]
fn a_start_names_the_portfolio_and_nothing_else() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let call = case.call(&*account, "start");
    assert_eq!(call.url.as_str(), "https://api.sandbox.firmex.cloud/v1/signflow/start_portfolio_signing");
    assert_eq!(json_of(&call), json!({ "portfolio_id": PORTFOLIO }));
}

/// The neutral envelope of the design, as far as GoFirmex can carry it.
fn neutral_envelope() -> Order {
    let recipients = json!([
        {
            "role": "signer", "name": "Jesús Sánchez Alonso", "given_name": "Jesús", "family_name": "Sánchez",
            "second_family_name": "Alonso", "email": "jesus@example.com", "phone": "+34677777777",
            "national_id": { "type": "nif", "value": "12345678Z", "country": "ES" },
            "routing_order": 1, "group": "company", "signature_level": "advanced", "delivery": "email",
            "authentication": [], "acts_as": "person", "organization": { "name": "Acme SL", "tax_id": "B12345674" },
            "message": "A private word.", "fields": [], "requested_attachments": [],
            "identity_documents": [
                { "id": "idd_00000000000000000000000001", "type": "id_card_front", "filename": "front.png", "content_type": "image/png", "size": 900, "sha256": "00" },
                { "id": "idd_00000000000000000000000002", "type": "id_card_back", "filename": "back.jpg", "content_type": "image/jpeg", "size": 901, "sha256": "00" }
            ],
            "provider_options": {}
        },
        {
            "role": "signer", "name": "Ana Pérez", "email": "ana@example.cl", "routing_order": 5,
            "national_id": { "type": "rut", "value": "11.111.111-1", "country": null },
            "signature_level": "advanced", "delivery": "none", "authentication": [], "acts_as": "person", "fields": [],
            "requested_attachments": [],
            "identity_documents": [
                { "id": "idd_00000000000000000000000003", "type": "id_card_front", "filename": "f.pdf", "content_type": "application/pdf", "size": 902, "sha256": "00" },
                { "id": "idd_00000000000000000000000004", "type": "id_card_back", "filename": "b.pdf", "content_type": "application/pdf", "size": 903, "sha256": "00" }
            ],
            "provider_options": {}
        }
    ]);
    let recipients: Vec<RecipientSpec> = serde_json::from_value(recipients).unwrap();
    let mut order = order(recipients);
    order.documents.push(document(2));
    order.documents[1].provider_options = serde_json::from_value(json!({
        "gofirmex": { "document_type": "lease" }
    }))
    .unwrap();
    order.spec.subject = "Employment contract".to_owned();
    order.spec.message = Some("Please read and sign.".to_owned());
    order.spec.language = "es-CL".parse().ok();
    order.spec.notary = Notary::Full;
    order.spec.provider_options =
        serde_json::from_value(json!({ "gofirmex": { "portfolio_type": "mandate" } })).unwrap();
    order
}

fn neutral_account() -> std::sync::Arc<dyn provider_clients::provider::Account> {
    profiled(json!({
        "identity_document_types": identity_types(),
        "document_types": { "lease": "5b4a9f42-8e7d-4e96-8c42-b05a6f7e8b92" },
        "portfolio_types": { "mandate": "6b1f0a52-2f0e-4a53-9a0c-2a4b8a4d7c33" }
    }))
}

#[test]
fn the_neutral_envelope_becomes_these_calls_and_these_findings() {
    let (account, case) = (neutral_account(), Case::new(neutral_envelope()));
    assert_eq!(
        told(&account.check(&case.order)),
        [
            "warning message_unsupported /message",
            "warning language_unsupported /language",
            "warning recipient_message_unsupported /recipients/0/message",
            "warning subject_not_shown /subject",
            "warning organization_not_sent /recipients/0/organization",
            "info name_divided /recipients/1/name",
        ]
    );
    let plan = account.submissions(&case.order).remove(0);
    let planned: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| json!({ "step": step.id, "call": case.call(&*account, &step.id).redacted() }))
        .collect();
    insta::assert_json_snapshot!("neutral_envelope", planned);
}

fn plan_of(account: &dyn provider_clients::provider::Account, order: &Order) -> Vec<Step> {
    let plans = account.submissions(order);
    let [plan] = plans.as_slice() else { panic!("one portfolio holds everything: {plans:?}") };
    assert_eq!(plan.validate(), Ok(()));
    assert_eq!(plan.start, Start::AtOnce);
    plan.steps.clone()
}

#[test]
fn only_the_start_reaches_people_and_everything_before_it_is_begun_anew_after_a_doubt() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let mut order = two_documents();
    order.recipients[0].spec = proven(ana());
    let steps = plan_of(&*account, &order);
    let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    let expected = [
        "create_portfolio",
        "add_document/1",
        "add_document/2",
        "add_identity_document/1/1",
        "add_identity_document/1/2",
        "start",
    ];
    assert_eq!(ids, expected);
    for step in &steps[..5] {
        assert_eq!(step.repeat, Repeat::Once);
        let restart = WhenInDoubt::Restart { repeats: 0, pauses: vec![Duration::ZERO; 3] };
        assert_eq!((&step.in_doubt, step.makes_live), (&restart, false), "{}", step.id);
    }
    assert_eq!(steps[1].document, Some(document_id(1)));
    assert_eq!(steps[2].document, Some(document_id(2)));
    assert_eq!(steps[5].in_doubt, WhenInDoubt::RepeatAfter { wait: Duration::from_secs(120) });
    assert!(steps[5].makes_live && steps[5].repeat == Repeat::Once);
}

#[test]
fn an_account_that_can_read_asks_instead_of_guessing() {
    let account = account(json!({
        "profile": { "calls": optional_calls(), "timeouts": { "start_grace_s": 30 } }, "lookup_delays_s": [1, 9]
    }));
    let mut order = simple_order();
    order.recipients[0].spec = proven(ana());
    let steps = plan_of(&*account, &order);
    let asking = |delays: &[u64]| WhenInDoubt::LookUp {
        delays: delays.iter().copied().map(Duration::from_secs).collect(),
        otherwise: WhenNotFound::Repeat,
    };
    assert_eq!(steps[0].in_doubt, asking(&[1, 9]));
    assert_eq!(steps[1].in_doubt, asking(&[1, 9]));
    assert!(matches!(steps[2].in_doubt, WhenInDoubt::Restart { .. }), "identity documents are not listed anywhere");
    assert_eq!(steps[4].in_doubt, asking(&[30]));
}

#[test]
fn a_step_that_is_none_of_this_adapter_is_a_defect() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for id in ["", "send", "add_document", "add_document/0", "add_document/x", "add_document/2", "start/1"] {
        assert!(account.request(&Step::repeatable(id), &case.view(), &moment()).is_err(), "{id:?}");
    }
}

#[test]
fn every_attempt_has_an_id_of_its_own_because_the_vendor_may_want_them_unique() {
    let (account, mut case) = (account(json!({})), Case::new(simple_order()));
    let ids: Vec<Value> = (1..=4)
        .map(|attempt| {
            case.attempt = attempt;
            case.sent(&*account, "create_portfolio")["client_portfolio_id"].clone()
        })
        .collect();
    let id = submission_id();
    assert_eq!(ids, [format!("{id}"), format!("{id}.2"), format!("{id}.3"), format!("{id}.4")]);
}

#[test]
fn a_new_attempt_works_on_the_portfolio_that_it_made_and_on_no_other() {
    let (account, mut case) = (account(json!({})), Case::new(simple_order()));
    case.reference = Some("of-an-earlier-attempt");
    assert_eq!(case.sent(&*account, "start")["portfolio_id"], PORTFOLIO);
    case.outputs.clear();
    case.reference = None;
    let step = case.step(&*account, "start");
    assert!(account.request(&step, &case.view(), &moment()).is_err(), "the portfolio's id is not known");
}

#[test]
fn the_order_is_sent_as_dense_ranks_and_left_out_when_all_are_equal() {
    let sent = |account: &dyn provider_clients::provider::Account, places: [u32; 3]| {
        let mut third = person("Eva", "Ruiz", None, "eva@example.cl", "7654321-6", 1);
        third.routing_order = places[2];
        let mut order = order(vec![ana(), luis(), third]);
        order.recipients[0].spec.routing_order = places[0];
        order.recipients[1].spec.routing_order = places[1];
        let body = Case::new(order).sent(account, "create_portfolio");
        body["signers"].as_array().unwrap().iter().map(|s| s.get("order").cloned()).collect::<Vec<_>>()
    };
    let when_needed = account(json!({}));
    assert_eq!(sent(&*when_needed, [7, 7, 7]), [None, None, None]);
    assert_eq!(sent(&*when_needed, [7, 3, 7]), [Some(json!(2)), Some(json!(1)), Some(json!(2))]);
    let always = profiled(json!({ "order_mode": "always" }));
    assert_eq!(sent(&*always, [7, 7, 7]), [Some(json!(1)), Some(json!(1)), Some(json!(1))]);
    let never = profiled(json!({ "order_mode": "never" }));
    assert_eq!(sent(&*never, [7, 3, 7]), [None, None, None]);
}

#[test]
fn a_whole_name_is_divided_at_its_blanks() {
    let account = account(json!({}));
    let cases = [
        ("Ana Pérez", "Ana", "Pérez"),
        ("Ana Pérez Soto", "Ana", "Pérez Soto"),
        ("Ana María Pérez Soto", "Ana María", "Pérez Soto"),
        ("Ana  María de Jesús Pérez Soto", "Ana María de Jesús", "Pérez Soto"),
    ];
    for (name, names, lastnames) in cases {
        let mut spec = ana();
        (spec.name, spec.given_name, spec.family_name, spec.second_family_name) = (name.to_owned(), None, None, None);
        let body = Case::new(order(vec![spec])).sent(&*account, "create_portfolio");
        assert_eq!(
            (&body["signers"][0]["names"], &body["signers"][0]["lastnames"]),
            (&json!(names), &json!(lastnames))
        );
    }
    let mut spec = ana();
    spec.second_family_name = None;
    let body = Case::new(order(vec![spec])).sent(&*account, "create_portfolio");
    assert_eq!(body["signers"][0]["lastnames"], "Pérez", "parts that are told apart are taken as they are");
}

#[test]
fn foreigners_are_sent_with_their_country_and_its_number() {
    let mut spec = ana();
    spec.national_id = Some(NationalId::new(NationalIdType::Passport, "aab-123456", "PE".parse().ok()).unwrap());
    let body = Case::new(order(vec![spec])).sent(&*account(json!({})), "create_portfolio");
    assert_eq!(body["signers"][0]["nin"], "AAB123456");
    assert_eq!(body["signers"][0]["country"], "PE");
}

#[test]
fn how_numbers_are_written_is_a_setting() {
    let mut spec = ana();
    spec.national_id = Some(NationalId::new(NationalIdType::Rut, "10000013-k", None).unwrap());
    let order = order(vec![spec]);
    let signer =
        |profile: Value| Case::new(order.clone()).sent(&*profiled(profile), "create_portfolio")["signers"][0].clone();
    assert_eq!(signer(json!({}))["nin"], "10000013-K");
    assert_eq!(signer(json!({ "nin_format": "hyphen_dots" }))["nin"], "10.000.013-K");
    assert_eq!(signer(json!({ "nin_format": "plain" }))["nin"], "10000013K");
    assert_eq!(signer(json!({ "phone_format": "digits" }))["phone"], "56912345678");
    assert_eq!(signer(json!({ "phone_format": "not_sent" })).get("phone"), None);
    let codes = json!({ "notification_codes": { "email": "GOFIRMEX" } });
    assert_eq!(signer(codes)["notification"], "GOFIRMEX");
}

#[test]
fn a_profile_of_other_paths_and_names_is_obeyed() {
    let account = account(json!({
        "base_url": "https://sign.example/base/",
        "profile": {
            "calls": {
                "create_portfolio": { "path": "/carpetas" },
                "add_document": { "method": "PUT", "path": "/carpetas/{portfolio_id}/documentos?v=2" },
                "start": { "path": "/carpetas/{client_portfolio_id}/iniciar" }
            },
            "fields": {
                "portfolio": { "signers": "firmantes", "client_id": "clave" },
                "signer": { "nin": "rut" },
                "document": { "content": "pdf", "signature": "tipo_firma" },
                "start": { "portfolio_id": "carpeta" }
            },
            "response": { "portfolio_id": ["/carpeta/id"] }
        }
    }));
    let case = Case::new(simple_order());
    let create = case.call(&*account, "create_portfolio");
    assert_eq!(create.url.as_str(), "https://sign.example/base/carpetas");
    assert_eq!(json_of(&create)["firmantes"][0]["rut"], "11111111-1");
    assert_eq!(json_of(&create)["clave"], submission_id().to_string());
    let document = case.call(&*account, "add_document/1");
    assert_eq!(document.method, Method::Put);
    assert_eq!(document.url.as_str(), format!("https://sign.example/base/carpetas/{PORTFOLIO}/documentos?v=2"));
    let Body::JsonWithFiles { template, files } = &document.body else { panic!("no file") };
    assert_eq!((&template["pdf"], &template["tipo_firma"]), (&json!(files[0].0), &json!("FES")));
    let start = case.call(&*account, "start");
    assert_eq!(start.url.path(), format!("/base/carpetas/{}/iniciar", submission_id()));
    assert_eq!(json_of(&start), json!({ "carpeta": PORTFOLIO }));
    let reply = answer(201, &json!({ "success": true, "carpeta": { "id": "c-1" } }));
    assert_eq!(done(case.answered(&*account, "create_portfolio", &reply)).reference.as_deref(), Some("c-1"));
}

#[test]
fn the_notification_is_by_the_vendor_or_by_the_caller() {
    let account = account(json!({}));
    for (delivery, word) in [(Some(Delivery::Email), "email"), (Some(Delivery::None), "none"), (None, "email")] {
        let mut spec = ana();
        spec.delivery = delivery;
        let body = Case::new(order(vec![spec])).sent(&*account, "create_portfolio");
        assert_eq!(body["signers"][0]["notification"], word);
    }
    assert_eq!(account.defaults(), (SignatureLevel::Simple, Delivery::Email));
    let other =
        profiled(json!({ "notification_codes": { "email": null }, "signature_codes": { "simple": { "none": null } } }));
    assert_eq!(other.defaults(), (SignatureLevel::Advanced, Delivery::None));
}
