//! The bytes of a request's body, in order and with constant memory.
//!
//! A body is a list of pieces: text at hand and files by reference. The list alone gives the exact length, so every
//! request carries `Content-Length`; the files are opened before the call and read while it is sent.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream::{self, BoxStream, Stream, StreamExt};
use serde_json::Value;
use url::form_urlencoded;

use super::files::Files;
use super::permit::Passage;
use crate::call::{Body, FileEncryption, FileRef, Part};

/// A body that cannot be laid out: a defect of the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum LayoutError {
    #[error("a file of the call has no place in its JSON")]
    UnusedFile,
    #[error("the body is too large to be counted")]
    TooLarge,
    #[error("the JSON of the call cannot be written")]
    Json,
}

/// How a file appears in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Raw,
    Base64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Bytes),
    File { file: FileRef, encoding: Encoding },
}

impl Piece {
    fn length(&self) -> Option<u64> {
        match self {
            Self::Text(text) => u64::try_from(text.len()).ok(),
            Self::File { file, encoding: Encoding::Raw } => Some(file.sent_size()),
            Self::File { file, encoding: Encoding::Base64 } => file.sent_size().div_ceil(3).checked_mul(4),
        }
    }
}

/// What will be sent, before a file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pieces: Vec<Piece>,
    /// Length of the whole, in bytes.
    pub(super) length: u64,
    /// `Content-Type`; `None` for an empty body.
    pub(super) content_type: Option<String>,
}

impl Layout {
    /// Lays `body` out. `boundary` parts a form: it must be unguessable, so that no content can contain it.
    ///
    /// # Errors
    /// [`LayoutError`]: a defect of the adapter.
    pub(super) fn of(body: &Body, boundary: &str) -> Result<Self, LayoutError> {
        let json = |value: &Value| serde_json::to_vec(value).map_err(|_| LayoutError::Json);
        let (pieces, content_type) = match body {
            Body::Empty => (Vec::new(), None),
            Body::Json(value) => (vec![Piece::Text(json(value)?.into())], Some(JSON.to_owned())),
            Body::JsonWithFiles { template, files } => (splice(template, files)?, Some(JSON.to_owned())),
            Body::Form(fields) => {
                let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                (vec![Piece::Text(text.into())], Some("application/x-www-form-urlencoded".to_owned()))
            }
            Body::Multipart(parts) => {
                (multipart(parts, boundary, json)?, Some(format!("multipart/form-data; boundary={boundary}")))
            }
        };
        let length = pieces
            .iter()
            .try_fold(0_u64, |sum, piece| sum.checked_add(piece.length()?))
            .ok_or(LayoutError::TooLarge)?;
        Ok(Self { pieces, length, content_type })
    }

    /// Opens every file and reads the first chunk, so that what cannot be read is known before anything is sent.
    ///
    /// # Errors
    /// The first file that cannot be opened or read.
    pub(super) async fn open(self, files: &dyn Files) -> io::Result<Outgoing> {
        let mut segments = VecDeque::with_capacity(self.pieces.len());
        for piece in self.pieces {
            segments.push_back(match piece {
                Piece::Text(text) => Segment::Text(text),
                Piece::File { file, encoding } => Segment::File(OpenFile {
                    chunks: opened(&file, files).await?,
                    left: file.sent_size(),
                    encoder: (encoding == Encoding::Base64).then(Base64Encoder::default),
                }),
            });
        }
        let mut outgoing = Outgoing { segments, first: None };
        outgoing.first = outgoing.next().await?;
        Ok(outgoing)
    }
}

/// The bytes of a file as they are sent. One that is encrypted is read whole: the cipher authenticates it as a whole.
async fn opened(file: &FileRef, files: &dyn Files) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
    let mut chunks = files.open(&file.source).await?;
    let Some(encryption) = &file.encryption else { return Ok(chunks) };
    let mut plain = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
    while let Some(chunk) = chunks.next().await.transpose()? {
        plain.extend_from_slice(&chunk);
    }
    let sealed = encrypted(encryption, plain)?;
    Ok(stream::iter([Ok(sealed)]).boxed())
}

fn encrypted(encryption: &FileEncryption, mut plain: Vec<u8>) -> io::Result<Bytes> {
    let failed = |_| io::Error::other("a file of the call cannot be encrypted");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &encryption.key).map_err(failed)?);
    let nonce = Nonce::assume_unique_for_key(encryption.nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut plain).map_err(failed)?;
    let mut sealed = Vec::with_capacity(plain.len() + encryption.nonce.len());
    sealed.extend_from_slice(&encryption.nonce);
    sealed.append(&mut plain);
    Ok(sealed.into())
}

const JSON: &str = "application/json";

/// The JSON of `template` with the files of `files` in place of their tokens.
fn splice(template: &Value, files: &[(String, FileRef)]) -> Result<Vec<Piece>, LayoutError> {
    let mut splicer = Splicer { files, used: vec![false; files.len()], pieces: Vec::new(), text: Vec::new() };
    splicer.write(template)?;
    if splicer.used.contains(&false) {
        return Err(LayoutError::UnusedFile);
    }
    let rest = std::mem::take(&mut splicer.text);
    splicer.pieces.push(Piece::Text(rest.into()));
    Ok(splicer.pieces)
}

struct Splicer<'a> {
    files: &'a [(String, FileRef)],
    used: Vec<bool>,
    pieces: Vec<Piece>,
    text: Vec<u8>,
}

