//! The parts of a CMS SignedData (RFC 5652) that a PDF signature uses.
//!
//! Read element by element instead of with one strict type, so that the encoded signed attributes are kept as they
//! were signed and one unreadable certificate among several does not hide the signer's.

use cms::signed_data::SignerIdentifier;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::ber::with_definite_lengths;
use super::certificate::Certificate;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MAX_CERTIFICATES: usize = 64;

/// A CMS signature with its single signer.
#[derive(Debug)]
pub(super) struct SignedData {
    pub(super) content_type: ObjectIdentifier,
    /// The content, when it is within the signature.
    pub(super) content: Option<Vec<u8>>,
    /// The certificates that could be read.
    pub(super) certificates: Vec<Certificate>,
    pub(super) signer: Signer,
}

/// The one SignerInfo.
#[derive(Debug)]
pub(super) struct Signer {
    pub(super) identifier: SignerIdentifier,
    pub(super) digest_algorithm: AlgorithmIdentifierOwned,
    pub(super) attributes: Option<SignedAttributes>,
    pub(super) signature_algorithm: AlgorithmIdentifierOwned,
    pub(super) signature: Vec<u8>,
}

/// The signed attributes.
#[derive(Debug)]
pub(super) struct SignedAttributes {
    list: Vec<Attribute>,
    /// The attributes as they stand in the signature, tagged as the SET that is signed (RFC 5652 section 5.4).
    pub(super) as_sent: Vec<u8>,
    /// The same in the order of DER, for signers that sort before signing but not before sending.
    pub(super) sorted: Vec<u8>,
}

impl SignedAttributes {
    /// The single value of an attribute.
    pub(super) fn get(&self, oid: ObjectIdentifier) -> Option<AnyRef<'_>> {
        let mut found = self.list.iter().filter(|attribute| attribute.oid == oid);
        match (found.next(), found.next()) {
            (Some(attribute), None) => attribute.values.get(0).map(AnyRef::from),
            _ => None,
        }
    }
}

impl SignedData {
    /// Reads a signature, with or without indefinite lengths and with zeros behind it.
    ///
    /// # Errors
    /// What is wrong, in English.
    pub(super) fn read(contents: &[u8]) -> Result<Self, &'static str> {
        let bytes = with_definite_lengths(contents).ok_or("the signature is not a CMS structure")?;
        read(&bytes).map_err(|_| "the signature is not a CMS structure with exactly one signer")
    }

    /// The signer's certificate, when it came along.
    pub(super) fn signer_certificate(&self) -> Option<&Certificate> {
        self.certificates.iter().find(|certificate| match &self.signer.identifier {
            SignerIdentifier::IssuerAndSerialNumber(wanted) => {
                *certificate.issuer() == wanted.issuer
                    && certificate.parsed().tbs_certificate.serial_number == wanted.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(wanted) => {
                certificate.subject_key_identifier().is_some_and(|identifier| identifier == wanted.0)
            }
        })
    }
}

fn read(bytes: &[u8]) -> der::Result<SignedData> {
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|content_info| {
        if ObjectIdentifier::decode(content_info)? != SIGNED_DATA {
            return Err(Tag::ObjectIdentifier.value_error());
        }
        let explicit = AnyRef::decode(content_info)?;
        signed_data(explicit.value())
    })
}

fn signed_data(bytes: &[u8]) -> der::Result<SignedData> {
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|reader| {
        u8::decode(reader)?;
        AnyRef::decode(reader)?; // the digest algorithms, told again by the signer
        let (content_type, content) = content(AnyRef::decode(reader)?)?;
        let certificates = match optional(reader, 0)? {
            Some(set) => certificates(set.value())?,
            None => Vec::new(),
        };
        optional(reader, 1)?; // revocation lists
        let signers = AnyRef::decode(reader)?;
        signers.tag().assert_eq(Tag::Set)?;
        let mut signers = SliceReader::new(signers.value())?;
        let signer = signers.sequence(signer)?;
        signers.finish(SignedData { content_type, content, certificates, signer })
    })
}

/// An element with the context-specific tag `number`, if it is next.
fn optional<'a>(reader: &mut impl Reader<'a>, number: u8) -> der::Result<Option<AnyRef<'a>>> {
    if reader.is_finished() {
        return Ok(None);
    }
    let tag = Tag::ContextSpecific { constructed: true, number: TagNumber::new(number) };
    if reader.peek_tag()? == tag { AnyRef::decode(reader).map(Some) } else { Ok(None) }
}

fn content(encapsulated: AnyRef<'_>) -> der::Result<(ObjectIdentifier, Option<Vec<u8>>)> {
    encapsulated.sequence(|reader| {
        let content_type = ObjectIdentifier::decode(reader)?;
        let content = reader.context_specific::<OctetStringRef<'_>>(TagNumber::N0, TagMode::Explicit)?;
        Ok((content_type, content.map(|content| content.as_bytes().to_vec())))
    })
}

fn certificates(set: &[u8]) -> der::Result<Vec<Certificate>> {
    let mut certificates = Vec::new();
    let mut reader = SliceReader::new(set)?;
    while !reader.is_finished() {
        let encoded = reader.tlv_bytes()?;
        if certificates.len() < MAX_CERTIFICATES {
            certificates.extend(Certificate::from_der(encoded));
        }
    }
    Ok(certificates)
}

fn signer<'a>(reader: &mut impl Reader<'a>) -> der::Result<Signer> {
    u8::decode(reader)?;
    let identifier = SignerIdentifier::decode(reader)?;
    let digest_algorithm = AlgorithmIdentifierOwned::decode(reader)?;
    let attributes = optional(reader, 0)?.map(|set| attributes(set.value())).transpose()?;
    let signature_algorithm = AlgorithmIdentifierOwned::decode(reader)?;
    let signature = OctetStringRef::decode(reader)?.as_bytes().to_vec();
    optional(reader, 1)?; // unsigned attributes: signature timestamps are not examined
    Ok(Signer { identifier, digest_algorithm, attributes, signature_algorithm, signature })
}

fn attributes(encoded: &[u8]) -> der::Result<SignedAttributes> {
    let mut reader = SliceReader::new(encoded)?;
    let (mut list, mut parts) = (Vec::new(), Vec::new());
    while !reader.is_finished() {
        let part = reader.tlv_bytes()?;
        list.push(Attribute::from_der(part)?);
        parts.push(part);
    }
    parts.sort_unstable();
    Ok(SignedAttributes { list, as_sent: set(encoded)?, sorted: set(&parts.concat())? })
}

fn set(content: &[u8]) -> der::Result<Vec<u8>> {
    AnyRef::new(Tag::Set, content)?.to_der()
}
