//! What 2.3, 2.4, 2.5 and webhooks tell about a process as a whole. Source: contract sections 2.3, 2.4, 2.5 and 4.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::ArqAccount;
use super::wire::received;
use super::words::{Status, Told};

/// A process as a whole.
#[derive(Debug, Clone)]
pub(super) struct Overview {
    /// Its state; `None` when the vendor's word or id is not known.
    pub status: Option<Status>,
    /// The vendor's word, else its id; empty when neither is told.
    pub word: String,
    /// Whether the vendor says that it expired.
    pub expired: Option<bool>,
    /// Its deadline.
    pub expires_at: Option<Told>,
    /// When it was sent.
    pub sent_at: Option<Told>,
    /// When it was concluded.
    pub concluded_at: Option<Told>,
    /// When it was canceled or declined.
    pub canceled_at: Option<Told>,
}

impl Overview {
    /// What `answer`, with names in lower case, tells. The id counts; the word follows the language of the sending user.
    pub(super) fn of(account: &ArqAccount, answer: &Value) -> Self {
        let id = received::number(answer, &["idstatus", "idstatusprocesso"]);
        let word = received::text(answer, &["status", "statusprocesso"]);
        let time = |name: &str| received::text(answer, &[name]).and_then(|text| account.told_time(&text));
        Self {
            status: match id {
                Some(id) => Status::of_id(id),
                None => word.as_deref().and_then(|word| account.status_of_word(word)),
            },
            word: word.or_else(|| id.map(|id| id.to_string())).unwrap_or_default(),
            expired: received::bit(answer, &["expirado"]),
            expires_at: time("dataexpiracao"),
            sent_at: time("dataenvio"),
            concluded_at: time("dataconclusao"),
            canceled_at: time("datacancelamento"),
        }
    }

    /// Whether nobody can sign any more because of the deadline. The vendor keeps the state of such processes.
    pub(super) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        let open = matches!(self.status, Some(Status::Waiting | Status::InProcess));
        open && (self.expired == Some(true) || self.expires_at.is_some_and(|at| at.latest() < now))
    }
}
