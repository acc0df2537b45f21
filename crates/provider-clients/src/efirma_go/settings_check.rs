//! What a JSON Schema cannot tell about settings, and what is made ready for use from them.

use std::collections::BTreeMap;

use domain::outcome::Class;
use domain::values::Email;
use serde_json::Value;
use url::Url;

use super::settings::{CodeOverride, Settings};
use crate::provider::Fault;

/// Settings that were checked, with their patterns and addresses ready for use.
#[derive(Debug)]
pub(super) struct Checked {
    pub settings: Settings,
    pub base: Url,
    pub rewrites: Vec<(regex::Regex, String)>,
    pub code_overrides: Vec<(CodeOverride, Option<regex::Regex>)>,
    pub http_overrides: BTreeMap<u16, Class>,
}

/// Reads settings that satisfy the schema.
///
/// # Errors
/// Everything that a schema cannot tell, with pointers `/settings/…`.
pub(super) fn read(value: &Value) -> Result<Checked, Vec<Fault>> {
    let settings: Settings = serde_json::from_value(value.clone())
        .map_err(|_| vec![fault("", "invalid", "The settings do not satisfy their schema.")])?;
    let mut faults = Vec::new();
    let required = [
        ("cif_desarrollador", &settings.cif_desarrollador),
        ("nombre_cliente", &settings.nombre_cliente),
        ("cif_cliente", &settings.cif_cliente),
        ("email_cliente", &settings.email_cliente),
    ];
    for (name, text) in required {
        if text.trim().is_empty() {
            faults.push(fault(name, "blank", "The provider requires a value."));
        }
    }
    let addresses =
        [("email_cliente", Some(&settings.email_cliente)), ("email_remitente", settings.email_remitente.as_ref())];
    for (name, address) in addresses {
        if address.is_some_and(|a| !a.trim().is_empty() && a.parse::<Email>().is_err()) {
            faults.push(fault(name, "email", "This must be an e-mail address."));
        }
    }
    if settings.lookup_delays_s.is_empty() || !settings.lookup_delays_s.is_sorted_by(|a, b| a < b) {
        faults.push(fault(
            "lookup_delays_s",
            "order",
            "The looks must come one after another: at least one, ascending.",
        ));
    }
    if settings.polling.is_empty() || !settings.polling.is_sorted_by(|a, b| a.until_age_s < b.until_age_s) {
        faults.push(fault("polling", "order", "The ages must ascend, and there must be at least one."));
    }
    for (index, host) in settings.artifact_hosts.iter().enumerate() {
        if host.contains('/') || url::Host::parse(host).is_err() {
            faults.push(fault(
                &format!("artifact_hosts/{index}"),
                "host",
                "This must be a host name without port or path.",
            ));
        }
    }
    let base = base_url(&settings.base_url).map_err(|f| faults.push(f)).ok();
    let rewrites = patterns(
        "artifact_url_rewrite",
        settings.artifact_url_rewrite.iter().map(|r| Some(r.pattern.as_str())),
        "pattern",
        &mut faults,
    );
    let messages = patterns(
        "error_class_overrides/codes",
        settings.error_class_overrides.codes.iter().map(|o| o.message_pattern.as_deref()),
        "message_pattern",
        &mut faults,
    );
    for (index, o) in settings.error_class_overrides.codes.iter().enumerate() {
        if o.code.is_none() && o.message_pattern.is_none() {
            let at = format!("error_class_overrides/codes/{index}");
            faults.push(fault(&at, "required", "A code or a message pattern must be given."));
        }
    }
    let http_overrides = settings
        .error_class_overrides
        .http
        .iter()
        .filter_map(|(status, class)| match status.parse::<u16>() {
            Ok(number @ 400..=599) => Some((number, *class)),
            Ok(_) | Err(_) => {
                let at = format!("error_class_overrides/http/{}", status.replace('~', "~0").replace('/', "~1"));
                faults.push(fault(&at, "status", "The key must be an HTTP status from 400 to 599."));
                None
            }
        })
        .collect();
    match base {
        Some(base) if faults.is_empty() => Ok(Checked {
            base,
            rewrites: rewrites
                .into_iter()
                .zip(&settings.artifact_url_rewrite)
                .filter_map(|(pattern, rewrite)| Some((pattern?, rewrite.replacement.clone())))
                .collect(),
            code_overrides: settings.error_class_overrides.codes.iter().cloned().zip(messages).collect(),
            http_overrides,
            settings,
        }),
        Some(_) | None => Err(faults),
    }
}

fn base_url(text: &str) -> Result<Url, Fault> {
    let wrong = |detail| fault("base_url", "url", detail);
    let url = Url::parse(text).map_err(|_| wrong("This must be an absolute URL."))?;
    if !matches!(url.scheme(), "https" | "http") || url.cannot_be_a_base() || url.host().is_none() {
        return Err(wrong("This must be an https URL with a host."));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("This must not have a query, a fragment or credentials."));
    }
    Ok(url)
}

fn patterns<'a>(
    list: &str,
    texts: impl Iterator<Item = Option<&'a str>>,
    member: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Option<regex::Regex>> {
    texts
        .enumerate()
        .map(|(index, text)| {
            let compiled = regex::Regex::new(text?).ok();
            if compiled.is_none() {
                let at = format!("{list}/{index}/{member}");
                faults.push(fault(&at, "pattern", "This must be a regular expression."));
            }
            compiled
        })
        .collect()
}

fn fault(name: &str, code: &str, detail: &str) -> Fault {
    let pointer = if name.is_empty() { "/settings".to_owned() } else { format!("/settings/{name}") };
    Fault { pointer, code: code.to_owned(), detail: detail.to_owned() }
}
