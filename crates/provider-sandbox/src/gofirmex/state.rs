//! What the vendor holds: consumers, catalogues, portfolios. Source: contract sections 10.1 and 10.3.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::catalogue::{Catalogue, IdentityFormat};
use super::config::{Consumer, GoFirmexConfig, Variants};
use super::profile::Profile;

/// How far a portfolio is. Serialized in the contract's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// Can be filled; nobody was told of it.
    Created,
    /// Started; the vendor evaluates it.
    InReview,
    /// Signers can act.
    Accepted,
    /// A document was signed.
    Signing,
    /// All is signed; the notary is to legalise it.
    InNotary,
    /// Done; the files can be fetched.
    Completed,
    /// The notary refused it.
    RejectedByNotary,
    /// The evaluator refused it.
    RejectedByGofirmex,
    /// A signer refused it, or the customer withdrew it.
    RejectedByClient,
    /// It took too long.
    RejectedByExpiration,
}

impl Stage {
    pub(super) const ALL: [Self; 10] = [
        Self::Created,
        Self::InReview,
        Self::Accepted,
        Self::Signing,
        Self::InNotary,
        Self::Completed,
        Self::RejectedByNotary,
        Self::RejectedByGofirmex,
        Self::RejectedByClient,
        Self::RejectedByExpiration,
    ];

    /// The contract's word. Source: contract sections 5 and 10.3.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::InReview => "IN_REVIEW",
            Self::Accepted => "ACCEPTED",
            Self::Signing => "SIGNING",
            Self::InNotary => "IN_NOTARY",
            Self::Completed => "COMPLETED",
            Self::RejectedByNotary => "REJECTED_BY_NOTARY",
            Self::RejectedByGofirmex => "REJECTED_BY_GOFIRMEX",
            Self::RejectedByClient => "REJECTED_BY_CLIENT",
            Self::RejectedByExpiration => "REJECTED_BY_EXPIRATION",
        }
    }

    /// What a profile's `status_map` says of the word; none for stages whose word no profile changes.
    pub(super) fn neutral(self) -> Option<&'static str> {
        match self {
            Self::InReview => Some("submitted"),
            Self::Accepted => Some("sent"),
            Self::Signing => Some("in_progress"),
            Self::InNotary | Self::Completed => Some("finalizing"),
            Self::Created
            | Self::RejectedByNotary
            | Self::RejectedByGofirmex
            | Self::RejectedByClient
            | Self::RejectedByExpiration => None,
        }
    }

    /// What the pages call it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Created => "creado",
            Self::InReview => "en evaluación",
            Self::Accepted => "listo para firmar",
            Self::Signing => "en firma",
            Self::InNotary => "en notaría",
            Self::Completed => "completado",
            Self::RejectedByNotary => "rechazado por la notaría",
            Self::RejectedByGofirmex => "rechazado por GoFirmex",
            Self::RejectedByClient => "rechazado por un firmante o por el cliente",
            Self::RejectedByExpiration => "vencido",
        }
    }

    /// Nothing happens to it any more.
    pub(super) fn is_final(self) -> bool {
        match self {
            Self::Created | Self::InReview | Self::Accepted | Self::Signing | Self::InNotary => false,
            Self::Completed
            | Self::RejectedByNotary
            | Self::RejectedByGofirmex
            | Self::RejectedByClient
            | Self::RejectedByExpiration => true,
        }
    }

    /// Signers may act.
    pub(super) fn is_signing(self) -> bool {
        matches!(self, Self::Accepted | Self::Signing)
    }
}

/// Somebody who is to sign all documents of a portfolio.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) nin: String,
    pub(super) country: String,
    pub(super) names: String,
    pub(super) lastnames: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
    /// The vendor notifies; otherwise the customer does.
    pub(super) notified: bool,
    /// Place in the order; none: at the same time as everybody.
    pub(super) order: Option<u64>,
    pub(super) token: String,
    pub(super) invited: bool,
    /// When each document was signed, by its place in the portfolio.
    pub(super) signed: HashMap<usize, DateTime<Utc>>,
    pub(super) refused_at: Option<DateTime<Utc>>,
}

