//! Parameters, described once. What every operation of a kind has (`Idempotency-Key`, `X-Tenant-Id`, …) is added by
//! `complete.rs`.

use utoipa::IntoParams;

use crate::views::enums::EnvelopeStatus;
use crate::views::values::{
    AccountId, ApiKeyId, ArtifactId, DocumentId, EnvelopeId, IdentityDocumentId, JobId, RecipientId, TenantId,
    Timestamp,
};

macro_rules! paths {
    ($($(#[doc = $doc:literal])+ $name:ident { $field:ident: $type:ty, example $example:expr })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, IntoParams)]
            #[into_params(parameter_in = Path)]
            pub struct $name {
                $(#[doc = $doc])+
                #[param(example = json!($example))]
                pub $field: $type,
            }
        )+
    };
}

paths! {
    /// The envelope.
    EnvelopePath { envelope_id: EnvelopeId, example EnvelopeId::EXAMPLE }
    /// The recipient.
    RecipientPath { recipient_id: RecipientId, example RecipientId::EXAMPLE }
    /// The identity document.
    IdentityDocumentPath { identity_document_id: IdentityDocumentId, example IdentityDocumentId::EXAMPLE }
    /// The document.
    DocumentPath { document_id: DocumentId, example DocumentId::EXAMPLE }
    /// The artifact.
    ArtifactPath { artifact_id: ArtifactId, example ArtifactId::EXAMPLE }
    /// The provider account.
    AccountPath { account_id: AccountId, example AccountId::EXAMPLE }
    /// The operation's name, as `operations` lists it.
    OperationPath { name: String, example "get_signer" }
    /// The provider's kind.
    ProviderPath { kind: String, example "efirma_go" }
    /// The tenant.
    TenantPath { tenant_id: TenantId, example TenantId::EXAMPLE }
    /// The API key.
    ApiKeyPath { key_id: ApiKeyId, example ApiKeyId::EXAMPLE }
    /// The job.
    JobPath { job_id: JobId, example JobId::EXAMPLE }
    /// The problem's code.
    ProblemPath { code: String, example "wrong-state" }
}

/// The account's callback address.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CallbackPath {
    /// The provider's kind.
    #[param(example = "efirma_go")]
    pub provider: String,
    /// The account's secret.
    #[param(example = "8f14e45fceea167a5a36dedd4bea2543")]
    pub token: String,
}

/// The address of a signer's page.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SigningPath {
    /// The recipient's secret.
    #[param(example = "AbZ3kq0vT1mX9r-Lw7uYcJ4hNfE2dS8pQaGiKoRtVeM")]
    pub token: String,
}

macro_rules! headers {
    ($($(#[doc = $doc:literal])+ $name:ident = $header:literal, example $example:literal;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, IntoParams)]
            #[into_params(parameter_in = Header)]
            pub struct $name {
                $(#[doc = $doc])+
                #[param(rename = $header, example = $example, nullable = false)]
                pub value: Option<String>,
            }
        )+
    };
}

headers! {
    /// The version that must be the current one (`ETag` of a read), else 412. `*` takes any.
    IfMatch = "If-Match", example "\"7\"";
    /// A version or digest that is known already: 304 when it is still the current one.
    IfNoneMatch = "If-None-Match", example "\"7\"";
    /// The `digest` of the plan that sending must carry out, else 412.
    IfPlanMatch = "If-Plan-Match", example "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    /// `wait=N`: answer only when the submission has ended, or after N seconds, at most 30 (RFC 7240).
    Prefer = "Prefer", example "wait=10";
    /// The digest that the file must have (RFC 9530): `sha-256=:…:` or `sha-512=:…:`, base64 between the colons.
    ContentDigestHeader = "Content-Digest", example "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
}

/// Which part of a file is wanted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct RangeHeaders {
    /// A range of bytes; one range only.
    #[param(rename = "Range", example = "bytes=0-1023", nullable = false)]
    pub range: Option<String>,
    /// The `ETag` that the range belongs to; the whole file is sent when it is another one.
    #[param(rename = "If-Range", example = "\"9f86d081\"", nullable = false)]
    pub if_range: Option<String>,
}

/// Which page of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items of a page.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(example = "AAABkXy3Q2sBjd8Y", nullable = false)]
    pub cursor: Option<String>,
}

/// Which envelopes are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EnvelopeFilters {
    /// In one of these states; may be repeated, or separated by commas.
    #[param(style = Form, explode, example = json!(["sent", "in_progress"]), nullable = false)]
    pub status: Option<Vec<EnvelopeStatus>>,
    /// With exactly this reference of the caller.
    #[param(example = "HR-2026-0042", nullable = false)]
    pub reference: Option<String>,
    /// Carried out by a provider of this kind.
    #[param(example = "efirma_go", nullable = false)]
    pub provider: Option<String>,
    /// With these metadata values: `metadata[cost_center]=77`.
    #[param(style = DeepObject, explode, example = json!({ "cost_center": "77" }), nullable = false)]
    pub metadata: Option<std::collections::BTreeMap<String, String>>,
    /// Created after this time, not at it.
    #[param(example = "2026-11-01T00:00:00Z", nullable = false)]
    pub created_after: Option<Timestamp>,
    /// Created before this time, not at it.
    #[param(example = "2026-12-01T00:00:00Z", nullable = false)]
    pub created_before: Option<Timestamp>,
    /// With a recipient of this e-mail address, in any case of letters.
    #[param(example = "jesus@example.com", nullable = false)]
    pub recipient_email: Option<String>,
    /// With an open attention: `any`, or the attention's code.
    #[param(example = "any", nullable = false)]
    pub attention: Option<String>,
}

/// Which jobs are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobFilters {
    /// Always `dead`, which is also the default.
    #[param(example = "dead", nullable = false)]
    pub state: Option<String>,
}

/// What an identity document is, when the body is the file itself.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IdentityDocumentQuery {
    /// Its kind, in the provider's words; required with a raw file.
    #[param(rename = "type", min_length = 1, max_length = 64, example = "id_card_front", nullable = false)]
    pub kind: Option<String>,
    /// Its file name; required with a raw file.
    #[param(min_length = 1, max_length = 255, example = "front.png", nullable = false)]
    pub filename: Option<String>,
}

/// How an uploaded document is called.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Its file name; a form's own field wins.
    #[param(min_length = 1, max_length = 255, example = "contract.pdf", nullable = false)]
    pub filename: Option<String>,
    /// The name that recipients see; absent means the file name without its ending.
    #[param(min_length = 1, max_length = 255, example = "Contract", nullable = false)]
    pub name: Option<String>,
    /// Its place among the documents, from 1; absent means after the others.
    #[param(minimum = 1, maximum = 1000, example = 1, nullable = false)]
    pub order: Option<u32>,
}
