//! The calls of the steps, and what their answers give. Source: contract sections 3.1 to 3.4 and 6.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::envelope::{Document, IdentityDocument, Notary, OrderRecipient};
use domain::facts::Reading;
use domain::order::Order;
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use domain::steps::{Step, StepOutput};

use super::GofirmexAccount;
use super::answer::Failure;
use super::blame::{Scope, Target};
use super::endpoint::Endpoint;
use super::options::{DocumentOptions, EnvelopeOptions};
use super::people::{PersonName, country};
use super::profile::{DocumentHash, DocumentStyle};
use super::steps::{Does, client_id, portfolio_id};
use super::wire::{sent, told};
use crate::call::{Body, Call, FileEncryption, FileRef, FileSource};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;

/// Where a step's output keeps the vendor's id of a document.
pub(super) const DOCUMENT_ID: &str = "document_id";

/// The word for a portfolio that was started. Source: contract section 5.
const STARTED: &str = "IN_REVIEW";

impl GofirmexAccount {
    /// The call of a step.
    pub(super) fn step_call(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let (endpoint, body) = match Does::of(step)? {
            Does::Create => (Endpoint::CreatePortfolio, self.portfolio_body(submission)?),
            Does::Document(index) => (Endpoint::AddDocument, self.document_body(submission, index, moment)?),
            Does::Identity(recipient, number) => {
                (Endpoint::AddIdentityDocument, self.identity_body(submission, recipient, number, moment)?)
            }
            Does::Start => {
                let body = sent::start(&self.checked.profile.fields.start, portfolio_id(submission)?);
                (Endpoint::Start, Body::Json(body))
            }
        };
        let client_id = client_id(submission);
        let mut named = vec![("client_portfolio_id", client_id.as_str())];
        if endpoint != Endpoint::CreatePortfolio {
            named.push(("portfolio_id", portfolio_id(submission)?));
        }
        self.sending(endpoint, &named, body, moment)
    }

    fn portfolio_body(&self, submission: &SubmissionView<'_>) -> Result<Body, Unbuildable> {
        let (profile, order) = (&self.checked.profile, submission.order);
        let names = order
            .recipients
            .iter()
            .map(|r| PersonName::of(&r.spec).ok_or_else(|| missing("a name in two parts")))
            .collect::<Result<Vec<_>, _>>()?;
        let places = profile.sent_order(order);
        let signers = order
            .recipients
            .iter()
            .zip(&names)
            .enumerate()
            .map(|(index, (recipient, name))| {
                let order = places.as_ref().and_then(|places| places.get(index)).copied();
                self.signer(recipient, name, order)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let kind = self.portfolio_type(order);
        let portfolio = sent::Portfolio { client_id: client_id(submission), signers, kind: kind.as_deref() };
        Ok(Body::Json(portfolio.json(&profile.fields.portfolio, &profile.fields.signer)))
    }

    fn signer<'a>(
        &'a self,
        recipient: &'a OrderRecipient,
        name: &'a PersonName,
        order: Option<u32>,
    ) -> Result<sent::Signer<'a>, Unbuildable> {
        let (profile, spec) = (&self.checked.profile, &recipient.spec);
        let id = spec.national_id.as_ref().ok_or_else(|| missing("an identity number"))?;
        Ok(sent::Signer {
            nin: profile.nin(id),
            country: country(id),
            names: &name.names,
            lastnames: &name.lastnames,
            email: spec.email.as_ref().ok_or_else(|| missing("an e-mail address"))?.as_str(),
            phone: spec.phone.as_ref().and_then(|phone| profile.phone(phone)),
            notification: profile.notification(spec.delivery).ok_or_else(|| missing("a way to be told"))?,
            order,
        })
    }

