//! Every setting has the contract's default, is described, changes what it says, and is refused when it is wrong.
//! Sections 1 and 8.

use std::time::Duration;

use domain::steps::WhenInDoubt;
use provider_clients::call::Method;
use provider_clients::provider::{Account, Provider, Rate};
use provider_clients::registry::Registry;
use provider_clients::schema;
use provider_clients::viafirma::Viafirma;
use serde_json::{Map, Value, json};

use crate::support::{
    BASE, Case, OPERATION, account, answer, credentials, done, finished, result, settings, signed_file, simple_order,
    try_open, two_documents, unknown, with,
};

fn schema_faults(more: &Value) -> Vec<String> {
    let faults = schema::check(&Viafirma::new().profile().settings_schema, &with(more), "/settings");
    faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.pointer)).collect()
}

fn faults(more: &Value) -> Vec<String> {
    try_open(more).err().unwrap_or_default().into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn properties() -> Map<String, Value> {
    Viafirma::new().profile().settings_schema["properties"].as_object().unwrap().clone()
}

/// Every described member at any depth, with its name.
fn described(properties: &Map<String, Value>) -> Vec<(String, Value)> {
    properties
        .iter()
        .flat_map(|(name, schema)| {
            let inner = schema.get("properties").and_then(Value::as_object).map(described).unwrap_or_default();
            let inner =
                inner.into_iter().map(|(member, schema)| (format!("{name}.{member}"), schema)).collect::<Vec<_>>();
            std::iter::once((name.clone(), schema.clone())).chain(inner)
        })
        .collect()
}

#[test]
fn the_least_settings_are_enough_and_unknown_ones_are_refused() {
    assert_eq!(schema_faults(&json!({})), [""; 0]);
    assert_eq!(schema_faults(&json!({ "poll": { "interval": 1 } })), ["unknown_field /settings/poll/interval"]);
    assert_eq!(schema_faults(&json!({ "base_url": BASE })), ["unknown_field /settings/base_url"]);
    let nothing = schema::check(&Viafirma::new().profile().settings_schema, &json!({}), "/settings");
    let pointers: Vec<_> = nothing.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/settings/service_base_url", "/settings/public_base_url"]);
    let none = schema::check(&Viafirma::new().profile().credentials_schema, &json!({}), "/credentials");
    let pointers: Vec<_> = none.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/credentials/api_key", "/credentials/api_password"]);
}

#[test]
fn every_setting_is_described_and_its_default_and_examples_are_taken() {
    for (name, property) in described(&properties()) {
        assert!(property["description"].as_str().is_some_and(|text| text.len() > 10), "{name}");
        assert!(property["examples"].as_array().is_some_and(|examples| !examples.is_empty()), "{name} has no example");
    }
    for (name, property) in properties() {
        let examples = property["examples"].as_array().cloned().unwrap_or_default();
        for value in examples.iter().chain(property.get("default")) {
            assert_eq!(schema_faults(&json!({ name.as_str(): value })), [""; 0], "{name}");
            assert_eq!(faults(&json!({ name.as_str(): value })), [""; 0], "{name}");
        }
    }
}

#[test]
fn the_defaults_of_the_schema_are_those_of_the_account() {
    let defaults: Map<String, Value> =
        properties().into_iter().filter_map(|(name, schema)| Some((name, schema.get("default")?.clone()))).collect();
    // Everything but the two addresses and the bundle of certificates has a default.
    assert_eq!(defaults.len(), properties().len() - 3);
    let (plain, spelled) = (account(json!({})), account(Value::Object(defaults)));
    assert_eq!(plain.shown(), spelled.shown());
}

/// `dyn Account` has no `Debug`: what an account does stands for what it is.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for std::sync::Arc<dyn Account> {
    fn shown(&self) -> String {
        let case = Case::new(two_documents());
        let calls: Vec<_> = ["prepare", "add_file/1", "finish"].map(|step| case.call(&**self, step)).to_vec();
        let question = case.question(&**self, 60);
        let reading = case.read(&**self, &[finished(), result(&[signed_file(1), signed_file(2)])]);
        let fetches: Vec<_> = reading
            .artifacts
            .iter()
            .map(|offer| self.fetch(offer, &case.view(), &crate::support::moment(), &Default::default()).unwrap())
            .collect();
        let verify = self.verify_request(&crate::support::moment()).unwrap();
        format!(
            "{calls:?} {question:?} {reading:?} {fetches:?} {verify:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            self.pace(),
            self.limits(),
            self.connection(),
            self.submissions(&case.order),
            case.launch(&**self, 60),
            self.check(&case.order),
        )
    }
}

