//! From an `Authorization` header to a principal.

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use broker::{Broker, Principal};
use secrecy::SecretString;

use crate::problem::{ApiError, Code};

/// Turns what a caller presents into who they are. The one place that knows kinds of credentials.
#[derive(Clone)]
pub struct Authenticator {
    broker: Broker,
}

impl Authenticator {
    /// Authenticates against the keys that the broker keeps.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self { broker }
    }

    /// The principal behind the request's credentials.
    ///
    /// # Errors
    /// `unauthorized` when they are missing, unknown, revoked or expired; the three cannot be told apart.
    pub async fn principal(&self, headers: &HeaderMap) -> Result<Principal, ApiError> {
        let Some(token) = bearer(headers) else {
            return Err(unauthorized("Bearer realm=\"rubrica\"", "Send an API key as `Authorization: Bearer rk_…`."));
        };
        match self.broker.authenticate(&SecretString::from(token)).await? {
            Some(principal) => Ok(principal),
            None => {
                let challenge = "Bearer realm=\"rubrica\", error=\"invalid_token\"";
                Err(unauthorized(challenge, "The key is unknown, revoked or expired."))
            }
        }
    }
}

/// The token of the one `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION);
    let value = given.next()?;
    if given.next().is_some() {
        return None;
    }
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized(challenge: &'static str, detail: &str) -> ApiError {
    ApiError::new(Code::Unauthorized, detail).with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bearer_token_is_read_and_nothing_else() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of(&["Bearer rk_1"]).as_deref(), Some("rk_1"));
        assert_eq!(of(&["bearer  rk_1 "]).as_deref(), Some("rk_1"));
        for values in [&[][..], &["Basic dTpw"], &["Bearer"], &["Bearer "], &["rk_1"], &["Bearer a", "Bearer b"]] {
            assert_eq!(of(values), None, "{values:?}");
        }
    }
}
