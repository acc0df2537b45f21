//! The vendor's own operations: each is one call and the reading of its answer. Source: contract sections 3.2 to 3.8.

use std::collections::BTreeMap;

use domain::finding::Finding;
use domain::outcome::{Doubt, Outcome};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::GoAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::codes::Endpoint;
use super::directory::{client, client_facts};
use super::wire::received::{self, Text};
use super::wire::sent;
use crate::call::Call;
use crate::provider::Unbuildable;
use crate::reply::Reply;

impl GoAccount {
    /// The call of the operation `name`.
    pub(super) fn operation_call(&self, name: &str, input: &Value) -> Result<Call, Unbuildable> {
        let settings = &self.checked.settings;
        match name {
            "search_documents" => {
                let input: Search = read(input)?;
                let page = self.page(input.page.unwrap_or_default());
                self.call(
                    Endpoint::SearchDocuments,
                    Some(page),
                    input.filter(&settings.csv_filter_key.descargar_documentos),
                )
            }
            "search_signed_documents" => {
                let input: SearchSigned = read(input)?;
                let page = self.page(input.page.unwrap_or_default());
                let key = &settings.csv_filter_key.descargar_documentos_firmados;
                self.call(Endpoint::SearchSigned, Some(page), input.filter(key))
            }
            "query_documents" => {
                let input: Query = read(input)?;
                let members = json!({
                    "id_operacion": input.operation_ids,
                    "enviar_url_respuesta": settings.boolean_style.write(input.redeliver),
                });
                self.call(Endpoint::QueryDocument, None, members)
            }
            "mark_documents_downloaded" => {
                let input: Mark = read(input)?;
                self.call(Endpoint::MarkDownloaded, None, json!({ "id_operacion": input.operation_ids }))
            }
            "get_signer" => {
                let input: GetSigner = read(input)?;
                let members = [("email_firmante", input.email), ("identificador_firmante", input.identifier)];
                self.call(Endpoint::GetSigner, None, object(members.map(|(name, text)| (name, text.map(Value::from)))))
            }
            "upsert_signer" => {
                let input: UpsertSigner = read(input)?;
                self.call(Endpoint::UpsertSigner, None, input.members())
            }
            "get_client" => self.call(Endpoint::GetClient, None, Value::Null),
            _ => Err(Unbuildable::Defect("efirma GO has no such operation.".to_owned())),
        }
    }

    /// The result of the operation `name`.
    pub(super) fn operation_result(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        let result = match name {
            "search_documents" => self.found(Endpoint::SearchDocuments, reply),
            "search_signed_documents" => self.found(Endpoint::SearchSigned, reply),
            "query_documents" => self.queried(reply),
            "mark_documents_downloaded" => {
                self.accepted(Endpoint::MarkDownloaded, reply, Scope::Operation).map(|_| json!({}))
            }
            "get_signer" => self
                .accepted(Endpoint::GetSigner, reply, Scope::Operation)
                .map(|answer| json!({ "signer": signer(&answer).unwrap_or_else(|| json!({ "terminals": {} })) })),
            "upsert_signer" => self
                .accepted(Endpoint::UpsertSigner, reply, Scope::Operation)
                .map(|answer| object([("signer", signer(&answer))])),
            "get_client" => self
                .accepted(Endpoint::GetClient, reply, Scope::Operation)
                .map(|answer| json!({ "client": client_facts(&client(&answer)) })),
            _ => Err(Failure::Unknown(Doubt::new("efirma GO has no such operation."))),
        };
        result.map_or_else(Failure::outcome, Outcome::Done)
    }

    fn found(&self, endpoint: Endpoint, reply: &Reply) -> Result<Value, Failure> {
        let page = self.page_of(endpoint, reply, Scope::Operation)?;
        let documents: Vec<Value> = page.listado_documentos.0.iter().map(document).collect();
        Ok(json!({
            "documents": documents,
            // Which page was asked for is not known here; the vendor's own number is.
            "next_page": page.next_after(self.checked.settings.first_page).page(),
            "total": page.total_busqueda.0.parse::<u64>().ok(),
        }))
    }

