use actix_web::http::Method;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, get};
use broker::{BundleText, Evidence, Scope};
use bytes::Bytes;
use serde::Serialize;

use crate::auth::DocumentsRead;
use crate::call::Call;
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;
use crate::views::event::EventView;

/// What the bundle says of itself to whoever opens it.
const README: &str = "Evidence of one envelope.\n\n\
envelope.json  The envelope as it stood: what was asked and what happened, with the digests of its documents.\n\
events.json    Its history. Each event carries the keyed hash that chains it to the one before; `chain` tells what\n\
               checking them found when this bundle was made.\n\
artifacts/     What came back from the provider: signed documents, evidence, receipts, attachments.\n\
SHA256SUMS     The SHA-256 of each of these files: `sha256sum -c SHA256SUMS` checks them.\n\
SEAL           Proves that SHA256SUMS was written by the service: `rubrica evidence verify FILE` checks everything.\n";

/// The history in the bundle.
#[derive(Serialize)]
struct History<'a> {
    envelope_id: String,
    chain: Chain<'a>,
    data: Vec<EventView>,
}

/// What checking the chain of hashes found.
#[derive(Serialize)]
struct Chain<'a> {
    intact: bool,
    events_in_order: u64,
    head: &'a str,
}

/// Download the evidence bundle
///
/// A ZIP for the archive: the envelope, its history with the chain of hashes, every artifact, the SHA-256 of each file, and
/// a seal by which this service knows its own bundles again. Made while it is sent; the download is in the audit trail. The
/// key needs `envelopes:read` too, since the envelope is in it.
#[utoipa::path(
    tag = "artifacts",
    security(("bearer" = ["documents:read", "envelopes:read"])),
    params(EnvelopePath),
    responses((status = 200, description = "The bundle.", body = String, content_type = "application/zip", headers(
        ("Content-Disposition" = String, description = "The file name."),
    ))),
    extensions(("x-problems" = json!(["conflict"]))),
)]
#[get("/envelopes/{envelope_id}/evidence")]
pub(super) async fn download_evidence(call: Call<DocumentsRead>) -> Result<HttpResponse, ApiError> {
    call.require(Scope::EnvelopesRead)?;
    let envelope = call.envelope().await?;
    call.query().end()?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(format!("{}-evidence.zip", envelope.id))],
        });
    if call.info().method == Method::HEAD {
        return Ok(answer.streaming(futures::stream::empty::<Result<_, std::io::Error>>()));
    }
    let evidence = call.broker().evidence(envelope.tenant, envelope.id).await?;
    let texts = texts(&evidence, &call.api().config.public_url)?;
    let bundle = call.broker().evidence_bundle(&evidence.envelope, texts, &call.actor()).await?;
    Ok(answer.streaming(bundle))
}

/// The files of the bundle that tell rather than came back. Without signing links: a bundle is kept and handed on.
fn texts(evidence: &Evidence, public_url: &str) -> Result<Vec<BundleText>, ApiError> {
    let history = History {
        envelope_id: evidence.envelope.id.to_string(),
        chain: Chain {
            intact: evidence.chain.broken.is_none(),
            events_in_order: evidence.chain.intact,
            head: &evidence.chain.head,
        },
        data: evidence.events.iter().map(EventView::from).collect(),
    };
    Ok(vec![
        BundleText { name: "README.txt".to_owned(), content: Bytes::from_static(README.as_bytes()) },
        json("envelope.json", &EnvelopeView::new(&evidence.envelope, false, public_url))?,
        json("events.json", &history)?,
    ])
}

fn json(name: &str, content: &impl Serialize) -> Result<BundleText, ApiError> {
    let mut text = serde_json::to_vec_pretty(content)
        .map_err(|error| ApiError::internal(format!("a file of a bundle is no JSON: {error}")))?;
    text.push(b'\n');
    Ok(BundleText { name: name.to_owned(), content: text.into() })
}
