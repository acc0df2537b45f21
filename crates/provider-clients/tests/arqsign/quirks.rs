//! The contract's list of quirks, one test each. Section 7.

use domain::envelope::{Delivery, SignatureLevel};
use domain::order::Order;
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use provider_clients::call::{Body, ReplyTo};
use provider_clients::provider::{Fetch, FetchHistory, Taken, Unbuildable};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::envelope::neutral_envelope;
use crate::support::{
    ANA, Case, DOCUMENT, PROCESS, account, answer, at, created_answer, document, done, example_order, field, json_of,
    listed, moment, refusal, refused, signers, status, told, two_turns, webhook, with,
};

fn sent(settings: Value, order: &Order) -> Value {
    json_of(&Case::new(order.clone()).sending(&*account(settings)))
}

#[test]
fn quirk_01_messages_are_portuguese_texts_in_json_or_plain() {
    let case = Case::new(example_order());
    for body in ["\"Conta bloqueada.\"", "Conta bloqueada."] {
        assert_eq!(refused(case.created(&*account(json!({})), &Reply::new(400, body))).class, Class::Permission);
    }
}

#[test]
fn quirk_02_an_unknown_process_is_400_and_404_is_a_wrong_path() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    let request = case.status_request(&*account);
    let unknown = refusal(400, "O(s) id(s) listado(s) não existe(m): idProcesso");
    assert!(done(case.told(&*account, &request, &unknown)).readings.is_empty(), "the process is missing");
    let path = refused(case.told(&*account, &request, &refusal(404, "Método não encontrado.")));
    assert_eq!(path.blames[0].pointer, "/settings/base_url");
}

#[test]
fn quirk_03_401_also_means_an_inactive_account() {
    let told =
        refused(Case::new(example_order()).created(&*account(json!({})), &refusal(401, "Acesso não autorizado.")));
    assert!(told.class.is_fixable_in_account(), "the envelope waits for a person");
}

#[test]
fn quirk_04_500_also_means_malformed_json_and_a_send_is_not_repeated() {
    let case = Case::new(example_order());
    assert!(matches!(case.created(&*account(json!({})), &Reply::new(500, "")), Outcome::Unknown(_)));
    let request = case.status_request(&*account(json!({})));
    assert_eq!(refused(case.told(&*account(json!({})), &request, &Reply::new(500, ""))).class, Class::ProviderError);
}

#[test]
fn quirk_05_the_case_and_spelling_of_keys_change() {
    let upper = json!({ "IDPROCESSO": PROCESS, "DOCUMENTOS": [{ "ID": DOCUMENT, "ORDEM": 1 }],
        "Destinatarios": [{ "IdProcessoDestinatario": ANA, "Ordem": 1, " FormaEnvio ": "ana@example.com" }] });
    let output = done(Case::new(example_order()).created(&*account(json!({})), &answer(&upper)));
    let usual = done(Case::new(example_order()).created(&*account(json!({})), &answer(&created_answer())));
    assert_eq!(output, usual);
}

#[test]
fn quirk_06_a_bit_has_several_encodings() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    for (bit, state) in [
        (json!(true), SubmissionState::Expired),
        (json!(1), SubmissionState::Expired),
        (json!("True"), SubmissionState::Expired),
        (json!("1"), SubmissionState::Expired),
        (json!(false), SubmissionState::Sent),
        (json!(0), SubmissionState::Sent),
        (json!("FALSE"), SubmissionState::Sent),
        (json!("0"), SubmissionState::Sent),
        (Value::Null, SubmissionState::Sent),
    ] {
        let body = with(status(2, "Aguardando"), json!({ "expirado": bit }));
        assert_eq!(case.read(&*account, &[body]).state, Some(state), "{bit}");
    }
}

#[test]
fn quirk_07_icp_brasil_is_3_when_sending_and_in_the_list_but_2_in_the_full_reading() {
    let account = account(json!({ "download_mode": "link" }));
    let mut order = example_order();
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Qualified);
    assert_eq!(sent(json!({}), &order)["destinatarios"][0]["assinarOnline"]["idTipoAssinatura"], 3);
    let case = Case::sent(order);
    let list =
        signers(3, "Em processo", vec![with(listed(ANA, "ana@example.com", 1), json!({ "idTipoAssinatura": 3 }))]);
    assert_eq!(case.read(&*account, &[status(3, "Em processo"), list]).differences, Some(vec![]));
    let full = json!({ "idStatus": 4, "signatarios": [{ "id": ANA, "idTipoAcao": 1, "email": "ana@example.com",
        "dadosAssinatura": { "idTipoAssinatura": 2, "dataAssinatura": "2025-07-03T09:20:45" } }], "documentos": [] });
    assert_eq!(case.read(&*account, &[status(4, "Concluído"), full]).differences, None);
}

#[test]
fn quirk_08_the_status_text_follows_the_senders_language_so_the_id_counts() {
    for word in ["Aguardando", "Esperando", "Waiting", "待機中"] {
        let reading = Case::sent(example_order()).read(&*account(json!({})), &[status(2, word)]);
        assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Sent), word));
    }
}

#[test]
fn quirk_09_expired_is_not_a_status() {
    let body = with(status(2, "Aguardando"), json!({ "expirado": 1 }));
    let reading = Case::sent(example_order()).read(&*account(json!({})), &[body]);
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Expired), "Aguardando"));
}

#[test]
fn quirk_10_a_record_is_asked_for_by_the_documents_id() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    let offer = case.read(&*account, &[status(4, "Concluído")]).artifacts.remove(1);
    let Fetch::Direct(call) = account.fetch(&offer, &case.view(), &moment(), &FetchHistory::default()).unwrap() else {
        panic!("a call")
    };
    assert_eq!(call.url.path(), format!("/api/v1/processo/{DOCUMENT}/registro-assinaturas"));
}

