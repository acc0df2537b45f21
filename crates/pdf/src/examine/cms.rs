//! Whether a CMS signature is right for a document whose digest can be computed.

use aws_lc_rs::digest::Digest;
use chrono::{DateTime, Utc};
use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, Sequence, SliceReader};
use x509_cert::spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use super::algorithms::{self, Checked, DigestAlgorithm, Message};
use super::certificate::Certificate;
use super::report::Integrity;
use super::signed_data::{SignedAttributes, SignedData};
use crate::error::InspectError;

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// How the signature is tied to the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// The document is the detached content.
    Detached,
    /// The content is the document's SHA-1 digest (`adbe.pkcs7.sha1`).
    Sha1Digest,
    /// The content is a timestamp over the document's digest (RFC 3161).
    Timestamp,
}

/// What a signature turned out to be.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) integrity: Integrity,
    pub(super) findings: Vec<String>,
    pub(super) digest_algorithm: Option<String>,
    pub(super) weak: bool,
    pub(super) signed_at: Option<DateTime<Utc>>,
    pub(super) signer: Option<Certificate>,
    pub(super) certificates: Vec<Certificate>,
}

impl Examined {
    fn without_structure(finding: &str) -> Self {
        Self {
            integrity: Integrity::Broken,
            findings: vec![finding.to_owned()],
            digest_algorithm: None,
            weak: false,
            signed_at: None,
            signer: None,
            certificates: Vec::new(),
        }
    }
}

