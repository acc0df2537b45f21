//! The words of a verification, as the API answers them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a signed document is worth as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationStatus {
    /// Every signature is intact and trusted, and nothing was changed after the last one.
    Valid,
    /// No signature within the PDF; a document timestamp alone is none.
    Unsigned,
    /// Intact, but a signer's certificate does not lead to a trust anchor or was not valid when it signed.
    Untrusted,
    /// The signatures are intact, but the document has later changes that no signature covers.
    ModifiedAfterSigning,
    /// A signature uses an algorithm that is unknown here or too weak to prove anything, or lacks its certificate.
    Indeterminate,
    /// A digest or a signature is wrong, or a signature does not cover what it should.
    Invalid,
    /// The file is not a readable PDF.
    Unreadable,
}

/// Whether signed bytes are those that were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Digest and signature are right.
    Intact,
    /// Digest or signature is wrong, or the signature is malformed.
    Broken,
    /// Cannot be told, see the findings.
    Unknown,
}

/// Whether a signer's certificate leads to a trust anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// A path of certificates, all valid at the time of signing, ends at a trust anchor.
    Trusted,
    /// No such path.
    Untrusted,
    /// The signer's certificate is not known, so nothing was checked.
    Unknown,
}

/// What a signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// A person or organization signed.
    Signature,
    /// A time-stamping authority attests that the document existed.
    Timestamp,
}

/// One signature of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureReport {
    /// Signature or document timestamp.
    pub kind: SignatureKind,
    /// Full name of the signature field.
    pub field: Option<String>,
    /// Common name of the signer's certificate, else its whole subject, else the name that the document claims.
    pub signer: Option<String>,
    /// Issuer of the signer's certificate (RFC 4514).
    pub issuer: Option<String>,
    /// Serial number of the signer's certificate, hexadecimal.
    pub serial_number: Option<String>,
    /// When the signature says it was made, UTC. Of a signature this is the signer's own claim.
    pub signed_at: Option<DateTime<Utc>>,
    /// The reason that the document gives.
    pub reason: Option<String>,
    /// The signature's encoding: `adbe.pkcs7.detached`, `ETSI.CAdES.detached`, …
    pub sub_filter: Option<String>,
    /// `sha1`, `sha256`, `sha384`, `sha512`, or the object identifier of an unknown one.
    pub digest_algorithm: Option<String>,
    /// Whether nothing but white space follows what is signed. False for all but the last of several signatures.
    pub covers_whole_document: bool,
    /// Which signed revision it covers, counted from 1; absent when it covers none properly.
    pub revision: Option<u32>,
    /// Whether the signed bytes are those that were signed.
    pub integrity: Integrity,
    /// Whether the certificate leads to a trust anchor.
    pub trust: Trust,
    /// What explains the verdict, in English; empty when there is nothing to explain.
    pub findings: Vec<String>,
}

/// The outcome of [`crate::examine()`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The verdict over the whole document.
    pub status: VerificationStatus,
    /// The signatures, earliest revision first.
    pub signatures: Vec<SignatureReport>,
    /// Whether the document begins with the bytes that were sent for signature. Absent when no original was given.
    /// False is a fact, not a fault: some providers render the document anew.
    pub original_preserved: Option<bool>,
    /// What explains the verdict, in English; empty when there is nothing to explain.
    pub findings: Vec<String>,
}
