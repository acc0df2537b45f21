//! Every setting changes what it says, is described, and is refused when it is wrong. Section 8.

use std::time::Duration;

use domain::envelope::{Authentication, Delivery};
use domain::steps::WhenInDoubt;
use domain::values::{NationalId, NationalIdType};
use provider_clients::arqsign::ArqSign;
use provider_clients::provider::{Account, Correction, FetchHistory, Provider};
use provider_clients::reply::Reply;
use provider_clients::schema;
use serde_json::{Value, json};

use crate::envelope::neutral_envelope;
use crate::support::{
    Case, account, answer, credentials, document, done, example_order, field, json_of, moment, moment_with,
    recipient_id, settings, signer, status, told, try_open, webhook, with, working,
};

fn schema_faults(more: Value) -> Vec<String> {
    let faults = schema::check(&ArqSign::new().profile().settings_schema, &with(settings(), more), "/settings");
    faults.into_iter().map(|f| f.pointer).collect()
}

fn faults(more: Value) -> Vec<String> {
    try_open(more).err().unwrap_or_default().into_iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
}

fn sent(settings: Value) -> Value {
    json_of(&Case::new(neutral_envelope()).sending(&*account(settings)))
}

#[test]
fn the_least_settings_are_enough_and_unknown_ones_are_refused() {
    assert_eq!(schema_faults(json!({})), [""; 0]);
    assert_eq!(schema_faults(json!({ "id_conta": "x" })), ["/settings/id_conta"]);
    for required in ["id_responsavel", "id_pasta"] {
        let mut less = settings();
        less.as_object_mut().unwrap().remove(required);
        let faults = schema::check(&ArqSign::new().profile().settings_schema, &less, "/settings");
        assert_eq!((faults[0].code.as_str(), &faults[0].pointer), ("required", &format!("/settings/{required}")));
    }
}

#[test]
fn both_keys_are_required_and_blank_ones_are_refused() {
    let schema = ArqSign::new().profile().credentials_schema.clone();
    assert_eq!(schema::check(&schema, &credentials(), "/credentials"), []);
    assert_eq!(schema::check(&schema, &json!({ "key": "x" }), "/credentials").len(), 3);
    let Err(faults) = ArqSign::new().open(&settings(), &json!({ "app_key": " ", "subscription_key": "" })) else {
        panic!("blank keys")
    };
    let told: Vec<_> = faults.iter().map(|f| format!("{} {}", f.code, f.pointer)).collect();
    assert_eq!(told, ["blank /credentials/app_key", "blank /credentials/subscription_key"]);
    let wrong = with(settings(), json!({ "base_url": "ftp://x.example.com" }));
    let Err(both) = ArqSign::new().open(&wrong, &json!({ "app_key": "x" })) else { panic!("two faults") };
    assert_eq!(
        both.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(),
        ["/settings/base_url", "/credentials/subscription_key"]
    );
}

#[test]
fn every_setting_is_described_and_its_default_and_examples_satisfy_the_schema() {
    let profile = ArqSign::new();
    for (name, property) in profile.profile().settings_schema["properties"].as_object().unwrap() {
        assert!(property["description"].as_str().is_some_and(|d| d.len() > 10), "{name}");
        let examples = property["examples"].as_array().unwrap_or_else(|| panic!("{name} has no example"));
        for value in examples.iter().chain(property.get("default")) {
            assert_eq!(schema_faults(json!({ name.as_str(): value })), [""; 0], "{name}");
            assert_eq!(faults(json!({ name.as_str(): value })), [""; 0], "{name}");
        }
    }
}

#[test]
fn every_assumption_that_can_be_corrected_has_its_setting() {
    let profile = ArqSign::new();
    let properties = &profile.profile().settings_schema["properties"];
    for name in [
        "datetime_formats",
        "bit_encoding",
        "dados_assinatura_parent",
        "max_total_bytes",
        "download_mode",
        "link_send_headers",
        "status_text_map",
        "resend_validate_key",
        "credit_item_ids",
        "error_message_pointers",
        "rate_limit_statuses",
        "rate_limit_default_wait_s",
        "error_messages",
        "max_recipients",
        "resend_invalidates_links",
        "subscription_header",
        "cancel_body",
        "read_after_write_grace_s",
        "phone_format",
    ] {
        assert!(properties.get(name).is_some(), "{name}");
    }
    assert!(properties["webhook"]["properties"].get("event_map").is_some());
}

