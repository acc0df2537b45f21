//! Fetching signed documents, signature records and files of signers. Sections 2.3, 2.8 and 2.9.

use std::time::Duration;

use domain::envelope::RequestedAttachment;
use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use domain::steps::StepOutput;
use provider_clients::call::{Call, Content, Method, ReplyTo};
use provider_clients::provider::{Account, Fetch, FetchHistory, Fetched};
use provider_clients::reply::{Reply, ReplyBody};
use serde_json::{Value, json};

use crate::support::{
    ANA, Case, DOCUMENT, PROCESS, account, answer, document_id, done, example_order, json_of, listed, moment,
    recipient_id, refusal, refused, signers, status, stored, unknown, with,
};

fn concluded() -> Case {
    Case::sent(example_order())
}

fn offers(account: &dyn Account, case: &Case) -> Vec<ArtifactOffer> {
    case.read(account, &[status(4, "Concluído")]).artifacts
}

fn fetch(account: &dyn Account, case: &Case, offer: &ArtifactOffer, direct_failed: u32) -> Fetch {
    let history = FetchHistory { direct_failed, ..FetchHistory::default() };
    account.fetch(offer, &case.view(), &moment(), &history).unwrap()
}

fn direct(account: &dyn Account, case: &Case, offer: &ArtifactOffer, direct_failed: u32) -> Call {
    match fetch(account, case, offer, direct_failed) {
        Fetch::Direct(call) => *call,
        other => panic!("{other:?}"),
    }
}

fn fetched(case: &Case, offer: &ArtifactOffer, reply: &Reply) -> Outcome<Fetched> {
    account(json!({})).fetch_reply(offer, &case.view(), reply)
}

/// An answer in which the file with this token was stored.
fn with_file(body: &Value, token: &str) -> Reply {
    let mut reply = answer(body);
    reply.files.insert(token.to_owned(), stored());
    reply
}

fn keys(fetched: Fetched) -> Vec<(String, Option<String>)> {
    match fetched {
        Fetched::Files(files) => files.into_iter().map(|(key, file)| (key, file.content_type)).collect(),
        Fetched::Archive(_) => panic!("no archive"),
    }
}

/// The contract's full reading of a concluded process, with a token in the file's place.
fn full(changes: Value) -> Value {
    let body = json!({
        "nomeProcesso": "Contrato", "status": "Concluído", "idStatus": 4, "dataConclusao": "2025-07-03T09:20:45",
        "signatarios": [{
            "ordemAssinatura": 1, "id": ANA, "nome": "Ana Souza", "email": "ana@example.com", "telefone": null,
            "aguardandoEnvio": false, "falhaEnvio": false, "idTipoAcao": 1, "copiaEnviada": false, "assinaturaRecusada": false,
            "dadosAssinatura": { "idTipoAssinatura": 1, "dataAssinatura": "2025-07-03T09:20:45", "anexos": null }
        }, {
            "ordemAssinatura": null, "id": "copy", "nome": "Arquivo Central", "email": "arquivo@example.com", "idTipoAcao": 2,
            "copiaEnviada": true, "dadosAssinatura": null
        }],
        "documentos": [{
            "id": DOCUMENT, "ordemDocumento ": 1, "nomeDocumento": "contrato.pdf", "linkDocumentoCompartilhado": null,
            "linkParaBaixarDocumento": null, "base64Documento": "token-document",
            "registroAssinaturas": { "nome": "contrato_registro de assinaturas.pdf", "base64": "token-record" }
        }]
    });
    with(body, changes)
}

#[test]
fn a_concluded_process_offers_each_document_and_its_record() {
    let account = account(json!({}));
    let told: Vec<_> = offers(&*account, &concluded())
        .into_iter()
        .map(|o| (o.kind, o.documents, o.filename, o.source, o.essential))
        .collect();
    assert_eq!(
        told,
        [
            (
                ArtifactKind::SignedDocument,
                vec![document_id(1)],
                "contract-signed.pdf".to_owned(),
                DOCUMENT.to_owned(),
                true
            ),
            (
                ArtifactKind::Evidence,
                vec![document_id(1)],
                "contract-evidence.pdf".to_owned(),
                DOCUMENT.to_owned(),
                false
            ),
        ]
    );
}

#[test]
fn a_signed_document_is_streamed_out_of_the_full_reading_without_records() {
    let account = account(json!({ "max_artifact_bytes": 77 }));
    let case = concluded();
    let offer = offers(&*account, &case).remove(0);
    let call = direct(&*account, &case, &offer, 0);
    assert_eq!(
        (call.method, call.url.as_str()),
        (
            Method::Get,
            &*format!(
                "https://api-rest.arqsign.com/api/v2/processo/{PROCESS}?arquivoTipo=1&retornarRegistroAssinatura=false"
            )
        )
    );
    assert_eq!(call.timeout, Duration::from_secs(180));
    let ReplyTo::JsonWithFiles { file_limit, files, .. } = &call.reply_to else { panic!("not streamed") };
    assert_eq!((*file_limit, files[0]), (77, "/documentos/*/base64Documento"));
    let got = keys(done(fetched(&case, &offer, &with_file(&full(json!({})), "token-document"))));
    assert_eq!(got, [(offer.key(), Some("application/pdf".to_owned()))]);
    assert!(matches!(fetch(&*account, &case, &offer, 1), Fetch::GiveUp { .. }));
}

