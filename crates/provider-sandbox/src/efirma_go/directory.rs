//! The signer directory and the client company. Source: contract sections 3.6 to 3.8.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::checks::Object;
use super::codes::{Code, directory};
use super::state::{Client, ClientState, Developer, Person, PersonId, State};
use super::values::{filled, is_email, text};
use super::{flow, read_json, wire};
use crate::sandbox::Sandbox;

/// `POST /api_get_firmante`: one signer by e-mail or identifier.
pub(super) async fn api_get_firmante(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let state = sandbox.efirma_state();
    match signer(&state, sent.as_ref()) {
        Ok(person) => wire::reply(
            &state.variants,
            &json!({
                "estado_operacion": directory::DONE.code,
                "mensaje_operacion": directory::DONE.message,
                "usuario": shown(&person),
            }),
        ),
        Err(code) => wire::refuse(&state.variants, &code),
    }
}

/// `POST /api_actualizar_firmante`: creates or changes a signer.
pub(super) async fn api_actualizar_firmante(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let (variants, updated) = {
        let mut state = sandbox.efirma_state();
        (state.variants.clone(), update(&mut state, sent.as_ref()))
    };
    match updated {
        Ok(updated) => {
            if let Some((cif_cliente, person)) = updated {
                flow::invite_again(&sandbox, &cif_cliente, person);
            }
            wire::refuse(&variants, &directory::DONE)
        }
        Err(code) => wire::refuse(&variants, &code),
    }
}

/// `POST /api_get_cliente`: the client company, when it exists.
pub(super) async fn api_get_cliente(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let sent = match read_json(&sandbox, &request, payload).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let state = sandbox.efirma_state();
    match company(&state, sent.as_ref()) {
        Ok(client) => wire::reply(
            &state.variants,
            &json!({
                "estado_operacion": directory::DONE.code,
                "mensaje_operacion": directory::DONE.message,
                "cliente": {
                    "cif": client.cif,
                    "nombre": client.nombre,
                    "email": client.email,
                    "direccion": client.direccion,
                    "provincia": client.provincia,
                    "poblacion": client.poblacion,
                },
            }),
        ),
        Err(code) => wire::refuse(&state.variants, &code),
    }
}

fn developer<'a, 's>(state: &'a State, sent: Option<&'s Object>) -> Result<(&'s Object, &'a Developer), Code> {
    let sent = sent.ok_or(directory::NO_JSON)?;
    let developer = state.developer(text(sent, "private_key"), text(sent, "cif_desarrollador"));
    Ok((sent, developer.ok_or(directory::PRIVATE_KEY)?))
}

fn company<'a>(state: &'a State, sent: Option<&Object>) -> Result<&'a Client, Code> {
    let (sent, developer) = developer(state, sent)?;
    let cif = filled(sent, "cif_cliente").ok_or(directory::CLIENT_ID_IN_GET_CLIENT)?;
    let client = state.clients.get(cif).ok_or(directory::NO_CLIENT)?;
    if client.cif_desarrollador == developer.cif_desarrollador { Ok(client) } else { Err(directory::CLIENT) }
}

/// The client of the two directory calls; there an unknown one is not valid.
fn client<'a, 's>(state: &'a State, sent: Option<&'s Object>) -> Result<(&'s Object, &'a Client), Code> {
    let (sent, developer) = developer(state, sent)?;
    let cif = filled(sent, "cif_cliente").ok_or(directory::CLIENT_ID)?;
    Ok((sent, state.client_of(developer, Some(cif)).ok_or(directory::CLIENT)?))
}

fn signer(state: &State, sent: Option<&Object>) -> Result<Person, Code> {
    let (sent, client) = client(state, sent)?;
    let email = filled(sent, "email_firmante");
    let identifier = filled(sent, "identificador_firmante");
    let known = state.directories.get(&client.cif);
    let found = match (email, identifier) {
        (Some(email), _) if !is_email(email) => return Err(directory::EMAIL_FORMAT),
        (Some(email), _) => known.and_then(|known| known.get(known.find(email)?)),
        (None, Some(identifier)) => known.and_then(|known| known.with_identifier(identifier)),
        (None, None) => return Err(directory::NO_KEY),
    };
    found.cloned().ok_or(directory::NO_SIGNER)
}

/// Top-level domain that can hold no mailbox (RFC 2606); the simulator's stand-in for the vendor's classification of addresses.
const NO_MAILBOX: &str = ".invalid";

/// Creates or changes the person; gives back whom to invite again because the address changed.
fn update(state: &mut State, sent: Option<&Object>) -> Result<Option<(String, PersonId)>, Code> {
    let (sent, client) = client(state, sent)?;
    if client.state == ClientState::Closed {
        return Err(directory::CLIENT_CLOSED);
    }
    let cif_cliente = client.cif.clone();
    let empty = Object::new();
    let usuario = sent.get("usuario").and_then(Value::as_object).unwrap_or(&empty);
    let current = filled(sent, "email_firmante").ok_or(directory::NO_EMAIL)?;
    let wanted = filled(usuario, "email").ok_or(directory::NO_EMAIL)?;
    if !is_email(current) || !is_email(wanted) {
        return Err(directory::EMAIL_FORMAT);
    }
    let nombre = filled(usuario, "nombre").ok_or(directory::NO_NAME)?;
    let persons = state.directory(&cif_cliente);
    let known = persons.find(current);
    let holder = persons.find(wanted);
    if holder.is_some() && holder != known {
        return Err(directory::EMAIL_EXISTS);
    }
    if wanted.to_lowercase().ends_with(NO_MAILBOX) {
        return Err(directory::EMAIL_INVALID);
    }
    let change = |person: &mut Person| {
        nombre.clone_into(&mut person.nombre);
        wanted.clone_into(&mut person.email);
        for (name, held) in [
            ("apellido1", &mut person.apellido1),
            ("apellido2", &mut person.apellido2),
            ("telefono", &mut person.telefono),
        ] {
            if let Some(given) = text(usuario, name) {
                given.clone_into(held);
            }
        }
        for (name, held) in [
            ("terminal_web", &mut person.terminal_web),
            ("terminal_personal", &mut person.terminal_personal),
            ("terminal_corporativo", &mut person.terminal_corporativo),
        ] {
            match text(usuario, name) {
                Some("Si") => *held = true,
                Some("No") => *held = false,
                Some(_) | None => {}
            }
        }
    };
    let Some(known) = known else {
        let mut person = Person { terminal_web: true, terminal_personal: true, ..Person::default() };
        change(&mut person);
        persons.add(person);
        return Ok(None);
    };
    persons.change(known, change);
    let moved = !current.eq_ignore_ascii_case(wanted);
    Ok(moved.then_some((cif_cliente, known)))
}

fn shown(person: &Person) -> Value {
    let si_no = |on: bool| if on { "Si" } else { "No" };
    json!({
        "nombre": person.nombre,
        "apellido1": person.apellido1,
        "apellido2": person.apellido2,
        "email": person.email,
        "telefono": person.telefono,
        "terminal_corporativo": si_no(person.terminal_corporativo),
        "terminal_web": si_no(person.terminal_web),
        "terminal_personal": si_no(person.terminal_personal),
    })
}
