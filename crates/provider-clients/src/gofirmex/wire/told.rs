//! What the vendor tells, read through the profile's lists of JSON pointers: the first that leads somewhere counts.
//! Source: contract sections 2, 3.5 and 4.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::gofirmex::profile::{Callback, Response};
use crate::shared::json;

/// The first value that is there and not null.
pub(in crate::gofirmex) fn first<'a>(value: &'a Value, pointers: &[String]) -> Option<&'a Value> {
    pointers.iter().find_map(|pointer| json::at(value, pointer).filter(|found| !found.is_null()))
}

/// The first scalar that is there, as text.
pub(in crate::gofirmex) fn text(value: &Value, pointers: &[String]) -> Option<String> {
    pointers.iter().find_map(|pointer| json::at(value, pointer).and_then(json::text))
}

/// The first list that is there.
fn list<'a>(value: &'a Value, pointers: &[String]) -> Vec<&'a Value> {
    let found = pointers.iter().find_map(|pointer| json::at(value, pointer).and_then(Value::as_array));
    found.into_iter().flatten().collect()
}

/// A signer as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gofirmex) struct Signer {
    pub nin: Option<String>,
    pub sign_url: Option<String>,
    pub status: Option<String>,
}

/// A document as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gofirmex) struct Document {
    pub id: Option<String>,
    pub client_id: Option<String>,
    pub download_url: Option<String>,
}

/// What a callback, or an answer of 3.5, tells of a portfolio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::gofirmex) struct Portfolio {
    pub id: Option<String>,
    pub client_id: Option<String>,
    pub status: Option<String>,
    pub signers: Vec<Signer>,
    pub signed_by: Option<String>,
    /// The one document that was signed, or what a callback of another kind names.
    pub document: Option<Document>,
    pub documents: Vec<Document>,
    pub download_url: Option<String>,
    pub message: Option<String>,
    pub detail: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Portfolio {
    /// What stands in a callback.
    pub(in crate::gofirmex) fn in_callback(body: &Value, at: &Callback) -> Self {
        let (id, client_id) = (text(body, &at.document_id), text(body, &at.client_document_id));
        let document = (id.is_some() || client_id.is_some()).then_some(Document { id, client_id, download_url: None });
        let time = text(body, &at.occurred_at).and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        Self {
            id: text(body, &at.portfolio_id),
            client_id: text(body, &at.client_portfolio_id),
            status: text(body, &at.status),
            signers: list(body, &at.signers).into_iter().map(|signer| read_signer(signer, at)).collect(),
            signed_by: text(body, &at.signed_by),
            document,
            documents: list(body, &at.documents).into_iter().map(|document| read_document(document, at)).collect(),
            download_url: text(body, &at.download_url),
            message: text(body, &at.message),
            detail: text(body, &at.detail),
            occurred_at: time.map(|time| time.with_timezone(&Utc)),
        }
    }

    /// What stands in a portfolio of 3.5 or 3.6. Source: contract section 3.5.
    pub(in crate::gofirmex) fn in_answer(portfolio: &Value, at: &Callback, response: &Response) -> Self {
        let member = |name: &str| json::text_of(portfolio, name);
        let listed = |name: &str| json::member(portfolio, name).and_then(Value::as_array).into_iter().flatten();
        Self {
            id: member("id"),
            client_id: member("client_portfolio_id"),
            status: member("status"),
            signers: listed("signers").map(|signer| read_signer(signer, at)).collect(),
            documents: listed("documents").map(|document| read_document(document, at)).collect(),
            download_url: member("download_url"),
            message: text(portfolio, &response.rejection_message),
            detail: text(portfolio, &response.rejection_detail),
            ..Self::default()
        }
    }

    /// Whether any link to a finished file is told.
    pub(in crate::gofirmex) fn has_link(&self) -> bool {
        self.download_url.is_some() || self.documents.iter().any(|document| document.download_url.is_some())
    }
}

fn read_signer(signer: &Value, at: &Callback) -> Signer {
    Signer {
        nin: text(signer, &at.signer_nin),
        sign_url: text(signer, &at.signer_sign_url),
        status: json::text_of(signer, "status"),
    }
}

fn read_document(document: &Value, at: &Callback) -> Document {
    Document {
        id: json::text_of(document, "id"),
        client_id: json::text_of(document, "client_document_id"),
        download_url: text(document, &at.document_download_url),
    }
}
