//! Logging in, and setting a new password. Source: contract sections 3.1, 3.5 and 3.6.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::state::State;
use super::token;
use super::variants::{LoginAnswer, Variants};
use super::wire::{
    self, LOGIN_FAILED, Object, RESET_UNKNOWN, RESET_WRONG, Refused, Reply, Success, VALIDATION_FAIL, json_answer,
};
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);

fn text<'a>(body: &'a Object, member: &str) -> Result<&'a str, Refused> {
    body.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(FAILED)
}

/// Gives a token to a user who knows the password.
pub(super) async fn user_data_login(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let state = sandbox.firma_virtual_state();
    match wire::object(body).and_then(|body| authorization(&sandbox, &state, &body)) {
        Ok(authorization) => logged_in(&state.variants, &authorization),
        Err(refused) => wire::respond(&state.variants, Err(refused)),
    }
}

fn authorization(sandbox: &Sandbox, state: &State, body: &Object) -> Result<String, Refused> {
    let (login, password) = (text(body, "login")?, text(body, "password")?);
    let mut users = state.users.iter();
    let user = users.find(|user| user.login == login && user.password == password && !user.disabled);
    let user = user.ok_or(Refused::Business(LOGIN_FAILED))?;
    Ok(format!("Bearer {}", token::issue(&state.token_key, &state.variants, user, sandbox.now())))
}

fn logged_in(variants: &Variants, authorization: &str) -> HttpResponse {
    let message = match variants.login_answer {
        LoginAnswer::Object => json!({ "Authorization": authorization }),
        LoginAnswer::Text => json!(authorization),
        LoginAnswer::TopLevel => {
            let body = json!({ "code": 200, "status": "success", "message": {}, "Authorization": authorization });
            return json_answer(variants, 200, &body);
        }
    };
    wire::respond(variants, Ok(Success::new(200, message)))
}

/// Digits of the code that is mailed for a new password.
const CODE_DIGITS: usize = 6;

/// Mails a code for a new password, or takes the new password: the body tells the two apart, unless the variants part them.
pub(super) async fn password_reset(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let mut state = sandbox.firma_virtual_state();
    let reply = wire::object(body).and_then(|body| {
        let sets = body.contains_key("password") || body.contains_key("new_password");
        if sets && !state.variants.new_password_elsewhere {
            set_password(&mut state, &body)
        } else {
            mail_code(&mut state, &body)
        }
    });
    wire::respond(&state.variants, reply)
}

/// Takes a new password where that has an address of its own.
pub(super) async fn new_password(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let mut state = sandbox.firma_virtual_state();
    if !state.variants.new_password_elsewhere {
        return HttpResponse::NotFound().finish();
    }
    let reply = wire::object(body).and_then(|body| set_password(&mut state, &body));
    wire::respond(&state.variants, reply)
}

fn mail_code(state: &mut State, body: &Object) -> Reply {
    let email = text(body, "login")?;
    let code = state.new_digits(CODE_DIGITS);
    let user = state.users.iter_mut().find(|user| user.email.eq_ignore_ascii_case(email));
    let user = user.ok_or(Refused::Business(RESET_UNKNOWN))?;
    user.reset_code = Some(code);
    let info = "Fue enviado a su email la clave temporal, la misma solo es util para ser actualizada inmediatamente ";
    Ok(Success::new(200, json!({ "info": info })))
}

fn set_password(state: &mut State, body: &Object) -> Reply {
    let (email, new) = (text(body, "login")?, text(body, "new_password")?);
    // The table says integer, the example shows a text.
    let code = match body.get("password") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.to_string(),
        Some(_) | None => return Err(FAILED),
    };
    let mut users = state.users.iter_mut();
    let user = users
        .find(|user| user.email.eq_ignore_ascii_case(email) && user.reset_code.as_ref() == Some(&code))
        .ok_or(Refused::Business(RESET_WRONG))?;
    new.clone_into(&mut user.password);
    user.reset_code = None;
    Ok(Success::new(200, json!("Password updated")))
}
