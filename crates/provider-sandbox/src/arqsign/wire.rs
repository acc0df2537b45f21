//! What the vendor's answers have in common: refusals, member names, truth values, moments, files. Source: contract sections 1.1 and 2.18.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream;
use serde_json::{Value, json};

use super::config::{BitShape, DateShape, KeyCase, MessageShape, Variants};
use super::messages::Refusal;

/// A message and nothing else.
pub(super) fn message(variants: &Variants, status: StatusCode, text: &str) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    match variants.message_shape {
        MessageShape::JsonText => answer.json(text),
        MessageShape::Object => answer.json(json!({ "codigo": status.as_u16(), "mensagem": text })),
        MessageShape::Errors => answer.json(json!({ "title": "", "errors": { "parametros": [text] } })),
        MessageShape::Array => answer.json([text]),
        MessageShape::PlainText => answer.content_type("text/plain; charset=utf-8").body(text.to_owned()),
        MessageShape::Empty => answer.finish(),
    }
}

/// A refusal.
pub(super) fn refuse(variants: &Variants, refusal: &Refusal) -> HttpResponse {
    message(variants, refusal.status, &refusal.message)
}

/// A refusal, or the empty 500 where there is no message.
pub(super) fn refuse_or_fail(variants: &Variants, refusal: Option<&Refusal>) -> HttpResponse {
    refusal.map_or_else(server_error, |refusal| refuse(variants, refusal))
}

/// 500 without a body, also for malformed JSON (quirk 4).
pub(super) fn server_error() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}

/// The status of success.
pub(super) fn success(variants: &Variants) -> StatusCode {
    if variants.success_as_201 { StatusCode::CREATED } else { StatusCode::OK }
}

/// A JSON answer.
pub(super) fn reply(variants: &Variants, body: Value) -> HttpResponse {
    HttpResponse::build(success(variants)).json(with_keys(body, variants.answer_keys))
}

/// A truth value that the contract writes as `true` or `false`.
pub(super) fn truth(variants: &Variants, value: bool) -> Value {
    match variants.answer_bits {
        BitShape::Any | BitShape::Booleans => value.into(),
        BitShape::Numbers => i64::from(value).into(),
        BitShape::Texts => value.to_string().into(),
    }
}

/// A truth value that the contract writes as `1` or `0`.
pub(super) fn bit(variants: &Variants, value: bool) -> Value {
    match variants.answer_bits {
        BitShape::Any | BitShape::Numbers => i64::from(value).into(),
        BitShape::Booleans => value.into(),
        BitShape::Texts => value.to_string().into(),
    }
}

/// A moment in whole seconds; null without one.
pub(super) fn moment(variants: &Variants, at: Option<DateTime<Utc>>) -> Value {
    let format = match variants.dates {
        DateShape::Iso => "%Y-%m-%dT%H:%M:%S",
        DateShape::IsoWithOffset => "%Y-%m-%dT%H:%M:%S+00:00",
        DateShape::Brazilian => "%d/%m/%Y %H:%M:%S",
    };
    at.map(|at| at.format(format).to_string()).into()
}

/// A moment with milliseconds where the form has room for them.
pub(super) fn precise_moment(variants: &Variants, at: DateTime<Utc>) -> Value {
    match variants.dates {
        DateShape::Iso => at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string().into(),
        DateShape::IsoWithOffset | DateShape::Brazilian => moment(variants, Some(at)),
    }
}

/// Adds a member to an answer's object, or replaces it.
pub(super) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
}