#[test]
fn what_a_schema_cannot_tell_is_told_with_its_place() {
    let cases = [
        (json!({ "service_base_url": "ftp://firma.example" }), "url /settings/service_base_url"),
        (json!({ "service_base_url": "firma.example" }), "url /settings/service_base_url"),
        (json!({ "public_base_url": "https://firma.example/?x=1" }), "url /settings/public_base_url"),
        (json!({ "public_base_url": "https://user:pw@firma.example" }), "url /settings/public_base_url"),
        (json!({ "finish": { "path": "finish" } }), "path /settings/finish/path"),
        (json!({ "finish": { "path": "//evil.example/x" } }), "path /settings/finish/path"),
        (json!({ "health": { "path": "/../x" } }), "path /settings/health/path"),
        (json!({ "download": { "signed_path": "/v" } }), "placeholder /settings/download/signed_path"),
        (json!({ "download": { "receipt_path": "v/{signatureId}" } }), "path /settings/download/receipt_path"),
        (json!({ "download": { "original_path": "/o" } }), "placeholder /settings/download/original_path"),
        (json!({ "download": { "qr_path": "/q" } }), "placeholder /settings/download/qr_path"),
        (json!({ "poll": { "finished": "isFinished" } }), "pointer /settings/poll/finished"),
        (json!({ "poll": { "cancelled": "" } }), "pointer /settings/poll/cancelled"),
        (
            json!({ "add_file": { "pointers": { "document_id": "documentId" } } }),
            "pointer /settings/add_file/pointers/document_id",
        ),
        (json!({ "launch_template": "{scheme}://?url={public_base_url}" }), "placeholder /settings/launch_template"),
        (json!({ "launch_template": "javascript:{operationId}" }), "link /settings/launch_template"),
        (json!({ "launch_template": "{scheme}://x \"{operationId}" }), "link /settings/launch_template"),
        (json!({ "launch_scheme": "data" }), "link /settings/launch_template"),
        (json!({ "restart_pauses_s": [5, 1] }), "order /settings/restart_pauses_s"),
        (json!({ "position": { "default_width": 0.1 } }), "too_small /settings/position/default_width"),
        (
            json!({ "position": { "unit": "millimetres", "default_height": 1.4 } }),
            "too_small /settings/position/default_height",
        ),
        (json!({ "ca_bundle_pem": "no certificate" }), "pem /settings/ca_bundle_pem"),
        (
            json!({ "ca_bundle_pem": "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----" }),
            "pem /settings/ca_bundle_pem",
        ),
        (
            json!({ "ca_bundle_pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" }),
            "pem /settings/ca_bundle_pem",
        ),
        (
            json!({ "extra_policy_parameters": { "DIGITAL_SIGN_PAGE": "1" } }),
            "reserved /settings/extra_policy_parameters/DIGITAL_SIGN_PAGE",
        ),
    ];
    for (more, fault) in cases {
        assert_eq!(faults(&more), [fault], "{more}");
    }
    assert_eq!(faults(&json!({ "service_base_url": "x", "poll": { "error": "e" }, "launch_scheme": "file" })).len(), 3);
}

