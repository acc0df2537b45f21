//! What the vendor takes at most. Source: contract sections 2.1 and 6.

use domain::capability::{Feature, Limits};
use domain::finding::Finding;

use super::settings::Settings;

/// A process' name, our reference included.
pub(super) const PROCESS_NAME_CHARS: usize = 250;
/// The title of a message.
pub(super) const TITLE_CHARS: usize = 150;
/// A recipient's name.
pub(super) const NAME_CHARS: usize = 150;
/// An e-mail address.
pub(super) const EMAIL_CHARS: usize = 150;
/// A telephone number.
pub(super) const PHONE_CHARS: usize = 20;
/// The name of a file with its extension.
pub(super) const FILE_NAME_CHARS: usize = 150;
/// The name of a file that a signer is asked for.
pub(super) const ATTACHMENT_NAME_CHARS: usize = 75;
/// The name of a signer or a company in the data to prefill.
pub(super) const DATA_NAME_CHARS: usize = 250;
/// Documents of a process.
pub(super) const DOCUMENTS: u32 = 25;
/// Days until the deadline, and between two reminders.
pub(super) const DAYS: i64 = 999;

/// The limits of an account with these settings.
pub(super) fn of(settings: &Settings) -> Limits {
    Limits {
        max_document_bytes: Some(settings.max_total_bytes),
        max_recipients: Some(settings.max_recipients),
        documents_per_submission: Some(DOCUMENTS),
        max_message_chars: None,
        max_phone_chars: u32::try_from(PHONE_CHARS).ok(),
    }
}

/// `text`, cut to `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Whether `text` has more than `most` characters.
pub(super) fn is_longer(text: &str, most: usize) -> bool {
    text.chars().count() > most
}

/// The error that the value at `pointer` is longer than the vendor takes.
pub(super) fn too_long(pointer: impl Into<String>, most: usize) -> Finding {
    Finding::error("too_long", pointer, format!("ArqSign takes at most {most} characters here."))
}

/// The warning that the text at `pointer` is cut.
pub(super) fn will_be_cut(pointer: impl Into<String>, most: usize, feature: Option<Feature>) -> Finding {
    let detail = format!("ArqSign takes at most {most} characters here; the rest is not shown.");
    let finding = Finding::warning("text_cut", pointer, detail);
    match feature {
        Some(feature) => finding.about(feature),
        None => finding,
    }
}
