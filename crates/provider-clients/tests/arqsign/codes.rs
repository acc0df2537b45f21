//! Every message and status of the tables becomes its class and names its place. Section 2.18.

use std::time::Duration;

use domain::finding::FindingSource;
use domain::outcome::{Class, Refusal};
use provider_clients::reply::Reply;
use serde_json::json;

use crate::envelope::neutral_envelope;
use crate::support::{Case, account, example_order, refusal, refused};

fn told(reply: &Reply) -> Refusal {
    refused(Case::new(neutral_envelope()).created(&*account(json!({})), reply))
}

fn places(refusal: &Refusal) -> Vec<&str> {
    refusal.blames.iter().map(|b| b.pointer.as_str()).collect()
}

#[test]
fn every_general_message_has_its_class_and_its_place() {
    for (status, text, class, at) in [
        (
            400,
            "O(s) item(ns) listado(s) é(são) obrigatório(s): idResponsavel, nomeProcesso",
            Class::InvalidRequest,
            &["/settings/id_responsavel", "/subject"][..],
        ),
        (
            400,
            "O item listado é obrigatório: email",
            Class::InvalidRequest,
            &["/recipients/0/email", "/recipients/1/email"],
        ),
        (
            400,
            "O(s) item(ns) listado(s) está(ão) com o formato incorreto: tempoExpiracaoDocumentoDias",
            Class::InvalidRequest,
            &["/expires_at"],
        ),
        (400, "O(s) id(s) listado(s) não existe(m): idProcesso", Class::NotFound, &[]),
        (400, "O(s) id(s) listado(s) não existe(m): idArquivoProcesso", Class::NotFound, &[]),
        (400, "O(s) id(s) listado(s) não existe(m): idConfWebHook", Class::NotFound, &[]),
        (
            400,
            "O(s) id(s) listado(s) não existe(m): idPasta",
            Class::InvalidRequest,
            &["/provider_options/arqsign/id_pasta"],
        ),
        (
            400,
            "O(s) id(s) listado(s) não existe(m): idProcesso, idPasta",
            Class::InvalidRequest,
            &["/provider_options/arqsign/id_pasta"],
        ),
        (400, "Algum parâmetro está incorreto ou é inexistente.", Class::InvalidRequest, &[]),
        (400, "Documento excluído.", Class::NotFound, &[]),
        (400, "Processo excluído.", Class::NotFound, &[]),
        (400, "Saldo de créditos de Envios ou WhatsApp ou SMS insuficiente", Class::InsufficientCredit, &[]),
        (422, "Saldo de créditos de Envios ou WhatsApp ou SMS insuficiente", Class::InsufficientCredit, &[]),
        (400, "Arquivo no formato inválido.", Class::InvalidRequest, &["/documents/0", "/documents/1"]),
        (400, "Não é permitido arquivo com tamanho maior que 100MB.", Class::InvalidRequest, &["/documents"]),
        (400, "Conta bloqueada.", Class::Permission, &["/credentials/app_key"]),
        (
            401,
            "Acesso não autorizado.",
            Class::Authentication,
            &["/credentials/app_key", "/credentials/subscription_key"],
        ),
        (404, "Método não encontrado.", Class::NotFound, &["/settings/base_url"]),
        (422, "Alguma regra nova.", Class::InvalidRequest, &[]),
        (403, "Plano sem integração.", Class::Permission, &[]),
        (403, "Quota exceeded for this month.", Class::RateLimited, &[]),
        (429, "Too many requests", Class::RateLimited, &[]),
    ] {
        let refusal = told(&refusal(status, text));
        assert_eq!((refusal.class, places(&refusal).as_slice()), (class, at), "{text}");
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            (format!("enviar-documento-para-assinar/http_{status}"), text)
        );
    }
}

