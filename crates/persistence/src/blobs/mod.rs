//! The bytes of documents and artifacts, in a local folder or an S3-compatible store.
//!
//! A blob is written once under a key of its own and never changes. While it is written its SHA-256 and that of each
//! chunk of [`CHUNK_BYTES`] are taken; with these every read is verified, also of a part. Memory stays bounded by a few
//! chunks, however large the blob. No error shows where the bytes are.

mod reader_at;
mod stream;
mod writer;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::record::CHUNK_BYTES;
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};

pub use reader_at::BlobReaderAt;
pub use stream::BlobStream;
pub use writer::{BlobMeta, BlobWriter};

/// What S3 takes as the smallest part, all but the last: 5 MiB. Source: Amazon S3 user guide, "Multipart upload limits".
const S3_PART_BYTES: usize = 8 * 1024 * 1024;
const LOCAL_PART_BYTES: usize = 1024 * 1024;

/// Why bytes were not stored or read. No message says where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// The address of the store cannot be used.
    #[error("the storage address is not usable: {0}")]
    Address(&'static str),
    /// There is no blob with this key.
    #[error("there is no such blob")]
    Missing,
    /// The bytes are not those that were stored.
    #[error("the stored bytes are not what they were")]
    Corrupt,
    /// More bytes than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// A part outside the blob was asked for.
    #[error("the range is not within the blob")]
    Range,
    /// The store failed or cannot be reached; trying again later may help.
    #[error("the storage failed")]
    Storage,
}

/// What names a blob and proves its bytes.
#[derive(Debug, Clone, Copy)]
pub struct BlobRef<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of each chunk, lower-case hexadecimal; empty means that reads are not verified.
    pub chunk_sha256: &'a [String],
}

/// A store of blobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    part_bytes: usize,
}

impl Blobs {
    /// Opens `file:PATH` (made when it is missing; every blob is flushed to the disk), `s3://bucket/prefix` (credentials,
    /// region and endpoint from the `AWS_…` variables) or `memory:` (for tests).
    ///
    /// # Errors
    /// [`BlobError::Address`] when the address is of another kind or its place cannot be used.
    pub fn open(url: &str) -> Result<Self, BlobError> {
        if let Some(path) = url.strip_prefix("file:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            std::fs::create_dir_all(path).map_err(|_| BlobError::Address("the folder cannot be made"))?;
            let store = LocalFileSystem::new_with_prefix(path)
                .map_err(|_| BlobError::Address("the folder cannot be used"))?
                .with_fsync(true);
            Ok(Self { store: Arc::new(store), part_bytes: LOCAL_PART_BYTES })
        } else if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let store = AmazonS3Builder::from_env()
                .with_bucket_name(bucket)
                .build()
                .map_err(|_| BlobError::Address("the bucket cannot be used with the AWS settings"))?;
            let store: Arc<dyn ObjectStore> =
                if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, Path::from(prefix))) };
            Ok(Self { store, part_bytes: S3_PART_BYTES })
        } else if url == "memory:" {
            Ok(Self { store: Arc::new(InMemory::new()), part_bytes: LOCAL_PART_BYTES })
        } else {
            Err(BlobError::Address("it must begin with file: or s3:"))
        }
    }

    /// Begins a blob of at most `limit` bytes under a new key that begins with `area`, for example `documents`. Nothing
    /// is visible before [`BlobWriter::finish`].
    #[must_use]
    pub fn writer(&self, area: &str, limit: Option<u64>) -> BlobWriter {
        let id = uuid::Uuid::now_v7().simple().to_string();
        // The last characters are random: spread over folders, so that none grows without bound.
        let (_, spread) = id.split_at(id.len().saturating_sub(2));
        BlobWriter::new(Arc::clone(&self.store), format!("{area}/{spread}/{id}"), self.part_bytes, limit)
    }

    /// Writes a blob that is in memory already.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when it is not stored.
    pub async fn put(&self, area: &str, bytes: &[u8]) -> Result<BlobMeta, BlobError> {
        let mut writer = self.writer(area, None);
        writer.write(bytes).await?;
        writer.finish().await
    }

    /// The bytes of a blob, verified chunk by chunk.
    ///
    /// # Errors
    /// [`BlobError::Missing`], or [`BlobError::Corrupt`] when its size is another. A chunk that is not what was stored
    /// ends the stream with [`BlobError::Corrupt`] before any of it is given out.
    pub async fn read(&self, blob: BlobRef<'_>) -> Result<BlobStream, BlobError> {
        self.read_range(blob, 0..blob.size).await
    }

    /// Bytes `range` of a blob, with the chunks that they lie in verified.
    ///
    /// # Errors
    /// [`BlobError::Range`] when `range` ends beyond the blob or is reversed; otherwise as [`Self::read`].
    pub async fn read_range(&self, blob: BlobRef<'_>, range: std::ops::Range<u64>) -> Result<BlobStream, BlobError> {
        stream::open(self.store.as_ref(), blob, range).await
    }

    /// All bytes of a blob, for what is known to be small.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_to_vec(&self, blob: BlobRef<'_>) -> Result<Vec<u8>, BlobError> {
        let mut bytes = Vec::with_capacity(usize::try_from(blob.size).unwrap_or_default());
        let mut stream = self.read(blob).await?;
        while let Some(part) = stream.try_next().await? {
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    /// The blob as a file for code that blocks. To be used on a blocking thread (`spawn_blocking`), never in an
    /// asynchronous one; must be made within the runtime.
    #[must_use]
    pub fn reader_at(&self, blob: BlobRef<'_>) -> BlobReaderAt {
        BlobReaderAt::new(Arc::clone(&self.store), blob)
    }

    /// Removes a blob. One that is gone already is no error.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when the store fails.
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        match self.store.delete(&Path::from(key)).await.map_err(failure) {
            Ok(()) | Err(BlobError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The keys of blobs that were written before `cutoff`, in no order: to find those that nothing refers to.
    #[must_use]
    pub fn written_before(&self, cutoff: DateTime<Utc>) -> BoxStream<'static, Result<String, BlobError>> {
        self.store
            .list(None)
            .map_err(failure)
            .try_filter_map(
                move |meta| async move { Ok((meta.last_modified < cutoff).then(|| meta.location.to_string())) },
            )
            .boxed()
    }
}

/// The chunk that byte `offset` lies in.
fn chunk_of(offset: u64) -> u64 {
    offset / CHUNK_BYTES
}

/// Whether `bytes` are chunk `index` of what was stored.
fn is_chunk(digests: &[String], index: u64, bytes: &[u8]) -> bool {
    let expected = usize::try_from(index).ok().and_then(|index| digests.get(index));
    expected.is_some_and(|expected| *expected == hex::encode(crate::digests::sha256(bytes)))
}

/// The cause goes to the log, because it names places; the caller learns what to do.
fn failure(error: object_store::Error) -> BlobError {
    if matches!(error, object_store::Error::NotFound { .. }) {
        return BlobError::Missing;
    }
    tracing::warn!(%error, "the object store failed");
    BlobError::Storage
}
