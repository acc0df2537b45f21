//! A request to a provider, described but not made.
//!
//! A body names documents, it does not hold them: the same description serves sending, the plan and tests without
//! sockets. The transport opens the documents when it carries the call out.

use std::time::Duration;

use domain::ids::{DocumentId, IdentityDocumentId};
use serde_json::{Value, json};
use url::Url;

/// HTTP methods that vendors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A file that a body carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// Which file.
    pub source: FileSource,
    /// Its size in bytes before any encryption, so that the length of the body is known beforehand.
    pub size: u64,
    /// Encrypts it on the way, where the vendor agreed on a key. An encrypted file is held in memory while it is sent.
    pub encryption: Option<FileEncryption>,
}

impl FileRef {
    /// A file that is sent as it is.
    #[must_use]
    pub fn plain(source: FileSource, size: u64) -> Self {
        Self { source, size, encryption: None }
    }

    /// How many bytes are sent.
    #[must_use]
    pub fn sent_size(&self) -> u64 {
        self.size.saturating_add(self.encryption.as_ref().map_or(0, |_| FileEncryption::OVERHEAD))
    }
}

/// AES-256-GCM over a whole file: nonce of 12 bytes, ciphertext, tag of 16 bytes, in this order.
#[derive(Clone, PartialEq, Eq)]
pub struct FileEncryption {
    /// The key.
    pub key: [u8; 32],
    /// The nonce: never twice under one key.
    pub nonce: [u8; 12],
}

impl FileEncryption {
    /// How many bytes encryption adds.
    pub const OVERHEAD: u64 = 28;
}

impl std::fmt::Debug for FileEncryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileEncryption")
    }
}

/// Where the bytes of a [`FileRef`] come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileSource {
    /// A document of the envelope.
    Document(DocumentId),
    /// An identity document of a recipient.
    Identity(IdentityDocumentId),
    /// An object of the store, for example what an earlier submission signed.
    Stored(String),
}

/// A part of a multipart form.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A text field.
    Text {
        /// Field name.
        name: String,
        /// Its text.
        value: String,
    },
    /// A text field that holds JSON; kept as a value so that the plan can redact it.
    Json {
        /// Field name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// A file.
    File {
        /// Field name.
        name: String,
        /// File name.
        filename: String,
        /// Content type.
        content_type: String,
        /// The file.
        file: FileRef,
    },
}

/// The body of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// No body.
    Empty,
    /// JSON.
    Json(Value),
    /// JSON in which every string that equals a token of `files` is replaced by the base64 of that file while sending.
    JsonWithFiles {
        /// The JSON with tokens in it.
        template: Value,
        /// The files by token. A token is unguessable text, so that no content can be mistaken for it.
        files: Vec<(String, FileRef)>,
    },
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// `multipart/form-data`.
    Multipart(Vec<Part>),
}

/// What becomes of the body of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyTo {
    /// Read into memory; more than `limit` bytes is an unreadable answer.
    Memory {
        /// Largest body, in bytes.
        limit: usize,
    },
    /// Streamed to the object store and hashed on the way when the status is 2xx and the content is what is expected; read
    /// into memory (first 64 KiB) otherwise.
    Store {
        /// Largest body, in bytes.
        limit: u64,
        /// What the content must be.
        content: Content,
    },
    /// JSON in which the base64 strings at `files` are decoded and streamed to the object store; in the JSON that is kept
    /// in memory each is replaced by a token ([`crate::reply::Reply::files`]). Nothing is stored when the status is not
    /// 2xx.
    JsonWithFiles {
        /// Largest JSON without the files, in bytes.
        limit: usize,
        /// Largest file, in bytes after decoding.
        file_limit: u64,
        /// Where files are: JSON pointers in which `*` stands for any element of an array; names of members are compared
        /// without regard to case.
        files: Vec<&'static str>,
    },
}

/// What a file that comes back must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Anything.
    Any,
    /// A PDF: `%PDF-` within its first 1024 bytes.
    Pdf,
    /// A PDF, or a ZIP archive, which becomes [`crate::reply::ReplyBody::Archive`].
    PdfOrZip,
}

/// Which redirects are followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirects {
    /// How many at most; 0 for none.
    pub most: usize,
    /// Hosts that may be gone to; the host of the call itself always may. [`Redirects::ANY_HOST`] stands for every host
    /// that the guard against private targets lets pass.
    pub hosts: Vec<String>,
}

impl Redirects {
    /// Stands for any host, where a vendor keeps its files elsewhere and does not say where.
    pub const ANY_HOST: &'static str = "*";
}

/// A header of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, lower case.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Whether it is never shown.
    pub secret: bool,
}