impl Signer {
    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.names, self.lastnames)
    }
}

/// A document of a portfolio.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) client_id: Option<String>,
    pub(super) description: String,
    pub(super) document_type: String,
    /// The word of its kind of signature.
    pub(super) signature: String,
    pub(super) notarial: bool,
    pub(super) encrypted: bool,
    /// Empty in the null sink.
    pub(super) original: Bytes,
    pub(super) sha256: String,
    pub(super) sealed: Option<Bytes>,
    /// What its link ends in.
    pub(super) link: String,
}

/// An identity document of a signer.
#[derive(Clone, Debug)]
pub(super) struct IdentityDocument {
    pub(super) id: String,
    pub(super) nin: String,
    /// The type's kind, for example `id_card_front`.
    pub(super) kind: String,
    pub(super) client_id: Option<String>,
    pub(super) description: String,
    pub(super) format: IdentityFormat,
    pub(super) sha256: String,
    pub(super) bytes: Bytes,
}

/// Why a portfolio was rejected, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Reason {
    pub(super) message: String,
    pub(super) detail: Option<String>,
}

/// Number of a portfolio, in order of arrival.
pub(super) type PortfolioKey = usize;

/// A signer of a portfolio, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) portfolio: PortfolioKey,
    pub(super) signer: usize,
}

/// What a link gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Linked {
    Portfolio(PortfolioKey),
    Document(PortfolioKey, usize),
}

#[derive(Clone, Debug)]
pub(super) struct Portfolio {
    pub(super) id: String,
    pub(super) issuer: String,
    pub(super) client_id: Option<String>,
    pub(super) portfolio_type: Option<String>,
    pub(super) signers: Vec<Signer>,
    pub(super) documents: Vec<Document>,
    pub(super) identity_documents: Vec<IdentityDocument>,
    pub(super) stage: Stage,
    pub(super) reason: Option<Reason>,
    /// The signed files are being made.
    pub(super) sealing: bool,
    /// What its link ends in.
    pub(super) link: String,
    pub(super) links_until: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) completed_at: Option<DateTime<Utc>>,
    /// Searches find it from then on.
    pub(super) visible_from: DateTime<Utc>,
}

impl Portfolio {
    /// Whether a signer has signed everything.
    pub(super) fn is_done(&self, signer: &Signer) -> bool {
        (0..self.documents.len()).all(|document| signer.signed.contains_key(&document))
    }

    /// Whether everybody has signed everything.
    pub(super) fn all_done(&self) -> bool {
        self.signers.iter().all(|signer| self.is_done(signer))
    }

    /// The order whose signers may act: the lowest that is not done.
    pub(super) fn open_order(&self) -> Option<u64> {
        self.signers.iter().filter(|signer| !self.is_done(signer)).map(|signer| signer.order.unwrap_or(0)).min()
    }

    /// Whether a notary takes part.
    pub(super) fn is_notarial(&self) -> bool {
        self.documents.iter().any(|document| document.notarial)
    }

    /// The place of the signer with that national id.
    pub(super) fn place_of(&self, nin: &str) -> Option<usize> {
        self.signers.iter().position(|signer| signer.nin == nin)
    }

    /// The required kinds of identity documents that a signer lacks.
    pub(super) fn lacks_identity(&self, signer: &Signer, required: &[String]) -> bool {
        let has: BTreeSet<&str> = self
            .identity_documents
            .iter()
            .filter(|document| document.nin == signer.nin)
            .map(|document| document.kind.as_str())
            .collect();
        required.iter().any(|kind| !has.contains(kind.as_str()))
    }
}

