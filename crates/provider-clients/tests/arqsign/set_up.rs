//! The webhook at the vendor in all its states. Sections 2.15 to 2.17, 4 and 5.

use domain::outcome::{Class, Outcome};
use provider_clients::arqsign::ArqSign;
use provider_clients::call::{Call, Method};
use provider_clients::provider::{ACCOUNT_ID, Account, AccountFacts, Moment, Provider, Setup};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    KEY, URL, account, answer, at, credentials, done, facts, json_of, moment, moment_with, refusal, refused, settings,
    with, working,
};

const ID: &str = "b1f20000-0000-4000-8000-000000000001";
const OLD: &str = "b1f20000-0000-4000-8000-000000000002";
const NAME: &str = "rubrica-pac_00000000000000000000000001";

fn fresh() -> AccountFacts {
    facts(&[(ACCOUNT_ID, "pac_00000000000000000000000001")])
}

fn entry(changes: Value) -> Value {
    let entry = json!({
        "id": ID, "nome": NAME, "status": 1, "urlPublicar": URL, "aguardaRetorno": 1, "hmac": KEY,
        "usuarios": [], "grupos": [], "pastas": [],
        "gatilhos": [{ "id": 1, "nome": "Processo enviado", "ativo": true }, { "id": 8, "nome": "Processo concluído", "ativo": 1 }],
        "dadosRetorno": { "processo": 1, "signatarios": 1, "documentos": 0 }
    });
    with(entry, changes)
}

fn next(account: &dyn Account, facts: &AccountFacts) -> Option<Call> {
    match account.setup(&moment_with(facts)).unwrap() {
        Setup::Call(call) => Some(*call),
        Setup::Complete => None,
    }
}

fn replied(account: &dyn Account, facts: &AccountFacts, reply: &Reply) -> Outcome<AccountFacts> {
    let call = next(account, facts).unwrap();
    account.setup_reply(&call, &moment_with(facts), reply)
}

fn after(account: &dyn Account, facts: &AccountFacts, body: &Value) -> AccountFacts {
    done(replied(account, facts, &answer(body)))
}

fn switched_on(facts: &AccountFacts, name: &str, value: &str) -> AccountFacts {
    let mut facts = facts.clone();
    facts.insert(name.to_owned(), value.to_owned());
    facts
}

fn healthy(facts: &AccountFacts) -> (bool, String) {
    let health = account(json!({})).webhook_health(&moment_with(facts)).unwrap();
    (health.healthy, health.detail)
}

#[test]
fn a_new_account_looks_first_then_registers_and_is_complete() {
    let account = account(json!({}));
    let list = next(&*account, &fresh()).unwrap();
    assert_eq!((list.method, list.url.path()), (Method::Get, "/api/v1/confwebhook"));
    assert_eq!(healthy(&fresh()), (false, "The webhook is not registered at ArqSign yet.".to_owned()));

    let looked =
        after(&*account, &fresh(), &json!([entry(json!({ "urlPublicar": "https://erp.example.com", "nome": "erp" }))]));
    let register = next(&*account, &looked).unwrap();
    assert_eq!((register.method, register.url.path()), (Method::Post, "/api/v1/confwebhook"));
    assert_eq!(
        json_of(&register),
        json!({
            "nome": NAME, "status": 1, "urlPublicar": URL, "aguardarRetorno": true, "gatilhos": [1, 2, 3, 4, 5, 6, 7, 8],
            "dadosRetorno": { "processo": true, "signatarios": true, "documentos": false }
        })
    );
    assert!(!register.redacted().to_string().contains("token-1"), "the callback's address is a secret");

    let registered = after(&*account, &looked, &json!({ "id": ID, "nome": NAME, "chaveHMAC": KEY }));
    assert_eq!(next(&*account, &registered), None);
    assert_eq!((registered["webhook_id"].as_str(), registered["webhook_hmac_key"].as_str()), (ID, KEY));
    let (is_healthy, detail) = healthy(&registered);
    assert!(is_healthy, "{detail}");
}

