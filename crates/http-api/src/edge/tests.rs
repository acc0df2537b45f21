//! The framework's own failures come out as problems, and nothing inside is told.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, get, post, web};
use serde_json::Value;
use utoipa_actix_web::AppExt as _;

use super::{Edge, Routes, X_REQUEST_ID, pass};
use crate::body::RawBody;
use crate::problem::{ApiError, Code};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

#[utoipa::path(responses((status = 200, description = "")))]
#[get("/things/{id}")]
async fn get_thing() -> &'static str {
    "a thing"
}

#[utoipa::path(responses((status = 200, description = "")))]
#[post("/things")]
async fn post_thing(payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let body = RawBody::receive(payload.into_inner(), Some("application/json".to_owned()), None, 8).await?;
    body.value(&["application/json"])?;
    Ok(HttpResponse::Ok().finish())
}

#[utoipa::path(responses((status = 200, description = "")))]
#[get("/panic")]
async fn get_panic() -> &'static str {
    panic!("the secret cause");
}

#[utoipa::path(responses((status = 200, description = "")))]
#[get("/broken")]
async fn get_broken() -> Result<HttpResponse, ApiError> {
    Err(ApiError::internal("the secret cause"))
}

#[utoipa::path(responses((status = 200, description = "")))]
#[get("/slow")]
async fn get_slow() -> &'static str {
    std::future::pending().await
}

async fn framework_error() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorImATeapot("the secret cause"))
}

/// What a request is answered with, at an edge that waits 50 ms.
async fn answer(request: TestRequest) -> Answer {
    let (app, document) = App::new()
        .into_utoipa_app()
        .service(get_thing)
        .service(post_thing)
        .service(get_panic)
        .service(get_broken)
        .service(get_slow)
        .split_for_parts();
    let routes = Routes::of(&document);
    let edge = Edge {
        public_url: Arc::from("https://sign.example"),
        timeout: Duration::from_millis(50),
        upload_timeout: Duration::from_millis(50),
    };
    let app = app
        .route("/teapot", web::get().to(framework_error))
        .default_service(web::to(move |request: actix_web::HttpRequest| {
            let error = routes.unanswered(request.method(), request.path());
            async move { Err::<HttpResponse, _>(error) }
        }))
        .wrap(actix_web::middleware::from_fn(move |request, next| pass(edge.clone(), request, next)));
    let app = init_service(app).await;
    let response = match try_call_service(&app, request.to_request()).await {
        Ok(answered) => answered.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
    Answer { status, headers, json: serde_json::from_slice(&body).unwrap_or_default() }
}

fn is_problem(answer: &Answer, code: Code) {
    assert_eq!(answer.status, code.status(), "{code:?}");
    assert_eq!(answer.headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
    assert_eq!(answer.json["code"], code.as_str());
    assert_eq!(answer.json["status"], code.status().as_u16());
    assert_eq!(answer.json["type"], format!("https://sign.example/problems/{}", code.as_str()));
    assert_eq!(answer.json["request_id"], answer.headers.get(X_REQUEST_ID).unwrap().to_str().unwrap());
    assert_eq!(answer.json["advice"], code.advice().as_str());
    assert!(answer.json["errors"].is_array() && answer.json["title"].is_string() && answer.json["detail"].is_string());
    assert!(!answer.json.to_string().contains("secret"), "{}", answer.json);
}

#[actix_web::test]
async fn an_unknown_path_is_no_such_route() {
    let answer = answer(TestRequest::get().uri("/nothing?x=1")).await;
    is_problem(&answer, Code::NoSuchRoute);
    assert_eq!(answer.json["instance"], "/nothing");
}

#[actix_web::test]
async fn a_wrong_method_lists_those_that_the_path_has() {
    let answer = answer(TestRequest::delete().uri("/things/7")).await;
    is_problem(&answer, Code::MethodNotAllowed);
    assert_eq!(answer.headers.get(header::ALLOW).unwrap(), "GET, HEAD");
}

#[actix_web::test]
async fn head_is_answered_wherever_get_is() {
    let answer = answer(TestRequest::default().method(actix_web::http::Method::HEAD).uri("/things/7")).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let malformed = answer(TestRequest::post().uri("/things").set_payload("{\"a\"")).await;
    is_problem(&malformed, Code::MalformedJson);
    assert_eq!(malformed.json["detail"], "The JSON is malformed at line 1, column 4.");
    is_problem(&answer(TestRequest::post().uri("/things").set_payload("{\"a\": 123}")).await, Code::BodyTooLarge);
}

#[actix_web::test]
async fn a_panic_and_an_error_inside_tell_nothing() {
    is_problem(&answer(TestRequest::get().uri("/panic")).await, Code::InternalError);
    is_problem(&answer(TestRequest::get().uri("/broken")).await, Code::InternalError);
}

#[actix_web::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let answer = answer(TestRequest::get().uri("/slow")).await;
    is_problem(&answer, Code::DeadlineExceeded);
    assert_eq!(answer.headers.get(header::RETRY_AFTER).unwrap(), "1");
}

#[actix_web::test]
async fn any_other_failure_of_the_framework_is_a_problem_too() {
    is_problem(&answer(TestRequest::get().uri("/teapot")).await, Code::BadHeader);
}

#[actix_web::test]
async fn every_answer_has_its_id_its_trace_and_its_security_headers() {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = TestRequest::get().uri("/things/7").insert_header(("x-request-id", "mine-7"));
    let answer = answer(request.insert_header(("traceparent", trace))).await;
    let text = |name: &str| answer.headers.get(name).unwrap_or_else(|| panic!("{name}")).to_str().unwrap().to_owned();
    assert_eq!(text("x-request-id"), "mine-7");
    assert!(text("traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    assert_eq!(text("x-content-type-options"), "nosniff");
    assert_eq!(text("cache-control"), "no-store");
    assert!(text("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(text("strict-transport-security"), "max-age=31536000");
}
