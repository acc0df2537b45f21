//! A document on its way in: raw or as a form, streamed, never held as a whole.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use aws_lc_rs::digest::{Context, SHA256};
use broker::Upload;
use bytes::Bytes;
use futures::StreamExt as _;

use crate::auth::NeedsScope;
use crate::body::next_chunk;
use crate::call::Call;
use crate::conventions::query::Query;
use crate::edge::of_payload;
use crate::envelopes::{SHORT, is_file_name};
use crate::problem::{ApiError, Code, ProblemFault, too_large};
use crate::views::document::PDF;

/// Longest text field of a form, in bytes.
const MAX_TEXT: usize = 4096;

/// How long a pause between two parts of a form may last.
const IDLE: Duration = Duration::from_secs(30);

/// How the document comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// The body is the PDF.
    Raw,
    /// The body is a form with one file.
    Form,
}

/// What the uploader calls the document.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) filename: Option<String>,
    pub(super) name: Option<String>,
    pub(super) order: Option<u32>,
}

/// Where the bytes go.
pub(super) enum Sink {
    /// To the store.
    Store(Box<Upload>),
    /// Nowhere; only their digest matters.
    Digest { context: Context, size: u64, limit: u64 },
}

impl Sink {
    pub(super) fn digest(limit: u64) -> Self {
        Self::Digest { context: Context::new(&SHA256), size: 0, limit }
    }

    async fn write(&mut self, chunk: Bytes) -> Result<(), ApiError> {
        match self {
            Self::Store(upload) => Ok(upload.write(chunk).await?),
            Self::Digest { context, size, limit } => {
                *size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                if *size > *limit {
                    return Err(too_large(*limit));
                }
                context.update(&chunk);
                Ok(())
            }
        }
    }

    /// SHA-256 of the bytes so far, hexadecimal.
    pub(super) fn sha256(&self) -> String {
        match self {
            Self::Store(upload) => upload.sha256(),
            Self::Digest { context, .. } => hex::encode(context.clone().finish()),
        }
    }
}

/// How the document of this request comes.
pub(super) fn media<S: NeedsScope>(call: &Call<S>) -> Result<Media, ApiError> {
    match call.media_type().as_deref() {
        Some(PDF) => Ok(Media::Raw),
        Some("multipart/form-data") => Ok(Media::Form),
        _ => {
            let detail = "The body must be application/pdf, or multipart/form-data with one file.";
            Err(ApiError::new(Code::UnsupportedMediaType, detail))
        }
    }
}

/// Reads the document into `sink`, and its names: those of a form win over those of the query.
pub(super) async fn receive<S: NeedsScope>(
    call: &Call<S>,
    media: Media,
    names: Names,
    sink: &mut Sink,
) -> Result<Names, ApiError> {
    match media {
        Media::Raw => {
            let mut payload = call.take_payload();
            while let Some(chunk) = next_chunk(&mut payload).await? {
                sink.write(chunk).await?;
            }
            Ok(names)
        }
        Media::Form => receive_form(call, names, sink).await,
    }
}

async fn receive_form<S: NeedsScope>(call: &Call<S>, mut names: Names, sink: &mut Sink) -> Result<Names, ApiError> {
    let mut form = Multipart::new(call.headers(), call.take_payload());
    let mut faults = Vec::new();
    let mut part_name = None;
    let mut files = 0;
    while let Some(field) = patient(form.next()).await? {
        let mut field = field.map_err(|error| of_multipart(&error))?;
        let part = field.name().unwrap_or_default().to_owned();
        match part.as_str() {
            "file" => {
                files += 1;
                if files > 1 {
                    return Err(malformed("The form has more than one part named file."));
                }
                part_name = field.content_disposition().and_then(|it| it.get_filename()).map(base_name);
                while let Some(chunk) = patient(field.next()).await? {
                    sink.write(chunk.map_err(|error| of_multipart(&error))?).await?;
                }
            }
            "filename" => names.filename = Some(text(&mut field).await?),
            "name" => names.name = Some(text(&mut field).await?),
            "order" => match text(&mut field).await?.parse() {
                Ok(order) => names.order = Some(order),
                Err(_) => faults.push(ProblemFault::body("/order", "wrong_type", "It must be a whole number.")),
            },
            unknown => {
                let pointer = format!("/{}", crate::problem::escape(unknown));
                faults.push(ProblemFault::body(pointer, "unknown_field", "The form has no such field."));
                text(&mut field).await?;
            }
        }
    }
    if files == 0 {
        return Err(malformed("The form needs a part named file."));
    }
    names.filename = names.filename.or(part_name);
    faults.extend(
        names.broken_rules().into_iter().map(|(name, code, rule)| ProblemFault::body(format!("/{name}"), code, rule)),
    );
    if faults.is_empty() { Ok(names) } else { Err(ApiError::invalid(faults)) }
}

impl Names {
    /// What the query says.
    pub(super) fn of_query(mut query: Query) -> Result<Self, ApiError> {
        let names = Self {
            filename: query.text("filename"),
            name: query.text("name"),
            order: query.one("order", |text| text.parse().map_err(|_| "It must be a whole number.".to_owned())),
        };
        for (name, code, rule) in names.broken_rules() {
            query.fault(name, code, rule);
        }
        query.end()?;
        Ok(names)
    }

    fn broken_rules(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut broken = Vec::new();
        for (name, text) in [("filename", &self.filename), ("name", &self.name)] {
            let Some(text) = text else { continue };
            if text.is_empty() {
                broken.push((name, "too_short", "At least 1 character is needed."));
            } else if u64::try_from(text.chars().count()).unwrap_or(u64::MAX) > SHORT {
                broken.push((name, "too_long", "At most 255 characters are allowed."));
            } else if name == "filename" && is_file_name(text).is_err() {
                broken.push((name, "wrong_format", "It must be a file name on one line, without a path."));
            }
        }
        if self.order.is_some_and(|order| !(1..=1000).contains(&order)) {
            broken.push(("order", "invalid", "It must be a number from 1 to 1000."));
        }
        broken
    }
}

/// A name without the path that some browsers and tools put before it.
fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}

async fn text(field: &mut Field) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = patient(field.next()).await? {
        bytes.extend_from_slice(&chunk.map_err(|error| of_multipart(&error))?);
        if bytes.len() > MAX_TEXT {
            return Err(malformed("A text field of the form is too long."));
        }
    }
    String::from_utf8(bytes).map_err(|_| malformed("A text field of the form is not UTF-8."))
}

/// What comes next, unless it does not come in time.
async fn patient<T>(next: impl Future<Output = T>) -> Result<T, ApiError> {
    tokio::time::timeout(IDLE, next)
        .await
        .map_err(|_| ApiError::new(Code::RequestTimeout, "The body did not arrive in time."))
}

/// The problem that a failure to read a form is.
fn of_multipart(error: &MultipartError) -> ApiError {
    if let MultipartError::Payload(error) = error {
        return of_payload(error);
    }
    malformed("The form cannot be read: it breaks off, or its boundary or a part's headers are not as they must be.")
}

fn malformed(detail: &str) -> ApiError {
    ApiError::new(Code::MalformedMultipart, detail)
}
