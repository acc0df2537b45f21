//! What the control API and the pages show of portfolios.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::VENDOR;
use super::callback::link_urls;
use super::flow::may_act;
use super::state::{Portfolio, Signer, Stage, State};
use crate::sandbox::Sandbox;
use crate::transactions::{Person, Transaction};

/// A signer of a portfolio.
#[derive(Clone, Debug, Serialize)]
pub struct SignerView {
    /// National id.
    pub nin: String,
    /// The country whose id it is.
    pub country: String,
    /// Given names and surnames.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Phone, as sent.
    pub phone: Option<String>,
    /// The vendor notifies; otherwise the customer does.
    pub notified: bool,
    /// Place in the order; absent: at the same time as everybody.
    pub order: Option<u64>,
    /// Whether it is their turn.
    pub may_act: bool,
    /// How many documents they have signed.
    pub documents_signed: usize,
    /// Whether they have signed everything.
    pub done: bool,
    /// Refused then, virtual time.
    pub refused_at: Option<DateTime<Utc>>,
    /// Their page; once the portfolio was accepted.
    pub sign_url: Option<String>,
}

impl SignerView {
    /// What the pages say of their progress.
    pub(super) fn progress(&self) -> &'static str {
        if self.refused_at.is_some() {
            "rechazado"
        } else if self.done {
            "firmado"
        } else if self.may_act {
            "pendiente"
        } else {
            "en espera"
        }
    }
}

/// A document of a portfolio.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentView {
    /// The vendor's id.
    pub id: String,
    /// The customer's own id.
    pub client_document_id: Option<String>,
    /// As sent.
    pub description: String,
    /// Id in the catalogue.
    pub document_type: String,
    /// The word of its kind of signature.
    pub signature: String,
    /// It travelled encrypted.
    pub encrypted: bool,
    /// SHA-256 of the document as received, after decryption; lower-case hexadecimal.
    pub sha256: String,
    /// The link to its signed form.
    pub download_url: Option<String>,
}

/// An identity document of a signer.
#[derive(Clone, Debug, Serialize)]
pub struct IdentityDocumentView {
    /// The vendor's id.
    pub id: String,
    /// The signer's national id.
    pub nin: String,
    /// The type's kind, for example `id_card_front`.
    pub kind: String,
    /// The customer's own id.
    pub client_document_id: Option<String>,
    /// As sent.
    pub description: String,
    /// Media type, by content.
    pub content_type: &'static str,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// A portfolio and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct PortfolioView {
    /// The vendor's kind.
    pub vendor: &'static str,
    /// The vendor's id.
    pub id: String,
    /// The customer's own id.
    pub client_portfolio_id: Option<String>,
    /// The customer's issuer.
    pub issuer: String,
    /// Id in the catalogue.
    pub portfolio_type: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// The word that the service sends for that.
    pub status: String,
    /// Why it was rejected.
    pub message: Option<String>,
    /// More on that.
    pub detail: Option<String>,
    /// In the order of the request.
    pub signers: Vec<SignerView>,
    /// In the order of arrival.
    pub documents: Vec<DocumentView>,
    /// In the order of arrival.
    pub identity_documents: Vec<IdentityDocumentView>,
    /// The link to all signed documents.
    pub download_url: Option<String>,
    /// Virtual time of arrival.
    pub created_at: DateTime<Utc>,
    /// Virtual time of the start.
    pub started_at: Option<DateTime<Utc>>,
    /// Virtual time of completion.
    pub completed_at: Option<DateTime<Utc>>,
}

impl PortfolioView {
    /// A name for people.
    pub(super) fn name(&self) -> String {
        let names: Vec<&str> = self.documents.iter().map(|document| document.description.as_str()).collect();
        if names.is_empty() { "Portafolio sin documentos".to_owned() } else { names.join(", ") }
    }

    /// The evaluator is to decide.
    pub(super) fn is_in_review(&self) -> bool {
        self.stage == Stage::InReview
    }

