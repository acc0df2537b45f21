//! `POST /enviar_documento`: one PDF to its recipients. Source: contract section 3.1.

use actix_web::http::StatusCode;
use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::checks::{self, FileFacts, Object};
use super::codes::send;
use super::flow;
use super::state::{
    Block, Client, ClientState, Document, DocumentKey, Estado, Person, PersonId, Position, Recipient, Role, State,
    default_tariff,
};
use super::values::{flag_or, integer, si_no_or, text};
use super::wire;
use crate::clock::later;
use crate::endpoint::{self, plain};
use crate::form::{self, Form, FormError, FormLimits};
use crate::ledger::{Notice, NoticeKind};
use crate::pdf_facts;
use crate::sandbox::Sandbox;

/// Checks the request and starts the document's way through its recipients.
pub(super) async fn enviar_documento(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let variants = sandbox.efirma_go().variants();
    let limits = FormLimits { file_bytes: variants.max_document_bytes, keep_files: !sandbox.config().null_sink };
    let form = match form::read(&request, payload, limits).await {
        Ok(form) => form,
        Err(FormError::TooLarge) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large"),
        Err(FormError::Unreadable(_)) => return plain(StatusCode::BAD_REQUEST, "400 Bad Request"),
    };
    endpoint::received(&request, &form);
    let facts = examine(&sandbox, &form, variants.lenient_pdf_header).await;
    let sent = wire::json_of(&form);
    let lag = TimeDelta::seconds(i64::try_from(endpoint::lookup_lag_s(&request)).unwrap_or(i64::MAX / 1000));

    let accepted = {
        let mut state = sandbox.efirma_state();
        match (checks::check(&state, sent.as_ref(), &facts), &sent) {
            (Ok(()), Some(sent)) => Ok(accept(&mut state, &sandbox, sent, &form, lag)),
            (Ok(()), None) => Err(send::NO_JSON),
            (Err(code), _) => Err(code),
        }
    };
    match accepted {
        Ok((key, id)) => {
            flow::begin(&sandbox, key).await;
            wire::reply(
                &variants,
                &json!({
                    "id_operacion": id,
                    "estado_operacion": send::CREATED.code,
                    "mensaje_operacion": send::CREATED.message,
                }),
            )
        }
        Err(code) if code == send::INACTIVE && variants.http_500_when_inactive => {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error")
        }
        Err(code) => wire::refuse(&variants, &code),
    }
}

async fn examine(sandbox: &Sandbox, form: &Form, lenient_header: bool) -> FileFacts {
    let Some(file) = form.file("archivo").filter(|file| file.record.size > 0) else {
        return FileFacts::Missing;
    };
    if sandbox.config().null_sink {
        return FileFacts::Unexamined;
    }
    let bytes = file.bytes.clone();
    let examined = tokio::task::spawn_blocking(move || pdf_facts::pages(&bytes, lenient_header)).await;
    // Reading hostile bytes must not take the vendor down: what makes the reader fail is a damaged file.
    FileFacts::Examined(examined.unwrap_or(Err(pdf_facts::PdfFault::Damaged)))
}

/// Files the document of a checked request, with its client and recipients where they are new.
fn accept(state: &mut State, sandbox: &Sandbox, sent: &Object, form: &Form, lag: TimeDelta) -> (DocumentKey, String) {
    let now = sandbox.now();
    let own = |name: &str| text(sent, name).unwrap_or_default().to_owned();
    let cif_cliente = own("cif_cliente");
    ensure_client(state, sent, &cif_cliente);
    let id = state.new_id();
    let welcome = flag_or(sent, "enviar_bienvenida", false);
    let mut blocks = Vec::new();
    for block in objects(sent, "bloques") {
        let mut recipients = Vec::new();
        for recipient in objects(block, "destinatarios") {
            let (person, is_new) = ensure_person(state, &cif_cliente, recipient);
            if is_new && welcome {
                sandbox.notify(Notice {
                    at: now,
                    vendor: super::VENDOR.to_owned(),
                    kind: NoticeKind::Welcome,
                    recipient: text(recipient, "email_destinatario").unwrap_or_default().to_owned(),
                    reference: id.clone(),
                });
            }
            recipients.push(seat_of(state, person, recipient));
        }
        blocks.push(block_of(block, recipients));
    }
    let file = form.file("archivo");
    let document = Document {
        csv: state.new_csv(),
        artifact: state.new_token(),
        cif_desarrollador: own("cif_desarrollador"),
        cif_cliente,
        name: document_name(sent, form),
        message: own("mensaje_general"),
        advanced: text(sent, "tipo_seguridad") == Some("avanzada"),
        key_fields: key_fields(sent),
        callback: flag_or(sent, "enviar_url_respuesta", true),
        reminder_days: sent.get("notificar_cada").and_then(integer).unwrap_or(-1),
        original: file.map_or_else(Bytes::new, |file| file.bytes.clone()),
        sha256: file.map_or_else(String::new, |file| file.record.sha256.clone()),
        blocks,
        estado: Estado::EnProceso,
        sealing: false,
        sealed: None,
        fetched: false,
        created_at: now,
        visible_from: later(now, lag),
        id: id.clone(),
    };
    (state.insert(document), id)
}

