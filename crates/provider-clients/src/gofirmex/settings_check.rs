//! What a JSON Schema cannot tell about settings and credentials, and what is made ready for use from them.

use domain::envelope::{Notary, SignatureLevel};
use domain::values::Email;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::jwt::{OWN_CLAIMS, PLACEHOLDERS};
use super::key::SigningKey;
use super::profile::{self, CallSpec, Profile};
use super::settings::Settings;
use crate::provider::Fault;

/// What the path of a call may name.
pub(super) const PATH_PLACEHOLDERS: [&str; 3] = ["{portfolio_id}", "{client_portfolio_id}", "{signer_nin}"];

/// Settings and credentials that were checked, ready for use.
#[derive(Debug)]
pub(super) struct Checked {
    pub settings: Settings,
    pub profile: Profile,
    pub base: Url,
    pub key: SigningKey,
    pub encryption: Option<Encryption>,
    pub callback_secret: Option<SecretString>,
}

/// The key that was agreed with the vendor for documents.
pub(super) struct Encryption {
    pub key_id: String,
    pub key: [u8; 32],
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryption")
    }
}

/// Reads settings and credentials that satisfy their schemas.
///
/// # Errors
/// Everything that a schema cannot tell, with pointers `/settings/…` and `/credentials/…`.
pub(super) fn read(settings: &Value, credentials: &Value) -> Result<Checked, Vec<Fault>> {
    let invalid = |pointer: &str| vec![fault(pointer, "invalid", "It does not satisfy its schema.")];
    let settings: Settings = serde_json::from_value(settings.clone()).map_err(|_| invalid("/settings"))?;
    let mut merged = profile::defaults();
    profile::merge(&mut merged, &settings.profile);
    if let Some(timeouts) = merged.get_mut("timeouts") {
        profile::merge(timeouts, &settings.timeouts);
    }
    let profile: Profile = serde_json::from_value(merged).map_err(|_| invalid("/settings/profile"))?;

    let mut faults = Vec::new();
    of_settings(&settings, &mut faults);
    of_profile(&profile, &mut faults);
    let base = base_url(&settings, &mut faults);
    let text = |name: &str| credentials.get(name).and_then(Value::as_str);
    let key = SigningKey::read(text("private_key_pem").unwrap_or_default())
        .map_err(|wrong| {
            let (code, detail) = wrong.words();
            faults.push(fault("/credentials/private_key_pem", code, detail));
        })
        .ok();
    let encryption = encryption(&settings, text("encryption_key"), &mut faults);
    let callback_secret = callback_secret(&profile, text("callback_auth_value"), &mut faults);
    match (base, key) {
        (Some(base), Some(key)) if faults.is_empty() => {
            Ok(Checked { settings, profile, base, key, encryption, callback_secret })
        }
        (Some(_) | None, Some(_) | None) => Err(faults),
    }
}

fn of_settings(settings: &Settings, faults: &mut Vec<Fault>) {
    if settings.user.parse::<Email>().is_err() {
        faults.push(fault("/settings/user", "email", "This must be an e-mail address."));
    }
    for (name, text) in [("issuer", &settings.issuer), ("default_document_type", &settings.default_document_type)] {
        if text.trim().is_empty() {
            faults.push(fault(&format!("/settings/{name}"), "blank", "The provider requires a value."));
        }
    }
    if !settings.lookup_delays_s.is_sorted_by(|a, b| a < b) || settings.lookup_delays_s.is_empty() {
        let detail = "The looks must come one after another: at least one, ascending.";
        faults.push(fault("/settings/lookup_delays_s", "order", detail));
    }
    if !settings.polling.is_sorted_by(|a, b| a.until_age_s < b.until_age_s) || settings.polling.is_empty() {
        faults.push(fault("/settings/polling", "order", "The ages must ascend, and there must be at least one."));
    }
}