#[test]
fn every_validation_message_names_whom_it_may_mean_under_both_statuses() {
    let order = "Quando o parâmetro usarOrdemDeAssinatura for igual a true, é obrigatório definir ordem de assinatura para o(s) signatário(s) com ação de Assinar Online.";
    let [ana, bruno] = [0, 1].map(|index| move |member: &str| format!("/recipients/{index}/{member}"));
    let both = |member: &str| vec![ana(member), bruno(member)];
    let whatsapp = |member: &str| vec![format!("/recipients/2/{member}")];
    let every = |member: &str| (0..3).map(|index| format!("/recipients/{index}/{member}")).collect::<Vec<_>>();
    let files = |member: &str| (0..2).map(|index| format!("/documents/{index}{member}")).collect::<Vec<_>>();
    let one = |place: &str| vec![place.to_owned()];
    for (text, at) in [
        (order, both("routing_order")),
        ("Existem destinatários duplicados na mesma posição de ordem de assinatura. Verifique.", one("/recipients")),
        ("O parâmetro email ou telefone é obrigatório.", [both("email"), whatsapp("phone")].concat()),
        (
            "Somente é possível enviar o processo para um e-mail ou telefone. Escolha uma forma de envio.",
            every("delivery"),
        ),
        ("E-mail inválido.", both("email")),
        ("Telefone inválido.", whatsapp("phone")),
        (
            "Somente é possível enviar processos por WhatsApp para signatários com tipo de assinatura eletrônica ou com ação de receber cópia.",
            whatsapp("signature_level"),
        ),
        (
            "O parâmetro representacaoVisualAssinatura permite somente valor 1, 2 ou 3.",
            one("/recipients/0/provider_options/arqsign/representacao_visual"),
        ),
        (
            "O(s) Papel(is) do(s) Signatário(s) informado(s) não existe(m) para a conta.",
            one("/recipients/0/provider_options/arqsign"),
        ),
        ("O parâmetro idMeioEnvio permite somente valores 1, 2, 3 ou 4.", one("/recipients/0/authentication")),
        (
            "O parâmetro codigoSegurancaEmail é obrigatório quando o parâmetro idMeioEnvio for igual a 3.",
            one("/recipients/0/authentication"),
        ),
        (
            "O parâmetro codigoSegurancaTelefone é obrigatório quando o parâmetro idMeioEnvio for igual a 1 ou 2.",
            one("/recipients/0/authentication"),
        ),
        ("Os parâmetros contidos em anexos não são obrigatórios, porém…", one("/recipients/0/requested_attachments")),
        ("Não é permitido configurar anexos com mesmo nome.", one("/recipients/0/requested_attachments")),
        ("Posicionamento definirPosicaoAssinaturaManual fora dos limites da página.", both("fields")),
        ("Somente é permitido uma representação por tipo de assinatura.", both("fields")),
        (
            "O parâmetro documentoDeOrdem é obrigatório quando no processo possuir mais de um arquivo para assinatura.",
            both("fields"),
        ),
        ("Não existe o documento na ordem 3 informada no parâmetro “documentoDeOrdem”.", both("fields")),
        ("É necessário enviar os parâmetros pessoaFisica quando…", both("fields")),
        ("É necessário enviar os parâmetros pessoaJuridica quando…", both("fields")),
        ("A página \"9\" não existe no arquivo.", both("fields")),
        ("As páginas \"8, 9\" não existem no arquivo.", both("fields")),
        ("O parâmetro idTipoAssinatura permite somente valores 1, 3 ou 4.", both("signature_level")),
        ("O parâmetro tipoDocumentoAInformar permite somente valores 1, 2, 3 ou 4.", both("national_id")),
        ("O parâmetro tipoDocumentoEmpresaAInformar permite somente valores 4 ou 5.", both("organization")),
        (
            "O parâmetro configuracaoDocumentoOutro é obrigatório quando tipoDocumentoAInformar for igual a 4.",
            both("national_id"),
        ),
        (
            "O parâmetro configuracaoDocumentoEmpresaOutro é obrigatório quando tipoDocumentoEmpresaAInformar for igual a 4.",
            both("organization"),
        ),
        ("São permitidos até 250 caracteres no parâmetro nome.", both("name")),
        ("O valor informado no parâmetro numeroDocumento é inválido para CPF", both("national_id")),
        (
            "O parâmetro label é obrigatório quando informar o parâmetro valor.",
            one("/recipients/0/provider_options/arqsign/dados_complementares"),
        ),
        (
            "O parâmetro valor é obrigatório quando informar o parâmetro label.",
            one("/recipients/0/provider_options/arqsign/dados_complementares"),
        ),
        (
            "É permitido enviar até 25 arquivos por processo, cujo tamanho não ultrapasse a soma de 100MB.",
            one("/documents"),
        ),
        ("Não é permitido um arquivo ou uma coleção de arquivos que ultrapasse a soma de 100MB.", one("/documents")),
        ("O arquivo contrato.pdf é inválido. Somente é permitido arquivo do tipo PDF.", files("")),
        ("É obrigatório enviar ao menos um arquivo do tipo PDF.", one("/documents")),
        (
            "Para processo com mais de um arquivo o parâmetro ordemDocumento é obrigatório em cada documento.",
            files("/order"),
        ),
        ("Não é permitido arquivos com a mesma ordem.", files("/order")),
        ("O tamanho do nome do arquivo não pode ultrapassar a 150 caracteres.", files("/name")),
        ("Não é permitido arquivos com mesmo nome.", files("/name")),
        ("idPasta não encontrado.", one("/provider_options/arqsign/id_pasta")),
    ] {
        for status in [400, 422] {
            let refusal = told(&refusal(status, text));
            assert_eq!(
                (refusal.class, places(&refusal)),
                (Class::InvalidRequest, at.iter().map(String::as_str).collect()),
                "{text}"
            );
        }
    }
}

