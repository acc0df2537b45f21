//! The account's private key: read once, never shown. Source: contract section 1.1.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::profile::Algorithm;

/// Fewest bits of a key.
const MIN_BITS: usize = 2048;

/// Why a text is no usable key. Holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFault {
    /// It is not a PEM text with a private key.
    NotPem,
    /// It is protected by a password.
    Encrypted,
    /// It is not an RSA key.
    NotRsa,
    /// It is an RSA key of less than [`MIN_BITS`] bits.
    TooShort,
}

impl KeyFault {
    /// A stable word and a sentence.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotPem => ("pem", "It must be a private key in PEM form (PKCS#8 or PKCS#1)."),
            Self::Encrypted => ("pem_encrypted", "The key must not be protected by a password."),
            Self::NotRsa => ("key_type", "It must be an RSA key."),
            Self::TooShort => ("key_too_short", "The key must have at least 2048 bits."),
        }
    }
}

/// A key that signs.
pub(super) struct SigningKey {
    pair: RsaKeyPair,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Reads a key from its PEM text.
    pub(super) fn read(pem: &str) -> Result<Self, KeyFault> {
        let (label, der) = unwrapped(pem).ok_or(KeyFault::NotPem)?;
        let read = match label.as_str() {
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "ENCRYPTED PRIVATE KEY" => return Err(KeyFault::Encrypted),
            _ => return Err(KeyFault::NotRsa),
        };
        let pair = read.map_err(|rejected| match rejected.to_string().as_str() {
            "TooSmall" => KeyFault::TooShort,
            _ => KeyFault::NotRsa,
        })?;
        if pair.public_modulus_len() * 8 < MIN_BITS {
            return Err(KeyFault::TooShort);
        }
        Ok(Self { pair })
    }

    /// How many bits it has.
    pub(super) fn bits(&self) -> usize {
        self.pair.public_modulus_len() * 8
    }

    /// The signature over `message`; `None` when the library cannot.
    pub(super) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Option<Vec<u8>> {
        let padding = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(padding, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }

    /// Whether `signature` over `message` is this key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let scheme = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        UnparsedPublicKey::new(scheme, self.pair.public_key().as_ref()).verify(message, signature).is_ok()
    }
}

/// Label and content of the first PEM block. An armour with headers (an old encrypted key) is told by its label.
fn unwrapped(pem: &str) -> Option<(String, Vec<u8>)> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (content, _) = rest.split_once("-----END ")?;
    if content.contains("Proc-Type:") {
        return Some(("ENCRYPTED PRIVATE KEY".to_owned(), Vec::new()));
    }
    let text: String = content.chars().filter(|c| !c.is_whitespace()).collect();
    Some((label.to_owned(), STANDARD.decode(text).ok()?))
}
