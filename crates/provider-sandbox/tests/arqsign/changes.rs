//! Canceling and resending.

use provider_sandbox::{ActError, NoticeKind};
use serde_json::{Value, json};

use crate::support::{DAY, NOBODY, World, copy, sending, sending_to, signer, text, with, world};

fn in_order(email: &str, order: i64) -> Value {
    with(signer(email), "/ordemAssinatura", json!(order))
}

async fn recipient(world: &World, id: &str, place: usize) -> String {
    world.arqsign().process(id).unwrap().recipients[place].id.clone()
}

const UNKNOWN: &str = "Algum parâmetro está incorreto ou é inexistente.";

#[tokio::test]
async fn an_open_process_is_canceled_once() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    assert_eq!(world.cancel(&id).await, (200, json!("Documento cancelado com sucesso")));
    assert_eq!(world.cancel(&id).await, (422, json!("Documento cancelado.")));
    let status = world.status(&id).await;
    assert_eq!((&status["idStatus"], status["dataCancelamento"].is_string()), (&json!(5), true));
    assert_eq!(world.signers(&id).await["usuarioCancelamento"], "Empresa");
    assert_eq!(world.arqsign().sign(&id, Some("ana@example.com")).await, Err(ActError::NotInProcess));

    let completed = world.sent_id(&sending()).await;
    world.arqsign().sign(&completed, None).await.unwrap();
    assert_eq!(world.cancel(&completed).await, (422, json!("Documento concluído.")));
    let expired = world.sent_id(&sending()).await;
    world.arqsign().expire(&expired).unwrap();
    assert_eq!(world.cancel(&expired).await.0, 200, "an expired process is still open");
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idProcesso");
    assert_eq!(world.cancel(NOBODY).await, (400, unknown));
}

#[tokio::test]
async fn a_process_that_is_not_sent_yet_cannot_be_canceled() {
    let world = world().await;
    world.vary(|variants| variants.created_for_s = 60);
    let told = world.sent(&sending()).await;
    let (id, document) = (text(&told["IdProcesso"]), text(&told["documentos"][0]["id"]));
    assert_eq!(world.status(&id).await["idStatus"], 1);
    let created = json!("Documento com status \"Criado\".");
    assert_eq!(world.cancel(&id).await, (422, created.clone()));
    assert_eq!(world.resend(&id, &json!([])).await, (422, created.clone()));
    assert_eq!(world.get(&format!("api/v1/processo/{document}/registro-assinaturas")).await, (422, created));
    assert_eq!(world.full(&id).await["dataEnvio"], Value::Null);
    world.pass(DAY).await;
    assert_eq!(world.status(&id).await["idStatus"], 2);
    assert_eq!(world.sandbox().count("arqsign", "ana@example.com", NoticeKind::Invitation), 1);
}

