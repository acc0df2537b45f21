//! What the sandbox's pages share: the frame, the style sheet, the index.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, ServiceConfig, ThinData};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use crate::endpoint::plain;
use crate::sandbox::Sandbox;
use crate::transactions::Transaction;

/// Nothing from elsewhere, no script, no inline style; documents are shown in a frame from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; object-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const STYLE_SHEET: &str = include_str!("../assets/sandbox.css");

pub(crate) fn routes(service: &mut ServiceConfig) {
    service.route("/", web::get().to(index)).route("/assets/sandbox.css", web::get().to(style_sheet));
}

/// A page with the headers that all pages have.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(body) => secured(&mut HttpResponse::build(status)).content_type("text/html; charset=utf-8").body(body),
        Err(error) => {
            tracing::error!(%error, "a sandbox page could not be rendered");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error")
        }
    }
}

fn secured(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "no-store"))
}

/// After a form was taken: see the page again, so that a reload does not send the form twice.
pub(crate) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", location)).finish()
}

async fn style_sheet() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/css; charset=utf-8")
        .body(STYLE_SHEET)
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    now: String,
    transactions: Vec<Transaction>,
}

/// How many of the newest transactions the index shows.
const SHOWN: usize = 50;

async fn index(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let mut transactions = sandbox.transactions();
    transactions.reverse();
    transactions.truncate(SHOWN);
    let now = sandbox.now().format("%Y-%m-%d %H:%M:%S UTC").to_string();
    html(StatusCode::OK, &Index { now, transactions })
}
