//! Writing the bundle as a stream: a ZIP whose members are stored as they are, written into a small buffer that is handed
//! out after every piece. No thread waits for a slow reader, and nothing is larger in memory than one piece of a file.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::record::{Artifact, Envelope};
use futures::{Stream, TryStreamExt, stream};
use persistence::{BlobRef, BlobStream};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{BundleText, PURPOSE, SEAL, SUMS};
use crate::Broker;
use crate::digest::{Sha256Stream, sha256_hex};
use crate::files::io_error;

/// From this size on a member needs the large form of ZIP.
const LARGE: u64 = 0xFFFF_0000;

/// The bundle, a piece at a time.
pub(super) fn stream(
    broker: Broker,
    envelope: &Envelope,
    texts: Vec<BundleText>,
) -> impl Stream<Item = io::Result<Bytes>> + use<> {
    let mut members: VecDeque<Member> = texts.into_iter().map(Member::Text).collect();
    let published = envelope.artifacts.iter().filter(|artifact| artifact.published);
    members.extend((1_u32..).zip(published).map(|(place, artifact)| Member::of_artifact(place, artifact)));
    members.push_back(Member::Sums);
    members.push_back(Member::Seal);
    let out = Outlet::default();
    let zip = Some(ZipWriter::new_stream(out.clone()));
    let bundle = Bundle { broker, zip, out, members, open: None, sums: String::new() };
    stream::try_unfold(bundle, async |mut bundle| Ok(bundle.next().await?.map(|piece| (piece, bundle))))
}

/// What is still to be written.
enum Member {
    Text(BundleText),
    File { name: String, key: String, size: u64, sha256: String, chunk_sha256: Vec<String> },
    Sums,
    Seal,
}

impl Member {
    fn of_artifact(place: u32, artifact: &Artifact) -> Self {
        Self::File {
            name: format!("artifacts/{place:02}-{}", plain(&artifact.filename)),
            key: artifact.object_key.clone(),
            size: artifact.size,
            sha256: artifact.sha256.clone(),
            chunk_sha256: artifact.chunk_sha256.clone(),
        }
    }
}

/// A file that is being copied into the bundle.
struct Open {
    name: String,
    bytes: BlobStream,
    digest: Sha256Stream,
    sha256: String,
}

struct Bundle {
    broker: Broker,
    /// `None` once the directory at the end is written.
    zip: Option<ZipWriter<StreamWriter<Outlet>>>,
    out: Outlet,
    members: VecDeque<Member>,
    open: Option<Open>,
    sums: String,
}

impl Bundle {
    /// The next bytes; `None` after the last.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let ready = self.out.take();
            if !ready.is_empty() {
                return Ok(Some(ready));
            }
            if self.zip.is_none() {
                return Ok(None);
            }
            self.step().await?;
        }
    }

    /// Writes a piece.
    async fn step(&mut self) -> io::Result<()> {
        if let Some(mut open) = self.open.take() {
            if let Some(chunk) = open.bytes.try_next().await.map_err(io_error)? {
                open.digest.update(&chunk);
                self.zip()?.write_all(&chunk)?;
                self.open = Some(open);
                return Ok(());
            }
            if open.digest.finish_hex() != open.sha256 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a file is not what was stored"));
            }
            self.list(&open.sha256, &open.name);
            return Ok(());
        }
        match self.members.pop_front() {
            Some(Member::Text(text)) => {
                self.write(&text.name, &text.content)?;
                self.list(&sha256_hex(&text.content), &text.name);
            }
            Some(Member::File { name, key, size, sha256, chunk_sha256 }) => {
                let blob = BlobRef { key: &key, size, chunk_sha256: &chunk_sha256 };
                let bytes = self.broker.blobs().read(blob).await.map_err(io_error)?;
                self.begin(&name, size)?;
                self.open = Some(Open { name, bytes, digest: Sha256Stream::new(), sha256 });
            }
            Some(Member::Sums) => {
                let sums = self.sums.clone();
                self.write(SUMS, sums.as_bytes())?;
            }
            Some(Member::Seal) => {
                let digest = sha256_hex(self.sums.as_bytes());
                let seal = self.broker.store().seal_token(PURPOSE, digest.as_bytes()).map_err(io::Error::other)?;
                self.write(SEAL, format!("{seal}\n").as_bytes())?;
            }
            None => {
                if let Some(zip) = self.zip.take() {
                    zip.finish()?;
                }
            }
        }
        Ok(())
    }

    fn zip(&mut self) -> io::Result<&mut ZipWriter<StreamWriter<Outlet>>> {
        self.zip.as_mut().ok_or_else(|| io::Error::other("the bundle is closed"))
    }

    /// Begins a member; whatever is written next belongs to it.
    fn begin(&mut self, name: &str, size: u64) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            // What comes back is compressed already.
            .compression_method(CompressionMethod::Stored)
            // The same bundle twice is the same bytes, but for the seal.
            .last_modified_time(DateTime::default())
            .large_file(size >= LARGE);
        Ok(self.zip()?.start_file(name, options)?)
    }

    fn write(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.begin(name, u64::try_from(content.len()).unwrap_or(u64::MAX))?;
        self.zip()?.write_all(content)
    }

    fn list(&mut self, sha256: &str, name: &str) {
        self.sums.push_str(&format!("{sha256}  {name}\n"));
    }
}

/// Where the ZIP is written to, and taken from.
#[derive(Clone, Default)]
struct Outlet(Arc<Mutex<Vec<u8>>>);

impl Outlet {
    fn take(&self) -> Bytes {
        Bytes::from(std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file name without what leads out of a folder, hides a file or breaks a line of the digests.
fn plain(filename: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    let name: String = filename.chars().map(|c| if odd(c) { '_' } else { c }).collect();
    let name = name.trim().trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_stay_in_their_folder() {
        for (given, safe) in [
            ("contract-signed.pdf", "contract-signed.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\a\nb.pdf", "C__a_b.pdf"),
            ("..", "file"),
            ("ñandú firmado.pdf", "ñandú firmado.pdf"),
        ] {
            assert_eq!(plain(given), safe);
        }
    }
}