#[test]
fn a_document_of_an_unfinished_process_is_never_taken() {
    let account = account(json!({}));
    let case = concluded();
    let offer = offers(&*account, &case).remove(0);
    for id in [1, 2, 3, 5, 9] {
        let body = full(json!({ "idStatus": id }));
        let doubt = unknown(fetched(&case, &offer, &with_file(&body, "token-document")));
        assert_eq!(doubt.code.as_deref(), Some("processo/not_concluded"), "{id}");
    }
}

#[test]
fn a_record_is_fetched_by_the_documents_id_else_out_of_the_full_reading() {
    let account = account(json!({}));
    let case = concluded();
    let offer = offers(&*account, &case).remove(1);
    let call = direct(&*account, &case, &offer, 0);
    assert_eq!(call.url.path(), format!("/api/v1/processo/{DOCUMENT}/registro-assinaturas"));
    let body =
        json!({ "idArquivoProcesso": DOCUMENT, "nome": "contrato_Registro de Assinaturas.pdf", "base64": "token" });
    let got = keys(done(fetched(&case, &offer, &with_file(&body, "token"))));
    assert_eq!(got, [(offer.key(), Some("application/pdf".to_owned()))]);

    let again = direct(&*account, &case, &offer, 1);
    assert_eq!(again.url.query(), Some("arquivoTipo=1&retornarRegistroAssinatura=true"));
    for record in [json!({ "nome": "x", "base64": "token-record" }), json!([{ "nome": "x", "base64": "token-record" }])]
    {
        let mut body = full(json!({}));
        body["documentos"][0]["registroAssinaturas"] = record;
        assert_eq!(keys(done(fetched(&case, &offer, &with_file(&body, "token-record"))))[0].0, offer.key());
    }
    assert!(matches!(fetch(&*account, &case, &offer, 2), Fetch::GiveUp { .. }));
}

#[test]
fn after_an_adoption_documents_are_found_by_order_and_name() {
    let account = account(json!({}));
    let mut case = Case::new(example_order());
    case.outputs.insert("create_and_send".to_owned(), StepOutput::reference(PROCESS));
    let offers = offers(&*account, &case);
    assert_eq!(offers[1].source, "", "the document's id is not known");
    assert_eq!(
        direct(&*account, &case, &offers[1], 0).url.query(),
        Some("arquivoTipo=1&retornarRegistroAssinatura=true")
    );
    let mut body = full(json!({}));
    body["documentos"][0].as_object_mut().unwrap().remove("ordemDocumento ");
    body["documentos"][0]["nomeDocumento"] = json!("CONTRATO.pdf");
    assert_eq!(keys(done(fetched(&case, &offers[0], &with_file(&body, "token-document"))))[0].0, offers[0].key());
    body["documentos"][0]["nomeDocumento"] = json!("outro.pdf");
    assert_eq!(refused(fetched(&case, &offers[0], &with_file(&body, "token-document"))).code, "processo/no_file");
}

#[test]
fn files_of_signers_are_told_and_fetched_together() {
    let account = account(json!({}));
    let mut order = example_order();
    order.recipients[0].spec.requested_attachments =
        vec![RequestedAttachment { name: "RG frente".to_owned(), required: true, shared: false }];
    let case = Case::sent(order);
    let uploads = json!([{ "id": "9D2C", "anexoDocumentoNome": "Ana Souza RG frente.jpg" }, { "id": "9d2d", "anexoDocumentoNome": null }]);
    let list = signers(
        4,
        "Concluído",
        vec![with(listed(ANA, "ana@example.com", 1), json!({ "assinado": 1, "anexos": uploads }))],
    );
    let reading = case.read(&*account, &[status(4, "Concluído"), list]);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
    let offers = &reading.artifacts[2..];
    assert_eq!((offers[0].kind, offers[0].recipient), (ArtifactKind::SignerAttachment, Some(recipient_id(1))));
    assert_eq!((offers[0].filename.as_str(), offers[1].filename.as_str()), ("Ana Souza RG frente.jpg", "9d2d"));

    let call = direct(&*account, &case, &offers[0], 0);
    assert_eq!(
        (call.method, call.url.path()),
        (Method::Post, &*format!("/api/v1/processo/{PROCESS}/buscar-anexos-signatarios"))
    );
    assert_eq!(json_of(&call), json!({ "arquivoTipo": 1, "signatarios": [ANA] }));
    let body = json!([
        { "idSignatario": ANA.to_uppercase(), "nome": "Ana Souza", "anexos": [
            { "id": "9d2c", "nome": "RG frente rg.jpg", "arquivo": "token-1" }, { "id": "9d2d", "nome": "x.bin", "arquivo": "token-2" }
        ] },
        { "idSignatario": "nobody", "anexos": [{ "id": "z", "nome": "z.pdf", "arquivo": "token-3" }] },
        { "idSignatario": "other", "anexos": null }
    ]);
    let mut reply = with_file(&body, "token-1");
    reply.files.insert("token-2".to_owned(), stored());
    reply.files.insert("token-3".to_owned(), stored());
    assert_eq!(
        keys(done(fetched(&case, &offers[0], &reply))),
        [
            (offers[0].key(), Some("image/jpeg".to_owned())),
            (offers[1].key(), Some("application/octet-stream".to_owned())),
        ]
    );
    assert_eq!(refused(fetched(&case, &offers[0], &answer(&json!([])))).class, Class::NotFound);
}

