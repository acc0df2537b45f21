//! What the transport needs of the object store.

use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use crate::call::FileSource;

/// Files that bodies carry and answers fill. The broker implements it over the object store.
#[async_trait]
pub trait Files: Send + Sync {
    /// The bytes of a file, in chunks, from its beginning.
    ///
    /// # Errors
    /// The file is not there or cannot be read.
    async fn open(&self, source: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>>;

    /// A new file to write.
    ///
    /// # Errors
    /// The store cannot take one.
    async fn sink(&self) -> io::Result<Box<dyn FileSink>>;
}

/// A file that is being written. Nobody sees it before [`FileSink::finish`]; dropping it without either end may leave
/// rubbish behind (a call that is cut off does so), which the store's own cleaning has to find.
#[async_trait]
pub trait FileSink: Send {
    /// Appends a chunk.
    ///
    /// # Errors
    /// The store did not take it; the file is of no use any more.
    async fn write(&mut self, chunk: Bytes) -> io::Result<()>;

    /// Makes the file durable and gives its key.
    ///
    /// # Errors
    /// The store could not keep it.
    async fn finish(self: Box<Self>) -> io::Result<String>;

    /// Throws away what was written, best effort.
    async fn abort(self: Box<Self>);
}
