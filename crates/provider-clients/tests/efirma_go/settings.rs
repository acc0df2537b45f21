//! Every setting changes what it says, is described, and is refused when it is wrong. Section 11.

use std::time::Duration;

use domain::attention::AttentionCode;
use domain::outcome::Class;
use domain::protocol::LookedUp;
use domain::steps::WhenInDoubt;
use provider_clients::call::{Body, Content, ReplyTo};
use provider_clients::efirma_go::EfirmaGo;
use provider_clients::provider::{
    Account, CallbackReading, CallbackRequest, Fetch, FetchHistory, LookUpPage, LookUpState, Provider,
};
use provider_clients::reply::Reply;
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::{
    Case, account, called_back, coded, done, example_order, field, json_of, listed_document, moment, recipient,
    refused, settings, simple_order, stored, told, try_open, unknown,
};

fn schema_faults(more: Value) -> Vec<String> {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let faults = schema::check(&EfirmaGo::new().profile().settings_schema, &settings, "/settings");
    faults.into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn faults(more: Value) -> Vec<String> {
    try_open(more).err().unwrap_or_default().into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

#[test]
fn the_least_settings_are_enough_and_unknown_ones_are_refused() {
    assert_eq!(schema_faults(json!({})), [""; 0]);
    assert_eq!(schema_faults(json!({ "origin": "x" })), ["unknown_field /settings/origin"]);
    for required in ["cif_desarrollador", "nombre_cliente", "cif_cliente", "email_cliente"] {
        let mut less = settings();
        less.as_object_mut().unwrap().remove(required);
        let faults = schema::check(&EfirmaGo::new().profile().settings_schema, &less, "/settings");
        assert_eq!(faults[0].pointer, format!("/settings/{required}"));
        assert_eq!(faults[0].code, "required");
    }
    assert!(EfirmaGo::new().open(&settings(), &json!({ "private_key": " " })).is_err());
    let faults = schema::check(&EfirmaGo::new().profile().credentials_schema, &json!({ "key": "x" }), "/credentials");
    assert_eq!(faults.len(), 2);
}

#[test]
fn every_setting_is_described_and_its_default_and_examples_satisfy_the_schema() {
    let profile = EfirmaGo::new();
    let properties = profile.profile().settings_schema["properties"].as_object().unwrap().clone();
    for (name, property) in &properties {
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
    let profile = EfirmaGo::new();
    let properties = profile.profile().settings_schema["properties"].as_object().unwrap().clone();
    let defaults: serde_json::Map<String, Value> =
        properties.into_iter().filter_map(|(name, p)| Some((name, p.get("default")?.clone()))).collect();
    let (plain, spelled) = (account(json!({})), account(Value::Object(defaults)));
    let case = Case::new(example_order());
    assert_eq!(case.sending(&*plain), case.sending(&*spelled));
    assert_eq!(case.step(&*plain), case.step(&*spelled));
    assert_eq!(plain.limits(), spelled.limits());
    assert_eq!(format!("{:?}", plain.pace()), format!("{:?}", spelled.pace()));
    assert_eq!(plain.outgoing_urls(), spelled.outgoing_urls());
    let fetched = |account: &dyn Account| {
        let offer = case.read(account, json!([listed_document("FIRMADO")])).artifacts[1].clone();
        format!("{:?}", account.fetch(&offer, &case.view(), &moment(), &FetchHistory::default()).unwrap())
    };
    assert_eq!(fetched(&*plain), fetched(&*spelled));
}

#[test]
fn what_a_schema_cannot_tell_is_told_with_its_place() {
    let cases = [
        (json!({ "base_url": "ftp://api.efirma.es" }), "url /settings/base_url"),
        (json!({ "base_url": "https://api.efirma.es/?x=1" }), "url /settings/base_url"),
        (json!({ "base_url": "https://user:pw@api.efirma.es" }), "url /settings/base_url"),
        (json!({ "nombre_cliente": "  " }), "blank /settings/nombre_cliente"),
        (json!({ "email_cliente": "nobody" }), "email /settings/email_cliente"),
        (json!({ "email_remitente": "nobody" }), "email /settings/email_remitente"),
        (json!({ "lookup_delays_s": [20, 5] }), "order /settings/lookup_delays_s"),
        (json!({ "artifact_hosts": ["app.efirma.es", "x/y"] }), "host /settings/artifact_hosts/1"),
        (json!({ "artifact_hosts": ["app.efirma.es:443"] }), "host /settings/artifact_hosts/0"),
        (
            json!({ "artifact_url_rewrite": [{ "pattern": "(", "replacement": "" }] }),
            "pattern /settings/artifact_url_rewrite/0/pattern",
        ),
        (
            json!({ "error_class_overrides": { "codes": [{ "endpoint": "enviar_documento", "message_pattern": "(", "class": "conflict" }] } }),
            "pattern /settings/error_class_overrides/codes/0/message_pattern",
        ),
        (
            json!({ "error_class_overrides": { "codes": [{ "endpoint": "enviar_documento", "class": "conflict" }] } }),
            "required /settings/error_class_overrides/codes/0",
        ),
        (
            json!({ "polling": [{ "until_age_s": 60, "every_s": 5 }, { "until_age_s": 60, "every_s": 9 }] }),
            "order /settings/polling",
        ),
    ];
    for (more, fault) in cases {
        assert_eq!(faults(more), [fault]);
    }
    assert_eq!(schema_faults(json!({ "error_class_overrides": { "http": { "200": "conflict" } } })).len(), 1);
    assert_eq!(faults(json!({ "base_url": "x", "lookup_delays_s": [] })).len(), 2);
}

#[test]
fn e01_base_url_is_where_every_call_goes() {
    for base in ["http://127.0.0.1:8090/efirma_go", "http://127.0.0.1:8090/efirma_go/"] {
        let account = account(json!({ "base_url": base }));
        let case = Case::new(simple_order());
        assert_eq!(case.sending(&*account).url.as_str(), "http://127.0.0.1:8090/efirma_go/enviar_documento");
        let look = case.look_up_call(&*account, &LookUpState::default());
        assert_eq!(look.url.as_str(), "http://127.0.0.1:8090/efirma_go/descargar_documentos/1");
    }
    let urls = account(json!({ "artifact_hosts": ["127.0.0.1"] })).outgoing_urls();
    let shown: Vec<_> = urls.iter().map(|(pointer, url)| format!("{pointer} {url}")).collect();
    assert_eq!(shown, ["/settings/base_url https://api.efirma.es/", "/settings/artifact_hosts/0 https://127.0.0.1/"]);
}

#[test]
fn e02_form_encoding_is_that_of_calls_without_a_file_and_hides_the_key_too() {
    let account = account(json!({ "form_encoding": "urlencoded" }));
    let case = Case::new(simple_order());
    assert!(matches!(case.sending(&*account).body, Body::Multipart(_)));
    let call = case.look_up_call(&*account, &LookUpState::default());
    assert!(matches!(&call.body, Body::Form(fields) if fields.len() == 1 && fields[0].0 == "json"));
    assert_eq!(json_of(&call)["cif_cliente"], "A77445566");
    assert!(!call.redacted().to_string().contains("test-private-key-0001"));
}

#[test]
fn e04_a_class_by_http_status_replaces_the_usual_one() {
    let overrides = json!({ "error_class_overrides": { "http": { "402": "insufficient_credit", "503": "permission", "404": "provider_unavailable" } } });
    let (account, case) = (account(overrides), Case::new(simple_order()));
    let class = |status| refused(case.answered(&*account, &Reply::new(status, ""))).class;
    assert_eq!(class(402), Class::InsufficientCredit);
    assert_eq!(class(503), Class::Permission);
    assert!(unknown(case.answered(&*account, &Reply::new(404, ""))).code.is_some());
}

#[test]
fn e05_boolean_style_writes_the_undocumented_booleans_and_no_others() {
    for (style, yes, no) in
        [("int", json!(1), json!(0)), ("bool", json!(true), json!(false)), ("si_no", json!("si"), json!("no"))]
    {
        let account = account(json!({
            "boolean_style": style, "enviar_bienvenida": true, "revisa_plan": false, "enviar_url_respuesta": false
        }));
        let sent = Case::new(simple_order()).sent(&*account);
        assert_eq!([&sent["enviar_bienvenida"], &sent["revisa_plan"], &sent["enviar_url_respuesta"]], [&yes, &no, &no]);
        let recipient = &sent["bloques"][0]["destinatarios"][0];
        assert_eq!((&recipient["enviar_notificacion"], &recipient["terminal_web"]), (&json!("si"), &json!(1)));
        let query = account.operation_request(
            "query_documents",
            &json!({ "operation_ids": ["1"], "redeliver": true }),
            &moment(),
        );
        assert_eq!(json_of(&query.unwrap())["enviar_url_respuesta"], yes);
    }
    let sent = Case::new(simple_order()).sent(&*account(json!({})));
    assert!(sent.get("enviar_bienvenida").is_none() && sent.get("revisa_plan").is_none());
    assert_eq!(sent["enviar_url_respuesta"], 1);
}

#[test]
fn e06_private_messages_stand_where_the_account_says() {
    let sent = |mode: &str, messages: [Option<&str>; 2]| {
        let mut order = example_order();
        for (recipient, message) in order.recipients.iter_mut().zip(messages) {
            recipient.spec.message = message.map(str::to_owned);
        }
        let account = account(json!({ "mensaje_privado_mode": mode }));
        let findings = told(&account.check(&order));
        let sent = Case::new(order).sent(&*account);
        (sent["mensaje_privado"].clone(), sent["bloques"][0]["destinatarios"][0]["mensaje_privado"].clone(), findings)
    };
    let same = [Some("Hello."), Some("Hello.")];
    let different = [Some("Hello."), None];
    assert_eq!(sent("recipient", different), (Value::Null, json!("Hello."), vec![]));
    assert_eq!(sent("both", same), (json!("Hello."), json!("Hello."), vec![]));
    assert_eq!(sent("both", different), (json!(""), json!("Hello."), vec![]));
    assert_eq!(sent("top_level", same), (json!("Hello."), Value::Null, vec![]));
    let warning = "warning private_message_not_sent /recipients/0/message".to_owned();
    assert_eq!(sent("top_level", different), (json!(""), Value::Null, vec![warning]));
}

#[test]
fn e07_gestor_rule_says_when_a_manager_must_be_named() {
    let findings = |rule: &str, web: bool| {
        let mut order = simple_order();
        let terminals = json!({ "terminales": { "web": web, "personal": false, "corporativo": true } });
        order.recipients[0].spec.provider_options.insert("efirma_go".to_owned(), terminals);
        told(&account(json!({ "gestor_rule": rule })).check(&order)).len()
    };
    assert_eq!([findings("only_corporate", false), findings("only_corporate", true)], [1, 0]);
    assert_eq!([findings("any_corporate", false), findings("any_corporate", true)], [1, 1]);
    assert_eq!([findings("never", false), findings("never", true)], [0, 0]);
}

fn place(settings: Value, page: (f64, f64), x: f64, y: f64) -> (Value, usize) {
    let account = account(settings);
    let mut order = simple_order();
    order.documents[0].pages[0] = domain::envelope::PageBox { width_pt: page.0, height_pt: page.1 };
    order.recipients[0].spec.fields = vec![field(1, 1, x, y)];
    let findings = account.check(&order).len();
    let mark = Case::new(order).sent(&*account)["bloques"][0]["destinatarios"][0]["firma_multiple"][0].clone();
    (json!([mark["coordenada_x"], mark["coordenada_y"]]), findings)
}

#[test]
fn e08_coordinates_are_counted_from_the_corner_in_the_pixels_and_with_the_offset_of_the_account() {
    const A4: (f64, f64) = (595.28, 841.89);
    assert_eq!(place(json!({}), A4, 111.75, 712.5), (json!(["149", "950"]), 0));
    let bottom = json!({ "coordinate_origin": "bottom_left" });
    assert_eq!(place(bottom.clone(), A4, 111.75, 712.5), (json!(["149", "173"]), 0));
    assert_eq!(place(bottom, (360.0, 720.0), 0.0, 0.0), (json!(["0", "960"]), 0));
    let a4 = json!({ "coordinate_basis": "a4" });
    assert_eq!(place(a4.clone(), (360.0, 720.0), 180.0, 720.0), (json!(["397", "1123"]), 0));
    assert_eq!(place(json!({}), (360.0, 720.0), 180.0, 720.0), (json!(["240", "960"]), 0));
    let both = json!({ "coordinate_basis": "a4", "coordinate_origin": "bottom_left" });
    assert_eq!(place(both, (360.0, 720.0), 360.0, 0.0), (json!(["794", "1123"]), 0));
    let offset = json!({ "coordinate_offset_x": 7, "coordinate_offset_y": -50 });
    assert_eq!(place(offset.clone(), A4, 111.75, 712.5), (json!(["156", "900"]), 0));
    // An offset that leads off the page is a finding, not a refusal by the vendor.
    assert_eq!(place(offset, A4, 0.0, 0.0), (json!([null, null]), 1));
}

#[test]
fn e11_an_operator_can_name_the_class_of_a_code_or_a_message() {
    let overrides = json!({ "error_class_overrides": { "codes": [
        { "endpoint": "enviar_documento", "code": "0099", "class": "insufficient_credit" },
        { "endpoint": "enviar_documento", "message_pattern": "(?i)saldo agotado", "class": "insufficient_credit" },
        { "endpoint": "enviar_documento", "code": "0031", "message_pattern": "espera", "class": "provider_unavailable" },
        { "endpoint": "api_get_cliente", "code": "0098", "class": "permission" }
    ] } });
    let (account, case) = (account(overrides), Case::new(simple_order()));
    assert_eq!(refused(case.answered(&*account, &coded("0099", ""))).class, Class::InsufficientCredit);
    assert_eq!(refused(case.answered(&*account, &coded("0097", "SALDO AGOTADO"))).class, Class::InsufficientCredit);
    unknown(case.answered(&*account, &coded("0031", "en espera")));
    assert_eq!(refused(case.answered(&*account, &coded("0031", "no"))).class, Class::InvalidRequest);
    unknown(case.answered(&*account, &coded("0098", "")));
    assert_eq!(refused(account.verify_reply(&coded("0098", ""))).class, Class::Permission);
}

#[test]
fn e15_an_operator_can_say_which_code_of_a_search_means_that_nothing_was_found() {
    let case = Case::new(simple_order());
    let look =
        |account: &dyn Account| case.looked_up(account, &LookUpState::default(), &coded("0007", "Sin resultados."));
    assert_eq!(refused(look(&*account(json!({})))).class, Class::ProviderError);
    let overrides = json!({ "error_class_overrides": {
        "http": { "404": "not_found" },
        "codes": [{ "endpoint": "descargar_documentos", "code": "0007", "class": "not_found" }]
    } });
    let account = account(overrides);
    let found = done(look(&*account));
    assert!(matches!(found, LookUpPage::Answer(LookedUp::NotFound)), "{found:?}");
    // A web server that does not know the address has not searched.
    let missing = case.looked_up(&*account, &LookUpState::default(), &Reply::new(404, "<html>"));
    assert_eq!(refused(missing).class, Class::NotFound);
}

#[test]
fn e12_first_page_is_where_searches_begin() {
    let account = account(json!({ "first_page": 0 }));
    let case = Case::new(simple_order());
    assert!(case.look_up_call(&*account, &LookUpState::default()).url.path().ends_with("/descargar_documentos/0"));
    let requests = account.status_requests(&[case.view()], &moment()).unwrap();
    assert!(requests[0].call.url.path().ends_with("/descargar_documentos/0"));
}

#[test]
fn e14_csv_filter_key_is_the_spelling_at_each_endpoint() {
    let account =
        account(json!({ "csv_filter_key": { "descargar_documentos": "CSV", "descargar_documentos_firmados": "csv" } }));
    let call = |name: &str| {
        json_of(&account.operation_request(name, &json!({ "verification_code": "A" }), &moment()).unwrap())
    };
    assert_eq!(call("search_documents")["CSV"], "A");
    assert_eq!(call("search_signed_documents")["csv"], "A");
}

fn fetched(settings: Value, history: &FetchHistory, offer: usize) -> Fetch {
    let account = account(settings);
    let case = Case::new(example_order());
    let reading = case.read(&*account, json!([listed_document("FIRMADO")]));
    account.fetch(&reading.artifacts[offer], &case.view(), &moment(), history).unwrap()
}

fn fetched_url(settings: Value, offer: usize) -> String {
    match fetched(settings, &FetchHistory::default(), offer) {
        Fetch::Direct(call) => call.url.to_string(),
        other => panic!("not direct: {other:?}"),
    }
}

#[test]
fn e19_artifact_mode_and_rewriting_say_how_files_are_fetched() {
    let callback_only = json!({ "artifact_mode": "callback_only", "redelivery_wait_s": 7 });
    let nothing = FetchHistory::default();
    let Fetch::AskAgain { wait, .. } = fetched(callback_only.clone(), &nothing, 0) else { panic!("fetches") };
    assert_eq!(wait, Duration::from_secs(7));
    let delivered = FetchHistory { delivered: Some(stored()), ..nothing.clone() };
    assert!(matches!(fetched(callback_only.clone(), &delivered, 0), Fetch::Delivered(_)));
    assert!(matches!(fetched(callback_only, &nothing, 1), Fetch::GiveUp { .. }));
    let rewrite =
        json!({ "artifact_url_rewrite": [{ "pattern": r"/viewer\?d=(.+)$", "replacement": "/download/$1.pdf" }] });
    assert_eq!(fetched_url(rewrite, 0), "https://app.efirma.es/download/4f1c.pdf");
    // A rewritten address has to be on an allowed host as well.
    let away = json!({ "artifact_url_rewrite": [{ "pattern": r"app\.efirma\.es", "replacement": "evil.example" }] });
    assert!(matches!(fetched(away, &nothing, 0), Fetch::AskAgain { .. }));
}

#[test]
fn e20_http_addresses_are_upgraded_unless_the_account_says_otherwise() {
    assert_eq!(fetched_url(json!({}), 1), "https://app.efirma.es/viewer?c=4f1c");
    assert_eq!(fetched_url(json!({ "upgrade_http_artifacts": false }), 1), "http://app.efirma.es/viewer?c=4f1c");
}

#[test]
fn artifact_hosts_size_and_time_are_those_of_the_account() {
    let more = json!({ "artifact_hosts": ["APP.efirma.es"], "max_artifact_bytes": 9, "timeouts": { "artifact_s": 8 } });
    let Fetch::Direct(call) = fetched(more, &FetchHistory::default(), 0) else { panic!("not direct") };
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 9, content: Content::Pdf });
    assert_eq!(call.timeout, Duration::from_secs(8));
    let other = json!({ "artifact_hosts": ["api.efirma.es"] });
    assert!(matches!(fetched(other, &FetchHistory::default(), 1), Fetch::GiveUp { .. }));
}

#[test]
fn e22_callback_signed_values_say_which_deliveries_are_the_signed_document() {
    let delivered = |values: Value, word: &str| {
        let request = CallbackRequest {
            fields: [("json".to_owned(), json!({ "id_operacion": "1", "estado": word }).to_string())].into(),
            files: [("archivo".to_owned(), stored())].into(),
            ..CallbackRequest::default()
        };
        match called_back(&*account(json!({ "callback_signed_values": values })), &request) {
            CallbackReading::About(about) => about.delivered.is_some(),
            other => panic!("{other:?}"),
        }
    };
    assert!(delivered(json!(["OK", "Completado"]), "COMPLETADO"));
    assert!(!delivered(json!(["OK"]), "FIRMADO"));
    assert!(delivered(json!([]), "anything"));
}

#[test]
fn e24_a_blocked_recipient_is_an_attention_unless_the_account_says_otherwise() {
    let notes = |setting: bool, bloqueado: u8, activo: Value| {
        let mut listed = listed_document("EN PROCESO");
        listed["destinatarios"][1]["bloqueado"] = json!(bloqueado);
        listed["destinatarios"][1]["activo"] = activo;
        let reading =
            Case::new(example_order()).read(&*account(json!({ "blocked_is_attention": setting })), json!([listed]));
        assert_eq!(reading.recipients[1].status, Some(domain::states::RecipientStatus::Sent));
        reading.notes
    };
    for (bloqueado, activo) in [(1, json!(1)), (0, json!(0))] {
        let told = notes(true, bloqueado, activo.clone());
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].code, AttentionCode::RecipientBlocked);
        assert!(!told[0].detail.contains("maximo"));
        assert!(notes(false, bloqueado, activo).is_empty());
    }
    assert!(notes(true, 0, Value::Null).is_empty());
    // Nobody needs to be unblocked for a document that has ended.
    let mut ended = listed_document("FIRMADO");
    ended["destinatarios"][1]["bloqueado"] = json!(1);
    assert!(Case::new(example_order()).read(&*account(json!({})), json!([ended])).notes.is_empty());
}

