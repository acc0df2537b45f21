//! The files of a contract: listing, uploading, putting in order, joining. The vendor may store a file under a name of its
//! own, so files are told by counting. Source: contract sections 3.13 to 3.16 and 6.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::envelope::Document;
use domain::outcome::{Blame, Class, Outcome};
use domain::steps::{Step, StepOutput};

use super::FirmaAccount;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::settings::WriteMethod;
use super::steps::{contract_id, list_step};
use super::wire::received::files;
use super::wire::sent::{self, CHANGE, REMOVE};
use crate::call::{Body, Call, FileRef, FileSource, Method, Part};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::refusal;

/// The names of a listing, in the output of its step.
const NAMES: &str = "names";

impl FirmaAccount {
    /// The call that lists a contract's files.
    pub(super) fn list_call(&self, contract: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::FileList, Method::Get, &["api", "v1", "filelist", contract], moment)
    }

    /// The names of the files after `uploaded` uploads. A list that lacks one is behind, and asked for again later.
    pub(super) fn listed_files(&self, uploaded: usize, reply: &Reply) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::FileList, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let names: Vec<String> = files(&message).into_iter().map(|file| file.name).collect();
        if names.len() < uploaded {
            let at = vec![Blame::envelope(format!("/documents/{}", uploaded.saturating_sub(1)))];
            let what = "A document was uploaded and the provider does not list it.";
            let endpoint = Endpoint::FileList.name();
            return Outcome::Refused(refusal(endpoint, "behind", Class::ProviderUnavailable, what, at, reply));
        }
        Outcome::Done(listing(&names))
    }

    /// The call that uploads the document of `step`.
    pub(super) fn upload_call(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let settings = &self.checked.settings;
        let contract = contract_id(submission)?;
        let (place, document) = self.document_of(step, submission)?;
        let method = match settings.upload_method {
            WriteMethod::Post => Method::Post,
            WriteMethod::Put => Method::Put,
        };
        let extra = settings
            .upload_extra_fields
            .iter()
            .map(|(name, value)| Part::Text { name: name.clone(), value: value.replace("{id}", contract) });
        let file = Part::File {
            name: settings.upload_field.clone(),
            filename: self.upload_name(contract, place, submission.documents.len()),
            content_type: "application/pdf".to_owned(),
            file: file_of(submission, document),
        };
        let call = self.bare(Endpoint::Upload, method, &Self::segments(&settings.upload_path), moment)?;
        Ok(call
            .within(Duration::from_secs(settings.timeouts.upload_s))
            .body(Body::Multipart(extra.chain([file]).collect())))
    }

    /// What the answer to an upload means.
    pub(super) fn uploaded(&self, step: &Step, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let index = step.document.and_then(|id| submission.order.documents.iter().position(|d| d.id == id));
        let scope = index.map_or(Scope::Account, Scope::Document);
        match self.accepted(Endpoint::Upload, reply, &scope) {
            Ok(_) => Outcome::Done(StepOutput::default()),
            Err(failure) => failure.outcome(),
        }
    }

    /// The call that puts the files into the order of the documents and drops what does not belong there.
    pub(super) fn sort_call(&self, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let contract = contract_id(submission)?;
        let body = sent::FileOrder { contractID: contract, file_order: self.wanted_places(contract, submission) };
        self.with_json(Endpoint::SortFiles, Method::Post, &["api", "v1", "sortfiles"], &body, moment)
    }

    /// Whether the files now stand in the order that was asked for: their sequence counts, not their numbers (F22).
    pub(super) fn sorted(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::SortFiles, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let held: Vec<String> = files(&message).into_iter().map(|file| file.name).collect();
        let asked: Vec<String> = contract_id(submission)
            .map(|contract| self.wanted_places(contract, submission))
            .unwrap_or_default()
            .into_iter()
            .filter(|place| place.action == CHANGE)
            .map(|place| place.document)
            .collect();
        if !held.is_empty() && held != asked {
            let at = vec![Blame::envelope("/documents")];
            let what = "The provider did not put the documents into the order that was asked for.";
            let endpoint = Endpoint::SortFiles.name();
            return Outcome::Refused(refusal(endpoint, "order_not_taken", Class::ProviderError, what, at, reply));
        }
        Outcome::Done(StepOutput::default())
    }

    /// The call that joins the files into one.
    pub(super) fn merge_call(&self, contract: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::Merge, Method::Post, &["api", "v1", "contract", "merge", contract], moment)
    }

    /// What the answer of a step without a result of its own means.
    pub(super) fn plainly(&self, endpoint: Endpoint, reply: &Reply) -> Outcome<StepOutput> {
        match self.accepted(endpoint, reply, &Scope::Account) {
            Ok(_) => Outcome::Done(StepOutput::default()),
            Err(failure) => failure.outcome(),
        }
    }

    fn document_of<'a>(
        &self,
        step: &Step,
        submission: &SubmissionView<'a>,
    ) -> Result<(usize, &'a Document), Unbuildable> {
        let place = step.document.and_then(|id| submission.documents.iter().position(|d| *d == id));
        place
            .zip(step.document.and_then(|id| submission.order.document(id)))
            .map(|(place, document)| (place + 1, document))
            .ok_or_else(|| Unbuildable::Defect("The step carries no document of its submission.".to_owned()))
    }

    /// The name by which an uploaded file is tied to its contract (F19).
    fn upload_name(&self, contract: &str, place: usize, count: usize) -> String {
        let settings = &self.checked.settings;
        let template = if count > 1 { &settings.upload_filename_multi } else { &settings.upload_filename_single };
        template.replace("{id}", contract).replace("{n}", &place.to_string())
    }

    /// Every file of the contract: what each upload added at its document's place, anything else dropped.
    fn wanted_places(&self, contract: &str, submission: &SubmissionView<'_>) -> Vec<sent::FilePlace> {
        let count = submission.documents.len();
        let mut kept: Vec<String> = Vec::new();
        for place in 1..=count {
            let before = names(submission, place - 1);
            let added = names(submission, place).into_iter().find(|n| !before.contains(n) && !kept.contains(n));
            // A file that replaced one of the same name adds none.
            kept.push(added.unwrap_or_else(|| self.upload_name(contract, place, count)));
        }
        let others = names(submission, count).into_iter().filter(|name| !kept.contains(name)).collect::<Vec<_>>();
        let actions = kept.into_iter().map(|name| (name, CHANGE)).chain(others.into_iter().map(|name| (name, REMOVE)));
        (self.checked.settings.sort_first_index..)
            .zip(actions)
            .map(|(ind, (document, action))| sent::FilePlace { document, ind, action })
            .collect()
    }
}

fn file_of(submission: &SubmissionView<'_>, document: &Document) -> FileRef {
    match submission.signed_before.get(&document.id) {
        Some(file) => FileRef::plain(FileSource::Stored(file.key.clone()), file.size),
        None => FileRef::plain(FileSource::Document(document.id), document.size),
    }
}

fn listing(names: &[String]) -> StepOutput {
    let text = serde_json::Value::from(names.to_vec()).to_string();
    StepOutput { values: BTreeMap::from([(NAMES.to_owned(), text)]), ..StepOutput::default() }
}

/// The names of the files as they were listed after `uploads` uploads.
pub(super) fn names(submission: &SubmissionView<'_>, uploads: usize) -> Vec<String> {
    let told = submission.outputs.get(&list_step(uploads)).and_then(|output| output.values.get(NAMES));
    told.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