#[test]
fn a_registration_whose_answer_was_lost_is_found_and_not_repeated() {
    let account = account(json!({}));
    let looked = after(&*account, &fresh(), &json!([]));
    let doubt = replied(&*account, &looked, &Reply::new(504, ""));
    assert!(matches!(doubt, Outcome::Unknown(_)));
    let later = Moment { now: at("2025-07-02T14:06:00Z"), ..moment_with(&looked) };
    let Setup::Call(call) = account.setup(&later).unwrap() else { panic!("it is looked up") };
    assert_eq!(call.endpoint, "confwebhook/list");
    let found = done(account.setup_reply(&call, &later, &answer(&json!([entry(json!({}))]))));
    assert_eq!(found["webhook_id"], ID);
    assert_eq!(account.setup(&Moment { facts: &found, ..later }).unwrap(), Setup::Complete);
}

#[test]
fn a_registration_without_an_id_is_looked_up() {
    let account = account(json!({}));
    let looked = after(&*account, &fresh(), &json!([]));
    let odd = after(&*account, &looked, &json!({ "nome": NAME }));
    assert_eq!(next(&*account, &odd).unwrap().endpoint, "confwebhook/list");
}

#[test]
fn a_taken_name_gets_a_number() {
    let account = account(json!({}));
    let taken = |name: &str| entry(json!({ "nome": name, "urlPublicar": "https://old.example.com", "status": 2 }));
    let looked = after(&*account, &fresh(), &json!([taken(NAME), taken(&format!("{NAME}-2"))]));
    assert_eq!(json_of(&next(&*account, &looked).unwrap())["nome"], format!("{NAME}-3"));
}

#[test]
fn a_new_address_gets_a_new_webhook_and_the_old_one_is_switched_off() {
    let account = account(json!({}));
    let old = entry(
        json!({ "id": OLD, "urlPublicar": "https://broker.example.com/callbacks/arqsign/token-0", "hmac": "old-key" }),
    );
    let before = switched_on(&working(), "webhook_url", "https://broker.example.com/callbacks/arqsign/token-0");
    let before = switched_on(&before, "webhook_hmac_key", "old-key");
    let looked = after(&*account, &before, &json!([old]));
    let register = next(&*account, &looked).unwrap();
    assert_eq!(json_of(&register)["nome"], format!("{NAME}-2"));
    let registered = after(&*account, &looked, &json!({ "id": ID, "chaveHMAC": KEY }));
    assert_eq!(
        (registered["webhook_hmac_key"].as_str(), registered["webhook_previous_hmac_key"].as_str()),
        (KEY, "old-key")
    );

    let due = switched_on(&registered, "webhook_checked_at", "2025-06-01T00:00:00+00:00");
    let foreign = entry(json!({ "id": "other", "nome": "rubrica-pac_other", "urlPublicar": "https://x.example.com" }));
    let listed = after(&*account, &due, &json!([entry(json!({ "nome": format!("{NAME}-2") })), old, foreign]));
    let switch = next(&*account, &listed).unwrap();
    assert_eq!(
        (switch.method, switch.url.path()),
        (Method::Patch, &*format!("/api/v1/confwebhook/{OLD}/alterar-status"))
    );
    assert_eq!(json_of(&switch), json!({ "status": 2 }));
    let finished = done(replied(&*account, &listed, &Reply::new(200, "")));
    assert_eq!(next(&*account, &finished), None);
}

#[test]
fn a_webhook_switched_off_after_failures_is_switched_on_again() {
    let due = switched_on(&working(), "webhook_checked_at", "2025-06-01T00:00:00+00:00");
    let account = account(json!({}));
    for (change, said) in [
        (json!({ "status": 3 }), "ArqSign switched the webhook off after failures."),
        (json!({ "status": 2 }), "The webhook is switched off at ArqSign."),
        (
            json!({ "gatilhos": [{ "id": 3, "nome": "x", "ativo": false }, { "id": 8, "nome": "y", "ativo": 0 }] }),
            "ArqSign switched these triggers off after failures: 3,8.",
        ),
    ] {
        let listed = after(&*account, &due, &json!([entry(change)]));
        assert_eq!(healthy(&listed), (false, said.to_owned()));
        let switch = next(&*account, &listed).unwrap();
        assert_eq!(
            (switch.url.path(), json_of(&switch)),
            (&*format!("/api/v1/confwebhook/{ID}/alterar-status"), json!({ "status": 1 }))
        );
        let finished = done(replied(&*account, &listed, &Reply::new(200, "")));
        assert_eq!((next(&*account, &finished), healthy(&finished).0), (None, true));
    }
}