#[test]
fn what_a_schema_can_tell_it_tells() {
    let cases = [
        (json!({ "flow": "direct" }), "not_allowed /settings/flow"),
        (json!({ "add_files_concurrency": 2 }), "not_allowed /settings/add_files_concurrency"),
        (json!({ "session_id_format": "text" }), "not_allowed /settings/session_id_format"),
        (json!({ "filter_operator_case": "mixed" }), "not_allowed /settings/filter_operator_case"),
        (json!({ "signature_format": "XADES_BES" }), "not_allowed /settings/signature_format"),
        (json!({ "finish": { "method": "DELETE" } }), "not_allowed /settings/finish/method"),
        (json!({ "finish": { "body": "xml" } }), "not_allowed /settings/finish/body"),
        (json!({ "operation_ttl_s": 0 }), "too_small /settings/operation_ttl_s"),
        (json!({ "max_files": 0 }), "too_small /settings/max_files"),
        (json!({ "max_rps": 0 }), "too_small /settings/max_rps"),
        (json!({ "error_code_overrides": { "5": "oops" } }), "not_allowed /settings/error_code_overrides/5"),
        (json!({ "download": { "evidence": ["receipt", "receipt"] } }), "invalid /settings/download/evidence"),
        (json!({ "launch_scheme": "Java Script" }), "wrong_format /settings/launch_scheme"),
        (json!({ "locale": "spanish" }), "wrong_format /settings/locale"),
        (json!({ "timeouts": { "call_s": "30" } }), "wrong_type /settings/timeouts/call_s"),
    ];
    for (more, fault) in cases {
        assert_eq!(schema_faults(&more), [fault], "{more}");
    }
}

#[test]
fn credentials_must_make_one_pair() {
    let opened = |key: &str, password: &str| -> Vec<String> {
        Viafirma::new()
            .open(&settings(), &json!({ "api_key": key, "api_password": password }))
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|fault| format!("{} {}", fault.code, fault.pointer))
            .collect()
    };
    assert_eq!(opened("key", "pass:word ñ"), [""; 0]);
    assert_eq!(opened(" ", ""), ["blank /credentials/api_key", "blank /credentials/api_password"]);
    assert_eq!(opened("a:b", "x\n"), ["wrong_format /credentials/api_password", "wrong_format /credentials/api_key"]);
    let both = Viafirma::new()
        .open(&with(&json!({ "launch_scheme": "data" })), &json!({ "api_key": "", "api_password": "x" }));
    assert_eq!(both.err().unwrap().len(), 2, "all faults at once");
}

#[test]
fn v01_both_addresses_are_guarded_and_used() {
    let registry = Registry::standard(false).unwrap();
    let local = json!({ "service_base_url": "https://127.0.0.1/p", "public_base_url": "http://firma.example/p" });
    let faults = registry.open_account("viafirma", &local, &credentials()).err().unwrap();
    let places: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.code, fault.pointer)).collect();
    assert_eq!(
        places,
        ["target_not_allowed /settings/service_base_url", "target_not_allowed /settings/public_base_url"]
    );
    assert!(Registry::standard(true).unwrap().open_account("viafirma", &local, &credentials()).is_ok());
    for base in ["http://127.0.0.1:8090/viafirma", "http://127.0.0.1:8090/viafirma/"] {
        let account = account(json!({ "service_base_url": base }));
        let call = Case::new(simple_order()).call(&*account, "prepare");
        assert_eq!(call.url.as_str(), "http://127.0.0.1:8090/viafirma/api/rest/services/prepareparallelsignature");
    }
}

#[test]
fn v02_own_certificates_are_trusted_beside_the_usual_ones() {
    let pem = properties()["ca_bundle_pem"]["examples"][0].as_str().unwrap().to_owned();
    let connection = account(json!({ "ca_bundle_pem": pem, "timeouts": { "connect_s": 3 } })).connection();
    assert_eq!((connection.extra_root_pem, connection.connect_timeout), (Some(pem), Duration::from_secs(3)));
    assert_eq!(account(json!({})).connection().extra_root_pem, None);
}

#[test]
fn v04_credentials_may_be_kept_to_the_calls_that_need_them() {
    let account = account(json!({ "auth": { "send_on_all": false } }));
    let case = Case::new(simple_order());
    let carries = |call: &provider_clients::call::Call| call.headers.iter().any(|h| h.name == "authorization");
    assert!(carries(&case.call(&*account, "prepare")));
    assert!(!carries(&case.call(&*account, "add_file/1")));
    assert!(!carries(&case.call(&*account, "finish")));
    let first = case.question(&*account, 60);
    assert!(!carries(&first.call));
    let second = done(case.told(&*account, &first, 60, &finished())).next.unwrap();
    assert!(carries(&second.call));
}

