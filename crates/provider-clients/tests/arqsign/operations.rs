//! The vendor's own operations and the check of the credentials. Sections 2.10 to 2.17.

use domain::outcome::{Class, Outcome};
use provider_clients::arqsign::ArqSign;
use provider_clients::call::{Body, Call, Method};
use provider_clients::provider::{Provider, Unbuildable, Verify};
use provider_clients::reply::Reply;
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::{FOLDER, SENDER, account, answer, done, json_of, moment, refusal, refused, unknown};

const WEBHOOK: &str = "b1f20000-0000-4000-8000-000000000001";

fn call(name: &str, input: Value) -> Call {
    account(json!({})).operation_request(name, &input, &moment()).unwrap()
}

fn result(name: &str, body: Value) -> Value {
    let told = done(account(json!({})).operation_reply(name, &answer(&body)));
    let profile = ArqSign::new();
    let operation = profile.profile().operations.iter().find(|o| o.name == name).unwrap();
    assert_eq!(schema::check(&operation.output, &told, ""), [], "{name}");
    told
}

fn sent(name: &str, input: Value) -> Value {
    json_of(&call(name, input))
}

#[test]
fn every_operation_calls_its_endpoint() {
    for (name, input, method, path) in [
        ("search_folders", json!({}), Method::Post, "/api/v1/diretorio/buscar-pastas".to_owned()),
        ("search_users", json!({}), Method::Post, "/api/v1/usuarios/buscar-usuarios".to_owned()),
        ("list_signer_roles", json!({}), Method::Get, "/api/v1/conta/papeis-signatarios".to_owned()),
        (
            "get_consumption",
            json!({ "from": "2025-01-01", "to": "2025-01-31" }),
            Method::Post,
            "/api/v1/conta/buscar-consumo-itens-assinatura".to_owned(),
        ),
        ("get_subscription", json!({}), Method::Get, "/api/v1/conta/dados-assinatura".to_owned()),
        ("list_webhooks", json!({}), Method::Get, "/api/v1/confwebhook".to_owned()),
        (
            "register_webhook",
            json!({ "name": "erp", "url": "https://erp.example.com", "triggers": [8] }),
            Method::Post,
            "/api/v1/confwebhook".to_owned(),
        ),
        (
            "set_webhook_status",
            json!({ "webhook_id": WEBHOOK, "active": true }),
            Method::Patch,
            format!("/api/v1/confwebhook/{WEBHOOK}/alterar-status"),
        ),
    ] {
        let profile = ArqSign::new();
        let operation = profile.profile().operations.iter().find(|o| o.name == name).unwrap();
        assert_eq!(schema::check(&operation.input, &input, ""), [], "{name}");
        let call = call(name, input);
        assert_eq!((call.method, call.url.path()), (method, path.as_str()), "{name}");
    }
    assert_eq!(ArqSign::new().profile().operations.len(), 8);
}

#[test]
fn folders_are_searched_in_three_ways() {
    assert_eq!(sent("search_folders", json!({})), json!({ "buscarPor": 3, "ativas": true }));
    let children = json!({ "search": "children", "folder_ids": [FOLDER], "only_active": false });
    assert_eq!(sent("search_folders", children), json!({ "buscarPor": 2, "ativas": false, "pastas": [FOLDER] }));
    let paths = json!({ "search": "paths", "folder_ids": [FOLDER, SENDER] });
    assert_eq!(sent("search_folders", paths), json!({ "buscarPor": 1, "ativas": true, "pastas": [FOLDER, SENDER] }));
    for wrong in [json!({ "search": "paths" }), json!({ "search": "children", "folder_ids": [FOLDER, SENDER] })] {
        let Err(Unbuildable::Refused(findings)) =
            account(json!({})).operation_request("search_folders", &wrong, &moment())
        else {
            panic!("not refused")
        };
        assert_eq!(findings[0].pointer, "/folder_ids");
    }
    let told = result(
        "search_folders",
        json!([{
            "id": FOLDER, "nome": "Contratos", "caminhoCompleto": "Empresa|Contratos", "status": "Ativa",
            "filhos": [{ "id": "77aa", "nome": "2025", "caminhoCompleto": "Empresa|Contratos|2025", "status": "Excluída", "possuiFilhos": false }]
        }]),
    );
    assert_eq!(
        told,
        json!({ "folders": [{
            "id": FOLDER, "name": "Contratos", "path": "Empresa|Contratos", "active": true,
            "children": [{ "id": "77aa", "name": "2025", "path": "Empresa|Contratos|2025", "active": false, "has_children": false }]
        }] })
    );
    let paths = result(
        "search_folders",
        json!([{ "id": FOLDER, "nome": "x", "caminhoCompleto": "x", "status": "Ativa", "filhos": null }]),
    );
    assert!(paths["folders"][0].get("children").is_none());
}

