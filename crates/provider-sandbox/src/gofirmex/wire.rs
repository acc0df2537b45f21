//! The service's own answers: success with the promised id, failures with message, detail and code. Source: contract section 2.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::config::{DetailShape, Variants};
use super::pointers::{first, put, sibling};
use super::state::State;

/// A faulty member of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldFault {
    /// Path of the member, for example `signers[0].nin`.
    pub(super) field: String,
    /// For people.
    pub(super) message: String,
}

/// A refusal of the service.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    faults: Vec<FieldFault>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, faults: Vec::new() }
    }

    /// Faulty members, all together.
    pub(super) fn invalid(faults: Vec<FieldFault>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The request is not valid");
        Self { faults, ..refusal }
    }

    /// One faulty member.
    pub(super) fn invalid_field(field: &str, message: &str) -> Self {
        Self::invalid(vec![FieldFault { field: field.to_owned(), message: message.to_owned() }])
    }

    pub(super) fn not_an_object() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The body is not a JSON object")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", "The user does not belong to this account")
    }

    pub(super) fn no_credit() -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, "INSUFFICIENT_CREDIT", "The account has no credit left")
    }

    pub(super) fn unknown_portfolio() -> Self {
        Self::new(StatusCode::NOT_FOUND, "PORTFOLIO_NOT_FOUND", "The portfolio does not exist")
    }

    pub(super) fn unknown_signer() -> Self {
        Self::new(StatusCode::NOT_FOUND, "SIGNER_NOT_FOUND", "The portfolio has no such signer")
    }

    pub(super) fn unknown_document_type() -> Self {
        Self::new(StatusCode::NOT_FOUND, "DOCUMENT_TYPE_NOT_FOUND", "The document type does not exist")
    }

    pub(super) fn already_started() -> Self {
        Self::new(StatusCode::CONFLICT, "PORTFOLIO_ALREADY_STARTED", "The portfolio was started before")
    }

    pub(super) fn duplicate_client_id() -> Self {
        let message = "The client_portfolio_id is in use";
        Self::new(StatusCode::CONFLICT, "DUPLICATE_CLIENT_PORTFOLIO_ID", message)
    }

    pub(super) fn incomplete(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "PORTFOLIO_INCOMPLETE", message)
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "DOCUMENT_TOO_LARGE", "The document is too large")
    }

    pub(super) fn unsupported_format() -> Self {
        let message = "The document does not have a supported format";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_FORMAT", message)
    }

    /// The portfolio has ended. The code is this simulator's own: the contract has none for it.
    pub(super) fn finished() -> Self {
        Self::new(StatusCode::CONFLICT, "PORTFOLIO_FINISHED", "The portfolio has ended")
    }

    /// There is nobody to remind. The code is this simulator's own: the contract has none for it.
    pub(super) fn not_pending() -> Self {
        Self::new(StatusCode::CONFLICT, "SIGNER_NOT_PENDING", "The signer is not waiting for a notification")
    }

    pub(super) fn into_response(self, state: &State) -> HttpResponse {
        let (variants, pointers) = (&state.variants, &state.profile.response);
        let mut body = Value::Null;
        put(&mut body, first(&pointers.success), false.into());
        put(&mut body, first(&pointers.message), self.message.into());
        if !self.faults.is_empty() {
            put(&mut body, first(&pointers.detail), detail(&self.faults, variants.detail));
        }
        if !variants.omit_codes {
            let word = variants.renamed_codes.get(self.code).map_or(self.code, String::as_str);
            put(&mut body, first(&pointers.code), word.into());
        }
        let status = if variants.failures_as_200 { StatusCode::OK } else { self.status };
        HttpResponse::build(status).json(body)
    }
}

fn detail(faults: &[FieldFault], shape: DetailShape) -> Value {
    match shape {
        DetailShape::Array => {
            faults.iter().map(|fault| json!({ "field": fault.field, "message": fault.message })).collect()
        }
        DetailShape::Object => {
            let members = faults.iter().map(|fault| (fault.field.clone(), Value::from(fault.message.clone())));
            Value::Object(members.collect::<Map<_, _>>())
        }
        DetailShape::Text => {
            let sentences: Vec<String> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
            sentences.join("; ").into()
        }
    }
}

/// A success with a message; more is put in by the caller.
pub(super) fn success(state: &State, message: &str) -> Value {
    let pointers = &state.profile.response;
    let mut body = Value::Null;
    put(&mut body, first(&pointers.success), true.into());
    if !state.variants.bare_answers {
        put(&mut body, first(&pointers.message), message.into());
    }
    body
}

/// What a creating call answers: the new id at its pointer, and beside it what else is told.
pub(super) fn created(
    state: &State,
    message: &str,
    id_pointers: &[String],
    id: &str,
    beside: &[(&str, Value)],
) -> HttpResponse {
    let mut body = success(state, message);
    let pointer = first(id_pointers);
    put(&mut body, pointer, id.into());
    if !state.variants.bare_answers {
        for (name, value) in beside {
            put(&mut body, &sibling(pointer, name), value.clone());
        }
    }
    HttpResponse::build(created_status(&state.variants)).json(body)
}

fn created_status(variants: &Variants) -> StatusCode {
    if variants.created_as_201 { StatusCode::CREATED } else { StatusCode::OK }
}
