//! Opening an operation. Source: contract section 2.1.

use domain::outcome::Outcome;
use domain::steps::StepOutput;

use super::ViafirmaAccount;
use super::answer::At;
use super::http::{endpoint, json, reference_of};
use super::options::{Filter, Operator, RecipientOptions};
use super::settings::OperatorCase;
use super::steps::{signer_of, value};
use super::wire::received;
use super::wire::{SECRET_MEMBERS, sent};
use crate::call::{Body, Call, Method};
use crate::provider::{SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;

impl ViafirmaAccount {
    /// The call that opens an operation for the submission's signer. A second one opens another, which is never used.
    pub(super) fn prepare_call(&self, submission: &SubmissionView<'_>) -> Result<Call, Unbuildable> {
        let signer = signer_of(submission)?;
        let options = RecipientOptions::of(&signer.spec);
        let by_national_id = || {
            let id = signer.spec.national_id.as_ref()?;
            // Certificates write some numbers with a hyphen or dots; one of the values has to fit.
            let mut values = vec![id.value().to_owned()];
            values.extend(Some(id.given().trim().to_owned()).filter(|given| given != id.value()));
            Some(Filter { operator: Operator::Contains, values })
        };
        let session_id = self.session_id(submission.id, submission.attempt);
        let filter = |filter: Option<Filter>| filter.map(|filter| self.filter(filter));
        let language = submission.order.spec.language.as_ref().map(|language| language.primary());
        let message = sent::Prepare {
            session_id: &session_id,
            file_count: submission.documents.len(),
            auto_send: options.auto_send,
            locale: language.unwrap_or(&self.settings().locale),
            cert_filter: filter(options.cert_filter),
            ca_filter: filter(options.ca_filter),
            number_user_id_filter: filter(options.number_user_id_filter.or_else(by_national_id)),
        };
        let call = self.service(endpoint::PREPARE, Method::Post, "/prepareparallelsignature")?;
        Ok(call.body(Body::Json(json(&message)?)).hiding(SECRET_MEMBERS))
    }

    /// What the vendor answered to [`Self::prepare_call`]: the operation's id, or why not.
    pub(super) fn prepared(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        if !reply.is_success() {
            return self.failed(endpoint::PREPARE, reply, None, &At::Account);
        }
        if let Some(refused) = self.coded(endpoint::PREPARE, reply, None, &At::Account) {
            return refused;
        }
        let Some(id) = received::operation_id(reply.bytes()) else {
            // Whatever was opened is never used: it is opened again, and given up when that does not help.
            return doubtful(endpoint::PREPARE, "unreadable", "The provider's answer holds no operation.");
        };
        let mut output = StepOutput::reference(reference_of(&id));
        let session_id = self.session_id(submission.id, submission.attempt);
        output.values.insert(value::OPERATION_ID.to_owned(), id);
        output.values.insert(value::SESSION_ID.to_owned(), session_id);
        Outcome::Done(output)
    }

    fn filter(&self, filter: Filter) -> sent::Filter {
        let operator = match filter.operator {
            Operator::Equals => "equals",
            Operator::Contains => "contains",
            Operator::StartsWith => "starts_with",
            Operator::EndsWith => "ends_with",
        };
        let operator = match self.settings().filter_operator_case {
            OperatorCase::Upper => operator.to_uppercase(),
            OperatorCase::Lower => operator.to_owned(),
        };
        sent::Filter { operator, filter_values: filter.values }
    }
}
