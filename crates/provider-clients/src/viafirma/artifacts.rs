//! Fetching what was signed, and the evidence of it. The ids of signatures are bearer secrets: whoever knows one can fetch
//! the document. Source: contract sections 2.8 and 7.8.

use std::time::Duration;

use domain::envelope::Document;
use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::{Class, Outcome};

use super::ViafirmaAccount;
use super::http::{endpoint, escaped};
use super::result::Told;
use super::settings::{Download, DownloadBase, EvidenceFile, Settings};
use crate::call::{Content, Method, Redirects, ReplyTo};
use crate::provider::{Fetch, FetchHistory, Fetched, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::{class_of_status, doubtful, refusal};

/// Most redirects that are followed, all of them on the same host.
const REDIRECTS: usize = 3;

/// What is fetched of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    Signed,
    Evidence(EvidenceFile),
}

impl File {
    /// The file of an offer, which its kind and part tell.
    fn of(offer: &ArtifactOffer) -> Self {
        match (offer.kind, offer.part.as_deref()) {
            (ArtifactKind::Receipt, _) => Self::Evidence(EvidenceFile::Qr),
            (ArtifactKind::Evidence, Some(_)) => Self::Evidence(EvidenceFile::Original),
            (ArtifactKind::Evidence, None) => Self::Evidence(EvidenceFile::Receipt),
            (ArtifactKind::SignedDocument | ArtifactKind::SignerAttachment | ArtifactKind::BrokerEvidence, _) => {
                Self::Signed
            }
        }
    }

    fn endpoint(self) -> &'static str {
        match self {
            Self::Signed => endpoint::SIGNED,
            Self::Evidence(EvidenceFile::Receipt) => endpoint::RECEIPT,
            Self::Evidence(EvidenceFile::Qr) => endpoint::QR,
            Self::Evidence(EvidenceFile::Original) => endpoint::ORIGINAL,
        }
    }

    fn path(self, download: &Download) -> &str {
        match self {
            Self::Signed => &download.signed_path,
            Self::Evidence(EvidenceFile::Receipt) => &download.receipt_path,
            Self::Evidence(EvidenceFile::Qr) => &download.qr_path,
            Self::Evidence(EvidenceFile::Original) => &download.original_path,
        }
    }

    fn content(self) -> Content {
        match self {
            Self::Signed | Self::Evidence(EvidenceFile::Original) => Content::Pdf,
            Self::Evidence(EvidenceFile::Receipt | EvidenceFile::Qr) => Content::Any,
        }
    }
}

/// What the vendor offers of the files that were signed.
pub(super) fn offers(settings: &Settings, submission: &SubmissionView<'_>, files: &[Told<'_>]) -> Vec<ArtifactOffer> {
    let recipient = submission.recipients.first().copied();
    let mut offers = Vec::new();
    for file in files {
        let Some(signature) = file.signature_id(settings) else { continue };
        let stem = stem(file.document);
        let mut offer = |kind, part: Option<&str>, filename: String, essential| {
            offers.push(ArtifactOffer {
                kind,
                documents: vec![file.document.id],
                recipient,
                part: part.map(str::to_owned),
                filename,
                source: signature.to_owned(),
                essential,
            });
        };
        offer(ArtifactKind::SignedDocument, None, format!("{stem}-signed.pdf"), true);
        for evidence in &settings.download.evidence {
            match evidence {
                EvidenceFile::Receipt => {
                    offer(ArtifactKind::Evidence, None, format!("{stem}-receipt.pdf"), false);
                }
                EvidenceFile::Qr => offer(ArtifactKind::Receipt, None, format!("{stem}-receipt-qr.png"), false),
                EvidenceFile::Original => {
                    offer(ArtifactKind::Evidence, Some("original"), format!("{stem}-original.pdf"), false);
                }
            }
        }
    }
    offers
}

impl ViafirmaAccount {
    /// How to get a file: by its address, once. There is no other way.
    pub(super) fn next_fetch(&self, offer: &ArtifactOffer, history: &FetchHistory) -> Result<Fetch, Unbuildable> {
        if history.direct_failed > 0 {
            return Ok(Fetch::GiveUp { reason: "The provider's address did not give the file.".to_owned() });
        }
        let (file, settings) = (File::of(offer), self.settings());
        let base = match settings.download.base {
            DownloadBase::Public => &self.checked.public_base,
            DownloadBase::Service => &self.checked.service_base,
        };
        let path = file.path(&settings.download).replace("{signatureId}", &escaped(&offer.source));
        let mut call = self
            .call_at(file.endpoint(), Method::Get, &format!("{base}{path}"))?
            .within(Duration::from_secs(settings.timeouts.download_s));
        call.secret_url = true;
        call.reply_to = ReplyTo::Store { limit: settings.max_artifact_bytes, content: file.content() };
        call.redirects = Redirects { most: REDIRECTS, hosts: Vec::new() };
        Ok(Fetch::Direct(Box::new(call)))
    }

    /// What the answer to a fetch means. A signed document is a PDF that is not smaller than what was sent; a page of
    /// HTML is none of the files.
    pub(super) fn fetched(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<Fetched> {
        let file = File::of(offer);
        let refuse = |class, code: &str, message: &str| {
            Outcome::Refused(refusal(file.endpoint(), code, class, message, Vec::new(), reply))
        };
        let is_html = reply.content_type.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        match reply.stored().filter(|_| reply.is_success()) {
            Some(_) if is_html && file.content() == Content::Any => {
                refuse(Class::ProviderError, "html", "The provider's address gave a page and not the file.")
            }
            Some(stored) if stored.size < least_size(file, offer, submission) => {
                let message = "The provider gave a file that is smaller than what was sent.";
                refuse(Class::ProviderError, "smaller_than_sent", message)
            }
            Some(stored) => Outcome::Done(Fetched::Files(vec![(offer.key(), stored.clone())])),
            None => match reply.status {
                200..=299 => refuse(Class::ProviderError, "not_a_pdf", "The provider's address did not give a PDF."),
                408 | 425 | 429 | 500..=599 => {
                    let code = format!("http_{}", reply.status);
                    doubtful(file.endpoint(), &code, "The provider could not give the file now.")
                }
                401 | 403 => refuse(
                    class_of_status(reply.status),
                    &format!("http_{}", reply.status),
                    "The provider does not give the file to this account.",
                ),
                status => refuse(
                    if is_html { Class::NotFound } else { class_of_status(status) },
                    &format!("http_{status}"),
                    "The provider's address did not give the file.",
                ),
            },
        }
    }
}

/// The smallest size that a file can have: a signature only adds to a document.
fn least_size(file: File, offer: &ArtifactOffer, submission: &SubmissionView<'_>) -> u64 {
    if file != File::Signed {
        return 1;
    }
    let sent = |id: &domain::ids::DocumentId| {
        let before = submission.signed_before.get(id).map(|signed| signed.size);
        before.or_else(|| submission.order.document(*id).map(|document| document.size))
    };
    offer.documents.iter().find_map(sent).unwrap_or(1)
}

/// The document's file name without its `.pdf`.
fn stem(document: &Document) -> &str {
    let name = document.filename.as_str();
    match name.len().checked_sub(4).and_then(|cut| name.split_at_checked(cut)) {
        Some((stem, ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem,
        Some(_) | None => name,
    }
}
