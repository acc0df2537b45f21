//! Real PAdES-B-B signatures under a test authority, so that what the sandbox hands back can be verified like a vendor's
//! document.
//!
//! What must stay true: a signed file starts with the input's bytes, unchanged, followed by one incremental update; a
//! signature made earlier therefore stays valid. Objects of the input that the update has to repeat are edited as text,
//! because writing them anew from parsed values could change a number's digits, which verifiers report as tampering.
//!
//! Everything here computes and none of it waits: call it from async code through `spawn_blocking`. All types are
//! `Send + Sync`.

mod authority;
mod cms_signature;
mod form;
mod incremental_update;
mod signer;
mod source;
mod stamp;
mod syntax;

pub use authority::{SigningIdentity, TestCa};
pub use signer::{SignOptions, sign_pdf};
pub use stamp::Stamp;

/// Why a document or a certificate could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum PadesError {
    /// The bytes are not a PDF that can be read, even with repairs.
    #[error("the PDF cannot be read")]
    Unreadable(#[from] lopdf::Error),
    /// The document is encrypted, with or without a password to open it: a signature cannot be added.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// An object that every PDF must have is missing or of the wrong type.
    #[error("object {number} {generation} of the PDF is not the dictionary or array it must be")]
    UnexpectedObject {
        /// Object number.
        number: u32,
        /// Generation number.
        generation: u16,
    },
    /// The stamp names a page that the document does not have.
    #[error("the PDF has no page {page}")]
    NoSuchPage {
        /// The page asked for, counted from one.
        page: u32,
    },
    /// The page has no usable media box, so nothing can be placed on it.
    #[error("page {page} has no usable media box")]
    NoPageBox {
        /// The page asked for, counted from one.
        page: u32,
    },
    /// The stamp's numbers are not finite, or its width or height is not positive.
    #[error("the stamp's rectangle is empty or not finite")]
    InvalidStamp,
    /// The file or its object numbers exceed what a cross-reference section of four-byte offsets can address.
    #[error("the PDF is too large to be signed")]
    TooLarge,
    /// The signature does not fit into the room reserved for it in the file.
    #[error("the signature takes {needed} bytes, {reserved} are reserved")]
    SignatureTooLong {
        /// Bytes of the DER-encoded signature.
        needed: usize,
        /// Bytes reserved.
        reserved: usize,
    },
    /// A certificate or key could not be made, or the key refused to sign.
    #[error("the certificate or its key cannot be used")]
    Certificate(#[from] rcgen::Error),
    /// An ASN.1 structure could not be encoded or decoded.
    #[error("an ASN.1 structure cannot be encoded")]
    Asn1(#[from] der::Error),
}
