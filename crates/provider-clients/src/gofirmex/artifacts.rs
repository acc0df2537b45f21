//! Fetching what was signed, by the links of the completion. Source: contract section 3.9.

use std::time::Duration;

use domain::envelope::Document;
use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::ids::DocumentId;
use domain::outcome::{Class, Outcome};
use url::Url;

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use super::profile::SendJwt;
use super::reading::known_document;
use super::send::DOCUMENT_ID;
use super::steps::document_step;
use super::wire::told;
use crate::call::{Call, Content, Method, Redirects, ReplyTo};
use crate::provider::{Fetch, FetchHistory, Fetched, Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::{doubtful, refusal};

/// Most redirects that are followed. Source: contract section 3.9.
const REDIRECTS: usize = 5;

impl GofirmexAccount {
    /// What can be fetched: each document by its own link, else by the portfolio's.
    pub(super) fn offers(&self, submission: &SubmissionView<'_>, told: &told::Portfolio) -> Vec<ArtifactOffer> {
        let own = |id: DocumentId| {
            let listed = told.documents.iter().find(|told| known_document(submission, told) == Some(id));
            // One link and one document belong together, whatever the vendor calls them.
            let only = (submission.documents.len() == 1 && told.documents.len() == 1).then(|| told.documents.first());
            listed.or(only.flatten()).and_then(|told| told.download_url.clone())
        };
        let documents = submission.documents.iter().filter_map(|id| submission.order.document(*id));
        documents
            .map(|document| ArtifactOffer {
                kind: ArtifactKind::SignedDocument,
                documents: vec![document.id],
                recipient: None,
                part: None,
                filename: format!("{}-signed.pdf", stem(&document.filename)),
                source: own(document.id).or_else(|| told.download_url.clone()).unwrap_or_default(),
                essential: true,
            })
            .collect()
    }

    /// The next way to get an artifact: its link, then its link with the token where it is the API's own host.
    pub(super) fn next_fetch(
        &self,
        offer: &ArtifactOffer,
        moment: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        if let Some(file) = &history.delivered {
            return Ok(Fetch::Delivered(file.clone()));
        }
        let url = match self.link(&offer.source) {
            Ok(url) => url,
            Err(reason) => return Ok(Fetch::GiveUp { reason: reason.to_owned() }),
        };
        let ours = url.origin() == self.checked.base.origin();
        let with_token = match (self.checked.profile.download.send_jwt, history.direct_failed) {
            (SendJwt::SameHost, 0) => ours,
            (SendJwt::On401SameHost | SendJwt::Never, 0) => false,
            (SendJwt::On401SameHost, 1) if ours => true,
            (SendJwt::On401SameHost | SendJwt::SameHost | SendJwt::Never, _) => {
                let reason = "The provider's link did not give the file; it may have run out.".to_owned();
                return Ok(Fetch::GiveUp { reason });
            }
        };
        let call = self.download(url);
        let call = if with_token { self.authorized(call, moment)? } else { call.header("accept", "*/*") };
        Ok(Fetch::Direct(Box::new(call)))
    }

    fn download(&self, url: Url) -> Call {
        let content = if self.checked.profile.download.allow_zip { Content::PdfOrZip } else { Content::Pdf };
        let mut call = Call::new(Endpoint::Download.name(), Method::Get, url)
            .within(Duration::from_secs(self.timeouts().upload_s));
        call.secret_url = true;
        call.reply_to = ReplyTo::Store { limit: self.checked.settings.max_artifact_bytes, content };
        // Where the vendor keeps its files is not known.
        call.redirects = Redirects { most: REDIRECTS, hosts: vec![Redirects::ANY_HOST.to_owned()] };
        call
    }

    /// The address of a link, or why there is none. Plain http only where the account itself is reached by it.
    pub(super) fn link(&self, source: &str) -> Result<Url, &'static str> {
        if source.trim().is_empty() {
            return Err("The provider told no link for the document.");
        }
        let url = Url::parse(source.trim()).map_err(|_| "The provider's link is not an address.")?;
        let plain = url.scheme() == "http" && self.checked.base.scheme() == "http";
        if url.scheme() == "https" || plain { Ok(url) } else { Err("The provider's link is not an https address.") }
    }

    /// What the answer to a fetch means. Only PDFs and archives are taken; a refusal is for good, an outage is not.
    pub(super) fn fetched(&self, offer: &ArtifactOffer, reply: &Reply) -> Outcome<Fetched> {
        if let Some(archive) = reply.archive().filter(|_| reply.is_success()) {
            return Outcome::Done(Fetched::Archive(archive.clone()));
        }
        if let Some(file) = reply.stored().filter(|_| reply.is_success()) {
            return Outcome::Done(Fetched::Files(vec![(offer.key(), file.clone())]));
        }
        let endpoint = Endpoint::Download.name();
        let (class, code) = match reply.status {
            408 | 425 | 429 | 500..=599 => {
                return doubtful(
                    endpoint,
                    &format!("http_{}", reply.status),
                    "The provider could not give the file now.",
                );
            }
            200..=299 => (Class::ProviderError, "not_a_pdf".to_owned()),
            401 | 403 => (Class::Permission, format!("http_{}", reply.status)),
            404 | 410 => (Class::NotFound, format!("http_{}", reply.status)),
            _ => (Class::ProviderError, format!("http_{}", reply.status)),
        };
        let message = "The provider's link did not give a PDF.";
        Outcome::Refused(refusal(endpoint, &code, class, message, Vec::new(), reply))
    }

    /// Which document each PDF of an archive is: by its name, then by its place among those that are left.
    pub(super) fn members(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        names: &[String],
    ) -> Vec<Option<String>> {
        let offers = submission.last.map(|last| last.artifacts.as_slice()).unwrap_or_default();
        let same = offers.iter().filter(|other| other.source == offer.source && other.documents.len() == 1);
        let mut open: Vec<&ArtifactOffer> = same.collect();
        if open.is_empty() {
            open.push(offer);
        }
        let is_pdf = |name: &String| name.to_ascii_lowercase().ends_with(".pdf");
        let mut keys: Vec<Option<String>> = names
            .iter()
            .map(|name| {
                let place = open.iter().position(|offer| is_pdf(name) && is_named(name, offer, submission))?;
                Some(open.remove(place).key())
            })
            .collect();
        let mut rest = open.into_iter();
        for (key, _) in keys.iter_mut().zip(names).filter(|(key, name)| key.is_none() && is_pdf(name)) {
            *key = rest.next().map(ArtifactOffer::key);
        }
        keys
    }
}

