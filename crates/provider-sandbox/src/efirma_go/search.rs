//! The searches and the fetched mark. Source: contract sections 3.2 to 3.4.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::checks::Object;
use super::codes::{Code, search};
use super::config::Variants;
use super::state::{Action, Block, Document, DocumentKey, Estado, Recipient, Role, State};
use super::values::{flag, text};
use super::{artifacts, read_json, wire};
use crate::sandbox::Sandbox;

/// The endpoint's spelling in `siguiente_pagina`: the search of 3.2 names itself in the singular there. Source: contract section 9, quirk 7.
const NEXT_PAGE_OF_ALL: &str = "descargar_documento";
const NEXT_PAGE_OF_SIGNED: &str = "descargar_documentos_firmados";

/// `POST /descargar_documentos/{n_pagina}`: documents in any state.
pub(super) async fn descargar_documentos(
    ThinData(sandbox): ThinData<Sandbox>,
    page: Path<usize>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let variants = sandbox.efirma_go().variants();
    let state = sandbox.efirma_state();
    let found = owner(&state, sent.as_ref()).map(|owner| {
        let filter = Filter::of_all(&owner, &variants);
        let hits = filter.hits(&state, &sandbox);
        listing(&sandbox, &variants, &hits, *page, NEXT_PAGE_OF_ALL, |key| {
            state.document(key).map(|document| full(&sandbox, &state, &variants, document, key))
        })
    });
    match found {
        Ok(body) => wire::reply(&variants, &body),
        Err(code) => wire::refuse(&variants, &code),
    }
}

/// `POST /descargar_documentos_firmados/{n_pagina}`: signed documents only.
pub(super) async fn descargar_documentos_firmados(
    ThinData(sandbox): ThinData<Sandbox>,
    page: Path<usize>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let variants = sandbox.efirma_go().variants();
    let state = sandbox.efirma_state();
    let found = owner(&state, sent.as_ref()).and_then(|owner| {
        let filter = Filter::of_signed(&owner, &variants).ok_or(search::NO_FILTER)?;
        let hits = filter.hits(&state, &sandbox);
        Ok(listing(&sandbox, &variants, &hits, *page, NEXT_PAGE_OF_SIGNED, |key| {
            let document = state.document(key)?;
            Some(Value::Object(common(&sandbox, &variants, document)))
        }))
    });
    match found {
        Ok(body) => wire::reply(&variants, &body),
        Err(code) => wire::refuse(&variants, &code),
    }
}

/// `POST /marcar_documento_descargado`: unknown ids are ignored. Source: contract section 3.3.
pub(super) async fn marcar_documento_descargado(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let mut state = sandbox.efirma_state();
    let variants = state.variants.clone();
    let marked = owner(&state, sent.as_ref()).map(|owner| {
        let ids = owner.sent.get("id_operacion").map(ids).unwrap_or_default();
        let own = |document: &Document| {
            document.cif_cliente == owner.cif_cliente && document.cif_desarrollador == owner.cif_desarrollador
        };
        let keys: Vec<DocumentKey> = ids.iter().filter_map(|id| state.key_of(id)).collect();
        keys.into_iter().filter(|key| state.document(*key).is_some_and(own)).collect::<Vec<_>>()
    });
    match marked {
        Ok(keys) => {
            for key in keys {
                if let Some(document) = state.document_mut(key) {
                    document.fetched = true;
                }
            }
            wire::refuse(&variants, &search::DONE)
        }
        Err(code) => wire::refuse(&variants, &code),
    }
}

/// Whose documents a call may see.
struct Owner<'a> {
    sent: &'a Object,
    cif_desarrollador: String,
    cif_cliente: String,
}

fn owner<'a>(state: &State, sent: Option<&'a Object>) -> Result<Owner<'a>, Code> {
    let sent = sent.ok_or(search::NO_JSON)?;
    let developer =
        state.developer(text(sent, "private_key"), text(sent, "cif_desarrollador")).ok_or(search::PRIVATE_KEY)?;
    let client = state.client_of(developer, text(sent, "cif_cliente")).ok_or(search::CLIENT)?;
    Ok(Owner { sent, cif_desarrollador: developer.cif_desarrollador.clone(), cif_cliente: client.cif.clone() })
}

