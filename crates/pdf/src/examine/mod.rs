//! What the signatures of a document are worth.
//!
//! Integrity: the byte range, the document's digest, the CMS signature over it and the binding to the signer's
//! certificate. Trust: a path to a configured anchor ([`TrustAnchors`]). Not examined yet: revocation, timestamps
//! within signatures (the time of signing is the signer's claim), long-term validation data, and what a later *signed*
//! revision changed: the last signer vouches for the whole document.

mod algorithms;
mod ber;
mod byte_range;
mod certificate;
mod cms;
mod fields;
mod report;
mod revisions;
mod signed_data;
mod status;
mod trust;

use std::io::{self, Read, Seek};

use aws_lc_rs::digest::{Context, SHA256};

use crate::document::{Document, with_document};
use crate::error::InspectError;
use crate::source::Source;
use byte_range::Covered;
use cms::Binding;
use fields::SignatureDictionary;
pub use report::{Integrity, SignatureKind, SignatureReport, Trust, Verification, VerificationStatus};
use status::{LaterChanges, SignatureFacts};
pub use trust::{TrustAnchors, TrustAnchorsError};

/// The document that was sent for signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginalDocument {
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256 digest.
    pub sha256: [u8; 32],
}

/// Examines a signed PDF file from its first byte to its last, wherever `source` stands.
///
/// With `original`, also tells whether the file begins with the document that was sent for signature. A file that is
/// no readable PDF gets the verdict [`VerificationStatus::Unreadable`].
///
/// # Errors
/// Only when the source could not be read; then nothing is known about the file.
pub fn examine<R: Read + Seek>(
    source: &mut R,
    original: Option<&OriginalDocument>,
    anchors: &TrustAnchors,
) -> io::Result<Verification> {
    let original_preserved = original.map(|original| begins_with(source, original)).transpose()?;
    match with_document(source, |document| examine_document(document, anchors)) {
        Ok(verification) => Ok(Verification { original_preserved, ..verification }),
        Err(InspectError::Io(error)) => Err(error),
        Err(InspectError::Defect(defect)) => Ok(Verification {
            status: VerificationStatus::Unreadable,
            signatures: Vec::new(),
            original_preserved,
            findings: vec![defect.to_string()],
        }),
    }
}

fn begins_with<R: Read + Seek>(file: &mut R, original: &OriginalDocument) -> io::Result<bool> {
    let mut source = Source::new(file, 0)?;
    if source.len() < original.size {
        return Ok(false);
    }
    let mut context = Context::new(&SHA256);
    match byte_range::update(&mut context, source.reader(0..original.size)) {
        Err(InspectError::Io(error)) => Err(error),
        Err(InspectError::Defect(_)) => Ok(false),
        Ok(()) => Ok(context.finish().as_ref() == original.sha256),
    }
}

fn examine_document<R: Read + Seek>(
    document: &mut Document<'_, R>,
    anchors: &TrustAnchors,
) -> Result<Verification, InspectError> {
    let mut signatures = Vec::new();
    for dictionary in fields::signatures(document)? {
        signatures.push(examine_signature(document, dictionary, anchors)?);
    }
    signatures.sort_by_key(|signature| signature.end.unwrap_or(u64::MAX));
    let (mut end, mut revision) = (None, 0);
    for signature in signatures.iter_mut().filter(|signature| signature.end.is_some()) {
        revision += u32::from(end != signature.end);
        end = signature.end;
        signature.report.revision = Some(revision);
    }
    let by_signers = signatures.iter().rev().filter(|signature| signature.report.kind == SignatureKind::Signature);
    let last = by_signers.filter_map(|signature| signature.end.zip(Some(&signature.report))).next();
    let later = match last {
        Some((end, report)) if !report.covers_whole_document => revisions::changes_after(document, end)?,
        _ => LaterChanges::None,
    };
    let findings = match later {
        LaterChanges::None => Vec::new(),
        LaterChanges::ValidationData => {
            vec!["validation data or a timestamp was added after the last signature".to_owned()]
        }
        LaterChanges::Other => vec!["the document was changed after the last signature".to_owned()],
    };
    let facts: Vec<SignatureFacts> = signatures.iter().map(Signature::facts).collect();
    Ok(Verification {
        status: status::overall(&facts, later),
        signatures: signatures.into_iter().map(|signature| signature.report).collect(),
        original_preserved: None,
        findings,
    })
}

struct Signature {
    report: SignatureReport,
    /// The first byte after what it covers, when it covers anything properly.
    end: Option<u64>,
    weak: bool,
}

impl Signature {
    fn facts(&self) -> SignatureFacts {
        let SignatureReport { kind, integrity, trust, .. } = self.report;
        SignatureFacts { kind, integrity, trust, weak: self.weak }
    }
}

fn examine_signature<R: Read + Seek>(
    document: &mut Document<'_, R>,
    dictionary: SignatureDictionary,
    anchors: &TrustAnchors,
) -> Result<Signature, InspectError> {
    let mut report = SignatureReport {
        kind: if dictionary.is_timestamp { SignatureKind::Timestamp } else { SignatureKind::Signature },
        field: dictionary.field,
        signer: dictionary.claimed_name,
        issuer: None,
        serial_number: None,
        signed_at: dictionary.claimed_time,
        reason: dictionary.reason,
        sub_filter: dictionary.sub_filter,
        digest_algorithm: None,
        covers_whole_document: false,
        revision: None,
        integrity: Integrity::Broken,
        trust: Trust::Unknown,
        findings: Vec::new(),
    };
    let source = &mut document.source;
    let place = dictionary.contents.as_ref().and_then(|contents| contents.span.as_ref());
    let covered = match Covered::new(&dictionary.byte_range, place, source.base(), source.len()) {
        Ok(covered) => covered,
        Err(finding) => {
            report.findings.push(finding.to_owned());
            return Ok(Signature { report, end: None, weak: false });
        }
    };
    let end = Some(covered.end(source));
    report.covers_whole_document = covered.is_whole(source)?;

    let Some(binding) = binding(report.sub_filter.as_deref()) else {
        report.integrity = Integrity::Unknown;
        report.findings.push("the signature's encoding is not supported".to_owned());
        return Ok(Signature { report, end, weak: false });
    };
    let contents = dictionary.contents.map(|contents| contents.bytes).unwrap_or_default();
    let examined = cms::examine(&contents, binding, |algorithm| covered.digest(source, algorithm))?;
    report.integrity = examined.integrity;
    report.digest_algorithm = examined.digest_algorithm;
    report.findings.extend(examined.findings);
    report.signed_at = examined.signed_at.or(report.signed_at);
    if let Some(signer) = examined.signer {
        let (trust, finding) = trust::trust(&signer, &examined.certificates, anchors, report.signed_at);
        report.trust = trust;
        report.findings.extend(finding.map(str::to_owned));
        report.signer = Some(signer.holder());
        report.issuer = Some(signer.issuer().to_string());
        report.serial_number = Some(signer.serial_number());
    }
    Ok(Signature { report, end, weak: examined.weak })
}

/// What the sub-filter says about the signature's content; `None` when it is unknown.
fn binding(sub_filter: Option<&str>) -> Option<Binding> {
    match sub_filter? {
        "adbe.pkcs7.detached" | "ETSI.CAdES.detached" => Some(Binding::Detached),
        "adbe.pkcs7.sha1" => Some(Binding::Sha1Digest),
        "ETSI.RFC3161" => Some(Binding::Timestamp),
        _ => None,
    }
}
