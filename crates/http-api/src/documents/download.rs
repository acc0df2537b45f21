use actix_web::HttpResponse;
use actix_web::get;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, HeaderValue};
use actix_web::http::{Method, StatusCode};
use broker::{BrokerError, Content};

use super::in_path;
use crate::auth::{DocumentsRead, NeedsScope};
use crate::call::Call;
use crate::conventions::conditional::{Condition, content_tag};
use crate::conventions::digest::{CONTENT_DIGEST, REPR_DIGEST, sha256_field};
use crate::conventions::range::{Wanted, wanted};
use crate::openapi::params::{DocumentPath, EnvelopePath, IfNoneMatch, RangeHeaders};
use crate::problem::{ApiError, Code};
use crate::views::document::PDF;

/// Download a document
///
/// The bytes as they were uploaded. Parts can be asked for with `Range`; `HEAD` tells size and digest.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["documents:read"])),
    params(EnvelopePath, DocumentPath, RangeHeaders, IfNoneMatch),
    responses(
        (status = 200, description = "The document.", body = String, content_type = "application/pdf", headers(
            ("ETag" = String, description = "The SHA-256 of the bytes."),
            ("Repr-Digest" = String, description = "The SHA-256 of the whole document (RFC 9530)."),
            ("Content-Disposition" = String, description = "The file name."),
            ("Accept-Ranges" = String, description = "Always `bytes`."),
        )),
        (status = 206, description = "The part that was asked for.", body = String, content_type = "application/pdf", headers(
            ("Content-Range" = String, description = "Which part, and the size of the whole."),
        )),
        (status = 304, description = "The bytes are still those that `If-None-Match` names."),
    ),
    extensions(("x-problems" = json!(["range-not-satisfiable"]))),
)]
#[get("/envelopes/{envelope_id}/documents/{document_id}/content")]
pub(super) async fn download_document(call: Call<DocumentsRead>) -> Result<HttpResponse, ApiError> {
    let envelope = call.envelope().await?;
    let document = &in_path(&call, &envelope)?.document;
    let file = File { filename: &document.filename, media_type: PDF, size: document.size, sha256: &document.sha256 };
    let actor = call.actor();
    serve(&call, file, call.broker().document_content(envelope.tenant, envelope.id, document.id, &actor)).await
}

/// A stored file as a download shows it.
pub(crate) struct File<'a> {
    pub(crate) filename: &'a str,
    pub(crate) media_type: &'a str,
    pub(crate) size: u64,
    pub(crate) sha256: &'a str,
}

/// Answers a download. `content` is only opened, and so only audited, when bytes are really sent.
pub(crate) async fn serve<S: NeedsScope>(
    call: &Call<S>,
    file: File<'_>,
    content: impl Future<Output = Result<Content, BrokerError>>,
) -> Result<HttpResponse, ApiError> {
    let tag = content_tag(file.sha256);
    call.query().end()?;
    if Condition::if_none_match(call.headers())?.names_weakly(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // A part of a JSON text is none: it is given whole, which a server may always do.
    let has_parts = !file.media_type.contains("json");
    let range = match wanted(call.headers(), file.size, &tag) {
        _ if !has_parts => None,
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Unsatisfiable => return Err(unsatisfiable(file.size)),
    };
    let (status, length) = match &range {
        None => (StatusCode::OK, file.size),
        Some(range) => (StatusCode::PARTIAL_CONTENT, range.end - range.start),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, file.media_type))
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, if has_parts { "bytes" } else { "none" }))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header(disposition(file.filename));
    if let Some(digest) = sha256_field(file.sha256) {
        response.insert_header((REPR_DIGEST, digest.clone()));
        if range.is_none() {
            response.insert_header((CONTENT_DIGEST, digest));
        }
    }
    if let Some(range) = &range {
        let shown = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), file.size);
        response.insert_header((header::CONTENT_RANGE, shown));
    }
    if call.info().method == Method::HEAD {
        return Ok(response.no_chunking(length).streaming(futures::stream::empty::<Result<_, std::io::Error>>()));
    }
    let stream = content.await?.stream(range).await?;
    Ok(response.no_chunking(length).streaming(stream))
}

fn unsatisfiable(size: u64) -> ApiError {
    let error = ApiError::new(Code::RangeNotSatisfiable, format!("The file has {size} bytes."));
    match HeaderValue::from_str(&format!("bytes */{size}")) {
        Ok(value) => error.with_header(header::CONTENT_RANGE, value),
        Err(_) => error,
    }
}

/// `attachment` with the file name; names outside ASCII are told as RFC 8187 wants it.
fn disposition(filename: &str) -> ContentDisposition {
    let plain = filename.is_ascii();
    let name = if plain {
        DispositionParam::Filename(filename.to_owned())
    } else {
        DispositionParam::FilenameExt(header::ExtendedValue {
            charset: header::Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: filename.as_bytes().to_vec(),
        })
    };
    ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] }
}
