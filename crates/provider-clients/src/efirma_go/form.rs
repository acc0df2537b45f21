//! How a call is put together: one JSON text as a form field, never the raw body. Source: contract section 2.1.

use std::time::Duration;

use domain::envelope::Document;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::GoAccount;
use super::codes::Endpoint;
use super::settings::FormEncoding;
use super::wire::{SECRET_FORM_FIELDS, SECRET_MEMBERS, sent};
use crate::call::{Body, Call, FileRef, FileSource, Method, Part};
use crate::provider::Unbuildable;

/// The form field with the JSON.
const JSON_FIELD: &str = "json";
/// The form field with the document.
const FILE_FIELD: &str = "archivo";

impl GoAccount {
    /// A call without a file: the members that say who calls, then `members`.
    pub(super) fn call(&self, endpoint: Endpoint, page: Option<u32>, members: Value) -> Result<Call, Unbuildable> {
        let settings = &self.checked.settings;
        let caller = sent::Caller {
            private_key: self.private_key.expose_secret(),
            cif_desarrollador: (endpoint != Endpoint::QueryDocument).then_some(settings.cif_desarrollador.as_str()),
            cif_cliente: &settings.cif_cliente,
        };
        let mut json = object(&caller)?;
        if let Value::Object(members) = members {
            json.extend(members);
        }
        let json = Value::Object(json);
        let call = self.post(endpoint, page)?.within(Duration::from_secs(settings.timeouts.call_s));
        Ok(match settings.form_encoding {
            FormEncoding::Multipart => call
                .body(Body::Multipart(vec![Part::Json { name: JSON_FIELD.to_owned(), value: json }]))
                .hiding(SECRET_MEMBERS),
            FormEncoding::Urlencoded => {
                call.body(Body::Form(vec![(JSON_FIELD.to_owned(), json.to_string())])).hiding(SECRET_FORM_FIELDS)
            }
        })
    }

    /// The call that sends `document`.
    pub(super) fn send_call(
        &self,
        message: &sent::Submission<'_>,
        document: &Document,
        file: FileRef,
    ) -> Result<Call, Unbuildable> {
        let json = Value::Object(object(message)?);
        let parts = vec![
            Part::Json { name: JSON_FIELD.to_owned(), value: json },
            Part::File {
                name: FILE_FIELD.to_owned(),
                filename: pdf_name(document),
                content_type: "application/pdf".to_owned(),
                file,
            },
        ];
        Ok(self
            .post(Endpoint::SendDocument, None)?
            .within(Duration::from_secs(self.checked.settings.timeouts.send_s))
            .body(Body::Multipart(parts))
            .hiding(SECRET_MEMBERS))
    }

    fn post(&self, endpoint: Endpoint, page: Option<u32>) -> Result<Call, Unbuildable> {
        let url = self.url(endpoint, page)?;
        Ok(Call::new(endpoint.name(), Method::Post, url).header("accept", "application/json"))
    }

    fn url(&self, endpoint: Endpoint, page: Option<u32>) -> Result<Url, Unbuildable> {
        let mut url = self.checked.base.clone();
        url.path_segments_mut()
            .map_err(|()| Unbuildable::Defect("The base URL cannot have a path.".to_owned()))?
            .pop_if_empty()
            .push(endpoint.name())
            .extend(page.map(|p| p.to_string()));
        Ok(url)
    }
}

/// The file of a document of the envelope.
pub(super) fn original(document: &Document) -> FileRef {
    FileRef::plain(FileSource::Document(document.id), document.size)
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>, Unbuildable> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Unbuildable::Defect("The message is not a JSON object.".to_owned())),
    }
}

/// The document's name as a file name: one `.pdf` at its end, nothing that a path or a header could take for its own.
fn pdf_name(document: &Document) -> String {
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | '"');
    let name: String = document.name.trim().chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    if name.to_lowercase().ends_with(".pdf") { name } else { format!("{name}.pdf") }
}