#[test]
fn quirk_11_a_resend_takes_a_bare_array() {
    let case = Case::sent(example_order());
    let call = account(json!({})).remind_request(&[], &case.view(), &moment()).unwrap();
    assert_eq!(call.body, Body::Json(json!([])));
}

#[test]
fn quirk_12_a_resend_moves_the_deadline_and_may_kill_links() {
    let account = account(json!({ "send_api_version": "v3" }));
    let mut order = example_order();
    order.recipients[0].spec.delivery = Some(Delivery::None);
    let case = Case::sent(order);
    assert!(matches!(account.remind_request(&[], &case.view(), &moment()), Err(Unbuildable::Refused(_))));
    let mut dated = example_order();
    dated.spec.expires_at = Some(at("1970-01-11T00:00:00Z"));
    let findings = account.check(&dated);
    assert!(findings.iter().any(|f| f.code == "deadline_by_broker" && f.detail.contains("moves")), "{findings:?}");
}

#[test]
fn quirk_13_an_address_and_a_number_are_never_sent_together() {
    for (delivery, has_email) in [(Delivery::Email, true), (Delivery::Whatsapp, false)] {
        let mut order = example_order();
        order.recipients[0].spec.phone = Some("+5531999998888".parse().unwrap());
        order.recipients[0].spec.delivery = Some(delivery);
        let first = sent(json!({}), &order)["destinatarios"][0].clone();
        assert_eq!((first.get("email").is_some(), first.get("telefone").is_some()), (has_email, !has_email));
    }
}

#[test]
fn quirk_14_a_recipients_number_means_whatsapp_and_never_sms() {
    let mut order = example_order();
    order.recipients[0].spec.phone = Some("+5531999998888".parse().unwrap());
    order.recipients[0].spec.delivery = Some(Delivery::Sms);
    let findings = told(&account(json!({})).check(&order));
    assert_eq!(findings, ["error delivery_unsupported /recipients/0/delivery"]);
}

#[test]
fn quirk_15_a_signed_file_may_have_more_pages_than_the_original() {
    // Pages of what comes back are no difference: integrity is told from signers and the number of documents.
    let list = signers(3, "Em processo", vec![listed(ANA, "ana@example.com", 1)]);
    let reading = Case::sent(example_order()).read(&*account(json!({})), &[status(3, "Em processo"), list]);
    assert_eq!(reading.differences, Some(vec![]));
    assert_eq!(sent(json!({}), &example_order())["usarPosicaoAssinaturaAutomatica"], true);
}

#[test]
fn quirk_16_manual_places_are_needed_of_every_signer_in_every_file() {
    let mut order = two_turns();
    order.documents.push(document(2));
    order.recipients[0].spec.fields = vec![field(1, 1, 72.0, 72.0)];
    assert_eq!(
        told(&account(json!({})).check(&order)),
        [
            "error field_missing /recipients/0/fields",
            "error field_missing /recipients/1/fields",
            "error field_missing /recipients/1/fields"
        ]
    );
    order.recipients[0].spec.fields.push(field(2, 1, 72.0, 72.0));
    order.recipients[1].spec.fields = vec![field(1, 1, 72.0, 300.0), field(2, 1, 72.0, 300.0)];
    assert_eq!(told(&account(json!({})).check(&order)), [""; 0]);
    let places = sent(json!({}), &order)["destinatarios"][1]["assinarOnline"]["definirPosicaoAssinaturaManual"].clone();
    assert_eq!(places.as_array().unwrap().len(), 2);
}

#[test]
fn quirk_17_the_full_reading_is_asked_for_documents_alone_and_streamed() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    let offer = case.read(&*account, &[status(4, "Concluído")]).artifacts.remove(0);
    let Fetch::Direct(call) = account.fetch(&offer, &case.view(), &moment(), &FetchHistory::default()).unwrap() else {
        panic!("a call")
    };
    assert_eq!(call.url.query(), Some("arquivoTipo=1&retornarRegistroAssinatura=false"));
    assert!(matches!(call.reply_to, ReplyTo::JsonWithFiles { .. }));
}

#[test]
fn quirk_18_a_switch_that_is_off_may_fall_back_to_the_account() {
    let mut order = example_order();
    order
        .spec
        .provider_options
        .insert("arqsign".to_owned(), json!({ "gerar_qr_code": false, "obrigar_leitura": false }));
    assert_eq!(
        told(&account(json!({})).check(&order)),
        [
            "warning may_fall_back /provider_options/arqsign/gerar_qr_code",
            "warning may_fall_back /provider_options/arqsign/obrigar_leitura"
        ]
    );
    assert_eq!(sent(json!({}), &order)["configuracoesAvancadas"], json!({ "gerarQrCode": 0, "obrigarLeitura": false }));
}

#[test]
fn quirk_19_a_webhook_is_never_answered_with_401_403_or_404() {
    let account = account(json!({}));
    let request = webhook(&json!({ "IdProcesso": "foreign" }));
    for taken in [Taken::Stored, Taken::NotStored, Taken::Forged] {
        let answer = account.callback_answer(&request, taken);
        assert!(![401, 403, 404].contains(&answer.status), "{taken:?}");
    }
}

#[test]
fn the_lists_of_the_neutral_envelope_have_no_empty_members() {
    // Section 1.1: optional members are left out instead of sent empty.
    fn has_empty(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty() || items.iter().any(has_empty),
            Value::Object(members) => members.is_empty() || members.values().any(has_empty),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }
    for order in [neutral_envelope(), example_order(), two_turns()] {
        let body = sent(json!({}), &order);
        assert!(!has_empty(&body), "{body}");
    }
}