    fn document_body(
        &self,
        submission: &SubmissionView<'_>,
        index: usize,
        moment: &Moment<'_>,
    ) -> Result<Body, Unbuildable> {
        let (profile, order) = (&self.checked.profile, submission.order);
        let document = submission
            .documents
            .get(index)
            .and_then(|id| order.document(*id))
            .ok_or_else(|| Unbuildable::Defect("The submission has no such document.".to_owned()))?;
        let signature = profile
            .signature(order, document)
            .map_err(|_| Unbuildable::Defect("The account has no word for how the document is signed.".to_owned()))?;
        let signing = match profile.document_style {
            DocumentStyle::Code => sent::Signing::Code(&signature.word),
            DocumentStyle::Flags => sent::Signing::Flags {
                notary: signature.notary != Notary::None,
                hash: digest(profile.document_hash, &document.sha256),
            },
        };
        let file = match submission.signed_before.get(&document.id) {
            Some(file) => FileRef::plain(FileSource::Stored(file.key.clone()), file.size),
            None => FileRef::plain(FileSource::Document(document.id), document.size),
        };
        let encryption = self.checked.encryption.as_ref();
        let file = FileRef {
            encryption: encryption.map(|agreed| FileEncryption { key: agreed.key, nonce: nonce(moment) }),
            ..file
        };
        let (token, kind) = (token(moment), self.document_type(document));
        let body = sent::Document {
            portfolio_id: portfolio_id(submission)?,
            content: &token,
            description: description(document),
            kind: &kind,
            signing,
            client_id: document.id.to_string(),
            encryption_key: encryption.map(|agreed| agreed.key_id.as_str()),
        };
        Ok(Body::JsonWithFiles { template: body.json(&profile.fields.document), files: vec![(token, file)] })
    }

    fn identity_body(
        &self,
        submission: &SubmissionView<'_>,
        recipient: usize,
        number: usize,
        moment: &Moment<'_>,
    ) -> Result<Body, Unbuildable> {
        let profile = &self.checked.profile;
        let spec = submission.order.recipients.get(recipient).map(|r| &r.spec);
        let (spec, document) = spec
            .and_then(|spec| Some((spec, spec.identity_documents.get(number)?)))
            .ok_or_else(|| Unbuildable::Defect("The submission has no such identity document.".to_owned()))?;
        let id = spec.national_id.as_ref().ok_or_else(|| missing("an identity number"))?;
        let kind = profile.identity_document_types.get(&document.kind).and_then(Option::as_deref);
        let flags = profile.document_style == DocumentStyle::Flags;
        let (nin, token) = (profile.nin(id), token(moment));
        let body = sent::IdentityDocument {
            portfolio_id: portfolio_id(submission)?,
            content: &token,
            description: identity_words(&document.kind).1,
            kind: kind.ok_or_else(|| missing("a known kind of identity document"))?,
            client_id: identity_client_id(&nin, &spec.identity_documents, number),
            signer_nin: nin,
            format: flags.then(|| format_of(&document.content_type)),
            hash: if flags { digest(profile.document_hash, &document.sha256) } else { None },
        };
        let file = FileRef::plain(FileSource::Identity(document.id), document.size);
        Ok(Body::JsonWithFiles { template: body.json(&profile.fields.identity_document), files: vec![(token, file)] })
    }

    /// The id of the portfolio's type: the option's, else the account's. Source: contract section 3.1.
    fn portfolio_type(&self, order: &Order) -> Option<String> {
        let asked = EnvelopeOptions::of(order).portfolio_type;
        let named = asked.or_else(|| self.checked.settings.default_portfolio_type.clone())?;
        Some(self.checked.profile.portfolio_types.get(&named).cloned().unwrap_or(named))
    }

    /// The id of a document's category: the option's, else the account's. Source: contract section 3.2.
    fn document_type(&self, document: &Document) -> String {
        let asked = DocumentOptions::of(document).document_type;
        let named = asked.unwrap_or_else(|| self.checked.settings.default_document_type.clone());
        self.checked.profile.document_types.get(&named).cloned().unwrap_or(named)
    }

