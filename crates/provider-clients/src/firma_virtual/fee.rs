//! Which price row an envelope takes: it fixes contract type, kind of signature and number of signers at once, so a row that
//! does not fit all three is never sent. Source: contract section 3.7.

use std::collections::BTreeMap;

use domain::outcome::{Blame, Class, Outcome};
use domain::steps::StepOutput;
use serde_json::{Value, json};

use super::FirmaAccount;
use super::blame::{Scope, fee_places};
use super::endpoint::Endpoint;
use super::options::EnvelopeOptions;
use super::people::signers;
use super::steps::RESOLVE_FEE;
use super::wire::received::{PriceRow, price_rows};
use crate::call::{Call, Method};
use crate::provider::{Moment, Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::refusal;

/// The price row's number, in the output of its step.
const FEE_ID: &str = "fee_id";

impl FirmaAccount {
    /// The price row where the caller names it and asks for nothing that it could contradict; else the call that reads the
    /// catalogue.
    pub(super) fn fee_request(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Prepared, Unbuildable> {
        match known_fee(submission) {
            Some(fee) => Ok(Prepared::Known(output(fee, None))),
            None => self.catalogue_call(moment).map(Prepared::from),
        }
    }

    /// The call that reads the price catalogue.
    pub(super) fn catalogue_call(&self, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let mut path = vec!["api", "v1", "contract-type"];
        path.extend(Self::segments(&self.checked.settings.catalogue_query));
        self.bare(Endpoint::ContractTypes, Method::Get, &path, moment)
    }

    /// The price row of the catalogue that fits the order.
    pub(super) fn fee_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::ContractTypes, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        match self.choose(submission, &price_rows(&message)) {
            Ok(row) => Outcome::Done(output(row.fee_id, Some(&row))),
            Err(Misfit { code, detail, at }) => {
                let endpoint = Endpoint::ContractTypes.name();
                Outcome::Refused(refusal(endpoint, code, Class::InvalidRequest, detail, at, reply))
            }
        }
    }

    fn choose(&self, submission: &SubmissionView<'_>, rows: &[PriceRow]) -> Result<PriceRow, Misfit> {
        let order = submission.order;
        let options = EnvelopeOptions::of(order);
        let settings = &self.checked.settings;
        let count = u64::try_from(signers(order).count()).unwrap_or(u64::MAX);
        let no_such = |what: &str| Misfit {
            code: "unknown_type",
            detail: format!("The provider's catalogue has no such {what}."),
            at: fee_places(submission),
        };
        let by_fee = |fee: u64| rows.iter().find(|row| row.fee_id == fee).ok_or_else(|| no_such("price row"));
        let (kind, sample) = if let Some(fee) = options.contract_type_fee_id {
            let row = by_fee(fee)?;
            return if self.fits(row, options.wanted_modal(order).map_or(row.modal.as_str(), |m| m.word()), count) {
                Ok(row.clone())
            } else {
                let detail = "The price row is for another kind of signature or another number of signers.".to_owned();
                let at = fee_places(submission).into_iter().chain([Blame::envelope("/recipients")]).collect();
                Err(Misfit { code: "row_does_not_fit", detail, at })
            };
        } else if let Some(id) = options.contract_type_id {
            (rows.iter().find(|row| row.type_id == Some(id)).ok_or_else(|| no_such("contract type"))?, None)
        } else if let Some(fee) = settings.default_contract_type_fee_id {
            let row = by_fee(fee)?;
            (row, Some(row))
        } else if let Some(id) = settings.contract_type_id {
            (rows.iter().find(|row| row.type_id == Some(id)).ok_or_else(|| no_such("contract type"))?, None)
        } else {
            let name = folded(settings.contract_type_name.as_deref().unwrap_or_default());
            (rows.iter().find(|row| folded(&row.type_name) == name).ok_or_else(|| no_such("contract type"))?, None)
        };
        // Where nothing is asked, the account's own price row says which kind of signature it is.
        let modal = match (options.wanted_modal(order), sample) {
            (Some(wanted), _) => wanted.word(),
            (None, Some(row)) => row.modal.as_str(),
            (None, None) => super::options::Modal::Signature.word(),
        };
        let same_type = |row: &&PriceRow| match kind.type_id {
            Some(id) => row.type_id == Some(id),
            None => folded(&row.type_name) == folded(&kind.type_name),
        };
        let exact = sample.filter(|row| self.fits(row, modal, count));
        exact.or_else(|| rows.iter().filter(same_type).find(|row| self.fits(row, modal, count))).cloned().ok_or_else(
            || {
                let detail =
                    format!("The provider has no price row for {count} signers of this contract type ({modal}).");
                Misfit { code: "no_row", detail, at: vec![Blame::envelope("/recipients")] }
            },
        )
    }

    fn fits(&self, row: &PriceRow, modal: &str, count: u64) -> bool {
        row.modal == modal && row.signer_count.is_none_or(|told| told == count)
    }
}

/// Why no price row can be taken.
struct Misfit {
    code: &'static str,
    detail: String,
    at: Vec<Blame>,
}

/// The price row that the caller named.
fn known_fee(submission: &SubmissionView<'_>) -> Option<u64> {
    let options = EnvelopeOptions::of(submission.order);
    options.contract_type_fee_id.filter(|_| options.wanted_modal(submission.order).is_none())
}

fn output(fee: u64, row: Option<&PriceRow>) -> StepOutput {
    let told = row.into_iter().flat_map(|row| {
        let amount = row.amount.clone().map(|amount| ("amount".to_owned(), amount));
        [("modal".to_owned(), row.modal.clone())].into_iter().chain(amount)
    });
    let values: BTreeMap<String, String> = told.chain([(FEE_ID.to_owned(), fee.to_string())]).collect();
    StepOutput { values, ..StepOutput::default() }
}

/// The price row of a submission as a number, once its step is done.
pub(super) fn resolved_fee(submission: &SubmissionView<'_>) -> Option<u64> {
    submission.outputs.get(RESOLVE_FEE)?.values.get(FEE_ID)?.parse().ok()
}

/// The price row as it is sent. A dry run knows a placeholder only.
pub(super) fn fee_to_send(submission: &SubmissionView<'_>) -> Option<Value> {
    let known = known_fee(submission).or_else(|| resolved_fee(submission));
    known.map(Value::from).or_else(|| {
        let foretold = submission.outputs.get(RESOLVE_FEE)?.reference.as_deref()?;
        Some(json!(foretold))
    })
}

/// A name of the catalogue without regard to case, accents and blanks: its names are in capitals without accents.
fn folded(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    words
        .chars()
        .map(|letter| match letter {
            'Á' => 'A',
            'É' => 'E',
            'Í' => 'I',
            'Ó' => 'O',
            'Ú' | 'Ü' => 'U',
            other => other,
        })
        .collect()
}
