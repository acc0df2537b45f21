//! What a JSON Schema cannot tell about settings and credentials, and what is made ready for use from them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::policy::WRITTEN_HERE;
use super::settings::{Settings, Unit};
use crate::provider::Fault;

/// The suffix that old configurations of the vendor write behind the public address. Source: contract section 1.
const LEGACY_SUFFIX: &str = "/tokenConnector";

/// Settings that were checked, with their addresses ready for use.
#[derive(Debug)]
pub(super) struct Checked {
    pub settings: Settings,
    /// Without a `/` at its end.
    pub service_base: String,
    /// Without a `/` at its end and without the legacy suffix.
    pub public_base: String,
    pub service_url: Url,
    pub public_url: Url,
}

/// Reads settings that satisfy the schema.
///
/// # Errors
/// Everything that a schema cannot tell, with pointers `/settings/…`.
pub(super) fn read(value: &Value) -> Result<Checked, Vec<Fault>> {
    let settings: Settings = serde_json::from_value(value.clone())
        .map_err(|_| vec![fault("", "invalid", "The settings do not satisfy their schema.")])?;
    let mut faults = Vec::new();
    let service = base_url("service_base_url", &settings.service_base_url).map_err(|f| faults.push(f)).ok();
    let public = base_url("public_base_url", &settings.public_base_url).map_err(|f| faults.push(f)).ok();
    faults.extend(paths(&settings));
    faults.extend(pointers(&settings));
    faults.extend(launch(&settings));
    faults.extend(limits(&settings));
    if settings.ca_bundle_pem.as_deref().is_some_and(|pem| !is_certificates(pem)) {
        faults.push(fault("ca_bundle_pem", "pem", "This must be one or more certificates in PEM form."));
    }
    for name in settings.extra_policy_parameters.keys().filter(|name| WRITTEN_HERE.contains(&name.as_str())) {
        let at = format!("extra_policy_parameters/{name}");
        faults.push(fault(&at, "reserved", "The broker writes this parameter itself: use its option or setting."));
    }
    match (service, public) {
        (Some((service_base, service_url)), Some((public_base, public_url))) if faults.is_empty() => {
            Ok(Checked { settings, service_base, public_base, service_url, public_url })
        }
        (_, _) => Err(faults),
    }
}

/// The faults of credentials: HTTP Basic puts both into one text with a colon between.
pub(super) fn credentials(api_key: &str, api_password: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |name: &str, code: &str, detail: &str| {
        let pointer = format!("/credentials/{name}");
        faults.push(Fault { pointer, code: code.to_owned(), detail: detail.to_owned() });
    };
    for (name, value) in [("api_key", api_key), ("api_password", api_password)] {
        if value.trim().is_empty() {
            add(name, "blank", "The provider requires a value.");
        } else if value.chars().any(char::is_control) {
            add(name, "wrong_format", "It must not have control characters.");
        }
    }
    if api_key.contains(':') {
        add("api_key", "wrong_format", "It must not have a colon: the provider could not tell it from the password.");
    }
    faults
}

/// The address without what only some configurations write at its end.
fn base_url(name: &str, text: &str) -> Result<(String, Url), Fault> {
    let wrong = |detail| fault(name, "url", detail);
    let trimmed = text.trim_end_matches('/');
    let trimmed = if name == "public_base_url" {
        trimmed.strip_suffix(LEGACY_SUFFIX).unwrap_or(trimmed).trim_end_matches('/')
    } else {
        trimmed
    };
    let url = Url::parse(trimmed).map_err(|_| wrong("This must be an absolute URL."))?;
    if !matches!(url.scheme(), "https" | "http") || url.cannot_be_a_base() || url.host().is_none() {
        return Err(wrong("This must be an https URL with a host."));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("This must not have a query, a fragment or credentials."));
    }
    Ok((url.as_str().trim_end_matches('/').to_owned(), url))
}

