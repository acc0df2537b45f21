//! The numbered assumptions of the contract's section 8 that an answer of a real account confirms or refutes, and the
//! setting that corrects each.
//!
//! What is looked at is shapes and statuses: a transcript holds no texts of people.

use std::sync::Arc;

use serde_json::Value;

use super::endpoints::Endpoint;
use super::messages::{meaning, normalized};
use crate::provider::transcript::{Exchange, Expectation, Verdict};
use crate::shared::json;

/// Every expectation.
pub(super) fn all() -> Vec<Expectation> {
    let send = Endpoint::Send;
    vec![
        expect(Endpoint::Status, "A1", "/settings/datetime_formats", "Times are ISO 8601.", times),
        expect(send, "A2", "/settings/bit_encoding", "gerarQrCode is a number and other bits are booleans.", |e| {
            unless_refused_for(e, &["gerarqrcode", "obrigar", "usar", "anexo", "reenviarcodigo"])
        }),
        expect(send, "A3", "/settings/dados_assinatura_parent", "dadosAssinatura stands in assinarOnline.", |e| {
            if_sent(e, "dadosAssinatura", &["dadosassinatura", "inexistente"])
        }),
        expect(send, "A4", "/settings/max_total_bytes", "100 MB are 100 000 000 bytes before encoding.", |e| {
            unless_refused_for(e, &["100mb"])
        }),
        expect(Endpoint::Link, "A6", "/settings/link_send_headers", "A link needs no keys.", |e| match e.status {
            Some(200..=299) => Verdict::Met,
            Some(401 | 403) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        }),
        expect(Endpoint::Status, "A7", "/settings/status_text_map", "The status has its idStatus.", |e| {
            on_success(e, |body| json::member(body, "idStatus").is_some_and(Value::is_number))
        }),
        expect(Endpoint::Resend, "A8", "/settings/resend_validate_key", "The member is validar.", |e| {
            if_sent(e, "dadosAssinatura", &["validar", "inexistente"])
        }),
        expect(Endpoint::Subscription, "A9", "/settings/credit_item_ids", "Credit has the ids 1, 2 and 3.", |e| {
            on_success(e, |body| {
                let items = json::at(body, "/assinatura/itens").and_then(Value::as_array);
                let known = |item: &Value| {
                    json::member(item, "id").and_then(Value::as_u64).is_some_and(|id| (1..=3).contains(&id))
                };
                items.is_some_and(|items| items.iter().all(known))
            })
        }),
        expect(send, "A10", "/settings/error_message_pointers", "A refusal has its text where it is looked for.", said),
        expect(send, "A11", "/settings/rate_limit_statuses", "Too many calls are answered with 429.", |e| {
            let speaks_of_it = |words: &[&str]| words.iter().any(|word| texts(&e.body).contains(word));
            match e.status {
                Some(429) => Verdict::Met,
                Some(400..=599) if speaks_of_it(&["quota", "rate limit", "limite de requisicoes"]) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            }
        }),
        expect(send, "A12", "/settings/error_messages", "The texts of refusals are known.", |e| match e.status {
            Some(400 | 422) if texts(&e.body).is_empty() => Verdict::Silent,
            Some(400 | 422) if meaning(&texts(&e.body)).is_some() => Verdict::Met,
            Some(400 | 422) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        }),
        expect(send, "A14", "/settings/max_recipients", "As many recipients as the account says are taken.", |e| {
            unless_refused_for(
                e,
                &["quantidade de destinatarios", "limite de destinatarios", "maximo de destinatarios"],
            )
        }),
        expect(
            Endpoint::Subscription,
            "A16",
            "/settings/subscription_header",
            "The subscription key goes in the header SubscriptionKey.",
            |e| match e.status {
                Some(200..=299) => Verdict::Met,
                Some(401) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            },
        ),
        expect(Endpoint::Cancel, "A17", "/settings/cancel_body", "A cancellation has no body.", |e| match e.status {
            Some(200..=299 | 422) => Verdict::Met,
            Some(411 | 415 | 500) => Verdict::Failed,
            Some(400) if texts(&e.body).contains("parametro") => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        }),
        expect(
            Endpoint::Signers,
            "A18",
            "/settings/read_after_write_grace_s",
            "A new process can be read at once.",
            |e| match e.status {
                Some(200..=299) => Verdict::Met,
                Some(400) if texts(&e.body).contains("nao existe") => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            },
        ),
        expect(send, "A19", "/settings/phone_format", "Telephone numbers have a plus sign and the country.", |e| {
            if_sent(e, "telefone", &["telefone"])
        }),
    ]
}

fn expect(
    endpoint: Endpoint,
    assumption: &'static str,
    setting: &'static str,
    says: &'static str,
    judge: fn(&Exchange) -> Verdict,
) -> Expectation {
    Expectation { endpoint: endpoint.name(), assumption, setting, says, judge: Arc::new(judge) }
}

fn on_success(exchange: &Exchange, holds: impl Fn(&Value) -> bool) -> Verdict {
    match exchange.status {
        Some(200..=299) if holds(&exchange.body) => Verdict::Met,
        Some(200..=299) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    }
}

/// Met by a success, failed by a refusal that speaks of one of `words`.
fn unless_refused_for(exchange: &Exchange, words: &[&str]) -> Verdict {
    let told = texts(&exchange.body);
    match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(400 | 422) if words.iter().any(|word| told.contains(word)) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    }
}

/// The same, when the request carried `member` at all.
fn if_sent(exchange: &Exchange, member: &str, words: &[&str]) -> Verdict {
    if has_member(&exchange.request, member) { unless_refused_for(exchange, words) } else { Verdict::Silent }
}

fn has_member(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(known, value)| known == name || has_member(value, name)),
        Value::Array(items) => items.iter().any(|item| has_member(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether every time in the answer has the punctuation of ISO 8601 or of a Brazilian date.
fn times(exchange: &Exchange) -> Verdict {
    let told: Vec<String> = ["dataExpiracao", "dataConclusao", "dataCancelamento"]
        .into_iter()
        .filter_map(|name| json::text_of(&exchange.body, name))
        .collect();
    if told.is_empty() {
        return Verdict::Silent;
    }
    let marks = |text: &str, places: [usize; 2], mark: char| places.iter().all(|p| text.chars().nth(*p) == Some(mark));
    let known = |text: &String| marks(text, [4, 7], '-') || marks(text, [2, 5], '/');
    on_success(exchange, |_| told.iter().all(known))
}

/// Whether a refusal is a text, a list of texts, or an object with a text in a known place.
fn said(exchange: &Exchange) -> Verdict {
    let places = ["message", "mensagem", "title", "detail", "error", "errors"];
    match (exchange.status, &exchange.body) {
        (Some(400..=499), Value::Object(members)) if !members.is_empty() => {
            let known = places.iter().any(|name| json::member(&exchange.body, name).is_some());
            if known { Verdict::Met } else { Verdict::Failed }
        }
        (Some(400..=499), Value::String(_) | Value::Array(_)) => Verdict::Met,
        (_, _) => Verdict::Silent,
    }
}

/// Every text in `value`, as messages are compared.
fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => normalized(text),
        Value::Array(items) => items.iter().map(texts).collect::<Vec<_>>().join(" "),
        Value::Object(members) => members.values().map(texts).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}