    /// The notary is to decide.
    pub(super) fn is_in_notary(&self) -> bool {
        self.stage == Stage::InNotary
    }

    /// The customer can still withdraw it.
    pub(super) fn is_open(&self) -> bool {
        !self.stage.is_final()
    }

    /// The portfolio in the shape that all vendors share. Before it is started it reaches nobody.
    pub(crate) fn transaction(self) -> Transaction {
        let person = |signer: SignerView| Person {
            state: signer.progress().to_owned(),
            name: signer.name,
            contact: signer.email,
            may_act: signer.may_act,
            sign_url: signer.sign_url,
        };
        Transaction {
            vendor: VENDOR,
            name: self.name(),
            id: self.id,
            correlation: self.client_portfolio_id,
            state: self.status,
            live: self.started_at.is_some(),
            people: self.signers.into_iter().map(person).collect(),
        }
    }
}

/// A signer's page.
pub(super) fn sign_url(base_url: &str, token: &str) -> String {
    format!("{base_url}/{VENDOR}/s/{token}")
}

/// Whether the signers of a portfolio got their links.
fn has_pages(stage: Stage) -> bool {
    match stage {
        Stage::Created | Stage::InReview => false,
        Stage::Accepted
        | Stage::Signing
        | Stage::InNotary
        | Stage::Completed
        | Stage::RejectedByNotary
        | Stage::RejectedByGofirmex
        | Stage::RejectedByClient
        | Stage::RejectedByExpiration => true,
    }
}

pub(super) fn portfolio_view(sandbox: &Sandbox, state: &State, portfolio: &Portfolio) -> PortfolioView {
    let links = link_urls(sandbox, state, portfolio);
    let documents = portfolio.documents.iter().enumerate().map(|(place, document)| DocumentView {
        id: document.id.clone(),
        client_document_id: document.client_id.clone(),
        description: document.description.clone(),
        document_type: document.document_type.clone(),
        signature: document.signature.clone(),
        encrypted: document.encrypted,
        sha256: document.sha256.clone(),
        download_url: links.documents.get(place).cloned().flatten(),
    });
    let identity_documents = portfolio.identity_documents.iter().map(|document| IdentityDocumentView {
        id: document.id.clone(),
        nin: document.nin.clone(),
        kind: document.kind.clone(),
        client_document_id: document.client_id.clone(),
        description: document.description.clone(),
        content_type: document.format.media_type(),
        sha256: document.sha256.clone(),
    });
    let signers = portfolio.signers.iter().enumerate();
    PortfolioView {
        vendor: VENDOR,
        id: portfolio.id.clone(),
        client_portfolio_id: portfolio.client_id.clone(),
        issuer: portfolio.issuer.clone(),
        portfolio_type: portfolio.portfolio_type.clone(),
        stage: portfolio.stage,
        status: state.profile.word(portfolio.stage),
        message: portfolio.reason.as_ref().map(|reason| reason.message.clone()),
        detail: portfolio.reason.as_ref().and_then(|reason| reason.detail.clone()),
        signers: signers.map(|(place, signer)| signer_view(sandbox.base_url(), portfolio, place, signer)).collect(),
        documents: documents.collect(),
        identity_documents: identity_documents.collect(),
        download_url: links.portfolio,
        created_at: portfolio.created_at,
        started_at: portfolio.started_at,
        completed_at: portfolio.completed_at,
    }
}

pub(super) fn signer_view(base_url: &str, portfolio: &Portfolio, place: usize, signer: &Signer) -> SignerView {
    SignerView {
        nin: signer.nin.clone(),
        country: signer.country.clone(),
        name: signer.full_name(),
        email: signer.email.clone(),
        phone: signer.phone.clone(),
        notified: signer.notified,
        order: signer.order,
        may_act: may_act(portfolio, place).is_ok(),
        documents_signed: signer.signed.len(),
        done: !portfolio.documents.is_empty() && portfolio.is_done(signer),
        refused_at: signer.refused_at,
        sign_url: has_pages(portfolio.stage).then(|| sign_url(base_url, &signer.token)),
    }
}
