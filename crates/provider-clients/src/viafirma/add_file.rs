//! Adding a file to an operation: once in each operation, one after another. Source: contract section 2.2.

use std::time::Duration;

use domain::envelope::Document;
use domain::ids::DocumentId;
use domain::outcome::Outcome;
use domain::steps::StepOutput;
use serde_json::Value;

use super::ViafirmaAccount;
use super::answer::At;
use super::http::{endpoint, json};
use super::steps::{operation_id, signer_of, value};
use super::wire::{SECRET_MEMBERS, sent};
use crate::call::{Body, Call, FileRef, FileSource, Method};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;
use crate::shared::json::{at, parse, text};

impl ViafirmaAccount {
    /// The call that adds `document`, or what the signer before signed of it.
    pub(super) fn add_file_call(
        &self,
        document: DocumentId,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let original = submission
            .order
            .document(document)
            .ok_or_else(|| Unbuildable::Defect("The submission has no such document.".to_owned()))?;
        let file = match submission.signed_before.get(&document) {
            Some(signed) => FileRef::plain(FileSource::Stored(signed.key.clone()), signed.size),
            None => FileRef::plain(FileSource::Document(document), original.size),
        };
        // Nothing that a caller wrote can be mistaken for it.
        let token = hex::encode(moment.random);
        let message = sent::AddFile {
            operation_id: operation_id(submission)?,
            operation_file: sent::OperationFile {
                source_id: document.to_string(),
                filename: &filename(original),
                signature_policy: self.signature_policy(submission.order, signer_of(submission)?, original),
                base64_content: &token,
            },
        };
        let template = json(&message)?;
        let call = self.service(endpoint::ADD_FILE, Method::Post, "/preparesignature/addOperationFile")?;
        Ok(call
            .body(Body::JsonWithFiles { template, files: vec![(token, file)] })
            .hiding(SECRET_MEMBERS)
            .within(Duration::from_secs(self.settings().timeouts.add_file_s)))
    }

    /// What the vendor answered to [`Self::add_file_call`]: the file's temporary id, or why not. A refusal may come with
    /// status 200; an answer that tells neither leaves it in doubt.
    pub(super) fn file_added(
        &self,
        document: DocumentId,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        let at_document = At::Document { order: submission.order, document };
        if let Some(refused) = self.coded(endpoint::ADD_FILE, reply, Some(submission), &at_document) {
            return refused;
        }
        if !reply.is_success() {
            return self.failed(endpoint::ADD_FILE, reply, Some(submission), &at_document);
        }
        let pointer = &self.settings().add_file.pointers.document_id;
        match parse(reply.bytes()).as_ref().and_then(|body: &Value| at(body, pointer)).and_then(text) {
            Some(id) => {
                let values = [(value::DOCUMENT_ID.to_owned(), id)].into();
                Outcome::Done(StepOutput { values, ..StepOutput::default() })
            }
            None => doubtful(endpoint::ADD_FILE, "unreadable", "The answer does not tell whether the file was added."),
        }
    }
}

/// The document's file name with its ending, which the vendor wants.
pub(super) fn filename(document: &Document) -> String {
    let name = document.filename.trim();
    if name.to_ascii_lowercase().ends_with(".pdf") { name.to_owned() } else { format!("{name}.pdf") }
}