/// Whether an archive's member is named after the offer's document.
fn is_named(member: &str, offer: &ArtifactOffer, submission: &SubmissionView<'_>) -> bool {
    let base = member.rsplit(['/', '\\']).next().unwrap_or(member);
    let stem_of_member = stem(base).to_lowercase();
    let Some(document) = offer.documents.first().and_then(|id| submission.order.document(*id)) else { return false };
    let theirs = submission.documents.iter().position(|id| *id == document.id).and_then(|index| {
        submission.outputs.get(&document_step(index)).and_then(|output| output.values.get(DOCUMENT_ID))
    });
    names_of(document)
        .chain(theirs.map(|id| id.to_lowercase()))
        .any(|name| !name.is_empty() && (stem_of_member == name || stem_of_member == format!("{name}-signed")))
}

fn names_of(document: &Document) -> impl Iterator<Item = String> {
    [stem(&document.filename).to_lowercase(), document.name.trim().to_lowercase(), document.id.to_string()].into_iter()
}

/// A file name without its `.pdf`.
fn stem(name: &str) -> &str {
    let cut = name.len().saturating_sub(4);
    match (name.get(..cut), name.get(cut..)) {
        (Some(stem), Some(ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem,
        (Some(_) | None, Some(_) | None) => name,
    }
}
