//! Which places of the envelope or the account a code may mean. The vendor never says which recipient or block it is,
//! so every one whose value could be meant is named. Source: contract section 3.1.4.

use domain::envelope::{Authentication, OrderRecipient, Role};
use domain::order::{Order, options_of};
use domain::outcome::Blame;

use super::KIND;
use super::codes::{At, Place};
use super::position;
use crate::provider::SubmissionView;

/// What a call was about.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// A submission, with the way in which the account places marks.
    Submission(&'a SubmissionView<'a>, &'a position::Frame),
    /// One recipient of the envelope, by index.
    Recipient(usize),
    /// An operation: pointers point into its input.
    Operation,
    /// The account.
    Account,
}

impl<'a> Scope<'a> {
    /// The access codes that the call carried.
    pub(super) fn access_codes(self) -> impl Iterator<Item = &'a str> {
        let order = match self {
            Self::Submission(submission, _) => Some(submission.order),
            Self::Recipient(_) | Self::Operation | Self::Account => None,
        };
        order.into_iter().flat_map(|o| &o.recipients).flat_map(|r| &r.spec.authentication).filter_map(|a| match a {
            Authentication::AccessCode { code, .. } => code.as_deref(),
            Authentication::SmsOtp { .. }
            | Authentication::EmailOtp
            | Authentication::WhatsappOtp { .. }
            | Authentication::Certificate => None,
        })
    }
}

/// The places that `at` means in this scope.
pub(super) fn blames(at: &[At], scope: Scope<'_>, message: &str) -> Vec<Blame> {
    at.iter()
        .flat_map(|at| match at {
            At::PrivateKey => vec![Blame::account("/credentials/private_key")],
            At::Setting(name) => vec![Blame::account(format!("/settings/{name}"))],
            At::Name => person(scope, "name", "given_name"),
            At::Email => person(scope, "email", "email"),
            At::Input(member) => match scope {
                Scope::Operation => vec![Blame::envelope(format!("/{member}"))],
                Scope::Submission(..) | Scope::Recipient(_) | Scope::Account => Vec::new(),
            },
            At::Envelope(place) => match scope {
                Scope::Submission(submission, frame) => in_submission(*place, submission, frame, message),
                Scope::Recipient(_) | Scope::Operation | Scope::Account => Vec::new(),
            },
        })
        .collect()
}

/// A member of the person in question: what it is called in the envelope, and in the input of an operation.
fn person(scope: Scope<'_>, member: &str, input: &str) -> Vec<Blame> {
    match scope {
        Scope::Submission(submission, _) => each(submission, member, &|_| true),
        Scope::Recipient(index) => vec![Blame::envelope(format!("/recipients/{index}/{member}"))],
        Scope::Operation => vec![Blame::envelope(format!("/signer/{input}"))],
        Scope::Account => Vec::new(),
    }
}

fn in_submission(place: Place, submission: &SubmissionView<'_>, frame: &position::Frame, message: &str) -> Vec<Blame> {
    let order = submission.order;
    let each = |member: &str, could_be: &dyn Fn(&OrderRecipient) -> bool| each(submission, member, could_be);
    match place {
        Place::Documents => order
            .documents
            .iter()
            .enumerate()
            .filter(|(_, d)| submission.documents.contains(&d.id))
            .map(|(index, _)| Blame::envelope(format!("/documents/{index}")))
            .collect(),
        Place::Recipients => vec![Blame::envelope("/recipients")],
        Place::StageMinimum => stage_minimums(order),
        Place::Recipient(member) => each(member, &|_| true),
        Place::GivenPhone => each("phone", &|r| r.spec.phone.is_some()),
        Place::MissingPhone => each("phone", &|r| r.spec.role == Role::Signer && r.spec.phone.is_none()),
        Place::FieldLists => each("fields", &|r| !r.spec.fields.is_empty()),
        Place::Fields => fields(submission, frame, message),
        Place::Identifier => each("provider_options/efirma_go/identificador", &|r| {
            options_of(&r.spec.provider_options, KIND).get("identificador").is_some()
        }),
        Place::Manager => each("provider_options/efirma_go/gestor", &|_| true),
        Place::Tariff if options_of(&order.spec.provider_options, KIND).get("tarifa_cliente").is_some() => {
            vec![Blame::envelope("/provider_options/efirma_go/tarifa_cliente")]
        }
        Place::Tariff => vec![Blame::account("/settings/tarifa_cliente")],
    }
}

/// `member` of every recipient that could be meant; of all when none stands out.
fn each(submission: &SubmissionView<'_>, member: &str, could_be: &dyn Fn(&OrderRecipient) -> bool) -> Vec<Blame> {
    let reached =
        || submission.order.recipients.iter().enumerate().filter(|(_, r)| submission.recipients.contains(&r.id));
    let point = |(index, _): (usize, &OrderRecipient)| Blame::envelope(format!("/recipients/{index}/{member}"));
    let likely: Vec<Blame> = reached().filter(|(_, r)| could_be(r)).map(point).collect();
    if likely.is_empty() { reached().map(point).collect() } else { likely }
}

fn stage_minimums(order: &Order) -> Vec<Blame> {
    let stages = order.spec.stages.iter().enumerate();
    let told: Vec<Blame> = stages
        .filter(|(_, stage)| stage.minimum.is_some())
        .map(|(index, _)| Blame::envelope(format!("/stages/{index}/minimum")))
        .collect();
    if told.is_empty() { vec![Blame::envelope("/recipients")] } else { told }
}

fn fields(submission: &SubmissionView<'_>, frame: &position::Frame, message: &str) -> Vec<Blame> {
    let named = named_coordinates(message);
    let order = submission.order;
    let marks: Vec<(String, Option<position::Mark>)> = order
        .recipients
        .iter()
        .enumerate()
        .filter(|(_, r)| submission.recipients.contains(&r.id))
        .flat_map(|(i, r)| r.spec.fields.iter().enumerate().map(move |(k, field)| (i, k, field)))
        .filter_map(|(i, k, field)| {
            let document = order.documents.iter().find(|d| d.order == field.document)?;
            submission
                .documents
                .contains(&document.id)
                .then(|| (format!("/recipients/{i}/fields/{k}"), frame.mark(field, document)))
        })
        .collect();
    let point = |(pointer, _): &(String, Option<position::Mark>)| Blame::envelope(pointer.clone());
    let exact: Vec<Blame> =
        marks.iter().filter(|(_, mark)| named.is_some() && mark.map(|m| (m.x, m.y)) == named).map(point).collect();
    if exact.is_empty() { marks.iter().map(point).collect() } else { exact }
}

/// The two numbers in `(Coordenada X: 900, Coordenada Y: 1200)`.
fn named_coordinates(message: &str) -> Option<(i64, i64)> {
    let number = |after: &str| {
        let text = message.split_once(after)?.1.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
        text.get(..end)?.parse::<i64>().ok()
    };
    Some((number("Coordenada X:")?, number("Coordenada Y:")?))
}