#[test]
fn e25_lookup_delays_are_those_of_the_account() {
    let account = account(json!({ "lookup_delays_s": [1, 2] }));
    let step = Case::new(simple_order()).step(&*account);
    assert!(matches!(step.in_doubt, WhenInDoubt::LookUp { delays, .. } if delays == [1, 2].map(Duration::from_secs)));
}

#[test]
fn e26_the_limits_of_size_and_recipients_are_those_of_the_account() {
    let account = account(json!({ "max_document_bytes": 48_212, "max_recipients": 1 }));
    assert_eq!((account.limits().max_document_bytes, account.limits().max_recipients), (Some(48_212), Some(1)));
    assert_eq!(
        told(&account.check(&example_order())),
        ["error document_too_large /documents/0", "error too_many_recipients /recipients"]
    );
}

#[test]
fn e27_one_address_twice_is_refused_unless_the_account_allows_it() {
    let mut order = example_order();
    order.recipients[1].spec = recipient(domain::envelope::Role::Approver, "Jesús", "JESUS@example.com", 2);
    assert_eq!(told(&account(json!({})).check(&order)), ["error duplicate_email /recipients/1/email"]);
    assert_eq!(told(&account(json!({ "allow_duplicate_email": true })).check(&order)), [""; 0]);
}

