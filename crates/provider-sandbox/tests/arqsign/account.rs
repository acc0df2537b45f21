//! Folders, users, roles, credits and consumption.

use provider_sandbox::arqsign::{Folder, User, UserStatus};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, DAY, FOLDER, NOBODY, SENDER, V2, World, sending, sending_to, signer, text, with, world};

const FOLDERS: &str = "api/v1/diretorio/buscar-pastas";
const USERS: &str = "api/v1/usuarios/buscar-usuarios";
const CONSUMPTION: &str = "api/v1/conta/buscar-consumo-itens-assinatura";
const ROOT: &str = "0f3b6d52-4a38-49c8-a5f2-7c1f3e9b8a60";

fn missing(names: &str) -> Value {
    json!(format!("O(s) item(ns) listado(s) é(são) obrigatório(s): {names}"))
}

fn wrong(names: &str) -> Value {
    json!(format!("O(s) item(ns) listado(s) está(ão) com o formato incorreto: {names}"))
}

fn unknown(names: &str) -> Value {
    json!(format!("O(s) id(s) listado(s) não existe(m): {names}"))
}

#[tokio::test]
async fn folders_are_found_in_three_ways() {
    let world = world().await;
    let (status, found) = world.post(FOLDERS, &json!({ "buscarPor": 1, "pastas": [FOLDER] })).await;
    assert_eq!(status, 200);
    let path = json!([{
        "id": FOLDER, "nome": "Contratos", "caminhoCompleto": "Empresa|Contratos", "status": "Ativa", "filhos": null,
    }]);
    assert_eq!(found, path);
    let (_, found) = world.post(FOLDERS, &json!({ "buscarPor": 2, "pastas": [FOLDER] })).await;
    let child = json!({
        "id": "77aa2c94-8e1d-4c36-b0d5-6f2a9e4b1c73", "nome": "2025", "caminhoCompleto": "Empresa|Contratos|2025",
        "status": "Ativa", "possuiFilhos": false,
    });
    assert_eq!(found[0]["filhos"], json!([child]));
    let (_, found) = world.post(FOLDERS, &json!({ "buscarPor": 3 })).await;
    assert_eq!((&found[0]["id"], &found[0]["filhos"][0]["possuiFilhos"]), (&json!(ROOT), &json!(true)));
    world.change_account(|account| {
        account.folders.push(Folder {
            id: NOBODY.to_owned(),
            name: "Velha".to_owned(),
            parent: Some(ROOT.to_owned()),
            deleted: true,
        });
    });
    let children = async |more: Value| {
        let (_, found) = world.post(FOLDERS, &with(json!({ "buscarPor": 3 }), "/ativas", more)).await;
        found[0]["filhos"].as_array().unwrap().iter().map(|child| text(&child["status"])).collect::<Vec<_>>()
    };
    assert_eq!(children(Value::Null).await, ["Ativa", "Excluída"]);
    assert_eq!(children(json!("true")).await, ["Ativa"]);
}

#[tokio::test]
async fn folder_searches_are_checked() {
    let world = world().await;
    for (sent, message) in [
        (json!({}), missing("buscarPor")),
        (json!({ "buscarPor": 4 }), wrong("buscarPor")),
        (json!({ "buscarPor": 1 }), missing("pastas")),
        (json!({ "buscarPor": 2, "pastas": [FOLDER, ROOT] }), wrong("pastas")),
        (json!({ "buscarPor": 1, "pastas": ["7"] }), wrong("pastas")),
        (json!({ "buscarPor": 1, "pastas": [NOBODY] }), unknown("pastas")),
        (json!({ "buscarPor": 3, "nome": "x" }), json!("Algum parâmetro está incorreto ou é inexistente.")),
    ] {
        assert_eq!(world.post(FOLDERS, &sent).await, (400, message), "{sent}");
    }
    assert_eq!(world.post(FOLDERS, &json!({ "buscarPor": 3, "pastas": [NOBODY] })).await.0, 200, "ignored");
}

#[tokio::test]
async fn users_and_roles_are_listed() {
    let world = world().await;
    let carlos = json!({ "id": SENDER, "nome": "Carlos Lima", "status": "Ativo", "remetente": true });
    world.change_account(|account| {
        account.users.push(User { id: NOBODY.to_owned(), status: UserStatus::Blocked, ..account.users[0].clone() });
    });
    assert_eq!(world.post(USERS, &json!({ "ativos": 1 })).await, (200, json!([carlos])));
    let (_, all) = world.post(USERS, &json!({ "ativos": 0 })).await;
    assert_eq!((all.as_array().unwrap().len(), &all[1]["status"]), (2, &json!("Bloqueado")));
    assert_eq!(world.post(USERS, &json!({ "usuarios": [SENDER], "ativos": 0 })).await.1, json!([carlos]));
    assert_eq!(world.post(USERS, &json!({})).await, (400, missing("ativos")));
    let foreign = json!({ "usuarios": ["11111111-0000-4000-a000-000000000000"] });
    assert_eq!(world.post(USERS, &foreign).await, (400, unknown("usuarios")));
    assert_eq!(world.post(USERS, &json!({ "ativos": 2 })).await, (400, wrong("ativos")));
    let extra = world.post(USERS, &json!({ "ativos": 1, "nome": "x" })).await;
    assert_eq!(extra, (400, json!("Algum parâmetro está incorreto ou é inexistente.")));
    world.vary(|variants| variants.user_status_as_number = true);
    assert_eq!(world.post(USERS, &json!({ "ativos": 1 })).await.1[0]["status"], 1);

    let (status, roles) = world.get("api/v1/conta/papeis-signatarios").await;
    assert_eq!((status, &roles[0]["nome"], &roles[0]["padrao"]), (200, &json!("Locatário"), &json!(true)));
}

