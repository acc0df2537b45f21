//! What the simulated GoFirmex begins with, and how it deviates from the contract's defaults on request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::demo::{DEMO_ISSUER, DEMO_USER, PUBLIC_KEY_PEM};
use super::profile::Profile;

/// Accounts, words and variants at the start.
#[derive(Clone, Debug)]
pub struct GoFirmexConfig {
    /// Who may call.
    pub consumers: Vec<Consumer>,
    /// Paths, pointers and words of the service.
    pub profile: Profile,
    /// The vendor's catalogues.
    pub catalogue: Catalogue,
    /// Deviations.
    pub variants: Variants,
}

impl Default for GoFirmexConfig {
    /// The contract's defaults with the demo account, which has no callback address.
    fn default() -> Self {
        Self {
            consumers: vec![Consumer::demo()],
            profile: Profile::default(),
            catalogue: Catalogue::default(),
            variants: Variants::default(),
        }
    }
}

/// What a callback tells. Source: contract section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// The vendor accepted the portfolio; carries the signers' links.
    PortfolioAccepted,
    /// A signer signed a document.
    DocumentSigned,
    /// All is signed and legalised; carries the download links.
    PortfolioCompleted,
    /// The portfolio ended otherwise.
    PortfolioRejected,
}

/// A customer of the vendor, as the gateway and the service know it. Source: contract section 10.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The account's user, which the claim `user` must name.
    pub user: String,
    /// The issuer that selects the key; no two consumers have the same.
    pub issuer: String,
    /// The RSA public key that verifies the tokens: PEM, `PUBLIC KEY` or `RSA PUBLIC KEY`, at least 2048 bits.
    pub public_key_pem: String,
    /// Where callbacks go; absent: nowhere.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// Where callbacks of one kind go instead, for customers that registered an address for each kind; their bodies do not say the kind.
    #[serde(default)]
    pub callback_urls: BTreeMap<CallbackKind, String>,
    /// Sent as `Authorization` with every callback, where the customer agreed on one. Source: contract assumption G18.
    #[serde(default)]
    pub callback_authorization: Option<String>,
    /// How many portfolios may still be started; absent: any number.
    #[serde(default)]
    pub credit: Option<u64>,
    /// Agreed keys for encrypted documents: id → the text whose 32 bytes are the key. Source: contract assumption G13.
    #[serde(default)]
    pub encryption_keys: BTreeMap<String, String>,
}

impl Consumer {
    /// The demo account, whose private key is [`super::GoFirmex::demo_private_key_pem`].
    pub fn demo() -> Self {
        Self {
            user: DEMO_USER.to_owned(),
            issuer: DEMO_ISSUER.to_owned(),
            public_key_pem: PUBLIC_KEY_PEM.to_owned(),
            callback_url: None,
            callback_urls: BTreeMap::new(),
            callback_authorization: None,
            credit: None,
            encryption_keys: BTreeMap::new(),
        }
    }
}

/// The shape of `detail` in failures. Source: contract section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailShape {
    /// A list of `{"field", "message"}`.
    #[default]
    Array,
    /// Field → message.
    Object,
    /// A sentence.
    Text,
}

/// Which links the completion carries. Source: contract assumption G7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Links {
    /// One for the portfolio and one for each document.
    #[default]
    Both,
    /// One for the portfolio.
    Portfolio,
    /// One for each document.
    Documents,
}

/// Deviations to switch on in tests. Source: contract sections 10.2 and 10.3, and the assumptions of section 11.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// Members that the contract does not know are refused. On by default.
    pub reject_unknown: bool,
    /// A customer's `client_portfolio_id` may be used once (G26).
    pub unique_client_id: bool,
    /// Tokens without `exp` are refused (G2). An `exp` in the past is refused in any case.
    pub require_exp: bool,
    /// A portfolio without `portfolio_type` is refused (G10).
    pub require_portfolio_type: bool,
    /// Calls of one customer in a minute of virtual time; more are answered 429.
    pub rate_per_minute: Option<u32>,
    /// The service's failures have HTTP status 200; the gateway's keep theirs.
    pub failures_as_200: bool,
    /// The shape of `detail`.
    pub detail: DetailShape,
    /// Failures carry no code: clients have to go by the HTTP status (G5).
    pub omit_codes: bool,
    /// Other words for the contract's codes: its word → the word that is sent (G5).
    pub renamed_codes: BTreeMap<String, String>,
    /// Creating calls are answered 201 in place of 200 (G3).
    pub created_as_201: bool,
    /// Answers carry nothing but `success` and the promised id, as observed (G3).
    pub bare_answers: bool,
    /// Starting a portfolio again is harmless and succeeds (G27).
    pub start_again_succeeds: bool,
    /// The portfolio's link gives a ZIP also for a single document (G7). With several documents it always does.
    pub zip_download: bool,
    /// Which links the completion carries (G7).
    pub links: Links,
    /// Links ask for the JWT (G7).
    pub download_needs_jwt: bool,
    /// How often a link leads to another address before it gives the file (G7).
    pub download_redirects: u32,
    /// Links show a web page in place of the file.
    pub html_download: bool,
    /// How long links live, in hours of virtual time; reading the portfolio gives them as long again (G36).
    pub link_hours: u32,
    /// Callbacks do not say their kind in the body (G17).
    pub callbacks_without_event: bool,
    /// Callbacks do not carry `client_portfolio_id` (G21).
    pub callbacks_without_client_id: bool,
    /// The rejection after a signer's refusal does not say who refused (G24).
    pub anonymous_refusals: bool,
    /// A word that stands in place of the accepted portfolio's status (G23).
    pub accepted_word: Option<String>,
    /// The evaluator accepts after so many milliseconds of virtual time; absent: a person decides.
    pub evaluation_ms: Option<u64>,
    /// The notary legalises after so many milliseconds of virtual time; absent: a person decides. The figure is this simulator's own.
    pub notary_ms: Option<u64>,
    /// Portfolios that have not ended by then are rejected, in days of virtual time since their creation.
    pub expiry_days: u32,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            reject_unknown: true,
            unique_client_id: false,
            require_exp: false,
            require_portfolio_type: false,
            rate_per_minute: None,
            failures_as_200: false,
            detail: DetailShape::Array,
            omit_codes: false,
            renamed_codes: BTreeMap::new(),
            created_as_201: false,
            bare_answers: false,
            start_again_succeeds: false,
            zip_download: false,
            links: Links::Both,
            download_needs_jwt: false,
            download_redirects: 0,
            html_download: false,
            link_hours: 24,
            callbacks_without_event: false,
            callbacks_without_client_id: false,
            anonymous_refusals: false,
            accepted_word: None,
            evaluation_ms: Some(1000),
            notary_ms: Some(1000),
            expiry_days: 30,
        }
    }
}
