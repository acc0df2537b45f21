//! Creating a contract. It counts as live from here on, because its signers may be told. Source: contract section 3.8.

use domain::facts::{Reading, RecipientReading};
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::Outcome;
use domain::states::RecipientStatus;
use domain::steps::StepOutput;

use super::FirmaAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::fee::fee_to_send;
use super::options::RecipientOptions;
use super::people::{signers, type_word};
use super::reading::{contract_details, signer_words};
use super::settings::DefaultPayer;
use super::wire::received::contract_of_creation;
use super::wire::sent;
use crate::call::{Call, Method};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;

impl FirmaAccount {
    /// The call that creates a submission's contract.
    pub(super) fn create_request(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let settings = &self.checked.settings;
        let order = submission.order;
        let shares = self.shares(order);
        let signers: Vec<sent::Signer<'_>> = signers(order)
            .map(|(_, recipient)| {
                let (rut, email, phone) = self.identity(&recipient.spec)?;
                let share = shares.iter().find(|(id, _)| *id == recipient.id).map_or(0, |(_, share)| *share);
                Ok(sent::Signer {
                    full_name: recipient.spec.name.trim(),
                    email,
                    rutId: rut,
                    phone,
                    r#type: type_word(recipient.spec.acts_as),
                    portion: if share == 0 { settings.non_payer_portion.clone() } else { share.to_string() },
                    payment: "0.00",
                })
            })
            .collect::<Result<_, Unbuildable>>()?;
        let fee = fee_to_send(submission).ok_or_else(|| Unbuildable::Defect("No price row was chosen.".to_owned()))?;
        let body = sent::Contract {
            sOwnerType: settings.owner_type.word(),
            sPaymentStatus: settings.payment_status.word(),
            iPaymentService: 0,
            iContractTypeFeeID: fee,
            iSignedCount: signers.len(),
            callback: moment.callback_url.map(|url| own_callback(url, submission)),
            signers,
        };
        self.with_json(
            Endpoint::CreateContract,
            Method::Post,
            &["api", "v1", "contract", "create-contract"],
            &body,
            moment,
        )
    }

    /// The id of the contract, and what its signers are to pay.
    pub(super) fn created(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::CreateContract, reply, &Scope::Creation(submission)) {
            Ok(message) => message,
            Err(failure) => return Failure::outcome(failure),
        };
        let Some((contract, listed)) = contract_of_creation(&message) else {
            let reason = "The provider created a contract and did not tell its id.";
            return doubtful(Endpoint::CreateContract.name(), "no_id", reason);
        };
        let mut reading = Reading::of(self.submission_state(&contract.status), contract.status.clone());
        reading.details = contract_details(&contract);
        reading.occurred_at = super::dates::read(&contract.created, self.checked.offset);
        reading.recipients = signers(submission.order)
            .filter_map(|(_, recipient)| {
                let vendor = self.listed(recipient, &listed).map(signer_words)?;
                Some(RecipientReading { vendor, ..RecipientReading::of(recipient.id, Some(RecipientStatus::Created)) })
            })
            .collect();
        let owner = contract.owner_id.map(|owner| ("owner_id".to_owned(), owner));
        let id = contract.id.unwrap_or_default();
        Outcome::Done(StepOutput {
            values: owner.into_iter().collect(),
            reading: Some(reading),
            ..StepOutput::reference(id)
        })
    }

    /// Each signer's share of the price: as the recipients say, else as the account says. Source: section 3.8, F37.
    pub(super) fn shares(&self, order: &Order) -> Vec<(RecipientId, u8)> {
        let told: Vec<(RecipientId, Option<u8>)> =
            signers(order).map(|(_, r)| (r.id, RecipientOptions::of(&r.spec).portion)).collect();
        if told.iter().any(|(_, share)| share.is_some()) {
            return told.into_iter().map(|(id, share)| (id, share.unwrap_or(0))).collect();
        }
        let last = told.len().saturating_sub(1);
        let halves = self.checked.settings.default_payer == DefaultPayer::FirstTwo && last > 0;
        let payer = if self.checked.settings.default_payer == DefaultPayer::Last { last } else { 0 };
        let share = |place: usize| match (halves, place) {
            (true, 0 | 1) => 50,
            (false, place) if place == payer => 100,
            (_, _) => 0,
        };
        told.into_iter().enumerate().map(|(place, (id, _))| (id, share(place))).collect()
    }
}

/// The address at which the vendor calls back about this submission: its own `s` tells which, even while the contract's id
/// is not known. Source: contract section 4, F27.
fn own_callback(url: &str, submission: &SubmissionView<'_>) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}s={}", submission.id)
}
