//! Requests, under the names of the profile. Source: contract sections 3.1 to 3.4.

use serde_json::{Map, Value, json};

use crate::gofirmex::profile::{DocumentFields, IdentityFields, PortfolioFields, SignerFields, StartFields};

/// A signer of 3.1.
pub(in crate::gofirmex) struct Signer<'a> {
    pub nin: String,
    pub country: &'a str,
    pub names: &'a str,
    pub lastnames: &'a str,
    pub email: &'a str,
    pub phone: Option<&'a str>,
    pub notification: &'a str,
    pub order: Option<u32>,
}

impl Signer<'_> {
    fn json(&self, fields: &SignerFields) -> Value {
        object([
            (&fields.nin, Some(json!(self.nin))),
            (&fields.country, Some(json!(self.country))),
            (&fields.names, Some(json!(self.names))),
            (&fields.lastnames, Some(json!(self.lastnames))),
            (&fields.email, Some(json!(self.email))),
            (&fields.phone, self.phone.map(Value::from)),
            (&fields.notification, Some(json!(self.notification))),
            (&fields.order, self.order.map(Value::from)),
        ])
    }
}

/// The body of 3.1.
pub(in crate::gofirmex) struct Portfolio<'a> {
    pub client_id: String,
    pub signers: Vec<Signer<'a>>,
    pub kind: Option<&'a str>,
}

impl Portfolio<'_> {
    /// The body under these names.
    pub(in crate::gofirmex) fn json(&self, fields: &PortfolioFields, signer: &SignerFields) -> Value {
        object([
            (&fields.client_id, Some(json!(self.client_id))),
            (&fields.signers, Some(self.signers.iter().map(|s| s.json(signer)).collect())),
            (&fields.kind, self.kind.map(Value::from)),
        ])
    }
}

/// What says how a document is signed: a word, or the flags of an older client.
pub(in crate::gofirmex) enum Signing<'a> {
    Code(&'a str),
    Flags { notary: bool, hash: Option<String> },
}

/// The body of 3.2.
pub(in crate::gofirmex) struct Document<'a> {
    pub portfolio_id: &'a str,
    /// The token in whose place the file is put.
    pub content: &'a str,
    pub description: &'a str,
    pub kind: &'a str,
    pub signing: Signing<'a>,
    pub client_id: String,
    pub encryption_key: Option<&'a str>,
}

impl Document<'_> {
    /// The body under these names.
    pub(in crate::gofirmex) fn json(&self, fields: &DocumentFields) -> Value {
        let (code, sign, notary, format, hash) = match &self.signing {
            Signing::Code(word) => (Some(json!(word)), None, None, None, None),
            Signing::Flags { notary, hash } => {
                (None, Some(json!(true)), Some(json!(notary)), Some(json!("pdf")), hash.clone().map(Value::from))
            }
        };
        object([
            (&fields.portfolio_id, Some(json!(self.portfolio_id))),
            (&fields.content, Some(json!(self.content))),
            (&fields.description, Some(json!(self.description))),
            (&fields.kind, Some(json!(self.kind))),
            (&fields.signature, code),
            (&fields.sign, sign),
            (&fields.notary_sign, notary),
            (&fields.format, format),
            (&fields.hash, hash),
            (&fields.client_id, Some(json!(self.client_id))),
            (&fields.encryption_key, self.encryption_key.map(Value::from)),
        ])
    }
}

/// The body of 3.3.
pub(in crate::gofirmex) struct IdentityDocument<'a> {
    pub portfolio_id: &'a str,
    pub signer_nin: String,
    /// The token in whose place the file is put.
    pub content: &'a str,
    pub description: &'a str,
    pub kind: &'a str,
    pub client_id: String,
    /// Only in style `flags`.
    pub format: Option<&'a str>,
    /// Only in style `flags`.
    pub hash: Option<String>,
}

impl IdentityDocument<'_> {
    /// The body under these names.
    pub(in crate::gofirmex) fn json(&self, fields: &IdentityFields) -> Value {
        object([
            (&fields.portfolio_id, Some(json!(self.portfolio_id))),
            (&fields.signer_nin, Some(json!(self.signer_nin))),
            (&fields.content, Some(json!(self.content))),
            (&fields.description, Some(json!(self.description))),
            (&fields.kind, Some(json!(self.kind))),
            (&fields.client_id, Some(json!(self.client_id))),
            (&fields.format, self.format.map(Value::from)),
            (&fields.hash, self.hash.clone().map(Value::from)),
        ])
    }
}

/// The body of 3.4.
pub(in crate::gofirmex) fn start(fields: &StartFields, portfolio_id: &str) -> Value {
    object([(&fields.portfolio_id, Some(json!(portfolio_id)))])
}

/// The members that there are.
fn object<'a>(members: impl IntoIterator<Item = (&'a String, Option<Value>)>) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.clone(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}
