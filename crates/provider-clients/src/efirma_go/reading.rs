//! What a document of the vendor's list tells about its submission. Source: contract section 5.

use std::collections::BTreeMap;

use domain::attention::AttentionCode;
use domain::envelope::{Document, OrderRecipient, Role};
use domain::facts::{ArtifactKind, ArtifactOffer, Note, Reading, RecipientReading};
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::{Value, json};

use super::GoAccount;
use super::blocks::{Block, blocks};
use super::wire::received;
use crate::provider::SubmissionView;

/// The vendor's words for a document's state. Source: contract section 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentState {
    InProcess,
    Signed,
    Declined,
    Annulled,
}

impl DocumentState {
    /// The state that a word of 3.2 names.
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word.to_uppercase().as_str() {
            "EN PROCESO" => Self::InProcess,
            "FIRMADO" => Self::Signed,
            "RECHAZADO" => Self::Declined,
            "ANULADO" => Self::Annulled,
            _ => return None,
        })
    }
}

impl GoAccount {
    /// What `document` tells about `submission`.
    pub(super) fn reading(&self, submission: &SubmissionView<'_>, document: &received::Document) -> Reading {
        let state = DocumentState::read(&document.estado.0);
        let told = Told::of(submission, document);
        let acted = told.anybody_acted();
        let mut reading = Reading::of(state.map(|s| submission_state(s, acted)), document.estado.0.clone());
        reading.acted = acted;
        reading.recipients = told.recipients(state);
        if state == Some(DocumentState::Signed) {
            reading.artifacts = offers(submission, document);
        }
        if let Some(code) = document.csv.given() {
            reading.details.insert("verification_code".to_owned(), json!(code));
        }
        if state.is_none() {
            reading.notes.push(Note {
                code: AttentionCode::UnknownProviderStatus,
                detail: "efirma GO used a word for the document's state that is not in its reference.".to_owned(),
            });
        }
        // Once a document has ended, nobody needs to be unblocked for it.
        if self.checked.settings.blocked_is_attention && matches!(state, Some(DocumentState::InProcess) | None) {
            reading.notes.extend(told.blocked());
        }
        reading
    }
}

/// Who is invited the moment the vendor takes a document: the recipients of the first turn, and copies before it.
pub(super) fn invited(submission: &SubmissionView<'_>) -> Vec<RecipientReading> {
    Told { submission, blocks: blocks(submission.order), listed: Vec::new() }.recipients(Some(DocumentState::InProcess))
}

fn submission_state(state: DocumentState, acted: bool) -> SubmissionState {
    match state {
        DocumentState::InProcess if acted => SubmissionState::InProgress,
        DocumentState::InProcess => SubmissionState::Sent,
        DocumentState::Signed => SubmissionState::Finalizing,
        DocumentState::Declined => SubmissionState::Declined,
        DocumentState::Annulled => SubmissionState::Canceled,
    }
}

/// The order beside what the vendor lists of its recipients.
struct Told<'a> {
    submission: &'a SubmissionView<'a>,
    blocks: Vec<Block<'a>>,
    /// By index into `/recipients`.
    listed: Vec<Option<&'a received::Recipient>>,
}

impl<'a> Told<'a> {
    fn of(submission: &'a SubmissionView<'a>, document: &'a received::Document) -> Self {
        let order = submission.order;
        let listed = (0..order.recipients.len())
            .map(|index| {
                let wanted = order.recipients.get(index)?;
                // The same person twice with one role: the first appearance there is the first one here.
                let earlier = order.recipients.iter().take(index).filter(|r| is_same(r, wanted)).count();
                document.destinatarios.0.iter().filter(|r| is_listed_as(r, wanted)).nth(earlier)
            })
            .collect();
        Self { submission, blocks: blocks(order), listed }
    }