#[test]
fn e28_a_poll_covers_as_many_documents_as_the_account_says() {
    let case = Case::new(simple_order());
    let views = [case.view(); 5];
    let sizes = |most: usize| -> Vec<usize> {
        let requests = account(json!({ "poll_batch_size": most })).status_requests(&views, &moment()).unwrap();
        requests.iter().map(|r| r.covers.len()).collect()
    };
    assert_eq!(sizes(2), [2, 2, 1]);
    assert_eq!(sizes(50), [5]);
}

#[test]
fn exclusive_credentials_mark_what_was_collected() {
    let account = account(json!({ "exclusive_credentials": true }));
    let call = account.after_collection(&["1", "2"], &moment()).unwrap();
    assert_eq!(call.url.path(), "/marcar_documento_descargado");
    assert_eq!(json_of(&call)["id_operacion"], json!(["1", "2"]));
    assert!(account.after_collection(&[], &moment()).is_none());
}

#[test]
fn time_outs_concurrency_and_polling_are_those_of_the_account() {
    let account = account(json!({
        "timeouts": { "connect_s": 1, "send_s": 2, "call_s": 3 }, "concurrency": 9,
        "polling": [{ "until_age_s": 60, "every_s": 5 }]
    }));
    let pace = account.pace();
    assert_eq!(
        (pace.concurrency, account.connection().connect_timeout.as_secs(), pace.longest_call.as_secs()),
        (9, 1, 2)
    );
    assert_eq!((pace.polling.len(), pace.polling[0].every.as_secs()), (1, 5));
    let case = Case::new(simple_order());
    assert_eq!(case.sending(&*account).timeout.as_secs(), 2);
    assert_eq!(case.look_up_call(&*account, &LookUpState::default()).timeout.as_secs(), 3);
}