#[test]
fn links_are_read_once_the_process_is_concluded_and_followed_without_the_keys() {
    let account = account(json!({ "download_mode": "link" }));
    let case = concluded();
    let mut body = full(json!({}));
    body["documentos"][0]["linkParaBaixarDocumento"] = json!("https://files.arqsign.test/d/1?sig=abc");
    let request = case.status_request(&*account);
    let next = done(case.told(&*account, &request, &answer(&status(4, "Concluído")))).next.unwrap();
    assert_eq!(next.call.url.query(), Some("arquivoTipo=2&retornarRegistroAssinatura=false"));
    let reading = case.read(&*account, &[status(4, "Concluído"), body]);
    assert_eq!((reading.state, reading.differences), (Some(SubmissionState::Finalizing), None));
    let call = direct(&*account, &case, &reading.artifacts[0], 0);
    assert_eq!(call.url.as_str(), "https://files.arqsign.test/d/1?sig=abc");
    assert!(call.headers.iter().all(|h| h.name != "appkey" && h.name != "subscriptionkey"));
    assert!(!call.redacted().to_string().contains("sig=abc"), "a link is a secret");
    assert!(matches!(call.reply_to, ReplyTo::Store { content: Content::Pdf, .. }));
    let mut reply = Reply::new(200, "");
    reply.body = ReplyBody::Stored(stored());
    assert_eq!(keys(done(fetched(&case, &reading.artifacts[0], &reply)))[0].0, reading.artifacts[0].key());
    let again = direct(&*account, &case, &reading.artifacts[0], 1);
    assert_eq!(
        again.url.query(),
        Some("arquivoTipo=1&retornarRegistroAssinatura=false"),
        "else it is taken from the answer"
    );
}

#[test]
fn keys_go_with_a_link_only_where_the_account_says_so_and_to_known_hosts() {
    let case = concluded();
    for (settings, host, sends) in [
        (json!({}), "api-rest.arqsign.com", false),
        (json!({ "link_send_headers": true }), "api-rest.arqsign.com", true),
        (json!({ "link_send_headers": true }), "files.arqsign.test", false),
        (json!({ "link_send_headers": true, "link_hosts": ["files.arqsign.test"] }), "files.arqsign.test", true),
        (json!({ "link_send_headers": true, "link_hosts": ["files.arqsign.test"] }), "evil.test", false),
    ] {
        let account = account(settings);
        let mut offer = offers(&*account, &case).remove(0);
        offer.source = format!("link:https://{host}/d/1");
        let call = direct(&*account, &case, &offer, 0);
        assert_eq!(call.headers.iter().any(|h| h.name == "appkey" && h.secret), sends, "{host}");
    }
}

#[test]
fn what_may_pass_is_tried_again_and_what_is_final_is_not() {
    let account = account(json!({}));
    let case = concluded();
    let offer = offers(&*account, &case).remove(0);
    for reply in [
        Reply::new(500, ""),
        Reply::new(503, ""),
        Reply::new(429, ""),
        refusal(401, "Acesso não autorizado."),
        Reply::new(200, "<html>"),
    ] {
        assert!(matches!(fetched(&case, &offer, &reply), Outcome::Unknown(_)), "{}", reply.status);
    }
    assert_eq!(refused(fetched(&case, &offer, &refusal(400, "Documento excluído."))).class, Class::NotFound);
    let empty = full(json!({ "documentos": [] }));
    assert_eq!(refused(fetched(&case, &offer, &answer(&empty))).code, "processo/no_file");
}

#[test]
fn a_file_that_is_there_needs_no_call() {
    let account = account(json!({}));
    let case = concluded();
    let offer = offers(&*account, &case).remove(0);
    let history = FetchHistory { delivered: Some(stored()), ..FetchHistory::default() };
    let way = account.fetch(&offer, &case.view(), &moment(), &history).unwrap();
    assert!(matches!(way, Fetch::Delivered(file) if file == stored()));
}