/// Member names in the wanted case, at every depth.
pub(super) fn with_keys(value: Value, case: KeyCase) -> Value {
    let rename: fn(char) -> char = match case {
        KeyCase::Documented => return value,
        KeyCase::Camel => |first| first.to_ascii_lowercase(),
        KeyCase::Pascal => |first| first.to_ascii_uppercase(),
    };
    match value {
        Value::Object(members) => {
            let renamed = members.into_iter().map(|(name, value)| {
                let mut rest = name.chars();
                let name = rest.next().map(rename).into_iter().chain(rest).collect();
                (name, with_keys(value, case))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => items.into_iter().map(|item| with_keys(item, case)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Files that an answer carries as base64. Their places in the JSON hold a mark until the answer is written, so that no file is held as text.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<Bytes>);

/// Stands around the number of a file; no text that a caller can send to a place beside it has two of them with a number between by accident.
const MARK: &str = "\u{f8ff}arqsign\u{f8ff}";
/// Answers with more bytes of files than this are streamed.
const BUFFERED: usize = 1024 * 1024;
/// Bytes encoded at a time; a multiple of three, so that padding comes last only.
const CHUNK: usize = 48 * 1024;

impl Files {
    /// Puts a file into the answer.
    pub(super) fn add(&mut self, bytes: Bytes) -> Value {
        self.0.push(bytes);
        format!("{MARK}{}{MARK}", self.0.len() - 1).into()
    }

    /// The JSON with all files in it, as one text.
    pub(super) fn into_text(self, body: &Value) -> String {
        let mut text = String::new();
        for part in self.parts(body) {
            match part {
                Part::Text(part) => text.push_str(&part),
                Part::File(bytes) => BASE64_STANDARD.encode_string(bytes, &mut text),
            }
        }
        text
    }

    /// An answer with the files in it; a large one is encoded while it is sent.
    pub(super) fn reply(self, variants: &Variants, body: Value) -> HttpResponse {
        let body = with_keys(body, variants.answer_keys);
        let total: usize = self.0.iter().map(Bytes::len).sum();
        let mut answer = HttpResponse::build(success(variants));
        answer.content_type("application/json");
        if total <= BUFFERED {
            return answer.body(self.into_text(&body));
        }
        let parts = self.parts(&body);
        let length = parts.iter().map(Part::length).sum::<usize>();
        let pieces = parts.into_iter().flat_map(Part::pieces).map(Ok::<Bytes, std::io::Error>);
        answer.body(SizedStream::new(u64::try_from(length).unwrap_or(u64::MAX), stream::iter(pieces)))
    }

    fn parts(self, body: &Value) -> Vec<Part> {
        let text = body.to_string();
        let mut parts = Vec::new();
        // Between two marks stands the number of a file: every second piece.
        for (place, piece) in text.split(MARK).enumerate() {
            let file = (place % 2 == 1).then(|| piece.parse::<usize>().ok()).flatten();
            match file.and_then(|number| self.0.get(number)) {
                Some(bytes) => parts.push(Part::File(bytes.clone())),
                None => parts.push(Part::Text(piece.to_owned())),
            }
        }
        parts
    }
}

/// A part of an answer.
enum Part {
    Text(String),
    File(Bytes),
}

impl Part {
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::File(bytes) => bytes.len().div_ceil(3) * 4,
        }
    }

    fn pieces(self) -> Box<dyn Iterator<Item = Bytes>> {
        match self {
            Self::Text(text) => Box::new(std::iter::once(text.into())),
            Self::File(mut bytes) => Box::new(std::iter::from_fn(move || {
                let piece = bytes.split_to(bytes.len().min(CHUNK));
                (!piece.is_empty()).then(|| BASE64_STANDARD.encode(piece).into())
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_put_into_their_places_whole_or_in_pieces() {
        let large = Bytes::from(vec![7; CHUNK * 2 + 1]);
        let body =
            |files: &mut Files| json!({ "a": files.add("Hi".into()), "b": [files.add(large.clone())], "c": "x" });
        let mut files = Files::default();
        let marked = body(&mut files);
        let text = files.into_text(&marked);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["a"], "SGk=");
        assert_eq!(read["b"][0], BASE64_STANDARD.encode(&large));
        let mut files = Files::default();
        let marked = body(&mut files);
        let parts = files.parts(&marked);
        assert_eq!(parts.iter().map(Part::length).sum::<usize>(), text.len());
        let pieces: Vec<Bytes> = parts.into_iter().flat_map(Part::pieces).collect();
        assert_eq!(pieces.concat(), text.as_bytes());
    }

    #[test]
    fn names_change_their_first_letter_at_every_depth() {
        let value = json!({ "IdProcesso": 1, "documentos": [{ "id": { "nome": 2 } }] });
        assert_eq!(
            with_keys(value.clone(), KeyCase::Pascal).to_string(),
            r#"{"IdProcesso":1,"Documentos":[{"Id":{"Nome":2}}]}"#
        );
        assert_eq!(
            with_keys(value, KeyCase::Camel).to_string(),
            r#"{"idProcesso":1,"documentos":[{"id":{"nome":2}}]}"#
        );
    }
}
