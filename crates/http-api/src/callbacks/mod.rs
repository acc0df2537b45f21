//! Providers call back. What comes is stored raw and durably before it is acknowledged; nothing is believed here.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use broker::CallbackIntake;
use broker::provider_clients::provider::CallbackAnswer;
use bytes::BytesMut;
use futures::StreamExt as _;
use secrecy::SecretString;
use url::form_urlencoded;

use crate::app::Api;
use crate::openapi::params::CallbackPath;
use crate::problem::ApiError;

/// Largest callback that is no form, and largest text field of a form, in bytes. Files are streamed to the store.
const MAX_TEXT: usize = 1024 * 1024;

/// Receive a provider's callback
///
/// For providers only. The path's token, a secret of the account, tells the account; an unknown one is answered with 404.
/// The answer is the one that the provider expects, and says "received" only once the callback is stored.
#[utoipa::path(
    tag = "callbacks",
    security(()),
    params(CallbackPath),
    request_body(description = "Whatever the provider sends.", content(
        (String = "application/json"),
        (String = "multipart/form-data"),
        (String = "application/x-www-form-urlencoded"),
    )),
    responses((status = 200, description = "It is stored; the body is what the provider expects.", body = String, content_type = "application/json", example = json!("{}"))),
)]
#[post("/callbacks/{provider}/{token}")]
pub(crate) async fn receive_callback(
    request: HttpRequest,
    payload: Payload,
    api: Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let segment = |name| request.match_info().get(name).unwrap_or_default();
    let target = api.broker.callback_target(segment("provider"), &SecretString::from(segment("token"))).await?;
    let Some(target) = target else {
        let answer = api.broker.unknown_callback_answer(segment("provider"));
        return answer.map(answered).ok_or_else(|| ApiError::not_found("callback address"));
    };
    let mut intake = api.broker.begin_callback(&target);
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type == "multipart/form-data" {
        take_form(&mut intake, Multipart::new(request.headers(), payload)).await;
    } else {
        take_body(&mut intake, payload, media_type == "application/x-www-form-urlencoded").await;
    }
    let query = form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    Ok(answered(intake.finish(kept_headers(request.headers()), query).await))
}

fn answered(answer: CallbackAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).content_type(answer.content_type).body(answer.body)
}

/// Takes a form in: texts in memory, files straight to the store.
async fn take_form(intake: &mut CallbackIntake, mut form: Multipart) {
    while let Some(field) = form.next().await {
        let Ok(mut field) = field else { return intake.broken() };
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.content_disposition().is_some_and(|it| it.get_filename().is_some());
        if is_file {
            let media_type =
                field.content_type().map_or("application/octet-stream", |mime| mime.essence_str()).to_owned();
            intake.begin_file(&name, &media_type);
            while let Some(chunk) = field.next().await {
                let Ok(chunk) = chunk else { return intake.broken() };
                intake.chunk(chunk).await;
            }
            intake.end_file().await;
        } else {
            let mut text = BytesMut::new();
            while let Some(chunk) = field.next().await {
                let Ok(chunk) = chunk else { return intake.broken() };
                if text.len() + chunk.len() > MAX_TEXT {
                    return intake.broken();
                }
                text.extend_from_slice(&chunk);
            }
            intake.text(&name, &String::from_utf8_lossy(&text));
        }
    }
}

/// Takes a body in that is no multipart form.
async fn take_body(intake: &mut CallbackIntake, mut payload: Payload, is_form: bool) {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else { return intake.broken() };
        if body.len() + chunk.len() > MAX_TEXT {
            return intake.broken();
        }
        body.extend_from_slice(&chunk);
    }
    if is_form {
        for (name, value) in form_urlencoded::parse(&body) {
            intake.text(&name, &value);
        }
    }
    // The raw bytes are kept in any case: signatures are made over them.
    intake.raw(body.freeze());
}

/// The headers, names in lower case, without our own credentials should somebody send them.
fn kept_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter(|(name, _)| *name != "cookie")
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
