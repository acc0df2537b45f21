//! Logging in, tokens and their refusals, new passwords.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use provider_sandbox::firma_virtual::{AuthStyle, LoginAnswer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{LOGIN, OWNER, PASSWORD, refusal, success, validation_fail, world};

const LIST: &str = "api/v1/contract";

#[tokio::test]
async fn a_login_gives_a_token_with_its_scheme_in_three_shapes() {
    let world = world().await;
    let credentials = json!({ "login": LOGIN, "password": PASSWORD });
    let log_in = async || world.anonymous(Method::POST, "logindata", Some(&credentials)).await.1;

    let object = log_in().await;
    assert_eq!((&object["code"], &object["status"]), (&json!(200), &json!("success")));
    assert!(object["message"]["Authorization"].as_str().unwrap().starts_with("Bearer ey"));
    world.vary(|variants| variants.login_answer = LoginAnswer::Text);
    assert!(log_in().await["message"].as_str().unwrap().starts_with("Bearer ey"));
    world.vary(|variants| variants.login_answer = LoginAnswer::TopLevel);
    let top = log_in().await;
    assert!(top["Authorization"].as_str().unwrap().starts_with("Bearer ey"));
    assert_eq!(top["message"], json!({}));
}

#[tokio::test]
async fn a_wrong_login_is_refused_with_the_vendor_s_words() {
    let world = world().await;
    let failed = (400, refusal(400, "Login failed: Email or password incorrect.", "User"));
    for wrong in [("nobody1", PASSWORD), (LOGIN, "other-password"), ("ana@example.cl", PASSWORD)] {
        let body = json!({ "login": wrong.0, "password": wrong.1 });
        assert_eq!(world.anonymous(Method::POST, "logindata", Some(&body)).await, failed);
    }
    for malformed in [json!({ "login": LOGIN }), json!({ "login": 1, "password": PASSWORD }), json!([])] {
        assert_eq!(world.anonymous(Method::POST, "logindata", Some(&malformed)).await, validation_fail());
    }
    let mut user = world.vendor().users().remove(0);
    user.disabled = true;
    world.vendor().put_user(user);
    let body = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(world.anonymous(Method::POST, "logindata", Some(&body)).await, failed);
    assert_eq!(world.get(LIST).await.0, 403, "nor is a token of before good any more");
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_names_the_user_and_ends_after_three_days() {
    let mut world = world().await;
    let token = world.token(LOGIN, PASSWORD).await;
    let told = claims(&token);
    assert_eq!(told["sub"], OWNER);
    assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 72 * 3_600);

    world.sandbox().advance_clock(Duration::from_secs(71 * 3_600));
    assert_eq!(world.get(LIST).await, success(200, json!([])));
    world.sandbox().advance_clock(Duration::from_secs(3_600));
    let ended = (403, refusal(403, "error: Forbidden, not authorized.", "Auth"));
    assert_eq!(world.get(LIST).await, ended);
    world.log_in().await;
    assert_eq!(world.get(LIST).await.0, 200);
    world.vendor().revoke_tokens();
    assert_eq!(world.get(LIST).await, ended);
}

#[tokio::test]
async fn claims_can_be_left_out_or_named_otherwise() {
    let world = world().await;
    world.vary(|variants| {
        variants.jwt_without_exp = true;
        variants.jwt_sub_is_login = true;
        variants.token_ttl_s = 60;
    });
    let token = world.token(LOGIN, PASSWORD).await;
    assert_eq!(claims(&token)["sub"], LOGIN);
    assert!(claims(&token).get("exp").is_none());
    assert_eq!(world.get_as(&format!("Bearer {token}"), LIST).await.0, 200);
    world.sandbox().advance_clock(Duration::from_secs(60));
    assert_eq!(world.get_as(&format!("Bearer {token}"), LIST).await.0, 403);
}

