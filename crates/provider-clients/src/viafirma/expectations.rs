//! The contract's assumptions that an answer can confirm or refute, and the setting that corrects each.
//!
//! V1, V2, V6, V7, V9, V10, V13, V17, V21, V23 and V25 are missing: no answer tells them.

use std::sync::Arc;

use serde_json::Value;

use super::ViafirmaAccount;
use super::codes::is_known;
use super::http::endpoint;
use super::wire::received::is_yes;
use crate::provider::transcript::{Exchange, Expectation, Verdict};
use crate::shared::json::{at, member, text};

impl ViafirmaAccount {
    /// The assumptions, as this account has set them.
    pub(super) fn assumed(&self) -> Vec<Expectation> {
        let mut all = vec![session_id(), operation_id(), self.document_id(), finish_step(), self.poll_members()];
        all.extend([endpoint::FINISHED, endpoint::RESULT, endpoint::ADD_FILE].map(json_whatever_the_header));
        all.extend([endpoint::ADD_FILE, endpoint::FINISHED, endpoint::FINISH].map(credentials_everywhere));
        all.extend([endpoint::PREPARE, endpoint::RESULT].map(refused_credentials));
        all.extend([result_at_once(), size(), life(), self.health_path()]);
        all.extend([
            download(endpoint::SIGNED, "/settings/download/signed_path", true),
            download(endpoint::RECEIPT, "/settings/download/receipt_path", false),
        ]);
        all.extend(EVERYWHERE.map(pace));
        all.extend([endpoint::ADD_FILE, endpoint::RESULT].map(|endpoint| self.library_codes(endpoint)));
        all
    }

    fn document_id(&self) -> Expectation {
        let pointers = self.settings().add_file.pointers.clone();
        let judge = move |exchange: &Exchange| {
            answered(exchange, |body| {
                let there = |pointer: &str| at(body, pointer).is_some_and(|value| !value.is_null());
                there(&pointers.document_id) || there(&pointers.error_code)
            })
        };
        expectation(
            endpoint::ADD_FILE,
            "V11",
            "/settings/add_file/pointers",
            "An added file is answered with its document id, or with an error code.",
            judge,
        )
    }

    fn poll_members(&self) -> Expectation {
        let poll = self.settings().poll.clone();
        let judge = move |exchange: &Exchange| match exchange.status {
            Some(200..=299) => match at(&exchange.body, &poll.finished) {
                None => Verdict::Failed,
                Some(finished) if !is_yes(Some(finished)) => Verdict::Met,
                Some(_) => {
                    let known = [&poll.error, &poll.cancelled, &poll.error_code];
                    if known.iter().any(|pointer| at(&exchange.body, pointer).is_some()) {
                        return Verdict::Met;
                    }
                    // Something is told of the end, under names that are not read.
                    let read = [&poll.finished, &poll.signature, &poll.error_message];
                    let members = exchange.body.as_object().map_or(0, serde_json::Map::len);
                    let known = read.iter().filter(|pointer| at(&exchange.body, pointer).is_some()).count();
                    if members > known { Verdict::Failed } else { Verdict::Silent }
                }
            },
            Some(_) | None => Verdict::Silent,
        };
        expectation(
            endpoint::FINISHED,
            "V14",
            "/settings/poll",
            "The poll tells whether an operation ended, and whether by an error or by the signer.",
            judge,
        )
    }

    fn library_codes(&self, endpoint: &'static str) -> Expectation {
        let settings = self.settings().clone();
        let pointer = settings.add_file.pointers.error_code.clone();
        let judge = move |exchange: &Exchange| {
            let codes: Vec<&Value> = match member(&exchange.body, "signatures") {
                Some(Value::Array(files)) => files.iter().filter_map(|file| member(file, "errorCode")).collect(),
                Some(_) | None => at(&exchange.body, &pointer).into_iter().collect(),
            };
            let told: Vec<String> = codes.into_iter().filter_map(text).collect();
            match told.as_slice() {
                [] => Verdict::Silent,
                told if told.iter().all(|code| is_known(&settings, code)) => Verdict::Met,
                _ => Verdict::Failed,
            }
        };
        let says = "Failures carry codes of the vendor's library, or values of HTTP.";
        expectation(endpoint, "V20", "/settings/error_code_overrides", says, judge)
    }

    fn health_path(&self) -> Expectation {
        let judge = |exchange: &Exchange| match exchange.status {
            Some(200..=299) if is_something(&exchange.body) => Verdict::Met,
            Some(200..=299 | 404 | 410) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        };
        let says = "The public address has the vendor's script, which tells that the server answers.";
        expectation(endpoint::HEALTH, "V19", "/settings/health/path", says, judge)
    }
}

