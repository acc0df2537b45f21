//! Documentation for people: Swagger UI (vendored), the document, and a page to begin with. No inline script anywhere.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_swagger_ui::Config;

use crate::app::Api;
use crate::problem::{ApiError, Code};

/// What pages may load: only what this server serves. Swagger UI sets style attributes.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What pages without script may load.
const PLAIN_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const LANDING: &str = include_str!("landing.html");
const STYLE: &str = include_str!("pages.css");

/// Registers the pages.
pub(crate) fn configure(swagger: bool, config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(landing)).route("/assets/pages.css", web::get().to(style));
    if swagger {
        let settings = Config::from("/openapi.json")
            .try_it_out_enabled(true)
            .persist_authorization(true)
            .deep_linking(true)
            .display_operation_id(true)
            .display_request_duration(true)
            .doc_expansion("list")
            .default_models_expand_depth(0)
            .filter(true)
            .validator_url("none");
        config
            .app_data(Data::new(Arc::new(settings)))
            .route("/docs", web::get().to(to_docs))
            .route("/docs/{file:.*}", web::get().to(swagger_file));
    }
}

/// A page without script.
pub(crate) fn page(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PLAIN_POLICY))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(body)
}

/// Read the API document
///
/// This document, OpenAPI 3.1.
#[utoipa::path(
    tag = "documentation",
    security(()),
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json", example = json!({ "openapi": "3.1.0" }))),
)]
#[get("/openapi.json")]
pub(crate) async fn get_openapi(api: Data<Api>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(api.document.text.clone())
}

async fn landing() -> HttpResponse {
    page(LANDING.to_owned())
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(STYLE)
}

/// With a slash at the end, so that the page's relative addresses lead here.
async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

async fn swagger_file(request: HttpRequest, config: Data<Arc<Config<'static>>>) -> Result<HttpResponse, ApiError> {
    let file = request.match_info().get("file").unwrap_or_default();
    let found = utoipa_swagger_ui::serve(file, Arc::clone(&config))
        .map_err(|error| ApiError::internal(format!("Swagger UI: {error}")))?;
    let Some(found) = found else {
        return Err(ApiError::new(Code::NoSuchRoute, "Swagger UI has no such file."));
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)));
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    Ok(answer.content_type(found.content_type).body(found.bytes.to_vec()))
}
