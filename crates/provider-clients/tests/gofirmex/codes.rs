//! Every row of the table of refusals, and every field that a refusal may name. Section 2.1.

use std::time::Duration;

use domain::finding::FindingSource;
use domain::outcome::{Class, Refusal};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::*;

/// The places of a refusal; those of the account behind `account:`.
fn blamed(refusal: &Refusal) -> Vec<String> {
    let shown = |blame: &domain::outcome::Blame| match blame.source {
        FindingSource::Envelope => blame.pointer.clone(),
        FindingSource::Account => format!("account:{}", blame.pointer),
    };
    refusal.blames.iter().map(shown).collect()
}

fn case() -> Case {
    let mut order = two_documents();
    order.recipients[0].spec = proven(ana());
    Case::new(order)
}

fn refusal(step: &str, reply: &Reply) -> Refusal {
    refused(case().answered(&*shared_account(), step, reply))
}

#[test]
fn every_code_has_its_class_and_its_places() {
    use Class::{InsufficientCredit, InvalidRequest, NotFound, Permission};
    let incomplete: &[&str] = &["/documents", "/recipients/0/identity_documents", "/recipients/1/identity_documents"];
    let rows: [(&str, u16, &str, Class, &[&str]); 13] = [
        ("create_portfolio", 400, "VALIDATION_ERROR", InvalidRequest, &[]),
        ("create_portfolio", 422, "VALIDATION_ERROR", InvalidRequest, &[]),
        ("start", 402, "INSUFFICIENT_CREDIT", InsufficientCredit, &["account:"]),
        ("create_portfolio", 403, "FORBIDDEN", Permission, &["account:/settings/user", "account:/settings/issuer"]),
        ("add_document/1", 404, "PORTFOLIO_NOT_FOUND", NotFound, &[]),
        ("add_identity_document/1/2", 404, "SIGNER_NOT_FOUND", NotFound, &["/recipients/0/national_id"]),
        (
            "add_document/2",
            404,
            "DOCUMENT_TYPE_NOT_FOUND",
            InvalidRequest,
            &["account:/settings/default_document_type"],
        ),
        (
            "add_identity_document/1/2",
            404,
            "DOCUMENT_TYPE_NOT_FOUND",
            InvalidRequest,
            &["account:/settings/profile/identity_document_types/id_card_back"],
        ),
        ("start", 409, "PORTFOLIO_INCOMPLETE", InvalidRequest, incomplete),
        ("start", 422, "PORTFOLIO_INCOMPLETE", InvalidRequest, incomplete),
        ("add_document/2", 413, "DOCUMENT_TOO_LARGE", InvalidRequest, &["/documents/1"]),
        ("add_document/1", 415, "UNSUPPORTED_FORMAT", InvalidRequest, &["/documents/0"]),
        (
            "add_identity_document/1/2",
            422,
            "UNSUPPORTED_FORMAT",
            InvalidRequest,
            &["/recipients/0/identity_documents/1"],
        ),
    ];
    for (step, status, code, class, places) in rows {
        let refusal = refusal(step, &coded(status, code, Value::Null));
        let endpoint = step.split('/').next().unwrap();
        assert_eq!((refusal.class, refusal.code.as_str()), (class, format!("{endpoint}/{code}").as_str()));
        assert_eq!(blamed(&refusal), places, "{step} {code}");
        assert_eq!(refusal.message, "The request is not valid");
    }
}

#[test]
fn without_a_code_the_status_decides() {
    use Class::{
        Authentication, Conflict, InsufficientCredit, InvalidRequest, NotFound, Permission, ProviderError, RateLimited,
    };
    let rows: [(u16, Class, &[&str]); 12] = [
        (400, InvalidRequest, &[]),
        (401, Authentication, &["account:/credentials/private_key_pem", "account:/settings/issuer"]),
        (402, InsufficientCredit, &["account:"]),
        (403, Permission, &["account:/settings/user", "account:/settings/issuer"]),
        (404, NotFound, &[]),
        (405, ProviderError, &[]),
        (409, Conflict, &[]),
        (413, InvalidRequest, &["/documents/0"]),
        (415, InvalidRequest, &["/documents/0"]),
        (418, ProviderError, &[]),
        (422, InvalidRequest, &[]),
        (429, RateLimited, &[]),
    ];
    for (status, class, places) in rows {
        let refusal = refusal("add_document/1", &answer(status, &json!({ "success": false, "message": "no" })));
        assert_eq!((refusal.class, blamed(&refusal)), (class, places.iter().map(ToString::to_string).collect()));
        assert_eq!(refusal.code, format!("add_document/http_{status}"));
    }
}

#[test]
fn the_gateways_failures_are_told_in_its_words() {
    let key = ["account:/credentials/private_key_pem", "account:/settings/issuer"];
    let bodies = [
        (json!({ "message": "Unauthorized" }), "Unauthorized"),
        (json!({ "message": "No mandatory 'iss' in claims" }), "No mandatory 'iss' in claims"),
        (json!({ "message": "No credentials found for given 'iss'" }), "No credentials found for given 'iss'"),
        (json!({ "message": "Invalid algorithm" }), "Invalid algorithm"),
        (json!({ "message": "Invalid signature" }), "Invalid signature"),
        (json!({ "exp": "token expired" }), "exp: token expired"),
    ];
    for (body, message) in bodies {
        let refusal = refusal("create_portfolio", &gateway(401, body));
        assert_eq!((refusal.class, refusal.message.as_str()), (Class::Authentication, message));
        assert_eq!(blamed(&refusal), key);
        assert_eq!(refusal.code, "create_portfolio/http_401");
    }
}