/// Everything the simulated vendor knows.
pub(crate) struct State {
    rng: StdRng,
    pub(super) consumers: Vec<Consumer>,
    pub(super) profile: Arc<Profile>,
    pub(super) catalogue: Catalogue,
    pub(super) variants: Variants,
    /// Issuer → beginning of the running minute and the calls in it.
    pub(super) rates: HashMap<String, (DateTime<Utc>, u32)>,
    portfolios: Vec<Portfolio>,
    by_id: HashMap<String, PortfolioKey>,
    by_token: HashMap<String, Seat>,
    by_link: HashMap<String, Linked>,
}

impl State {
    pub(super) fn new(seed: Option<u64>, config: &GoFirmexConfig) -> Self {
        Self {
            rng: seed.map_or_else(|| StdRng::from_rng(&mut rand::rng()), StdRng::seed_from_u64),
            consumers: config.consumers.clone(),
            profile: Arc::new(config.profile.clone()),
            catalogue: config.catalogue.clone(),
            variants: config.variants.clone(),
            rates: HashMap::new(),
            portfolios: Vec::new(),
            by_id: HashMap::new(),
            by_token: HashMap::new(),
            by_link: HashMap::new(),
        }
    }

    pub(super) fn consumer(&self, issuer: &str) -> Option<&Consumer> {
        self.consumers.iter().find(|consumer| consumer.issuer == issuer)
    }

    pub(super) fn consumer_mut(&mut self, issuer: &str) -> Option<&mut Consumer> {
        self.consumers.iter_mut().find(|consumer| consumer.issuer == issuer)
    }

    pub(super) fn portfolios(&self) -> &[Portfolio] {
        &self.portfolios
    }

    pub(super) fn portfolio(&self, key: PortfolioKey) -> Option<&Portfolio> {
        self.portfolios.get(key)
    }

    pub(super) fn portfolio_mut(&mut self, key: PortfolioKey) -> Option<&mut Portfolio> {
        self.portfolios.get_mut(key)
    }

    pub(super) fn key_of(&self, id: &str) -> Option<PortfolioKey> {
        self.by_id.get(id).copied()
    }

    /// A customer's own portfolio; those of others do not exist for it.
    pub(super) fn own_key(&self, issuer: &str, id: &str) -> Option<PortfolioKey> {
        self.key_of(id).filter(|key| self.portfolio(*key).is_some_and(|portfolio| portfolio.issuer == issuer))
    }

    pub(super) fn seat_of(&self, token: &str) -> Option<Seat> {
        self.by_token.get(token).copied()
    }

    pub(super) fn linked(&self, link: &str) -> Option<Linked> {
        self.by_link.get(link).copied()
    }

    /// Files a portfolio under its identifiers.
    pub(super) fn insert(&mut self, portfolio: Portfolio) -> PortfolioKey {
        let key = self.portfolios.len();
        self.by_id.insert(portfolio.id.clone(), key);
        self.by_link.insert(portfolio.link.clone(), Linked::Portfolio(key));
        for (signer, person) in portfolio.signers.iter().enumerate() {
            self.by_token.insert(person.token.clone(), Seat { portfolio: key, signer });
        }
        self.portfolios.push(portfolio);
        key
    }

    /// Adds a document to a portfolio.
    pub(super) fn add_document(&mut self, key: PortfolioKey, document: Document) {
        if let Some(portfolio) = self.portfolios.get_mut(key) {
            self.by_link.insert(document.link.clone(), Linked::Document(key, portfolio.documents.len()));
            portfolio.documents.push(document);
        }
    }

    /// A new UUID. Source: contract section 2.
    pub(super) fn new_id(&mut self) -> String {
        // Version 4, variant 1. Source: RFC 9562, section 5.4.
        let bits = self.rng.random::<u128>() & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }

    /// A token that nobody guesses.
    pub(super) fn new_token(&mut self) -> String {
        format!("{:032x}", self.rng.random::<u128>())
    }
}