#[test]
fn v05_session_ids_may_be_uuids() {
    let sent = Case::unprepared(simple_order()).sent(&*account(json!({ "session_id_format": "uuid" })), "prepare");
    let session = sent["sessionId"].as_str().unwrap();
    let lengths: Vec<usize> = session.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(session.as_bytes()[14], b'4');
    assert!(b"89ab".contains(&session.as_bytes()[19]), "{session}");
}

#[test]
fn v06_operators_may_be_in_lower_case() {
    let sent = Case::unprepared(simple_order()).sent(&*account(json!({ "filter_operator_case": "lower" })), "prepare");
    assert_eq!(sent["numberUserIdFilter"]["operator"], "contains");
}

#[test]
fn v10_v23_v24_the_limits_are_those_of_the_account() {
    let account = account(json!({ "max_filename_chars": 11, "max_files": 1, "max_file_bytes": 1 }));
    let codes: Vec<String> = account.check(&two_documents()).into_iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        ["too_many_documents", "document_too_large", "too_long", "document_too_large"],
        "contract.pdf has twelve characters, annex-2.PDF eleven"
    );
}

#[test]
fn v11_the_answer_to_an_added_file_is_read_by_the_accounts_pointers() {
    let pointers =
        json!({ "document_id": "/result/0/id", "error_code": "/fault/code", "error_message": "/fault/text" });
    let account = account(json!({ "add_file": { "pointers": pointers } }));
    let case = Case::new(simple_order());
    let output =
        done(case.answered(&*account, "add_file/1", &answer(&json!({ "result": [{ "id": 77 }], "errorCode": "9" }))));
    assert_eq!(output.values["document_id"], "77");
    let refused = answer(&json!({ "fault": { "code": 9002, "text": "vacío" } }));
    let refusal = crate::support::refused(case.answered(&*account, "add_file/1", &refused));
    assert_eq!((refusal.code.as_str(), refusal.message.as_str()), ("addOperationFile/9002", "vacío"));
}

#[test]
fn v12_the_closing_call_is_the_accounts() {
    let settings =
        json!({ "finish": { "method": "PUT", "path": "/api/x?op={operationId}", "body": "operation_id_json" } });
    let call = Case::new(simple_order()).call(&*account(settings), "finish");
    assert_eq!((call.method, call.url.as_str()), (Method::Put, format!("{BASE}/api/x?op={OPERATION}").as_str()));
    assert_eq!(crate::support::body_of(&call), json!({ "operationId": OPERATION }));
    let fixed =
        Case::new(simple_order()).call(&*account(json!({ "finish": { "method": "GET", "path": "/done" } })), "finish");
    assert!(fixed.method == Method::Get && !fixed.secret_url);
}

#[test]
fn v14_the_poll_is_read_by_the_accounts_pointers() {
    let account = account(
        json!({ "poll": { "finished": "/state/over", "cancelled": "/state/stopped", "error": "/state/bad",
        "error_code": "/state/code", "error_message": "/state/text", "signature": "/kind/signing", "max_refusals": 2 } }),
    );
    let case = Case::new(simple_order());
    let told = |body: Value| case.read(&*account, &[answer(&body)]).vendor_status;
    assert_eq!(told(json!({ "isFinished": true, "state": { "over": false } })), "not_finished");
    assert_eq!(told(json!({ "state": { "over": 1, "stopped": "true" } })), "cancelled_in_signing_client");
    assert_eq!(told(json!({ "state": { "over": 1, "code": 50 } })), "cancelled_in_signing_client");
    // An operation that is about something else is not ours.
    let reading = case.read(&*account, &[answer(&json!({ "state": { "over": true }, "kind": { "signing": false } }))]);
    assert_eq!(crate::support::detail(&reading, 1)["refused_readings"], 1);
}

