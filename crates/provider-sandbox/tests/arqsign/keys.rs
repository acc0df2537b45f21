//! The two keys, the plan, the limits, and paths that do not exist.

use std::time::Duration;

use provider_sandbox::arqsign::{AccountStatus, RateLimits};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{APP_KEY, SUBSCRIPTION_KEY, V2, World, answer, sending, world};

const PATH: &str = "api/v1/conta/papeis-signatarios";

async fn with_headers(world: &World, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut call = world.http.get(world.url(PATH));
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    answer(call).await
}

#[tokio::test]
async fn both_keys_are_needed_and_either_subscription_key_works() {
    let world = world().await;
    let refused = (401, json!("Acesso não autorizado."));
    for headers in [
        &[][..],
        &[("AppKey", APP_KEY)],
        &[("SubscriptionKey", SUBSCRIPTION_KEY)],
        &[("AppKey", APP_KEY), ("SubscriptionKey", "wrong")],
        &[("AppKey", "00000000-0000-4000-a000-000000000000"), ("SubscriptionKey", SUBSCRIPTION_KEY)],
        &[("Authorization", APP_KEY), ("SubscriptionKey", SUBSCRIPTION_KEY)],
    ] {
        assert_eq!(with_headers(&world, headers).await, refused, "{headers:?}");
    }
    for headers in [
        [("AppKey", APP_KEY), ("SubscriptionKey", SUBSCRIPTION_KEY)],
        [("appkey", APP_KEY), ("SUBSCRIPTIONKEY", "test-subscription-key-0002")],
    ] {
        assert_eq!(with_headers(&world, &headers).await.0, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn every_call_wants_the_keys_before_it_looks_at_anything_else() {
    let world = world().await;
    let id = "eaf4417d-441d-4f4b-9a30-a79118c5cc8a";
    for (method, path) in [
        (Method::POST, V2.to_owned()),
        (Method::POST, "api/v3/processo/enviar-documento-para-assinar".to_owned()),
        (Method::GET, format!("api/v2/processo/{id}")),
        (Method::GET, format!("api/v1/processo/{id}/status-do-processo")),
        (Method::GET, format!("api/v1/processo/{id}/dados-signatarios")),
        (Method::PATCH, format!("api/v1/processo/{id}/cancelar-processo")),
        (Method::PATCH, format!("api/v2/processo/{id}/reenviar-processo")),
        (Method::POST, format!("api/v1/processo/{id}/buscar-anexos-signatarios")),
        (Method::GET, format!("api/v1/processo/{id}/registro-assinaturas")),
        (Method::POST, "api/v1/diretorio/buscar-pastas".to_owned()),
        (Method::POST, "api/v1/usuarios/buscar-usuarios".to_owned()),
        (Method::GET, PATH.to_owned()),
        (Method::POST, "api/v1/conta/buscar-consumo-itens-assinatura".to_owned()),
        (Method::GET, "api/v1/conta/dados-assinatura".to_owned()),
        (Method::POST, "api/v1/confwebhook".to_owned()),
        (Method::GET, "api/v1/confwebhook".to_owned()),
        (Method::PATCH, format!("api/v1/confwebhook/{id}/alterar-status")),
    ] {
        let call = world.http.request(method.clone(), world.url(&path));
        let call = if method == Method::GET { call } else { call.header("content-type", "application/json").body("{") };
        assert_eq!(answer(call).await, (401, json!("Acesso não autorizado.")), "{method} {path}");
    }
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_are_404() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    for (method, path) in [
        (Method::GET, "api/v1/processo".to_owned()),
        (Method::POST, "api/v1/processo/enviar-documento-para-assinar".to_owned()),
        (Method::GET, format!("api/v1/processo/{id}")),
        (Method::PATCH, format!("api/v1/processo/{id}/reenviar-processo")),
        (Method::PATCH, format!("api/v2/processo/reenviar-processo/{id}")),
        (Method::DELETE, format!("api/v2/processo/{id}")),
        (Method::PUT, "api/v1/confwebhook".to_owned()),
        (Method::POST, PATH.to_owned()),
    ] {
        let refused = answer(world.call(method.clone(), &path)).await;
        assert_eq!(refused, (404, json!("Método não encontrado.")), "{method} {path}");
    }
}

#[tokio::test]
async fn an_account_that_is_not_active_cannot_be_told_from_a_wrong_key() {
    let world = world().await;
    for status in [AccountStatus::Inactive, AccountStatus::Blocked, AccountStatus::Pending] {
        world.change_account(|account| account.status = status);
        assert_eq!(world.get(PATH).await, (401, json!("Acesso não autorizado.")), "{status:?}");
    }
    world.vary(|variants| variants.blocked_account_as_400 = true);
    world.change_account(|account| account.status = AccountStatus::Blocked);
    assert_eq!(world.get(PATH).await, (400, json!("Conta bloqueada.")));
    world.change_account(|account| account.status = AccountStatus::Active);
    assert_eq!(world.get(PATH).await.0, 200);
}

#[tokio::test]
async fn a_plan_without_the_permission_is_403_and_says_nothing_of_a_quota() {
    let world = world().await;
    world.change_account(|account| account.integration = false);
    let (status, body) = world.get(PATH).await;
    assert_eq!((status, &body["statusCode"]), (403, &json!(403)));
    assert!(!body["message"].as_str().unwrap().contains("quota"), "{body}");
}

#[tokio::test]
async fn limits_are_kept_in_virtual_time() {
    let world = world().await;
    world.change_account(|account| {
        account.rate_limits = RateLimits { per_minute: Some(3), per_month: Some(5), ..RateLimits::default() };
    });
    // From the beginning of a minute, so that no call falls into the next one.
    let into_minute = u64::try_from(world.sandbox().now().timestamp().rem_euclid(60)).unwrap();
    world.pass(Duration::from_secs(60 - into_minute)).await;
    for _ in 0..3 {
        assert_eq!(world.get(PATH).await.0, 200);
    }
    let response = world.call(Method::GET, PATH).send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["statusCode"], 429);
    assert!(body["message"].as_str().unwrap().starts_with("Rate limit is exceeded."));
    world.pass(Duration::from_secs(wait)).await;
    assert_eq!((world.get(PATH).await.0, world.get(PATH).await.0), (200, 200), "a refused call is not counted");
    assert_eq!(world.get(PATH).await.0, 429, "the month is used up");
    world.vary(|variants| variants.month_limit_as_403 = true);
    let (status, body) = world.get(PATH).await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().contains("quota"), "{body}");
    world.vary(|variants| {
        variants.month_limit_as_403 = false;
        variants.no_retry_after = true;
    });
    let response = world.call(Method::GET, PATH).send().await.unwrap();
    assert!(response.status() == 429 && !response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn the_second_key_may_have_another_header() {
    let world = world().await;
    world.vary(|variants| variants.subscription_header = "Ocp-Apim-Subscription-Key".to_owned());
    assert_eq!(world.get(PATH).await.0, 401);
    let headers = [("AppKey", APP_KEY), ("Ocp-Apim-Subscription-Key", SUBSCRIPTION_KEY)];
    assert_eq!(with_headers(&world, &headers).await.0, 200);
}
