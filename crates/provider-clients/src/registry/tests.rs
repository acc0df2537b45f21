use std::collections::BTreeMap;
use std::time::Duration;

use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::ArtifactOffer;
use domain::finding::Finding;
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use domain::steps::{Step, StepOutput, SubmissionPlan};
use serde_json::json;
use url::Url;

use super::*;
use crate::provider::{
    Abilities, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Corrects, Fetch, FetchHistory, Fetched,
    Moment, OptionSchemas, Pace, Prepared, Reminds, SeenToBy, StatusPage, StatusRequest, SubmissionView, Taken,
    Unbuildable, Verified, Verify,
};
use crate::reply::Reply;

/// An invented vendor whose accounts can do nothing but be opened.
struct Acme(Profile);

fn acme(kind: &'static str) -> Arc<dyn Provider> {
    let open = json!({ "type": "object" });
    Arc::new(Acme(Profile {
        kind,
        display_name: "Acme Sign",
        country: "IS",
        description: "Invented.",
        settings_schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["base_url"],
            "properties": { "base_url": { "type": "string" }, "level": { "enum": ["low", "high"] } }
        }),
        credentials_schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["key"],
            "properties": { "key": { "type": "string", "minLength": 8 } }
        }),
        options: OptionSchemas { envelope: open.clone(), recipient: open.clone(), document: open },
        operations: Vec::new(),
    }))
}

impl Provider for Acme {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn open(&self, settings: &Value, _: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let base_url = settings["base_url"].as_str().and_then(|text| Url::parse(text).ok()).ok_or_else(|| {
            vec![Fault {
                pointer: "/settings/base_url".to_owned(),
                code: "wrong_format".to_owned(),
                detail: "It is not an address.".to_owned(),
            }]
        })?;
        Ok(Arc::new(AcmeAccount { base_url }))
    }
}

struct AcmeAccount {
    base_url: Url,
}

fn defect<T>() -> Result<T, Unbuildable> {
    Err(Unbuildable::Defect("Acme can do nothing".to_owned()))
}

fn doubt<T>() -> Outcome<T> {
    Outcome::Unknown(Doubt::new("Acme can do nothing"))
}

impl Account for AcmeAccount {
    fn limits(&self) -> Limits {
        Limits {
            max_document_bytes: None,
            max_recipients: None,
            documents_per_submission: None,
            max_message_chars: None,
            max_phone_chars: None,
        }
    }

