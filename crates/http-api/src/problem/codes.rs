//! The one table of problems: code, status, title, advice and the text of the page that `type` leads to.
//!
//! Codes are a promise to callers: they are never renamed. A code that no line of this crate uses fails a test.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller can do about a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Send the same request again; where `Retry-After` is given, after that time.
    Retry,
    /// Something else has to end first; look again later.
    Wait,
    /// The same request will fail again: change the request, the envelope or the account first.
    Fix,
}

impl Advice {
    /// The word in the answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Wait => "wait",
            Self::Fix => "fix",
        }
    }
}

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $status:ident, $advice:ident, $title:literal;)+) => {
        /// Every problem this API answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every problem, by status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in `code` and at the end of `type`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A short summary, the same each time.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What the caller can do.
            #[must_use]
            pub const fn advice(self) -> Advice {
                match self { $(Self::$variant => Advice::$advice),+ }
            }

            /// What it means and what to do, in plain sentences.
            #[must_use]
            pub fn explanation(self) -> String {
                let text: &str = match self { $(Self::$variant => concat!($($doc, "\n"),+)),+ };
                text.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
            }

            /// The problem with this code.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            #[cfg(test)]
            pub(super) const VARIANTS: &'static [&'static str] = &[$(stringify!($variant)),+];
        }
    };
}

problems! {
    /// The body is not JSON: a syntax error, text after the value, or bytes that are not UTF-8. `detail` names the line
    /// and column. Nothing was stored.
    MalformedJson = "malformed-json", BAD_REQUEST, Fix, "The body is not well-formed JSON";
    /// The multipart form cannot be read, has no file part, or has more than one.
    MalformedMultipart = "malformed-multipart", BAD_REQUEST, Fix, "The multipart form is not as expected";
    /// A query parameter is unknown, given twice, of the wrong type or out of range. `errors[].pointer` names it, with
    /// `source: query`.
    BadQuery = "bad-query", BAD_REQUEST, Fix, "A query parameter is at fault";
    /// A request header has a value that cannot be read. `errors[].pointer` names it, with `source: header`.
    BadHeader = "bad-header", BAD_REQUEST, Fix, "A request header is at fault";
    /// The cursor was not made by this API for this list, or the list's filters changed since. Start again without a
    /// cursor.
    BadCursor = "bad-cursor", BAD_REQUEST, Fix, "The cursor is not valid here";
    /// There is no `Authorization: Bearer` header, or its key is unknown, revoked or expired.
    Unauthorized = "unauthorized", UNAUTHORIZED, Fix, "Credentials are missing or not valid";
    /// The key is valid but lacks the scope that the operation needs; `detail` names it.
    Forbidden = "forbidden", FORBIDDEN, Fix, "The credentials may not do this";
    /// It does not exist, was deleted, or belongs to another tenant; the three cannot be told apart.
    NotFound = "not-found", NOT_FOUND, Fix, "Not found";
    /// No operation of this API has this path.
    NoSuchRoute = "no-such-route", NOT_FOUND, Fix, "No such path";
    /// The path exists, but not with this method; the `Allow` header lists those it has.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, Fix, "The path has no such method";
    /// The body did not arrive in time.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, Retry, "The request did not arrive in time";
    /// The envelope's state does not allow the action; `detail` names both. The envelope was not changed.
    WrongState = "wrong-state", CONFLICT, Fix, "The envelope's state does not allow this";
    /// Others changed the same thing at the same time. Nothing was stored.
    Conflict = "conflict", CONFLICT, Retry, "Lost against a change at the same time";
    /// A request with the same `Idempotency-Key` is still being carried out. Repeat it after `Retry-After`: the answer
    /// will then be the first one's.
    IdempotencyKeyInUse = "idempotency-key-in-use", CONFLICT, Wait, "The first request with this key is still running";
    /// The provider account has envelopes that are not at an end, or routing names it.
    AccountInUse = "account-in-use", CONFLICT, Fix, "The provider account is in use";
    /// Another one of the same tenant (or another tenant) has this name already.
    NameTaken = "name-taken", CONFLICT, Fix, "The name is taken";
    /// The tenant still has envelopes, so it cannot be deleted.
    TenantNotEmpty = "tenant-not-empty", CONFLICT, Fix, "The tenant still has envelopes";
    /// `If-Match` names another version than the current one. Read it again, and decide again.
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, Fix, "The version is not the one you named";
    /// `If-Plan-Match` names another plan than sending would carry out now. Read the plan again.
    PlanChanged = "plan-changed", PRECONDITION_FAILED, Fix, "The plan is not the one you named";
    /// The body is larger than the limit that `detail` names. Nothing was stored.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, Fix, "The body is too large";
    /// The body has another `Content-Type` than the operation takes, or none, or an encoding that is not read.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, Fix, "The content type is not taken here";
    /// The requested range lies outside the file; `Content-Range` tells its size.
    RangeNotSatisfiable = "range-not-satisfiable", RANGE_NOT_SATISFIABLE, Fix, "The range lies outside the file";
    /// Fields are at fault. `errors` has all of them, each with a JSON pointer and a code. Nothing was stored.
    ValidationFailed = "validation-failed", UNPROCESSABLE_ENTITY, Fix, "The content is at fault";
    /// The routed provider account cannot do what the envelope or the action asks, and the broker cannot do it instead.
    /// `errors` points at each request that cannot be honoured; `detail` names the accounts that could. Nothing was
    /// sent.
    CapabilityUnsupported = "capability-unsupported", UNPROCESSABLE_ENTITY, Fix, "The provider cannot honour this";
    /// No routing rule matches the envelope and the tenant has no default account.
    NoProviderAccount = "no-provider-account", UNPROCESSABLE_ENTITY, Fix, "No provider account applies";
    /// `kind` is none of the providers that `GET /v1/providers` lists.
    UnknownProviderKind = "unknown-provider-kind", UNPROCESSABLE_ENTITY, Fix, "No such provider";
    /// The document has no bytes.
    DocumentEmpty = "document-empty", UNPROCESSABLE_ENTITY, Fix, "The document is empty";
    /// The document's content is not a PDF, whatever its name or declared type.
    DocumentNotPdf = "document-not-pdf", UNPROCESSABLE_ENTITY, Fix, "The document is not a PDF";
    /// The PDF is encrypted, with or without a password to open it: no signature could be added.
    DocumentEncrypted = "document-encrypted", UNPROCESSABLE_ENTITY, Fix, "The PDF is encrypted";
    /// The file begins as a PDF but cannot be read to its end, or has no page.
    DocumentDamaged = "document-damaged", UNPROCESSABLE_ENTITY, Fix, "The PDF cannot be read";
    /// The bytes that arrived do not have the digest of `Content-Digest`. Nothing was stored; send them again.
    DigestMismatch = "digest-mismatch", UNPROCESSABLE_ENTITY, Retry, "The bytes do not have the digest you named";
    /// The `Idempotency-Key` was used before for a request with another method, path, query or body.
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, Fix, "The key was used for another request";
    /// The provider asks to slow down. Repeat after `Retry-After`.
    RateLimited = "rate-limited", TOO_MANY_REQUESTS, Retry, "Too many requests";
    /// An error on our side. `request_id` finds it in the log; nothing more is told.
    InternalError = "internal-error", INTERNAL_SERVER_ERROR, Retry, "Internal error";
    /// The provider said no. `provider` has its own code and message, and the class in words that are the same for all
    /// providers.
    ProviderRefused = "provider-refused", BAD_GATEWAY, Fix, "The provider refused";
    /// The database or the object store cannot answer now. Nothing was stored.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, Retry, "Temporarily unavailable";
    /// The provider could not be reached or did not give a readable answer. `provider.certainty` tells whether the call
    /// may have had an effect.
    ProviderUnavailable = "provider-unavailable", SERVICE_UNAVAILABLE, Retry, "The provider cannot be reached";
    /// The answer took longer than this API allows itself. The work may still have been done: repeat with the same
    /// `Idempotency-Key`, or read the resource.
    DeadlineExceeded = "deadline-exceeded", SERVICE_UNAVAILABLE, Retry, "The answer took too long";
}