fn objects<'a>(object: &'a Object, name: &str) -> impl Iterator<Item = &'a Object> {
    object.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn document_name(sent: &Object, form: &Form) -> String {
    let filename = || form.file("archivo").and_then(|file| file.record.filename.clone());
    let named = text(sent, "nombre_documento").filter(|name| !name.trim().is_empty()).map(str::to_owned);
    named.or_else(filename).unwrap_or_else(|| "documento".to_owned())
}

fn key_fields(sent: &Object) -> Vec<(String, String)> {
    let pairs = sent.get("campos_clave").and_then(Value::as_object).into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Unknown clients are made by their first document. Source: contract section 9, quirk 15.
fn ensure_client(state: &mut State, sent: &Object, cif: &str) {
    if state.clients.contains_key(cif) {
        return;
    }
    let own = |name: &str| text(sent, name).unwrap_or_default().to_owned();
    let client = Client {
        cif_desarrollador: own("cif_desarrollador"),
        cif: cif.to_owned(),
        nombre: own("nombre_cliente"),
        email: own("email_cliente"),
        direccion: own("direccion_cliente"),
        provincia: own("provincia_cliente"),
        poblacion: own("poblacion_cliente"),
        tarifa: text(sent, "tarifa_cliente").map_or_else(default_tariff, str::to_owned),
        state: ClientState::Active,
    };
    state.clients.insert(cif.to_owned(), client);
}

/// The person of the directory, made when the e-mail is new. A known person keeps its name: the directory wins over the document, because a change
/// of the directory is meant to show in every document. An unknown phone or identifier is filled in.
fn ensure_person(state: &mut State, cif_cliente: &str, recipient: &Object) -> (PersonId, bool) {
    let own = |name: &str| text(recipient, name).unwrap_or_default().to_owned();
    let identifier = text(recipient, "identificador_destinatario").map(str::to_owned);
    let phone = own("telefono_destinatario");
    let directory = state.directory(cif_cliente);
    if let Some(known) = directory.find(&own("email_destinatario")) {
        directory.change(known, |person| {
            if person.telefono.is_empty() {
                person.telefono = phone;
            }
            if person.identificador.is_none() {
                person.identificador = identifier;
            }
        });
        return (known, false);
    }
    let person = Person {
        nombre: own("nombre_destinatario"),
        apellido1: own("apellido1_destinatario"),
        apellido2: own("apellido2_destinatario"),
        email: own("email_destinatario"),
        identificador: identifier,
        telefono: phone,
        terminal_web: flag_or(recipient, "terminal_web", true),
        terminal_personal: flag_or(recipient, "terminal_personal", true),
        terminal_corporativo: flag_or(recipient, "terminal_corporativo", false),
    };
    (directory.add(person), true)
}

fn seat_of(state: &mut State, person: PersonId, recipient: &Object) -> Recipient {
    let positions = objects(recipient, "firma_multiple").filter_map(|position| {
        let number = |name: &str| position.get(name).and_then(integer);
        Some(Position {
            pagina: number("pagina")?,
            coordenada_x: number("coordenada_x")?,
            coordenada_y: number("coordenada_y")?,
        })
    });
    let asks_code = flag_or(recipient, "verificacion_identidad_codigo_activo", false);
    Recipient {
        person,
        token: state.new_token(),
        otp: state.new_otp(),
        access_code: text(recipient, "codigo_verificacion_identidad").filter(|_| asks_code).map(str::to_owned),
        private_message: text(recipient, "mensaje_privado").unwrap_or_default().to_owned(),
        notify: si_no_or(recipient, "enviar_notificacion", true),
        positions: positions.collect(),
        invited: false,
        action: None,
    }
}

fn block_of(block: &Object, recipients: Vec<Recipient>) -> Block {
    let number = |name: &str| block.get(name).and_then(integer).unwrap_or(1);
    Block {
        name: text(block, "nombre_bloque").unwrap_or_default().to_owned(),
        role: match text(block, "tipo_bloque") {
            Some("revision") => Role::Revision,
            Some("copia") => Role::Copia,
            Some(_) | None => Role::Firma,
        },
        minimum: usize::try_from(number("minimo")).unwrap_or(1),
        order: number("orden"),
        recipients,
    }
}
