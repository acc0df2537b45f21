//! What sending looks like on the wire. Sections 1, 2.1, 2.2 and 6.

use std::time::Duration;

use domain::envelope::{ActsAs, Authentication, Delivery, Reminders, Role, SignatureLevel};
use domain::order::Order;
use domain::steps::{Repeat, WhenInDoubt};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, FileRef, FileSource, Method};
use provider_clients::provider::{Cancels, Corrects, Reminds, SeenToBy};
use serde_json::{Value, json};

use crate::envelope::neutral_envelope;
use crate::support::{
    Case, FOLDER, SENDER, account, at, document, document_id, example_order, field, json_of, moment, order, recipient,
    signer, stored, two_turns,
};

#[test]
fn the_contracts_example_is_sent_exactly_so() {
    let account = account(json!({}));
    let mut order = example_order();
    order.spec.subject = "Contrato de locação 4711".to_owned();
    order.spec.message = Some("Prezados, segue o contrato.".to_owned());
    order.spec.reminders = Some(Reminders { every_days: 3 });
    let case = Case::new(order);
    assert_eq!(
        case.process(&*account),
        json!({
            "idResponsavel": SENDER, "nomeProcesso": "Contrato de locação 4711 [v7w6x5y4z3a2]", "idPasta": FOLDER,
            "configuracoesAvancadas": { "frequenciaLembretesDias": 3 },
            "mensagemPadrao": { "titulo": "Contrato de locação 4711", "texto": "Prezados, segue o contrato." },
            "usarOrdemAssinatura": false,
            "usarPosicaoAssinaturaAutomatica": true,
            "destinatarios": [
                {
                    "idTipoAcao": 1, "nome": "Ana Souza", "email": "ana@example.com",
                    "assinarOnline": {
                        "assinarComo": 1, "idTipoAssinatura": 1,
                        "assinaturaEletronica": {
                            "obrigarSignatarioInformarNome": true,
                            "obrigarSignatarioInformarNumeroDocumento": true,
                            "tipoDocumentoAInformar": 1
                        }
                    }
                },
                { "idTipoAcao": 2, "nome": "Arquivo Central", "email": "arquivo@example.com" }
            ],
            "documentos": [{ "ordemDocumento": 1, "nomeComExtensao": "contrato.pdf", "arquivo": { "document": document_id(1).to_string(), "size": 48_213 } }]
        })
    );
}

#[test]
fn the_call_has_both_keys_as_secrets_and_streams_the_documents() {
    let account = account(json!({}));
    let call = Case::new(example_order()).sending(&*account);
    assert_eq!(call.method, Method::Post);
    assert_eq!(call.url.as_str(), "https://api-rest.arqsign.com/api/v2/processo/enviar-documento-para-assinar");
    let headers: Vec<_> = call.headers.iter().map(|h| (h.name, h.value.as_str(), h.secret)).collect();
    assert_eq!(
        headers,
        [
            ("accept", "application/json", false),
            ("appkey", "test-app-key-0001", true),
            ("subscriptionkey", "test-subscription-key-0001", true),
        ]
    );
    assert_eq!(call.timeout, Duration::from_secs(180));
    let shown = call.redacted().to_string();
    assert!(!shown.contains("test-app-key") && !shown.contains("test-subscription-key"), "{shown}");
    let Body::JsonWithFiles { template, files } = &call.body else { panic!("no files") };
    let [(token, file)] = files.as_slice() else { panic!("one document") };
    assert_eq!(*file, FileRef::plain(FileSource::Document(document_id(1)), 48_213));
    assert_eq!(template["documentos"][0]["arquivo"], json!(token));
    assert!(token.len() > 64, "a token is unguessable");
}

#[test]
fn what_a_submission_before_signed_stands_in_for_the_original() {
    let account = account(json!({}));
    let mut case = Case::new(example_order());
    case.signed_before.insert(document_id(1), stored());
    let Body::JsonWithFiles { files, .. } = case.sending(&*account).body else { panic!("no files") };
    assert_eq!(files[0].1, FileRef::plain(FileSource::Stored("objects/1".to_owned()), 60_112));
}

