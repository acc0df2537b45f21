//! The names of the members that are sent. Source: contract sections 3.1 to 3.4.

use serde::Deserialize;

/// The names by request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct Fields {
    pub portfolio: PortfolioFields,
    pub signer: SignerFields,
    pub document: DocumentFields,
    pub identity_document: IdentityFields,
    pub start: StartFields,
}

/// The members of 3.1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct PortfolioFields {
    pub signers: String,
    pub client_id: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// The members of a signer in 3.1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct SignerFields {
    pub nin: String,
    pub country: String,
    pub names: String,
    pub lastnames: String,
    pub email: String,
    pub phone: String,
    pub notification: String,
    pub order: String,
}

/// The members of 3.2.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct DocumentFields {
    pub portfolio_id: String,
    pub content: String,
    pub description: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub signature: String,
    pub client_id: String,
    pub encryption_key: String,
    pub sign: String,
    pub notary_sign: String,
    pub format: String,
    pub hash: String,
}

/// The members of 3.3.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct IdentityFields {
    pub portfolio_id: String,
    pub signer_nin: String,
    pub content: String,
    pub description: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub client_id: String,
    pub format: String,
    pub hash: String,
}

/// The members of 3.4.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gofirmex) struct StartFields {
    pub portfolio_id: String,
}
