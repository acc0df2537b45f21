//! Requests whose JSON carries files: the text of every member that holds one is decoded while it arrives, the rest is read as JSON.
//!
//! A file of 100 MB is a request of 133 MB; so that neither is ever held as text, the JSON keeps only the number of the file.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use aws_lc_rs::digest::{Context, SHA256};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;

use crate::form;
use crate::ledger::FileRecord;

/// What stands in the JSON in place of a file's text, before its number.
const PLACE: &str = "#";
/// Largest request without its files, in bytes: room for pictures of stamps.
const JSON_BYTES: usize = 32 * 1024 * 1024;

/// Which texts are files, and what may be kept of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The member whose text is a file, wherever it stands.
    pub(crate) member: &'static str,
    /// Largest file in bytes; a larger one is read to its end and dropped.
    pub(crate) file_bytes: Option<u64>,
    /// Keep the bytes of files; otherwise they are only hashed and counted.
    pub(crate) keep_files: bool,
}

/// A file of a request.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Empty when the file was too large, or read without keeping files.
    pub(crate) bytes: Bytes,
    /// Size in bytes.
    pub(crate) size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub(crate) sha256: String,
    /// The text was base64 with padding and without line breaks.
    pub(crate) well_formed: bool,
    /// Larger than allowed.
    pub(crate) too_large: bool,
}

/// A request as received.
#[derive(Debug)]
pub(crate) struct Body {
    /// The JSON; the text of each file is replaced by `#` and the file's number.
    pub(crate) json: Value,
    member: &'static str,
    contents: Vec<Content>,
}

impl Body {
    /// The file that an object of the JSON carries; none when its member is missing or no text.
    pub(crate) fn content_of(&self, carrier: &Value) -> Option<&Content> {
        let place = carrier.get(self.member)?.as_str()?;
        self.contents.get(place.strip_prefix(PLACE)?.parse::<usize>().ok()?)
    }

    /// What is to be remembered of the files that these objects of the JSON carry, with the member that holds their names.
    pub(crate) fn file_records<'a>(
        &self,
        carriers: impl IntoIterator<Item = &'a Value>,
        name_member: &str,
    ) -> Vec<FileRecord> {
        let records = carriers.into_iter().filter_map(|carrier| {
            let content = self.content_of(carrier)?;
            Some(FileRecord {
                field: self.member.to_owned(),
                filename: carrier.get(name_member).and_then(Value::as_str).map(str::to_owned),
                content_type: None,
                size: content.size,
                sha256: content.sha256.clone(),
            })
        });
        records.collect()
    }
}

/// Why a request never reached the vendor's application.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// Not `application/json`.
    #[error("the body is not declared as JSON")]
    MediaType,
    /// No JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// Larger than the web server takes, files aside.
    #[error("the body is too large")]
    TooLarge,
    /// The connection broke.
    #[error("the body ended early")]
    Broken,
}

/// Reads a request to its end, also when it cannot be used, so that the answer reaches the caller.
///
/// # Errors
/// [`BodyError`].
pub(crate) async fn read(request: &HttpRequest, mut payload: Payload, limits: Limits) -> Result<Body, BodyError> {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        form::drain(payload).await.map_err(|_| BodyError::Broken)?;
        return Err(BodyError::MediaType);
    }
    let mut reader = Reader::new(limits);
    while let Some(chunk) = payload.next().await {
        reader.push(&chunk.map_err(|_| BodyError::Broken)?);
    }
    reader.finish()
}

/// Where in the JSON the reader is.
enum Mode {
    /// Between texts.
    Structure,
    /// In a text that stays in the JSON and began there.
    Text { start: usize, escaped: bool },
    /// In a file's text; an escape sequence that has begun is collected.
    File { decoder: Decoder, escape: Option<Vec<u8>> },
}

/// What follows the name of a file's member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Anything,
    Colon,
    File,
}

/// Takes the files out of a JSON text that arrives in pieces.
struct Reader {
    limits: Limits,
    mode: Mode,
    expected: Expected,
    json: Vec<u8>,
    overflow: bool,
    contents: Vec<Content>,
}

