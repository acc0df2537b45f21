//! Which digest and signature algorithms are known, and checking a signature with them.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{self as aws, RsaPssSaltLength, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Sequence};
use x509_cert::spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
const SHA1_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
const SHA256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
const SHA384_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
const SHA512_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
const EC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
const ECDSA_SHA1: ObjectIdentifier = oid("1.2.840.10045.4.1");
const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
const ED25519: ObjectIdentifier = oid("1.3.101.112");
const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = oid("1.3.132.0.34");
const P521: ObjectIdentifier = oid("1.3.132.0.35");

/// A digest algorithm that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DigestAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl DigestAlgorithm {
    pub(super) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        [(SHA1, Self::Sha1), (SHA256, Self::Sha256), (SHA384, Self::Sha384), (SHA512, Self::Sha512)]
            .into_iter()
            .find_map(|(known, algorithm)| (known == *oid).then_some(algorithm))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Collisions can be made for SHA-1, so it proves nothing about which document was signed.
    pub(super) fn is_weak(self) -> bool {
        self == Self::Sha1
    }

    pub(super) fn implementation(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> Digest {
        digest::digest(self.implementation(), bytes)
    }
}

/// What was signed.
#[derive(Clone, Copy)]
pub(super) enum Message<'a> {
    Bytes(&'a [u8]),
    /// Only its digest is at hand, because the message itself is large.
    Digest(&'a Digest),
}

/// The answer of [`check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    Right,
    Wrong,
    /// The algorithm, key type or key size is unknown here.
    Unsupported,
}

/// Checks a signature.
///
/// `digest` is the digest algorithm that a CMS signer names apart; it counts where the signature algorithm names none.
pub(super) fn check(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<DigestAlgorithm>,
    message: Message<'_>,
    signature: &[u8],
) -> Checked {
    let Some(implementation) = implementation(key, algorithm, digest) else {
        return Checked::Unsupported;
    };
    let key = UnparsedPublicKey::new(implementation, key.subject_public_key.raw_bytes());
    let outcome = match message {
        Message::Bytes(bytes) => key.verify(bytes, signature),
        Message::Digest(_) if algorithm.oid == ED25519 => return Checked::Unsupported,
        Message::Digest(digest) => key.verify_digest(digest, signature),
    };
    if outcome.is_ok() { Checked::Right } else { Checked::Wrong }
}

/// Whether a signature algorithm itself names SHA-1.
pub(super) fn is_weak(algorithm: &AlgorithmIdentifierOwned) -> bool {
    [SHA1_WITH_RSA, ECDSA_SHA1].contains(&algorithm.oid)
}

fn implementation(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<DigestAlgorithm>,
) -> Option<&'static dyn VerificationAlgorithm> {
    match key.algorithm.oid {
        RSA | RSA_PSS if algorithm.oid == RSA_PSS => pss(key, algorithm),
        RSA => rsa(match algorithm.oid {
            RSA => digest?,
            SHA1_WITH_RSA => DigestAlgorithm::Sha1,
            SHA256_WITH_RSA => DigestAlgorithm::Sha256,
            SHA384_WITH_RSA => DigestAlgorithm::Sha384,
            SHA512_WITH_RSA => DigestAlgorithm::Sha512,
            _ => return None,
        }),
        EC_KEY => {
            let curve = key.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok()?;
            let digest = match algorithm.oid {
                EC_KEY => digest?,
                ECDSA_SHA1 => DigestAlgorithm::Sha1,
                ECDSA_SHA256 => DigestAlgorithm::Sha256,
                ECDSA_SHA384 => DigestAlgorithm::Sha384,
                ECDSA_SHA512 => DigestAlgorithm::Sha512,
                _ => return None,
            };
            ecdsa(curve, digest)
        }
        ED25519 if algorithm.oid == ED25519 => Some(&aws::ED25519),
        _ => None,
    }
}

fn rsa(digest: DigestAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match digest {
        DigestAlgorithm::Sha1 => &aws::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha256 => &aws::RSA_PKCS1_2048_8192_SHA256,
        DigestAlgorithm::Sha384 => &aws::RSA_PKCS1_2048_8192_SHA384,
        DigestAlgorithm::Sha512 => &aws::RSA_PKCS1_2048_8192_SHA512,
    })
}

/// The two salt lengths in use: that of the digest, and the longest that the key allows.
fn pss(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
) -> Option<&'static dyn VerificationAlgorithm> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    let parameters = algorithm.parameters.as_ref()?.decode_as::<PssParameters<'_>>().ok()?;
    let digest = parameters.digest()?;
    let key = RsaKey::from_der(key.subject_public_key.raw_bytes()).ok()?;
    let digest_bytes = digest.implementation().output_len();
    let longest = usize::try_from(key.modulus.len()).ok()?.checked_sub(digest_bytes + 2)?;
    let salt_bytes = usize::from(parameters.salt_bytes?);
    Some(match digest {
        Sha256 if salt_bytes == digest_bytes => &aws::RSA_PSS_2048_8192_SHA256,
        Sha384 if salt_bytes == digest_bytes => &aws::RSA_PSS_2048_8192_SHA384,
        Sha512 if salt_bytes == digest_bytes => &aws::RSA_PSS_2048_8192_SHA512,
        Sha256 if salt_bytes == longest => {
            &const { aws::RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Max) }
        }
        Sha384 if salt_bytes == longest => {
            &const { aws::RSA_PSS_2048_8192_SHA384.with_pss_salt_length(RsaPssSaltLength::Max) }
        }
        Sha512 if salt_bytes == longest => {
            &const { aws::RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Max) }
        }
        Sha1 | Sha256 | Sha384 | Sha512 => return None,
    })
}

fn ecdsa(curve: ObjectIdentifier, digest: DigestAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    Some(match (curve, digest) {
        (P256, Sha1) => &aws::ECDSA_P256_SHA1_ASN1,
        (P256, Sha256) => &aws::ECDSA_P256_SHA256_ASN1,
        (P256, Sha384) => &aws::ECDSA_P256_SHA384_ASN1,
        (P256, Sha512) => &aws::ECDSA_P256_SHA512_ASN1,
        (P384, Sha256) => &aws::ECDSA_P384_SHA256_ASN1,
        (P384, Sha384) => &aws::ECDSA_P384_SHA384_ASN1,
        (P384, Sha512) => &aws::ECDSA_P384_SHA512_ASN1,
        (P521, Sha1) => &aws::ECDSA_P521_SHA1_ASN1,
        (P521, Sha256) => &aws::ECDSA_P521_SHA256_ASN1,
        (P521, Sha384) => &aws::ECDSA_P521_SHA384_ASN1,
        (P521, Sha512) => &aws::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}

/// RSASSA-PSS-params of RFC 4055 section 3.1. The defaults stand for SHA-1 and are not supported.
#[derive(Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_bytes: Option<u16>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}

impl PssParameters<'_> {
    /// The digest algorithm, when the mask uses the same one.
    fn digest(&self) -> Option<DigestAlgorithm> {
        let digest = DigestAlgorithm::from_oid(&self.hash?.oid)?;
        let mask = self.mask.filter(|mask| mask.oid == MGF1)?;
        let mask_digest = mask.parameters?.decode_as::<AlgorithmIdentifierRef<'_>>().ok()?;
        let usual = DigestAlgorithm::from_oid(&mask_digest.oid) == Some(digest) && self.trailer.is_none_or(|n| n == 1);
        usual.then_some(digest)
    }
}

/// RSAPublicKey of RFC 8017 appendix A.1.1.
#[derive(Sequence)]
struct RsaKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}
