//! Every setting is described, has the contract's default, and is refused where it is wrong. Sections 1 and 11.

use std::time::Duration;

use domain::capability::Limits;
use domain::states::SubmissionState;
use provider_clients::gofirmex::Gofirmex;
use provider_clients::provider::{Cancels, Connection, Corrects, PollPace, Provider, Reminds, SeenToBy};
use provider_clients::registry::Registry;
use provider_clients::schema;
use serde_json::{Map, Value, json};

use crate::support::*;

fn schema_faults(more: Value) -> Vec<String> {
    let schema = Gofirmex::new().profile().settings_schema.clone();
    let faults = schema::check(&schema, &with(settings(), &more), "/settings");
    faults.into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn faults(more: Value, secrets: Value) -> Vec<String> {
    let faults = try_open(more, secrets).err().unwrap_or_default();
    faults.into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

#[test]
fn the_least_settings_are_enough_and_unknown_ones_are_refused() {
    assert_eq!(schema_faults(json!({})), [""; 0]);
    assert_eq!(faults(json!({}), json!({})), [""; 0]);
    for required in ["base_url", "user", "issuer", "default_document_type"] {
        let mut less = settings();
        less.as_object_mut().unwrap().remove(required);
        let faults = schema::check(&Gofirmex::new().profile().settings_schema, &less, "/settings");
        assert_eq!(
            (faults[0].pointer.as_str(), faults[0].code.as_str()),
            (&*format!("/settings/{required}"), "required")
        );
    }
    let unknown = [
        (json!({ "isuer": "x" }), "/settings/isuer"),
        (json!({ "profile": { "colour": 1 } }), "/settings/profile/colour"),
        (json!({ "profile": { "calls": { "delete": null } } }), "/settings/profile/calls/delete"),
        (json!({ "profile": { "jwt": { "aud": "x" } } }), "/settings/profile/jwt/aud"),
        (json!({ "profile": { "fields": { "signer": { "rut": "x" } } } }), "/settings/profile/fields/signer/rut"),
        (json!({ "profile": { "response": { "id": [] } } }), "/settings/profile/response/id"),
        (json!({ "profile": { "callback": { "reply": { "code": 1 } } } }), "/settings/profile/callback/reply/code"),
        (
            json!({ "profile": { "identity_document_types": { "passport": "x" } } }),
            "/settings/profile/identity_document_types/passport",
        ),
        (json!({ "timeouts": { "send_s": 1 } }), "/settings/timeouts/send_s"),
    ];
    for (more, pointer) in unknown {
        assert_eq!(schema_faults(more), [format!("unknown_field {pointer}")]);
    }
    let wrong = schema::check(&Gofirmex::new().profile().credentials_schema, &json!({ "key": "x" }), "/credentials");
    assert_eq!(wrong.len(), 2);
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_their_place() {
    let cases = [
        (json!({ "profile": { "calls": { "start": null } } }), "wrong_type /settings/profile/calls/start"),
        (
            json!({ "profile": { "calls": { "start": { "method": "GET" } } } }),
            "not_allowed /settings/profile/calls/start/method",
        ),
        (
            json!({ "profile": { "calls": { "resend": { "path": "/x" } } } }),
            "required /settings/profile/calls/resend/method",
        ),
        (json!({ "profile": { "response": { "code": ["code"] } } }), "wrong_format /settings/profile/response/code/0"),
        (json!({ "profile": { "status_map": { "X": "completed" } } }), "not_allowed /settings/profile/status_map/X"),
        (
            json!({ "profile": { "status_map": { "REJECTED_BY_CLIENT": "declined" } } }),
            "unknown_field /settings/profile/status_map",
        ),
        (json!({ "profile": { "error_codes": { "X": "bad" } } }), "not_allowed /settings/profile/error_codes/X"),
        (json!({ "profile": { "order_mode": null } }), "wrong_type /settings/profile/order_mode"),
        (
            json!({ "profile": { "callback": { "reply": { "status": 500 } } } }),
            "too_large /settings/profile/callback/reply/status",
        ),
        (json!({ "profile": { "version": 2 } }), "not_allowed /settings/profile/version"),
        (json!({ "timeouts": { "call_s": 0 } }), "too_small /settings/timeouts/call_s"),
        (json!({ "lookup_delays_s": [] }), "too_few /settings/lookup_delays_s"),
    ];
    for (more, fault) in cases {
        let told = schema_faults(more.clone());
        assert!(told.contains(&fault.to_owned()), "{more} {told:?}");
    }
}

#[test]
fn what_a_schema_cannot_tell_is_told_with_its_place() {
    let cases = [
        (json!({ "base_url": "ftp://x" }), "url /settings/base_url"),
        (json!({ "base_url": "x" }), "url /settings/base_url"),
        (json!({ "base_url": "https://api.example/?x=1" }), "url /settings/base_url"),
        (json!({ "base_url": "https://user:pw@api.example" }), "url /settings/base_url"),
        (json!({ "user": "nobody" }), "email /settings/user"),
        (json!({ "issuer": " " }), "blank /settings/issuer"),
        (json!({ "default_document_type": " " }), "blank /settings/default_document_type"),
        (json!({ "lookup_delays_s": [9, 1] }), "order /settings/lookup_delays_s"),
        (
            json!({ "polling": [{ "until_age_s": 9, "every_s": 9 }, { "until_age_s": 9, "every_s": 9 }] }),
            "order /settings/polling",
        ),
        (json!({ "profile": { "base_url": "https://other.example" } }), "conflict /settings/profile/base_url"),
        (
            json!({ "profile": { "calls": { "start": { "path": "start" } } } }),
            "path /settings/profile/calls/start/path",
        ),
        (
            json!({ "profile": { "calls": { "start": { "path": "//start" } } } }),
            "path /settings/profile/calls/start/path",
        ),
        (
            json!({ "profile": { "calls": { "start": { "path": "/{id}" } } } }),
            "path /settings/profile/calls/start/path",
        ),
        (
            json!({ "profile": { "calls": { "get_portfolio": { "method": "GET", "path": "/x#y" } } } }),
            "path /settings/profile/calls/get_portfolio/path",
        ),
        (json!({ "profile": { "jwt": { "claims": { "exp": 1 } } } }), "reserved /settings/profile/jwt/claims/exp"),
        (
            json!({ "profile": { "jwt": { "claims": { "a/b": "{settings.key}" } } } }),
            "placeholder /settings/profile/jwt/claims/a~1b",
        ),
        (
            json!({ "profile": { "notification_codes": { "email": null, "none": null } } }),
            "required /settings/profile/notification_codes",
        ),
        (
            json!({ "profile": { "signature_codes": { "simple": { "none": null }, "advanced": { "none": null } } } }),
            "required /settings/profile/signature_codes",
        ),
        (json!({ "encryption": "key-1" }), "required /credentials/encryption_key"),
        (json!({ "profile": { "callback": { "auth_header": "X-T" } } }), "required /credentials/callback_auth_value"),
    ];
    for (more, fault) in cases {
        assert_eq!(faults(more, json!({})), [fault]);
    }
    let several = faults(json!({ "user": "x", "issuer": "", "base_url": "x" }), json!({ "private_key_pem": "x" }));
    assert_eq!(several.len(), 4, "all are told at once: {several:?}");
}

#[test]
fn a_key_that_cannot_sign_is_refused_and_never_shown() {
    let cases = [
        ("no pem", "pem"),
        ("-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----", "pem"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "key_type"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "pem_encrypted"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            "pem_encrypted",
        ),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "key_type"),
        (include_str!("keys/ec.pem"), "key_type"),
        (include_str!("keys/small.pem"), "key_too_short"),
    ];
    for (pem, code) in cases {
        assert_eq!(
            faults(json!({}), json!({ "private_key_pem": pem })),
            [format!("{code} /credentials/private_key_pem")]
        );
    }
    let account = try_open(json!({}), json!({ "private_key_pem": include_str!("keys/pkcs1.pem") })).unwrap();
    let call = Case::new(simple_order()).call(&*account, "create_portfolio");
    assert!(!format!("{}", call.redacted()).contains("Bearer"));
}

#[test]
fn secrets_come_with_the_settings_that_use_them() {
    let cases = [
        (json!({}), json!({ "encryption_key": "0123456789abcdef0123456789abcdef" }), "required /settings/encryption"),
        (json!({ "encryption": "k" }), json!({ "encryption_key": "short" }), "key_length /credentials/encryption_key"),
        (json!({}), json!({ "callback_auth_value": "x" }), "required /settings/profile/callback/auth_header"),
    ];
    for (more, secrets, fault) in cases {
        assert_eq!(faults(more, secrets), [fault]);
    }
}

#[test]
fn every_setting_is_described_and_its_default_and_examples_satisfy_the_schema() {
    let schema = Gofirmex::new().profile().settings_schema.clone();
    for (name, property) in schema["properties"].as_object().unwrap() {
        assert!(property["description"].as_str().is_some_and(|d| d.len() > 10), "{name}");
        let examples = property["examples"].as_array().unwrap_or_else(|| panic!("{name} has no example"));
        for value in examples.iter().chain(property.get("default")) {
            let more = json!({ name.as_str(): value });
            assert_eq!(schema_faults(more.clone()), [""; 0], "{name}");
            let secrets = if name == "encryption" { json!({ "encryption_key": "0".repeat(32) }) } else { json!({}) };
            assert_eq!(faults(more, secrets), [""; 0], "{name}");
        }
    }
    fn described(schema: &Value, path: &str) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property.get("description").is_some(), "{path}/{name}");
            described(property, &format!("{path}/{name}"));
        }
    }
    described(&schema, "");
}

