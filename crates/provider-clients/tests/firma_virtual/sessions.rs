//! The login, its token, and every form in which the vendor says that a token is bad. Sections 2.2 and 3.1.

use base64::Engine;
use chrono::{DateTime, TimeDelta};
use domain::outcome::{Blame, Class, Outcome};
use provider_clients::call::Method;
use provider_clients::provider::{Moment, Session, Unbuildable};
use provider_clients::reply::Reply;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{
    Case, LOGIN, PASSWORD, TOKEN, account, done, error, header, json_of, line, moment, refused, simple_order, success,
    verifying,
};

fn jwt(payload: &Value) -> String {
    let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload.to_string());
    format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.{part}.c2ln")
}

fn opened(settings: Value, message: Value) -> Session {
    done(account(settings).session_reply(&moment(), &success(200, message)))
}

#[test]
fn the_login_sends_both_credentials_and_shows_neither() {
    let call = account(json!({})).session_request(&moment()).unwrap();
    assert_eq!(line(&call), "POST https://qa.firmavirtual.legal/logindata");
    assert_eq!(call.method, Method::Post);
    assert_eq!(json_of(&call), json!({ "login": LOGIN, "password": PASSWORD }));
    assert_eq!(header(&call, "authorization"), None);
    let shown = call.redacted().to_string();
    assert!(!shown.contains(LOGIN) && !shown.contains(PASSWORD), "{shown}");
}

#[test]
fn the_token_is_taken_without_its_word_wherever_it_stands() {
    for message in [
        json!({ "Authorization": format!("Bearer {TOKEN}") }),
        json!({ "Authorization": TOKEN }),
        json!({ "authorization": format!("bearer {TOKEN}") }),
        json!(format!("Bearer {TOKEN}")),
    ] {
        assert_eq!(opened(json!({}), message.clone()).token.expose_secret(), TOKEN, "{message}");
    }
    let beside = json!({ "code": 200, "status": "success", "Authorization": format!("Bearer {TOKEN}") });
    let session = account(json!({})).session_reply(&moment(), &Reply::new(200, beside.to_string()));
    assert_eq!(done(session).token.expose_secret(), TOKEN);
}

#[test]
fn a_login_without_a_token_is_refused() {
    for message in [json!({}), json!({ "Authorization": "" }), json!("no token for you")] {
        let outcome = account(json!({})).session_reply(&moment(), &success(200, message));
        assert_eq!(refused(outcome).code, "logindata/no_token");
    }
}

#[test]
fn a_token_is_kept_for_a_day_or_until_its_exp() {
    let at = DateTime::UNIX_EPOCH;
    let exp = |exp: Value| opened(json!({}), json!(format!("Bearer {}", jwt(&json!({ "exp": exp }))))).expires_at;
    assert_eq!(exp(json!(259_200)), at + TimeDelta::hours(24), "72 h in the token, a day at most");
    assert_eq!(exp(json!(600)), at + TimeDelta::minutes(10));
    assert_eq!(exp(Value::Null), at + TimeDelta::hours(24));
    assert_eq!(opened(json!({}), json!(TOKEN)).expires_at, at + TimeDelta::hours(24), "not a JWT at all");
    assert_eq!(opened(json!({ "token_ttl_s": 60 }), json!(TOKEN)).expires_at, at + TimeDelta::minutes(1));
    // The clocks may differ: an end that has passed already is not believed.
    let now = at + TimeDelta::days(400);
    let reply = success(200, json!(jwt(&json!({ "exp": 600 }))));
    let session = done(account(json!({})).session_reply(&Moment { now, ..moment() }, &reply));
    assert_eq!(session.expires_at, now + TimeDelta::hours(24));
}

#[test]
fn the_subject_of_the_token_is_the_user_unless_the_account_says_another() {
    let session = opened(json!({}), json!(jwt(&json!({ "sub": 42 }))));
    let within = Moment { session: Some(&session), ..moment() };
    let call = |settings: Value| match account(settings).verify_request(&within).unwrap() {
        provider_clients::provider::Verify::Call(call) => line(&call),
        other => panic!("{other:?}"),
    };
    assert_eq!(call(json!({ "owner_user_id": null })), "GET https://qa.firmavirtual.legal/api/v1/userapp/42");
    assert_eq!(call(json!({})), "GET https://qa.firmavirtual.legal/api/v1/userapp/20");
    for sub in [json!("42"), json!(42)] {
        assert_eq!(opened(json!({}), json!(jwt(&json!({ "sub": sub })))).values["user_id"], "42");
    }
    assert!(opened(json!({}), json!(jwt(&json!({ "sub": "../1" })))).values.is_empty(), "it stands in a path");
}

