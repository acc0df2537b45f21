//! Writing a blob as it streams in.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use domain::record::CHUNK_BYTES;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};

use super::{BlobError, failure};

/// A blob that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobMeta {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 of each chunk of [`CHUNK_BYTES`], lower-case hexadecimal.
    pub chunk_sha256: Vec<String>,
}

impl BlobMeta {
    /// What names it and proves its bytes.
    #[must_use]
    pub fn as_ref(&self) -> super::BlobRef<'_> {
        super::BlobRef { key: &self.key, size: self.size, chunk_sha256: &self.chunk_sha256 }
    }
}

/// Writes one blob. Until [`Self::finish`] nothing of it is visible; a writer that is dropped leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    store: Arc<dyn ObjectStore>,
    key: String,
    path: Path,
    part_bytes: usize,
    limit: Option<u64>,
    buffer: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
    digests: Digests,
}

impl BlobWriter {
    pub(super) fn new(store: Arc<dyn ObjectStore>, key: String, part_bytes: usize, limit: Option<u64>) -> Self {
        let path = Path::from(key.as_str());
        let digests = Digests::new();
        Self { store, key, path, part_bytes, limit, buffer: Vec::new(), upload: None, digests }
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.digests.size
    }

    /// SHA-256 of what was written so far, lower-case hexadecimal.
    #[must_use]
    pub fn sha256_so_far(&self) -> String {
        hex::encode(self.digests.whole.clone().finish())
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] when they pass the limit; [`BlobError::Storage`] when the store fails. The writer is to
    /// be dropped then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        let added = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Some(limit) = self.limit
            && self.digests.size.saturating_add(added) > limit
        {
            return Err(BlobError::TooLarge { limit });
        }
        self.digests.update(bytes);
        while !bytes.is_empty() {
            let room = self.part_bytes.saturating_sub(self.buffer.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            // A full part leaves only when more follows, so that a blob of one part needs no multipart upload.
            if !bytes.is_empty() {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), BlobError> {
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.path).await.map_err(failure)?),
        };
        let part = std::mem::take(&mut self.buffer);
        upload.put_part(part.into()).await.map_err(failure)
    }

    /// Makes the blob visible, durably.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when the store fails; then nothing is visible.
    pub async fn finish(mut self) -> Result<BlobMeta, BlobError> {
        if self.upload.is_some() {
            if !self.buffer.is_empty() {
                self.send_part().await?;
            }
            if let Some(upload) = &mut self.upload {
                upload.complete().await.map_err(failure)?;
            }
            self.upload = None;
        } else {
            let bytes = std::mem::take(&mut self.buffer);
            self.store.put(&self.path, bytes.into()).await.map_err(failure)?;
        }
        let digests = std::mem::replace(&mut self.digests, Digests::new());
        let size = digests.size;
        let (sha256, chunk_sha256) = digests.finish();
        Ok(BlobMeta { key: std::mem::take(&mut self.key), size, sha256, chunk_sha256 })
    }

    /// Gives the blob up.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when the store could not forget the parts that it has; they are not visible.
    pub async fn abort(mut self) -> Result<(), BlobError> {
        match self.upload.take() {
            Some(mut upload) => upload.abort().await.map_err(failure),
            None => Ok(()),
        }
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "the parts of an unfinished blob were not removed");
                }
            });
        }
    }
}

struct Digests {
    size: u64,
    whole: Context,
    chunk: Context,
    in_chunk: u64,
    chunks: Vec<String>,
}

impl std::fmt::Debug for Digests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digests").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Digests {
    fn new() -> Self {
        Self { size: 0, whole: Context::new(&SHA256), chunk: Context::new(&SHA256), in_chunk: 0, chunks: Vec::new() }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let room = usize::try_from(CHUNK_BYTES.saturating_sub(self.in_chunk)).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.chunk.update(now);
            let added = u64::try_from(now.len()).unwrap_or(u64::MAX);
            self.size = self.size.saturating_add(added);
            self.in_chunk = self.in_chunk.saturating_add(added);
            if self.in_chunk == CHUNK_BYTES {
                self.end_chunk();
            }
            bytes = later;
        }
    }

    fn end_chunk(&mut self) {
        let chunk = std::mem::replace(&mut self.chunk, Context::new(&SHA256));
        self.chunks.push(hex::encode(chunk.finish()));
        self.in_chunk = 0;
    }

    fn finish(mut self) -> (String, Vec<String>) {
        if self.in_chunk > 0 {
            self.end_chunk();
        }
        (hex::encode(self.whole.finish()), self.chunks)
    }
}
