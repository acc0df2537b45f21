//! The token that each call carries: made here, signed with the account's own key. Source: contract section 1.1.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::GofirmexAccount;
use super::profile::Algorithm;
use crate::provider::Unbuildable;

/// What a claim may name of the settings.
pub(super) const PLACEHOLDERS: [&str; 2] = ["{settings.user}", "{settings.issuer}"];

/// Claims that the adapter writes itself.
pub(super) const OWN_CLAIMS: [&str; 2] = ["iat", "exp"];

impl GofirmexAccount {
    /// A token made at `now`.
    pub(super) fn token(&self, now: DateTime<Utc>) -> Result<String, Unbuildable> {
        let jwt = &self.checked.profile.jwt;
        let head = Value::Object(self.token_head()).to_string();
        let claims = Value::Object(self.claims(now)).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = self
            .checked
            .key
            .sign(jwt.algorithm, signed.as_bytes())
            .ok_or_else(|| Unbuildable::Defect("The account's key does not sign.".to_owned()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether a token of this account verifies with the public half of its key.
    pub(super) fn token_verifies(&self, token: &str) -> bool {
        let Some((signed, signature)) = token.rsplit_once('.') else { return false };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        self.checked.key.verifies(self.checked.profile.jwt.algorithm, signed.as_bytes(), &signature)
    }

    fn token_head(&self) -> Map<String, Value> {
        let jwt = &self.checked.profile.jwt;
        let algorithm = match jwt.algorithm {
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
        };
        let mut head = Map::from_iter([("alg".to_owned(), json!(algorithm)), ("typ".to_owned(), json!("JWT"))]);
        if let Some(kid) = &jwt.kid {
            head.insert("kid".to_owned(), json!(kid));
        }
        head
    }

    fn claims(&self, now: DateTime<Utc>) -> Map<String, Value> {
        let (jwt, settings) = (&self.checked.profile.jwt, &self.checked.settings);
        let [user, issuer] = PLACEHOLDERS;
        let filled = |value: &Value| match value {
            Value::String(text) => json!(text.replace(user, &settings.user).replace(issuer, &settings.issuer)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.clone(),
        };
        let mut claims: Map<String, Value> =
            jwt.claims.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        let issued = now.timestamp().saturating_add(jwt.iat_offset_s);
        claims.insert("iat".to_owned(), json!(issued));
        if jwt.send_exp {
            claims.insert("exp".to_owned(), json!(issued.saturating_add(jwt.ttl_s)));
        }
        claims
    }
}