    /// What the answer to a step means.
    pub(super) fn step_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        let Ok(does) = Does::of(step) else { return doubtful("step", "unknown", "GoFirmex has no such step.") };
        let target = match does {
            Does::Create => Target::Portfolio,
            Does::Document(index) => Target::Document(index),
            Does::Identity(recipient, number) => Target::Identity(recipient, number),
            Does::Start => Target::Start,
        };
        let (endpoint, response) = (does.endpoint(), &self.checked.profile.response);
        let answer = match self.accepted(endpoint, reply, Scope::Submission(submission.order, target)) {
            Ok(answer) => answer,
            Err(Failure::Refused(_)) if does == Does::Start && self.was_started(reply) => {
                return Outcome::Done(started());
            }
            // The id is taken, by this submission's earlier try or by somebody else: the next attempt has another one.
            Err(Failure::Refused(refusal)) if does == Does::Create && refusal.class == Class::Conflict => {
                return doubtful(endpoint.name(), "conflict", "The provider has a portfolio with this id already.");
            }
            Err(failure) => return failure.outcome(),
        };
        let missing = || doubtful(endpoint.name(), "no_id", "The provider said yes and did not tell the id.");
        match does {
            Does::Create => match told::text(&answer, &response.portfolio_id) {
                Some(id) => Outcome::Done(StepOutput::reference(id)),
                None => missing(),
            },
            Does::Document(_) | Does::Identity(..) => match told::text(&answer, &response.document_id) {
                Some(id) => Outcome::Done(with_document(id)),
                None => missing(),
            },
            Does::Start => Outcome::Done(started()),
        }
    }
}

/// What a started portfolio is: nobody can act before the vendor has evaluated it.
pub(super) fn started() -> StepOutput {
    let reading = Reading { pending_result: Some(true), ..Reading::of(Some(SubmissionState::Submitted), STARTED) };
    StepOutput { reading: Some(reading), ..StepOutput::default() }
}

/// What a step gives that added a document.
pub(super) fn with_document(id: String) -> StepOutput {
    StepOutput { values: [(DOCUMENT_ID.to_owned(), id)].into(), ..StepOutput::default() }
}

fn missing(what: &str) -> Unbuildable {
    Unbuildable::Defect(format!("A recipient lacks {what}, which the check refuses."))
}

/// The document's name, else that of its file.
fn description(document: &Document) -> &str {
    Some(document.name.trim()).filter(|name| !name.is_empty()).unwrap_or(&document.filename)
}

/// What follows the identity number in the id of an identity document, and its description.
fn identity_words(kind: &str) -> (&str, &str) {
    match kind {
        "id_card_front" => ("front", "front of identity card"),
        "id_card_back" => ("back", "back of identity card"),
        "property_title" => ("property_title", "certificate of title"),
        other => (other, "identity document"),
    }
}

/// The id of an identity document; a second one of a kind is numbered. Source: contract section 3.3.
fn identity_client_id(nin: &str, documents: &[IdentityDocument], number: usize) -> String {
    let kind = documents.get(number).map_or("", |document| document.kind.as_str());
    let earlier = documents.iter().take(number).filter(|document| document.kind == kind).count();
    let place = if earlier == 0 { String::new() } else { format!("_{}", earlier + 1) };
    format!("{nin}_{}{place}", identity_words(kind).0)
}

fn format_of(content_type: &str) -> &str {
    match content_type {
        "application/pdf" => "pdf",
        "image/png" => "png",
        _ => "jpg",
    }
}

fn digest(hash: DocumentHash, sha256: &str) -> Option<String> {
    match hash {
        DocumentHash::None => None,
        DocumentHash::Sha256Hex => Some(sha256.to_owned()),
        DocumentHash::Sha256Base64 => hex::decode(sha256).ok().map(|bytes| STANDARD.encode(bytes)),
    }
}

/// The first random bytes of the call.
fn nonce(moment: &Moment<'_>) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = moment.random;
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// What the file is put in place of: the other random bytes of the call.
fn token(moment: &Moment<'_>) -> String {
    let rest = moment.random.iter().skip(12).copied().collect::<Vec<u8>>();
    format!("rubrica-file-{}", hex::encode(rest))
}