async fn balances(world: &World) -> [i64; 3] {
    let (status, told) = world.get("api/v1/conta/dados-assinatura").await;
    assert_eq!(status, 200);
    [0, 1, 2].map(|place| told["assinatura"]["itens"][place]["saldo"].as_i64().unwrap())
}

#[tokio::test]
async fn the_subscription_tells_the_account_and_its_balances() {
    let world = world().await;
    let (status, told) = world.get("api/v1/conta/dados-assinatura").await;
    assert_eq!(status, 200);
    assert_eq!(told["Conta"], json!({ "id": ACCOUNT, "nome": "Empresa", "idStatus": 1, "status": "Ativo" }));
    assert_eq!((&told["plano"]["tipoPlano"], &told["assinatura"]["trial"]), (&json!("C"), &json!(false)));
    let first = &told["assinatura"]["itens"][0];
    assert_eq!((&first["id"], &first["nome"], &first["permiteExcedente"]), (&json!(1), &json!("Envio"), &json!(false)));
    world.vary(|variants| variants.credit_item_ids = [10, 20, 30]);
    let (_, told) = world.get("api/v1/conta/dados-assinatura").await;
    assert_eq!(told["assinatura"]["itens"][2]["id"], 30);
}

/// A signer by WhatsApp with an access code by SMS.
fn costly() -> Value {
    let mut signer = with(signer("unused@example.com"), "/email", Value::Null);
    signer["telefone"] = json!("+5531999998888");
    signer["assinarOnline"]["seguranca"] =
        json!({ "codigoSeguranca": "4821", "idMeioEnvio": 1, "codigoSegurancaTelefone": "+5531999998888" });
    signer
}

#[tokio::test]
async fn sending_and_resending_cost_credit_until_there_is_none() {
    let world = world().await;
    world.change_account(|account| {
        account.credits.sendings = 3;
        account.credits.whatsapp = 2;
        account.credits.sms = 2;
    });
    world.sent(&sending()).await;
    assert_eq!(balances(&world).await, [2, 2, 2]);
    let id = world.sent_id(&sending_to(&[costly()])).await;
    assert_eq!(balances(&world).await, [1, 1, 1]);
    assert_eq!(world.resend(&id, &json!([])).await.0, 200);
    assert_eq!(balances(&world).await, [1, 0, 0]);
    let none = json!("Saldo de créditos de Envios ou WhatsApp ou SMS insuficiente");
    assert_eq!(world.post(V2, &sending_to(&[costly()])).await, (400, none.clone()));
    assert_eq!(world.resend(&id, &json!([])).await, (400, none.clone()));
    assert_eq!(balances(&world).await, [1, 0, 0], "a refused call costs nothing");
    world.sent(&sending()).await;
    assert_eq!(world.post(V2, &sending()).await, (400, none.clone()));
    world.vary(|variants| variants.rules_as_422 = true);
    assert_eq!(world.post(V2, &sending()).await, (422, none));
    world.change_account(|account| account.credits.excess_allowed = true);
    world.sent(&sending()).await;
    assert_eq!(balances(&world).await, [-1, 0, 0]);
}

#[tokio::test]
async fn consumption_counts_the_period_without_canceled_processes() {
    let world = world().await;
    world.sent(&sending()).await;
    let canceled = world.sent_id(&sending()).await;
    world.sent(&sending_to(&[costly()])).await;
    world.cancel(&canceled).await;
    let today = world.sandbox().now().date_naive();
    let asked = |item: i64| json!({ "dataInicial": today.to_string(), "dataFinal": today.to_string(), "item": item });
    let (status, told) = world.post(CONSUMPTION, &asked(0)).await;
    assert_eq!(status, 200);
    assert_eq!((&told["idConta"], &told["nomeConta"]), (&json!(ACCOUNT), &json!("Empresa")));
    let items = json!([
        { "id": 1, "nome": "Envio", "quantidade": 2 },
        { "id": 2, "nome": "WhatsApp", "quantidade": 1 },
        { "id": 3, "nome": "SMS", "quantidade": 1 },
    ]);
    assert_eq!(told["itens"], items);
    assert_eq!(world.post(CONSUMPTION, &asked(3)).await.1["itens"], json!([items[2]]));
    world.pass(DAY * 2).await;
    let later = world.sandbox().now().date_naive().to_string();
    let (_, told) = world.post(CONSUMPTION, &json!({ "dataInicial": later, "dataFinal": later, "item": 1 })).await;
    assert_eq!(told["itens"][0]["quantidade"], 0);
}

#[tokio::test]
async fn consumption_requests_are_checked() {
    let world = world().await;
    let period = |from: &str, to: &str, item: i64| json!({ "dataInicial": from, "dataFinal": to, "item": item });
    for (sent, message) in [
        (json!({}), missing("dataInicial, dataFinal, item")),
        (period("2026-01-01", "2027-01-02", 0), wrong("dataFinal")),
        (period("2026-02-01", "2026-01-01", 0), wrong("dataFinal")),
        (period("01/01/2026", "2026-02-01", 0), wrong("dataInicial")),
        (period("2026-01-01", "2026-02-01", 4), unknown("item")),
        (
            with(period("2026-01-01", "2026-02-01", 0), "/conta", json!(1)),
            json!("Algum parâmetro está incorreto ou é inexistente."),
        ),
    ] {
        assert_eq!(world.post(CONSUMPTION, &sent).await, (400, message), "{sent}");
    }
    assert_eq!(world.post(CONSUMPTION, &period("2026-01-01", "2027-01-01", 0)).await.0, 200);
}
