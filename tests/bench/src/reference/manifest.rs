//! What a run tells the reference, in a file: everything that it has to have in common with the broker.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// All of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Where the reference answers.
    pub bind: SocketAddr,
    /// For reading and creating.
    pub database: Option<DatabaseManifest>,
    /// For uploading and sending.
    pub files: FilesManifest,
}

/// The database, and what the broker left in it to go by.
#[derive(Debug, Serialize, Deserialize)]
pub struct DatabaseManifest {
    /// The broker's own database.
    pub url: String,
    /// Envelopes to read.
    pub reads: Vec<ReadManifest>,
    /// An envelope that the broker created: what is created here has rows of the same form and size.
    pub created_id: Uuid,
    /// What the broker answered when it created it.
    pub created_body: String,
}

/// An envelope to read.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadManifest {
    /// Its id as paths have it.
    pub path_id: String,
    /// Its id as rows have it.
    pub id: Uuid,
    /// What the broker answers for it.
    pub body: String,
}

/// Folders and files.
#[derive(Debug, Serialize, Deserialize)]
pub struct FilesManifest {
    /// Where uploads are kept.
    pub folder: PathBuf,
    /// The file to send.
    pub document: PathBuf,
    /// Where it is sent.
    pub sink: Option<SocketAddr>,
    /// The vendor's text part that goes with it.
    pub form: String,
}
