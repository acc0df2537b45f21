//! What a callback, or a portfolio that was read, tells about its submission. Source: contract sections 4 and 5.

use std::collections::BTreeMap;

use domain::attention::AttentionCode;
use domain::facts::{Difference, Note, Reading};
use domain::ids::DocumentId;
use domain::states::{State, SubmissionState};
use serde_json::{Value, json};

use super::GofirmexAccount;
use super::people::{comparable, with_nin};
use super::send::DOCUMENT_ID;
use super::signers::Signers;
use super::steps::{document_step, submission_of};
use super::wire::told;
use crate::provider::SubmissionView;

/// The kinds of callbacks. Source: contract section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Accepted,
    Signed,
    Completed,
    Rejected,
}

impl Kind {
    /// The word for it, where the vendor tells none.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Signed => "SIGNING",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
        }
    }

    /// Whether it can only be told of a portfolio that was started.
    pub(super) fn proves_start(self) -> bool {
        match self {
            Self::Accepted | Self::Signed | Self::Completed => true,
            Self::Rejected => false,
        }
    }
}

/// The vendor's customer, or a signer, refused: the word does not say which. Source: contract sections 5 and 9.
const REJECTED_BY_CLIENT: &str = "REJECTED_BY_CLIENT";

impl GofirmexAccount {
    /// The state that a word means; `names_signer`: whether a signer is told with it.
    pub(super) fn state_of(&self, word: &str, names_signer: bool) -> Option<SubmissionState> {
        match word {
            REJECTED_BY_CLIENT if names_signer => Some(SubmissionState::Declined),
            REJECTED_BY_CLIENT => Some(self.checked.profile.rejected_by_client_as),
            _ => self.checked.profile.status_map.get(word).copied(),
        }
    }

    /// What a callback of this kind tells.
    pub(super) fn told_by(&self, submission: &SubmissionView<'_>, kind: Kind, told: &told::Portfolio) -> Reading {
        let mut signers = Signers::known(submission);
        signers.listed(&told.signers, |url| self.link(url).is_ok());
        let signer = told.signed_by.as_deref().and_then(|nin| with_nin(submission.order, nin));
        let mut notes: Vec<Note> = self.bad_links(told).into_iter().collect();
        let state = match kind {
            Kind::Accepted => {
                signers.accept();
                Some(SubmissionState::Sent)
            }
            Kind::Signed => {
                signers.accept();
                match (signer, document(submission, told)) {
                    (Some((index, _)), Some(document)) => signers.sign(index, document, told.occurred_at),
                    (_, _) => notes.push(Note {
                        code: AttentionCode::UnknownCallback,
                        detail: "GoFirmex told that somebody signed, but of no signer or document of the portfolio."
                            .to_owned(),
                    }),
                }
                let finished = signers.everybody_signed();
                Some(if finished { SubmissionState::Finalizing } else { SubmissionState::InProgress })
            }
            Kind::Completed => {
                signers.accept();
                signers.complete();
                Some(SubmissionState::Finalizing)
            }
            Kind::Rejected => {
                let state = told.status.as_deref().and_then(|word| self.state_of(word, signer.is_some()));
                let declined = state == Some(SubmissionState::Declined);
                if let Some((index, _)) = signer.filter(|_| declined) {
                    signers.decline(index);
                }
                // A kind that is a rejection with a word that is none tells nothing that could be an end.
                state.filter(|state| state.is_terminal())
            }
        };
        let is_unknown = |word: &String| self.state_of(word, false).is_none();
        if told.status.as_ref().is_some_and(is_unknown) || state.is_none() {
            notes.push(unknown_word());
        }
        let word = told.status.clone().unwrap_or_else(|| kind.word().to_owned());
        let offers = if kind == Kind::Completed { self.offers(submission, told) } else { Vec::new() };
        Reading {
            acted: signers.anybody_signed(),
            recipients: signers.readings(),
            pending_result: Some(offers.is_empty()),
            artifacts: offers,
            details: rejection(told),
            notes,
            occurred_at: told.occurred_at,
            ..Reading::of(state, word)
        }
    }

    /// What a portfolio that was read (3.5) tells.
    pub(super) fn read_as(&self, submission: &SubmissionView<'_>, told: &told::Portfolio) -> Reading {
        let word = told.status.clone().unwrap_or_default();
        let state = self.state_of(&word, false);
        let mut signers = Signers::known(submission);
        signers.listed(&told.signers, |url| self.link(url).is_ok());
        let reached = |than: SubmissionState| {
            state.is_some_and(|state| !state.is_terminal() && state.progress() >= than.progress())
        };
        if reached(SubmissionState::Sent) {
            signers.accept();
        }
        if reached(SubmissionState::Finalizing) {
            signers.complete();
        }
        let finished = reached(SubmissionState::Finalizing) && told.has_link();
        let offers = if finished { self.offers(submission, told) } else { Vec::new() };
        Reading {
            acted: signers.anybody_signed() || reached(SubmissionState::InProgress),
            recipients: signers.readings(),
            pending_result: Some(offers.is_empty()),
            artifacts: offers,
            details: rejection(told),
            notes: state.is_none().then(unknown_word).into_iter().chain(self.bad_links(told)).collect(),
            differences: differences(submission, told),
            ..Reading::of(state, word)
        }
    }
}

