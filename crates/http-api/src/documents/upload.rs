use actix_web::post;
use broker::{ContentDigest, UploadedAs};
use domain::envelope::ProviderOptions;
use domain::ids::DocumentId;
use domain::record::Envelope;
use domain::states::EnvelopeStatus;
use utoipa::ToSchema;

use super::find;
use super::receive::{Names, Sink, media, receive};
use crate::auth::EnvelopesWrite;
use crate::call::{Call, Fingerprint, Holding, Reply, Reservation, Stored, must_be, reused, sha256};
use crate::conventions::digest;
use crate::openapi::params::{ContentDigestHeader, EnvelopePath, IfMatch, UploadQuery};
use crate::problem::{ApiError, too_large};
use crate::views::document::DocumentView;

/// The name of a document whose uploader gave none.
const UNNAMED: &str = "document.pdf";

/// The document as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read part by part")]
pub struct DocumentForm {
    /// The PDF.
    #[schema(value_type = String, format = Binary, content_media_type = "application/pdf")]
    file: Vec<u8>,
    /// The file name; absent means that of the file's part.
    #[schema(example = "contract.pdf", min_length = 1, max_length = 255, nullable = false)]
    filename: Option<String>,
    /// The name that recipients see; absent means the file name without its ending.
    #[schema(example = "Contract", min_length = 1, max_length = 255, nullable = false)]
    name: Option<String>,
    /// Its place among the documents, from 1; absent means after the others.
    #[schema(example = 1, minimum = 1, maximum = 1000, nullable = false)]
    order: Option<u32>,
}

/// Upload a document
///
/// To a draft: the raw PDF, or a form with one file. It is streamed, hashed on the way, and must be a readable,
/// unencrypted PDF by its content. With `Content-Digest` (RFC 9530) the bytes must have that digest; for a form it is the
/// digest of the file.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, UploadQuery, ContentDigestHeader, IfMatch),
    request_body(description = "The document.", content(
        (String = "application/pdf"),
        (DocumentForm = "multipart/form-data"),
    )),
    responses((status = 201, description = "The document.", body = DocumentView, headers(
        ("Location" = String, description = "Where the document is described."),
        ("ETag" = String, description = "The envelope's new version."),
    ))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict", "body-too-large", "request-timeout", "malformed-multipart", "unsupported-media-type", "document-empty", "document-not-pdf", "document-encrypted", "document-damaged", "digest-mismatch", "validation-failed"]))),
)]
#[post("/envelopes/{envelope_id}/documents")]
pub(super) async fn add_document(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    // The fingerprint holds the file's digest, which is known only after its last byte: so the key is reserved first,
    // and what a repetition brings is compared once it has been read.
    let (holding, outcome) = match call.reserve(Some(envelope.tenant), None).await? {
        None => return store(&call, &envelope, None).await,
        Some(Reservation::Open(holding)) => {
            let outcome = store(&call, &envelope, Some(&holding)).await;
            (holding, outcome)
        }
        Some(Reservation::Answered(reply, first)) => {
            compare(&call, first).await?;
            return Ok(reply);
        }
        Some(Reservation::Committed(holding, stored, first)) => {
            compare(&call, first).await?;
            let outcome = rebuilt(&call, &envelope, stored).await;
            (holding, outcome)
        }
    };
    holding.settle(call.kept(&outcome)).await;
    outcome
}

/// Takes the document in.
async fn store(call: &Call<EnvelopesWrite>, envelope: &Envelope, holding: Option<&Holding>) -> Result<Reply, ApiError> {
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(envelope, &[EnvelopeStatus::Draft], "adding a document")?;
    let media = media(call)?;
    let told = digest::told(call.headers())?;
    let names = Names::of_query(call.query())?;
    let limit = call.api().config.max_document_bytes;
    // A form is a little longer than its file; the file itself is counted as it comes.
    if call.declared_length().is_some_and(|length| length > limit.saturating_add(64 * 1024)) {
        return Err(too_large(limit));
    }
    let with_sha512 = matches!(told, Some(ContentDigest::Sha512(_)));
    let upload = call.broker().begin_upload(envelope.tenant, envelope.id, expected, with_sha512).await?;
    let mut sink = Sink::Store(Box::new(upload));
    let names = receive(call, media, names, &mut sink).await?;
    let mark = match holding {
        None => None,
        Some(holding) => {
            holding.identify(fingerprint(call, &sink, &names)).await?;
            holding.mark(actix_web::http::StatusCode::CREATED)
        }
    };
    let Sink::Store(upload) = sink else { return Err(ApiError::internal("an upload lost its place")) };
    let named = UploadedAs {
        filename: names.filename.unwrap_or_else(|| UNNAMED.to_owned()),
        name: names.name,
        order: names.order,
        content_digest: told,
        provider_options: ProviderOptions::new(),
    };
    let caller = call.caller_with(Some(envelope.tenant), mark);
    let (changed, id) = upload.finish(&caller, named).await?;
    answer(&changed, id)
}

/// A repetition is read for its digest only, and must be the same as the first.
async fn compare(call: &Call<EnvelopesWrite>, first: Option<Fingerprint>) -> Result<(), ApiError> {
    let media = media(call)?;
    let names = Names::of_query(call.query())?;
    let mut sink = Sink::digest(call.api().config.max_document_bytes);
    let names = receive(call, media, names, &mut sink).await?;
    match first {
        Some(first) if first != fingerprint(call, &sink, &names) => Err(reused()),
        _ => Ok(()),
    }
}

fn fingerprint(call: &Call<EnvelopesWrite>, sink: &Sink, names: &Names) -> Fingerprint {
    let Names { filename, name, order } = names;
    call.fingerprint(&sha256(format!("{} {filename:?} {name:?} {order:?}", sink.sha256()).as_bytes()))
}

/// The answer for a document that was added by a process that ended before it answered.
async fn rebuilt(call: &Call<EnvelopesWrite>, envelope: &Envelope, stored: Stored) -> Result<Reply, ApiError> {
    let now = call.broker().envelope(envelope.tenant, envelope.id).await?;
    let newest = now.documents.iter().map(|stored| stored.document.id).max();
    let id = DocumentId::from_uuid(stored.resource);
    let known = now.documents.iter().any(|stored| stored.document.id == id);
    answer(&now, newest.filter(|_| !known).unwrap_or(id))
}

fn answer(envelope: &Envelope, id: DocumentId) -> Result<Reply, ApiError> {
    let location = format!("/v1/envelopes/{}/documents/{id}", envelope.id);
    Ok(Reply::created(&location, &DocumentView::from(find(envelope, id)?))?.version(envelope.version))
}
