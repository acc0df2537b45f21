//! The gateway: tokens, routes and rates, with its own failures, in the contract's order.

use std::time::Duration;

use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use provider_sandbox::gofirmex::{Consumer, DEMO_ISSUER, DEMO_USER, GoFirmex, Profile};
use serde_json::{Value, json};

use crate::support::{Key, World, answer, claims, failure, one_signer, seconds, with, world};

async fn create(world: &World, authorization: Option<&str>) -> (u16, Value) {
    let mut call = world.http.post(world.url("/portfolio")).json(&one_signer());
    if let Some(value) = authorization {
        call = call.header("authorization", value);
    }
    answer(call).await
}

async fn create_as(world: &World, key: &Key, claims: &Value) -> (u16, Value) {
    create(world, Some(&format!("Bearer {}", key.token(claims)))).await
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

#[tokio::test]
async fn a_missing_or_malformed_authorization_is_unauthorized() {
    let world = world().await;
    let good = world.key.token(&claims(DEMO_USER, DEMO_ISSUER));
    for authorization in [
        None,
        Some("Basic dXNlcjpwYXNz".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer not-a-token".to_owned()),
        Some("Bearer e30.e30".to_owned()),
        Some(good),
    ] {
        let refused = create(&world, authorization.as_deref()).await;
        assert_eq!(refused, (401, message("Unauthorized")), "{authorization:?}");
    }
}

#[tokio::test]
async fn the_issuer_selects_a_key_that_must_have_signed() {
    let world = world().await;
    let no_issuer = with(claims(DEMO_USER, DEMO_ISSUER), json!({ "iss": null }));
    let refused = create_as(&world, &world.key, &no_issuer).await;
    assert_eq!(refused, (401, message("No mandatory 'iss' in claims")));
    let refused = create_as(&world, &world.key, &claims(DEMO_USER, "other-user")).await;
    assert_eq!(refused, (401, message("No credentials found for given 'iss'")));
    let refused = create_as(&world, &Key::fresh(), &claims(DEMO_USER, DEMO_ISSUER)).await;
    assert_eq!(refused, (401, message("Invalid signature")));

    let other = world.key.token_512(&claims(DEMO_USER, DEMO_ISSUER));
    let refused = create(&world, Some(&format!("Bearer {other}"))).await;
    assert_eq!(refused, (401, message("Invalid algorithm")));
    let none = json!({ "alg": "none" });
    let unsigned = world.key.sign(&none, &claims(DEMO_USER, DEMO_ISSUER), &RSA_PKCS1_SHA256);
    let refused = create(&world, Some(&format!("Bearer {unsigned}"))).await;
    assert_eq!(refused, (401, message("Invalid algorithm")));
    assert!(world.vendor().portfolios().is_empty(), "nobody got in");
}

#[tokio::test]
async fn a_changed_claim_breaks_the_signature() {
    let world = world().await;
    let token = world.key.token(&claims("intruder@acme.example", DEMO_ISSUER));
    let other = world.key.token(&claims(DEMO_USER, DEMO_ISSUER));
    let parts: Vec<&str> = token.split('.').collect();
    let others: Vec<&str> = other.split('.').collect();
    let forged = format!("Bearer {}.{}.{}", parts[0], others[1], parts[2]);
    assert_eq!(create(&world, Some(&forged)).await, (401, message("Invalid signature")));
}

#[tokio::test]
async fn tokens_end_by_real_time_and_may_begin_in_the_future() {
    let world = world().await;
    let past = with(claims(DEMO_USER, DEMO_ISSUER), json!({ "exp": seconds() - 1 }));
    assert_eq!(create_as(&world, &world.key, &past).await, (401, json!({ "exp": "token expired" })));
    let text = with(claims(DEMO_USER, DEMO_ISSUER), json!({ "exp": "soon" }));
    assert_eq!(create_as(&world, &world.key, &text).await, (401, json!({ "exp": "must be a number" })));

    let observed = with(claims(DEMO_USER, DEMO_ISSUER), json!({ "iat": seconds() + 300, "exp": null }));
    assert_eq!(create_as(&world, &world.key, &observed).await.0, 200, "as the only public client does");
    world.later(Duration::from_secs(3600)).await;
    assert_eq!(create_as(&world, &world.key, &claims(DEMO_USER, DEMO_ISSUER)).await.0, 200);

    world.vary(|variants| variants.require_exp = true);
    assert_eq!(create_as(&world, &world.key, &observed).await, (401, json!({ "exp": "must be a number" })));
}

#[tokio::test]
async fn what_has_no_route_is_told_after_the_token_was_checked() {
    let world = world().await;
    let no_route = (404, message("no Route matched with those values"));
    for path in ["/portfolios", "//portfolio", "/portfolio/", "/cancel_portfolio", "/resend_notification"] {
        assert_eq!(world.post(path, &json!({})).await, no_route, "{path}");
    }
    for path in ["/portfolio", "/portfolio/9f0b7a52-6f5e-4a53-9a0c-2a4b8a4d7c11", "/portfolio?client_portfolio_id=1"] {
        assert_eq!(world.get(path).await, no_route, "{path}: the optional calls are off");
    }
    let without_token = answer(world.http.post(world.url("/portfolios"))).await;
    assert_eq!(without_token, (401, message("Unauthorized")));
    assert_eq!(world.sandbox().calls_to("gofirmex", "no_route").len(), 9);
}

#[tokio::test]
async fn too_many_calls_in_a_minute_are_told_to_wait() {
    let world = world().await;
    world.vary(|variants| variants.rate_per_minute = Some(2));
    for _ in 0..2 {
        world.created(&one_signer()).await;
    }
    let call = world.authorized(world.http.post(world.url("/portfolio"))).json(&one_signer());
    let response = call.send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(response.json::<Value>().await.unwrap(), message("API rate limit exceeded"));
    assert_eq!(create(&world, None).await.0, 401, "who is not let in is not counted");
    world.later(Duration::from_secs(wait)).await;
    world.created(&one_signer()).await;
}

#[tokio::test]
async fn the_token_must_name_the_account_s_user() {
    let world = world().await;
    let refusal = (403, failure("FORBIDDEN", "The user does not belong to this account"));
    assert_eq!(create_as(&world, &world.key, &claims("other@acme.example", DEMO_ISSUER)).await, refusal);
    let nameless = with(claims(DEMO_USER, DEMO_ISSUER), json!({ "user": null }));
    assert_eq!(create_as(&world, &world.key, &nameless).await, refusal);
}

#[tokio::test]
async fn customers_with_keys_of_their_own_do_not_see_each_other() {
    let world = world().await;
    let key = Key::fresh();
    let other = Consumer {
        user: "api@other.example".to_owned(),
        issuer: "other-user".to_owned(),
        public_key_pem: key.public_pem(),
        ..Consumer::demo()
    };
    world.vendor().put_consumer(other.clone()).unwrap();
    let id = world.created(&one_signer()).await;
    let token = key.token(&claims("api@other.example", "other-user"));
    let call = world.http.post(world.url("/start_portfolio_signing")).bearer_auth(token);
    let foreign = answer(call.json(&json!({ "portfolio_id": id }))).await;
    assert_eq!(foreign, (404, failure("PORTFOLIO_NOT_FOUND", "The portfolio does not exist")));

    let broken = Consumer { public_key_pem: GoFirmex::demo_private_key_pem().to_owned(), ..other };
    assert!(world.vendor().put_consumer(broken).is_err(), "a private key is no public key");
    assert_eq!(create_as(&world, &key, &claims("api@other.example", "other-user")).await.0, 200, "nothing changed");
}

#[tokio::test]
async fn header_prefix_claims_and_algorithm_are_the_profile_s() {
    let world = world().await;
    let overlay = json!({ "jwt": {
        "header": "X-Token", "prefix": "JWT ", "algorithm": "RS512",
        "claims": { "user": null, "iss": null, "sub": "{settings.user}", "client": "{settings.issuer}" },
    } });
    world.vendor().set_profile(Profile::merged(&overlay).unwrap());
    let call = |claims: &Value| {
        let token = format!("JWT {}", world.key.token_512(claims));
        answer(world.http.post(world.url("/portfolio")).header("x-token", token).json(&one_signer()))
    };
    assert_eq!(call(&json!({ "sub": DEMO_USER, "client": DEMO_ISSUER })).await.0, 200);
    let refused = call(&claims(DEMO_USER, DEMO_ISSUER)).await;
    assert_eq!(refused, (401, message("No mandatory 'client' in claims")));
    let usual = create_as(&world, &world.key, &claims(DEMO_USER, DEMO_ISSUER)).await;
    assert_eq!(usual, (401, message("Unauthorized")));
}