/// The defaults that a schema tells, gathered into a value.
fn told_defaults(schema: &Value) -> Value {
    let mut told = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let inner = told_defaults(property);
        if inner.as_object().is_some_and(|inner| !inner.is_empty()) {
            told.insert(name.clone(), inner);
        } else if let Some(default) = property.get("default") {
            told.insert(name.clone(), default.clone());
        }
    }
    Value::Object(told)
}

#[test]
fn the_profiles_defaults_are_those_of_the_contract_and_stand_in_the_schema() {
    let schema = Gofirmex::new().profile().settings_schema.clone();
    let told = told_defaults(&schema["properties"]["profile"]);
    let contract: Value = serde_json::from_str(include_str!("contract_profile.json")).unwrap();
    for (name, value) in contract.as_object().unwrap() {
        for (inner, expected) in value.as_object().into_iter().flatten() {
            assert_eq!(told[name].get(inner).unwrap_or(&Value::Null), expected, "{name}/{inner}");
        }
        if !value.is_object() {
            assert_eq!(&told[name], value, "{name}");
        }
    }
}

#[test]
fn the_whole_profile_given_as_it_stands_changes_nothing() {
    let contract: Value = serde_json::from_str(include_str!("contract_profile.json")).unwrap();
    assert_eq!(schema_faults(json!({ "profile": contract })), [""; 0]);
    let (plain, spelled) = (account(json!({})), profiled(contract));
    let case = Case::new(example_order());
    for step in ["create_portfolio", "add_document/1", "start"] {
        assert_eq!(case.call(&*plain, step), case.call(&*spelled, step));
    }
    assert_eq!(plain.submissions(&case.order), spelled.submissions(&case.order));
    assert_eq!(format!("{:?}", plain.pace()), format!("{:?}", spelled.pace()));
    assert_eq!((plain.limits(), plain.connection()), (spelled.limits(), spelled.connection()));
}

