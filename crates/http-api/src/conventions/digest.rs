//! `Content-Digest` and `Repr-Digest` (RFC 9530): the digest of what is sent, and of the whole file.

use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use broker::ContentDigest;

use crate::problem::ApiError;

/// The digest of the bytes of this message.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The digest of the whole file, also beside a part of it.
pub const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// The digest that an upload must have, where the caller named one. SHA-512 is preferred where both are named.
///
/// # Errors
/// `bad-header` when it cannot be read, or names only algorithms that are not checked here.
pub fn told(headers: &HeaderMap) -> Result<Option<ContentDigest>, ApiError> {
    let malformed =
        || ApiError::bad_header("Content-Digest", "It must be sha-256=:…: or sha-512=:…:, base64 between the colons.");
    let mut sha256 = None;
    let mut sha512 = None;
    let mut present = false;
    for value in headers.get_all(CONTENT_DIGEST) {
        present = true;
        for member in value.to_str().map_err(|_| malformed())?.split(',') {
            let (algorithm, encoded) = member.split_once('=').ok_or_else(malformed)?;
            let inside =
                encoded.trim().strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).ok_or_else(malformed)?;
            let bytes = STANDARD.decode(inside).map_err(|_| malformed())?;
            match (algorithm.trim(), bytes.len()) {
                ("sha-256", 32) => sha256 = Some(ContentDigest::Sha256(bytes)),
                ("sha-512", 64) => sha512 = Some(ContentDigest::Sha512(bytes)),
                ("sha-256" | "sha-512", _) => return Err(malformed()),
                _ => {}
            }
        }
    }
    let strongest = sha512.or(sha256);
    if present && strongest.is_none() {
        return Err(malformed());
    }
    Ok(strongest)
}

/// A SHA-256 in hexadecimal as the value of a digest header.
#[must_use]
pub fn sha256_field(hexadecimal: &str) -> Option<String> {
    let bytes = hex::decode(hexadecimal).ok()?;
    Some(format!("sha-256=:{}:", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;
    use crate::problem::Code;

    fn of(value: &str) -> Result<Option<ContentDigest>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_DIGEST, HeaderValue::from_str(value).unwrap());
        told(&headers)
    }

    #[test]
    fn the_strongest_digest_is_taken() {
        // Source: RFC 9530, appendix B.1 (the body is `{"hello": "world"}` and a line feed).
        let sha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert!(matches!(of(sha256), Ok(Some(ContentDigest::Sha256(_)))));
        let sha512 = format!("sha-512=:{}:", STANDARD.encode([7; 64]));
        assert_eq!(of(&format!("{sha256}, {sha512}")).unwrap(), Some(ContentDigest::Sha512(vec![7; 64])));
        assert_eq!(told(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn anything_else_is_refused_rather_than_ignored() {
        for text in ["", "sha-256", "sha-256=abc", "sha-256=:AAAA:", "sha-256=:***:", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:"]
        {
            assert_eq!(of(text).unwrap_err().code(), Code::BadHeader, "{text:?}");
        }
    }

    #[test]
    fn a_stored_digest_is_written_as_the_field() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let field = sha256_field(empty).unwrap();
        assert_eq!(field, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
        assert!(matches!(of(&field), Ok(Some(ContentDigest::Sha256(bytes))) if hex::encode(&bytes) == empty));
    }
}
