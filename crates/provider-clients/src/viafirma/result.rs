//! What the result of an ended operation tells: the files, who signed, and what a person has to decide.
//! Source: contract sections 2.6 and 3, and the decisions that win over it.

use domain::attention::AttentionCode;
use domain::envelope::Document;
use domain::facts::{Note, Reading, RecipientReading};
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::json;

use super::ViafirmaAccount;
use super::artifacts::offers;
use super::attempts::{Known, Operation, Stand};
use super::certificate::{Doubtful, certificate, doubt};
use super::codes::{Meaning, is_progress, meaning};
use super::settings::Settings;
use super::steps::{ADD_FILE, documents_of, signer_of, value};
use super::wire::received::{Signature, SignatureResult};
use crate::provider::SubmissionView;

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Every file was signed.
    Signed,
    /// Some files were signed, so many of so many.
    Partly(usize, usize),
    /// Nothing was signed; the code, where one was told.
    Nothing { code: Option<String> },
}

/// A document and what the vendor tells of it.
pub(super) struct Told<'a> {
    pub document: &'a Document,
    pub signature: Option<&'a Signature>,
}

impl Told<'_> {
    /// The signature's id, where the file was signed and nothing is said against it.
    pub(super) fn signature_id(&self, settings: &Settings) -> Option<&str> {
        let signature = self.signature?;
        signature.signature_id.as_deref().filter(|_| self.code(settings).is_none())
    }

    /// The code of its failure, where it failed.
    fn code(&self, settings: &Settings) -> Option<&str> {
        self.signature?.error_code.as_deref().filter(|code| !is_progress(settings, code))
    }
}

/// The documents of an operation beside what the vendor tells of each: by the broker's id, which it repeats, else by its
/// own.
pub(super) fn told<'a>(
    submission: &SubmissionView<'a>,
    operation: &Operation<'_>,
    result: &'a SignatureResult,
) -> Vec<Told<'a>> {
    let outputs = submission
        .earlier
        .iter()
        .find(|attempt| attempt.attempt == operation.attempt && !operation.current)
        .map_or(submission.outputs, |attempt| &attempt.outputs);
    let order = submission.order;
    documents_of(submission)
        .map(|document| {
            let source = document.id.to_string();
            let place = order.documents.iter().position(|known| known.id == document.id).unwrap_or_default() + 1;
            let temporary =
                outputs.get(&format!("{ADD_FILE}/{place}")).and_then(|output| output.values.get(value::DOCUMENT_ID));
            let by_source = result.signatures.iter().find(|s| s.source_id.as_deref() == Some(source.as_str()));
            let by_id = || {
                let unnamed = |s: &&Signature| s.source_id.is_none() && s.document_id.is_some();
                result.signatures.iter().filter(unnamed).find(|s| s.document_id.as_ref() == temporary)
            };
            Told { document, signature: by_source.or_else(by_id) }
        })
        .collect()
}