#[test]
fn users_are_searched_by_state_or_by_id() {
    assert_eq!(sent("search_users", json!({})), json!({ "ativos": true }));
    assert_eq!(sent("search_users", json!({ "only_active": false })), json!({ "ativos": false }));
    assert_eq!(sent("search_users", json!({ "user_ids": [SENDER] })), json!({ "usuarios": [SENDER] }));
    let user = |status: Value| json!({ "id": SENDER, "nome": "Carlos Lima", "status": status, "remetente": true });
    let states =
        [json!("Ativo"), json!(1), json!("Inativo"), json!("2"), json!("Bloqueado"), json!(3), json!("Férias")];
    let told = result("search_users", Value::Array(states.into_iter().map(user).collect()));
    let words: Vec<_> =
        told["users"].as_array().unwrap().iter().map(|u| u["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(words, ["active", "active", "inactive", "inactive", "blocked", "blocked", "ferias"]);
    assert_eq!((&told["users"][0]["name"], &told["users"][0]["may_send"]), (&json!("Carlos Lima"), &json!(true)));
}

#[test]
fn roles_are_listed() {
    let told = result("list_signer_roles", json!([{ "id": "r1", "nome": "Locatário", "padrao": true }]));
    assert_eq!(told, json!({ "roles": [{ "id": "r1", "name": "Locatário", "default": true }] }));
}

#[test]
fn consumption_is_counted_for_at_most_a_year() {
    for (item, number) in [("all", 0), ("sendings", 1), ("whatsapp", 2), ("sms", 3)] {
        assert_eq!(
            sent("get_consumption", json!({ "from": "2025-01-01", "to": "2026-01-01", "item": item })),
            json!({ "dataInicial": "2025-01-01", "dataFinal": "2026-01-01", "item": number })
        );
    }
    for (from, to, pointer) in [
        ("2025-01-01", "2026-01-02", "/to"),
        ("2025-01-02", "2025-01-01", "/to"),
        ("01/01/2025", "2025-01-02", "/from"),
    ] {
        let input = json!({ "from": from, "to": to });
        let Err(Unbuildable::Refused(findings)) =
            account(json!({})).operation_request("get_consumption", &input, &moment())
        else {
            panic!("{from} {to}")
        };
        assert_eq!(findings[0].pointer, pointer);
    }
    let told = result(
        "get_consumption",
        json!({ "idConta": "c", "nomeConta": "Empresa", "itens": [{ "id": 1, "nome": "Envio", "quantidade": 42 }, { "id": 9, "nome": "Outro", "quantidade": 1 }] }),
    );
    assert_eq!(
        told,
        json!({ "account": "Empresa", "items": [{ "item": "sendings", "count": 42 }, { "item": "Outro", "count": 1 }] })
    );
}

fn subscription(status: u64, left: u64, exceed: bool) -> Value {
    json!({
        "Conta": { "id": "c", "nome": "Empresa", "idStatus": status, "status": "Ativo" },
        "plano": { "id": "p", "tipoPlano": "C", "nome": "Corporativo", "periodo": "M", "valor": 75.90 },
        "assinatura": { "id": "a", "inicioVigencia": "2025-01-01", "fimVigencia": "2025-12-31", "trial": false,
            "itens": [{ "id": 1, "nome": "Envio", "saldo": left, "permiteExcedente": exceed }] }
    })
}

#[test]
fn the_subscription_tells_plan_and_credit() {
    assert_eq!(
        result("get_subscription", subscription(1, 980, false)),
        json!({
            "account": "Empresa", "status": "active", "plan": "Corporativo", "plan_type": "C", "valid_from": "2025-01-01",
            "valid_until": "2025-12-31", "trial": false,
            "credits": [{ "item": "sendings", "left": 980, "may_exceed": false }]
        })
    );
    for (status, word) in [(2, "inactive"), (3, "blocked"), (4, "pending"), (7, "unknown")] {
        assert_eq!(result("get_subscription", subscription(status, 1, false))["status"], word);
    }
    let own = account(json!({ "credit_item_ids": { "sendings": 7, "whatsapp": 1, "sms": 3 } }));
    let told = done(own.operation_reply("get_subscription", &answer(&subscription(1, 980, false))));
    assert_eq!(told["credits"][0]["item"], "whatsapp");
}

#[test]
fn webhooks_are_listed_without_their_keys() {
    let told = result(
        "list_webhooks",
        json!([{
            "id": WEBHOOK, "nome": "broker-prod", "status": 3, "urlPublicar": "https://broker.example.com", "aguardaRetorno": 1, "hmac": "chave-1",
            "usuarios": [SENDER], "grupos": [], "pastas": null, "gatilhos": [{ "id": 1, "nome": "Processo enviado", "ativo": true }],
            "dadosRetorno": { "processo": 1 }
        }]),
    );
    assert_eq!(
        told,
        json!({ "webhooks": [{
            "id": WEBHOOK, "name": "broker-prod", "status": "inactive_after_failures", "url": "https://broker.example.com",
            "waits_for_answer": true, "user_ids": [SENDER], "group_ids": [], "folder_ids": [],
            "triggers": [{ "id": 1, "name": "Processo enviado", "active": true }]
        }] })
    );
    assert!(!told.to_string().contains("chave-1"));
}

#[test]
fn a_further_webhook_is_registered_with_what_it_is_to_tell() {
    let input = json!({
        "name": "erp", "url": "https://erp.example.com/arqsign", "active": false, "triggers": [1, 8], "user_ids": [SENDER],
        "folder_ids": [FOLDER], "include": { "process": true, "documents": true }
    });
    assert_eq!(
        sent("register_webhook", input),
        json!({
            "nome": "erp", "status": 2, "urlPublicar": "https://erp.example.com/arqsign", "aguardarRetorno": true,
            "usuarios": [SENDER], "pastas": [FOLDER], "gatilhos": [1, 8],
            "dadosRetorno": { "processo": true, "signatarios": false, "documentos": true, "documentosTipo": 1 }
        })
    );
    let told = result("register_webhook", json!({ "id": WEBHOOK, "nome": "erp", "chaveHMAC": "chave-2" }));
    assert_eq!(told, json!({ "id": WEBHOOK, "name": "erp", "hmac_key": "chave-2" }));
    let profile = ArqSign::new();
    let operation = profile.profile().operations.iter().find(|o| o.name == "register_webhook").unwrap();
    let reserved = json!({ "name": "rubrica-x", "url": "https://erp.example.com", "triggers": [1] });
    assert!(!schema::check(&operation.input, &reserved, "").is_empty(), "names of the broker's own are reserved");
}

#[test]
fn a_webhook_is_switched_on_and_off() {
    assert_eq!(sent("set_webhook_status", json!({ "webhook_id": WEBHOOK, "active": true })), json!({ "status": 1 }));
    assert_eq!(sent("set_webhook_status", json!({ "webhook_id": WEBHOOK, "active": false })), json!({ "status": 2 }));
    let account = account(json!({}));
    assert_eq!(done(account.operation_reply("set_webhook_status", &Reply::new(200, ""))), json!({}));
    let gone = refused(
        account
            .operation_reply("set_webhook_status", &refusal(400, "O(s) id(s) listado(s) não existe(m): idConfWebHook")),
    );
    assert_eq!(gone.class, Class::NotFound);
    assert!(matches!(account.operation_reply("set_webhook_status", &Reply::new(500, "")), Outcome::Unknown(_)));
}

#[test]
fn refusals_of_operations_point_into_their_input() {
    let account = account(json!({}));
    for (name, text, pointer) in [
        ("register_webhook", "Usuário(s) não encontrado(s)", "/user_ids"),
        ("register_webhook", "Somente é permitido usuários com status ativo", "/user_ids"),
        ("register_webhook", "Grupo(s) não encontrado(s)", "/group_ids"),
        ("register_webhook", "Pastas(s) não encontrada(s)", "/folder_ids"),
        ("register_webhook", "O(s) item(ns) listado(s) está(ão) com o formato incorreto: urlPublicar", "/url"),
        ("register_webhook", "O(s) item(ns) listado(s) é(são) obrigatório(s): gatilhos", "/triggers"),
        ("search_folders", "O(s) id(s) listado(s) não existe(m): pastas", "/folder_ids"),
        (
            "get_consumption",
            "O(s) item(ns) listado(s) está(ão) com o formato incorreto: dataInicial, dataFinal",
            "/from",
        ),
        ("get_consumption", "O(s) id(s) listado(s) não existe(m): ids", "/item"),
    ] {
        let refusal = refused(account.operation_reply(name, &refusal(400, text)));
        assert_eq!((refusal.class, refusal.blames[0].pointer.as_str()), (Class::InvalidRequest, pointer), "{text}");
    }
}

#[test]
fn an_unknown_operation_is_a_defect() {
    let account = account(json!({}));
    assert!(matches!(account.operation_request("merge", &json!({}), &moment()), Err(Unbuildable::Defect(_))));
    unknown(account.operation_reply("merge", &Reply::new(200, "{}")));
}

#[test]
fn credentials_are_checked_by_reading_the_subscription() {
    let account = account(json!({}));
    let Verify::Call(call) = account.verify_request(&moment()).unwrap() else { panic!("a call") };
    assert_eq!(
        (call.method, call.url.path(), &call.body),
        (Method::Get, "/api/v1/conta/dados-assinatura", &Body::Empty)
    );
    let good = done(account.verify_reply(&answer(&subscription(1, 980, false))));
    assert_eq!((good.warnings.len(), &good.details["plan"]), (0, &json!("Corporativo")));
    let spent = done(account.verify_reply(&answer(&subscription(3, 0, false))));
    assert_eq!(spent.warnings, ["The account is not active at ArqSign.", "No credit is left for sendings."]);
    assert!(done(account.verify_reply(&answer(&subscription(1, 0, true)))).warnings.is_empty());
    let denied = refused(account.verify_reply(&refusal(401, "Acesso não autorizado.")));
    let at: Vec<_> = denied.blames.iter().map(|b| b.pointer.as_str()).collect();
    assert_eq!(
        (denied.class, at.as_slice()),
        (Class::Authentication, ["/credentials/app_key", "/credentials/subscription_key"].as_slice())
    );
    let closed = refused(account.verify_reply(&refusal(403, "Plano sem integração.")));
    assert_eq!(closed.class, Class::Permission);
}