/// A request to a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// A short stable name for logs and metrics: the vendor's endpoint without its parameters.
    pub endpoint: &'static str,
    /// Method.
    pub method: Method,
    /// Address, query included.
    pub url: Url,
    /// Whether path and query of the address are never shown (links that are bearer secrets).
    pub secret_url: bool,
    /// Headers beside those of the body.
    pub headers: Vec<Header>,
    /// Body.
    pub body: Body,
    /// Names of JSON members and form fields whose values are never shown.
    pub secret_members: &'static [&'static str],
    /// What becomes of the answer.
    pub reply_to: ReplyTo,
    /// Redirects.
    pub redirects: Redirects,
    /// Total time for the call, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// Largest answer read into memory unless a call says otherwise: 8 MiB.
pub const MEMORY_LIMIT: usize = 8 * 1024 * 1024;

impl Call {
    /// A call without body, headers or redirects, whose answer is read into memory, with 30 s of time.
    #[must_use]
    pub fn new(endpoint: &'static str, method: Method, url: Url) -> Self {
        Self {
            endpoint,
            method,
            url,
            secret_url: false,
            headers: Vec::new(),
            body: Body::Empty,
            secret_members: &[],
            reply_to: ReplyTo::Memory { limit: MEMORY_LIMIT },
            redirects: Redirects { most: 0, hosts: Vec::new() },
            timeout: Duration::from_secs(30),
        }
    }

    /// The same call with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(Header { name, value: value.into(), secret: false });
        self
    }

    /// The same call with a header that is never shown.
    #[must_use]
    pub fn secret_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(Header { name, value: value.into(), secret: true });
        self
    }

    /// The same call with `body`.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The same call, hiding the values of these members wherever it is shown.
    #[must_use]
    pub fn hiding(mut self, members: &'static [&'static str]) -> Self {
        self.secret_members = members;
        self
    }

    /// The same call with `timeout` in all.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The call as the plan shows it: secrets as `[secret]`, files as references, nothing else left out.
    #[must_use]
    pub fn redacted(&self) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|h| (h.name.to_owned(), json!(if h.secret { SECRET } else { h.value.as_str() })))
            .collect();
        json!({
            "endpoint": self.endpoint,
            "method": self.method.as_str(),
            "url": self.shown_url(),
            "headers": headers,
            "body": self.redacted_body(),
        })
    }

    /// The address as it may be shown: without path and query when they are secret.
    #[must_use]
    pub fn shown_url(&self) -> String {
        if self.secret_url {
            let origin = self.url.origin().ascii_serialization();
            format!("{origin}/{SECRET}")
        } else {
            self.url.to_string()
        }
    }

    fn redacted_body(&self) -> Value {
        let text = |name: &str, value: &str| {
            if self.secret_members.contains(&name) { json!(SECRET) } else { json!(value) }
        };
        match &self.body {
            Body::Empty => Value::Null,
            Body::Json(value) => json!({ "json": self.hide(value) }),
            Body::JsonWithFiles { template, files } => json!({ "json": self.hide(&with_file_notes(template, files)) }),
            Body::Form(fields) => {
                let fields: serde_json::Map<String, Value> =
                    fields.iter().map(|(name, value)| (name.clone(), text(name, value))).collect();
                json!({ "form": fields })
            }
            Body::Multipart(parts) => {
                let parts: serde_json::Map<String, Value> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text { name, value } => (name.clone(), text(name, value)),
                        Part::Json { name, value } => (name.clone(), self.hide(value)),
                        Part::File { name, filename, content_type, file } => {
                            let mut note = file_note(file);
                            if let Some(note) = note.as_object_mut() {
                                note.insert("filename".to_owned(), json!(filename));
                                note.insert("content_type".to_owned(), json!(content_type));
                            }
                            (name.clone(), note)
                        }
                    })
                    .collect();
                json!({ "multipart": parts })
            }
        }
    }

    fn hide(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| {
                        let shown = if self.secret_members.contains(&name.as_str()) && !value.is_null() {
                            json!(SECRET)
                        } else {
                            self.hide(value)
                        };
                        (name.clone(), shown)
                    })
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.hide(item)).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
}

/// What stands where a secret was.
pub const SECRET: &str = "[secret]";

fn file_note(file: &FileRef) -> Value {
    match &file.source {
        FileSource::Document(id) => json!({ "document": id.to_string(), "size": file.size }),
        FileSource::Identity(id) => json!({ "identity_document": id.to_string(), "size": file.size }),
        FileSource::Stored(_) => json!({ "file": "stored", "size": file.size }),
    }
}

fn with_file_notes(template: &Value, files: &[(String, FileRef)]) -> Value {
    match template {
        Value::String(text) => {
            files.iter().find(|(token, _)| token == text).map_or_else(|| template.clone(), |(_, file)| file_note(file))
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| with_file_notes(item, files)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), with_file_notes(value, files))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    }
}