#[tokio::test]
async fn a_missing_malformed_or_bad_token_is_refused_in_the_style_asked_for() {
    let world = world().await;
    let token = world.token(LOGIN, PASSWORD).await;
    let required = (400, refusal(400, "JWT Token required.", "Auth"));
    let malformed = (400, refusal(400, "JWT Token invalid.", "Auth"));
    let forbidden = (403, refusal(403, "error: Forbidden, not authorized.", "Auth"));
    assert_eq!(world.anonymous(Method::GET, LIST, None).await, required);
    assert_eq!(world.get_as(&token, LIST).await, malformed);
    assert_eq!(world.get_as(&format!("Bearer Bearer {token}"), LIST).await, malformed);
    assert_eq!(world.get_as("Bearer e30.e30.c2ln", LIST).await, forbidden);
    let tampered = token.replacen("ey", "eY", 1);
    assert_eq!(world.get_as(&format!("Bearer {tampered}"), LIST).await, forbidden);

    let styles = [
        (AuthStyle::Http401, refusal(401, "error: Unauthorized.", "Auth")),
        (AuthStyle::Seed400, refusal(400, "error", "Auth")),
        (AuthStyle::Seed200, refusal(200, "JWT Token invalid", "Auth")),
        (AuthStyle::Documented, refusal(400, "error", "Auth")),
    ];
    for (style, body) in styles {
        world.vary(|variants| variants.auth_style = style);
        let status = u16::try_from(body["code"].as_u64().unwrap()).unwrap();
        assert_eq!(world.anonymous(Method::GET, LIST, None).await, (status, body.clone()));
        assert_eq!(world.get_as("Bearer e30.e30.c2ln", LIST).await, (status, body));
    }
    let own = format!("api/v1/userapp/{OWNER}");
    let failed = refusal(400, "Login failed: Email or password incorrect.", "User");
    assert_eq!(world.anonymous(Method::GET, &own, None).await, (400, failed));
    let invalid = refusal(200, "JWT Token invalid", "Auth");
    assert_eq!(world.anonymous(Method::PUT, &own, Some(&json!({}))).await, (200, invalid));
}

#[tokio::test]
async fn the_token_is_looked_at_before_anything_else() {
    let world = world().await;
    let no_contract = "00000000-0000-4000-8000-000000000000";
    let calls = [
        (Method::GET, format!("api/v1/userapp/{OWNER}")),
        (Method::PUT, format!("api/v1/userapp/{OWNER}")),
        (Method::GET, "api/v1/contract-type/ALL/0".to_owned()),
        (Method::POST, "api/v1/contract/create-contract".to_owned()),
        (Method::GET, LIST.to_owned()),
        (Method::GET, format!("api/v1/contract/{no_contract}")),
        (Method::GET, format!("api/v1/contract/owner/{OWNER}")),
        (Method::GET, format!("api/v1/contract/detail/{no_contract}")),
        (Method::POST, format!("api/v1/contract/{no_contract}")),
        (Method::GET, "api/v1/up-file".to_owned()),
        (Method::POST, "api/v1/upfile".to_owned()),
        (Method::GET, format!("api/v1/filelist/{no_contract}")),
        (Method::POST, "api/v1/sortfiles".to_owned()),
        (Method::POST, format!("api/v1/contract/merge/{no_contract}")),
        (Method::POST, format!("api/v1/contract/send/draft/{no_contract}")),
        (Method::POST, "api/v1/signer/new".to_owned()),
        (Method::POST, "api/v1/signer/upd".to_owned()),
        (Method::POST, "api/v1/signer/del".to_owned()),
        (Method::GET, "api/v1/download/x.pdf".to_owned()),
    ];
    for (method, path) in calls {
        let (status, body) = world.anonymous(method, &path, None).await;
        assert_eq!((status, body), (400, refusal(400, "JWT Token required.", "Auth")), "{path}");
    }
}

#[tokio::test]
async fn a_new_password_is_set_with_the_mailed_code_once() {
    let world = world().await;
    let reset = async |body: Value| world.anonymous(Method::POST, "pwd/reset", Some(&body)).await;
    let unknown = (200, refusal(200, "Login / usuario desconocido..!", "User"));
    assert_eq!(reset(json!({ "login": "nobody@example.cl" })).await, unknown);
    let info = "Fue enviado a su email la clave temporal, la misma solo es util para ser actualizada inmediatamente ";
    assert_eq!(reset(json!({ "login": "ana@example.cl" })).await, success(200, json!({ "info": info })));
    let code = world.vendor().users()[0].reset_code.clone().unwrap();

    let new = |code: Value| json!({ "login": "ana@example.cl", "password": code, "new_password": "another-one" });
    let wrong = (200, refusal(200, "Wrong login or password ..!", "User"));
    assert_eq!(reset(new(json!("nonsense"))).await, wrong);
    assert_eq!(reset(new(json!(code))).await, success(200, json!("Password updated")));
    assert_eq!(reset(new(json!(code))).await, wrong, "only once");
    world.token(LOGIN, "another-one").await;
    let old = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(world.anonymous(Method::POST, "logindata", Some(&old)).await.0, 400);

    world.vary(|variants| variants.new_password_elsewhere = true);
    let body = new(json!("nonsense"));
    assert_eq!(world.anonymous(Method::POST, "pwd/new", Some(&body)).await, wrong);
    assert_eq!(reset(body).await.1["message"]["info"], info, "the old place only mails");
}
