//! What the sandbox received, what it answered, and whom it told.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::callbacks::CallbackRecord;

/// A file of a received call; the bytes themselves are not kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRecord {
    /// Name of the form field.
    pub field: String,
    /// File name as sent.
    pub filename: Option<String>,
    /// Media type as sent.
    pub content_type: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// One received call.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    /// Number of the entry, from 1, without gaps.
    pub seq: u64,
    /// Virtual time of the answer.
    pub at: DateTime<Utc>,
    /// The vendor's kind.
    pub vendor: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// Path and query as received.
    pub path: String,
    /// The request's media type as received.
    pub content_type: Option<String>,
    /// Text fields by name, parsed where they hold JSON.
    pub fields: Value,
    /// Files.
    pub files: Vec<FileRecord>,
    /// HTTP status of the answer; absent when the connection was reset.
    pub status: Option<u16>,
    /// The answer's body where it is text, cut to [`ANSWER_KEPT`] characters.
    pub answer: String,
    /// The injected faults that struck, by kind.
    pub faults: Vec<String>,
    /// The handler ran: what the call asks for was carried out or refused by the vendor's own rules.
    pub handled: bool,
}

/// What was told to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A recipient was asked to act, or got a copy.
    Invitation,
    /// A recipient was reminded.
    Reminder,
    /// A recipient who was asked before was told of a further step, for example that a payment is due.
    NextStep,
    /// A recipient who is new to the vendor was welcomed.
    Welcome,
    /// A callback was posted to an address.
    Callback,
    /// The vendor mailed the developer because a callback was not taken.
    DeveloperMailed,
}

/// One notice.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// Virtual time.
    pub at: DateTime<Utc>,
    /// The vendor's kind.
    pub vendor: String,
    /// What was told.
    pub kind: NoticeKind,
    /// E-mail address, callback address, or the developer's tax id.
    pub recipient: String,
    /// The vendor's reference of the document or transaction.
    pub reference: String,
}

/// How many characters of an answer are kept.
pub const ANSWER_KEPT: usize = 4096;

/// Counters: vendor → recipient → kind → count.
pub(crate) type Counters = BTreeMap<String, BTreeMap<String, BTreeMap<NoticeKind, u64>>>;

/// The newest entries of each sort, at most `capacity` of them; counters are complete.
#[derive(Debug)]
pub(crate) struct Ledger {
    capacity: usize,
    calls: VecDeque<CallRecord>,
    notices: VecDeque<Notice>,
    callbacks: VecDeque<CallbackRecord>,
    counters: Counters,
    recorded: u64,
}

impl Ledger {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            calls: VecDeque::new(),
            notices: VecDeque::new(),
            callbacks: VecDeque::new(),
            counters: Counters::new(),
            recorded: 0,
        }
    }

    /// Appends a call under the next number.
    pub(crate) fn record(&mut self, mut call: CallRecord) {
        self.recorded += 1;
        call.seq = self.recorded;
        call.answer = call.answer.chars().take(ANSWER_KEPT).collect();
        push_bounded(&mut self.calls, call, self.capacity);
    }

    /// Appends a notice and counts it.
    pub(crate) fn notify(&mut self, notice: Notice) {
        let kinds =
            self.counters.entry(notice.vendor.clone()).or_default().entry(notice.recipient.clone()).or_default();
        *kinds.entry(notice.kind).or_default() += 1;
        push_bounded(&mut self.notices, notice, self.capacity);
    }

    /// Appends the outcome of a callback.
    pub(crate) fn record_callback(&mut self, callback: CallbackRecord) {
        push_bounded(&mut self.callbacks, callback, self.capacity);
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.calls.iter()
    }

    pub(crate) fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter()
    }

    pub(crate) fn callbacks(&self) -> impl Iterator<Item = &CallbackRecord> {
        self.callbacks.iter()
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }
}

fn push_bounded<T>(entries: &mut VecDeque<T>, entry: T, capacity: usize) {
    if entries.len() >= capacity {
        entries.pop_front();
    }
    entries.push_back(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_entries_make_room_and_counters_stay_complete() {
        let mut ledger = Ledger::new(2);
        for number in 0..5 {
            ledger.notify(Notice {
                at: Utc::now(),
                vendor: "acme".to_owned(),
                kind: NoticeKind::Invitation,
                recipient: "a@example.com".to_owned(),
                reference: number.to_string(),
            });
        }
        let kept: Vec<&str> = ledger.notices().map(|notice| notice.reference.as_str()).collect();
        assert_eq!(kept, ["3", "4"]);
        assert_eq!(ledger.counters()["acme"]["a@example.com"][&NoticeKind::Invitation], 5);
    }
}
