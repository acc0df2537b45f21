//! Fetching what came back: signed documents by 2.3, evidence by 2.9, files of signers by 2.8. Documents are given
//! whatever the state, so one of a process that is not concluded is never taken.
//! Source: contract sections 2.3, 2.8, 2.9 and 2.2 of the quirks.

use domain::envelope::Document;
use domain::facts::{ArtifactKind, ArtifactOffer, Reading};
use domain::ids::RecipientId;
use domain::outcome::{Class, Doubt, Outcome};
use serde_json::{Value, json};
use url::Url;

use super::ArqAccount;
use super::blame::Scope;
use super::contacts::{file_names, signers};
use super::endpoints::Endpoint;
use super::linking::{document_id, find_document, process_of, recipient_id};
use super::overview::Overview;
use super::signers::{Signer, matched};
use super::wire::received::{self, list, same_id, text};
use super::words::Status;
use crate::call::{Body, Call, Content, MEMORY_LIMIT, Redirects, ReplyTo};
use crate::provider::{Fetch, FetchHistory, Fetched, SubmissionView, Unbuildable};
use crate::reply::{Reply, StoredFile};
use crate::shared::answers::refusal;

/// Stands before a link in an offer's source.
const LINK: &str = "link:";

/// Most redirects of a link that are followed.
const REDIRECTS: usize = 3;

/// Where files stand in the answer of 2.3.
const IN_PROCESS: [&str; 3] = [
    "/documentos/*/base64Documento",
    "/documentos/*/registroAssinaturas/base64",
    "/documentos/*/registroAssinaturas/*/base64",
];

impl ArqAccount {
    /// What a concluded process offers: each document signed, its signature record, and what signers uploaded.
    pub(super) fn offers(&self, submission: &SubmissionView<'_>, listed: &[Signer]) -> Vec<ArtifactOffer> {
        let documents = submission.order.documents.iter().flat_map(|document| {
            let source = document_id(submission, document.id).unwrap_or_default();
            [offer(ArtifactKind::SignedDocument, document, &source), offer(ArtifactKind::Evidence, document, &source)]
        });
        let uploaded = signers(submission.order).flat_map(|(_, r)| {
            let files = matched(submission, listed, r.id).map(|signer| signer.attachments.as_slice());
            files.unwrap_or_default().iter().map(move |file| uploaded(r.id, &file.id, file.name.as_deref()))
        });
        documents.chain(uploaded).collect()
    }

    /// Puts the links of `listed` documents into the offers of signed documents.
    pub(super) fn put_links(&self, submission: &SubmissionView<'_>, listed: &[Value], offers: &mut [ArtifactOffer]) {
        let names = file_names(&submission.order.documents);
        for offer in offers.iter_mut().filter(|offer| offer.kind == ArtifactKind::SignedDocument) {
            let found = submission.order.documents.iter().zip(&names).find(|(d, _)| offer.documents.contains(&d.id));
            let told = found.and_then(|(document, name)| find_document(listed, document.order, name));
            if let Some(link) = told.and_then(|told| text(told, &["linkparabaixardocumento"])) {
                offer.source = format!("{LINK}{link}");
            }
        }
    }

    /// The call of 2.3 that gives links instead of files.
    pub(super) fn links_call(&self, process: &str) -> Result<Call, Unbuildable> {
        let mut call = self.call(Endpoint::Process, Some(process))?;
        call.url.query_pairs_mut().append_pair("arquivoTipo", "2").append_pair("retornarRegistroAssinatura", "false");
        Ok(call)
    }

    /// The next way to get an artifact.
    pub(super) fn next_fetch(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        if let Some(file) = &history.delivered {
            return Ok(Fetch::Delivered(file.clone()));
        }
        let process = process_of(submission)
            .ok_or_else(|| Unbuildable::Defect("The process has no id, so it has no files.".to_owned()))?;
        let link = offer.source.strip_prefix(LINK).and_then(|link| Url::parse(link).ok());
        let record = || Some(offer.source.as_str()).filter(|id| !id.is_empty() && !id.starts_with(LINK));
        let ways: Vec<Call> = match offer.kind {
            ArtifactKind::SignedDocument => {
                let by_link = link.map(|link| self.link_call(link));
                by_link.into_iter().chain([self.files_call(process, false)?]).collect()
            }
            ArtifactKind::Evidence => {
                let by_id = record().map(|id| self.record_call(id)).transpose()?;
                by_id.into_iter().chain([self.files_call(process, true)?]).collect()
            }
            ArtifactKind::SignerAttachment => vec![self.attachments_call(submission, process)?],
            ArtifactKind::Receipt | ArtifactKind::BrokerEvidence => Vec::new(),
        };
        let failed = usize::try_from(history.direct_failed).unwrap_or(usize::MAX);
        Ok(match ways.into_iter().nth(failed) {
            Some(call) => Fetch::Direct(Box::new(call)),
            None => Fetch::GiveUp { reason: "ArqSign did not give the file when it was asked for.".to_owned() },
        })
    }

