//! Uploads and sends without anything around them.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::web::Payload;
use anyhow::{Context, Result, ensure};
use aws_lc_rs::digest::{Context as Hash, SHA256};
use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::manifest::FilesManifest;

/// Bytes that are written and read at once.
const BLOCK: usize = 256 * 1024;

pub(super) struct Files {
    manifest: FilesManifest,
    http: reqwest::Client,
}

impl Files {
    pub(super) fn new(manifest: FilesManifest) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(120)).build()?;
        Ok(Self { manifest, http })
    }

    /// Writes and hashes a stream, and flushes it to the disk with the entry in its folder; the SHA-256.
    pub(super) async fn keep(&self, mut payload: Payload) -> Result<String> {
        let path: PathBuf = self.manifest.folder.join(Uuid::now_v7().to_string());
        let mut file = BufWriter::with_capacity(BLOCK, File::create(&path).await?);
        let mut hash = Hash::new(&SHA256);
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| anyhow::anyhow!("the upload broke off: {error}"))?;
            hash.update(&chunk);
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        file.get_ref().sync_all().await?;
        File::open(&self.manifest.folder).await?.sync_all().await?;
        Ok(hex::encode(hash.finish()))
    }

    /// Streams the file as a form to the vendor; its answer.
    pub(super) async fn send(&self) -> Result<String> {
        let sink = self.manifest.sink.context("nowhere to send to")?;
        let file = File::open(&self.manifest.document).await?;
        let length = file.metadata().await?.len();
        let body = reqwest::Body::wrap_stream(ReaderStream::with_capacity(file, BLOCK));
        let part = Part::stream_with_length(body, length).file_name("contract.pdf").mime_str("application/pdf")?;
        let form = Form::new().text("json", self.manifest.form.clone()).part("archivo", part);
        let answer = self.http.post(format!("http://{sink}/efirma_go/enviar_documento")).multipart(form).send().await?;
        let text = answer.text().await?;
        // Refusals come with status 200, too. Source: efirma GO contract, section 2.2.
        ensure!(text.contains("\"0000\""), "the vendor answered {text}");
        Ok(text)
    }
}
