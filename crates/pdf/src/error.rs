//! Why a file is refused.

use std::io;

/// What is wrong with a file, so that it cannot be used as a document to sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// No `%PDF-` header within the first 1024 bytes.
    #[error("the file is not a PDF")]
    NotAPdf,
    /// The document is encrypted, with or without a password to open it; a provider cannot add a signature to it.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// The file is truncated, its structure is broken, or it exceeds a limit that keeps hostile files harmless.
    #[error("the PDF is damaged: {reason}")]
    Damaged {
        /// What was found, in English, for the person who has to replace the file.
        reason: String,
    },
}

/// Why [`crate::inspect()`] gave no inspection.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The file itself is at fault: reading it again gives the same answer.
    #[error(transparent)]
    Defect(#[from] Defect),
    /// The source could not be read; nothing is known about the file.
    #[error("the file could not be read")]
    Io(#[from] io::Error),
}

/// A [`Defect::Damaged`] with its reason.
pub(crate) fn damaged(reason: impl Into<String>) -> InspectError {
    Defect::Damaged { reason: reason.into() }.into()
}
