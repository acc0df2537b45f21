//! The contract's numbered assumptions that an answer can confirm or refute, each with the setting that corrects it.
//! Those about callbacks, words of states and people cannot be told from an answer's shape. Source: contract section 11.2.

use std::sync::Arc;

use serde_json::Value;

use super::endpoint::Endpoint;
use super::profile::Profile;
use crate::provider::transcript::{Exchange, Expectation, Verdict};
use crate::shared::json;

/// Every expectation.
pub(super) fn all(profile: &Profile) -> Vec<Expectation> {
    let response = &profile.response;
    let present = |endpoint: Endpoint, setting, says, pointers: &[String]| {
        Expectation::present(endpoint.name(), "G3", setting, says, pointers.to_vec())
    };
    let mut all = vec![
        present(
            Endpoint::CreatePortfolio,
            "/settings/profile/response/portfolio_id",
            "A new portfolio's id is told.",
            &response.portfolio_id,
        ),
        present(
            Endpoint::AddDocument,
            "/settings/profile/response/document_id",
            "A document's id is told.",
            &response.document_id,
        ),
        present(
            Endpoint::AddIdentityDocument,
            "/settings/profile/response/document_id",
            "An identity document's id is told.",
            &response.document_id,
        ),
        present(
            Endpoint::Start,
            "/settings/profile/response/success",
            "The answer to a start says whether it was carried out.",
            &response.success,
        ),
    ];
    for endpoint in [Endpoint::CreatePortfolio, Endpoint::AddDocument, Endpoint::AddIdentityDocument, Endpoint::Start] {
        all.extend(of_every(endpoint, profile));
    }
    all.extend(of_documents(profile));
    all.extend(of_optional(profile));
    all.push(start_twice(profile));
    all.push(probe(profile));
    all.push(download());
    all
}

