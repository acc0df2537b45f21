//! Every setting changes what it says, is described, and is refused when it is wrong. Section 11.

use std::time::Duration;

use domain::steps::WhenInDoubt;
use provider_clients::call::{Body, Part};
use provider_clients::firma_virtual::FirmaVirtual;
use provider_clients::provider::{PollPace, Provider};
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::{CONTRACT, Case, account, double_order, json_of, line, settings, simple_order, try_open};

fn schema_faults(more: Value) -> Vec<String> {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let faults = schema::check(&FirmaVirtual::new().profile().settings_schema, &settings, "/settings");
    faults.into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn faults(more: Value) -> Vec<String> {
    try_open(more).err().unwrap_or_default().into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn properties() -> serde_json::Map<String, Value> {
    FirmaVirtual::new().profile().settings_schema["properties"].as_object().unwrap().clone()
}

#[test]
fn the_base_url_alone_is_enough_and_unknown_settings_are_refused() {
    let schema = FirmaVirtual::new().profile().settings_schema.clone();
    let base = json!({ "base_url": "https://api.firmavirtual.legal" });
    assert!(schema::check(&schema, &base, "/settings").is_empty());
    assert!(FirmaVirtual::new().open(&base, &json!({ "login": "a", "password": "b" })).is_ok());
    let missing = schema::check(&schema, &json!({}), "/settings");
    assert_eq!((missing[0].pointer.as_str(), missing[0].code.as_str()), ("/settings/base_url", "required"));
    assert_eq!(schema_faults(json!({ "submission_mode": "express" })), ["unknown_field /settings/submission_mode"]);
}

#[test]
fn both_credentials_are_needed_and_never_shown() {
    let profile = FirmaVirtual::new().profile().clone();
    let faults = schema::check(&profile.credentials_schema, &json!({ "user": "x" }), "/credentials");
    let mut pointers: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/credentials/login", "/credentials/password", "/credentials/user"]);
    for name in ["login", "password"] {
        assert_eq!(profile.credentials_schema["properties"][name]["writeOnly"], true);
    }
    let blank = FirmaVirtual::new().open(&settings(), &json!({ "login": " ", "password": "" })).err().unwrap();
    assert_eq!(blank.len(), 2);
    assert_eq!(blank[1].pointer, "/credentials/password");
    let all = FirmaVirtual::new().open(&json!({ "base_url": "x" }), &json!({})).err().unwrap();
    assert_eq!(all.len(), 3, "all faults at once: {all:?}");
}

#[test]
fn every_setting_is_described_and_its_default_and_examples_satisfy_the_schema() {
    for (name, property) in properties() {
        assert!(property["description"].as_str().is_some_and(|d| d.len() > 10), "{name}");
        let examples = property["examples"].as_array().unwrap_or_else(|| panic!("{name} has no example"));
        for value in examples.iter().chain(property.get("default")) {
            assert_eq!(schema_faults(json!({ name.as_str(): value })), [""; 0], "{name}");
            assert_eq!(faults(json!({ name.as_str(): value })), [""; 0], "{name}");
        }
    }
}

#[test]
fn the_defaults_of_the_schema_are_those_of_the_account() {
    let defaults: serde_json::Map<String, Value> =
        properties().into_iter().filter_map(|(name, p)| Some((name, p.get("default")?.clone()))).collect();
    let (plain, spelled) = (account(json!({})), account(Value::Object(defaults)));
    // An account shows its settings to nobody else, but all of them are in it.
    let case = Case::created(double_order());
    for step in ["create_contract", "upload_document/1", "sort_files", "delete_contract"] {
        assert_eq!(case.calling(&*plain, step), case.calling(&*spelled, step), "{step}");
    }
    assert_eq!(plain.submissions(&case.order), spelled.submissions(&case.order));
    assert_eq!(plain.limits(), spelled.limits());
    assert_eq!(format!("{:?}", plain.pace()), format!("{:?}", spelled.pace()));
    assert_eq!(plain.connection(), spelled.connection());
    assert_eq!(plain.outgoing_urls(), spelled.outgoing_urls());
    for word in ["CREATED", "REVIEW", "IN_NOTARY", "FINISHED", "OTHER"] {
        let detail = crate::support::detail_of(word);
        assert_eq!(case.read(&*plain, detail.clone()), case.read(&*spelled, detail), "{word}");
    }
}

#[test]
fn each_setting_that_cannot_be_is_refused_with_its_place() {
    for (wrong, fault) in [
        (json!({ "owner_type": "PERSON" }), "not_allowed /settings/owner_type"),
        (json!({ "owner_user_id": 0 }), "too_small /settings/owner_user_id"),
        (json!({ "default_contract_type_fee_id": "28" }), "wrong_type /settings/default_contract_type_fee_id"),
        (json!({ "contract_type_id": 0 }), "too_small /settings/contract_type_id"),
        (json!({ "contract_type_name": "" }), "too_short /settings/contract_type_name"),
        (json!({ "catalogue_query": "ALL" }), "wrong_format /settings/catalogue_query"),
        (json!({ "payment_status": "FREE" }), "not_allowed /settings/payment_status"),
        (json!({ "default_payer": "all" }), "not_allowed /settings/default_payer"),
        (json!({ "phone_format": "local" }), "not_allowed /settings/phone_format"),
        (json!({ "orphan_contracts_acceptable": "yes" }), "wrong_type /settings/orphan_contracts_acceptable"),
        (json!({ "lookup_delays_s": [] }), "too_few /settings/lookup_delays_s"),
        (json!({ "file_lookup_delays_s": [-1] }), "too_small /settings/file_lookup_delays_s/0"),
        (json!({ "upload_method": "GET" }), "not_allowed /settings/upload_method"),
        (json!({ "upload_path": "upfile" }), "wrong_format /settings/upload_path"),
        (json!({ "upload_field": "" }), "too_short /settings/upload_field"),
        (json!({ "upload_filename_single": "a/{id}" }), "wrong_format /settings/upload_filename_single"),
        (json!({ "upload_filename_multi": "a\\{id}{n}" }), "wrong_format /settings/upload_filename_multi"),
        (json!({ "upload_extra_fields": { "a": 1 } }), "wrong_type /settings/upload_extra_fields/a"),
        (json!({ "sort_first_index": 2 }), "too_large /settings/sort_first_index"),
        (json!({ "delete_method": "PUT" }), "not_allowed /settings/delete_method"),
        (json!({ "deletable_states": ["A", "A"] }), "invalid /settings/deletable_states"),
        (json!({ "signer_editable_states": [""] }), "too_short /settings/signer_editable_states/0"),
        (json!({ "status_map": {} }), "too_few /settings/status_map"),
        (json!({ "status_map": { "X": "done" } }), "not_allowed /settings/status_map/X"),
        (json!({ "draft_flag_values": { "open": "X" } }), "unknown_field /settings/draft_flag_values/open"),
        (json!({ "delivered_timeout_h": 0 }), "too_small /settings/delivered_timeout_h"),
        (json!({ "timezone": "America/Santiago" }), "wrong_format /settings/timezone"),
        (json!({ "callback_pointers": { "id": ["x"] } }), "wrong_format /settings/callback_pointers/id/0"),
        (json!({ "artifact_auth": "basic" }), "not_allowed /settings/artifact_auth"),
        (json!({ "max_artifact_bytes": 0 }), "too_small /settings/max_artifact_bytes"),
        (json!({ "error_texts": [{ "pattern": "x" }] }), "required /settings/error_texts/0/class"),
        (json!({ "error_class_overrides": { "200": "conflict" } }), "unknown_field /settings/error_class_overrides"),
        (json!({ "error_class_overrides": { "402": "poor" } }), "not_allowed /settings/error_class_overrides/402"),
        (json!({ "limit_backoff_s": 0 }), "too_small /settings/limit_backoff_s"),
        (json!({ "paths": { "login": "/x" } }), "unknown_field /settings/paths/login"),
        (json!({ "max_documents": 0 }), "too_small /settings/max_documents"),
        (json!({ "max_document_bytes": 0 }), "too_small /settings/max_document_bytes"),
        (json!({ "token_ttl_s": 86_401 }), "too_large /settings/token_ttl_s"),
        (json!({ "timeouts": { "upload_s": 0 } }), "too_small /settings/timeouts/upload_s"),
        (json!({ "concurrency": 0 }), "too_small /settings/concurrency"),
        (json!({ "polling": [{ "until_age_s": 1 }] }), "required /settings/polling/0/every_s"),
        (json!({ "base_url": "no address" }), "wrong_format /settings/base_url"),
    ] {
        assert_eq!(schema_faults(wrong.clone()), [fault], "{wrong}");
    }
    for (wrong, fault) in [
        (json!({ "lookup_delays_s": [5, 5] }), "order /settings/lookup_delays_s"),
        (json!({ "file_lookup_delays_s": [5, 2] }), "order /settings/file_lookup_delays_s"),
        (
            json!({ "polling": [{ "until_age_s": 9, "every_s": 1 }, { "until_age_s": 9, "every_s": 1 }] }),
            "order /settings/polling",
        ),
        (json!({ "upload_filename_single": "x.pdf" }), "template /settings/upload_filename_single"),
        (json!({ "upload_filename_multi": "{id}.pdf" }), "template /settings/upload_filename_multi"),
        (json!({ "artifact_url_template": "{base}/download" }), "template /settings/artifact_url_template"),
        (json!({ "artifact_url_template": "download/{url}" }), "url /settings/artifact_url_template"),
        (json!({ "artifact_hosts": ["a/b"] }), "host /settings/artifact_hosts/0"),
        (json!({ "draft_flag_values": { "done": "ENABLE" } }), "ambiguous /settings/draft_flag_values"),
        (json!({ "qa_rut_override": "76795561-0" }), "rut /settings/qa_rut_override"),
        (json!({ "timezone": "+99:99" }), "timezone /settings/timezone"),
        (
            json!({ "error_texts": [{ "pattern": "(", "class": "conflict" }] }),
            "pattern /settings/error_texts/0/pattern",
        ),
        (json!({ "base_url": "ftp://x.example" }), "url /settings/base_url"),
        (json!({ "base_url": "https://u:p@x.example" }), "url /settings/base_url"),
        (json!({ "base_url": "https://x.example/?a" }), "url /settings/base_url"),
    ] {
        assert_eq!(faults(wrong.clone()), [fault], "{wrong}");
    }
}

#[test]
fn all_faults_are_told_together() {
    let wrong = json!({ "base_url": "ftp://x", "lookup_delays_s": [2, 1], "qa_rut_override": "1-1", "timezone": "x" });
    assert_eq!(faults(wrong).len(), 4);
}

#[test]
fn waits_and_paces_are_the_accounts() {
    let account = account(json!({
        "lookup_delays_s": [1, 9], "file_lookup_delays_s": [3], "concurrency": 5,
        "timeouts": { "connect_s": 2, "upload_s": 40, "call_s": 50 },
        "polling": [{ "until_age_s": 60, "every_s": 7 }]
    }));
    let case = Case::created(simple_order());
    let delays = |step: &str| match case.step(&*account, step).in_doubt {
        WhenInDoubt::LookUp { delays, .. } => delays.iter().map(Duration::as_secs).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(delays("create_contract"), [1, 9]);
    assert_eq!(delays("send_draft"), [1, 9]);
    assert_eq!(delays("upload_document/1"), [3]);
    let pace = account.pace();
    assert_eq!((pace.concurrency, pace.longest_call.as_secs()), (5, 50));
    let every = Duration::from_secs(7);
    assert_eq!(pace.polling, [PollPace { until_age: Duration::from_secs(60), every }]);
    assert_eq!(account.connection().connect_timeout.as_secs(), 2);
    assert_eq!(case.calling(&*account, "upload_document/1").timeout.as_secs(), 40);
    assert_eq!(case.calling(&*account, "send_draft").timeout.as_secs(), 50);
}

#[test]
fn the_form_of_uploads_is_the_accounts() {
    let account = account(json!({
        "upload_method": "PUT", "upload_path": "/api/v2/files/up", "upload_field": "archivo",
        "upload_filename_multi": "{n}-{id}.pdf", "upload_extra_fields": { "contractID": "{id}", "kind": "pdf" }
    }));
    let call = Case::created(double_order()).calling(&*account, "upload_document/2");
    assert_eq!(line(&call), "PUT https://qa.firmavirtual.legal/api/v2/files/up");
    let Body::Multipart(parts) = &call.body else { panic!("a form") };
    let text = |name: &str, value: &str| Part::Text { name: name.to_owned(), value: value.to_owned() };
    assert_eq!(parts[..2], [text("contractID", CONTRACT), text("kind", "pdf")]);
    let Part::File { name, filename, .. } = &parts[2] else { panic!("a file") };
    assert_eq!((name.as_str(), filename.as_str()), ("archivo", format!("2-{CONTRACT}.pdf").as_str()));
    let account = crate::support::account(json!({ "upload_filename_single": "doc-{id}.pdf" }));
    let Body::Multipart(parts) = Case::created(simple_order()).calling(&*account, "upload_document/1").body else {
        panic!("a form")
    };
    assert!(matches!(&parts[0], Part::File { filename, .. } if *filename == format!("doc-{CONTRACT}.pdf")));
}

#[test]
fn phones_and_payers_follow_the_account() {
    let sent = |settings: Value| json_of(&Case::fresh(double_order()).calling(&*account(settings), "create_contract"));
    for (format, phone) in [("e164", "+56987332031"), ("e164_no_plus", "56987332031"), ("national", "987332031")] {
        assert_eq!(sent(json!({ "phone_format": format }))["signers"][0]["phone"], phone);
    }
    for (payer, shares) in [("first", ["100", "0"]), ("last", ["0", "100"]), ("first_two", ["50", "50"])] {
        let signers = sent(json!({ "default_payer": payer }))["signers"].clone();
        assert_eq!([&signers[0]["portion"], &signers[1]["portion"]], shares, "{payer}");
    }
    let alone = json_of(
        &Case::fresh(simple_order()).calling(&*account(json!({ "default_payer": "first_two" })), "create_contract"),
    );
    assert_eq!(alone["signers"][0]["portion"], "100", "nobody to share with");
}

#[test]
fn times_are_read_in_the_accounts_zone() {
    let account = account(json!({ "timezone": "-03:00" }));
    let mut message = crate::support::creation();
    message[0]["dContractDT"] = json!("2022-08-04 03:56:20");
    let reply = crate::support::success(201, message);
    let output = crate::support::done(Case::fresh(simple_order()).answered(&*account, "create_contract", &reply));
    assert_eq!(output.reading.unwrap().occurred_at.unwrap().to_rfc3339(), "2022-08-04T06:56:20+00:00");
}

#[test]
fn every_address_that_is_called_is_told_to_the_guard() {
    let told = |settings: Value| -> Vec<String> {
        account(settings).outgoing_urls().into_iter().map(|(pointer, url)| format!("{pointer} {url}")).collect()
    };
    assert_eq!(told(json!({})), ["/settings/base_url https://qa.firmavirtual.legal/"]);
    assert_eq!(
        told(json!({ "artifact_hosts": ["10.0.0.1"], "artifact_url_template": "http://127.0.0.1/{url}" })),
        [
            "/settings/base_url https://qa.firmavirtual.legal/",
            "/settings/artifact_url_template http://127.0.0.1/x",
            "/settings/artifact_hosts/0 https://10.0.0.1/",
        ]
    );
}