/// Words of `errors[].code` that checks of bodies, queries and headers give, with what each means. Checks against a
/// provider account give their own words (see the plan and `findings`).
pub const FAULT_CODES: &[(&str, &str)] = &[
    ("required", "The field is missing, or null where it must have a value."),
    ("unknown_field", "The operation has no such field."),
    ("wrong_type", "The value has another JSON type than the field."),
    ("not_allowed", "The value is none of those that the field takes."),
    ("too_short", "The text has too few characters."),
    ("too_long", "The text has too many characters."),
    ("too_small", "The number is below the least value."),
    ("too_large", "The number is above the greatest value."),
    ("too_few", "The list or object has too few items."),
    ("too_many", "The list or object has too many items."),
    ("wrong_format", "The text is not written as the field requires (time, identifier, pattern)."),
    ("invalid_format", "The header or parameter is not written as it must be."),
    ("invalid_email", "The text is not an e-mail address."),
    ("invalid_phone", "The text is not a phone number in international form (E.164)."),
    ("invalid_national_id", "The number breaks a rule of its kind, for example its check digit."),
    ("invalid_language", "The text is not a language tag such as `es` or `es-ES`."),
    ("invalid_country", "The text is not an assigned ISO 3166-1 alpha-2 code."),
    ("invalid_base64", "The text is not base64 with padding, standard alphabet."),
    ("not_unique", "Another item of the list has the same value already."),
    ("not_applicable", "The field does not belong to an item of this kind."),
    ("invalid", "The value breaks another rule; `detail` says which."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_written_with_hyphens() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in codes {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
            assert_eq!(Code::parse(code).map(Code::as_str), Some(code));
        }
        assert_eq!(Code::parse("no-such-code"), None);
    }

    #[test]
    fn every_problem_is_explained_and_is_an_error() {
        for code in Code::ALL {
            assert!(code.explanation().len() > 25 && code.explanation().ends_with('.'), "{code:?}");
            assert!(!code.title().ends_with('.'), "{code:?}");
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
        }
    }

    /// Every file of the crate's source but this one.
    fn sources(dir: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if !path.ends_with("problem/codes.rs") {
                into.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_problem_and_every_fault_code_is_used() {
        let mut text = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let unused: Vec<_> = Code::VARIANTS.iter().filter(|name| !text.contains(&format!("Code::{name}"))).collect();
        assert!(unused.is_empty(), "no line makes these problems: {unused:?}");
        // The rest is given by the check against the schema.
        let schema = ["not_allowed", "too_few"];
        let is_used = |code: &str| schema.contains(&code) || text.contains(&format!("\"{code}\""));
        let unused: Vec<_> = FAULT_CODES.iter().filter(|(code, _)| !is_used(code)).collect();
        assert!(unused.is_empty(), "no check gives these codes: {unused:?}");
    }
}