#[test]
fn times_and_limits_are_settings() {
    let plain = account(json!({}));
    let pace = plain.pace();
    assert_eq!((pace.concurrency, pace.longest_call), (4, Duration::from_secs(300)));
    let silence: Vec<_> = pace.silence.iter().map(|s| (s.up_to, s.longest.as_secs() / 3600)).collect();
    assert_eq!(silence, [(SubmissionState::Submitted, 48), (SubmissionState::Finalizing, 720)]);
    assert!(pace.polling.is_empty() && pace.rates.is_empty(), "there is no call to read with");
    assert_eq!(plain.connection(), Connection { connect_timeout: Duration::from_secs(5), extra_root_pem: None });
    let limits = Limits {
        max_document_bytes: Some(10_485_760),
        max_recipients: Some(20),
        documents_per_submission: Some(20),
        ..Limits::NONE
    };
    assert_eq!(plain.limits(), limits);
    assert_eq!(plain.outgoing_urls(), [("/settings/base_url".to_owned(), BASE.parse().unwrap())]);

    let other = account(json!({
        "timeouts": { "upload_s": 10, "call_s": 20, "connect_s": 1, "acceptance_timeout_h": 2 },
        "profile": {
            "calls": optional_calls(), "concurrency": 9, "timeouts": { "upload_s": 99, "completion_timeout_h": 3 },
            "limits": { "max_documents": 2 }
        },
        "polling": [{ "until_age_s": 60, "every_s": 5 }]
    }));
    let pace = other.pace();
    assert_eq!((pace.concurrency, pace.longest_call), (9, Duration::from_secs(20)));
    assert_eq!(pace.silence[0].longest, Duration::from_secs(7200));
    assert_eq!(pace.silence[1].longest, Duration::from_secs(3 * 3600));
    let poll = PollPace { until_age: Duration::from_secs(60), every: Duration::from_secs(5) };
    assert_eq!(pace.polling, [poll]);
    assert_eq!(other.limits().documents_per_submission, Some(2));
    let case = Case::new(simple_order());
    assert_eq!(case.call(&*other, "add_document/1").timeout, Duration::from_secs(10));
}

