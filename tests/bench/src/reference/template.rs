//! The rows of an envelope that the broker created: what the reference writes again under new ids.

use uuid::Uuid;

pub(super) struct Template {
    pub(super) key_hash: Vec<u8>,
    pub(super) envelope: EnvelopeRow,
    pub(super) recipients: Vec<RecipientRow>,
    pub(super) terms: Vec<Vec<u8>>,
    pub(super) events: Vec<EventRow>,
}

/// The columns of [`EnvelopeRow`].
pub(super) const ENVELOPE: &str = "SELECT tenant_id, version, status, reference, provider_kind, account_id, \
     attention_codes, last_sequence, body, order_sealed FROM envelopes WHERE id = $1";

pub(super) type EnvelopeRow =
    (Uuid, i64, String, Option<String>, Option<String>, Option<Uuid>, Option<String>, i64, String, Option<Vec<u8>>);

/// The columns of [`RecipientRow`].
pub(super) const RECIPIENTS: &str =
    "SELECT position, status, body, sealed FROM recipients WHERE envelope_id = $1 ORDER BY position";

pub(super) type RecipientRow = (i32, String, String, Option<Vec<u8>>);

pub(super) const TERMS: &str = "SELECT term FROM envelope_terms WHERE envelope_id = $1";

/// The columns of [`EventRow`].
pub(super) const EVENTS: &str = "SELECT sequence, type, actor, data, payload_digest, previous_hash, hash FROM events \
     WHERE envelope_id = $1 ORDER BY sequence";

pub(super) type EventRow = (i64, String, String, String, Vec<u8>, Vec<u8>, Vec<u8>);

pub(super) const KEY_HASH: &str = "SELECT hash FROM api_keys WHERE tenant_id = $1";

/// A row of the look-up of a key.
pub(super) type KeyRow =
    (Uuid, Option<Uuid>, String, String, Vec<u8>, String, Option<i64>, Option<i64>, Option<i64>, i64);

/// A row of an envelope or of one of its children.
pub(super) type PartRow =
    (i32, Uuid, Uuid, i32, String, String, Option<Vec<u8>>, Option<i64>, Option<i64>, Option<i64>);
