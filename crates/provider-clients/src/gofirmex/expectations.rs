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
    all.extend(of_sizes());
    all.extend(of_fields(profile));
    all.extend(of_codes(profile));
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

/// Sizes.
fn of_sizes() -> Vec<Expectation> {
    let size = |exchange: &Exchange| match exchange.status {
        Some(413) => Verdict::Failed,
        Some(200..=299) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    let document = "/settings/profile/limits/max_document_bytes";
    let identity = "/settings/profile/limits/max_identity_bytes";
    vec![
        expectation(Endpoint::AddDocument, "G8", document, "Documents of the checked size are taken.", size),
        expectation(Endpoint::AddIdentityDocument, "G8", identity, "Identity documents of this size are taken.", size),
    ]
}

/// Values that are taken as they are sent: a refusal that names their field says otherwise.
fn of_fields(profile: &Profile) -> Vec<Expectation> {
    use Endpoint::{AddDocument, AddIdentityDocument, CreatePortfolio};
    let fields = &profile.fields;
    let (signer, document) = (&fields.signer, &fields.document);
    let of_signer = |name: &String| vec![format!("].{name}")];
    let rows = [
        (CreatePortfolio, "G9", "/settings/profile/order_mode", of_signer(&signer.order)),
        (CreatePortfolio, "G10", "/settings/default_portfolio_type", vec![fields.portfolio.kind.clone()]),
        (CreatePortfolio, "G30", "/settings/profile/nin_format", of_signer(&signer.nin)),
        (CreatePortfolio, "G31", "/settings/profile/phone_format", of_signer(&signer.phone)),
        (CreatePortfolio, "G35", "/settings/profile/notification_codes", of_signer(&signer.notification)),
        (AddDocument, "G11", "/settings/default_document_type", vec![document.kind.clone()]),
        (
            AddDocument,
            "G12",
            "/settings/profile/document_style",
            vec![document.signature.clone(), document.sign.clone()],
        ),
        (AddDocument, "G13", "/settings/encryption", vec![document.encryption_key.clone()]),
        (AddDocument, "G37", "/settings/profile/document_hash", vec![document.hash.clone()]),
        (
            AddIdentityDocument,
            "G11",
            "/settings/profile/identity_document_types",
            vec![fields.identity_document.kind.clone()],
        ),
    ];
    let expected = rows.into_iter().map(|(endpoint, assumption, setting, names)| {
        let at = profile.response.detail.clone();
        let judge = move |exchange: &Exchange| {
            let blamed = names.iter().any(|name| details(&exchange.body, &at).any(|field| field.ends_with(name)));
            match exchange.status {
                Some(200..=299) => Verdict::Met,
                Some(400..=499) if blamed => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            }
        };
        expectation(endpoint, assumption, setting, "The value is taken as it is sent.", judge)
    });
    expected.collect()
}

/// Codes that say that an assumption is wrong, and which.
fn of_codes(profile: &Profile) -> Vec<Expectation> {
    let rows = [
        (Endpoint::AddDocument, "DOCUMENT_TYPE_NOT_FOUND", "G11", "/settings/default_document_type"),
        (Endpoint::AddIdentityDocument, "DOCUMENT_TYPE_NOT_FOUND", "G11", "/settings/profile/identity_document_types"),
        (Endpoint::Start, "PORTFOLIO_INCOMPLETE", "G14", "/settings/profile/identity_documents_required_for"),
    ];
    let expected = rows.into_iter().map(|(endpoint, code, assumption, setting)| {
        let at = profile.response.code.clone();
        let judge = move |exchange: &Exchange| {
            let told = at.iter().find_map(|pointer| json::at(&exchange.body, pointer).and_then(json::text));
            match exchange.status {
                Some(200..=299) => Verdict::Met,
                Some(400..=499) if told.as_deref() == Some(code) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            }
        };
        expectation(endpoint, assumption, setting, "What the account sends is known and complete.", judge)
    });
    expected.collect()
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

/// The fields that a failure's detail names: a list of entries, or one.
fn details<'a>(body: &'a Value, at: &'a [String]) -> impl Iterator<Item = String> + 'a {
    let found = at.iter().find_map(|pointer| json::at(body, pointer).filter(|found| !found.is_null()));
    let entries: Vec<&Value> = match found {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    entries.into_iter().filter_map(|entry| json::text_of(entry, "field"))
}
