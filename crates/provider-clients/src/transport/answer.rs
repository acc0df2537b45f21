//! The answer of a provider, read to its end: into memory, or into the object store with its digest taken on the way.

use std::io;
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};

use super::files::{FileSink, Files};
use super::reason;
use crate::call::ReplyTo;
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
    let body = match to {
        ReplyTo::Memory { limit } => ReplyBody::Memory(incoming.all(*limit).await?),
        ReplyTo::Store { limit, must_start_with } => {
            let begin = incoming.at_least(must_start_with.len()).await?;
            if status.is_success() && begin.starts_with(must_start_with) {
                ReplyBody::Stored(incoming.store(begin, *limit, content_type.clone(), files).await?)
            } else {
                ReplyBody::Memory(incoming.head(begin).await?)
            }
        }
    };
    Ok(Reply { status: status.as_u16(), retry_after, content_type, body })
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

    async fn at_least(&mut self, length: usize) -> Result<Vec<u8>, TransportError> {
        let mut begin = Vec::new();
        while begin.len() < length {
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
        let mut filling = Filling { sink, size: 0, limit, digest: digest::Context::new(&digest::SHA256) };
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
