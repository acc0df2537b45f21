//! Taking the files out of an archive that a provider sent.

use std::io::{Read, Seek, SeekFrom, Write};

use bytes::Bytes;
use futures::TryStreamExt;
use persistence::{BlobRef, BlobWriter};
use provider_clients::reply::StoredFile;
use tokio::task::spawn_blocking;
use zip::ZipArchive;

use crate::files::area;
use crate::{Broker, BrokerError, Result};

/// Members that are looked at in one archive.
const MOST_MEMBERS: usize = 200;

/// Bytes that are taken out at a time.
const CHUNK: usize = 256 * 1024;

impl Broker {
    /// Stores the members of `archive` that `wanted` names a key for. No member may be larger than an artifact, and all of
    /// them together no larger than four: an archive that unfolds to more is refused.
    ///
    /// # Errors
    /// [`BrokerError::Internal`] when it is no sound archive; those of the store.
    pub(crate) async fn unpack(
        &self,
        archive: &StoredFile,
        wanted: impl FnOnce(&[String]) -> Vec<Option<String>>,
    ) -> Result<Vec<(String, StoredFile)>> {
        let local = self.local_copy(archive).await?;
        let (mut zip, names) = spawn_blocking(move || -> std::result::Result<_, BrokerError> {
            let mut zip = ZipArchive::new(local).map_err(|_| unsound())?;
            let members = zip.len().min(MOST_MEMBERS);
            let names = (0..members)
                .map(|index| {
                    zip.by_index(index)
                        .map(|member| member.name().map(|name| name.into_owned()).unwrap_or_default())
                        .map_err(|_| unsound())
                })
                .collect::<std::result::Result<Vec<_>, _>>()?;
            Ok((zip, names))
        })
        .await
        .map_err(|_| unsound())??;
        let keys = wanted(&names);
        let mut left = self.config().max_artifact_bytes.saturating_mul(4);
        let mut files = Vec::new();
        for (index, key) in keys.into_iter().enumerate() {
            let Some(key) = key else { continue };
            let (back, file) = self.member(zip, index, left).await?;
            zip = back;
            left = left.saturating_sub(file.size);
            files.push((key, file));
        }
        Ok(files)
    }

    /// Stores one member; the archive is given back.
    async fn member(
        &self,
        mut zip: ZipArchive<std::fs::File>,
        index: usize,
        left: u64,
    ) -> Result<(ZipArchive<std::fs::File>, StoredFile)> {
        let limit = self.config().max_artifact_bytes.min(left);
        let (sender, mut chunks) = tokio::sync::mpsc::channel::<Bytes>(4);
        let reading = spawn_blocking(move || -> std::result::Result<_, BrokerError> {
            let mut member = zip.by_index(index).map_err(|_| unsound())?;
            let mut chunk = vec![0; CHUNK];
            loop {
                let read = member.read(&mut chunk).map_err(|_| unsound())?;
                let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
                // The other side stops listening once the member is too large.
                if sender.blocking_send(Bytes::copy_from_slice(bytes)).is_err() {
                    break;
                }
            }
            drop(member);
            Ok(zip)
        });
        let mut writer: BlobWriter = self.blobs().writer(area::ARTIFACTS, Some(limit));
        while let Some(chunk) = chunks.recv().await {
            writer.write(&chunk).await?;
        }
        let zip = reading.await.map_err(|_| unsound())??;
        let meta = writer.finish().await?;
        let content_type = Some("application/pdf".to_owned());
        Ok((zip, StoredFile { key: meta.key, size: meta.size, sha256: meta.sha256, content_type }))
    }

    /// The archive in a file without a name, because its list of members is at its end.
    async fn local_copy(&self, archive: &StoredFile) -> Result<std::fs::File> {
        let failed = |error: std::io::Error| BrokerError::Internal(format!("a temporary file: {}", error.kind()));
        let mut file = spawn_blocking(tempfile::tempfile).await.map_err(|_| unsound())?.map_err(failed)?;
        let blob = BlobRef { key: &archive.key, size: archive.size, chunk_sha256: &[] };
        let mut stream = self.blobs().read(blob).await?;
        while let Some(chunk) = stream.try_next().await? {
            file = spawn_blocking(move || file.write_all(&chunk).map(|()| file))
                .await
                .map_err(|_| unsound())?
                .map_err(failed)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }
}

fn unsound() -> BrokerError {
    BrokerError::Internal("an archive that a provider sent cannot be read".to_owned())
}
