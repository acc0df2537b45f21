//! Which places a refusal may mean. The vendor never names a field, so every one that could be meant is named.
//! Source: contract sections 2.3 and 3.8.

use domain::order::options_of;
use domain::outcome::{Blame, Class};

use super::KIND;
use super::endpoint::Endpoint;
use crate::provider::SubmissionView;

/// What a call was about.
pub(super) enum Scope<'a> {
    /// The creation of a submission's contract.
    Creation(&'a SubmissionView<'a>),
    /// A document of the envelope, by index.
    Document(usize),
    /// A recipient of the envelope, by index.
    Recipient(usize),
    /// An operation: pointers point into its input.
    Operation,
    /// The account, or a submission as a whole.
    Account,
}

/// The places that a refusal may mean; `inputs` are members of an operation's input.
pub(super) fn blames(class: Class, endpoint: Option<Endpoint>, inputs: &[&str], scope: &Scope<'_>) -> Vec<Blame> {
    if let Scope::Operation = scope
        && endpoint.is_none_or(|endpoint| endpoint != Endpoint::Login)
        && class != Class::Authentication
    {
        return inputs.iter().map(|member| Blame::envelope(format!("/{member}"))).collect();
    }
    match class {
        Class::Authentication => {
            ["login", "password"].map(|name| Blame::account(format!("/credentials/{name}"))).into()
        }
        Class::InvalidRequest => match scope {
            Scope::Creation(submission) => creation(submission),
            Scope::Document(index) => vec![Blame::envelope(format!("/documents/{index}"))],
            Scope::Recipient(index) => {
                ["name", "email", "phone"].map(|member| Blame::envelope(format!("/recipients/{index}/{member}"))).into()
            }
            Scope::Operation | Scope::Account => Vec::new(),
        },
        Class::Permission
        | Class::InsufficientCredit
        | Class::NotFound
        | Class::Conflict
        | Class::RateLimited
        | Class::ProviderUnavailable
        | Class::ProviderError => Vec::new(),
    }
}

/// The candidates of `VALIDATION-FAIL` at a creation: each signer's RUT, e-mail, phone and share, the price row, and how
/// many signers there are.
fn creation(submission: &SubmissionView<'_>) -> Vec<Blame> {
    let order = submission.order;
    let mut places: Vec<Blame> = order
        .recipients
        .iter()
        .enumerate()
        .filter(|(_, recipient)| submission.recipients.contains(&recipient.id))
        .flat_map(|(index, recipient)| {
            let share = options_of(&recipient.spec.provider_options, KIND).get("portion");
            let share = share.map(|_| format!("/recipients/{index}/provider_options/{KIND}/portion"));
            let members = ["national_id", "email", "phone"];
            members.map(|member| format!("/recipients/{index}/{member}")).into_iter().chain(share)
        })
        .map(Blame::envelope)
        .collect();
    places.extend(fee_places(submission));
    places.push(Blame::envelope("/recipients"));
    places
}

/// Where the price row of a submission was chosen.
pub(super) fn fee_places(submission: &SubmissionView<'_>) -> Vec<Blame> {
    let given = options_of(&submission.order.spec.provider_options, KIND);
    let options = ["contract_type_fee_id", "contract_type_id", "modal"]
        .into_iter()
        .filter(|name| given.get(*name).is_some())
        .map(|name| Blame::envelope(format!("/provider_options/{KIND}/{name}")))
        .collect::<Vec<_>>();
    if options.is_empty() { vec![Blame::account("/settings/default_contract_type_fee_id")] } else { options }
}
