//! The references: plain programs that do what the disk, the database and the network have to do in any case, and no more.
//!
//! - read and create: bare handlers that run the same statements as the broker, through sqlx, over pools of the same size
//!   and with the same durability, and answer with the same bytes. Nothing is authenticated beyond the look-up of the key,
//!   nothing validated, sealed, chained or rendered.
//! - upload: a handler that writes, hashes and flushes what it gets.
//! - send: a program that streams a file as a form to the vendor.

mod database;
mod files;
mod manifest;
mod statements;
mod template;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::{Context, Result};
use clap::Args;
use uuid::Uuid;

use database::Database;
pub use manifest::{DatabaseManifest, FilesManifest, Manifest, ReadManifest};

/// What the reference is told.
#[derive(Debug, Args)]
pub struct ReferenceArgs {
    /// A file with everything else, written by the run.
    #[arg(long)]
    manifest: PathBuf,
}

struct Reference {
    database: Option<Database>,
    /// Envelopes that can be read: id and answer by the id as the path has it.
    envelopes: HashMap<String, (Uuid, Bytes)>,
    created: Bytes,
    files: files::Files,
}

type Failure = Box<dyn std::error::Error>;

/// Answers until it is ended.
///
/// # Errors
/// When the manifest cannot be read or the database not be opened.
pub async fn serve(args: ReferenceArgs) -> Result<()> {
    let text = std::fs::read(&args.manifest).context("the manifest cannot be read")?;
    let manifest: Manifest = serde_json::from_slice(&text).context("the manifest is not understood")?;
    let (database, envelopes, created) = match manifest.database {
        None => (None, HashMap::new(), Bytes::new()),
        Some(told) => {
            let database = Database::open(&told.url, told.created_id).await?;
            let envelopes =
                told.reads.into_iter().map(|read| (read.path_id, (read.id, Bytes::from(read.body)))).collect();
            (Some(database), envelopes, Bytes::from(told.created_body))
        }
    };
    let files = files::Files::new(manifest.files)?;
    let reference = Data::from(Arc::new(Reference { database, envelopes, created, files }));
    HttpServer::new(move || {
        App::new()
            .app_data(reference.clone())
            .route("/health/ready", web::get().to(HttpResponse::Ok))
            .route("/v1/envelopes/{id}", web::get().to(read))
            .route("/v1/envelopes", web::post().to(create))
            .route("/upload", web::post().to(upload))
            .route("/send", web::post().to(send))
    })
    .bind(manifest.bind)?
    .run()
    .await?;
    Ok(())
}

async fn read(reference: Data<Reference>, id: Path<String>) -> Result<HttpResponse, Failure> {
    let database = reference.database.as_ref().ok_or("no database")?;
    let (id, body) = reference.envelopes.get(id.as_str()).ok_or("unknown envelope")?;
    database.read(*id).await?;
    Ok(HttpResponse::Ok().content_type(header::ContentType::json()).body(body.clone()))
}

async fn create(reference: Data<Reference>, _body: Bytes) -> Result<HttpResponse, Failure> {
    let database = reference.database.as_ref().ok_or("no database")?;
    database.create().await?;
    Ok(HttpResponse::Created().content_type(header::ContentType::json()).body(reference.created.clone()))
}

async fn upload(reference: Data<Reference>, payload: web::Payload) -> Result<HttpResponse, Failure> {
    let digest = reference.files.keep(payload).await?;
    Ok(HttpResponse::Created().body(digest))
}

async fn send(reference: Data<Reference>) -> Result<HttpResponse, Failure> {
    let answer = reference.files.send().await?;
    Ok(HttpResponse::Accepted().body(answer))
}