#[test]
fn the_account_may_leave_a_failed_webhook_off() {
    let off = switched_on(&working(), "webhook_status", "3");
    assert_eq!(next(&*account(json!({ "webhook": { "auto_reactivate": false } })), &off), None);
}

#[test]
fn a_webhook_that_is_gone_is_registered_anew() {
    let account = account(json!({}));
    let off = switched_on(&working(), "webhook_status", "3");
    let gone = done(replied(&*account, &off, &refusal(400, "O(s) id(s) listado(s) não existe(m): idConfWebHook")));
    assert_eq!(next(&*account, &gone).unwrap().endpoint, "confwebhook/list");
    let due = switched_on(&working(), "webhook_checked_at", "2025-06-01T00:00:00+00:00");
    let missing = after(&*account, &due, &json!([]));
    assert_eq!(next(&*account, &missing).unwrap().endpoint, "confwebhook");
    assert_eq!(missing["webhook_hmac_key"], KEY, "retries of the old one may still come");
}

#[test]
fn the_webhook_is_looked_after_without_eating_the_quota() {
    let checked = |at: &str| switched_on(&working(), "webhook_checked_at", at);
    let corporate = json!({ "rate_limits": { "per_minute": 240, "per_hour": 600, "per_month": 900_000 } });
    for (settings, before, due) in [
        (corporate.clone(), "2025-07-02T08:05:01+00:00", false),
        (corporate, "2025-07-02T08:05:00+00:00", true),
        (json!({}), "2025-06-29T00:00:00+00:00", false),
        (json!({}), "2025-06-28T00:00:00+00:00", true),
        (json!({ "webhook": { "check_every_s": 3600 } }), "2025-07-02T13:05:00+00:00", true),
        (json!({ "webhook": { "check_every_s": 3600 } }), "2025-07-02T13:06:00+00:00", false),
    ] {
        let call = next(&*account(settings), &checked(before));
        assert_eq!(call.is_some_and(|call| call.endpoint == "confwebhook/list"), due, "{before}");
    }
}

#[test]
fn without_an_address_or_a_wish_nothing_is_set_up() {
    let nothing = fresh();
    let nowhere = Moment { callback_url: None, ..moment_with(&nothing) };
    let plain = account(json!({}));
    assert_eq!(plain.setup(&nowhere).unwrap(), Setup::Complete);
    assert!(!plain.webhook_health(&nowhere).unwrap().healthy);
    let off = account(json!({ "webhook": { "enabled": false } }));
    assert_eq!(next(&*off, &fresh()), None);
    assert_eq!(off.webhook_health(&moment_with(&fresh())), None);
    assert!(!off.abilities().callbacks);
    let by_hand = with(credentials(), json!({ "webhook_hmac_key": KEY }));
    let off_by_hand = with(settings(), json!({ "webhook": { "enabled": false } }));
    assert!(ArqSign::new().open(&off_by_hand, &by_hand).unwrap().abilities().callbacks);
    assert!(off.webhook_health(&moment()).is_none());
}

#[test]
fn a_webhook_without_a_known_key_is_not_healthy() {
    let mut facts = working();
    facts.remove("webhook_hmac_key");
    assert!(healthy(&facts).1.contains("webhook_hmac_key"));
}

#[test]
fn refusals_of_the_set_up_say_what_to_do() {
    let account = account(json!({}));
    let denied = refused(replied(&*account, &fresh(), &refusal(401, "Acesso não autorizado.")));
    assert_eq!(denied.class, Class::Authentication);
    let looked = after(&*account, &fresh(), &json!([]));
    let invalid = refused(replied(
        &*account,
        &looked,
        &refusal(400, "O(s) item(ns) listado(s) está(ão) com o formato incorreto: urlPublicar"),
    ));
    assert_eq!((invalid.class, invalid.code.as_str()), (Class::InvalidRequest, "confwebhook/http_400"));
    let off = switched_on(&working(), "webhook_status", "3");
    assert!(matches!(replied(&*account, &off, &Reply::new(500, "")), Outcome::Unknown(_)));
}
