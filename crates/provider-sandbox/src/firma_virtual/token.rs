//! The tokens that a log-in gives: JWT, HMAC-SHA-256. Source: contract sections 1 and 10.1.

use aws_lc_rs::hmac;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::config::User;
use super::variants::Variants;

/// A token for a user.
pub(super) fn issue(key: &hmac::Key, variants: &Variants, user: &User, now: DateTime<Utc>) -> String {
    let issued = now.timestamp();
    let subject = if variants.jwt_sub_is_login { json!(user.login) } else { json!(user.id) };
    let mut claims = json!({
        "sub": subject,
        "email": user.email,
        "name": format!("{} {}", user.first_name, user.last_name),
        "iat": issued,
    });
    if let (false, Value::Object(claims)) = (variants.jwt_without_exp, &mut claims) {
        claims.insert("exp".to_owned(), json!(issued + i64::from(variants.token_ttl_s)));
    }
    let head = json!({ "typ": "JWT", "alg": "HS256" });
    let signed = format!("{}.{}", part(&head), part(&claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The `sub` of a token that this vendor gave and that has not ended; none for any other.
pub(super) fn subject(key: &hmac::Key, variants: &Variants, token: &str, now: DateTime<Utc>) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    hmac::verify(key, signed.as_bytes(), &BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let (_, claims) = signed.split_once('.')?;
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let ends = match claims.get("exp") {
        Some(exp) => exp.as_i64()?,
        None => claims.get("iat")?.as_i64()? + i64::from(variants.token_ttl_s),
    };
    let subject = claims.get("sub")?.clone();
    (now.timestamp() < ends).then_some(subject)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::firma_virtual::FirmaVirtualConfig;

    #[test]
    fn a_token_is_good_until_its_end_and_only_under_its_key() {
        let (key, other) = (hmac::Key::new(hmac::HMAC_SHA256, b"a"), hmac::Key::new(hmac::HMAC_SHA256, b"b"));
        let FirmaVirtualConfig { users, mut variants, .. } = FirmaVirtualConfig::default();
        let now = Utc::now();
        for without_exp in [false, true] {
            variants.jwt_without_exp = without_exp;
            let token = issue(&key, &variants, &users[0], now);
            let hours = |hours| now + TimeDelta::hours(hours);
            assert_eq!(subject(&key, &variants, &token, hours(71)), Some(json!(20)));
            assert_eq!(subject(&key, &variants, &token, hours(72)), None);
            assert_eq!(subject(&other, &variants, &token, now), None);
            assert_eq!(subject(&key, &variants, &token[1..], now), None);
        }
        assert_eq!(subject(&key, &variants, "e30", now), None);
    }
}
