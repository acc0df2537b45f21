//! Registering, listing and switching webhooks.

use provider_sandbox::arqsign::{Group, User, UserStatus};
use serde_json::{Value, json};

use crate::support::{FOLDER, NOBODY, SENDER, World, registration, text, with, world};

const PATH: &str = "api/v1/confwebhook";

fn named(name: &str) -> Value {
    with(registration("https://broker.example/callbacks/1"), "/nome", json!(name))
}

async fn refused(world: &World, sent: &Value) -> String {
    let (status, answer) = world.post(PATH, sent).await;
    assert_eq!(status, 400, "{answer}");
    text(&answer)
}

async fn listed(world: &World) -> Vec<Value> {
    let (status, answer) = world.get(PATH).await;
    assert_eq!(status, 200);
    answer.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_configuration_is_registered_and_listed() {
    let world = world().await;
    assert!(listed(&world).await.is_empty());
    let spaced = with(named("broker-prod"), "/urlPublicar", json!(" https://broker.example/ callbacks/1 "));
    let (status, told) = world.post(PATH, &spaced).await;
    assert_eq!((status, &told["nome"]), (200, &json!("broker-prod")));
    let key = text(&told["chaveHMAC"]);
    assert!(key.len() >= 32);
    assert_eq!(
        listed(&world).await,
        [json!({
            "id": told["id"], "nome": "broker-prod", "status": 1, "urlPublicar": "https://broker.example/callbacks/1",
            "aguardaRetorno": 1, "hmac": key, "usuarios": [], "grupos": [], "pastas": [],
            "gatilhos": [
                { "id": 1, "nome": "Processo enviado", "ativo": true },
                { "id": 2, "nome": "Falha no envio", "ativo": true },
                { "id": 3, "nome": "Assinado por um signatário", "ativo": true },
                { "id": 4, "nome": "Recusado por um signatário", "ativo": true },
                { "id": 5, "nome": "Processo cancelado", "ativo": true },
                { "id": 6, "nome": "Processo expirado", "ativo": true },
                { "id": 7, "nome": "Processo reenviado", "ativo": true },
                { "id": 8, "nome": "Processo concluído", "ativo": true },
            ],
            "dadosRetorno": {
                "processo": 1, "signatarios": 1, "documentos": 0, "documentosTipo": 1, "linkDocumentoCompartilhado": 0,
                "registrosAssinatura": 0, "registrosAssinaturaTipo": 1,
            },
        })]
    );
}

#[tokio::test]
async fn a_registration_is_checked() {
    let world = world().await;
    let unknown = "Algum parâmetro está incorreto ou é inexistente.";
    let missing = |names: &str| format!("O(s) item(ns) listado(s) é(são) obrigatório(s): {names}");
    let wrong = |names: &str| format!("O(s) item(ns) listado(s) está(ão) com o formato incorreto: {names}");
    assert_eq!(refused(&world, &json!({})).await, missing("nome, status, urlPublicar, gatilhos"));
    for (pointer, value, message) in [
        ("/aguardaRetorno", json!(1), unknown.to_owned()),
        ("/dadosRetorno/linkDocumentoCompartilhado", json!(1), unknown.to_owned()),
        ("/nome", json!("x".repeat(151)), wrong("nome")),
        ("/status", json!(3), wrong("status")),
        ("/urlPublicar", json!("broker.example"), wrong("urlPublicar")),
        ("/gatilhos", json!([9]), wrong("gatilhos")),
        ("/gatilhos", json!([]), missing("gatilhos")),
        ("/pastas", json!(["x"]), wrong("pastas")),
        ("/dadosRetorno/documentos", json!(1), missing("documentosTipo")),
        ("/dadosRetorno/registrosAssinatura", json!(1), missing("registrosAssinaturaTipo")),
        ("/usuarios", json!([NOBODY]), "Usuário(s) não encontrado(s)".to_owned()),
        ("/grupos", json!([NOBODY]), "Grupo(s) não encontrado(s)".to_owned()),
        ("/pastas", json!([NOBODY]), "Pastas(s) não encontrada(s)".to_owned()),
    ] {
        assert_eq!(refused(&world, &with(named("a"), pointer, value)).await, message, "{pointer}");
    }
    world.change_account(|account| {
        account.users.push(User { id: NOBODY.to_owned(), status: UserStatus::Inactive, ..account.users[0].clone() });
    });
    let inactive = with(named("a"), "/usuarios", json!([NOBODY]));
    assert_eq!(refused(&world, &inactive).await, "Somente é permitido usuários com status ativo");
    assert!(listed(&world).await.is_empty());
}

#[tokio::test]
async fn foreign_ids_are_dropped_in_silence_when_one_is_left() {
    let world = world().await;
    world.change_account(|account| {
        account
            .groups
            .push(Group { id: "d1000000-0000-4000-a000-000000000000".to_owned(), users: vec![SENDER.to_owned()] });
    });
    let mut sent = named("a");
    sent["usuarios"] = json!([SENDER, NOBODY]);
    sent["grupos"] = json!([NOBODY, "d1000000-0000-4000-a000-000000000000"]);
    sent["pastas"] = json!([FOLDER, NOBODY]);
    assert_eq!(world.post(PATH, &sent).await.0, 200);
    let known = &listed(&world).await[0];
    assert_eq!((&known["usuarios"], &known["pastas"]), (&json!([SENDER]), &json!([FOLDER])));
    assert_eq!(known["grupos"], json!(["d1000000-0000-4000-a000-000000000000"]));
}

#[tokio::test]
async fn names_are_unique_and_there_are_25_at_most() {
    let world = world().await;
    for number in 0..25 {
        assert_eq!(world.post(PATH, &named(&format!("hook-{number}"))).await.0, 200);
    }
    assert_eq!(world.post(PATH, &named("HOOK-7")).await.0, 422);
    assert_eq!(world.post(PATH, &named("hook-25")).await.0, 422);
    assert_eq!(listed(&world).await.len(), 25);
}

#[tokio::test]
async fn a_configuration_is_switched_off_and_on() {
    let world = world().await;
    let (id, _) = world.webhook("https://broker.example/callbacks/1").await;
    let switch = format!("{PATH}/{id}/alterar-status");
    for status in [2, 2, 1] {
        assert_eq!(world.patch(&switch, &json!({ "status": status })).await, (200, json!("")));
        assert_eq!(listed(&world).await[0]["status"], status);
    }
    let wrong = json!("O(s) item(ns) listado(s) está(ão) com o formato incorreto: status");
    assert_eq!(world.patch(&switch, &json!({ "status": 3 })).await, (400, wrong));
    let unknown = json!("Algum parâmetro está incorreto ou é inexistente.");
    assert_eq!(world.patch(&switch, &json!({ "status": 1, "ativo": 1 })).await, (400, unknown));
    let nobody = format!("{PATH}/{NOBODY}/alterar-status");
    let unknown_id = json!("O(s) id(s) listado(s) não existe(m): idConfWebHook");
    assert_eq!(world.patch(&nobody, &json!({ "status": 1 })).await, (400, unknown_id));
}
