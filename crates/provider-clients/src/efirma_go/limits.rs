//! What the vendor's fields can hold. Source: contract sections 3.1.1 and 7.

use domain::capability::Limits;
use domain::finding::Finding;

use super::settings::Settings;

/// Most characters of a text.
pub(super) const MAX_TEXT_CHARS: usize = 255;
/// Most characters of a phone number, its `+` included.
pub(super) const MAX_PHONE_CHARS: usize = 12;

/// The limits of an account.
pub(super) fn of(settings: &Settings) -> Limits {
    Limits {
        max_document_bytes: Some(settings.max_document_bytes),
        max_recipients: Some(settings.max_recipients),
        documents_per_submission: Some(1),
        max_message_chars: u32::try_from(MAX_TEXT_CHARS).ok(),
        max_phone_chars: u32::try_from(MAX_PHONE_CHARS).ok(),
    }
}

/// A text does not fit. It is never cut, so this refuses the send.
pub(super) fn too_long(pointer: impl Into<String>) -> Finding {
    Finding::error("too_long", pointer, format!("efirma GO takes at most {MAX_TEXT_CHARS} characters here."))
}

/// A phone number does not fit.
pub(super) fn phone_too_long(pointer: impl Into<String>) -> Finding {
    let detail = format!("efirma GO takes phone numbers of at most {MAX_PHONE_CHARS} characters, the + included.");
    Finding::error("phone_too_long", pointer, detail)
}
