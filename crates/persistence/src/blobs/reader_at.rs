//! A blob as a file for code that blocks, such as the examination of a PDF.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use domain::record::CHUNK_BYTES;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

use super::{BlobError, BlobRef, chunk_of, failure, is_chunk};

/// Chunks that are kept: readers of files jump between their end and a few places.
const CACHED: usize = 4;

/// Reads a blob in verified chunks of [`CHUNK_BYTES`], a few of which are kept. For blocking threads only: it waits for
/// the store on the runtime in which it was made.
pub struct BlobReaderAt {
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    path: Path,
    size: u64,
    digests: Vec<String>,
    position: u64,
    cache: VecDeque<(u64, Bytes)>,
}

impl std::fmt::Debug for BlobReaderAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobReaderAt")
            .field("size", &self.size)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl BlobReaderAt {
    pub(super) fn new(store: Arc<dyn ObjectStore>, blob: BlobRef<'_>) -> Self {
        Self {
            store,
            runtime: Handle::current(),
            path: Path::from(blob.key),
            size: blob.size,
            digests: blob.chunk_sha256.to_vec(),
            position: 0,
            cache: VecDeque::with_capacity(CACHED),
        }
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    fn chunk(&mut self, index: u64) -> std::result::Result<Bytes, BlobError> {
        if let Some(place) = self.cache.iter().position(|(cached, _)| *cached == index)
            && let Some(hit) = self.cache.remove(place)
        {
            let bytes = hit.1.clone();
            self.cache.push_back(hit);
            return Ok(bytes);
        }
        let start = index.saturating_mul(CHUNK_BYTES);
        let range = start..start.saturating_add(CHUNK_BYTES).min(self.size);
        let length = range.end.saturating_sub(range.start);
        let bytes = self.runtime.block_on(self.store.get_range(&self.path, range)).map_err(failure)?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|got| got == length);
        if !whole || !(self.digests.is_empty() || is_chunk(&self.digests, index, &bytes)) {
            return Err(BlobError::Corrupt);
        }
        if self.cache.len() == CACHED {
            self.cache.pop_front();
        }
        self.cache.push_back((index, bytes.clone()));
        Ok(bytes)
    }
}

impl Read for BlobReaderAt {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let index = chunk_of(self.position);
        let chunk = self.chunk(index).map_err(|error| {
            let kind = match error {
                BlobError::Missing => ErrorKind::NotFound,
                BlobError::Corrupt => ErrorKind::InvalidData,
                BlobError::Address(_) | BlobError::TooLarge { .. } | BlobError::Range | BlobError::Storage => {
                    ErrorKind::Other
                }
            };
            Error::new(kind, error)
        })?;
        let from = usize::try_from(self.position % CHUNK_BYTES).unwrap_or(usize::MAX);
        let rest = chunk.get(from..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.position = self.position.saturating_add(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

impl Seek for BlobReaderAt {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