/// What holds for each call: its path, its token, the shape of its failures.
fn of_every(endpoint: Endpoint, profile: &Profile) -> Vec<Expectation> {
    let success = profile.response.success.clone();
    let route = move |exchange: &Exchange| match exchange.status {
        Some(404) if !has(&exchange.body, &success) => Verdict::Failed,
        Some(_) => Verdict::Met,
        None => Verdict::Silent,
    };
    let token = |exchange: &Exchange| match exchange.status {
        Some(401) if ["exp", "iat", "nbf"].iter().any(|claim| json::member(&exchange.body, claim).is_some()) => {
            Verdict::Failed
        }
        Some(200..=299) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    let [message, detail, code] = [&profile.response.message, &profile.response.detail, &profile.response.code];
    let told: Vec<String> = message.iter().chain(detail).cloned().collect();
    let (of_shape, of_code) = (profile.response.success.clone(), profile.response.success.clone());
    let shape = move |exchange: &Exchange| of_failure(exchange, &of_shape, &told);
    let codes = code.clone();
    let coded = move |exchange: &Exchange| of_failure(exchange, &of_code, &codes);
    vec![
        expectation(endpoint, "G1", "/settings/base_url", "The path is there below the base URL.", route),
        expectation(endpoint, "G2", "/settings/profile/jwt", "The token's times are taken.", token),
        expectation(endpoint, "G4", "/settings/profile/response/message", "A failure tells why.", shape),
        expectation(endpoint, "G5", "/settings/profile/response/code", "A failure has a code.", coded),
    ]
}

/// Whether a failure of the API has something at these pointers; the gateway's failures have another shape.
fn of_failure(exchange: &Exchange, success: &[String], pointers: &[String]) -> Verdict {
    match exchange.status {
        Some(400..=599) if has(&exchange.body, success) => {
            if has(&exchange.body, pointers) {
                Verdict::Met
            } else {
                Verdict::Failed
            }
        }
        Some(_) | None => Verdict::Silent,
    }
}

/// Sizes and the generation of fields.
fn of_documents(profile: &Profile) -> Vec<Expectation> {
    let size = |exchange: &Exchange| match exchange.status {
        Some(413) => Verdict::Failed,
        Some(200..=299) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    let names = [&profile.fields.document.signature, &profile.fields.document.sign].map(Clone::clone);
    let style = move |exchange: &Exchange| {
        let blamed = details(&exchange.body).any(|detail| names.iter().any(|name| says(detail, name)));
        match exchange.status {
            Some(200..=299) => Verdict::Met,
            Some(400 | 422) if blamed => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        }
    };
    let document = "/settings/profile/limits/max_document_bytes";
    let identity = "/settings/profile/limits/max_identity_bytes";
    vec![
        expectation(Endpoint::AddDocument, "G8", document, "Documents of the checked size are taken.", size),
        expectation(Endpoint::AddIdentityDocument, "G8", identity, "Identity documents of this size are taken.", size),
        expectation(
            Endpoint::AddDocument,
            "G12",
            "/settings/profile/document_style",
            "The kind of signature is taken as it is sent.",
            style,
        ),
    ]
}

/// The optional calls, where the account has them.
fn of_optional(profile: &Profile) -> Vec<Expectation> {
    let (success, portfolio) = (profile.response.success.clone(), profile.response.portfolio.clone());
    let calls = [
        (Endpoint::GetPortfolio, "/settings/profile/calls/get_portfolio", portfolio),
        (Endpoint::FindPortfolio, "/settings/profile/calls/find_portfolio", profile.response.portfolios.clone()),
        (Endpoint::CancelPortfolio, "/settings/profile/calls/cancel_portfolio", success.clone()),
        (Endpoint::Resend, "/settings/profile/calls/resend", success.clone()),
    ];
    let had = calls.into_iter().filter(|(endpoint, ..)| profile.calls.has(*endpoint));
    had.map(|(endpoint, setting, pointers)| {
        let success = success.clone();
        let judge = move |exchange: &Exchange| match exchange.status {
            Some(404) if !has(&exchange.body, &success) => Verdict::Failed,
            Some(200..=299) if has(&exchange.body, &pointers) => Verdict::Met,
            Some(200..=299) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        };
        expectation(endpoint, "G6", setting, "The optional call is there and answers as assumed.", judge)
    })
    .collect()
}

/// A start that is refused although nothing is wrong with it.
fn start_twice(profile: &Profile) -> Expectation {
    let statuses = profile.already_started.http.clone();
    let judge = move |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(status) if statuses.contains(&status) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    let says = "A start is taken, or refused as made before.";
    expectation(Endpoint::Start, "G27", "/settings/profile/already_started", says, judge)
}

/// A portfolio without signers must be refused.
fn probe(profile: &Profile) -> Expectation {
    let signers = profile.fields.portfolio.signers.clone();
    let judge = move |exchange: &Exchange| {
        let sent = exchange.request.pointer("/body/json").and_then(|body| body.get(&signers));
        let empty = sent.and_then(Value::as_array).is_some_and(Vec::is_empty);
        match exchange.status {
            Some(200..=299) if empty => Verdict::Failed,
            Some(400 | 422) if empty => Verdict::Met,
            Some(_) | None => Verdict::Silent,
        }
    };
    let says = "A portfolio without signers is refused, so that it can check the credentials.";
    expectation(Endpoint::CreatePortfolio, "G29", "/settings/profile/verify_probe", says, judge)
}

/// A link gives a file without credentials.
fn download() -> Expectation {
    let judge = |exchange: &Exchange| {
        let kind = exchange.content_type.as_deref().unwrap_or_default();
        match exchange.status {
            Some(401 | 403) => Verdict::Failed,
            Some(200..=299) if kind.starts_with("text/html") => Verdict::Failed,
            Some(200..=299) => Verdict::Met,
            Some(_) | None => Verdict::Silent,
        }
    };
    let says = "A link gives the file without credentials.";
    expectation(Endpoint::Download, "G7", "/settings/profile/download/send_jwt", says, judge)
}

fn expectation(
    endpoint: Endpoint,
    assumption: &'static str,
    setting: &'static str,
    says: &'static str,
    judge: impl Fn(&Exchange) -> Verdict + Send + Sync + 'static,
) -> Expectation {
    Expectation { endpoint: endpoint.name(), assumption, setting, says, judge: Arc::new(judge) }
}

fn has(body: &Value, pointers: &[String]) -> bool {
    pointers.iter().any(|pointer| json::at(body, pointer).is_some_and(|found| !found.is_null()))
}

/// The entries of a failure's detail.
fn details(body: &Value) -> impl Iterator<Item = &Value> {
    json::member(body, "detail").and_then(Value::as_array).into_iter().flatten()
}

fn says(detail: &Value, name: &str) -> bool {
    json::text_of(detail, "field").is_some_and(|field| field == name)
}