#[test]
fn a_wrong_login_blames_both_credentials() {
    let reply = error(400, "Login failed: Email or password incorrect.");
    let refusal = refused(account(json!({})).session_reply(&moment(), &reply));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::Authentication, "logindata/400"));
    let at = ["/credentials/login", "/credentials/password"].map(Blame::account);
    assert_eq!(refusal.blames, at);
    assert_eq!(refusal.message, "Login failed: Email or password incorrect.");
}

#[test]
fn calls_carry_the_token_once_and_never_show_it() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let steps = ["snapshot_owner", "create_contract", "list_files/0", "upload_document/1", "send_draft"];
    let calls = steps.map(|step| case.calling(&*account, step));
    for call in calls.iter().chain([&verifying(&*account)]) {
        assert_eq!(header(call, "authorization"), Some("Bearer header.payload.signature"), "{}", call.endpoint);
        assert!(!call.redacted().to_string().contains(TOKEN), "{}", call.endpoint);
    }
}

#[test]
fn without_a_session_every_call_with_a_token_asks_for_one() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for step in ["snapshot_owner", "create_contract", "list_files/0", "upload_document/1", "send_draft"] {
        let asked = account.request(&case.step(&*account, step), &case.view(), &moment());
        assert_eq!(asked, Err(Unbuildable::SessionNeeded), "{step}");
    }
    assert_eq!(account.verify_request(&moment()).err(), Some(Unbuildable::SessionNeeded));
    assert_eq!(account.cancel_request(&case.view(), None, &moment()).err(), Some(Unbuildable::SessionNeeded));
    assert!(account.status_requests(&[case.view()], &moment()).is_err());
}

/// Every row of the table in section 2.2.
fn bad_tokens() -> Vec<Reply> {
    let business =
        |message: &str| Reply::new(200, json!({ "code": 200, "status": "success", "message": message }).to_string());
    let as_error = json!({ "code": 200, "status": "error", "message": "JWT Token invalid" }).to_string();
    let inside = |code: u16, message: &str| {
        Reply::new(200, json!({ "code": code, "status": "error", "message": message }).to_string())
    };
    vec![
        Reply::new(401, ""),
        Reply::new(401, "<html>no</html>"),
        error(401, "anything"),
        error(400, "error"),
        error(400, "wrong bearer token"),
        error(400, "Token Bearer erróneo"),
        business("JWT Token invalid"),
        Reply::new(200, as_error),
        error(400, "JWT Token required."),
        error(400, "JWT Token invalid."),
        error(403, "error: Forbidden, not authorized."),
        error(403, "error"),
        inside(401, "error"),
        inside(403, "error: Forbidden, not authorized."),
        inside(400, "error"),
    ]
}

#[test]
fn a_bad_token_in_any_form_ends_the_session_wherever_it_is_met() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for reply in bad_tokens() {
        for step in
            ["resolve_fee", "snapshot_owner", "create_contract", "list_files/0", "upload_document/1", "send_draft"]
        {
            let outcome = case.answered(&*account, step, &reply);
            assert_eq!(outcome, Outcome::SessionExpired, "{step}: {reply:?}");
        }
        assert!(matches!(case.polled(&*account, &reply), Outcome::SessionExpired), "{reply:?}");
        assert_eq!(account.cancel_reply(&case.view(), &reply), Outcome::SessionExpired, "{reply:?}");
        assert_eq!(account.operation_reply("update_user", &reply), Outcome::SessionExpired, "{reply:?}");
    }
}

#[test]
fn the_words_of_the_login_mean_a_bad_token_where_a_user_is_read() {
    let reply = error(400, "Login failed: Email or password incorrect.");
    let account = account(json!({}));
    assert_eq!(account.operation_reply("get_user", &reply), Outcome::SessionExpired);
    assert_eq!(account.verify_reply(&reply), Outcome::SessionExpired);
}

#[test]
fn calls_without_a_token_never_end_a_session() {
    let account = account(json!({}));
    for name in ["create_user", "reset_password", "set_new_password"] {
        for reply in bad_tokens() {
            assert_ne!(account.operation_reply(name, &reply), Outcome::SessionExpired, "{name}: {reply:?}");
        }
    }
}

#[test]
fn after_a_fresh_login_the_same_refusal_is_final() {
    let account = account(json!({}));
    let call = Case::created(simple_order()).calling(&*account, "send_draft");
    let class = |reply: &Reply| account.session_refused(&call, reply).class;
    assert_eq!(class(&Reply::new(401, "")), Class::Authentication);
    assert_eq!(class(&error(403, "error: Forbidden, not authorized.")), Class::Authentication);
    assert_eq!(class(&success(200, json!("JWT Token invalid"))), Class::Authentication);
    assert_eq!(class(&error(400, "error")), Class::ProviderError);
    let refusal = account.session_refused(&call, &error(403, &format!("no {PASSWORD}")));
    assert_eq!(refusal.code, "send_draft/403");
    assert_eq!(refusal.message, "no [secret]");
    assert_eq!(refusal.blames[0], Blame::account("/credentials/login"));
}
