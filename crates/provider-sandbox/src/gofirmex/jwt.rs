//! Callers' tokens: JSON Web Tokens that the caller signs with its own RSA key. Source: contract section 1.1.

use aws_lc_rs::rsa::PublicKey;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters,
    UnparsedPublicKey,
};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Map, Value};

/// A token that has the form of one; nothing in it is proved yet.
#[derive(Debug)]
pub(super) struct Token<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// The token in its compact form; none when it is something else.
    pub(super) fn parse(compact: &'a str) -> Option<Self> {
        let (signed, signature) = compact.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The algorithm that the token claims.
    pub(super) fn algorithm(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// A claim's text.
    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// The moment after which the token is worth nothing, in seconds since 1970; `Err` when it is there and no number.
    pub(super) fn expires_at(&self) -> Result<Option<f64>, NotANumber> {
        match self.claims.get("exp") {
            None => Ok(None),
            Some(at) => at.as_f64().map(Some).ok_or(NotANumber),
        }
    }

    /// Whether the key's owner signed the token by that algorithm.
    pub(super) fn is_signed_by(&self, public_key_pem: &str, algorithm: &str) -> bool {
        let (Some(parameters), Ok(key)) = (verification(algorithm), public_key(public_key_pem)) else {
            return false;
        };
        UnparsedPublicKey::new(parameters, key).verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}

/// A time that is no number.
#[derive(Debug)]
pub(super) struct NotANumber;

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// How signatures of a JWT algorithm are verified; none for algorithms that are no RSA signatures.
pub(super) fn verification(algorithm: &str) -> Option<&'static RsaParameters> {
    match algorithm {
        "RS256" => Some(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Some(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

/// The text is no RSA public key in PEM, or one below 2048 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA public key of at least 2048 bits in PEM")]
pub struct KeyError;

/// The smallest modulus in bytes. Source: contract section 1.1.
const SMALLEST_MODULUS: u32 = 2048 / 8;

/// The DER inside a PEM public key.
///
/// # Errors
/// [`KeyError`].
pub(super) fn public_key(pem: &str) -> Result<Vec<u8>, KeyError> {
    let body = ["PUBLIC KEY", "RSA PUBLIC KEY"].iter().find_map(|label| {
        let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
        rest.split_once(&format!("-----END {label}-----")).map(|(body, _)| body)
    });
    let text: String = body.ok_or(KeyError)?.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(text).map_err(|_| KeyError)?;
    let key = PublicKey::from_der(&der).map_err(|_| KeyError)?;
    let bytes = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| KeyError)?;
    if bytes < SMALLEST_MODULUS { Err(KeyError) } else { Ok(der) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gofirmex::demo::{PRIVATE_KEY_PEM, PUBLIC_KEY_PEM};

    #[test]
    fn a_private_key_or_anything_else_is_no_public_key() {
        assert!(public_key(PUBLIC_KEY_PEM).is_ok());
        assert_eq!(public_key(PRIVATE_KEY_PEM), Err(KeyError));
        assert_eq!(public_key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"), Err(KeyError));
    }

    #[test]
    fn only_three_parts_of_json_are_a_token() {
        assert!(Token::parse("e30.e30.AA").is_some());
        for wrong in ["", "e30.e30", "e30.W10.AA", "e30.e30.=", "e30.e30.AA.AA"] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }
}
