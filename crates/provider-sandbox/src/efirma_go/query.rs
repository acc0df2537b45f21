//! `POST /consultar_documento`: states of given operations, and the callback again for signed ones. Source: contract section 3.5.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::checks::Object;
use super::codes::{Code, query};
use super::search::{ids, recipient_with};
use super::state::{DocumentKey, Estado, State};
use super::values::{flag_or, text};
use super::{artifacts, callback, read_json, wire};
use crate::sandbox::Sandbox;

/// Answers one object per asked id, in the order asked.
pub(super) async fn consultar_documento(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    // This table has no code for a missing JSON: without one there is no private key either.
    let sent = sent.unwrap_or_default();
    let variants = sandbox.efirma_go().variants();
    let answered = {
        let state = sandbox.efirma_state();
        answers(&sandbox, &state, &sent)
    };
    let (mut shown, signed) = match answered {
        Ok(answered) => answered,
        Err(code) => return wire::refuse(&variants, &code),
    };
    if flag_or(&sent, "enviar_url_respuesta", true) {
        for key in signed {
            callback::post(&sandbox, key);
        }
    }
    let body = if variants.single_object_in_query && shown.len() == 1 {
        shown.pop().unwrap_or_default()
    } else {
        Value::Array(shown)
    };
    wire::reply(&variants, &body)
}

type Answers = (Vec<Value>, Vec<DocumentKey>);

/// The objects to answer, and the signed documents among them.
fn answers(sandbox: &Sandbox, state: &State, sent: &Object) -> Result<Answers, Code> {
    let developer = state.developer_by_key(text(sent, "private_key")).ok_or(query::PRIVATE_KEY)?;
    let client = state.client_of(developer, text(sent, "cif_cliente")).ok_or(query::CLIENT)?;
    let mut asked = sent.get("id_operacion").map(ids).unwrap_or_default();
    if asked.is_empty() {
        asked.push(String::new());
    }
    let mut shown = Vec::with_capacity(asked.len());
    let mut signed = Vec::new();
    for id in asked {
        let own = state.key_of(&id).and_then(|key| {
            let document = state.document(key)?;
            let mine = document.cif_cliente == client.cif && document.cif_desarrollador == developer.cif_desarrollador;
            mine.then_some((key, document))
        });
        let Some((key, document)) = own else {
            shown.push(json!({
                "id_operacion": id,
                "estado_operacion": query::UNKNOWN_ID,
                "destinatarios": [],
            }));
            continue;
        };
        let recipients: Vec<Value> = document
            .seats(key)
            .map(|(_, block, recipient)| recipient_with(state, document, block, recipient, false, false))
            .collect();
        shown.push(json!({
            "id_operacion": id,
            "estado_operacion": word(document.estado),
            "url_documento_firmado": artifacts::document_url(sandbox, document),
            "destinatarios": recipients,
        }));
        if document.estado == Estado::Firmado {
            signed.push(key);
        }
    }
    Ok((shown, signed))
}

/// This endpoint's words for a state; `KO` is no error here.
fn word(estado: Estado) -> &'static str {
    match estado {
        Estado::EnProceso => "KO",
        Estado::Firmado => "OK",
        Estado::Rechazado => "Rechazado",
        Estado::Anulado => "Anulado",
    }
}
