//! The vendor's words for a process' state, and its times. Source: contract sections 1, 2.4 and 3.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::ArqAccount;
use super::messages::normalized;

/// A process' state at the vendor. Expired is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Stored, not sent.
    Created,
    /// Sent, nobody signed.
    Waiting,
    /// Somebody signed.
    InProcess,
    /// Everybody signed.
    Concluded,
    /// Declined, or canceled.
    Canceled,
}

impl Status {
    /// The state with this `idStatus`.
    pub(super) fn of_id(id: u64) -> Option<Self> {
        Some(match id {
            1 => Self::Created,
            2 => Self::Waiting,
            3 => Self::InProcess,
            4 => Self::Concluded,
            5 => Self::Canceled,
            _ => return None,
        })
    }
}

/// The words of answers without an id, in Portuguese and Spanish; the English ones are not published (A7).
const WORDS: [(&str, Status); 8] = [
    ("criado", Status::Created),
    ("creado", Status::Created),
    ("aguardando", Status::Waiting),
    ("esperando", Status::Waiting),
    ("em processo", Status::InProcess),
    ("en proceso", Status::InProcess),
    ("concluido", Status::Concluded),
    ("cancelado", Status::Canceled),
];

/// A time that the vendor tells: to the second, or only the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    At(DateTime<Utc>),
    Day(NaiveDate),
}

impl Told {
    /// The latest moment that it may mean.
    pub(super) fn latest(self) -> DateTime<Utc> {
        match self {
            Self::At(at) => at,
            Self::Day(day) => {
                let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
                day.and_time(last).and_utc()
            }
        }
    }

    /// As it is shown.
    pub(super) fn shown(self) -> String {
        match self {
            Self::At(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            Self::Day(day) => day.to_string(),
        }
    }
}

impl ArqAccount {
    /// The state that a word names: the account's own words first.
    pub(super) fn status_of_word(&self, word: &str) -> Option<Status> {
        let word = normalized(word);
        if let Some(id) = self.checked.status_texts.get(&word) {
            return Status::of_id(u64::from(*id));
        }
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, status)| *status)
    }

    /// A time as the vendor writes it: ISO 8601 with or without fraction and offset, or one of the account's formats;
    /// without an offset it is UTC (A1).
    pub(super) fn told_time(&self, text: &str) -> Option<Told> {
        let text = text.trim();
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(Told::At(at.with_timezone(&Utc)));
        }
        let formats = &self.checked.settings.datetime_formats;
        let known = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let formats = || known.into_iter().chain(formats.iter().map(String::as_str));
        let at = formats().find_map(|format| {
            let with_offset = || DateTime::parse_from_str(text, format).ok().map(|at| at.with_timezone(&Utc));
            with_offset().or_else(|| NaiveDateTime::parse_from_str(text, format).ok().map(|at| at.and_utc()))
        });
        let day = || ["%Y-%m-%d"].into_iter().chain(formats()).find_map(|f| NaiveDate::parse_from_str(text, f).ok());
        at.map(Told::At).or_else(|| day().map(Told::Day))
    }
}
