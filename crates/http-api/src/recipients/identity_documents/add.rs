use actix_web::http::StatusCode;
use actix_web::post;
use broker::InlineFile;
use domain::ids::{IdentityDocumentId, RecipientId};
use domain::record::Envelope;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesWrite;
use crate::body::{Faults, RawBody};
use crate::call::{Call, Reply, Stored, must_be};
use crate::conventions::query::Query;
use crate::envelopes::{IdentityDocumentInput, is_file_name};
use crate::openapi::params::{EnvelopePath, IdentityDocumentQuery, IfMatch, RecipientPath};
use crate::problem::{ApiError, Code};
use crate::recipients::{find, in_path};
use crate::views::recipient::IdentityDocumentView;

/// The longest kind of an identity document, in characters.
const LONGEST_KIND: usize = 64;

/// The longest file name, in characters.
const LONGEST_NAME: usize = 255;

/// The content types of identity documents; what a file really is, its first bytes tell.
const FILES: [&str; 3] = ["image/png", "image/jpeg", "application/pdf"];

/// Add an identity document
///
/// A PNG, JPEG or PDF, to a recipient of a draft, for providers that ask for one: the raw file with its kind and name in the
/// query, or JSON with the file in it. It goes to the provider and is never shown again.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, RecipientPath, IdentityDocumentQuery, IfMatch),
    request_body(description = "The file.", content(
        (IdentityDocumentInput = "application/json", example = json!({ "type": "id_card_front", "filename": "front.png", "content_base64": "iVBORw0KGgo=" })),
        (String = "image/png"),
        (String = "image/jpeg"),
        (String = "application/pdf"),
    )),
    responses((status = 201, description = "The identity document.", body = IdentityDocumentView, headers(
        ("Location" = String, description = "The identity document's address, for removing it."),
        ("ETag" = String, description = "The envelope's new version."),
    ))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict", "validation-failed", "unsupported-media-type"]))),
)]
#[post("/envelopes/{envelope_id}/recipients/{recipient_id}/identity-documents")]
pub(in crate::recipients) async fn add_identity_document(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let (tenant, recipient) = (envelope.tenant, in_path(&call, &envelope)?.id);
    let body = call.body_with_files().await?;
    let work = async |caller| {
        let expected = call.if_match()?.require(envelope.version)?;
        must_be(&envelope, &[EnvelopeStatus::Draft], "adding an identity document")?;
        let file = file(&call, &body)?;
        let added = call.broker().add_identity_document(&caller, envelope.id, recipient, expected, file).await;
        match added {
            Err(broker::BrokerError::NotFound) => Err(ApiError::not_found("recipient")),
            other => {
                let (changed, id) = other?;
                answer(&changed, recipient, id)
            }
        }
    };
    let rebuilt = async |_: Stored| {
        let now = call.broker().envelope(tenant, envelope.id).await?;
        let newest = find(&now, recipient)?.spec.identity_documents.iter().map(|document| document.id).max();
        answer(&now, recipient, newest.ok_or_else(|| ApiError::not_found("identity document"))?)
    };
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}

/// The file of the request: its body, or in its body.
fn file(call: &Call<EnvelopesWrite>, body: &RawBody) -> Result<InlineFile, ApiError> {
    let media_type = call.media_type().unwrap_or_default();
    if FILES.contains(&media_type.as_str()) {
        let (kind, filename) = named(call.query())?;
        return Ok(InlineFile { kind, filename, content: body.bytes().clone() });
    }
    if media_type != "application/json" {
        let detail = format!("The body must be application/json or one of {}.", FILES.join(", "));
        return Err(ApiError::new(Code::UnsupportedMediaType, detail));
    }
    call.query().end()?;
    body.read(&call.api().schemas, |given: IdentityDocumentInput, faults: &mut Faults| given.into_file("", faults))
}

/// What a raw file is, from the query.
fn named(mut query: Query) -> Result<(String, String), ApiError> {
    let mut taken = |name: &str, longest: usize| {
        let Some(text) = query.text(name) else {
            query.fault(name, "required", "It must be given with a raw file.");
            return String::new();
        };
        let rule = format!("It must have 1 to {longest} characters.");
        match text.chars().count() {
            0 => query.fault(name, "too_short", &rule),
            length if length > longest => query.fault(name, "too_long", &rule),
            _ => {}
        }
        text
    };
    let (kind, filename) = (taken("type", LONGEST_KIND), taken("filename", LONGEST_NAME));
    if is_file_name(&filename).is_err() {
        query.fault("filename", "wrong_format", "It must be a file name on one line, without a path.");
    }
    query.end()?;
    Ok((kind, filename))
}

fn answer(envelope: &Envelope, recipient: RecipientId, id: IdentityDocumentId) -> Result<Reply, ApiError> {
    let documents = &find(envelope, recipient)?.spec.identity_documents;
    let added = documents.iter().find(|document| document.id == id);
    let added = added.ok_or_else(|| ApiError::not_found("identity document"))?;
    let location = format!("/v1/envelopes/{}/recipients/{recipient}/identity-documents/{id}", envelope.id);
    Ok(Reply::created(&location, &IdentityDocumentView::from(added))?.version(envelope.version))
}