    fn files_call(&self, process: &str, records: bool) -> Result<Call, Unbuildable> {
        let mut call = self.call(Endpoint::Process, Some(process))?;
        let records = if records { "true" } else { "false" };
        call.url.query_pairs_mut().append_pair("arquivoTipo", "1").append_pair("retornarRegistroAssinatura", records);
        call.reply_to = self.files_at(IN_PROCESS.to_vec());
        Ok(call)
    }

    fn record_call(&self, document: &str) -> Result<Call, Unbuildable> {
        let mut call = self.call(Endpoint::Record, Some(document))?;
        call.reply_to = self.files_at(vec!["/base64"]);
        Ok(call)
    }

    fn attachments_call(&self, submission: &SubmissionView<'_>, process: &str) -> Result<Call, Unbuildable> {
        let asked = signers(submission.order).filter(|(_, r)| !r.spec.requested_attachments.is_empty());
        let ids: Option<Vec<String>> = asked.map(|(_, r)| recipient_id(submission, r.id)).collect();
        let mut body = json!({ "arquivoTipo": 1 });
        if let (Some(members), Some(ids)) = (body.as_object_mut(), ids.filter(|ids| !ids.is_empty())) {
            members.insert("signatarios".to_owned(), json!(ids));
        }
        let mut call = self.call(Endpoint::Attachments, Some(process))?.body(Body::Json(body));
        call.reply_to = self.files_at(vec!["/*/anexos/*/arquivo"]);
        Ok(call)
    }

    fn link_call(&self, link: Url) -> Call {
        let settings = &self.checked.settings;
        let timeout = std::time::Duration::from_secs(settings.timeouts.download_s);
        let host = link.host().map(|host| host.to_owned());
        let ours = self.checked.base.host().map(|host| host.to_owned()) == host
            || settings.link_hosts.iter().any(|known| url::Host::parse(known).ok() == host);
        let mut call = Call::new(Endpoint::Link.name(), Endpoint::Link.method(), link).within(timeout);
        call.secret_url = true;
        call.reply_to = ReplyTo::Store { limit: settings.max_artifact_bytes, content: Content::Pdf };
        call.redirects = Redirects { most: REDIRECTS, hosts: settings.link_hosts.clone() };
        if settings.link_send_headers && ours { self.with_keys(call) } else { call }
    }

    fn files_at(&self, files: Vec<&'static str>) -> ReplyTo {
        let file_limit = self.checked.settings.max_artifact_bytes;
        ReplyTo::JsonWithFiles { limit: MEMORY_LIMIT, file_limit, files }
    }