impl GofirmexAccount {
    /// A signing link that leads nowhere a person should be sent.
    fn bad_links(&self, told: &told::Portfolio) -> Option<Note> {
        let mut links = told.signers.iter().filter_map(|signer| signer.sign_url.as_deref());
        links.any(|url| self.link(url).is_err()).then(|| Note {
            code: AttentionCode::UnknownCallback,
            detail: "GoFirmex told a signing link that is not an https address; it was not taken.".to_owned(),
        })
    }
}

/// A reading that moves nothing and raises one attention.
pub(super) fn only_noted(submission: &SubmissionView<'_>, code: AttentionCode, detail: &str) -> Reading {
    let word = submission.last.map(|last| last.vendor_status.clone()).unwrap_or_default();
    Reading {
        pending_result: Some(true),
        notes: vec![Note { code, detail: detail.to_owned() }],
        ..Reading::of(None, word)
    }
}

fn unknown_word() -> Note {
    Note {
        code: AttentionCode::UnknownProviderStatus,
        detail: "GoFirmex used a word for the portfolio's state that the account's status_map does not have."
            .to_owned(),
    }
}

fn rejection(told: &told::Portfolio) -> BTreeMap<String, Value> {
    let texts = [("message", &told.message), ("detail", &told.detail)];
    texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))).collect()
}

/// The document that was signed: by the broker's id, by the vendor's, or the only one where none is named.
fn document(submission: &SubmissionView<'_>, told: &told::Portfolio) -> Option<DocumentId> {
    match &told.document {
        Some(told) => known_document(submission, told),
        None => Some(submission.documents).filter(|all| all.len() == 1).and_then(|all| all.first().copied()),
    }
}

/// The document of the submission that the vendor means.
pub(super) fn known_document(submission: &SubmissionView<'_>, told: &told::Document) -> Option<DocumentId> {
    let by_ours = told.client_id.as_deref().and_then(|id| DocumentId::parse(id).ok());
    if let Some(id) = by_ours.filter(|id| submission.documents.contains(id)) {
        return Some(id);
    }
    let theirs = told.id.as_deref()?;
    let is_theirs = |index: usize| {
        let output = submission.outputs.get(&document_step(index));
        output.and_then(|output| output.values.get(DOCUMENT_ID)).is_some_and(|id| id == theirs)
    };
    submission.documents.iter().enumerate().find(|(index, _)| is_theirs(*index)).map(|(_, id)| *id)
}

/// How the portfolio differs from what was asked, where the answer lists enough to tell.
fn differences(submission: &SubmissionView<'_>, told: &told::Portfolio) -> Option<Vec<Difference>> {
    if told.client_id.is_none() && told.signers.is_empty() && told.documents.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    let mut add = |differs: bool, pointer: String, detail: &str| {
        if differs {
            found.push(Difference { pointer, detail: detail.to_owned() });
        }
    };
    let other = told.client_id.as_deref().is_some_and(|id| submission_of(id) != Some(submission.id));
    add(other, String::new(), "The provider's portfolio carries the id of another submission.");
    if !told.signers.is_empty() {
        let listed: Vec<String> = told.signers.iter().filter_map(|s| s.nin.as_deref()).map(comparable).collect();
        for (index, recipient) in submission.order.recipients.iter().enumerate() {
            let nin = recipient.spec.national_id.as_ref().map(|id| comparable(id.value()));
            let missing = nin.is_some_and(|nin| !listed.contains(&nin));
            add(missing, format!("/recipients/{index}"), "The provider does not list this signer.");
        }
        let more = told.signers.len() > submission.order.recipients.len();
        add(more, "/recipients".to_owned(), "The provider lists more signers.");
    }
    if !told.documents.is_empty() {
        let listed: Vec<DocumentId> = told.documents.iter().filter_map(|d| known_document(submission, d)).collect();
        for (index, id) in submission.documents.iter().enumerate() {
            let missing = !listed.contains(id);
            add(missing, format!("/documents/{index}"), "The provider does not list this document.");
        }
        let more = told.documents.len() > submission.documents.len();
        add(more, "/documents".to_owned(), "The provider lists more documents.");
    }
    Some(found)
}