#[test]
fn one_call_creates_and_sends_and_a_person_or_a_webhook_settles_its_doubt() {
    let order = two_turns();
    let plans = account(json!({ "ambiguous_wait_s": 900 })).submissions(&order);
    let [plan] = plans.as_slice() else { panic!("one process holds everything") };
    assert_eq!(plan.validate(), Ok(()));
    let steps: Vec<_> = plan.steps.iter().map(|s| (s.id.as_str(), s.repeat, s.makes_live)).collect();
    assert_eq!(steps, [("create_and_send", Repeat::Once, true), ("link_recipients", Repeat::Repeatable, false)]);
    assert_eq!(plan.steps[0].in_doubt, WhenInDoubt::Park { hold: Duration::from_secs(900) });
    assert_eq!(plan.steps[1].needs, ["create_and_send"]);
    assert_eq!((plan.recipients.len(), plan.documents.len()), (2, 1));
}

#[test]
fn an_unknown_step_is_a_defect() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let other = domain::steps::Step::repeatable("merge");
    assert!(account.request(&other, &case.view(), &moment()).is_err());
}

#[test]
fn version_three_asks_for_links_and_silence_where_the_caller_shows_them() {
    let account = account(json!({ "send_api_version": "v3" }));
    let mut order = example_order();
    order.recipients[0].spec.delivery = Some(Delivery::None);
    let case = Case::new(order);
    let call = case.sending(&*account);
    assert_eq!(call.url.path(), "/api/v3/processo/enviar-documento-para-assinar");
    let sent = &json_of(&call)["destinatarios"];
    assert_eq!((&sent[0]["alterarNotificacoes"], &sent[0]["retornarLinkProcesso"]), (&json!(1), &json!(true)));
    assert_eq!(sent[0]["email"], "ana@example.com");
    assert!(sent[1].get("alterarNotificacoes").is_none() && sent[1].get("retornarLinkProcesso").is_none());
    assert!(account.abilities().signing_url);
}

#[test]
fn version_two_never_gets_members_of_version_three() {
    let account = account(json!({}));
    let text = json_of(&Case::new(neutral_envelope()).sending(&*account)).to_string();
    for member in ["alterarNotificacoes", "retornarLinkProcesso", "linkDoArquivo"] {
        assert!(!text.contains(member), "{member}");
    }
}

#[test]
fn levels_become_kinds_of_signatures_and_two_is_never_sent() {
    let account = account(json!({}));
    for (level, kind) in [
        (None, 1),
        (Some(SignatureLevel::Simple), 1),
        (Some(SignatureLevel::Advanced), 4),
        (Some(SignatureLevel::Qualified), 3),
    ] {
        let mut order = example_order();
        order.recipients[0].spec.signature_level = level;
        let sent = Case::new(order).recipient(&*account);
        assert_eq!(sent["assinarOnline"]["idTipoAssinatura"], kind);
        assert_eq!(sent["assinarOnline"].get("assinaturaEletronica").is_some(), kind == 1);
    }
}

#[test]
fn a_signer_acts_for_a_person_a_company_or_both() {
    let account = account(json!({}));
    for (acts_as, number) in [(ActsAs::Person, 1), (ActsAs::Organization, 2), (ActsAs::Both, 3)] {
        let mut order = example_order();
        order.recipients[0].spec.acts_as = acts_as;
        let sent = Case::new(order).recipient(&*account);
        assert_eq!(sent["assinarOnline"]["assinarComo"], number);
        let company = sent["assinarOnline"]["assinaturaEletronica"].get("tipoDocumentoEmpresaAInformar").cloned();
        assert_eq!(company, (number > 1).then(|| json!(5)));
    }
}

