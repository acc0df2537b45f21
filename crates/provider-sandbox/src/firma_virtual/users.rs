//! Reading, making and changing users. Source: contract sections 3.2 to 3.4.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::access;
use super::checks;
use super::config::{PartyType, User};
use super::state::State;
use super::wire::{
    self, EMAIL_EXISTS, LOGIN_EXISTS, LOGIN_INVALID, Object, Refused, Reply, Success, USER_NOT_FOUND, VALIDATION_FAIL,
};
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);
const UNKNOWN: Refused = Refused::Business(USER_NOT_FOUND);

/// What stands in place of a password's hash where it is not shown.
const SECRET: &str = "!--SECRET--!";

fn shown(user: &User, password: &str) -> Value {
    json!({
        "iUserID": user.id,
        "iProfileID": user.profile,
        "sRUT": user.rut,
        "sEmail": user.email,
        "sPhone": user.phone,
        "sFirstName": user.first_name,
        "sLastName": user.last_name,
        "sLogin": user.login,
        "sPassword": password,
        "sStatus": if user.disabled { "DISABLE" } else { "ENABLE" },
        "sComments": user.comments,
        "sUserType": user.user_type.word(),
    })
}

/// The answer of the reading call, which carries the hash of the password.
fn with_hash(user: &User) -> Success {
    let hash = hex::encode(digest(&SHA256, user.password.as_bytes()));
    Success::new(200, shown(user, &hash))
}

/// The user of a path when it is the caller.
fn own<'a>(state: &'a State, caller: u32, id: &str) -> Result<&'a User, Refused> {
    let id: u32 = id.parse().map_err(|_| UNKNOWN)?;
    if id == caller { state.user(id).ok_or(UNKNOWN) } else { Err(UNKNOWN) }
}

/// Shows a user to itself.
pub(super) async fn get_all_user(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    let reply =
        access::caller(&state, &request, sandbox.now()).and_then(|caller| Ok(with_hash(own(&state, caller, &id)?)));
    wire::respond(&state.variants, reply)
}

/// Makes a user. Nobody has to be logged in for it.
pub(super) async fn create_user_app(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let mut state = sandbox.firma_virtual_state();
    let reply = wire::object(body).and_then(|body| create(&mut state, &body));
    wire::respond(&state.variants, reply)
}

const MEMBERS: [&str; 10] = [
    "iProfileID",
    "sRUT",
    "sFirstName",
    "sLastName",
    "sEmail",
    "sPhone",
    "sLogin",
    "sPassword",
    "sComments",
    "sUserType",
];

fn create(state: &mut State, body: &Object) -> Reply {
    if state.variants.reject_unknown && checks::has_unknown(body, &MEMBERS) {
        return Err(FAILED);
    }
    let text = |member| checks::text(body, member).map(str::to_owned).ok_or(FAILED);
    let user = User {
        id: state.users.iter().map(|user| user.id).max().unwrap_or(0) + 1,
        login: text("sLogin")?,
        password: text("sPassword")?,
        email: text("sEmail")?,
        rut: text("sRUT")?,
        first_name: text("sFirstName")?,
        last_name: text("sLastName")?,
        phone: text("sPhone")?,
        user_type: checks::text(body, "sUserType").and_then(PartyType::named).ok_or(FAILED)?,
        profile: body.get("iProfileID").and_then(Value::as_i64).ok_or(FAILED)?,
        comments: body.get("sComments").map_or(Some(""), Value::as_str).ok_or(FAILED)?.to_owned(),
        disabled: false,
        reset_code: None,
    };
    if !checks::is_email(&user.email) || !checks::is_rut(&state.variants, &user.rut) {
        return Err(FAILED);
    }
    if !is_login(&user.login) || !(6..=16).contains(&user.password.chars().count()) {
        return Err(Refused::Business(LOGIN_INVALID));
    }
    if state.users.iter().any(|known| known.email.eq_ignore_ascii_case(&user.email)) {
        return Err(Refused::Business(EMAIL_EXISTS));
    }
    if state.users.iter().any(|known| known.login == user.login) {
        return Err(Refused::Business(LOGIN_EXISTS));
    }
    let answer = Success::new(201, shown(&user, SECRET));
    state.users.push(user);
    Ok(answer)
}

fn is_login(login: &str) -> bool {
    (6..=16).contains(&login.len()) && login.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Changes a user's names and telephone number; other members have no effect.
pub(super) async fn update_user_app(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let mut state = sandbox.firma_virtual_state();
    let reply =
        access::caller(&state, &request, sandbox.now()).and_then(|caller| update(&mut state, caller, &id, body));
    wire::respond(&state.variants, reply)
}

fn update(state: &mut State, caller: u32, id: &str, body: Option<Object>) -> Reply {
    own(state, caller, id)?;
    let body = wire::object(body)?;
    let changed = |member| match body.get(member) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(FAILED),
    };
    let (first, last, phone) = (changed("sFirstName")?, changed("sLastName")?, changed("sPhone")?);
    if state.variants.reject_unknown && checks::has_unknown(&body, &["sFirstName", "sLastName", "sPhone"]) {
        return Err(FAILED);
    }
    let user = state.user_mut(caller).ok_or(UNKNOWN)?;
    for (place, value) in [(&mut user.first_name, first), (&mut user.last_name, last), (&mut user.phone, phone)] {
        if let Some(value) = value {
            *place = value;
        }
    }
    Ok(with_hash(user))
}