    fn pace(&self) -> Pace {
        let time = Duration::from_secs(1);
        Pace {
            concurrency: 1,
            longest_call: time,
            polling: Vec::new(),
            rates: Vec::new(),
            silence: Vec::new(),
            watch_after_end: None,
        }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Simple, Delivery::Email)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        vec![("/settings/base_url".to_owned(), self.base_url.clone())]
    }

    fn check(&self, _: &Order) -> Vec<Finding> {
        Vec::new()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            cancel: Cancels::No,
            remind: Reminds::Nobody,
            corrects: Corrects::Nothing,
            callbacks: false,
            expiry: SeenToBy::Nobody,
            reminders: SeenToBy::Nobody,
            evidence: false,
            signing_url: false,
            own_page: false,
        }
    }

    fn submissions(&self, _: &Order) -> Vec<SubmissionPlan> {
        Vec::new()
    }

    fn request(&self, _: &Step, _: &SubmissionView<'_>, _: &Moment<'_>) -> Result<Prepared, Unbuildable> {
        defect()
    }

    fn reply(&self, _: &Step, _: &SubmissionView<'_>, _: &Moment<'_>, _: &Reply) -> Outcome<StepOutput> {
        doubt()
    }

    fn status_requests(&self, _: &[SubmissionView<'_>], _: &Moment<'_>) -> Result<Vec<StatusRequest>, Unbuildable> {
        defect()
    }

    fn status_reply(
        &self,
        _: &StatusRequest,
        _: &[SubmissionView<'_>],
        _: &Moment<'_>,
        _: &Reply,
    ) -> Outcome<StatusPage> {
        doubt()
    }

    fn fetch(
        &self,
        _: &ArtifactOffer,
        _: &SubmissionView<'_>,
        _: &Moment<'_>,
        _: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        defect()
    }

    fn fetch_reply(&self, _: &ArtifactOffer, _: &SubmissionView<'_>, _: &Reply) -> Outcome<Fetched> {
        doubt()
    }

    fn callback(&self, _: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        CallbackReading::Unreadable { reason: String::new() }
    }

    fn callback_answer(&self, _: &CallbackRequest, _: Taken) -> CallbackAnswer {
        CallbackAnswer { status: 200, content_type: "text/plain", body: String::new() }
    }

    fn verify_request(&self, _: &Moment<'_>) -> Result<Verify, Unbuildable> {
        defect()
    }

    fn verify_reply(&self, _: &Reply) -> Outcome<Verified> {
        Outcome::Done(Verified { warnings: Vec::new(), details: BTreeMap::new() })
    }
}

fn faults(registry: &Registry, settings: &Value, credentials: &Value) -> Vec<(String, String)> {
    let faults = registry.open_account("acme", settings, credentials).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn pair(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

#[test]
fn every_vendor_of_the_build_is_there_with_usable_schemas() {
    let registry = Registry::standard(false).unwrap();
    let kinds: Vec<&str> = registry.iter().map(|provider| provider.profile().kind).collect();
    assert_eq!(kinds, ["arqsign", "efirma_go", "firma_virtual", "gofirmex", "viafirma"]);
    assert!(registry.get("efirma_go").is_some() && registry.get("acme").is_none());
}

#[test]
fn kinds_are_names_and_come_once() {
    for kind in ["ok", "a1_b", "efirma_go"] {
        assert!(Registry::with(vec![acme(kind)], false).is_ok(), "{kind}");
    }
    let long: &'static str = "a23456789012345678901234567890123456789012";
    for kind in ["", "a", "A1", "1a", "_a", "a-b", "a b", "ñandu", long] {
        let error = Registry::with(vec![acme(kind)], false).unwrap_err();
        assert_eq!(error, RegistryError::Kind(kind.to_owned()));
    }
    let twice = Registry::with(vec![acme("acme"), acme("acme")], false).unwrap_err();
    assert_eq!(twice, RegistryError::Duplicate("acme".to_owned()));
}

#[test]
fn a_broken_schema_stops_the_start() {
    let mut broken = acme("acme").profile().clone();
    broken.options.document = json!({ "type": "nonsense" });
    let error = Registry::with(vec![Arc::new(Acme(broken))], false).unwrap_err();
    assert!(matches!(error, RegistryError::Schema { what: "options", .. }), "{error}");
}

#[test]
fn faults_of_settings_and_credentials_are_told_together() {
    let registry = Registry::with(vec![acme("acme")], false).unwrap();
    let mut told = faults(&registry, &json!({ "level": "mid", "x": 1 }), &json!({ "key": "short" }));
    told.sort();
    assert_eq!(
        told,
        [
            pair("/credentials/key", "too_short"),
            pair("/settings/base_url", "required"),
            pair("/settings/level", "not_allowed"),
            pair("/settings/x", "unknown_field"),
        ]
    );
}

#[test]
fn nothing_counts_as_an_empty_object() {
    let registry = Registry::with(vec![acme("acme")], false).unwrap();
    assert_eq!(
        faults(&registry, &Value::Null, &Value::Null),
        [pair("/settings/base_url", "required"), pair("/credentials/key", "required")]
    );
}

#[test]
fn an_unknown_kind_is_a_fault_that_names_the_known_ones() {
    let registry = Registry::with(vec![acme("acme")], false).unwrap();
    let faults = registry.open_account("nobody", &json!({}), &json!({})).err().unwrap();
    assert_eq!((faults[0].pointer.as_str(), faults[0].code.as_str()), ("/kind", "not_allowed"));
    assert!(faults[0].detail.contains("acme") && !faults[0].detail.contains("nobody"));
}

#[test]
fn private_targets_are_faults_unless_they_are_allowed() {
    let key = json!({ "key": "long enough" });
    let closed = Registry::with(vec![acme("acme")], false).unwrap();
    let open = Registry::with(vec![acme("acme")], true).unwrap();
    for (url, refused_closed, refused_open) in [
        ("https://api.acme.example", false, false),
        ("http://api.acme.example", true, false),
        ("https://10.0.0.1", true, false),
        ("http://127.0.0.1:8090", true, false),
        ("ftp://api.acme.example", true, true),
    ] {
        let settings = json!({ "base_url": url });
        let refused = vec![pair("/settings/base_url", "target_not_allowed")];
        assert_eq!(faults(&closed, &settings, &key) == refused, refused_closed, "{url}");
        assert_eq!(faults(&open, &settings, &key) == refused, refused_open, "{url}");
    }
    assert_eq!(faults(&open, &json!({ "base_url": "::" }), &key), [pair("/settings/base_url", "wrong_format")]);
}
