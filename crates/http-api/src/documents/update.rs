use actix_web::http::StatusCode;
use actix_web::patch;
use broker::DocumentChange;
use domain::envelope::ProviderOptions;
use domain::states::EnvelopeStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{find, in_path};
use crate::auth::EnvelopesWrite;
use crate::body::RequestBody;
use crate::call::{Call, Reply, must_be};
use crate::envelopes::{DocumentProviderOptions, SHORT, is_file_name};
use crate::openapi::params::{DocumentPath, EnvelopePath, IfMatch};
use crate::problem::ApiError;
use crate::views::document::DocumentView;

/// A change of a draft's document: what is given replaces, what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DocumentPatch {
    /// A new file name.
    #[serde(default)]
    #[schema(example = "contract-2.pdf", min_length = 1, max_length = 255, nullable = false)]
    #[validate(length(min = 1, max = "SHORT"), custom(function = "is_file_name"))]
    pub filename: Option<String>,
    /// A new name for recipients.
    #[serde(default)]
    #[schema(example = "Contract, second version", min_length = 1, max_length = 255, nullable = false)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: Option<String>,
    /// A new place among the documents, from 1; the others make room.
    #[serde(default)]
    #[schema(example = 2, minimum = 1, maximum = 1000, nullable = false)]
    #[validate(range(min = 1, max = 1000))]
    pub order: Option<u32>,
    /// New options of providers for this document, whole.
    #[serde(default)]
    #[schema(value_type = Option<DocumentProviderOptions>, nullable = false)]
    pub provider_options: Option<ProviderOptions>,
}

impl RequestBody for DocumentPatch {
    const SCHEMA: &'static str = "DocumentPatch";
}

/// Rename or move a document
///
/// Of a draft. The bytes never change: remove it and upload another instead.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, DocumentPath, IfMatch),
    request_body(description = "What to change.", content(
        (DocumentPatch = "application/merge-patch+json", example = json!({ "name": "Contract, second version", "order": 1 })),
        (DocumentPatch = "application/json", example = json!({ "name": "Contract, second version", "order": 1 })),
    )),
    responses((status = 200, description = "The document, changed.", body = DocumentView, headers(("ETag" = String, description = "The envelope's new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[patch("/envelopes/{envelope_id}/documents/{document_id}")]
pub(super) async fn update_document(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let document = in_path(&call, &envelope)?.document.id;
    let body = call.body().await?;
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "changing a document")?;
    let given: DocumentPatch = body.patch_as(&call.api().schemas)?;
    let change = DocumentChange {
        filename: given.filename,
        name: given.name,
        order: given.order,
        provider_options: given.provider_options,
    };
    let caller = call.caller(envelope.tenant);
    let changed = call.broker().update_document(&caller, envelope.id, document, expected, change).await?;
    let view = DocumentView::from(find(&changed, document)?);
    Ok(Reply::json(StatusCode::OK, &view)?.version(changed.version))
}
