//! A contract, its signers and its files as the vendor holds them. Source: contract sections 3.8 to 3.11 and 10.3.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::catalogue::{FeeRow, Modal};
use super::config::PartyType;

/// The vendor's words for a contract's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Exists; the draft was not sent.
    Created,
    /// The draft is with the signers.
    Review,
    /// All accepted; a payment is due.
    Approved,
    /// Waits for signatures.
    SignedPending,
    /// All signed; the notary has it.
    InNotary,
    /// The result was delivered.
    Delivered,
    /// Closed.
    Finished,
    /// Refused by a signer or the notary.
    Rejected,
}

impl Status {
    /// The vendor's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Review => "REVIEW",
            Self::Approved => "APPROVED",
            Self::SignedPending => "SIGNED_PENDING",
            Self::InNotary => "IN_NOTARY",
            Self::Delivered => "DELIVERED",
            Self::Finished => "FINISHED",
            Self::Rejected => "REJECTED",
        }
    }

    /// Whether nothing can happen to the contract any more.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Finished | Self::Rejected)
    }
}

/// What a signer said to the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Accepted(DateTime<Utc>),
    Refused(DateTime<Utc>),
}

/// The three secrets in the links of the draft's mail.
#[derive(Clone, Debug)]
pub(super) struct MailTokens {
    pub(super) download: String,
    pub(super) agree: String,
    pub(super) disagree: String,
}

/// What is told of a signer when a contract is made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignerData {
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) rut: String,
    pub(super) phone: String,
}

/// A signer of a contract.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    /// The vendor's number, which stays.
    pub(super) num: u32,
    pub(super) data: SignerData,
    pub(super) party: PartyType,
    /// Share of the cost in percent: 0, 50 or 100.
    pub(super) portion: i64,
    /// Secret of the signer's page.
    pub(super) page: String,
    pub(super) mail: MailTokens,
    /// The draft is open to this signer.
    pub(super) asked: bool,
    /// The mail with the draft reached this signer.
    pub(super) invited: bool,
    pub(super) downloaded: bool,
    pub(super) decision: Option<Decision>,
    pub(super) paid: bool,
    pub(super) signed: Option<DateTime<Utc>>,
}

/// What a signer is to pay, in hundredths of a peso.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) payment: i64,
    pub(super) iva: i64,
    pub(super) notary: i64,
}

/// What a notary takes, in pesos. Source: contract section 10.3.
const NOTARY_PESOS: i64 = 4_000;

impl Amounts {
    /// A share of a price, with VAT in whole pesos.
    fn share(row: &FeeRow, portion: i64) -> Self {
        let payment = row.pesos * portion;
        let notary = if row.modal.is_notarial() { NOTARY_PESOS * portion } else { 0 };
        let iva_pesos = (payment * 19 + 5_000) / 10_000;
        Self { payment, iva: iva_pesos * 100, notary }
    }

    pub(super) fn total(self) -> i64 {
        self.payment + self.iva + self.notary
    }
}

/// An amount in hundredths of a peso as answers write it.
pub(super) fn decimal(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

impl Signer {
    pub(super) fn amounts(&self, row: &FeeRow) -> Amounts {
        Amounts::share(row, self.portion)
    }

    pub(super) fn accepted(&self) -> bool {
        matches!(self.decision, Some(Decision::Accepted(_)))
    }

    pub(super) fn refused(&self) -> bool {
        matches!(self.decision, Some(Decision::Refused(_)))
    }

    /// `download_draft`, `agree_draft`, `disagree_draft`. Source: contract section 10.3.
    pub(super) fn draft_flags(&self) -> [&'static str; 3] {
        if !self.asked {
            return ["DISABLE"; 3];
        }
        let download = if self.downloaded { "SUCCESS" } else { "ENABLE" };
        match self.decision {
            None => [download, "ENABLE", "ENABLE"],
            Some(Decision::Accepted(_)) => [download, "SUCCESS", "DISABLE"],
            Some(Decision::Refused(_)) => [download, "DISABLE", "SUCCESS"],
        }
    }
}

/// Characters of a contract's id, with which the names of its files begin.
pub(super) const ID_LENGTH: usize = 36;

/// A file of a contract.
#[derive(Clone, Debug)]
pub(super) struct ContractFile {
    pub(super) name: String,
    /// Empty in the null sink.
    pub(super) bytes: Bytes,
    pub(super) sha256: String,
}

/// What a notary did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotaryDeed {
    /// Certified or registered, under that number.
    Stamped { register: String, at: DateTime<Utc> },
    /// Refused.
    Refused,
}

/// A contract.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    pub(super) id: String,
    pub(super) auto_id: String,
    pub(super) owner: u32,
    pub(super) owner_type: PartyType,
    /// The price row as it was when the contract was made.
    pub(super) fee: FeeRow,
    /// Signers announced at creation.
    pub(super) signed_count: usize,
    pub(super) callback: Option<String>,
    pub(super) status: Status,
    /// A word that answers show in place of the state's own.
    pub(super) shown_status: Option<String>,
    /// Paid: by all who pay, or by agreement.
    pub(super) paid: bool,
    pub(super) signers: Vec<Signer>,
    pub(super) files: Vec<ContractFile>,
    pub(super) notary: Option<NotaryDeed>,
    /// All have signed and the signed file is being made.
    pub(super) sealing: bool,
    pub(super) sealed: Option<Bytes>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) listed_from: DateTime<Utc>,
    /// Somebody was mailed about it.
    pub(super) told: bool,
    pub(super) deleted: bool,
}

impl Contract {
    /// The word that answers show.
    pub(super) fn status_word(&self) -> &str {
        self.shown_status.as_deref().unwrap_or(self.status.word())
    }

    pub(super) fn modal(&self) -> Modal {
        self.fee.modal
    }

    pub(super) fn signer(&self, num: u32) -> Option<&Signer> {
        self.signers.iter().find(|signer| signer.num == num)
    }

    pub(super) fn signer_mut(&mut self, num: u32) -> Option<&mut Signer> {
        self.signers.iter_mut().find(|signer| signer.num == num)
    }

    pub(super) fn all_accepted(&self) -> bool {
        !self.signers.is_empty() && self.signers.iter().all(Signer::accepted)
    }

    pub(super) fn all_paid(&self) -> bool {
        self.paid || self.signers.iter().all(|signer| signer.portion == 0 || signer.paid)
    }

    pub(super) fn all_signed(&self) -> bool {
        self.signers.iter().all(|signer| signer.signed.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(modal: Modal) -> FeeRow {
        let (class, name) = ("REAL_ESTATE".to_owned(), "PROMESA DE COMPRAVENTA".to_owned());
        FeeRow { id: 28, contract_type: 2, class, name, modal, sign_count: 1, pesos: 8_815 }
    }

    #[test]
    fn amounts_are_those_of_the_example_and_halves_round_the_vat() {
        let whole = Amounts::share(&row(Modal::CertNotarial), 100);
        let shown = [whole.payment, whole.iva, whole.notary, whole.total()].map(decimal);
        assert_eq!(shown, ["8815.00", "1675.00", "4000.00", "14490.00"]);
        let half = Amounts::share(&row(Modal::Signature), 50);
        assert_eq!([half.payment, half.iva, half.notary].map(decimal), ["4407.50", "837.00", "0.00"]);
        assert_eq!(Amounts::share(&row(Modal::Signature), 0).total(), 0);
    }
}
