//! The vendor's only callback: a signed document, posted with its file. Source: contract section 4.

use serde_json::{Value, json};

use super::VENDOR;
use super::state::{DocumentKey, Estado};
use crate::callbacks::{self, Callback, CallbackBody, CallbackPart, CallbackVerdict};
use crate::sandbox::Sandbox;

/// Announces a document that has just been signed, unless the request said no.
pub(super) fn announce(sandbox: &Sandbox, key: DocumentKey) {
    let wanted = sandbox.efirma_state().document(key).is_some_and(|document| document.callback);
    if wanted {
        post(sandbox, key);
    }
}

/// Posts a signed document to its developer's address; nothing happens where there is no signed file or no address. It is never repeated.
pub(super) fn post(sandbox: &Sandbox, key: DocumentKey) {
    let callback = {
        let state = sandbox.efirma_state();
        state.document(key).and_then(|document| {
            let sealed = document.sealed.as_ref().filter(|_| document.estado == Estado::Firmado)?;
            let mut developers = state.developers.iter();
            let developer = developers.find(|developer| developer.cif_desarrollador == document.cif_desarrollador)?;
            Some(Callback {
                vendor: VENDOR,
                reference: document.id.clone(),
                url: developer.callback_url.clone()?,
                body: CallbackBody::Multipart(vec![
                    CallbackPart::Text {
                        name: "json",
                        text: json!({ "id_operacion": document.id, "estado": document.estado.word() }).to_string(),
                    },
                    CallbackPart::File {
                        name: "archivo",
                        filename: document.file_name(),
                        content_type: "application/pdf",
                        bytes: sealed.document.clone(),
                    },
                ]),
                read_reply,
                mailed_when_unreadable: Some(developer.cif_desarrollador.clone()),
                retries: Vec::new(),
                afterwards: None,
            })
        })
    };
    if let Some(callback) = callback {
        callbacks::send(sandbox, callback);
    }
}

/// The reply must be 2xx and a JSON object with both members; only then its word counts. Source: contract section 10.3.
fn read_reply(status: u16, body: &[u8]) -> CallbackVerdict {
    let reply: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let named = reply.get("id_operacion").is_some_and(|id| id.is_string() || id.is_number());
    if !named || !(200..300).contains(&status) {
        return CallbackVerdict::Unreadable;
    }
    match reply.get("estado_operacion").and_then(Value::as_str) {
        Some("OK") => CallbackVerdict::Accepted,
        Some("KO") => CallbackVerdict::Refused,
        Some(_) | None => CallbackVerdict::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_counts_only_with_both_members_and_a_success_status() {
        let both = br#"{"id_operacion":"1","estado_operacion":"OK"}"#;
        assert_eq!(read_reply(200, both), CallbackVerdict::Accepted);
        assert_eq!(read_reply(500, both), CallbackVerdict::Unreadable);
        assert_eq!(read_reply(200, br#"{"estado_operacion":"OK"}"#), CallbackVerdict::Unreadable);
        assert_eq!(read_reply(200, b"OK"), CallbackVerdict::Unreadable);
        let refused = br#"{"id_operacion":"1","estado_operacion":"KO"}"#;
        assert_eq!(read_reply(200, refused), CallbackVerdict::Refused);
        assert_eq!(read_reply(503, refused), CallbackVerdict::Unreadable);
    }
}