#[test]
fn the_defaults_of_the_schema_are_those_of_the_account() {
    let profile = ArqSign::new();
    let properties = profile.profile().settings_schema["properties"].as_object().unwrap().clone();
    let defaults: serde_json::Map<String, Value> =
        properties.into_iter().filter_map(|(name, p)| Some((name, p.get("default")?.clone()))).collect();
    let (plain, spelled) = (account(json!({})), account(Value::Object(defaults.clone())));
    assert!(defaults.len() > 25, "every optional setting has a default");
    let shown = |account: &dyn Account| {
        let case = Case::sent(neutral_envelope());
        let view = case.view();
        let rename = Correction { name: Some("Ana Maria".to_owned()), ..Correction::default() };
        let record = case.read(account, &[status(3, "Em processo"), json!({ "idStatus": 4 })]).artifacts.remove(1);
        let history = FetchHistory::default();
        let working = working();
        [
            format!("{:?}", case.sending(account)),
            format!("{:?}", case.step(account, 0)),
            format!("{:?} {:?} {:?}", account.limits(), account.pace(), account.abilities()),
            format!("{:?} {:?}", account.outgoing_urls(), account.connection().connect_timeout),
            format!("{:?}", account.polling(&moment_with(&working))),
            format!("{:?}", account.cancel_request(&view, None, &moment())),
            format!("{:?}", account.correct_request(recipient_id(1), &rename, &view, &moment())),
            format!("{:?}", account.fetch(&record, &view, &moment(), &history).unwrap()),
            format!("{:?}", account.setup(&moment_with(&working))),
            format!("{:?}", account.callback(&webhook(&json!({ "IdProcesso": "x" })), &moment_with(&working))),
            format!("{:?}", case.created(account, &Reply::new(429, r#"{"message":"x"}"#))),
            format!(
                "{:?}",
                account
                    .operation_reply("get_subscription", &answer(&json!({ "assinatura": { "itens": [{ "id": 2 }] } })))
            ),
        ]
    };
    assert_eq!(shown(&*plain), shown(&*spelled));
}

#[test]
fn what_the_schema_refuses_is_told_with_its_place() {
    for (wrong, pointer) in [
        (json!({ "id_responsavel": "x" }), "/settings/id_responsavel"),
        (json!({ "id_pasta": 7 }), "/settings/id_pasta"),
        (json!({ "send_api_version": "v1" }), "/settings/send_api_version"),
        (json!({ "ambiguous_wait_s": -1 }), "/settings/ambiguous_wait_s"),
        (json!({ "poll_interval_s": 1 }), "/settings/poll_interval_s"),
        (json!({ "poll_interval_with_webhook_s": 1 }), "/settings/poll_interval_with_webhook_s"),
        (json!({ "rate_limits": { "per_second": 0 } }), "/settings/rate_limits/per_second"),
        (json!({ "rate_limits": { "per_day": 1 } }), "/settings/rate_limits/per_day"),
        (json!({ "rate_limits": { "reserved_percent": 91 } }), "/settings/rate_limits/reserved_percent"),
        (json!({ "rate_limit_statuses": [200] }), "/settings/rate_limit_statuses/0"),
        (json!({ "rate_limit_default_wait_s": 0 }), "/settings/rate_limit_default_wait_s"),
        (json!({ "webhook": { "hmac_encoding": "sha1" } }), "/settings/webhook/hmac_encoding"),
        (json!({ "webhook": { "event_map": { "X": 9 } } }), "/settings/webhook/event_map/X"),
        (json!({ "webhook": { "check_every_s": 60 } }), "/settings/webhook/check_every_s"),
        (json!({ "subscription_header": "X-Key" }), "/settings/subscription_header"),
        (json!({ "bit_encoding": { "default": "text" } }), "/settings/bit_encoding/default"),
        (
            json!({ "bit_encoding": { "fields": { "gerarQrCode": "text" } } }),
            "/settings/bit_encoding/fields/gerarQrCode",
        ),
        (json!({ "dados_assinatura_parent": "x" }), "/settings/dados_assinatura_parent"),
        (json!({ "signer_data": { "document": "passport" } }), "/settings/signer_data/document"),
        (json!({ "phone_format": "national" }), "/settings/phone_format"),
        (json!({ "signature_box_mm": { "width": 0 } }), "/settings/signature_box_mm/width"),
        (json!({ "max_total_bytes": 0 }), "/settings/max_total_bytes"),
        (json!({ "max_recipients": 0 }), "/settings/max_recipients"),
        (json!({ "download_mode": "zip" }), "/settings/download_mode"),
        (json!({ "link_send_headers": 1 }), "/settings/link_send_headers"),
        (json!({ "max_artifact_bytes": 0 }), "/settings/max_artifact_bytes"),
        (json!({ "status_text_map": { "Waiting": 6 } }), "/settings/status_text_map/Waiting"),
        (json!({ "resend_validate_key": "valida" }), "/settings/resend_validate_key"),
        (json!({ "resend_invalidates_links": "yes" }), "/settings/resend_invalidates_links"),
        (json!({ "cancel_body": "null" }), "/settings/cancel_body"),
        (json!({ "credit_item_ids": { "sms": -1 } }), "/settings/credit_item_ids/sms"),
        (json!({ "error_message_pointers": [] }), "/settings/error_message_pointers"),
        (json!({ "error_messages": { "Limite": "unknown" } }), "/settings/error_messages/Limite"),
        (json!({ "read_after_write_grace_s": -1 }), "/settings/read_after_write_grace_s"),
        (json!({ "timeouts": { "send_s": 0 } }), "/settings/timeouts/send_s"),
        (json!({ "concurrency": 0 }), "/settings/concurrency"),
    ] {
        assert_eq!(schema_faults(wrong.clone()), [pointer], "{wrong}");
    }
}

#[test]
fn what_a_schema_cannot_tell_is_told_with_its_place() {
    for (wrong, fault) in [
        (json!({ "base_url": "ftp://api-rest.arqsign.com" }), "url /settings/base_url"),
        (json!({ "base_url": "api-rest.arqsign.com" }), "url /settings/base_url"),
        (json!({ "base_url": "https://api-rest.arqsign.com/?x=1" }), "url /settings/base_url"),
        (json!({ "base_url": "https://user:word@api-rest.arqsign.com" }), "url /settings/base_url"),
        (json!({ "id_pasta": "" }), "guid /settings/id_pasta"),
        (json!({ "id_responsavel": "1d3a4f0e6a1b4f599d580d2a4a5b6c7d" }), "guid /settings/id_responsavel"),
        (json!({ "link_hosts": ["a.example.com", "b.example.com/x"] }), "host /settings/link_hosts/1"),
        (json!({ "datetime_formats": ["%d/%m/%Y", "%Q"] }), "format /settings/datetime_formats/1"),
        (json!({ "error_message_pointers": ["message"] }), "pointer /settings/error_message_pointers/0"),
        (json!({ "rate_limits": { "per_hour": 10 } }), "order /settings/rate_limits"),
        (json!({ "poll_interval_with_webhook_s": 3600 }), "order /settings/poll_interval_with_webhook_s"),
    ] {
        assert_eq!(faults(wrong.clone()), [fault], "{wrong}");
    }
}

#[test]
fn the_base_url_may_have_a_path() {
    for base in ["https://proxy.example.com/v2", "https://proxy.example.com/v2/"] {
        let call = Case::new(example_order()).sending(&*account(json!({ "base_url": base })));
        assert_eq!(call.url.as_str(), "https://proxy.example.com/v2/api/v2/processo/enviar-documento-para-assinar");
    }
    let urls = account(json!({ "link_hosts": ["files.arqsign.test"] })).outgoing_urls();
    let told: Vec<_> = urls.iter().map(|(at, url)| format!("{at} {url}")).collect();
    assert_eq!(
        told,
        ["/settings/base_url https://api-rest.arqsign.com/", "/settings/link_hosts/0 https://files.arqsign.test/"]
    );
}

#[test]
fn the_second_keys_header_has_the_name_of_the_setting() {
    for (setting, name) in [
        ("SubscriptionKey", "subscriptionkey"),
        ("Subscription-Key", "subscription-key"),
        ("Ocp-Apim-Subscription-Key", "ocp-apim-subscription-key"),
    ] {
        let call = Case::new(example_order()).sending(&*account(json!({ "subscription_header": setting })));
        let header = call.headers.iter().find(|h| h.name == name).unwrap();
        assert_eq!((header.value.as_str(), header.secret), ("test-subscription-key-0001", true));
    }
}

#[test]
fn bits_are_written_as_the_account_says() {
    let ints = sent(json!({ "bit_encoding": { "default": "int", "fields": { "obrigarLeitura": "bool" } } }));
    assert_eq!((&ints["usarOrdemAssinatura"], &ints["usarPosicaoAssinaturaAutomatica"]), (&json!(1), &json!(0)));
    assert_eq!(ints["configuracoesAvancadas"]["obrigarLeitura"], json!(true));
    let bools = sent(json!({ "bit_encoding": { "fields": {} } }));
    assert_eq!(bools["configuracoesAvancadas"]["gerarQrCode"], json!(true));
}

#[test]
fn data_of_the_signature_stands_where_the_account_says() {
    let ana = sent(json!({ "dados_assinatura_parent": "assinatura_eletronica" }))["destinatarios"][0]["assinarOnline"]
        .clone();
    assert!(ana.get("dadosAssinatura").is_none());
    assert_eq!(ana["assinaturaEletronica"]["dadosAssinatura"]["signatario"]["nome"], "Ana Souza");
}

#[test]
fn what_the_signer_must_enter_is_what_the_account_says() {
    let settings = json!({ "signer_data": { "require_name": false, "require_document": false, "document": "rg" } });
    let electronic =
        Case::new(example_order()).recipient(&*account(settings))["assinarOnline"]["assinaturaEletronica"].clone();
    assert_eq!(
        electronic,
        json!({ "obrigarSignatarioInformarNome": false, "obrigarSignatarioInformarNumeroDocumento": false, "tipoDocumentoAInformar": 3 })
    );
    let cnh = Case::new(example_order()).recipient(&*account(json!({ "signer_data": { "document": "cnh" } })));
    assert_eq!(cnh["assinarOnline"]["assinaturaEletronica"]["tipoDocumentoAInformar"], 2);
    let mut known = example_order();
    known.recipients[0].spec.national_id = NationalId::new(NationalIdType::Cpf, "529.982.247-25", None).ok();
    let known = Case::new(known).recipient(&*account(json!({ "signer_data": { "document": "cnh" } })));
    assert_eq!(
        known["assinarOnline"]["assinaturaEletronica"]["tipoDocumentoAInformar"], 1,
        "the recipient's own comes first"
    );
}

#[test]
fn telephone_numbers_have_the_accounts_form() {
    let mut order = example_order();
    let spec = &mut order.recipients[0].spec;
    spec.phone = Some("+5531999998888".parse().unwrap());
    spec.delivery = Some(Delivery::Whatsapp);
    spec.authentication = vec![Authentication::AccessCode {
        code: Some("1234".to_owned()),
        delivery: Some(Delivery::Sms),
        phone: None,
        resend: false,
    }];
    for (form, number) in [("e164", "+5531999998888"), ("digits", "5531999998888")] {
        let sent = Case::new(order.clone()).recipient(&*account(json!({ "phone_format": form })));
        assert_eq!(
            (&sent["telefone"], &sent["assinarOnline"]["seguranca"]["codigoSegurancaTelefone"]),
            (&json!(number), &json!(number))
        );
    }
}

#[test]
fn boxes_without_a_size_have_the_accounts() {
    let mut order = crate::support::order(vec![signer("Ana Souza", "ana@example.com")]);
    order.recipients[0].spec.fields = vec![field(1, 1, 72.0, 72.0)];
    let account = account(json!({ "signature_box_mm": { "width": 50.5 } }));
    let sent = Case::new(order).recipient(&*account);
    let place = &sent["assinarOnline"]["definirPosicaoAssinaturaManual"][0]["pessoaFisica"];
    assert_eq!((&place["largura"], &place["altura"]), (&json!(50.5), &json!(20.0)));
}

#[test]
fn limits_are_the_accounts() {
    let account = account(json!({ "max_total_bytes": 90_000, "max_recipients": 1 }));
    let mut order = example_order();
    order.documents.push(document(2));
    assert_eq!(
        told(&account.check(&order)),
        ["error documents_too_large /documents", "error too_many_recipients /recipients"]
    );
    let limits = account.limits();
    assert_eq!(
        (limits.max_document_bytes, limits.max_recipients, limits.documents_per_submission),
        (Some(90_000), Some(1), Some(25))
    );
}

#[test]
fn the_plans_limits_are_windows_of_which_the_month_keeps_a_part_for_sending() {
    let windows = |settings| {
        let rates = account(settings).pace().rates;
        rates.iter().map(|r| (r.calls, r.per.as_secs(), r.reserved)).collect::<Vec<_>>()
    };
    assert_eq!(windows(json!({})), [(4, 1, 0), (80, 60, 0), (80, 3600, 0), (80, 2_592_000, 16)]);
    let corporate =
        json!({ "rate_limits": { "per_minute": 240, "per_hour": 400, "per_month": 400, "reserved_percent": 50 } });
    assert_eq!(windows(corporate), [(4, 1, 0), (240, 60, 0), (400, 3600, 0), (400, 2_592_000, 200)]);
}

#[test]
fn waits_time_outs_and_pauses_are_the_accounts() {
    let account = account(json!({
        "ambiguous_wait_s": 60, "poll_interval_s": 7200, "concurrency": 2,
        "timeouts": { "connect_s": 3, "send_s": 300, "download_s": 240, "call_s": 20 }
    }));
    let case = Case::new(example_order());
    assert_eq!(case.step(&*account, 0).in_doubt, WhenInDoubt::Park { hold: Duration::from_secs(60) });
    let pace = account.pace();
    assert_eq!(
        (pace.concurrency, pace.longest_call, pace.polling[0].every),
        (2, Duration::from_secs(300), Duration::from_secs(7200))
    );
    assert_eq!(account.connection().connect_timeout, Duration::from_secs(3));
    assert_eq!(case.sending(&*account).timeout, Duration::from_secs(300));
    assert_eq!(case.status_request(&*account).call.timeout, Duration::from_secs(20));
}

#[test]
fn the_grace_after_sending_is_the_accounts() {
    let case = Case::sent(example_order());
    let none = account(json!({ "read_after_write_grace_s": 0 }));
    let gone = crate::support::refusal(400, "O(s) id(s) listado(s) não existe(m): idProcesso");
    let request = case.status_request(&*none);
    assert!(done(none.status_reply(&request, &[case.view()], &moment(), &gone)).readings.is_empty());
}

#[test]
fn times_may_have_the_accounts_own_form() {
    let account: std::sync::Arc<dyn Account> = account(json!({ "datetime_formats": ["%d.%m.%Y %H:%M", "%d/%m/%Y"] }));
    let case = Case::sent(example_order());
    for (given, shown) in [("01.08.2025 14:03", "2025-08-01T14:03:00Z"), ("01/08/2025", "2025-08-01")] {
        let reading = case.read(&*account, &[with(status(2, "Aguardando"), json!({ "dataExpiracao": given }))]);
        assert_eq!(reading.details["expires_at"], shown);
    }
}
