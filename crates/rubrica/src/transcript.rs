//! Transcripts of what is said at providers: a file with one JSON object a line.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use broker::Recorder;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use provider_clients::provider::transcript::{Exchange, Judgement};
use serde::{Deserialize, Serialize};

/// One line of a transcript.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The provider account.
    pub account: String,
    /// Its provider's kind.
    pub provider: String,
    /// The call and its answer, redacted.
    pub exchange: Exchange,
    /// What it says about the contract's assumptions.
    pub judged: Vec<Judgement>,
}

/// A file that a transcript is appended to.
pub struct TranscriptFile(Mutex<File>);

impl TranscriptFile {
    /// Opens the file for appending; makes it where it is not there, readable for its owner alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file =
            options.open(path).with_context(|| format!("the transcript {} cannot be written", path.display()))?;
        Ok(Self(Mutex::new(file)))
    }
}

impl Recorder for TranscriptFile {
    fn record(&self, account: AccountId, kind: &str, exchange: &Exchange, judged: &[Judgement]) {
        let line = Line {
            at: Utc::now(),
            account: account.to_string(),
            provider: kind.to_owned(),
            exchange: exchange.clone(),
            judged: judged.to_vec(),
        };
        let written = serde_json::to_vec(&line).map_err(std::io::Error::other).and_then(|mut line| {
            line.push(b'\n');
            // A poisoned lock means that a line was cut short, which the reader will tell.
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).write_all(&line)
        });
        if let Err(error) = written {
            // A transcript is for looking at; the call itself goes on.
            tracing::warn!(%error, "A line of the transcript could not be written");
        }
    }
}

/// The lines of a transcript.
///
/// # Errors
/// When the file cannot be read, or a line is none.
pub fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let file = File::open(path).with_context(|| format!("the transcript {} cannot be read", path.display()))?;
    BufReader::new(file)
        .lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(&line?)
                .with_context(|| format!("line {} is none of a transcript", index.saturating_add(1)))
        })
        .collect()
}
