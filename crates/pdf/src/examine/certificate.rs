//! A certificate with the bytes that its issuer signed.

use chrono::{DateTime, Utc};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Reader, SliceReader, Tag, Tagged};
use x509_cert::Certificate as Parsed;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;

use super::algorithms::{self, Checked, Message};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// Extensions that may be critical: those enforced here, and those that only narrow a purpose nobody asks about
/// (key usages, names, policies). Others, name constraints above all, would be needed to judge the path.
const UNDERSTOOD: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.17"),
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
];

/// A parsed certificate and its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    parsed: Parsed,
    der: Vec<u8>,
    /// The part that the issuer signed, byte for byte.
    signed: Vec<u8>,
}

impl Certificate {
    pub(super) fn from_der(bytes: &[u8]) -> der::Result<Self> {
        let parsed = Parsed::from_der(bytes)?;
        let mut reader = SliceReader::new(bytes)?;
        let signed = reader.sequence(|inner| {
            let signed = inner.tlv_bytes()?.to_vec();
            inner.read_slice(inner.remaining_len())?;
            Ok(signed)
        })?;
        Ok(Self { parsed, der: bytes.to_vec(), signed })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    pub(super) fn subject(&self) -> &Name {
        &self.parsed.tbs_certificate.subject
    }

    pub(super) fn issuer(&self) -> &Name {
        &self.parsed.tbs_certificate.issuer
    }

    /// Hexadecimal.
    pub(super) fn serial_number(&self) -> String {
        let bytes = self.parsed.tbs_certificate.serial_number.as_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The common name, else the whole subject.
    pub(super) fn holder(&self) -> String {
        let attributes = self.subject().0.iter().flat_map(|part| part.0.iter());
        let named = attributes.filter(|attribute| attribute.oid == COMMON_NAME);
        named.filter_map(|attribute| text(&attribute.value)).next_back().unwrap_or_else(|| self.subject().to_string())
    }

    pub(super) fn subject_key_identifier(&self) -> Option<OctetString> {
        let extension = self.parsed.tbs_certificate.get::<SubjectKeyIdentifier>().ok()??;
        Some(extension.1.0)
    }

    /// Whether `issuer` signed this certificate, and not with SHA-1.
    pub(super) fn is_issued_by(&self, issuer: &Self) -> bool {
        let key = &issuer.parsed.tbs_certificate.subject_public_key_info;
        let (algorithm, signature) = (&self.parsed.signature_algorithm, self.parsed.signature.raw_bytes());
        self.issuer() == issuer.subject()
            && !algorithms::is_weak(algorithm)
            && algorithms::check(key, algorithm, None, Message::Bytes(&self.signed), signature) == Checked::Right
    }

    /// Whether `moment` is within the validity.
    pub(super) fn is_valid_at(&self, moment: DateTime<Utc>) -> bool {
        let validity = &self.parsed.tbs_certificate.validity;
        let Ok(moment) = u64::try_from(moment.timestamp()) else {
            return false;
        };
        (validity.not_before.to_unix_duration().as_secs()..=validity.not_after.to_unix_duration().as_secs())
            .contains(&moment)
    }

    /// Whether it may issue certificates with `below` further issuers between it and the signer's.
    pub(super) fn may_issue(&self, below: usize) -> bool {
        let constraints = self.parsed.tbs_certificate.get::<BasicConstraints>().ok().flatten();
        let constraints = constraints.map(|(_, constraints)| constraints).filter(|constraints| constraints.ca);
        let enough = |most: Option<u8>| most.is_none_or(|most| below <= usize::from(most));
        constraints.is_some_and(|constraints| enough(constraints.path_len_constraint))
            && self.usage_allows(KeyUsage::key_cert_sign)
    }

    /// Whether its key may sign documents.
    pub(super) fn may_sign(&self) -> bool {
        self.usage_allows(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    fn usage_allows(&self, allows: impl Fn(&KeyUsage) -> bool) -> bool {
        match self.parsed.tbs_certificate.get::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, usage)| allows(&usage)),
            Err(_) => false,
        }
    }

    /// Whether every critical extension is understood here.
    pub(super) fn is_understood(&self) -> bool {
        let extensions = self.parsed.tbs_certificate.extensions.iter().flatten();
        extensions.filter(|extension| extension.critical).all(|extension| UNDERSTOOD.contains(&extension.extn_id))
    }
}

/// A directory string in any of its encodings.
fn text(value: &Any) -> Option<String> {
    let (tag, bytes) = (value.tag(), value.value());
    if [Tag::Utf8String, Tag::PrintableString, Tag::Ia5String].contains(&tag) {
        String::from_utf8(bytes.to_vec()).ok()
    } else if tag == Tag::TeletexString {
        Some(bytes.iter().map(|byte| char::from(*byte)).collect())
    } else if tag == Tag::BmpString {
        let units = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        String::from_utf16(&units.map(u16::from_be_bytes).collect::<Vec<_>>()).ok()
    } else {
        None
    }
}
