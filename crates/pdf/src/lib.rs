//! Reading PDF files that strangers upload and providers return: bytes in, verdicts out.
//!
//! [`inspect()`] says whether a document can be sent for signature and how its pages look; [`examine()`] says what the
//! signatures of a returned document are worth. Both read lazily through `Read + Seek` and keep only small, bounded
//! pieces in memory, so a 100 MiB document costs no more memory than a small one. Both are pure: no clock, no
//! network, no async (callers run them on a blocking thread).
//!
//! Files are hostile until proven otherwise: every count, depth and decompressed size has a limit, and a file that
//! exceeds one is [`Defect::Damaged`]. Nothing is repaired: providers would each repair a broken file differently.

mod document;
mod error;
mod examine;
mod filter;
mod inspect;
mod lexer;
mod object;
mod pages;
mod parser;
mod source;
mod xref;

pub use error::{Defect, InspectError};
pub use examine::{
    Integrity, OriginalDocument, SignatureKind, SignatureReport, Trust, TrustAnchors, TrustAnchorsError, Verification,
    VerificationStatus, examine,
};
pub use inspect::{Inspection, inspect};
pub use pages::{Page, Point, Rectangle, Rotation};
