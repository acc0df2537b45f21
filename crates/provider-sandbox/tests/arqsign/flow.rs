//! The whole way of a process: requests, signatures, completion, decline, expiry.

use std::time::Duration;

use provider_sandbox::arqsign::Status;
use provider_sandbox::{ActError, NoticeKind, Script, ScriptAction, Scripts};
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, DAY, FOLDER, PROMISE, V2, copy, decoded, document, sending, sending_to, signatures, signer,
    signing_world, text, with, world,
};

fn in_order(email: &str, order: i64) -> Value {
    with(signer(email), "/ordemAssinatura", json!(order))
}

#[tokio::test]
async fn a_process_goes_from_sending_to_the_signed_files() {
    let world = world().await;
    let told = world.sent(&sending()).await;
    let id = text(&told["IdProcesso"]);
    let recipient = &told["destinatarios"][0];
    assert_eq!(recipient["formaEnvio"], "ana@example.com");
    assert_eq!((&recipient["ordem"], &recipient["nomeSignatario"]), (&json!(1), &json!("Ana Souza")));
    assert!(recipient.get("linkProcesso").is_none(), "version 2 has no links");
    assert_eq!(told["documentos"][0]["nome"], "contrato.pdf");
    assert_eq!(world.sandbox().count("arqsign", "ana@example.com", NoticeKind::Invitation), 1);
    assert_eq!(world.sandbox().count("arqsign", "arquivo@example.com", NoticeKind::Invitation), 0, "copies come last");
    let before = world.status(&id).await;
    assert_eq!((&before["status"], &before["idStatus"]), (&json!("Aguardando"), &json!(2)));

    world.arqsign().sign(&id, Some("ana@example.com")).await.unwrap();
    let after = world.status(&id).await;
    assert_eq!((&after["status"], &after["idStatus"]), (&json!("Concluído"), &json!(4)));
    assert!(after["dataConclusao"].is_string() && after["dataExpiracao"].is_null());
    assert_eq!(world.sandbox().count("arqsign", "arquivo@example.com", NoticeKind::Invitation), 1);
    let full = world.full(&id).await;
    assert_eq!(full["signatarios"][1]["copiaEnviada"], true);
    let signed = decoded(&full["documentos"][0]["base64Documento"]);
    assert_eq!(signatures(&signed), 1);
    assert_eq!(world.arqsign().signed(&id, 0).unwrap(), signed);
}

#[tokio::test]
async fn automatic_positions_append_a_page_and_manual_ones_leave_the_file_as_it_was() {
    let world = signing_world().await;
    let automatic = world.sent_id(&sending()).await;
    let mut manual = sending();
    manual["usarPosicaoAssinaturaAutomatica"] = json!(0);
    manual["destinatarios"][0]["assinarOnline"]["definirPosicaoAssinaturaManual"] = json!([
        { "pessoaFisica": { "pagina": 2, "altura": 20, "largura": 50, "posicaoX": 20, "posicaoY": 30 } },
    ]);
    let manual = world.sent_id(&manual).await;
    world.settle().await;
    let pages =
        |id: &str| lopdf::Document::load_mem(&world.arqsign().signed(id, 0).unwrap()).unwrap().get_pages().len();
    assert_eq!((pages(&automatic), pages(&manual)), (4, 3));
    let signed = world.arqsign().signed(&manual, 0).unwrap();
    assert!(signed.starts_with(CONTRACT) && signatures(&signed) == 1);
    // 20 mm from the left, 30 mm from the top of an A4 page of 841.89 points, 50 by 20 mm.
    let document = lopdf::Document::load_mem(&signed).unwrap();
    let widget = document.objects.values().find_map(|object| {
        let dictionary = object.as_dict().ok()?;
        (dictionary.get(b"FT").ok()?.as_name().ok()? == b"Sig").then_some(dictionary)
    });
    let corners = widget.unwrap().get(b"Rect").unwrap().as_array().unwrap().clone();
    let corners: Vec<f32> = corners.iter().map(|corner| corner.as_float().unwrap()).collect();
    for (corner, expected) in corners.iter().zip([56.69, 700.16, 198.43, 756.85]) {
        assert!((corner - expected).abs() < 0.3, "{corners:?}");
    }
}