#[tokio::test]
async fn resending_writes_to_the_current_order_and_moves_the_expiry() {
    let world = world().await;
    let recipients = [in_order("a@example.com", 1), in_order("b@example.com", 2), copy("c@example.com")];
    let id = world.sent_id(&sending_to(&recipients)).await;
    let old_link = world.sign_url(&id, 0);
    world.pass(DAY * 31).await;
    assert_eq!(world.status(&id).await["expirado"], 1);
    let scheduled = world.sandbox().count("arqsign", "a@example.com", NoticeKind::Reminder);
    let (status, pending) = world.resend(&id, &json!([])).await;
    assert_eq!(status, 200);
    let contacts: Vec<&str> =
        pending.as_array().unwrap().iter().map(|one| one["formaEnvioProcesso"].as_str().unwrap()).collect();
    assert_eq!(contacts, ["a@example.com", "b@example.com"], "all pending signers, no copies");
    assert_eq!((&pending[0]["ordem"], &pending[0]["nome"]), (&json!(1), &json!("Ana Souza")));
    let told = |email: &str, kind| world.sandbox().count("arqsign", email, kind);
    let (invitation, reminder) = (NoticeKind::Invitation, NoticeKind::Reminder);
    assert_eq!((told("a@example.com", invitation), told("a@example.com", reminder)), (1, 1 + scheduled));
    assert_eq!((told("b@example.com", invitation), told("b@example.com", reminder)), (0, 0));
    assert_eq!(world.status(&id).await["expirado"], 0);
    let full = world.full(&id).await;
    assert!(text(&full["dataExpiracao"]) > text(&full["dataReenvio"]));
    assert_eq!(world.http.get(&old_link).send().await.unwrap().status(), 404, "the old link died");
    let new_link = world.sign_url(&id, 0);
    assert_eq!(world.http.get(&new_link).send().await.unwrap().status(), 200);
    world.pass(DAY * 29).await;
    assert_eq!(world.status(&id).await["expirado"], 0);
    world.pass(DAY * 2).await;
    assert_eq!(world.status(&id).await["expirado"], 1);

    world.vary(|variants| variants.resend_keeps_links = true);
    world.resend(&id, &json!([])).await;
    assert_eq!(world.http.get(&new_link).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn corrections_change_a_pending_signer() {
    let world = world().await;
    let mut first = in_order("wrong@example.com", 1);
    first["assinarOnline"]["seguranca"] = json!({ "codigoSeguranca": "4821", "idMeioEnvio": 4 });
    first["assinarOnline"]["dadosAssinatura"] =
        json!({ "signatario": { "nome": "Ana", "numeroDocumento": "12345678909" } });
    let id = world.sent_id(&sending_to(&[first, in_order("b@example.com", 1)])).await;
    world.arqsign().fail_delivery(&id, Some("wrong@example.com")).unwrap();
    let entry = json!({
        "idProcessoDestinatario": recipient(&world, &id, 0).await,
        "idFormaEnvioProcesso": 1,
        "nome": "Ana S. Souza",
        "email": "right@example.com",
        "idMeioEnvioCodigoSeguranca": 3,
        "emailSeguranca": "code@example.com",
        "permitirReenviarCodigo": true,
        "dadosAssinatura": { "signatario": { "numeroDocumento": "98765432100", "validar": 1, "DescartarDadosAnteriores": 1 } },
    });
    let (status, pending) = world.resend(&id, &json!([entry])).await;
    assert_eq!(status, 200, "{pending}");
    assert_eq!(
        (&pending[0]["formaEnvioProcesso"], &pending[0]["nome"]),
        (&json!("right@example.com"), &json!("Ana S. Souza"))
    );
    assert_eq!(pending.as_array().unwrap().len(), 2, "also those who were not corrected");
    let signer = &world.signers(&id).await["signatarios"][0];
    assert_eq!((&signer["email"], &signer["falhaEnvio"]), (&json!("right@example.com"), &json!(0)));
    assert_eq!(
        (&signer["IdMeioEnvioCodigoSeguranca"], &signer["emailSeguranca"]),
        (&json!(3), &json!("code@example.com"))
    );
    let invited = |email: &str| world.sandbox().count("arqsign", email, NoticeKind::Invitation);
    assert_eq!(
        (invited("right@example.com"), invited("b@example.com")),
        (1, 1),
        "only the corrected one is written to"
    );
    let by_phone = json!([{
        "idProcessoDestinatario": recipient(&world, &id, 0).await, "idFormaEnvioProcesso": 2, "telefone": "+5531999998888",
    }]);
    let (_, pending) = world.resend(&id, &by_phone).await;
    assert_eq!(pending[0]["formaEnvioProcesso"], "+5531999998888");
}

#[tokio::test]
async fn corrections_are_checked() {
    let world = world().await;
    let mut certificate = in_order("b@example.com", 1);
    certificate["assinarOnline"]["idTipoAssinatura"] = json!(3);
    let recipients = [in_order("a@example.com", 1), certificate, copy("c@example.com"), in_order("d@example.com", 1)];
    let id = world.sent_id(&sending_to(&recipients)).await;
    world.arqsign().sign(&id, Some("d@example.com")).await.unwrap();
    let ids: Vec<String> = world.arqsign().process(&id).unwrap().recipients.iter().map(|one| one.id.clone()).collect();
    let unknown_id = "O(s) id(s) listado(s) não existe(m): idProcessoDestinatario";
    let of = |place: usize, more: Value| {
        let mut entry = json!({ "idProcessoDestinatario": ids[place] });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([entry])
    };
    for (sent, message) in [
        (json!({}), UNKNOWN),
        (Value::Null, UNKNOWN),
        (json!([1]), UNKNOWN),
        (of(0, json!({ "cor": 1 })), UNKNOWN),
        (json!([{}]), "O(s) item(ns) listado(s) é(são) obrigatório(s): idProcessoDestinatario"),
        (
            of(0, json!({ "idFormaEnvioProcesso": 3 })),
            "O(s) item(ns) listado(s) está(ão) com o formato incorreto: idFormaEnvioProcesso",
        ),
        (json!([{ "idProcessoDestinatario": NOBODY }]), unknown_id),
        (of(2, json!({})), unknown_id),
        (of(3, json!({})), unknown_id),
        (of(0, json!({ "idFormaEnvioProcesso": 2 })), "O parâmetro email ou telefone é obrigatório."),
        (
            of(0, json!({ "email": "x@example.com", "telefone": "+5531999998888" })),
            "Somente é possível enviar o processo para um e-mail ou telefone. Escolha uma forma de envio.",
        ),
        (of(0, json!({ "email": "x" })), "E-mail inválido."),
        (of(0, json!({ "idFormaEnvioProcesso": 2, "telefone": "1" })), "Telefone inválido."),
        (
            of(1, json!({ "idFormaEnvioProcesso": 2, "telefone": "+5531999998888" })),
            "Somente é possível enviar processos por WhatsApp para signatários com tipo de assinatura eletrônica ou com \
             ação de receber cópia.",
        ),
        (of(0, json!({ "idMeioEnvioCodigoSeguranca": 4 })), UNKNOWN),
        (of(0, json!({ "dadosAssinatura": { "signatario": { "nome": "Ana" } } })), UNKNOWN),
        (of(0, json!({ "dadosAssinatura": { "signatario": { "validarDocumento": 1 } } })), UNKNOWN),
    ] {
        assert_eq!(world.resend(&id, &sent).await, (400, json!(message)), "{sent}");
    }
    assert_eq!(world.full(&id).await["dataReenvio"], Value::Null, "nothing was resent");
}

#[tokio::test]
async fn what_ended_cannot_be_resent() {
    let world = world().await;
    let completed = world.sent_id(&sending()).await;
    world.arqsign().sign(&completed, None).await.unwrap();
    assert_eq!(world.resend(&completed, &json!([])).await, (422, json!("Documento concluído.")));
    let canceled = world.sent_id(&sending()).await;
    world.cancel(&canceled).await;
    assert_eq!(world.resend(&canceled, &json!([])).await, (422, json!("Documento cancelado.")));
}

#[tokio::test]
async fn variants_of_both_calls() {
    let world = world().await;
    let mut first = signer("a@example.com");
    first["assinarOnline"]["dadosAssinatura"] = json!({ "signatario": { "nome": "Ana" } });
    let id = world.sent_id(&sending_to(&[first])).await;
    let with_member = |name: &str, id: String| json!([{ "idProcessoDestinatario": id, "dadosAssinatura": { "signatario": { name: 1 } } }]);
    let person = recipient(&world, &id, 0).await;
    assert_eq!(world.resend(&id, &with_member("validar", person.clone())).await.0, 200);
    world.vary(|variants| variants.resend_validar_documento = true);
    assert_eq!(world.resend(&id, &with_member("validar", person.clone())).await, (400, json!(UNKNOWN)));
    assert_eq!(world.resend(&id, &with_member("validarDocumento", person)).await.0, 200);
    world.vary(|variants| variants.cancel_needs_object = true);
    assert_eq!(world.cancel(&id).await, (500, json!("")));
    let path = format!("api/v1/processo/{id}/cancelar-processo");
    assert_eq!(world.patch(&path, &json!({})).await.0, 200);
}