/// One or several ids; numbers count as texts.
pub(super) fn ids(value: &Value) -> Vec<String> {
    match value.as_array() {
        Some(values) => values.iter().filter_map(id).collect(),
        None => id(value).into_iter().collect(),
    }
}

fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a search asks for. A filter of a wrong type counts as not given.
struct Filter<'a> {
    owner: &'a Owner<'a>,
    ids: Option<Vec<String>>,
    key_fields: Option<&'a Map<String, Value>>,
    csv: Option<&'a str>,
    fetched: Option<bool>,
    states: Vec<Estado>,
}

impl<'a> Filter<'a> {
    fn of_all(owner: &'a Owner<'a>, variants: &Variants) -> Self {
        let sent = owner.sent;
        let wanted = sent.get("estados_documento").and_then(Value::as_object);
        let states = [("firmado", Estado::Firmado), ("anulado", Estado::Anulado), ("rechazado", Estado::Rechazado)];
        let asks = |name: &str| wanted.is_some_and(|wanted| wanted.get(name).and_then(flag) == Some(true));
        Self {
            owner,
            ids: sent.get("id_operacion").map(ids).filter(|ids| !ids.is_empty()),
            key_fields: key_fields(sent, variants),
            // The table has the one spelling, prose and example the other.
            csv: text(sent, "csv").or_else(|| text(sent, "CSV")),
            fetched: sent.get("descargado").and_then(flag),
            states: states.into_iter().filter(|(name, _)| asks(name)).map(|(_, estado)| estado).collect(),
        }
    }

    /// Needs at least one of the three filters, each in this endpoint's own form: one id as a text, `CSV` in capitals.
    fn of_signed(owner: &'a Owner<'a>, variants: &Variants) -> Option<Self> {
        let sent = owner.sent;
        let given_key_fields = sent.get("campos_clave").and_then(Value::as_object).filter(|pairs| !pairs.is_empty());
        let ids = text(sent, "id_operacion").filter(|id| !id.is_empty()).map(|id| vec![id.to_owned()]);
        let csv = text(sent, "CSV").filter(|csv| !csv.is_empty());
        if given_key_fields.is_none() && ids.is_none() && csv.is_none() {
            return None;
        }
        Some(Self {
            owner,
            ids,
            key_fields: key_fields(sent, variants),
            csv,
            fetched: None,
            states: vec![Estado::Firmado],
        })
    }

    /// The documents that match, oldest first.
    fn hits(&self, state: &State, sandbox: &Sandbox) -> Vec<DocumentKey> {
        let now = sandbox.now();
        let matches = |document: &Document| document.visible_from <= now && self.matches(document);
        match &self.ids {
            Some(ids) => {
                let mut keys: Vec<DocumentKey> = ids.iter().filter_map(|id| state.key_of(id)).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.retain(|key| state.document(*key).is_some_and(matches));
                keys
            }
            None => state.documents().filter(|(_, document)| matches(document)).map(|(key, _)| key).collect(),
        }
    }

    fn matches(&self, document: &Document) -> bool {
        let has = |key: &String, value: &Value| {
            document.key_fields.iter().any(|(own, held)| own == key && value.as_str() == Some(held))
        };
        document.cif_cliente == self.owner.cif_cliente
            && document.cif_desarrollador == self.owner.cif_desarrollador
            && self.key_fields.is_none_or(|pairs| pairs.iter().all(|(key, value)| has(key, value)))
            && self.csv.is_none_or(|csv| csv == document.csv)
            && self.fetched.is_none_or(|fetched| fetched == document.fetched)
            && (self.states.is_empty() || self.states.contains(&document.estado))
    }
}

fn key_fields<'a>(sent: &'a Object, variants: &Variants) -> Option<&'a Map<String, Value>> {
    let given = sent.get("campos_clave").and_then(Value::as_object);
    given.filter(|_| !variants.ignore_campos_clave_filter)
}