#[tokio::test]
async fn orders_are_worked_one_after_another_and_equal_ones_together() {
    let world = world().await;
    let id = world
        .sent_id(&sending_to(&[
            in_order("c@example.com", 2),
            in_order("a@example.com", 1),
            in_order("b@example.com", 1),
        ]))
        .await;
    let invited = |email: &str| world.sandbox().count("arqsign", email, NoticeKind::Invitation);
    assert_eq!((invited("a@example.com"), invited("b@example.com"), invited("c@example.com")), (1, 1, 0));
    let full = world.full(&id).await;
    assert_eq!(full["signatarios"][0]["aguardandoEnvio"], true);
    assert_eq!(full["signatarios"][1]["aguardandoEnvio"], false);
    assert_eq!(world.arqsign().sign(&id, Some("c@example.com")).await, Err(ActError::NotTheirTurn));
    world.arqsign().sign(&id, Some("b@example.com")).await.unwrap();
    assert_eq!(world.arqsign().sign(&id, Some("b@example.com")).await, Err(ActError::AlreadyActed));
    assert_eq!(world.status(&id).await["idStatus"], 3);
    assert_eq!(invited("c@example.com"), 0);
    world.arqsign().sign(&id, None).await.unwrap();
    assert_eq!(invited("c@example.com"), 1);
    world.arqsign().sign(&id, None).await.unwrap();
    assert_eq!(world.arqsign().process(&id).unwrap().status, Status::Completed);
    assert_eq!(signatures(&world.arqsign().signed(&id, 0).unwrap()), 3);
}

#[tokio::test]
async fn without_an_order_all_are_asked_at_once() {
    let world = world().await;
    let unordered = sending_to(&[in_order("a@example.com", 5), in_order("b@example.com", 1)]);
    let id = world.sent_id(&with(unordered, "/usarOrdemAssinatura", json!(false))).await;
    let signers = world.signers(&id).await;
    assert_eq!((&signers["signatarios"][0]["ordem"], &signers["signatarios"][1]["ordem"]), (&json!(1), &json!(1)));
    assert!(world.arqsign().process(&id).unwrap().recipients.iter().all(|recipient| recipient.may_act));
}

#[tokio::test]
async fn a_decline_cancels_the_process_and_tells_its_reason() {
    let world = world().await;
    let id = world.sent_id(&sending_to(&[in_order("a@example.com", 1), in_order("b@example.com", 2)])).await;
    world.arqsign().decline_because(&id, None, "Valor errado").await.unwrap();
    let status = world.status(&id).await;
    assert_eq!((&status["status"], &status["idStatus"]), (&json!("Cancelado"), &json!(5)));
    assert!(status["dataCancelamento"].is_string());
    let signers = world.signers(&id).await;
    let first = &signers["signatarios"][0];
    assert_eq!((&first["assinaturaRecusada"], &first["motivoRecusa"]), (&json!(1), &json!("Valor errado")));
    assert_eq!(signers["usuarioCancelamento"], Value::Null, "nobody of the account did it");
    assert_eq!(signers["signatarios"][1]["assinaturaRecusada"], 0);
    assert_eq!(world.arqsign().sign(&id, Some("b@example.com")).await, Err(ActError::NotInProcess));
}

#[tokio::test]
async fn an_expired_process_keeps_its_status_and_nobody_can_sign() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    world.pass(DAY * 29).await;
    assert_eq!(world.status(&id).await["expirado"], 0);
    world.pass(DAY + Duration::from_secs(60)).await;
    let status = world.status(&id).await;
    assert_eq!((&status["idStatus"], &status["expirado"]), (&json!(2), &json!(1)));
    assert_eq!(world.arqsign().sign(&id, Some("ana@example.com")).await, Err(ActError::NotInProcess));
    let early = world.sent_id(&sending()).await;
    world.arqsign().expire(&early).unwrap();
    assert_eq!(world.status(&early).await["expirado"], 1);
    assert_eq!(world.arqsign().expire(&early), Err(ActError::NotInProcess));
}