/// Why a signature is not [`Integrity::Intact`].
struct Flaw(Integrity, &'static str);

const fn broken(reason: &'static str) -> Flaw {
    Flaw(Integrity::Broken, reason)
}

const fn unknown(reason: &'static str) -> Flaw {
    Flaw(Integrity::Unknown, reason)
}

/// Examines the signature `contents`; `digest_of_document` digests the signed byte ranges.
///
/// # Errors
/// Only those of `digest_of_document`.
pub(super) fn examine(
    contents: &[u8],
    binding: Binding,
    mut digest_of_document: impl FnMut(DigestAlgorithm) -> Result<Digest, InspectError>,
) -> Result<Examined, InspectError> {
    let data = match SignedData::read(contents) {
        Ok(data) => data,
        Err(finding) => return Ok(Examined::without_structure(finding)),
    };
    let stamp = data.content.as_deref().filter(|_| binding == Binding::Timestamp).map(TimestampInfo::from_der);
    let stamp = stamp.and_then(Result::ok);
    let bound = bound(&data, binding, stamp.as_ref(), &mut digest_of_document)?;
    let signer = data.signer_certificate().cloned();
    let oid = data.signer.digest_algorithm.oid;
    let algorithm = DigestAlgorithm::from_oid(&oid);

    let outcome = bound.and_then(|content| signature(&data, signer.as_ref(), &content));
    let (integrity, mut findings) = match outcome {
        Ok(()) => (Integrity::Intact, Vec::new()),
        Err(Flaw(integrity, reason)) => (integrity, vec![reason.to_owned()]),
    };
    let weak = algorithm.is_some_and(DigestAlgorithm::is_weak)
        || algorithms::is_weak(&data.signer.signature_algorithm)
        || binding == Binding::Sha1Digest;
    if weak {
        findings.push("SHA-1 is too weak to prove which document was signed".to_owned());
    }
    let signed_at = match stamp {
        Some(stamp) => utc(stamp.made_at.to_unix_duration()),
        None => data.signer.attributes.as_ref().and_then(signing_time),
    };
    Ok(Examined {
        integrity,
        findings,
        digest_algorithm: Some(algorithm.map_or_else(|| oid.to_string(), |algorithm| algorithm.name().to_owned())),
        weak,
        signed_at,
        signer,
        certificates: data.certificates,
    })
}

/// The content that the signer digested: of the document, or of what stands for it after that was compared.
fn bound(
    data: &SignedData,
    binding: Binding,
    stamp: Option<&TimestampInfo<'_>>,
    digest_of_document: &mut impl FnMut(DigestAlgorithm) -> Result<Digest, InspectError>,
) -> Result<Result<Digest, Flaw>, InspectError> {
    const UNKNOWN_DIGEST: Flaw = unknown("the digest algorithm is unknown");
    let Some(algorithm) = DigestAlgorithm::from_oid(&data.signer.digest_algorithm.oid) else {
        return Ok(Err(UNKNOWN_DIGEST));
    };
    if binding == Binding::Detached {
        return match data.content {
            None => digest_of_document(algorithm).map(Ok),
            Some(_) => Ok(Err(broken("the signature has a content of its own"))),
        };
    }
    let Some(content) = data.content.as_deref() else {
        return Ok(Err(broken("the signature lacks the content that stands for the document")));
    };
    let (imprint_algorithm, imprint) = match (binding, stamp) {
        (Binding::Timestamp, Some(stamp)) => {
            (DigestAlgorithm::from_oid(&stamp.imprint.algorithm.oid), stamp.imprint.digest.as_bytes())
        }
        (Binding::Timestamp, None) => return Ok(Err(broken("the timestamp is malformed"))),
        (Binding::Sha1Digest | Binding::Detached, _) => (Some(DigestAlgorithm::Sha1), content),
    };
    let Some(imprint_algorithm) = imprint_algorithm else {
        return Ok(Err(UNKNOWN_DIGEST));
    };
    if digest_of_document(imprint_algorithm)?.as_ref() == imprint {
        Ok(Ok(algorithm.of(content)))
    } else {
        Ok(Err(WRONG_DIGEST))
    }
}

const WRONG_DIGEST: Flaw = broken("the document is not the one that was signed: its digest differs");

/// Checks the signature over the content with this digest.
fn signature(data: &SignedData, certificate: Option<&Certificate>, content: &Digest) -> Result<(), Flaw> {
    let signer = &data.signer;
    if let Some(attributes) = &signer.attributes {
        check_attributes(attributes, data.content_type, content)?;
    }
    let certificate = certificate.ok_or(unknown("the signer's certificate is not in the signature, or unreadable"))?;
    if let Some(attributes) = &signer.attributes {
        check_signing_certificate(attributes, certificate)?;
    }
    let key = &certificate.parsed().tbs_certificate.subject_public_key_info;
    let digest = DigestAlgorithm::from_oid(&signer.digest_algorithm.oid);
    let check = |message| algorithms::check(key, &signer.signature_algorithm, digest, message, &signer.signature);
    let checked = match &signer.attributes {
        None => check(Message::Digest(content)),
        Some(attributes) => {
            let as_sent = check(Message::Bytes(&attributes.as_sent));
            if as_sent == Checked::Wrong && attributes.as_sent != attributes.sorted {
                check(Message::Bytes(&attributes.sorted))
            } else {
                as_sent
            }
        }
    };
    match checked {
        Checked::Right => Ok(()),
        Checked::Wrong => Err(broken("the signature value is wrong")),
        Checked::Unsupported => Err(unknown("the signature algorithm or the key's size is not supported")),
    }
}

/// RFC 5652 section 11.1 and 11.2: both attributes are mandatory among signed attributes.
fn check_attributes(
    attributes: &SignedAttributes,
    content_type: ObjectIdentifier,
    content: &Digest,
) -> Result<(), Flaw> {
    let signed_type = attributes.get(CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    if signed_type != Some(content_type) {
        return Err(broken("the signed content type is missing or another one"));
    }
    let signed_digest = attributes.get(MESSAGE_DIGEST);
    let signed_digest = signed_digest.and_then(|value| value.decode_as::<OctetStringRef<'_>>().ok());
    match signed_digest {
        None => Err(broken("the signed digest is missing")),
        Some(signed) if signed.as_bytes() == content.as_ref() => Ok(()),
        Some(_) => Err(WRONG_DIGEST),
    }
}

/// ESS signing-certificate (RFC 2634) and signing-certificate-v2 (RFC 5035): the first entry names the signer's
/// certificate, so that it cannot be exchanged for another one with the same key.
fn check_signing_certificate(attributes: &SignedAttributes, certificate: &Certificate) -> Result<(), Flaw> {
    const WRONG: Flaw = broken("the signature was made for another certificate");
    for (oid, default) in
        [(SIGNING_CERTIFICATE, DigestAlgorithm::Sha1), (SIGNING_CERTIFICATE_V2, DigestAlgorithm::Sha256)]
    {
        let Some(value) = attributes.get(oid) else { continue };
        let (algorithm, hash) = first_certificate_hash(value, default).map_err(|_| WRONG)?;
        let algorithm = algorithm.ok_or(unknown("the certificate's digest algorithm is unknown"))?;
        if algorithm.of(certificate.der()).as_ref() != hash {
            return Err(WRONG);
        }
    }
    Ok(())
}

/// `SEQUENCE { SEQUENCE OF SEQUENCE { hashAlgorithm DEFAULT, certHash, … }, … }`.
fn first_certificate_hash(
    value: AnyRef<'_>,
    default: DigestAlgorithm,
) -> der::Result<(Option<DigestAlgorithm>, &[u8])> {
    let mut outer = SliceReader::new(value.value())?;
    let list = AnyRef::decode(&mut outer)?;
    let mut list = SliceReader::new(list.value())?;
    let first = AnyRef::decode(&mut list)?;
    let mut first = SliceReader::new(first.value())?;
    let algorithm = if first.peek_tag()? == der::Tag::Sequence {
        DigestAlgorithm::from_oid(&AlgorithmIdentifierRef::decode(&mut first)?.oid)
    } else {
        Some(default)
    };
    Ok((algorithm, OctetStringRef::decode(&mut first)?.as_bytes()))
}

fn signing_time(attributes: &SignedAttributes) -> Option<DateTime<Utc>> {
    let time = Time::from_der(&attributes.get(SIGNING_TIME)?.to_der().ok()?).ok()?;
    utc(time.to_unix_duration())
}

fn utc(since_epoch: std::time::Duration) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(since_epoch.as_secs()).ok()?, 0)
}

/// The digest that a timestamp is about.
#[derive(Sequence)]
struct Imprint<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    digest: OctetStringRef<'a>,
}

/// The beginning of a TSTInfo (RFC 3161 section 2.4.2).
struct TimestampInfo<'a> {
    imprint: Imprint<'a>,
    made_at: GeneralizedTime,
}

impl<'a> TimestampInfo<'a> {
    fn from_der(bytes: &'a [u8]) -> der::Result<Self> {
        let mut outer = SliceReader::new(bytes)?;
        let info = AnyRef::decode(&mut outer)?;
        let mut reader = SliceReader::new(info.value())?;
        u8::decode(&mut reader)?;
        ObjectIdentifier::decode(&mut reader)?;
        let imprint = Imprint::decode(&mut reader)?;
        AnyRef::decode(&mut reader)?; // serial number
        let moment = AnyRef::decode(&mut reader)?;
        Ok(Self { imprint, made_at: whole_seconds(moment)? })
    }
}

/// A GeneralizedTime that may have a fraction of a second, which is cut off.
fn whole_seconds(moment: AnyRef<'_>) -> der::Result<GeneralizedTime> {
    let digits = moment.value().split(|byte| matches!(byte, b'.' | b'Z')).next().unwrap_or_default();
    let text = [digits, b"Z"].concat();
    AnyRef::new(der::Tag::GeneralizedTime, &text)?.decode_as()
}