/// Endpoints that every account calls.
const EVERYWHERE: [&str; 5] =
    [endpoint::PREPARE, endpoint::ADD_FILE, endpoint::FINISH, endpoint::FINISHED, endpoint::RESULT];

fn expectation(
    endpoint: &'static str,
    assumption: &'static str,
    setting: &'static str,
    says: &'static str,
    judge: impl Fn(&Exchange) -> Verdict + Send + Sync + 'static,
) -> Expectation {
    Expectation { endpoint, assumption, setting, says, judge: Arc::new(judge) }
}

/// What a successful answer says, by a question about its body.
fn answered(exchange: &Exchange, holds: impl Fn(&Value) -> bool) -> Verdict {
    match exchange.status {
        Some(200..=299) if holds(&exchange.body) => Verdict::Met,
        Some(200..=299) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    }
}

fn is_something(body: &Value) -> bool {
    match body {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

fn json_whatever_the_header(endpoint: &'static str) -> Expectation {
    let judge = |exchange: &Exchange| answered(exchange, Value::is_object);
    expectation(endpoint, "V3", "", "Answers are JSON, whatever their content type says.", judge)
}

fn credentials_everywhere(endpoint: &'static str) -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(401 | 403) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    expectation(endpoint, "V4", "/settings/auth/send_on_all", "The credentials are taken at every call.", judge)
}

fn session_id() -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(400 | 422) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    let says = "A session id of 32 hexadecimal characters, and operators in upper case, are taken.";
    expectation(endpoint::PREPARE, "V5", "/settings/session_id_format", says, judge)
}

fn operation_id() -> Expectation {
    let judge = |exchange: &Exchange| {
        answered(exchange, |body| match body {
            Value::Object(_) => member(body, "operationId").is_some_and(|id| !id.is_null()),
            Value::String(text) => !text.is_empty(),
            Value::Number(_) => true,
            Value::Null | Value::Bool(_) | Value::Array(_) => false,
        })
    };
    expectation(endpoint::PREPARE, "V8", "", "Opening an operation is answered with its id.", judge)
}

fn finish_step() -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(404 | 405) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    let says = "The preparation is closed by this call. A server without it answers 404 or 405, which is gone over.";
    expectation(endpoint::FINISH, "V12", "/settings/finish/path", says, judge)
}

fn refused_credentials(endpoint: &'static str) -> Expectation {
    // With credentials in it, a 400 whose body is no result would mean that a wrong password is told otherwise.
    let judge = |exchange: &Exchange| match exchange.status {
        Some(401 | 403) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    expectation(endpoint, "V15", "", "Credentials that are refused are answered with status 401 or 403.", judge)
}

fn result_at_once() -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(400) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    let says = "An operation that ended has its result at once.";
    expectation(endpoint::RESULT, "V16", "/settings/result/retry_window_s", says, judge)
}

fn size() -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(413) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    let says = "The server takes documents as large as the account says.";
    expectation(endpoint::ADD_FILE, "V24", "/settings/max_file_bytes", says, judge)
}

fn life() -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(200..=299) => Verdict::Met,
        Some(404 | 410) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    };
    let says = "The server knows an operation for as long as the account says.";
    expectation(endpoint::FINISHED, "V22", "/settings/operation_ttl_s", says, judge)
}

fn download(endpoint: &'static str, setting: &'static str, is_pdf: bool) -> Expectation {
    let judge = move |exchange: &Exchange| {
        let kind = exchange.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
        // A file that was expected to be a PDF is stored only when its bytes begin as one.
        let was_stored = member(&exchange.body, "file").is_some();
        match exchange.status {
            Some(200..=299) if kind.contains("html") => Verdict::Failed,
            Some(200..=299) if was_stored || kind.contains("pdf") => Verdict::Met,
            Some(200..=299) if is_pdf => Verdict::Failed,
            Some(200..=299) => Verdict::Silent,
            Some(404) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        }
    };
    expectation(endpoint, "V18", setting, "The file is under this path of the public address.", judge)
}

fn pace(endpoint: &'static str) -> Expectation {
    let judge = |exchange: &Exchange| match exchange.status {
        Some(429) => Verdict::Failed,
        Some(200..=299) => Verdict::Met,
        Some(_) | None => Verdict::Silent,
    };
    expectation(endpoint, "V26", "/settings/max_rps", "The server bears the account's calls in a second.", judge)
}