#[test]
fn what_can_be_done_after_sending_follows_from_the_calls_that_the_account_has() {
    let (plain, full) = (account(json!({})).abilities(), readable().abilities());
    assert_eq!((plain.cancel, plain.remind, plain.corrects), (Cancels::No, Reminds::Nobody, Corrects::Nothing));
    assert_eq!((plain.expiry, plain.reminders), (SeenToBy::Nobody, SeenToBy::Nobody));
    assert!(plain.callbacks && plain.signing_url && !plain.evidence && !plain.own_page);
    assert_eq!((full.cancel, full.remind, full.corrects), (Cancels::ByCall, Reminds::Named, Corrects::Nothing));
    assert_eq!((full.expiry, full.reminders), (SeenToBy::Broker, SeenToBy::Broker));
}

#[test]
fn the_registry_opens_an_account_from_the_schemas_examples_alone() {
    let registry = Registry::standard(false).unwrap();
    let profile = registry.get("gofirmex").unwrap().profile().clone();
    let sample = |schema: &Value| {
        let names = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        let value = |name: &String| {
            let property = &schema["properties"][name];
            property.get("default").unwrap_or(&property["examples"][0]).clone()
        };
        names.map(|name| (name.clone(), value(&name))).collect::<Map<_, _>>()
    };
    let settings = Value::Object(sample(&profile.settings_schema));
    let credentials = Value::Object(sample(&profile.credentials_schema));
    assert!(registry.open_account("gofirmex", &settings, &credentials).is_ok());
    let private = with(settings, &json!({ "base_url": "http://127.0.0.1:8090/gofirmex" }));
    let faults = registry.open_account("gofirmex", &private, &credentials).err().unwrap();
    assert_eq!((faults[0].pointer.as_str(), faults[0].code.as_str()), ("/settings/base_url", "target_not_allowed"));
    assert!(Registry::standard(true).unwrap().open_account("gofirmex", &private, &credentials).is_ok());
}