fn paths(settings: &Settings) -> Vec<Fault> {
    let download = &settings.download;
    let all = [
        ("finish/path", &settings.finish.path, None),
        ("health/path", &settings.health.path, None),
        ("download/signed_path", &download.signed_path, Some("{signatureId}")),
        ("download/receipt_path", &download.receipt_path, Some("{signatureId}")),
        ("download/original_path", &download.original_path, Some("{signatureId}")),
        ("download/qr_path", &download.qr_path, Some("{signatureId}")),
    ];
    let wrong = |(name, path, needed): (&str, &String, Option<&str>)| {
        // The rest of a base address must not become another host's.
        let sound = path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.split(['/', '?']).any(|segment| segment == "..")
            && Url::parse(&format!("https://host{}", path.replace(['{', '}'], ""))).is_ok();
        if !sound {
            return Some(fault(name, "path", "This must be a path that begins with one slash."));
        }
        let needed = needed.filter(|needed| !path.contains(needed))?;
        Some(fault(name, "placeholder", &format!("This must have {needed} in it.")))
    };
    all.into_iter().filter_map(wrong).collect()
}

fn pointers(settings: &Settings) -> Vec<Fault> {
    let (added, poll) = (&settings.add_file.pointers, &settings.poll);
    let all = [
        ("add_file/pointers/document_id", &added.document_id),
        ("add_file/pointers/error_code", &added.error_code),
        ("add_file/pointers/error_message", &added.error_message),
        ("poll/finished", &poll.finished),
        ("poll/signature", &poll.signature),
        ("poll/error", &poll.error),
        ("poll/cancelled", &poll.cancelled),
        ("poll/error_code", &poll.error_code),
        ("poll/error_message", &poll.error_message),
    ];
    all.into_iter()
        .filter(|(_, pointer)| !pointer.starts_with('/'))
        .map(|(name, _)| fault(name, "pointer", "This must be a JSON pointer that begins with a slash."))
        .collect()
}

fn launch(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let template = settings.launch_template.as_str();
    if !template.contains("{operationId}") {
        faults.push(fault("launch_template", "placeholder", "This must have {operationId} in it."));
    }
    let written = template.replace("{scheme}", &settings.launch_scheme);
    let scheme = written.split(':').next().unwrap_or_default();
    let is_scheme = written.contains(':')
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c));
    // The link is followed in the signer's browser: it must not be one that runs a script there.
    let harmful = ["javascript", "data", "vbscript", "file", "blob"].contains(&scheme);
    let readable = !template.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>\\".contains(c));
    if !is_scheme || harmful || !readable {
        faults.push(fault("launch_template", "link", "This must be a link of the signing program's scheme."));
    }
    faults
}

fn limits(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let position = settings.position;
    let smallest = match position.unit {
        Unit::Points => 0.5,
        Unit::Millimetres => 1.5,
        Unit::Pixels => 0.4,
    };
    for (name, size) in [("default_width", position.default_width), ("default_height", position.default_height)] {
        if !size.is_finite() || size < smallest {
            faults.push(fault(&format!("position/{name}"), "too_small", "A stamp of this size cannot be seen."));
        }
    }
    if !settings.restart_pauses_s.is_sorted() {
        faults.push(fault("restart_pauses_s", "order", "The pauses must not become shorter."));
    }
    faults
}

/// Whether the text is certificates in PEM form and nothing else that matters.
fn is_certificates(pem: &str) -> bool {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut blocks = pem.split(BEGIN);
    let before = blocks.next().unwrap_or_default();
    let mut sound = !before.contains("-----");
    let mut count = 0;
    for block in blocks {
        count += 1;
        let (body, after) = block.split_once(END).unwrap_or_default();
        let letters: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        sound &= STANDARD.decode(letters).is_ok_and(|der| der.len() > 16) && !after.contains("-----");
    }
    sound && count > 0
}

fn fault(name: &str, code: &str, detail: &str) -> Fault {
    let pointer = if name.is_empty() { "/settings".to_owned() } else { format!("/settings/{name}") };
    Fault { pointer, code: code.to_owned(), detail: detail.to_owned() }
}