#[test]
fn a_foreign_identity_number_is_another_document_with_its_form() {
    let account = account(json!({}));
    for (kind, value, expected) in [
        (
            NationalIdType::Rut,
            "12.345.678-5",
            json!({ "nomeDocumento": "RUT", "formatoDadosDocumento": 2, "qtdeCaracteresDocumento": 9 }),
        ),
        (
            NationalIdType::Nif,
            "12345678Z",
            json!({ "nomeDocumento": "NIF", "formatoDadosDocumento": 1, "qtdeCaracteresDocumento": 9 }),
        ),
        (
            NationalIdType::Passport,
            "AAB123456",
            json!({ "nomeDocumento": "Passaporte", "formatoDadosDocumento": 1, "qtdeCaracteresDocumento": 9 }),
        ),
    ] {
        let mut order = example_order();
        order.recipients[0].spec.national_id = NationalId::new(kind, value, None).ok();
        let sent = Case::new(order).recipient(&*account);
        let electronic = &sent["assinarOnline"]["assinaturaEletronica"];
        assert_eq!(electronic["tipoDocumentoAInformar"], 4);
        assert_eq!(electronic["configuracaoDocumentoOutro"], expected);
        assert!(sent["assinarOnline"]["dadosAssinatura"]["signatario"].get("validarDocumento").is_none());
    }
}

#[test]
fn access_codes_go_by_every_channel() {
    let account = account(json!({}));
    for (delivery, expected) in [
        (None, json!({ "codigoSeguranca": "9067", "idMeioEnvio": 4 })),
        (Some(Delivery::None), json!({ "codigoSeguranca": "9067", "idMeioEnvio": 4 })),
        (
            Some(Delivery::Email),
            json!({ "codigoSeguranca": "9067", "idMeioEnvio": 3, "codigoSegurancaEmail": "ana@example.com" }),
        ),
        (
            Some(Delivery::Sms),
            json!({ "codigoSeguranca": "9067", "idMeioEnvio": 1, "codigoSegurancaTelefone": "+5531999998888", "reenviarCodigo": false }),
        ),
        (
            Some(Delivery::Whatsapp),
            json!({ "codigoSeguranca": "9067", "idMeioEnvio": 2, "codigoSegurancaTelefone": "+5531999998888", "reenviarCodigo": false }),
        ),
    ] {
        let mut order = example_order();
        order.recipients[0].spec.phone = Some("+5531999998888".parse().unwrap());
        let code = Some("9067".to_owned());
        order.recipients[0].spec.authentication =
            vec![Authentication::AccessCode { code, delivery, phone: None, resend: false }];
        let case = Case::new(order);
        assert_eq!(case.recipient(&*account)["assinarOnline"]["seguranca"], expected);
        assert!(!case.sending(&*account).redacted().to_string().contains("9067"), "a code is never shown");
    }
}

#[test]
fn turns_are_dense_and_copies_have_none() {
    let account = account(json!({}));
    let mut order = two_turns();
    order.recipients.push(domain::envelope::OrderRecipient {
        id: crate::support::recipient_id(3),
        spec: recipient(Role::Copy, "Arquivo", "arquivo@example.com", 3),
    });
    order.recipients.push(domain::envelope::OrderRecipient {
        id: crate::support::recipient_id(4),
        spec: recipient(Role::Signer, "Carla Dias", "carla@example.com", 7),
    });
    let sent = json_of(&Case::new(order).sending(&*account));
    let turns: Vec<Value> =
        sent["destinatarios"].as_array().unwrap().iter().map(|r| r["ordemAssinatura"].clone()).collect();
    assert_eq!(turns, [json!(1), json!(2), Value::Null, json!(2)]);
    assert_eq!(sent["usarOrdemAssinatura"], true);
}

#[test]
fn a_deadline_is_rounded_up_to_whole_days() {
    let account = account(json!({}));
    for (deadline, days) in [
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-02T00:00:00Z", 1),
        ("1970-01-02T00:00:01Z", 2),
        ("1970-01-31T00:00:00Z", 30),
        ("2100-01-01T00:00:00Z", 999),
    ] {
        let mut order = example_order();
        order.spec.expires_at = Some(at(deadline));
        let sent = json_of(&Case::new(order).sending(&*account));
        assert_eq!(sent["configuracoesAvancadas"]["tempoExpiracaoDocumentoDias"], days, "{deadline}");
    }
    let plain = json_of(&Case::new(example_order()).sending(&*account));
    assert!(plain.get("configuracoesAvancadas").is_none(), "nothing is asked for, nothing is sent");
}

