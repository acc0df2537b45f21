//! The answer of a provider, read to its end: into memory, or into the object store with its digest taken on the way.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};

use super::files::{FileSink, Files};
use super::json_files::{Cut, CutError, Cutter};
use super::reason;
use crate::call::{Content, ReplyTo};
use crate::reply::{Reply, ReplyBody, StoredFile, TransportError};

/// How much of an answer that was not worth storing is kept, for the adapter to find out why: 64 KiB.
const HEAD_LIMIT: usize = 64 * 1024;

/// Reads `response` to its end.
///
/// # Errors
/// [`TransportError::Lost`]: the answer was cut off, is too large, came too late, or could not be stored.
pub(super) async fn read(
    response: Response,
    to: &ReplyTo,
    files: &dyn Files,
    deadline: Instant,
) -> Result<Reply, TransportError> {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let content_type = text(response.headers(), &CONTENT_TYPE).map(ToOwned::to_owned);
    let mut incoming = Incoming { response, deadline };
    let mut files_in_body = BTreeMap::new();
    let body = match to {
        ReplyTo::Memory { limit } => ReplyBody::Memory(incoming.all(*limit).await?),
        ReplyTo::Store { limit, content } => {
            let begin = incoming.begin(*content).await?;
            match kind_of(*content, &begin).filter(|_| status.is_success()) {
                Some(kind) => {
                    let file = incoming.store(begin, *limit, content_type.clone(), files).await?;
                    match kind {
                        Kind::File => ReplyBody::Stored(file),
                        Kind::Archive => ReplyBody::Archive(file),
                    }
                }
                None => ReplyBody::Memory(incoming.head(begin).await?),
            }
        }
        ReplyTo::JsonWithFiles { limit, file_limit, files: places } if status.is_success() => {
            let cut = Cutting { limit: *limit, file_limit: *file_limit, files, deadline };
            let (json, found) = cut.read(&mut incoming, places).await?;
            files_in_body = found;
            ReplyBody::Memory(json)
        }
        ReplyTo::JsonWithFiles { .. } => ReplyBody::Memory(incoming.head(Vec::new()).await?),
    };
    Ok(Reply { status: status.as_u16(), retry_after, content_type, body, files: files_in_body })
}

/// How much of a file is looked at to tell what it is. A PDF may begin later than at its first byte (ISO 32000-1, H.3,
/// note 13).
const LOOKED_AT: usize = 1024;

/// What is stored.
enum Kind {
    File,
    Archive,
}

/// What a file that begins so is, when it is what was expected.
fn kind_of(expected: Content, begin: &[u8]) -> Option<Kind> {
    let is_pdf = begin.windows(5).take(LOOKED_AT).any(|window| window == b"%PDF-");
    match expected {
        Content::Any => Some(Kind::File),
        Content::PdfOrZip if begin.starts_with(b"PK\x03\x04") => Some(Kind::Archive),
        Content::Pdf | Content::PdfOrZip => is_pdf.then_some(Kind::File),
    }
}

/// An answer whose files go to the store while it is read.
struct Cutting<'a> {
    limit: usize,
    file_limit: u64,
    files: &'a dyn Files,
    deadline: Instant,
}

impl Cutting<'_> {
    async fn read(
        &self,
        incoming: &mut Incoming,
        places: &[&'static str],
    ) -> Result<(Bytes, BTreeMap<String, StoredFile>), TransportError> {
        let token = super::boundary()?;
        let mut cutter = Cutter::new(places);
        let (mut json, mut found, mut open) = (Vec::new(), BTreeMap::new(), None);
        let result = self.cut(incoming, &mut cutter, &token, &mut json, &mut found, &mut open).await;
        if let Some(unfinished) = open.take() {
            unfinished.sink.abort().await;
        }
        result.map(|()| (json.into(), found))
    }

    async fn cut(
        &self,
        incoming: &mut Incoming,
        cutter: &mut Cutter,
        token: &str,
        json: &mut Vec<u8>,
        found: &mut BTreeMap<String, StoredFile>,
        open: &mut Option<Filling>,
    ) -> Result<(), TransportError> {
        let cannot = |error: CutError| lost(error.to_string());
        while let Some(chunk) = incoming.chunk().await? {
            for cut in cutter.push(&chunk).map_err(cannot)? {
                match cut {
                    Cut::Json(bytes) => json.extend_from_slice(&bytes),
                    Cut::Begin => *open = Some(self.begin().await?),
                    Cut::File(bytes) => {
                        if let Some(file) = open.as_mut() {
                            file.write(bytes.into(), self.deadline).await?;
                        }
                    }
                    Cut::End => {
                        let Some(file) = open.take() else { continue };
                        let name = format!("{token}-{}", found.len());
                        json.extend_from_slice(format!("\"{name}\"").as_bytes());
                        found.insert(name, file.finish(None, self.deadline).await?);
                    }
                }
                if json.len() > self.limit {
                    return Err(lost("the answer is larger than expected"));
                }
            }
        }
        cutter.finish().map_err(cannot)
    }

    async fn begin(&self) -> Result<Filling, TransportError> {
        let sink = timeout_at(self.deadline, self.files.sink()).await;
        let sink = sink.map_err(|_| too_slow())?.map_err(|error| not_kept(&error))?;
        Ok(Filling::new(sink, self.file_limit))
    }
}

