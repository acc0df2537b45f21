//! What a JSON Schema cannot tell about settings, and what is made ready for use from them.

use std::collections::BTreeMap;

use domain::outcome::Class;
use serde_json::Value;
use url::{Host, Url};

use super::messages::normalized;
use super::settings::Settings;
use crate::provider::Fault;

/// Settings that were checked, with their addresses and texts ready for use.
#[derive(Debug)]
pub(super) struct Checked {
    pub settings: Settings,
    pub base: Url,
    /// Events by normalized name.
    pub events: BTreeMap<String, u8>,
    /// States by normalized name, in addition to the known ones.
    pub status_texts: BTreeMap<String, u8>,
    /// Classes by the normalized beginning of a message.
    pub error_messages: Vec<(String, Class)>,
}

/// Reads settings that satisfy the schema.
///
/// # Errors
/// Everything that a schema cannot tell, with pointers `/settings/…`.
pub(super) fn read(value: &Value) -> Result<Checked, Vec<Fault>> {
    let settings: Settings = serde_json::from_value(value.clone())
        .map_err(|_| vec![fault("", "invalid", "The settings do not satisfy their schema.")])?;
    let mut faults = Vec::new();
    for (name, id) in [("id_responsavel", &settings.id_responsavel), ("id_pasta", &settings.id_pasta)] {
        if !is_guid(id) {
            faults.push(fault(name, "guid", "This must be a GUID of the account, 8-4-4-4-12 hexadecimal digits."));
        }
    }
    for (index, host) in settings.link_hosts.iter().enumerate() {
        if host.contains('/') || Host::parse(host).is_err() {
            faults.push(fault(
                &format!("link_hosts/{index}"),
                "host",
                "This must be a host name without port or path.",
            ));
        }
    }
    for (index, format) in settings.datetime_formats.iter().enumerate() {
        let wrong = |item| matches!(item, chrono::format::Item::Error);
        if chrono::format::StrftimeItems::new(format).any(wrong) {
            let at = format!("datetime_formats/{index}");
            faults.push(fault(&at, "format", "This must be a format in strftime's words, such as %d/%m/%Y %H:%M:%S."));
        }
    }
    for (index, pointer) in settings.error_message_pointers.iter().enumerate() {
        if !pointer.starts_with('/') {
            let at = format!("error_message_pointers/{index}");
            faults.push(fault(&at, "pointer", "This must be a JSON pointer."));
        }
    }
    let rates = &settings.rate_limits;
    let windows = [rates.per_second, rates.per_minute, rates.per_hour, rates.per_month];
    if !windows.is_sorted() {
        faults.push(fault("rate_limits", "order", "A longer window must not take fewer calls than a shorter one."));
    }
    if settings.poll_interval_with_webhook_s < settings.poll_interval_s {
        let at = "poll_interval_with_webhook_s";
        faults.push(fault(at, "order", "This must not be shorter than poll_interval_s."));
    }
    let base = base_url(&settings.base_url).map_err(|f| faults.push(f)).ok();
    match base {
        Some(base) if faults.is_empty() => Ok(Checked {
            base,
            events: settings.webhook.event_map.iter().map(|(name, trigger)| (normalized(name), *trigger)).collect(),
            status_texts: settings.status_text_map.iter().map(|(text, id)| (normalized(text), *id)).collect(),
            error_messages: settings.error_messages.iter().map(|(text, class)| (normalized(text), *class)).collect(),
            settings,
        }),
        Some(_) | None => Err(faults),
    }
}

/// Whether `text` is written as the vendor writes its ids.
pub(super) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()))
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

fn fault(name: &str, code: &str, detail: &str) -> Fault {
    let pointer = if name.is_empty() { "/settings".to_owned() } else { format!("/settings/{name}") };
    Fault { pointer, code: code.to_owned(), detail: detail.to_owned() }
}
