use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{TimeDelta, Utc};
use futures::TryStreamExt;
use persistence::{BlobError, BlobMeta, BlobRef, Blobs};

const MIB: usize = 1024 * 1024;

/// Bytes without a pattern that a chunk could share with another.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

fn local() -> (tempfile::TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&format!("file:{}", folder.path().join("made/on/the/way").display())).unwrap();
    (folder, blobs)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

async fn write(blobs: &Blobs, bytes: &[u8], piece: usize) -> BlobMeta {
    let mut writer = blobs.writer("documents", None);
    for piece in bytes.chunks(piece) {
        writer.write(piece).await.unwrap();
    }
    assert_eq!(writer.size(), bytes.len() as u64);
    writer.finish().await.unwrap()
}

async fn read(blobs: &Blobs, blob: BlobRef<'_>, from: u64, to: u64) -> Result<Vec<u8>, BlobError> {
    let parts: Vec<_> = blobs.read_range(blob, from..to).await?.try_collect().await?;
    Ok(parts.concat())
}

#[tokio::test]
async fn bytes_come_back_as_they_went_in_whatever_their_number_and_whatever_part_is_asked_for() {
    let (_folder, local) = local();
    for blobs in [local, Blobs::open("memory:").unwrap()] {
        for length in [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 17] {
            let bytes = noise(length);
            let meta = write(&blobs, &bytes, 70_001).await;
            assert_eq!((meta.size, meta.chunk_sha256.len()), (length as u64, length.div_ceil(MIB)));
            let whole = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
            assert_eq!(meta.sha256, hex::encode(whole));
            assert_eq!(blobs.read_to_vec(meta.as_ref()).await.unwrap(), bytes);
            for (from, to) in [(0, 1), (1, length), (MIB - 1, MIB + 1), (length / 2, length), (length, length)] {
                if from <= to && to <= length {
                    let part = read(&blobs, meta.as_ref(), from as u64, to as u64).await.unwrap();
                    assert!(part == bytes[from..to], "{from}..{to} of {length}");
                    let unverified = BlobRef { chunk_sha256: &[], ..meta.as_ref() };
                    let part = read(&blobs, unverified, from as u64, to as u64).await.unwrap();
                    assert!(part == bytes[from..to], "{from}..{to} of {length}, unverified");
                }
            }
            let beyond = read(&blobs, meta.as_ref(), 0, meta.size + 1).await;
            assert_eq!(beyond, Err(BlobError::Range));
        }
    }
}

#[tokio::test]
async fn a_changed_byte_is_noticed_where_it_is_read_and_before_it_is_given_out() {
    let (folder, blobs) = local();
    let bytes = noise(3 * MIB);
    let meta = write(&blobs, &bytes, MIB).await;
    let file = files(folder.path()).remove(0);
    let mut damaged = bytes.clone();
    damaged[MIB + 5] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(blobs.read_to_vec(meta.as_ref()).await, Err(BlobError::Corrupt));
    let mut stream = blobs.read(meta.as_ref()).await.unwrap();
    assert_eq!(stream.try_next().await.unwrap().unwrap(), bytes[..MIB]);
    assert_eq!(stream.try_next().await, Err(BlobError::Corrupt));
    let (mib, end) = (MIB as u64, 3 * MIB as u64);
    assert_eq!(read(&blobs, meta.as_ref(), mib + 100, mib + 101).await, Err(BlobError::Corrupt));
    assert_eq!(read(&blobs, meta.as_ref(), 2 * mib, end).await.unwrap(), bytes[2 * MIB..]);
    std::fs::write(&file, &bytes[..2 * MIB]).unwrap();
    assert_eq!(blobs.read_to_vec(meta.as_ref()).await, Err(BlobError::Corrupt));
}