struct Incoming {
    response: Response,
    deadline: Instant,
}

impl Incoming {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match timeout_at(self.deadline, self.response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(lost(format!("the answer was cut off: {}", reason(&error)))),
            Err(_) => Err(lost("the answer did not end in time")),
        }
    }

    async fn all(&mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len().saturating_add(chunk.len()) > limit {
                return Err(lost("the answer is larger than expected"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }

    /// As much of the beginning as tells what it is.
    async fn begin(&mut self, expected: Content) -> Result<Vec<u8>, TransportError> {
        let mut begin = Vec::new();
        while begin.len() < LOOKED_AT && kind_of(expected, &begin).is_none() {
            let Some(chunk) = self.chunk().await? else { break };
            begin.extend_from_slice(&chunk);
        }
        Ok(begin)
    }

    async fn head(&mut self, begin: Vec<u8>) -> Result<Bytes, TransportError> {
        let mut head = begin;
        while head.len() < HEAD_LIMIT {
            let Some(chunk) = self.chunk().await? else { break };
            head.extend_from_slice(&chunk);
        }
        head.truncate(HEAD_LIMIT);
        Ok(head.into())
    }

    async fn store(
        &mut self,
        begin: Vec<u8>,
        limit: u64,
        content_type: Option<String>,
        files: &dyn Files,
    ) -> Result<StoredFile, TransportError> {
        let sink = timeout_at(self.deadline, files.sink()).await.map_err(|_| too_slow())?.map_err(|e| not_kept(&e))?;
        let mut filling = Filling::new(sink, limit);
        match self.fill(&mut filling, begin).await {
            Ok(()) => filling.finish(content_type, self.deadline).await,
            Err(error) => {
                filling.sink.abort().await;
                Err(error)
            }
        }
    }

    async fn fill(&mut self, filling: &mut Filling, begin: Vec<u8>) -> Result<(), TransportError> {
        filling.write(begin.into(), self.deadline).await?;
        while let Some(chunk) = self.chunk().await? {
            filling.write(chunk, self.deadline).await?;
        }
        Ok(())
    }
}

struct Filling {
    sink: Box<dyn FileSink>,
    size: u64,
    limit: u64,
    digest: digest::Context,
}

impl Filling {
    fn new(sink: Box<dyn FileSink>, limit: u64) -> Self {
        Self { sink, size: 0, limit, digest: digest::Context::new(&digest::SHA256) }
    }

    async fn write(&mut self, chunk: Bytes, deadline: Instant) -> Result<(), TransportError> {
        self.size = self.size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if self.size > self.limit {
            return Err(lost("the answer is larger than expected"));
        }
        self.digest.update(&chunk);
        if chunk.is_empty() {
            return Ok(());
        }
        timeout_at(deadline, self.sink.write(chunk)).await.map_err(|_| too_slow())?.map_err(|e| not_kept(&e))
    }

    async fn finish(self, content_type: Option<String>, deadline: Instant) -> Result<StoredFile, TransportError> {
        let key = timeout_at(deadline, self.sink.finish()).await.map_err(|_| too_slow())?.map_err(|e| not_kept(&e))?;
        Ok(StoredFile { key, size: self.size, sha256: hex::encode(self.digest.finish()), content_type })
    }
}

fn lost(reason: impl Into<String>) -> TransportError {
    TransportError::Lost { reason: reason.into() }
}

fn too_slow() -> TransportError {
    lost("the answer could not be stored in time")
}

fn not_kept(error: &io::Error) -> TransportError {
    // The kind alone: a store's own words may hold paths.
    lost(format!("the answer could not be stored: {}", error.kind()))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `Retry-After` in seconds from now: a number of them, or a date, which is set against the answer's own `Date` so that
/// the provider's clock need not agree with ours.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let told = text(headers, &RETRY_AFTER)?.trim();
    if let Ok(seconds) = told.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(told).ok()?;
    let now =
        text(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn told(pairs: &[(HeaderName, &str)]) -> Option<Duration> {
        let headers: HeaderMap =
            pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_each_form_of_a_date() {
        let date = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[(RETRY_AFTER, "120")]), Some(Duration::from_secs(120)));
        assert_eq!(told(&[(RETRY_AFTER, " 0 ")]), Some(Duration::ZERO));
        for form in ["Sun, 06 Nov 1994 08:51:37 GMT", "Sunday, 06-Nov-94 08:51:37 GMT", "Sun Nov  6 08:51:37 1994"] {
            assert_eq!(told(&[(RETRY_AFTER, form), date.clone()]), Some(Duration::from_secs(120)), "{form}");
        }
        assert_eq!(told(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT"), date.clone()]), Some(Duration::ZERO));
        assert_eq!(told(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:51:37 GMT")]), Some(Duration::ZERO));
        for nonsense in ["-1", "soon", "1.5", ""] {
            assert_eq!(told(&[(RETRY_AFTER, nonsense), date.clone()]), None, "{nonsense}");
        }
    }
}
