//! Every row of the vendor's error tables: class, places, what follows. Sections 2.3 and 3.

use std::time::Duration;

use domain::outcome::{Blame, Class, Outcome};
use provider_clients::provider::Account;
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{Case, account, double_order, error, options, refused, simple_order, success, unknown};

const STEPS: [&str; 9] = [
    "resolve_fee",
    "snapshot_owner",
    "create_contract",
    "list_files/0",
    "upload_document/1",
    "sort_files",
    "merge",
    "send_draft",
    "delete_contract",
];

fn changes(step: &str) -> bool {
    !["resolve_fee", "snapshot_owner", "list_files/0"].contains(&step)
}

fn case() -> Case {
    let mut case = Case::created(double_order());
    case.listed(0, &[]);
    case.listed(1, &["a"]);
    case.listed(2, &["a", "b"]);
    case
}

#[test]
fn each_code_has_its_class_at_every_step() {
    let account = account(json!({}));
    for (code, class) in [
        (402, Class::InsufficientCredit),
        (404, Class::NotFound),
        (409, Class::Conflict),
        (413, Class::InvalidRequest),
        (429, Class::RateLimited),
        (400, Class::ProviderError),
        (418, Class::ProviderError),
    ] {
        let in_body = json!({ "code": code, "status": "error", "message": "No." }).to_string();
        for reply in [error(code, "No."), Reply::new(200, in_body)] {
            for step in STEPS.iter().filter(|step| !(**step == "delete_contract" && code == 404)) {
                let refusal = refused(case().answered(&*account, step, &reply));
                assert_eq!(refusal.class, class, "{step} {code}");
                assert!(refusal.code.ends_with(&format!("/{code}")), "{}", refusal.code);
                assert_eq!(refusal.message, "No.");
            }
        }
    }
}

