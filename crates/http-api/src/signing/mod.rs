//! The page on which a recipient signs, for providers that have none of their own. Its address holds a secret token and
//! nothing else; whatever a browser says here is no result.

mod language;
mod page;
mod state;
mod visit;
mod words;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use broker::BrokerError;

use self::language::Language;
use self::state::SigningStateView;
use self::words::Words;
use crate::app::Api;
use crate::call::Reply;
use crate::edge::RequestInfo;
use crate::openapi::params::SigningPath;
use crate::problem::{ApiError, Code};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Registers what the pages load. Below `/sign/`, so that a proxy has one prefix to let through.
pub(crate) fn assets(config: &mut web::ServiceConfig) {
    config
        .route("/sign/assets/page.css", web::get().to(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/sign/assets/page.js", web::get().to(async || asset("text/javascript; charset=utf-8", SCRIPT)));
}

/// Open a signer's page
///
/// For recipients, at providers that have no page of their own: this address is their `signing_url`. The page is in Spanish,
/// English or Portuguese: the envelope's language, else what `Accept-Language` likes best. Opening it makes the recipient
/// `viewed` and has a signing link prepared anew that is used up or too old; `HEAD` and previews of links change nothing.
#[utoipa::path(
    tag = "signing",
    security(()),
    params(SigningPath),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html", example = json!("<!doctype html>")),
        (status = 404, description = "A page: the address leads to nobody, or was replaced.", body = String, content_type = "text/html", example = json!("<!doctype html>")),
        (status = 410, description = "A page: the envelope has ended, and how.", body = String, content_type = "text/html", example = json!("<!doctype html>")),
        (status = 500, description = "A page: something went wrong.", body = String, content_type = "text/html", example = json!("<!doctype html>")),
        (status = 503, description = "A page: it does not work now.", body = String, content_type = "text/html", headers(("Retry-After" = u64, description = "Seconds to wait.")), example = json!("<!doctype html>")),
    ),
)]
#[get("/sign/{token}")]
pub(crate) async fn open_signing_page(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    let info = RequestInfo::of(&request, request.method(), request.path());
    let accepted = accepted_language(&request);
    let visit = visit::of_page(&info.method, request.headers());
    match api.broker.signing_page(token(&request), visit).await {
        Ok(found) => page::page(&found, Words::of(Language::of(found.language.as_deref(), accepted))),
        Err(error) => {
            let words = Words::of(Language::of(None, accepted));
            if matches!(error, BrokerError::NotFound) {
                return page::message(StatusCode::NOT_FOUND, words, words.unknown);
            }
            let error = ApiError::from(error);
            let cause = error.cause().unwrap_or_default();
            tracing::error!(request.id = %info.id, cause, "A signer's page could not be made");
            let unavailable = error.code() == Code::Unavailable;
            let status = if unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
            let mut answer = page::message(status, words, words.broken);
            for (name, value) in error.headers() {
                answer.headers_mut().insert(name.clone(), value.clone());
            }
            answer
        }
    }
}

/// Read the state of a signer's page
///
/// What an open page asks every few seconds to show how the signing goes, in the page's language. Nothing is prepared anew
/// by that. Of an envelope that has ended it still tells how.
#[utoipa::path(
    tag = "signing",
    security(()),
    params(SigningPath),
    responses((status = 200, description = "How the signing stands.", body = SigningStateView)),
    extensions(("x-problems" = json!(["unavailable"]))),
)]
#[get("/sign/{token}/state")]
pub(crate) async fn get_signing_state(request: HttpRequest, api: Data<Api>) -> Result<Reply, ApiError> {
    let info = RequestInfo::of(&request, request.method(), request.path());
    let visit = visit::of_state(&info.method, request.headers());
    let page = match api.broker.signing_page(token(&request), visit).await {
        Err(BrokerError::NotFound) => return Err(ApiError::new(Code::NotFound, "There is no such page.")),
        other => other?,
    };
    let words = Words::of(Language::of(page.language.as_deref(), accepted_language(&request)));
    Reply::ok(&SigningStateView::new(&page.state, words))
}

fn token(request: &HttpRequest) -> &str {
    request.match_info().get("token").unwrap_or_default()
}

fn accepted_language(request: &HttpRequest) -> Option<&str> {
    request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()
}

fn asset(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(content_type).insert_header((CACHE_CONTROL, "public, max-age=300")).body(body)
}