    /// What the answer to a fetch means. A refusal is for good; what may pass is tried again later.
    pub(super) fn fetched(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<Fetched> {
        if let Some(file) = reply.stored().filter(|_| reply.is_success()) {
            return Outcome::Done(Fetched::Files(vec![(offer.key(), pdf(file))]));
        }
        let endpoint = match offer.kind {
            ArtifactKind::SignedDocument if offer.source.starts_with(LINK) => Endpoint::Link,
            ArtifactKind::SignedDocument | ArtifactKind::Receipt | ArtifactKind::BrokerEvidence => Endpoint::Process,
            ArtifactKind::Evidence => Endpoint::Record,
            ArtifactKind::SignerAttachment => Endpoint::Attachments,
        };
        let answer = match self.accepted(endpoint, reply, Scope::Submission(submission)) {
            Ok(answer) => answer,
            Err(Outcome::Refused(refusal)) if may_pass(refusal.class) => {
                let reason = "ArqSign does not give the file now.".to_owned();
                return Outcome::Unknown(Doubt { reason, code: Some(refusal.code) });
            }
            Err(other) => return other,
        };
        let files = if answer.is_array() {
            self.uploaded_files(submission, &answer, reply)
        } else if received::get(&answer, &["documentos"]).is_some() {
            if Overview::of(self, &answer).status != Some(Status::Concluded) {
                let reason = "The process is not concluded, so its documents are not the signed ones.".to_owned();
                return Outcome::Unknown(Doubt { reason, code: Some(format!("{}/not_concluded", endpoint.name())) });
            }
            process_files(submission, &answer, reply)
        } else {
            let file = file_at(&answer, "base64", reply).map(pdf);
            file.map(|file| (offer.key(), file)).into_iter().collect()
        };
        if files.iter().any(|(key, _)| *key == offer.key()) {
            return Outcome::Done(Fetched::Files(files));
        }
        let message = "The answer does not hold the file.";
        Outcome::Refused(refusal(endpoint.name(), "no_file", Class::NotFound, message, Vec::new(), reply))
    }

    fn uploaded_files(
        &self,
        submission: &SubmissionView<'_>,
        answer: &Value,
        reply: &Reply,
    ) -> Vec<(String, StoredFile)> {
        let mut files = Vec::new();
        for told in answer.as_array().into_iter().flatten() {
            let Some(id) = text(told, &["idsignatario"]) else { continue };
            let owner = signers(submission.order)
                .find(|(_, r)| recipient_id(submission, r.id).is_some_and(|known| same_id(&known, &id)));
            let Some((_, recipient)) = owner else { continue };
            for entry in list(told, &["anexos"]) {
                let Some(part) = text(entry, &["id"]) else { continue };
                let name = text(entry, &["nome", "anexodocumentonome"]);
                let key = uploaded(recipient.id, &part, name.as_deref()).key();
                if let Some(file) = file_at(entry, "arquivo", reply) {
                    let content_type = Some(content_type(name.as_deref()).to_owned());
                    files.push((key, StoredFile { content_type, ..file.clone() }));
                }
            }
        }
        files
    }
}

/// Every file in an answer of 2.3.
fn process_files(submission: &SubmissionView<'_>, answer: &Value, reply: &Reply) -> Vec<(String, StoredFile)> {
    let listed = list(answer, &["documentos"]);
    let names = file_names(&submission.order.documents);
    let mut files = Vec::new();
    for (document, name) in submission.order.documents.iter().zip(&names) {
        let Some(told) = find_document(listed, document.order, name) else { continue };
        if let Some(file) = file_at(told, "base64documento", reply) {
            files.push((offer(ArtifactKind::SignedDocument, document, "").key(), pdf(file)));
        }
        let record = list(told, &["registroassinaturas"]).iter().find_map(|record| file_at(record, "base64", reply));
        if let Some(file) = record {
            files.push((offer(ArtifactKind::Evidence, document, "").key(), pdf(file)));
        }
    }
    files
}

/// The file whose token stands in this member.
fn file_at<'a>(value: &Value, member: &str, reply: &'a Reply) -> Option<&'a StoredFile> {
    reply.files.get(&text(value, &[member])?)
}

fn pdf(file: &StoredFile) -> StoredFile {
    StoredFile { content_type: Some("application/pdf".to_owned()), ..file.clone() }
}

/// Whether asking again later may help.
fn may_pass(class: Class) -> bool {
    class.passes_by_itself() || class.is_fixable_in_account() || class == Class::ProviderError
}

fn offer(kind: ArtifactKind, document: &Document, source: &str) -> ArtifactOffer {
    let name = document.filename.as_str();
    let cut = name.len().saturating_sub(4);
    let stem = match (name.get(..cut), name.get(cut..)) {
        (Some(stem), Some(ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem,
        (Some(_) | None, Some(_) | None) => name,
    };
    let signed = kind == ArtifactKind::SignedDocument;
    ArtifactOffer {
        kind,
        documents: vec![document.id],
        recipient: None,
        part: None,
        filename: format!("{stem}-{}.pdf", if signed { "signed" } else { "evidence" }),
        source: source.to_owned(),
        essential: signed,
    }
}

/// A file that a signer uploaded.
fn uploaded(recipient: RecipientId, id: &str, name: Option<&str>) -> ArtifactOffer {
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | '"');
    let clean: String = name.unwrap_or(id).chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    ArtifactOffer {
        kind: ArtifactKind::SignerAttachment,
        documents: Vec::new(),
        recipient: Some(recipient),
        part: Some(id.to_lowercase()),
        filename: clean,
        source: id.to_owned(),
        essential: false,
    }
}

fn content_type(name: Option<&str>) -> &'static str {
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("pdf") => "application/pdf",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some(_) | None => "application/octet-stream",
    }
}

/// Files that a reading of a webhook told of, as offers; the list may be partial.
pub(super) fn uploads_told(submission: &SubmissionView<'_>, listed: &[Signer], reading: &mut Reading) {
    for (_, recipient) in signers(submission.order) {
        let files = matched(submission, listed, recipient.id).map(|s| s.attachments.as_slice()).unwrap_or_default();
        let offers = files.iter().map(|file| uploaded(recipient.id, &file.id, file.name.as_deref()));
        reading.artifacts.extend(offers);
    }
}