#[tokio::test]
async fn nothing_is_visible_of_a_blob_that_was_not_finished() {
    let (folder, blobs) = local();
    let mut dropped = blobs.writer("documents", None);
    dropped.write(&noise(3 * MIB)).await.unwrap();
    let mut aborted = blobs.writer("documents", None);
    aborted.write(&noise(3 * MIB)).await.unwrap();
    let visible =
        async || -> Vec<String> { blobs.written_before(Utc::now() + TimeDelta::days(1)).try_collect().await.unwrap() };
    assert!(visible().await.is_empty());
    aborted.abort().await.unwrap();
    drop(dropped);
    assert!(visible().await.is_empty());
    // The parts on the disk go too, by a task that the drop started.
    tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while !files(folder.path()).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn more_bytes_than_allowed_are_refused_while_they_come_in() {
    let (_folder, blobs) = local();
    let mut writer = blobs.writer("documents", Some(10));
    writer.write(b"0123456789").await.unwrap();
    assert_eq!(writer.write(b"x").await, Err(BlobError::TooLarge { limit: 10 }));
}

#[tokio::test]
async fn a_deleted_blob_is_missing_and_deleting_it_again_is_no_error() {
    let (_folder, blobs) = local();
    let meta = blobs.put("artifacts", b"bytes").await.unwrap();
    let listed: Vec<String> = blobs.written_before(Utc::now() + TimeDelta::days(1)).try_collect().await.unwrap();
    assert_eq!(listed, vec![meta.key.clone()]);
    let earlier: Vec<String> = blobs.written_before(Utc::now() - TimeDelta::days(1)).try_collect().await.unwrap();
    assert!(earlier.is_empty());
    blobs.delete(&meta.key).await.unwrap();
    blobs.delete(&meta.key).await.unwrap();
    assert_eq!(blobs.read_to_vec(meta.as_ref()).await, Err(BlobError::Missing));
}

#[tokio::test]
async fn blocking_code_reads_a_blob_like_a_file() {
    let (folder, blobs) = local();
    let bytes = noise(6 * MIB + 9);
    let meta = write(&blobs, &bytes, MIB).await;
    let mut reader = blobs.reader_at(meta.as_ref());
    let expected = bytes.clone();
    let mut reader = tokio::task::spawn_blocking(move || {
        let mut tail = [0; 9];
        reader.seek(SeekFrom::End(-9)).unwrap();
        reader.read_exact(&mut tail).unwrap();
        assert_eq!(tail, expected[6 * MIB..]);
        assert_eq!(reader.read(&mut tail).unwrap(), 0);
        reader.seek(SeekFrom::Start(MIB as u64 - 4)).unwrap();
        reader.read_exact(&mut tail).unwrap();
        assert_eq!(tail, expected[MIB - 4..MIB + 5]);
        reader.seek(SeekFrom::Current(-9)).unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert!(rest == expected[MIB - 4..]);
        assert!(reader.seek(SeekFrom::Current(-(i64::MAX))).is_err());
        reader
    })
    .await
    .unwrap();

    let mut damaged = bytes;
    damaged[0] ^= 1;
    std::fs::write(files(folder.path()).remove(0), &damaged).unwrap();
    let error = tokio::task::spawn_blocking(move || {
        reader.seek(SeekFrom::Start(0)).unwrap();
        reader.read(&mut [0; 1]).unwrap_err()
    })
    .await
    .unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn addresses_and_failures_tell_no_places() {
    assert!(matches!(Blobs::open("ftp://x"), Err(BlobError::Address(_))));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, b"").unwrap();
    let refused = Blobs::open(&format!("file:{}/below", file.display())).unwrap_err();
    assert!(!refused.to_string().contains("a-file"), "{refused}");
    let (place, blobs) = local();
    let missing = blobs.read(BlobRef { key: "no/such", size: 1, chunk_sha256: &[] }).await.unwrap_err();
    assert_eq!(missing, BlobError::Missing);
    assert!(!missing.to_string().contains(&place.path().display().to_string()));
}