    fn listed(&self, index: usize) -> Option<&'a received::Recipient> {
        self.listed.get(index).copied().flatten()
    }

    fn has_acted(&self, index: usize) -> bool {
        self.listed(index).is_some_and(received::Recipient::has_acted)
    }

    fn anybody_acted(&self) -> bool {
        self.blocks.iter().filter(|b| b.role.acts()).flat_map(|b| &b.members).any(|index| self.has_acted(*index))
    }

    /// The first turn that still lacks somebody; `None` when none does.
    fn current_turn(&self) -> Option<u32> {
        let is_open = |block: &&Block<'_>| {
            block.role.acts() && block.members.iter().filter(|index| self.has_acted(**index)).count() < block.minimum
        };
        self.blocks.iter().filter(is_open).map(|block| block.turn).min()
    }

    fn recipients(&self, state: Option<DocumentState>) -> Vec<RecipientReading> {
        let current = self.current_turn();
        let members = self.blocks.iter().flat_map(|block| block.members.iter().map(move |index| (block, *index)));
        let mut readings: Vec<(usize, RecipientReading)> = members
            .filter_map(|(block, index)| {
                let recipient = self.submission.order.recipients.get(index)?;
                let status = self.status(state, block, index, current);
                let vendor = self.listed(index).map(vendor_words).unwrap_or_default();
                let is_told = status.is_some() || !vendor.is_empty();
                is_told.then(|| {
                    let reading = RecipientReading { vendor, ..RecipientReading::of(recipient.id, status) };
                    (index, reading)
                })
            })
            .collect();
        readings.sort_by_key(|(index, _)| *index);
        readings.into_iter().map(|(_, reading)| reading).collect()
    }

    fn status(
        &self,
        state: Option<DocumentState>,
        block: &Block<'_>,
        index: usize,
        current: Option<u32>,
    ) -> Option<RecipientStatus> {
        let acted = block.role.acts() && self.has_acted(index);
        match state {
            _ if acted => Some(RecipientStatus::Completed),
            Some(DocumentState::InProcess) if current.is_some_and(|turn| block.turn > turn) => {
                Some(RecipientStatus::Created)
            }
            Some(DocumentState::InProcess) => Some(RecipientStatus::Sent),
            Some(DocumentState::Signed) if !block.role.acts() => Some(RecipientStatus::Completed),
            // A person who is not listed (renamed in the directory, perhaps) may have signed: nothing is said of them.
            Some(DocumentState::Signed) => self.listed(index).map(|_| RecipientStatus::Skipped),
            // Who refused is not told, and an unknown word tells nothing of those who have not acted.
            Some(DocumentState::Declined | DocumentState::Annulled) | None => None,
        }
    }

    fn blocked(&self) -> impl Iterator<Item = Note> {
        let recipients = self.submission.order.recipients.iter().enumerate();
        recipients
            .filter(|(index, _)| self.listed(*index).is_some_and(|r| r.bloqueado.is_yes() || r.activo.0 == Some(false)))
            .map(|(_, recipient)| Note {
                code: AttentionCode::RecipientBlocked,
                detail: format!("efirma GO lists the recipient {} as blocked or not active.", recipient.id),
            })
    }
}

fn is_same(one: &OrderRecipient, other: &OrderRecipient) -> bool {
    one.spec.role == other.spec.role && one.spec.email == other.spec.email
}

/// Whether the vendor's `listed` is `wanted`: by e-mail, in any case of letters, unless it says another role.
fn is_listed_as(listed: &received::Recipient, wanted: &OrderRecipient) -> bool {
    let address = listed.email.0.to_lowercase();
    wanted.spec.email.as_ref().is_some_and(|email| email.comparison_key() == address)
        && role(&listed.tipo.0).is_none_or(|role| role == wanted.spec.role)
}

fn role(word: &str) -> Option<Role> {
    Some(match word.to_lowercase().as_str() {
        "firmante" => Role::Signer,
        "revisor" => Role::Approver,
        "copia" => Role::Copy,
        _ => return None,
    })
}

fn vendor_words(listed: &received::Recipient) -> BTreeMap<String, Value> {
    let flags = [
        ("signed", listed.firmado.0),
        ("reviewed", listed.revisado.0),
        ("blocked", listed.bloqueado.0),
        ("active", listed.activo.0),
    ];
    let told = flags.into_iter().filter_map(|(name, flag)| Some((name.to_owned(), json!(flag?))));
    let kind = listed.tipo.given().map(|word| ("type".to_owned(), json!(word)));
    told.chain(kind).collect()
}

fn offers(submission: &SubmissionView<'_>, document: &received::Document) -> Vec<ArtifactOffer> {
    let Some(original) = submission.documents.first().and_then(|id| submission.order.document(*id)) else {
        return Vec::new();
    };
    let offer = |kind, ending: &str, source: &str, essential| ArtifactOffer {
        kind,
        documents: vec![original.id],
        recipient: None,
        part: None,
        filename: format!("{}-{ending}.pdf", stem(original)),
        source: source.to_owned(),
        essential,
    };
    let signed = offer(ArtifactKind::SignedDocument, "signed", &document.url_documento.0, true);
    let evidence = document.url_certificado.given().map(|url| offer(ArtifactKind::Evidence, "evidence", url, false));
    std::iter::once(signed).chain(evidence).collect()
}

/// The document's file name without its `.pdf`.
fn stem(document: &Document) -> &str {
    let name = document.filename.as_str();
    let cut = name.len().saturating_sub(4);
    match (name.get(..cut), name.get(cut..)) {
        (Some(stem), Some(ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem,
        (Some(_) | None, Some(_) | None) => name,
    }
}