#[test]
fn a_path_that_nobody_answers_is_a_fault_of_the_settings() {
    let replies = [
        gateway(404, json!({ "message": "no Route matched with those values" })),
        Reply::new(404, "<html>Not found</html>"),
        Reply::new(404, ""),
    ];
    for reply in replies {
        let refusal = refusal("add_document/1", &reply);
        assert_eq!(refusal.class, Class::ProviderError);
        let places = ["account:/settings/profile/calls/add_document", "account:/settings/base_url"];
        assert_eq!(blamed(&refusal), places);
        assert!(refusal.is_fault_of_settings(), "the envelope waits for the account to be corrected");
    }
}

#[test]
fn too_many_calls_are_waited_out() {
    let reply = gateway(429, json!({ "message": "API rate limit exceeded" }));
    assert_eq!(refusal("start", &reply).retry_after, Some(Duration::from_secs(60)));
    let asked = Reply { retry_after: Some(Duration::from_secs(7)), ..reply };
    assert_eq!(refusal("start", &asked).retry_after, Some(Duration::from_secs(7)));
}

#[test]
fn every_field_of_a_detail_means_its_place() {
    let rows = [
        ("create_portfolio", "signers[0].nin", "/recipients/0/national_id"),
        ("create_portfolio", "signers[1].country", "/recipients/1/national_id/country"),
        ("create_portfolio", "signers[1].names", "/recipients/1/name"),
        ("create_portfolio", "signers[1].lastnames", "/recipients/1/name"),
        ("create_portfolio", "signers[0].email", "/recipients/0/email"),
        ("create_portfolio", "signers[0].phone", "/recipients/0/phone"),
        ("create_portfolio", "signers[0].notification", "/recipients/0/delivery"),
        ("create_portfolio", "signers[0].order", "/recipients/0/routing_order"),
        ("create_portfolio", "signers[0].other", "/recipients/0"),
        ("create_portfolio", "signers[0]", "/recipients/0"),
        ("create_portfolio", "signers", "/recipients"),
        ("create_portfolio", "signers[9].nin", "/recipients"),
        ("create_portfolio", "portfolio_type", "account:/settings/default_portfolio_type"),
        ("add_document/2", "document", "/documents/1"),
        ("add_document/2", "description", "/documents/1/name"),
        ("add_document/2", "document_type", "account:/settings/default_document_type"),
        ("add_document/2", "encryption_key", "account:/settings/encryption"),
        ("add_identity_document/1/1", "document", "/recipients/0/identity_documents/0"),
        ("add_identity_document/1/1", "signer_nin", "/recipients/0/national_id"),
        (
            "add_identity_document/1/1",
            "document_type",
            "account:/settings/profile/identity_document_types/id_card_front",
        ),
    ];
    for (step, field, place) in rows {
        let detail = json!([{ "field": field, "message": "invalid" }]);
        assert_eq!(blamed(&refusal(step, &coded(400, "VALIDATION_ERROR", detail))), [place], "{step} {field}");
    }
    let signature = coded(400, "VALIDATION_ERROR", json!({ "field": "signature" }));
    let every = ["/recipients/0/signature_level", "/recipients/1/signature_level"];
    assert_eq!(blamed(&refusal("add_document/1", &signature)), every);
}

#[test]
fn an_option_is_blamed_where_it_was_given() {
    let mut order = simple_order();
    order.spec.provider_options = serde_json::from_value(json!({ "gofirmex": { "portfolio_type": "x" } })).unwrap();
    order.documents[0].provider_options =
        serde_json::from_value(json!({ "gofirmex": { "document_type": "y", "signature": "FES" } })).unwrap();
    let (account, case) = (account(json!({})), Case::new(order));
    let places = |step: &str, field: &str| {
        let reply = coded(422, "VALIDATION_ERROR", json!([{ "field": field }]));
        blamed(&refused(case.answered(&*account, step, &reply)))
    };
    assert_eq!(places("create_portfolio", "portfolio_type"), ["/provider_options/gofirmex/portfolio_type"]);
    let document = "/documents/0/provider_options/gofirmex";
    assert_eq!(places("add_document/1", "document_type"), [format!("{document}/document_type")]);
    assert_eq!(places("add_document/1", "signature"), [format!("{document}/signature")]);
    let missing =
        refused(case.answered(&*account, "add_document/1", &coded(404, "DOCUMENT_TYPE_NOT_FOUND", json!("x"))));
    assert_eq!(blamed(&missing), [format!("{document}/document_type")]);
}

#[test]
fn several_details_are_all_told_and_each_once() {
    let detail = json!([
        { "field": "signers[0].names" }, { "field": "signers[0].lastnames" }, { "field": "signers[1].email" }, "text", 7
    ]);
    let refusal = refusal("create_portfolio", &coded(400, "VALIDATION_ERROR", detail));
    assert_eq!(blamed(&refusal), ["/recipients/0/name", "/recipients/1/email"]);
}

#[test]
fn an_operator_may_give_a_code_another_class_or_take_it_away() {
    let account = profiled(json!({ "error_codes": { "NO_FUNDS": "insufficient_credit", "FORBIDDEN": null } }));
    let case = Case::new(simple_order());
    let class = |status, code| refused(case.answered(&*account, "start", &coded(status, code, Value::Null))).class;
    assert_eq!(class(400, "NO_FUNDS"), Class::InsufficientCredit);
    assert_eq!(class(422, "FORBIDDEN"), Class::InvalidRequest, "the status decides");
}