/// How the operation ended, told by its files. A file that is not told of was not signed.
pub(super) fn ending(settings: &Settings, files: &[Told<'_>]) -> Ending {
    let signed = files.iter().filter(|file| file.signature_id(settings).is_some()).count();
    if signed == files.len() && signed > 0 {
        return Ending::Signed;
    }
    if signed > 0 {
        return Ending::Partly(signed, files.len());
    }
    // What the signer did, and the certificate they used, concern all files, whatever is told of single ones.
    let codes = || files.iter().filter_map(|file| file.code(settings));
    let of = |wanted| codes().find(|code| meaning(settings, code) == wanted);
    let told = of(Meaning::SignerCancelled).or_else(|| of(Meaning::SignerCertificate)).or_else(|| codes().next());
    Ending::Nothing { code: told.map(str::to_owned) }
}

impl ViafirmaAccount {
    /// The reading of an operation in which at least one file was signed.
    pub(super) fn signed(
        &self,
        submission: &SubmissionView<'_>,
        operation: &Operation<'_>,
        result: &SignatureResult,
        files: &[Told<'_>],
        counts: (usize, usize),
    ) -> Reading {
        let (signed, all) = counts;
        let data = result.certificate.as_ref();
        let spec = signer_of(submission).ok().map(|signer| &signer.spec);
        let doubt = spec.and_then(|spec| doubt(self.settings(), spec, data));
        let (stand, state, status, word) = match (doubt, signed == all) {
            (Some(doubt), _) => (Stand::Withheld, SubmissionState::Sent, None, doubt.word()),
            (None, true) => (Stand::Signed, SubmissionState::Finalizing, Some(RecipientStatus::Completed), "signed"),
            (None, false) => {
                (Stand::PartlySigned, SubmissionState::InProgress, Some(RecipientStatus::Completed), "partly_signed")
            }
        };
        let code = files.iter().find_map(|file| file.code(self.settings()));
        let mut reading = Reading::of(Some(state), word);
        reading.acted = doubt.is_none();
        reading.artifacts = offers(self.settings(), submission, files);
        let known = Known::ended(stand, code);
        if Known::of(submission, operation.attempt) != known {
            reading.notes.extend(note(doubt, signed, all));
        }
        known.tell(operation.attempt, &mut reading);
        reading.recipients = submission
            .recipients
            .iter()
            .map(|recipient| RecipientReading {
                certificate: data.map(certificate),
                vendor: [
                    ("status".to_owned(), json!(word)),
                    ("documents_signed".to_owned(), json!(signed)),
                    ("documents_total".to_owned(), json!(all)),
                ]
                .into(),
                ..RecipientReading::of(*recipient, status)
            })
            .collect();
        reading
    }

    /// The reading of an operation that ended without a signature, by the vendor's code. One that was replaced already
    /// tells nothing but that: what happens to the submission is told by the one that is served.
    pub(super) fn unsigned(&self, submission: &SubmissionView<'_>, operation: &Operation<'_>, code: &str) -> Reading {
        let (stand, note) = self.end_by(code);
        self.unsigned_by(submission, operation, code, stand, note)
    }

    /// The same, where the end is told otherwise than by the code.
    pub(super) fn unsigned_by(
        &self,
        submission: &SubmissionView<'_>,
        operation: &Operation<'_>,
        code: &str,
        stand: Stand,
        note: Option<Note>,
    ) -> Reading {
        let known = Known::ended(stand, Some(code));
        let state = match stand {
            Stand::Cancelled if operation.current => SubmissionState::Declined,
            Stand::Failed if operation.current => SubmissionState::Failed,
            Stand::Open
            | Stand::Signed
            | Stand::PartlySigned
            | Stand::Withheld
            | Stand::UsedUp
            | Stand::Cancelled
            | Stand::Failed => SubmissionState::Sent,
        };
        let word = match stand {
            Stand::Cancelled => CANCELLED.to_owned(),
            Stand::Open | Stand::Signed | Stand::PartlySigned | Stand::Withheld | Stand::UsedUp | Stand::Failed => {
                format!("error {code}")
            }
        };
        let mut reading = Reading::of(Some(state), word.clone());
        known.tell(operation.attempt, &mut reading);
        if !operation.current {
            return reading;
        }
        reading.used_up = stand == Stand::UsedUp;
        if Known::of(submission, operation.attempt) != known {
            reading.notes.extend(note);
        }
        let status = match stand {
            Stand::Cancelled => Some(RecipientStatus::Declined),
            Stand::Failed => Some(RecipientStatus::Failed),
            Stand::Open | Stand::Signed | Stand::PartlySigned | Stand::Withheld | Stand::UsedUp => None,
        };
        reading.recipients = submission
            .recipients
            .iter()
            .map(|recipient| RecipientReading {
                vendor: [("status".to_owned(), json!(word))].into(),
                ..RecipientReading::of(*recipient, status)
            })
            .collect();
        reading
    }

    /// What an end with this code means for the signer, and what a person has to know of it.
    fn end_by(&self, code: &str) -> (Stand, Option<Note>) {
        use domain::outcome::Class;
        let note = |code, detail: &str| Some(Note { code, detail: detail.to_owned() });
        match meaning(self.settings(), code) {
            Meaning::SignerCancelled => (Stand::Cancelled, None),
            Meaning::SignerCertificate => {
                let detail = "The signer's certificate did not work; they can try again on the signing page.";
                (Stand::UsedUp, note(AttentionCode::SignerCertificate, detail))
            }
            Meaning::Again(_) | Meaning::Progress => (Stand::UsedUp, None),
            Meaning::Refused(Class::Authentication | Class::Permission | Class::InsufficientCredit) => {
                let detail = "The provider refused the account while the signer was signing.";
                (Stand::UsedUp, note(AttentionCode::AccountBlocked, detail))
            }
            Meaning::Refused(Class::RateLimited | Class::ProviderUnavailable) => (Stand::UsedUp, None),
            Meaning::Refused(Class::InvalidRequest | Class::NotFound | Class::Conflict | Class::ProviderError)
            | Meaning::FileTooLarge => (Stand::Failed, None),
        }
    }
}

/// The vendor's word for a signer who closed the signing program without signing. Source: contract section 3.
pub(super) const CANCELLED: &str = "cancelled_in_signing_client";

fn note(doubt: Option<Doubtful>, signed: usize, all: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(doubt) = doubt {
        let detail = format!("{} What was signed is withheld until a person decides.", doubt.detail());
        notes.push(Note { code: AttentionCode::SignerIdentityMismatch, detail });
    }
    if signed < all {
        let detail = format!("{signed} of {all} documents were signed; the others failed at the provider.");
        notes.push(Note { code: AttentionCode::PartiallySigned, detail });
    }
    notes
}