    /// 3.5 answers with an array, or with one object; its words for states are codes. Source: contract section 3.5.
    fn queried(&self, reply: &Reply) -> Result<Value, Failure> {
        let unreadable = || self.no_verdict(Endpoint::QueryDocument, reply, Scope::Operation);
        let answer = received::parse(reply.bytes()).ok_or_else(unreadable)?;
        if let Some(code) = refusal_of_all(&answer) {
            let message = received::message(&answer);
            return Err(self.failure(Endpoint::QueryDocument, &code, &message, reply.retry_after, Scope::Operation));
        }
        let elements: received::List<received::Queried> = serde_json::from_value(answer).map_err(|_| unreadable())?;
        let has_no_word = elements.0.iter().all(|element| element.estado_operacion.given().is_none());
        if has_no_word && !(elements.0.is_empty() && reply.is_success()) {
            return Err(unreadable());
        }
        // The credentials are the same for all ids, so their refusal is one of the whole call.
        let denied =
            elements.0.iter().map(|e| received::padded(&e.estado_operacion.0)).find(|c| c == "0002" || c == "0003");
        if let Some(code) = denied {
            return Err(self.failure(Endpoint::QueryDocument, &code, "", reply.retry_after, Scope::Operation));
        }
        Ok(json!({ "documents": elements.0.iter().map(queried).collect::<Vec<_>>() }))
    }
}

/// The code of an object that is about the call and not about a document.
fn refusal_of_all(answer: &Value) -> Option<String> {
    let code = received::code(answer)?;
    let is_about_one = answer.get("id_operacion").map(Text::from).unwrap_or_default().given().is_some();
    (query_state(&code) == Some("not_found") || query_state(&code).is_none()).then_some(code).filter(|_| !is_about_one)
}

/// Source: contract section 3.5; `OK` and `KO` are states here, not verdicts.
fn query_state(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "ok" => "signed",
        "ko" => "in_process",
        "anulado" => "canceled",
        "rechazado" => "declined",
        "0001" => "not_found",
        _ => return None,
    })
}

fn queried(element: &received::Queried) -> Value {
    let word = received::padded(&element.estado_operacion.0);
    let mut told = json!({
        "operation_id": element.id_operacion.0,
        "state": query_state(&word),
        "status": word,
        "recipients": element.destinatarios.0.iter().map(recipient).collect::<Vec<_>>(),
    });
    put(&mut told, "document_url", &element.url_documento_firmado);
    told
}

fn document(document: &received::Document) -> Value {
    let mut told = json!({ "operation_id": document.id_operacion.0, "key_fields": document.campos_clave.0 });
    put(&mut told, "status", &document.estado);
    put(&mut told, "name", &document.nombre_documento);
    put(&mut told, "document_url", &document.url_documento);
    put(&mut told, "certificate_url", &document.url_certificado);
    put(&mut told, "verification_code", &document.csv);
    if let (Some(members), false) = (told.as_object_mut(), document.destinatarios.0.is_empty()) {
        members.insert("recipients".to_owned(), document.destinatarios.0.iter().map(recipient).collect());
    }
    told
}

fn recipient(recipient: &received::Recipient) -> Value {
    let mut told = json!({
        "acted": recipient.has_acted(),
        "blocked": recipient.bloqueado.0,
        "active": recipient.activo.0,
    });
    put(&mut told, "name", &recipient.nombre_apellidos);
    put(&mut told, "email", &recipient.email);
    put(&mut told, "phone", &recipient.telefono);
    put(&mut told, "type", &recipient.tipo);
    told
}