#[test]
fn expires_at_is_a_warning_where_the_account_takes_it_for_information() {
    let mut order = simple_order();
    order.spec.expires_at = Some(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(told(&account(json!({})).check(&order)), ["error expiry_unsupported /expires_at"]);
    let lenient = account(json!({ "expires_at_informational": true }));
    assert_eq!(told(&lenient.check(&order)), ["warning expiry_not_enforced /expires_at"]);
}

#[test]
fn who_the_client_and_the_sender_are_is_sent_and_the_envelopes_tariff_goes_before_the_accounts() {
    let account = account(json!({
        "origen": "Portal", "direccion_cliente": "Calle Mayor 5", "provincia_cliente": "Sevilla",
        "poblacion_cliente": "La Lantejuela", "tarifa_cliente": "Pro"
    }));
    let mut order = simple_order();
    let sent = Case::new(order.clone()).sent(&*account);
    for (name, value) in [
        ("origen", "Portal"),
        ("direccion_cliente", "Calle Mayor 5"),
        ("provincia_cliente", "Sevilla"),
        ("poblacion_cliente", "La Lantejuela"),
        ("tarifa_cliente", "Pro"),
    ] {
        assert_eq!(sent[name], value);
    }
    order.spec.provider_options.insert("efirma_go".to_owned(), json!({ "tarifa_cliente": "Otra" }));
    assert_eq!(Case::new(order).sent(&*account)["tarifa_cliente"], "Otra");
    let plain = Case::new(simple_order()).sent(&*crate::support::account(json!({})));
    assert_eq!(plain["origen"], "Rubrica");
    assert!(plain.get("tarifa_cliente").is_none());
}