#[test]
fn v16_how_long_a_result_may_be_missing_is_the_accounts() {
    let account = account(json!({ "result": { "retry_count": 0, "retry_window_s": 0 } }));
    let reading = Case::new(simple_order()).read(&*account, &[finished(), crate::support::no_operation_data()]);
    assert_eq!(reading.state, Some(domain::states::SubmissionState::Failed));
}

#[test]
fn v26_calls_in_a_second_concurrency_polling_and_times_are_those_of_the_account() {
    let pace = account(json!({
        "max_rps": 2, "concurrency": 9, "poll_interval_s": 30, "timeouts": { "add_file_s": 300, "call_s": 7 }
    }))
    .pace();
    assert_eq!(pace.rates, [Rate { calls: 2, per: Duration::from_secs(1), reserved: 1 }]);
    assert_eq!((pace.concurrency, pace.longest_call), (9, Duration::from_secs(300)));
    assert_eq!((pace.polling.len(), pace.polling[0].every), (1, Duration::from_secs(30)));
    let one = account(json!({ "max_rps": 1 })).pace();
    assert_eq!(one.rates[0].reserved, 0, "readings would never be made");
    let default = account(json!({})).pace();
    assert_eq!((default.rates[0].calls, default.polling[0].every), (5, Duration::from_secs(60)));
    let quick = account(json!({ "timeouts": { "call_s": 7, "add_file_s": 300 } }));
    let case = Case::new(simple_order());
    assert_eq!(case.call(&*quick, "prepare").timeout, Duration::from_secs(7));
    assert_eq!(case.call(&*quick, "add_file/1").timeout, Duration::from_secs(300));
}

#[test]
fn the_signature_policy_is_the_accounts_where_the_envelope_says_nothing() {
    let account = account(json!({
        "signature_format": "PAdES_EPES", "signature_algorithm": "SHA1withRSA", "digest_method": "SHA1",
        "include_timestamp": true, "extra_policy_parameters": { "SIGNER_ROLE": "employee" }
    }));
    let sent = Case::new(simple_order()).sent(&*account, "add_file/1");
    assert_eq!(
        sent["operationFile"]["signaturePolicy"],
        json!({
            "signatureFormat": "PAdES_EPES",
            "signatureType": "ATTACHED",
            "parameters": {
                "DIGEST_METHOD": "SHA1",
                "PADES_INCLUDE_TSA": "true",
                "SIGNATURE_ALGORITHM": "SHA1withRSA",
                "SIGNER_ROLE": "employee"
            }
        })
    );
}

#[test]
fn the_language_of_the_signing_program_is_the_envelopes_else_the_accounts() {
    let account = account(json!({ "locale": "ca" }));
    let mut case = Case::unprepared(simple_order());
    assert_eq!(case.sent(&*account, "prepare")["locale"], "ca");
    case.order.spec.language = "pt-BR".parse().ok();
    assert_eq!(case.sent(&*account, "prepare")["locale"], "pt");
}

#[test]
fn the_pauses_of_restarts_are_the_accounts() {
    let pauses = |settings: Value| match &account(settings).submissions(&simple_order())[0].steps[1].in_doubt {
        WhenInDoubt::Restart { pauses, .. } => pauses.iter().map(Duration::as_secs).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pauses(json!({})), [1, 5, 25]);
    assert_eq!(pauses(json!({ "restart_pauses_s": [2, 2] })), [2, 2]);
}

#[test]
fn a_refused_setting_is_never_echoed() {
    let secret = "hunter2-hunter2";
    let faults = try_open(&json!({ "service_base_url": secret, "ca_bundle_pem": secret, "launch_template": secret }))
        .err()
        .unwrap();
    assert!(faults.len() >= 3 && !format!("{faults:?}").contains(secret), "{faults:?}");
    let doubt = unknown(Case::new(simple_order()).answered(
        &*account(json!({})),
        "add_file/1",
        &answer(&json!({ "x": secret })),
    ));
    assert!(!doubt.reason.contains(secret));
}
