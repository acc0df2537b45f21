//! Reading a blob as a stream of verified bytes.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use domain::record::CHUNK_BYTES;
use futures::Stream;
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};

use super::{BlobError, BlobRef, chunk_of, failure, is_chunk};

/// Bytes of a blob. An error ends it.
pub struct BlobStream(BoxStream<'static, Result<Bytes, BlobError>>);

impl std::fmt::Debug for BlobStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlobStream")
    }
}

impl Stream for BlobStream {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

pub(super) async fn open(
    store: &dyn ObjectStore,
    blob: BlobRef<'_>,
    range: Range<u64>,
) -> Result<BlobStream, BlobError> {
    if range.start > range.end || range.end > blob.size {
        return Err(BlobError::Range);
    }
    if range.is_empty() {
        return Ok(BlobStream(futures::stream::empty().boxed()));
    }
    let verified = !blob.chunk_sha256.is_empty();
    let fetched = if verified { whole_chunks(&range, blob.size) } else { range.clone() };
    let options = GetOptions { range: Some(GetRange::Bounded(fetched.clone())), ..GetOptions::default() };
    let result = store.get_opts(&Path::from(blob.key), options).await.map_err(failure)?;
    if result.meta.size != blob.size {
        return Err(BlobError::Corrupt);
    }
    let raw = result.into_stream().map_err(failure).boxed();
    if !verified {
        return Ok(BlobStream(raw));
    }
    let verifier = Verifier {
        raw,
        held: BytesMut::new(),
        at: fetched.start,
        fetched_end: fetched.end,
        wanted: range,
        digests: blob.chunk_sha256.to_vec(),
    };
    let stream = futures::stream::try_unfold(verifier, |mut verifier| async move {
        Ok(verifier.next().await?.map(|bytes| (bytes, verifier)))
    });
    Ok(BlobStream(stream.boxed()))
}

/// The chunks that `range` touches, from the first byte of the first to the last byte of the last.
pub(super) fn whole_chunks(range: &Range<u64>, size: u64) -> Range<u64> {
    let start = chunk_of(range.start).saturating_mul(CHUNK_BYTES);
    let end = chunk_of(range.end.saturating_sub(1)).saturating_add(1).saturating_mul(CHUNK_BYTES);
    start..end.min(size)
}

/// Gathers one chunk at a time, verifies it, and gives out what was wanted of it.
struct Verifier {
    raw: BoxStream<'static, Result<Bytes, BlobError>>,
    held: BytesMut,
    at: u64,
    fetched_end: u64,
    wanted: Range<u64>,
    digests: Vec<String>,
}

impl Verifier {
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        if self.at >= self.fetched_end {
            return Ok(None);
        }
        let end = self.at.saturating_add(CHUNK_BYTES).min(self.fetched_end);
        let length = to_usize(end.saturating_sub(self.at));
        while self.held.len() < length {
            // Fewer bytes than there were.
            let part = self.raw.try_next().await?.ok_or(BlobError::Corrupt)?;
            self.held.extend_from_slice(&part);
        }
        let chunk = self.held.split_to(length).freeze();
        if !is_chunk(&self.digests, chunk_of(self.at), &chunk) {
            return Err(BlobError::Corrupt);
        }
        let from = to_usize(self.wanted.start.saturating_sub(self.at));
        let to = to_usize(self.wanted.end.min(end).saturating_sub(self.at));
        self.at = end;
        Ok(Some(chunk.slice(from..to)))
    }
}

/// A number of bytes within one chunk.
fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