fn signer(answer: &Value) -> Option<Value> {
    let signer: received::Signer = serde_json::from_value(answer.get("usuario")?.clone()).ok()?;
    let terminals = object([
        ("web", signer.terminal_web.0.map(Value::from)),
        ("personal", signer.terminal_personal.0.map(Value::from)),
        ("corporate", signer.terminal_corporativo.0.map(Value::from)),
    ]);
    let mut told = json!({ "terminals": terminals });
    put(&mut told, "given_name", &signer.nombre);
    put(&mut told, "family_name", &signer.apellido1);
    put(&mut told, "second_family_name", &signer.apellido2);
    put(&mut told, "email", &signer.email);
    put(&mut told, "phone", &signer.telefono);
    Some(told)
}

fn put(told: &mut Value, name: &str, text: &Text) {
    if let (Some(members), Some(text)) = (told.as_object_mut(), text.given()) {
        members.insert(name.to_owned(), json!(text));
    }
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    Value::Object(
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>(),
    )
}

fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Unbuildable> {
    serde_json::from_value(input.clone()).map_err(|_| {
        Unbuildable::Refused(vec![Finding::error("invalid", "", "The input does not satisfy the operation's schema.")])
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    page: Option<u32>,
    key_fields: Option<BTreeMap<String, String>>,
    operation_ids: Option<Vec<String>>,
    verification_code: Option<String>,
    downloaded: Option<bool>,
    #[serde(default)]
    states: Vec<DocumentFilter>,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum DocumentFilter {
    Signed,
    Canceled,
    Declined,
}

impl Search {
    fn filter(self, csv_key: &str) -> Value {
        let states = (!self.states.is_empty()).then(|| {
            let asked = |state| u8::from(self.states.contains(&state));
            json!({
                "firmado": asked(DocumentFilter::Signed),
                "anulado": asked(DocumentFilter::Canceled),
                "rechazado": asked(DocumentFilter::Declined),
            })
        });
        object([
            ("campos_clave", self.key_fields.map(|fields| json!(fields))),
            ("id_operacion", self.operation_ids.map(|ids| json!(ids))),
            (csv_key, self.verification_code.map(Value::from)),
            ("descargado", self.downloaded.map(|yes| json!(u8::from(yes)))),
            ("estados_documento", states),
        ])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchSigned {
    page: Option<u32>,
    key_fields: Option<BTreeMap<String, String>>,
    operation_id: Option<String>,
    verification_code: Option<String>,
}

impl SearchSigned {
    fn filter(self, csv_key: &str) -> Value {
        object([
            ("campos_clave", self.key_fields.map(|fields| json!(fields))),
            ("id_operacion", self.operation_id.map(Value::from)),
            (csv_key, self.verification_code.map(Value::from)),
        ])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    operation_ids: Vec<String>,
    #[serde(default)]
    redeliver: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    operation_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GetSigner {
    email: Option<String>,
    identifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpsertSigner {
    email: String,
    signer: Person,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    given_name: String,
    family_name: Option<String>,
    second_family_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    terminals: PersonTerminals,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct PersonTerminals {
    web: Option<bool>,
    personal: Option<bool>,
    corporate: Option<bool>,
}

impl UpsertSigner {
    fn members(&self) -> Value {
        // Here, and only here, the vendor writes its booleans with a capital. Source: contract section 2.3.
        let word = |yes: Option<bool>| yes.map(|yes| if yes { "Si" } else { "No" });
        let person = &self.signer;
        let usuario = sent::Signer {
            nombre: &person.given_name,
            apellido1: person.family_name.as_deref(),
            apellido2: person.second_family_name.as_deref(),
            email: person.email.as_deref().unwrap_or(&self.email),
            telefono: person.phone.as_deref(),
            terminal_web: word(person.terminals.web),
            terminal_personal: word(person.terminals.personal),
            terminal_corporativo: word(person.terminals.corporate),
        };
        json!({ "email_firmante": self.email, "usuario": usuario })
    }
}