#[test]
fn a_long_subject_is_cut_and_the_reference_stays_whole() {
    let account = account(json!({}));
    let mut order = example_order();
    order.spec.subject = "ç".repeat(300);
    let sent = json_of(&Case::new(order).sending(&*account));
    let name = sent["nomeProcesso"].as_str().unwrap();
    assert_eq!(name.chars().count(), 250);
    assert!(name.ends_with("ç [v7w6x5y4z3a2]"));
    assert_eq!(sent["mensagemPadrao"]["titulo"].as_str().unwrap().chars().count(), 150);
}

#[test]
fn file_names_end_in_pdf_are_unique_and_fit() {
    let account = account(json!({}));
    let mut order = example_order();
    order.documents.extend([document(2), document(3), document(4)]);
    for (document, name) in order.documents.iter_mut().zip(["Contrato.PDF", "contrato", " ", &"x".repeat(200)]) {
        document.name = name.to_owned();
    }
    order.documents[2].filename = "a/b.pdf".to_owned();
    let sent = json_of(&Case::new(order).sending(&*account));
    let names: Vec<&str> =
        sent["documentos"].as_array().unwrap().iter().map(|d| d["nomeComExtensao"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["Contrato.pdf", "contrato (2).pdf", "a_b.pdf"]);
    assert_eq!(names[3].chars().count(), 150);
}

#[test]
fn a_message_of_ones_own_needs_both_members() {
    let account = account(json!({}));
    let mut order = example_order();
    order.recipients[0].spec.message = Some("Só para você.".to_owned());
    let own =
        |order: &Order| Case::new(order.clone()).recipient(&*account)["assinarOnline"]["mensagemPersonalizada"].clone();
    assert_eq!(own(&order), json!({ "titulo": "Contrato de locação 4711", "texto": "Só para você." }));
    order.recipients[0].spec.message = None;
    order.recipients[0].spec.provider_options.insert("arqsign".to_owned(), json!({ "titulo": "Oi" }));
    assert_eq!(own(&order), json!({ "titulo": "Oi", "texto": "Contrato de locação 4711" }));
    order.spec.message = Some("Para todos.".to_owned());
    assert_eq!(own(&order), json!({ "titulo": "Oi", "texto": "Para todos." }));
}

#[test]
fn what_the_account_can_do_after_sending_is_what_the_contract_says() {
    let abilities = account(json!({})).abilities();
    assert_eq!(abilities.cancel, Cancels::ByCall);
    assert_eq!(abilities.remind, Reminds::Everybody);
    assert_eq!(abilities.corrects, Corrects::Transaction);
    assert_eq!((abilities.expiry, abilities.reminders), (SeenToBy::Broker, SeenToBy::Provider));
    assert!(abilities.callbacks && abilities.evidence && !abilities.signing_url && !abilities.own_page);
}

#[test]
fn only_fields_of_every_signer_make_places_manual() {
    let account = account(json!({}));
    let mut order = order(vec![signer("Ana Souza", "ana@example.com")]);
    assert_eq!(json_of(&Case::new(order.clone()).sending(&*account))["usarPosicaoAssinaturaAutomatica"], true);
    order.recipients[0].spec.fields = vec![field(1, 1, 72.0, 72.0)];
    let sent = json_of(&Case::new(order).sending(&*account));
    assert_eq!(sent["usarPosicaoAssinaturaAutomatica"], false);
    assert_eq!(
        sent["destinatarios"][0]["assinarOnline"]["definirPosicaoAssinaturaManual"],
        json!([{ "documentoDeOrdem": 1, "pessoaFisica": { "pagina": 1, "altura": 20.0, "largura": 60.0, "posicaoX": 25.4, "posicaoY": 25.4 } }])
    );
}

#[test]
fn a_place_at_the_very_edge_is_never_a_zero() {
    let account = account(json!({}));
    let mut order = order(vec![signer("Ana Souza", "ana@example.com")]);
    order.recipients[0].spec.fields = vec![field(1, 1, 0.0, 0.0)];
    let place =
        Case::new(order).recipient(&*account)["assinarOnline"]["definirPosicaoAssinaturaManual"][0]["pessoaFisica"]
            .clone();
    assert_eq!((&place["posicaoX"], &place["posicaoY"]), (&json!(0.01), &json!(0.01)));
}