#[tokio::test]
async fn account_defaults_fill_what_a_sending_leaves_out() {
    let world = world().await;
    world.change_account(|account| {
        account.defaults.expiry_days = 5;
        account.defaults.reminder_days = None;
        account.defaults.qr_code = true;
    });
    for advanced in [Value::Null, json!({}), json!({ "tempoExpiracaoDocumentoDias": 0, "gerarQrCode": 0 })] {
        let id = world.sent_id(&with(sending(), "/configuracoesAvancadas", advanced)).await;
        let full = world.full(&id).await;
        assert_eq!((&full["expiracaoDias"], &full["lembrete"]), (&json!(5), &json!(false)));
        assert_eq!(full["documentos"][0]["linkDocumentoCompartilhado"], Value::Null);
        world.arqsign().sign(&id, None).await.unwrap();
        let link = text(&world.full(&id).await["documentos"][0]["linkDocumentoCompartilhado"]);
        let shared = world.http.get(link).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(shared, world.arqsign().signed(&id, 0).unwrap());
    }
}

#[tokio::test]
async fn pending_signers_are_reminded_until_they_act() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    let reminded = || world.sandbox().count("arqsign", "ana@example.com", NoticeKind::Reminder);
    world.pass(DAY * 3).await;
    assert_eq!(reminded(), 1);
    world.pass(DAY * 3).await;
    assert_eq!(reminded(), 2);
    world.arqsign().sign(&id, None).await.unwrap();
    world.pass(DAY * 9).await;
    assert_eq!(reminded(), 2);
}

#[tokio::test]
async fn reminders_pause_while_a_process_is_expired() {
    let world = world().await;
    let id = world.sent_id(&with(sending(), "/configuracoesAvancadas/tempoExpiracaoDocumentoDias", json!(4))).await;
    let reminded = || world.sandbox().count("arqsign", "ana@example.com", NoticeKind::Reminder);
    world.pass(DAY * 10).await;
    assert_eq!(reminded(), 1);
    assert_eq!(world.resend(&id, &json!([])).await.0, 200);
    assert_eq!(reminded(), 2, "resending reminds");
    world.pass(DAY * 2 + Duration::from_secs(60)).await;
    assert_eq!(reminded(), 3, "the interval went on");
}