fn of_profile(profile: &Profile, faults: &mut Vec<Fault>) {
    use super::endpoint::Endpoint as E;
    let all = [
        E::CreatePortfolio,
        E::AddDocument,
        E::AddIdentityDocument,
        E::Start,
        E::GetPortfolio,
        E::FindPortfolio,
        E::CancelPortfolio,
        E::Resend,
    ];
    for endpoint in all {
        if profile.calls.of(endpoint).is_some_and(|spec| !is_path(spec)) {
            let pointer = format!("/settings/profile/calls/{}/path", endpoint.name());
            let detail = "The path must begin with one /, and may name {portfolio_id}, {client_portfolio_id} and \
                          {signer_nin}.";
            faults.push(fault(&pointer, "path", detail));
        }
    }
    for (name, value) in &profile.jwt.claims {
        let pointer = crate::schema::pointer_to("/settings/profile/jwt/claims", name);
        if OWN_CLAIMS.contains(&name.as_str()) {
            let detail = "This claim is written by the broker; see iat_offset_s, ttl_s and send_exp.";
            faults.push(fault(&pointer, "reserved", detail));
        } else if value.as_str().is_some_and(|text| has_unknown_placeholder(text, &PLACEHOLDERS)) {
            let detail = "A claim may name {settings.user} and {settings.issuer}.";
            faults.push(fault(&pointer, "placeholder", detail));
        }
    }
    if profile.notification_codes.email.is_none() && profile.notification_codes.none.is_none() {
        let detail = "At least one way of telling signers must be there.";
        faults.push(fault("/settings/profile/notification_codes", "required", detail));
    }
    let can_sign = |level| profile.signature_codes.level(level).is_some_and(|codes| codes.of(Notary::None).is_some());
    if !can_sign(SignatureLevel::Simple) && !can_sign(SignatureLevel::Advanced) {
        let detail = "At least one level must have a word for signatures without a notary.";
        faults.push(fault("/settings/profile/signature_codes", "required", detail));
    }
    for (index, kind) in profile.required_identity_kinds.iter().enumerate() {
        if !IDENTITY_KINDS.contains(&kind.as_str()) {
            let pointer = format!("/settings/profile/required_identity_kinds/{index}");
            faults.push(fault(&pointer, "not_allowed", "This is not a kind of identity document."));
        }
    }
}

/// The neutral kinds of identity documents. Source: contract section 7.
pub(super) const IDENTITY_KINDS: [&str; 4] = ["id_card_front", "id_card_back", "property_title", "other"];

/// A path that begins with one slash, so that joined to the base URL it does not give `//`. Source: contract section 9.
fn is_path(spec: &CallSpec) -> bool {
    spec.path.starts_with('/')
        && !spec.path.starts_with("//")
        && !spec.path.contains(['#', ' '])
        && !has_unknown_placeholder(&spec.path, &PATH_PLACEHOLDERS)
}

fn has_unknown_placeholder(text: &str, known: &[&str]) -> bool {
    known.iter().fold(text.to_owned(), |text, name| text.replace(name, "")).contains(['{', '}'])
}

fn base_url(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Url> {
    let at = "/settings/base_url";
    let repeated = settings.profile.get("base_url").and_then(Value::as_str);
    if repeated.is_some_and(|repeated| repeated != settings.base_url) {
        let detail = "The setting base_url says where the provider is; the profile must not say otherwise.";
        faults.push(fault("/settings/profile/base_url", "conflict", detail));
    }
    let Ok(url) = Url::parse(&settings.base_url) else {
        faults.push(fault(at, "url", "This must be an absolute URL."));
        return None;
    };
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        faults.push(fault(at, "url", "This must be an https URL with a host."));
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        faults.push(fault(at, "url", "This must not have a query, a fragment or credentials."));
        return None;
    }
    Some(url)
}

/// The agreed key is the 32 bytes of a text. Source: contract section 3.2.
fn encryption(settings: &Settings, key: Option<&str>, faults: &mut Vec<Fault>) -> Option<Encryption> {
    let at = "/credentials/encryption_key";
    match (&settings.encryption, key) {
        (None, None) => None,
        (Some(key_id), Some(key)) => match <[u8; 32]>::try_from(key.as_bytes()) {
            Ok(key) => Some(Encryption { key_id: key_id.clone(), key }),
            Err(_) => {
                faults.push(fault(at, "key_length", "The key must be a text of exactly 32 bytes."));
                None
            }
        },
        (Some(_), None) => {
            faults.push(fault(at, "required", "The setting encryption names a key, and the key itself is missing."));
            None
        }
        (None, Some(_)) => {
            let detail = "There is a key for documents, and its id at the provider is missing.";
            faults.push(fault("/settings/encryption", "required", detail));
            None
        }
    }
}

fn callback_secret(profile: &Profile, value: Option<&str>, faults: &mut Vec<Fault>) -> Option<SecretString> {
    match (&profile.callback.auth_header, value) {
        (Some(_), Some(value)) => Some(SecretString::from(value)),
        (None, None) => None,
        (Some(_), None) => {
            let detail = "The profile names a header of callbacks, and its value is missing.";
            faults.push(fault("/credentials/callback_auth_value", "required", detail));
            None
        }
        (None, Some(_)) => {
            let detail = "There is a value for a header of callbacks, and the header's name is missing.";
            faults.push(fault("/settings/profile/callback/auth_header", "required", detail));
            None
        }
    }
}

fn fault(pointer: &str, code: &str, detail: &str) -> Fault {
    Fault { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.to_owned() }
}