impl Splicer<'_> {
    fn write(&mut self, value: &Value) -> Result<(), LayoutError> {
        match value {
            Value::Object(members) => {
                self.text.push(b'{');
                for (index, (name, member)) in members.iter().enumerate() {
                    self.comma(index);
                    self.plain(name)?;
                    self.text.push(b':');
                    self.write(member)?;
                }
                self.text.push(b'}');
                Ok(())
            }
            Value::Array(items) => {
                self.text.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    self.comma(index);
                    self.write(item)?;
                }
                self.text.push(b']');
                Ok(())
            }
            Value::String(text) => match self.files.iter().zip(&mut self.used).find(|((token, _), _)| token == text) {
                Some(((_, file), used)) => {
                    *used = true;
                    self.text.push(b'"');
                    self.pieces.push(Piece::Text(std::mem::take(&mut self.text).into()));
                    self.pieces.push(Piece::File { file: file.clone(), encoding: Encoding::Base64 });
                    self.text.push(b'"');
                    Ok(())
                }
                None => self.plain(text),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => self.plain(value),
        }
    }

    fn plain(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<(), LayoutError> {
        serde_json::to_writer(&mut self.text, value).map_err(|_| LayoutError::Json)
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.text.push(b',');
        }
    }
}

/// The parts as browsers write them (WHATWG HTML, multipart/form-data): names and file names are UTF-8 as they are, and
/// only quotes and line breaks are escaped. Servers that read `filename*=` are rarer than servers that read UTF-8.
fn multipart(
    parts: &[Part],
    boundary: &str,
    json: impl Fn(&Value) -> Result<Vec<u8>, LayoutError>,
) -> Result<Vec<Piece>, LayoutError> {
    let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
    let mut text = Vec::new();
    for part in parts {
        text.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        match part {
            Part::Text { name, value } => {
                text.extend_from_slice(head(name).as_bytes());
                text.extend_from_slice(b"\r\n\r\n");
                text.extend_from_slice(value.as_bytes());
            }
            Part::Json { name, value } => {
                text.extend_from_slice(head(name).as_bytes());
                text.extend_from_slice(b"\r\n\r\n");
                text.extend_from_slice(&json(value)?);
            }
            Part::File { name, filename, content_type, file } => {
                let (head, filename) = (head(name), quoted(filename));
                // A content type with a line break in it would write headers of its own.
                let content_type: String = content_type.chars().filter(|c| !c.is_control()).collect();
                text.extend_from_slice(
                    format!("{head}; filename=\"{filename}\"\r\nContent-Type: {content_type}\r\n\r\n").as_bytes(),
                );
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
                pieces.push(Piece::File { file: file.clone(), encoding: Encoding::Raw });
            }
        }
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    pieces.push(Piece::Text(text.into()));
    Ok(pieces)
}

fn head(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{}\"", quoted(name))
}

fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A body whose files are open.
pub(super) struct Outgoing {
    segments: VecDeque<Segment>,
    first: Option<Bytes>,
}

enum Segment {
    Text(Bytes),
    File(OpenFile),
}

struct OpenFile {
    chunks: BoxStream<'static, io::Result<Bytes>>,
    left: u64,
    encoder: Option<Base64Encoder>,
}

impl Outgoing {
    /// The body as a stream that asks `passage` before the first byte and tells it why it cannot begin.
    pub(super) fn into_stream(self, passage: Arc<Passage>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, passage, false), |(mut outgoing, passage, begun)| async move {
            let chunk = match outgoing.first.take() {
                Some(chunk) => Some(chunk),
                None => outgoing.next().await?,
            };
            if !begun {
                passage.begin().map_err(io::Error::other)?;
            }
            Ok(chunk.map(|chunk| (chunk, (outgoing, passage, true))))
        })
    }

    /// The next chunk, never an empty one; `None` at the end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let chunk = match self.segments.front_mut() {
                None => return Ok(None),
                Some(Segment::Text(text)) => {
                    let text = std::mem::take(text);
                    self.segments.pop_front();
                    text
                }
                Some(Segment::File(file)) => match file.next().await? {
                    Some(chunk) => chunk,
                    None => {
                        self.segments.pop_front();
                        continue;
                    }
                },
            };
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
    }
}

impl OpenFile {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        // The kind alone: a store's own words may hold paths.
        let failed = |error: io::Error| io::Error::new(error.kind(), "a file of the call cannot be read");
        let Some(chunk) = self.chunks.next().await.transpose().map_err(failed)? else {
            if self.left > 0 {
                return Err(io::Error::other("a file of the call is shorter than recorded"));
            }
            return Ok(self.encoder.take().map(Base64Encoder::finish));
        };
        self.left = u64::try_from(chunk.len())
            .ok()
            .and_then(|length| self.left.checked_sub(length))
            .ok_or_else(|| io::Error::other("a file of the call is longer than recorded"))?;
        Ok(Some(match &mut self.encoder {
            Some(encoder) => encoder.push(&chunk),
            None => chunk,
        }))
    }
}

/// Base64 of a stream: holds back the one or two bytes that do not fill a group of three.
#[derive(Debug, Default)]
struct Base64Encoder {
    held: Vec<u8>,
}

impl Base64Encoder {
    fn push(&mut self, chunk: &[u8]) -> Bytes {
        let mut out = String::with_capacity((self.held.len() + chunk.len()).div_ceil(3) * 4);
        let missing = if self.held.is_empty() { 0 } else { 3 - self.held.len() };
        let (fill, rest) = chunk.split_at(missing.min(chunk.len()));
        self.held.extend_from_slice(fill);
        if self.held.len() == 3 {
            STANDARD.encode_string(&self.held, &mut out);
            self.held.clear();
        }
        let (groups, remainder) = rest.split_at(rest.len() - rest.len() % 3);
        STANDARD.encode_string(groups, &mut out);
        self.held.extend_from_slice(remainder);
        out.into()
    }

    fn finish(self) -> Bytes {
        STANDARD.encode(self.held).into()
    }
}

#[cfg(test)]
mod tests;