#[tokio::test]
async fn notifications_follow_what_version_3_asks_for() {
    let world = world().await;
    let quiet = |email: &str, kind: i64| {
        let signer = with(signer(email), "/alterarNotificacoes", json!(kind));
        with(signer, "/retornarLinkProcesso", json!(1))
    };
    let mut silent_copy = copy("d@example.com");
    silent_copy["alterarNotificacoes"] = json!(1);
    let recipients = [quiet("a@example.com", 1), quiet("b@example.com", 2), silent_copy];
    let (status, told) = world.post(crate::support::V3, &sending_to(&recipients)).await;
    assert_eq!(status, 200, "{told}");
    let invited = |email: &str| world.sandbox().count("arqsign", email, NoticeKind::Invitation);
    assert_eq!((invited("a@example.com"), invited("b@example.com")), (0, 1));
    world.pass(DAY * 10).await;
    assert_eq!(world.sandbox().count("arqsign", "b@example.com", NoticeKind::Reminder), 0);
    let id = text(&told["IdProcesso"]);
    for _ in 0..2 {
        world.arqsign().sign(&id, None).await.unwrap();
    }
    assert_eq!(invited("d@example.com"), 0);
    let link = text(&told["destinatarios"][0]["linkProcesso"]);
    assert_eq!(world.http.get(link).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn scripts_sign_decline_and_wait() {
    let world = signing_world().await;
    let id = world.sent_id(&sending_to(&[in_order("a@example.com", 1), in_order("b@example.com", 2)])).await;
    world.settle().await;
    assert_eq!(world.status(&id).await["idStatus"], 4);
    let mut scripts = Scripts { default: Script::sign_after_ms(3_600_000), ..Scripts::default() };
    scripts.by_email.insert("b@example.com".to_owned(), Script { action: ScriptAction::Decline, after_ms: 0 });
    world.sandbox().set_scripts(scripts);
    let id = world.sent_id(&sending_to(&[in_order("a@example.com", 1), in_order("b@example.com", 2)])).await;
    world.settle().await;
    assert_eq!(world.status(&id).await["idStatus"], 2);
    world.pass(Duration::from_secs(3_601)).await;
    assert_eq!(world.signers(&id).await["signatarios"][1]["motivoRecusa"], "Recusado");
}

#[tokio::test]
async fn several_documents_stay_separate() {
    let world = signing_world().await;
    let two = json!([document(2, "b.pdf", PROMISE), document(1, "a.pdf", CONTRACT)]);
    let id = world.sent_id(&with(sending(), "/documentos", two)).await;
    world.settle().await;
    let full = world.full(&id).await;
    assert_eq!(
        (&full["documentos"][0]["nomeDocumento"], &full["documentos"][0]["ordemDocumento"]),
        (&json!("b.pdf"), &json!(2))
    );
    for place in [0, 1] {
        assert_eq!(signatures(&decoded(&full["documentos"][place]["base64Documento"])), 1);
    }
}

#[tokio::test]
async fn both_kinds_of_person_give_two_signatures() {
    let world = signing_world().await;
    let mut both = signer("ana@example.com");
    both["assinarOnline"]["assinarComo"] = json!(3);
    let electronic = &mut both["assinarOnline"]["assinaturaEletronica"];
    electronic["obrigarSignatarioInformarNomeEmpresa"] = json!(true);
    electronic["obrigarSignatarioInformarNumeroDocumentoEmpresa"] = json!(true);
    electronic["tipoDocumentoEmpresaAInformar"] = json!(5);
    let id = world.sent_id(&sending_to(&[both])).await;
    world.settle().await;
    assert_eq!(signatures(&world.arqsign().signed(&id, 0).unwrap()), 2);
    let data = &world.full(&id).await["signatarios"][0]["dadosAssinatura"];
    assert_eq!(data["dadosPessoaJuridica"]["tipoDocumentoEmpresa"], "CNPJ");
    assert!(data["dadosPessoaJuridica"]["nomeEmpresa"].is_string());
}

#[tokio::test]
async fn a_deleted_folder_ends_in_the_root() {
    let world = signing_world().await;
    world.change_account(|account| account.folders[1].deleted = true);
    let id = world.sent_id(&sending()).await;
    assert_eq!(world.arqsign().process(&id).unwrap().folder, FOLDER);
    world.settle().await;
    let full = world.full(&id).await;
    assert_eq!((&full["caminhoDaPasta"], &full["idStatus"]), (&json!("Empresa"), &json!(4)));
}

#[tokio::test]
async fn a_failed_delivery_shows_and_leaves_the_process_open() {
    let world = world().await;
    world.vary(|variants| {
        variants.undeliverable.insert("ana@example.com".to_owned());
    });
    let id = world.sent_id(&sending()).await;
    assert_eq!(world.signers(&id).await["signatarios"][0]["falhaEnvio"], 1);
    assert_eq!(world.full(&id).await["signatarios"][0]["falhaEnvio"], true);
    assert_eq!(world.status(&id).await["idStatus"], 2);
    assert_eq!(world.sandbox().count("arqsign", "ana@example.com", NoticeKind::Invitation), 0);
    let (status, _) = world.post(V2, &sending()).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn pdfs_of_every_make_get_their_page_and_their_signature() {
    let world = signing_world().await;
    for (name, bytes) in [
        ("objstream-linearized", &include_bytes!("../../../../tests/samples/objstream-linearized.pdf")[..]),
        ("rotated-cropbox", include_bytes!("../../../../tests/samples/rotated-cropbox.pdf")),
        ("leading-garbage", include_bytes!("../../../../tests/samples/leading-garbage.pdf")),
        ("trailing-bytes", include_bytes!("../../../../tests/samples/trailing-bytes.pdf")),
        ("many-pages-300", include_bytes!("../../../../tests/samples/many-pages-300.pdf")),
        ("ghostscript-from-groff", include_bytes!("../../../../tests/samples/ghostscript-from-groff.pdf")),
        ("escaneado-imagen", include_bytes!("../../../../tests/samples/escaneado-imagen.pdf")),
        ("one-page-fpdf2", include_bytes!("../../../../tests/samples/one-page-fpdf2.pdf")),
        ("contrato-locacao-pt", include_bytes!("../../../../tests/samples/contrato-locacao-pt.pdf")),
    ] {
        let documents = json!([document(1, &format!("{name}.pdf"), bytes)]);
        let id = world.sent_id(&with(sending(), "/documentos", documents)).await;
        world.settle().await;
        let signed = world.arqsign().signed(&id, 0).unwrap_or_else(|| panic!("{name} was not signed"));
        let pages = |pdf: &[u8]| lopdf::Document::load_mem(pdf).unwrap().get_pages().len();
        assert_eq!((pages(&signed), signatures(&signed)), (pages(bytes) + 1, 1), "{name}");
    }
}