#[test]
fn a_folder_of_the_account_is_the_accounts_fault() {
    let refusal =
        refused(Case::new(example_order()).created(&*account(json!({})), &refusal(400, "idPasta não encontrado.")));
    assert_eq!(places(&refusal), ["/settings/id_pasta"]);
    assert_eq!(refusal.blames[0].source, FindingSource::Account);
}

#[test]
fn every_form_of_a_body_is_read() {
    let text = "Conta bloqueada.";
    for body in [
        json!(text).to_string(),
        text.to_owned(),
        format!("\u{feff}\"{text}\""),
        json!([text]).to_string(),
        json!({ "message": text }).to_string(),
        json!({ "mensagem": text }).to_string(),
        json!({ "Message": text }).to_string(),
        json!({ "Mensagem": text }).to_string(),
        json!({ "title": text }).to_string(),
        json!({ "detail": text }).to_string(),
        json!({ "error": text }).to_string(),
        json!({ "message": "", "detail": text }).to_string(),
        json!({ "errors": { "conta": [text] } }).to_string(),
        json!({ "errors": [text] }).to_string(),
    ] {
        let refusal = told(&Reply::new(400, body.clone()));
        assert_eq!((refusal.class, refusal.message.as_str()), (Class::Permission, text), "{body}");
    }
    let coded = told(&Reply::new(400, json!({ "codigo": 17, "mensagem": text }).to_string()));
    assert_eq!(coded.code, "enviar-documento-para-assinar/17");
    for body in ["", "null", "{}"] {
        assert_eq!(told(&Reply::new(422, body)).message, "HTTP status 422 without a text of the provider.");
    }
    assert_eq!(told(&Reply::new(400, "x".repeat(9000))).message.len(), 500);
    let gateway = told(&Reply::new(429, r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#));
    assert_eq!((gateway.class, gateway.message.as_str()), (Class::RateLimited, "Rate limit is exceeded."));
}

#[test]
fn case_accents_quotes_dots_and_blanks_do_not_matter() {
    for text in ["CONTA BLOQUEADA", "conta  bloqueada...", "“Conta bloqueada”", " conta\nbloqueada "] {
        assert_eq!(told(&refusal(400, text)).class, Class::Permission, "{text}");
    }
    assert_eq!(told(&refusal(401, "acesso nao autorizado")).class, Class::Authentication);
}

#[test]
fn too_many_calls_wait_as_long_as_the_answer_says() {
    let mut reply = Reply::new(429, "");
    assert_eq!(told(&reply).retry_after, Some(Duration::from_secs(60)));
    reply.retry_after = Some(Duration::from_secs(7));
    assert_eq!(told(&reply).retry_after, Some(Duration::from_secs(7)));
    let own = account(json!({ "rate_limit_statuses": [420, 503], "rate_limit_default_wait_s": 9 }));
    for status in [420, 503] {
        let refusal = refused(Case::new(example_order()).created(&*own, &Reply::new(status, "")));
        assert_eq!((refusal.class, refusal.retry_after), (Class::RateLimited, Some(Duration::from_secs(9))));
    }
}

#[test]
fn the_accounts_own_messages_come_first() {
    let own = account(
        json!({ "error_messages": { "Limite do plano": "insufficient_credit", "Conta bloqueada": "authentication" } }),
    );
    let class = |text: &str| refused(Case::new(example_order()).created(&*own, &refusal(400, text))).class;
    assert_eq!(class("LIMITE do plano atingido."), Class::InsufficientCredit);
    assert_eq!(class("Conta bloqueada."), Class::Authentication);
}

#[test]
fn the_accounts_own_pointers_find_the_text() {
    let own = account(json!({ "error_message_pointers": ["/erro/texto"] }));
    let reply = Reply::new(400, json!({ "message": "x", "Erro": { "Texto": "Conta bloqueada." } }).to_string());
    assert_eq!(refused(Case::new(example_order()).created(&*own, &reply)).class, Class::Permission);
}

#[test]
fn secrets_that_a_refusal_repeats_are_not_shown() {
    let refusal = told(&refusal(400, "Chave test-app-key-0001, test-subscription-key-0001, código 1234"));
    for secret in ["test-app-key-0001", "test-subscription-key-0001", "1234"] {
        assert!(!refusal.message.contains(secret), "{}", refusal.message);
    }
}