fn listing(
    sandbox: &Sandbox,
    variants: &Variants,
    hits: &[DocumentKey],
    page: usize,
    endpoint: &str,
    show: impl Fn(DocumentKey) -> Option<Value>,
) -> Value {
    let size = variants.page_size.max(1);
    let page = page.max(1);
    let before = (page - 1).saturating_mul(size);
    let listed: Vec<Value> = hits.iter().skip(before).take(size).filter_map(|key| show(*key)).collect();
    let more = hits.len() > before.saturating_add(size);
    let mut body = json!({
        "estado_operacion": search::DONE.code,
        "mensaje_operacion": search::DONE.message,
        "listado_documentos": listed,
    });
    if let Some(members) = body.as_object_mut() {
        if !variants.omit_siguiente_pagina {
            let next = if more {
                format!("{}/{}/{endpoint}/{}", sandbox.base_url(), super::VENDOR, page + 1)
            } else {
                String::new()
            };
            members.insert("siguiente_pagina".to_owned(), next.into());
        }
        // A text in the vendor's example, an integer in its table.
        members.insert("total_busqueda".to_owned(), hits.len().to_string().into());
    }
    body
}

/// What both searches show of a document.
fn common(sandbox: &Sandbox, variants: &Variants, document: &Document) -> Map<String, Value> {
    let pairs = document.key_fields.iter();
    let key_fields = if variants.campos_clave_as_object {
        Value::Object(pairs.map(|(key, value)| (key.clone(), value.clone().into())).collect())
    } else {
        // Sent as one object, given back as an array of objects. Source: contract section 9, quirk 6.
        Value::Array(pairs.map(|(key, value)| json!({ key.as_str(): value })).collect())
    };
    let mut shown = Map::new();
    shown.insert("url_documento".to_owned(), artifacts::document_url(sandbox, document).into());
    shown.insert("url_certificado".to_owned(), artifacts::certificate_url(sandbox, document).into());
    shown.insert("campos_clave".to_owned(), key_fields);
    shown.insert("CSV".to_owned(), document.csv.clone().into());
    shown.insert("id_operacion".to_owned(), document.id.clone().into());
    shown
}

fn full(sandbox: &Sandbox, state: &State, variants: &Variants, document: &Document, key: DocumentKey) -> Value {
    let recipients: Vec<Value> = document
        .seats(key)
        .map(|(_, block, recipient)| {
            recipient_with(state, document, block, recipient, true, !variants.flags_as_strings)
        })
        .collect();
    let mut shown = Map::new();
    shown.insert("estado".to_owned(), document.estado.word().into());
    shown.insert("destinatarios".to_owned(), recipients.into());
    shown.insert("nombre_documento".to_owned(), document.file_name().into());
    shown.extend(common(sandbox, variants, document));
    Value::Object(shown)
}

/// A recipient in an answer: the searches capitalise `tipo` and give numbers, the query does neither. Source: contract section 3.5.
pub(super) fn recipient_with(
    state: &State,
    document: &Document,
    block: &Block,
    recipient: &Recipient,
    capital: bool,
    numbers: bool,
) -> Value {
    let person = state.person(document, recipient);
    let shown_flag = |on: bool| {
        if numbers { Value::from(u8::from(on)) } else { Value::from(u8::from(on).to_string()) }
    };
    let acted = shown_flag(matches!(recipient.action, Some(Action::Acted(_))));
    let (kind, deed) = match (block.role, capital) {
        (Role::Firma, true) => ("Firmante", Some("firmado")),
        (Role::Firma, false) => ("firmante", Some("firmado")),
        (Role::Revision, true) => ("Revisor", Some("revisado")),
        (Role::Revision, false) => ("revisor", Some("revisado")),
        (Role::Copia, true) => ("Copia", None),
        (Role::Copia, false) => ("copia", None),
    };
    let mut shown = Map::new();
    shown.insert("nombre_apellidos".to_owned(), person.full_name().into());
    shown.insert("email".to_owned(), person.email.into());
    shown.insert("telefono".to_owned(), person.telefono.into());
    shown.insert("bloqueado".to_owned(), shown_flag(false));
    shown.insert("activo".to_owned(), shown_flag(true));
    if let Some(deed) = deed {
        shown.insert(deed.to_owned(), acted);
    }
    shown.insert("tipo".to_owned(), kind.into());
    Value::Object(shown)
}