impl Reader {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            mode: Mode::Structure,
            expected: Expected::Anything,
            json: Vec::new(),
            overflow: false,
            contents: Vec::new(),
        }
    }

    fn push(&mut self, mut chunk: &[u8]) {
        while let Some((first, rest)) = chunk.split_first() {
            if let Mode::File { decoder, escape: None } = &mut self.mode {
                let plain = chunk.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(chunk.len());
                if plain > 0 {
                    let (text, rest) = chunk.split_at(plain);
                    decoder.push(text);
                    chunk = rest;
                    continue;
                }
            }
            self.push_byte(*first);
            chunk = rest;
        }
    }

    fn push_byte(&mut self, byte: u8) {
        match &mut self.mode {
            Mode::Structure => self.structure(byte),
            Mode::Text { start, escaped } => {
                if *escaped {
                    *escaped = false;
                } else if byte == b'\\' {
                    *escaped = true;
                } else if byte == b'"' {
                    let is_member = self.json.get(*start..) == Some(self.limits.member.as_bytes());
                    self.expected = if is_member { Expected::Colon } else { Expected::Anything };
                    self.mode = Mode::Structure;
                }
                self.keep(byte);
            }
            Mode::File { decoder, escape: Some(collected) } => {
                collected.push(byte);
                if is_whole_escape(collected) {
                    decoder.push(&[escaped_byte(collected)]);
                    if let Mode::File { escape, .. } = &mut self.mode {
                        *escape = None;
                    }
                }
            }
            Mode::File { escape, .. } if byte == b'\\' => *escape = Some(Vec::new()),
            Mode::File { .. } => self.end_file(),
        }
    }

    fn structure(&mut self, byte: u8) {
        let expected = self.expected;
        if !byte.is_ascii_whitespace() {
            let is_colon = byte == b':' && expected == Expected::Colon;
            self.expected = if is_colon { Expected::File } else { Expected::Anything };
        }
        self.keep(byte);
        if byte == b'"' {
            self.mode = if expected == Expected::File {
                Mode::File { decoder: Decoder::new(self.limits), escape: None }
            } else {
                Mode::Text { start: self.json.len(), escaped: false }
            };
        }
    }

    fn end_file(&mut self) {
        if let Mode::File { decoder, .. } = std::mem::replace(&mut self.mode, Mode::Structure) {
            self.json.extend_from_slice(format!("{PLACE}{}\"", self.contents.len()).as_bytes());
            self.contents.push(decoder.finish());
        }
    }

    fn keep(&mut self, byte: u8) {
        self.overflow |= self.json.len() >= JSON_BYTES;
        if !self.overflow {
            self.json.push(byte);
        }
    }

    fn finish(self) -> Result<Body, BodyError> {
        if self.overflow {
            return Err(BodyError::TooLarge);
        }
        let json = serde_json::from_slice(&self.json).map_err(|_| BodyError::NotJson)?;
        Ok(Body { json, member: self.limits.member, contents: self.contents })
    }
}

/// Whether the bytes after a backslash are a whole escape sequence.
fn is_whole_escape(collected: &[u8]) -> bool {
    collected.len() >= if collected.first() == Some(&b'u') { 5 } else { 1 }
}

/// The byte that an escape sequence stands for; a line break where it stands for nothing that base64 has.
fn escaped_byte(collected: &[u8]) -> u8 {
    match collected {
        [b'/'] => b'/',
        [b'u', digits @ ..] => {
            let digits = std::str::from_utf8(digits).unwrap_or_default();
            u8::from_str_radix(digits, 16).unwrap_or(b'\n')
        }
        _ => b'\n',
    }
}

/// Decodes one file.
struct Decoder {
    limits: Limits,
    /// Text that is not decoded yet: at least the last group, where padding may stand.
    pending: Vec<u8>,
    bytes: Vec<u8>,
    digest: Context,
    size: u64,
    well_formed: bool,
    too_large: bool,
}

/// Characters of base64 in a group.
const GROUP: usize = 4;

