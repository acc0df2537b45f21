//! What the control API and the pages show of contracts.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::VENDOR;
use super::catalogue::Modal;
use super::contract::{Contract, ContractFile, Decision, NotaryDeed, Signer, Status, decimal};
use super::flow::{Deed, asked_for};
use crate::transactions::{Person, Transaction};

/// A signer of a contract.
#[derive(Clone, Debug, Serialize)]
pub struct SignerView {
    /// The vendor's number.
    pub num: u32,
    /// Full name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// RUT as it came.
    pub rut: String,
    /// Telephone number as it came.
    pub phone: String,
    /// Share of the cost in percent.
    pub portion: i64,
    /// What this signer is to pay, with VAT and notary, in pesos.
    pub total: String,
    /// Answered to the draft with yes or no then, virtual time.
    pub decided_at: Option<DateTime<Utc>>,
    /// Accepted the draft.
    pub accepted: bool,
    /// Refused the draft.
    pub refused: bool,
    /// Has paid.
    pub paid: bool,
    /// Signed then, virtual time.
    pub signed_at: Option<DateTime<Utc>>,
    /// What is asked of this signer now: `accept`, `pay`, `sign`; none when it is nothing.
    pub asked_for: Option<&'static str>,
    /// The signer's page.
    pub sign_url: String,
}

impl SignerView {
    /// What the pages say of the signer's progress.
    pub(super) fn progress(&self) -> &'static str {
        match (self.refused, self.signed_at, self.asked_for) {
            (true, _, _) => "borrador rechazado",
            (false, Some(_), _) => "firmado",
            (false, None, Some("accept")) => "revisando el borrador",
            (false, None, Some("pay")) => "pago pendiente",
            (false, None, Some(_)) => "firma pendiente",
            (false, None, None) if self.paid => "pagado",
            (false, None, None) if self.accepted => "borrador aceptado",
            (false, None, None) => "en espera",
        }
    }
}

/// A file of a contract.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    /// Name under which it is stored.
    pub name: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// A contract and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct ContractView {
    /// The vendor's kind.
    pub vendor: &'static str,
    /// `sContractID`.
    pub id: String,
    /// `iContractOwner`.
    pub owner: u32,
    /// Name of the contract type.
    pub name: String,
    /// Kind of signature.
    pub modal: Modal,
    /// The vendor's state.
    pub status: Status,
    /// The word that answers show in its place.
    pub shown_status: Option<String>,
    /// Paid.
    pub paid: bool,
    /// Where callbacks are posted.
    pub callback: Option<String>,
    /// The notary's register number.
    pub register: Option<String>,
    /// Deleted by the owner.
    pub deleted: bool,
    /// Somebody was mailed about it.
    pub told: bool,
    /// Virtual time of creation.
    pub created_at: DateTime<Utc>,
    /// Files as received or joined, in their order.
    pub files: Vec<FileView>,
    /// In the order of the request.
    pub signers: Vec<SignerView>,
}

impl ContractView {
    /// What the pages say of the state.
    pub(super) fn word(&self) -> &'static str {
        self.status.word()
    }

    /// Whether the notary has to act.
    pub(super) fn awaits_notary(&self) -> bool {
        self.status == Status::InNotary && self.register.is_none() && !self.deleted
    }

    /// The contract in the shape that all vendors share. Creating a contract may mail its signers already, so one that was not deleted counts as live;
    /// one that was sent counts for ever.
    pub(super) fn transaction(self) -> Transaction {
        let gone = self.deleted;
        let person = |signer: SignerView| Person {
            state: signer.progress().to_owned(),
            may_act: signer.asked_for.is_some(),
            sign_url: (!gone).then_some(signer.sign_url),
            name: signer.name,
            contact: signer.email,
        };
        Transaction {
            vendor: VENDOR,
            id: self.id,
            correlation: self.callback,
            name: self.name,
            state: self.status.word().to_owned(),
            live: self.told || !self.deleted,
            people: self.signers.into_iter().map(person).collect(),
        }
    }
}

/// A signer's page.
pub(super) fn sign_url(base_url: &str, page: &str) -> String {
    format!("{base_url}/{VENDOR}/sign/{page}")
}

pub(super) fn contract_view(base_url: &str, contract: &Contract) -> ContractView {
    let file = |file: &ContractFile| FileView { name: file.name.clone(), sha256: file.sha256.clone() };
    ContractView {
        vendor: VENDOR,
        id: contract.id.clone(),
        owner: contract.owner,
        name: contract.fee.name.clone(),
        modal: contract.modal(),
        status: contract.status,
        shown_status: contract.shown_status.clone(),
        paid: contract.paid,
        callback: contract.callback.clone(),
        register: match &contract.notary {
            Some(NotaryDeed::Stamped { register, .. }) => Some(register.clone()),
            Some(NotaryDeed::Refused) | None => None,
        },
        deleted: contract.deleted,
        told: contract.told,
        created_at: contract.created_at,
        files: contract.files.iter().map(file).collect(),
        signers: contract.signers.iter().map(|signer| signer_view(base_url, contract, signer)).collect(),
    }
}

pub(super) fn signer_view(base_url: &str, contract: &Contract, signer: &Signer) -> SignerView {
    SignerView {
        num: signer.num,
        name: signer.data.full_name.clone(),
        email: signer.data.email.clone(),
        rut: signer.data.rut.clone(),
        phone: signer.data.phone.clone(),
        portion: signer.portion,
        total: decimal(signer.amounts(&contract.fee).total()),
        decided_at: signer.decision.map(|decision| match decision {
            Decision::Accepted(at) | Decision::Refused(at) => at,
        }),
        accepted: signer.accepted(),
        refused: signer.refused(),
        paid: signer.paid,
        signed_at: signer.signed,
        asked_for: asked_for(contract, signer.num).map(|deed| match deed {
            Deed::Download | Deed::Accept | Deed::Refuse => "accept",
            Deed::Pay => "pay",
            Deed::Sign => "sign",
        }),
        sign_url: sign_url(base_url, &signer.page),
    }
}