#[test]
fn an_outage_leaves_what_changes_something_in_doubt_and_nothing_else() {
    let account = account(json!({}));
    for status in [408, 500, 502, 503, 504] {
        for reply in [error(status, "No."), Reply::new(status, "<html>"), Reply::new(status, "")] {
            for step in STEPS {
                let outcome = case().answered(&*account, step, &reply);
                if changes(step) {
                    assert!(unknown(outcome).code.unwrap().ends_with(&status.to_string()), "{step}");
                } else {
                    assert_eq!(refused(outcome).class, Class::ProviderUnavailable, "{step}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_is_no_json_is_a_doubt() {
    let account = account(json!({}));
    for body in ["", "<html>ok</html>", "[]", "{\"code\": 200, \"status\""] {
        for step in STEPS {
            let outcome = case().answered(&*account, step, &Reply::new(200, body));
            assert!(unknown(outcome).code.unwrap().ends_with("/unreadable"), "{step}");
        }
    }
    for (status, class) in [(400, Class::ProviderError), (404, Class::NotFound), (413, Class::InvalidRequest)] {
        let refusal = refused(case().answered(&*account, "merge", &Reply::new(status, "<html>")));
        assert_eq!((refusal.class, refusal.code), (class, format!("merge/http_{status}")));
    }
}

#[test]
fn validation_names_no_field_so_every_candidate_of_a_creation_is_named() {
    let account = account(json!({ "default_contract_type_fee_id": 28 }));
    let at = |mut case: Case, given: Value| {
        options(&mut case.order, given);
        let refusal = refused(case.answered(&*account, "create_contract", &error(400, "VALIDATION-FAIL")));
        assert_eq!((refusal.class, refusal.code.as_str()), (Class::InvalidRequest, "create_contract/400"));
        refusal.blames
    };
    let mut case = Case::fresh(double_order());
    case.order.recipients[1].spec.provider_options.insert("firma_virtual".to_owned(), json!({ "portion": 100 }));
    let envelope = |pointer: &str| Blame::envelope(pointer);
    assert_eq!(
        at(case, json!({ "contract_type_fee_id": 28 })),
        [
            envelope("/recipients/0/national_id"),
            envelope("/recipients/0/email"),
            envelope("/recipients/0/phone"),
            envelope("/recipients/1/national_id"),
            envelope("/recipients/1/email"),
            envelope("/recipients/1/phone"),
            envelope("/recipients/1/provider_options/firma_virtual/portion"),
            envelope("/provider_options/firma_virtual/contract_type_fee_id"),
            envelope("/recipients"),
        ]
    );
    let blames = at(Case::fresh(simple_order()), json!({}));
    assert!(blames.contains(&Blame::account("/settings/default_contract_type_fee_id")));
}

#[test]
fn a_refused_upload_names_its_document() {
    let account = account(json!({}));
    let reply = |code: u16| if code == 413 { Reply::new(413, "<html>") } else { error(code, "VALIDATION-FAIL") };
    for code in [400, 413] {
        for (step, pointer) in [("upload_document/1", "/documents/0"), ("upload_document/2", "/documents/1")] {
            let refusal = refused(case().answered(&*account, step, &reply(code)));
            assert_eq!(refusal.class, Class::InvalidRequest);
            assert_eq!(refusal.blames, [Blame::envelope(pointer)]);
        }
    }
}

#[test]
fn a_limit_is_told_by_status_or_by_a_word_and_waited_out() {
    let account = account(json!({ "limit_backoff_s": 1200 }));
    let wait = |reply: &Reply| {
        let refusal = refused(case().answered(&*account, "send_draft", reply));
        assert_eq!(refusal.class, Class::RateLimited);
        refusal.retry_after
    };
    assert_eq!(wait(&error(429, "slow down")), Some(Duration::from_secs(1200)));
    for text in ["Ha superado el límite de correos", "LIMITE de correos", "mail limit reached"] {
        assert_eq!(wait(&error(400, text)), Some(Duration::from_secs(1200)), "{text}");
        assert_eq!(wait(&success(200, json!(text))), Some(Duration::from_secs(1200)), "{text}");
    }
    let told = Reply { retry_after: Some(Duration::from_secs(7)), ..error(429, "slow down") };
    assert_eq!(wait(&told), Some(Duration::from_secs(7)));
}

#[test]
fn the_texts_of_the_user_calls_have_their_classes_with_any_status() {
    let account = account(json!({}));
    for (operation, text, class, at) in [
        ("create_user", "Email exists", Class::Conflict, vec!["/email"]),
        ("create_user", "THIS Login already exists", Class::Conflict, vec!["/login"]),
        (
            "create_user",
            "Invalid Login must be alphanumeric whit 6 to 16 length",
            Class::InvalidRequest,
            vec!["/login", "/password"],
        ),
        ("reset_password", "Login / usuario desconocido..!", Class::NotFound, vec!["/login"]),
        (
            "set_new_password",
            "Wrong login or password ..!",
            Class::InvalidRequest,
            vec!["/login", "/temporary_password"],
        ),
    ] {
        let inside = json!({ "code": 200, "status": "error", "message": text }).to_string();
        for reply in [
            Reply::new(200, inside),
            success(200, json!(text)),
            success(200, json!({ "info": text })),
            error(400, text),
        ] {
            let refusal = refused(account.operation_reply(operation, &reply));
            assert_eq!(refusal.class, class, "{text}: {reply:?}");
            let blames: Vec<Blame> = at.iter().map(|pointer| Blame::envelope(*pointer)).collect();
            assert_eq!(refusal.blames, blames, "{text}");
        }
    }
}

#[test]
fn an_unknown_text_in_place_of_ids_is_no_success() {
    let account = account(json!({}));
    for message in [json!("Something"), json!({ "info": "Something" })] {
        let doubt = unknown(account.operation_reply("create_user", &success(201, message.clone())));
        assert_eq!(doubt.code.as_deref(), Some("create_userapp/201"));
        assert_eq!(refused(account.operation_reply("get_user", &success(200, message))).class, Class::ProviderError);
    }
    // The vendor's own "error" is a definite no, with HTTP status 200 too.
    let said = Reply::new(200, json!({ "code": 200, "status": "error", "message": "Something" }).to_string());
    assert_eq!(refused(account.operation_reply("create_user", &said)).class, Class::ProviderError);
}

#[test]
fn a_status_that_is_missing_or_a_code_that_contradicts_it_is_no_success() {
    let account = account(json!({}));
    for body in [json!({ "code": 200, "message": [] }), json!({ "code": 500, "status": "success", "message": [] })] {
        let outcome =
            Case::created(simple_order()).answered(&*account, "list_files/0", &Reply::new(200, body.to_string()));
        assert!(matches!(outcome, Outcome::Refused(_)), "{body}");
    }
    let low = json!({ "code": "200", "status": "SUCCESS", "message": [] }).to_string();
    let outcome = Case::created(simple_order()).answered(&*account, "list_files/0", &Reply::new(200, low));
    assert!(matches!(outcome, Outcome::Done(_)), "numbers in texts, words in any case");
}

#[test]
fn the_operators_classes_go_before_the_tables() {
    let account = account(json!({
        "error_texts": [{ "pattern": "(?i)saldo", "class": "insufficient_credit" }],
        "error_class_overrides": { "402": "permission", "400": "invalid_request", "403": "permission" }
    }));
    let class = |step: &str, reply: Reply| refused(case().answered(&*account, step, &reply)).class;
    assert_eq!(class("send_draft", error(400, "Sin SALDO")), Class::InsufficientCredit);
    assert_eq!(class("merge", success(207, json!("sin saldo"))), Class::InsufficientCredit, "also as a success");
    assert_eq!(class("send_draft", error(402, "x")), Class::Permission);
    assert_eq!(class("send_draft", error(400, "error")), Class::InvalidRequest, "no bad token any more");
    assert_eq!(class("snapshot_owner", error(403, "x")), Class::Permission);
    assert_eq!(class("send_draft", Reply::new(402, "<html>")), Class::Permission);
}

#[test]
fn a_message_never_shows_the_password_and_is_cut() {
    let account = account(json!({}));
    let long = format!("example-password {}", "x".repeat(900));
    let refusal = refused(case().answered(&*account, "merge", &error(409, &long)));
    assert!(refusal.message.starts_with("[secret] xxx"));
    assert_eq!(refusal.message.chars().count(), 500);
}

#[test]
fn a_correction_that_is_refused_names_the_signers_members() {
    let account: std::sync::Arc<dyn Account> = account(json!({}));
    let case = case();
    let call = crate::support::line(&case.calling(&*account, "merge"));
    assert!(call.contains("merge"));
    let any = case.calling(&*account, "merge");
    let id = case.order.recipients[1].id;
    let outcome =
        account.correct_reply(id, &case.view(), &any, &crate::support::moment(), &error(400, "VALIDATION-FAIL"));
    let at = ["name", "email", "phone"].map(|member| Blame::envelope(format!("/recipients/1/{member}")));
    assert_eq!(refused(outcome).blames, at);
}
