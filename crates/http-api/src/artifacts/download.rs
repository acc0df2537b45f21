use actix_web::HttpResponse;
use actix_web::get;
use domain::ids::ArtifactId;

use crate::auth::DocumentsRead;
use crate::call::Call;
use crate::documents::{File, serve};
use crate::openapi::params::{ArtifactPath, EnvelopePath, IfNoneMatch, RangeHeaders};
use crate::problem::ApiError;

/// Download an artifact
///
/// The bytes as the provider gave them. Parts can be asked for with `Range`; `HEAD` tells size and digest.
#[utoipa::path(
    tag = "artifacts",
    security(("bearer" = ["documents:read"])),
    params(EnvelopePath, ArtifactPath, RangeHeaders, IfNoneMatch),
    responses(
        (status = 200, description = "The artifact; its content type is the one that the envelope shows.", content((String = "application/pdf"), (Object = "application/json")), headers(
            ("ETag" = String, description = "The SHA-256 of the bytes."),
            ("Repr-Digest" = String, description = "The SHA-256 of the whole file (RFC 9530)."),
            ("Content-Disposition" = String, description = "The file name."),
            ("Accept-Ranges" = String, description = "`bytes`; `none` for JSON, which is given whole."),
        )),
        (status = 206, description = "The part that was asked for.", body = String, content_type = "application/pdf", headers(
            ("Content-Range" = String, description = "Which part, and the size of the whole."),
        )),
        (status = 304, description = "The bytes are still those that `If-None-Match` names."),
    ),
    extensions(("x-problems" = json!(["range-not-satisfiable"]))),
)]
#[get("/envelopes/{envelope_id}/artifacts/{artifact_id}/content")]
pub(super) async fn download_artifact(call: Call<DocumentsRead>) -> Result<HttpResponse, ApiError> {
    let envelope = call.envelope().await?;
    let id: ArtifactId = call.id("artifact_id", "artifact")?;
    let artifact = envelope.artifacts.iter().find(|artifact| artifact.id == id && artifact.published);
    let artifact = artifact.ok_or_else(|| ApiError::not_found("artifact"))?;
    let file = File {
        filename: &artifact.filename,
        media_type: &artifact.content_type,
        size: artifact.size,
        sha256: &artifact.sha256,
    };
    let actor = call.actor();
    serve(&call, file, call.broker().artifact_content(envelope.tenant, envelope.id, id, &actor)).await
}
