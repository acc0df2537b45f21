//! What a JSON Schema cannot tell about settings, and what is made ready for use from them.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use domain::outcome::Class;
use domain::values::{NationalId, NationalIdType};
use serde_json::Value;
use url::Url;

use super::dates;
use super::settings::Settings;
use crate::provider::Fault;
use crate::schema::pointer_to;

/// Settings that were checked, with their patterns and addresses ready for use.
#[derive(Debug)]
pub(super) struct Checked {
    pub settings: Settings,
    pub base: Url,
    pub offset: FixedOffset,
    /// The RUT that stands for everybody's in the vendor's test environment, as it is sent.
    pub qa_rut: Option<String>,
    error_texts: Vec<(regex::Regex, Class)>,
    codes: BTreeMap<u16, Class>,
}

impl Checked {
    /// The class that the operator gave a text.
    pub(super) fn text_class(&self, text: &str) -> Option<Class> {
        let (_, class) = self.error_texts.iter().find(|(pattern, _)| !text.is_empty() && pattern.is_match(text))?;
        Some(*class)
    }

    /// The class that the operator gave the body's code, else the HTTP status, of a failure.
    pub(super) fn code_class(&self, http: u16, code: u16) -> Option<Class> {
        self.codes.get(&code).or_else(|| self.codes.get(&http)).copied()
    }
}

/// Reads settings that satisfy the schema.
///
/// # Errors
/// Everything that a schema cannot tell, with pointers `/settings/…`.
pub(super) fn read(value: &Value) -> Result<Checked, Vec<Fault>> {
    let settings: Settings = serde_json::from_value(value.clone())
        .map_err(|_| vec![fault("", "invalid", "The settings do not satisfy their schema.")])?;
    let mut faults = Vec::new();
    for (name, delays) in
        [("lookup_delays_s", &settings.lookup_delays_s), ("file_lookup_delays_s", &settings.file_lookup_delays_s)]
    {
        if delays.is_empty() || !delays.is_sorted_by(|a, b| a < b) {
            faults.push(fault(name, "order", "The looks must come one after another: at least one, ascending."));
        }
    }
    if settings.polling.is_empty() || !settings.polling.is_sorted_by(|a, b| a.until_age_s < b.until_age_s) {
        faults.push(fault("polling", "order", "The ages must ascend, and there must be at least one."));
    }
    templates(&settings, &mut faults);
    for (index, host) in settings.artifact_hosts.iter().enumerate() {
        if host.contains('/') || url::Host::parse(host).is_err() {
            let at = format!("artifact_hosts/{index}");
            faults.push(fault(&at, "host", "This must be a host name without port or path."));
        }
    }
    let flags = &settings.draft_flag_values;
    if flags.done == flags.possible || flags.done == flags.impossible || flags.possible == flags.impossible {
        faults.push(fault("draft_flag_values", "ambiguous", "The three values must differ."));
    }
    let qa_rut = settings.qa_rut_override.as_deref().and_then(|given| {
        let rut = NationalId::new(NationalIdType::Rut, given, None).ok().and_then(|id| id.rut_with_hyphen());
        if rut.is_none() {
            faults.push(fault("qa_rut_override", "rut", "This must be a RUT with its check digit."));
        }
        rut
    });
    let offset = dates::offset(&settings.timezone);
    if offset.is_none() {
        faults.push(fault("timezone", "timezone", "This must be UTC or an offset such as -03:00."));
    }
    let error_texts = texts(&settings, &mut faults);
    let codes = codes(&settings, &mut faults);
    let base = base_url(&settings.base_url).map_err(|f| faults.push(f)).ok();
    match (base, offset) {
        (Some(base), Some(offset)) if faults.is_empty() => {
            Ok(Checked { base, offset, qa_rut, error_texts, codes, settings })
        }
        (_, _) => Err(faults),
    }
}

fn templates(settings: &Settings, faults: &mut Vec<Fault>) {
    let needs = [
        ("upload_filename_single", settings.upload_filename_single.as_str(), &["{id}"][..]),
        ("upload_filename_multi", settings.upload_filename_multi.as_str(), &["{id}", "{n}"]),
        ("artifact_url_template", settings.artifact_url_template.as_str(), &["{url}"]),
    ];
    for (name, template, parts) in needs {
        for part in parts.iter().filter(|part| !template.contains(**part)) {
            faults.push(fault(name, "template", &format!("It must have {part} in it.")));
        }
    }
    let example = settings.artifact_url_template.replace("{base}", "https://x.example").replace("{url}", "x");
    if Url::parse(&example).is_err() {
        faults.push(fault("artifact_url_template", "url", "It must give an absolute URL."));
    }
}

fn texts(settings: &Settings, faults: &mut Vec<Fault>) -> Vec<(regex::Regex, Class)> {
    let compiled = settings.error_texts.iter().enumerate().filter_map(|(index, text)| {
        let pattern = regex::Regex::new(&text.pattern).ok();
        if pattern.is_none() {
            let at = format!("error_texts/{index}/pattern");
            faults.push(fault(&at, "pattern", "This must be a regular expression."));
        }
        Some((pattern?, text.class))
    });
    compiled.collect()
}

fn codes(settings: &Settings, faults: &mut Vec<Fault>) -> BTreeMap<u16, Class> {
    let read = settings.error_class_overrides.iter().filter_map(|(code, class)| match code.parse::<u16>() {
        Ok(number @ 400..=599) => Some((number, *class)),
        Ok(_) | Err(_) => {
            let at = pointer_to("error_class_overrides", code);
            faults.push(fault(&at, "status", "The key must be a code from 400 to 599."));
            None
        }
    });
    read.collect()
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