impl Decoder {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            pending: Vec::new(),
            bytes: Vec::new(),
            digest: Context::new(&SHA256),
            size: 0,
            well_formed: true,
            too_large: false,
        }
    }

    fn push(&mut self, text: &[u8]) {
        self.pending.extend_from_slice(text);
        let ready = self.pending.len().saturating_sub(1) / GROUP * GROUP;
        let rest = self.pending.split_off(ready);
        let ready = std::mem::replace(&mut self.pending, rest);
        self.well_formed &= !ready.contains(&b'=');
        self.decode(&ready);
    }

    fn decode(&mut self, text: &[u8]) {
        if !self.well_formed {
            return;
        }
        let Ok(decoded) = BASE64_STANDARD.decode(text) else {
            self.well_formed = false;
            return;
        };
        self.size = self.size.saturating_add(u64::try_from(decoded.len()).unwrap_or(u64::MAX));
        self.digest.update(&decoded);
        self.too_large |= self.limits.file_bytes.is_some_and(|limit| self.size > limit);
        if self.too_large {
            self.bytes = Vec::new();
        } else if self.limits.keep_files {
            self.bytes.extend_from_slice(&decoded);
        }
    }

    fn finish(mut self) -> Content {
        let last = std::mem::take(&mut self.pending);
        self.decode(&last);
        Content {
            bytes: self.bytes.into(),
            size: self.size,
            sha256: hex::encode(self.digest.finish()),
            well_formed: self.well_formed,
            too_large: self.too_large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBER: &str = "base64Content";
    const ALL: Limits = Limits { member: MEMBER, file_bytes: None, keep_files: true };

    fn read(json: &str, limits: Limits, piece: usize) -> Result<Body, BodyError> {
        let mut reader = Reader::new(limits);
        for chunk in json.as_bytes().chunks(piece) {
            reader.push(chunk);
        }
        reader.finish()
    }

    fn only(json: &str, limits: Limits, piece: usize) -> Content {
        let body = read(json, limits, piece).unwrap();
        body.content_of(&body.json["f"]).unwrap().clone()
    }

    #[test]
    fn files_are_taken_out_wherever_the_pieces_end() {
        let text = r#"{"a":"base64Content","n\"base64Content":1,"f":{ "base64Content" : "SGVsbG8gV29ybGQ=" },"g":[{"base64Content":"\u0053GVs\/w\u003d="}]}"#;
        for piece in 1..text.len() {
            let body = read(text, ALL, piece).unwrap();
            assert_eq!(body.json["a"], "base64Content");
            assert_eq!(body.content_of(&body.json["f"]).unwrap().bytes, "Hello World", "{piece}");
            let second = body.content_of(&body.json["g"][0]).unwrap();
            assert!(second.well_formed && second.bytes.as_ref() == b"Hel\xff", "{piece}");
            assert_eq!(body.file_records([&body.json["f"], &body.json["g"][0], &body.json["a"]], "filename").len(), 2);
        }
    }

    #[test]
    fn the_alphabet_and_the_padding_are_checked_in_the_whole_text() {
        for bad in ["SGVsbG8", "SGVsbG8==", "SGVs\\nbG8=", "SGVs bG8=", "SGV-bG8=", "SGV=SGVs", "SA==SGVs", "=", "é"] {
            let text = format!(r#"{{"f":{{"base64Content":"{bad}"}}}}"#);
            for piece in [1, 3, text.len()] {
                assert!(!only(&text, ALL, piece).well_formed, "{bad} in pieces of {piece}");
            }
        }
        let empty = only(r#"{"f":{"base64Content":""}}"#, ALL, 7);
        assert!(empty.well_formed && empty.size == 0);
    }

    #[test]
    fn a_large_file_is_counted_and_dropped() {
        let text = format!(r#"{{"f":{{"base64Content":"{}"}}}}"#, BASE64_STANDARD.encode([7; 100]));
        let limits = Limits { member: MEMBER, file_bytes: Some(99), keep_files: true };
        let content = only(&text, limits, 10);
        assert!(content.too_large && content.bytes.is_empty() && content.size == 100);
        assert!(!only(&text, Limits { member: MEMBER, file_bytes: Some(100), keep_files: true }, 10).too_large);
        let counted = only(&text, Limits { member: MEMBER, file_bytes: None, keep_files: false }, 10);
        assert!(counted.bytes.is_empty() && counted.sha256 == only(&text, ALL, 1_000).sha256);
    }

    #[test]
    fn what_is_no_text_is_no_file_and_an_open_text_is_no_json() {
        for value in ["null", "7", "{}"] {
            let body = read(&format!(r#"{{"f":{{"base64Content":{value}}}}}"#), ALL, 5).unwrap();
            assert!(body.content_of(&body.json["f"]).is_none());
        }
        for broken in [r#"{"f":{"base64Content":"SGVs"#, r#"{"base64Content":"SGVs\"#, "", "nonsense"] {
            assert!(matches!(read(broken, ALL, 4), Err(BodyError::NotJson)), "{broken}");
        }
    }
}
