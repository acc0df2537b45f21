//! The vendor's own operations, and the check of the credentials, in neutral English words.
//! Source: contract sections 2.10 to 2.17.

use std::collections::BTreeMap;

use domain::finding::Finding;
use domain::outcome::Outcome;
use serde_json::{Map, Value, json};

use super::ArqAccount;
use super::blame::Scope;
use super::endpoints::Endpoint;
use super::wire::received::{bit, get, list, number, text, texts};
use crate::call::{Body, Call};
use crate::provider::{Unbuildable, Verified};
use crate::reply::Reply;

impl ArqAccount {
    /// The call of the operation `name`.
    pub(super) fn operation_call(&self, name: &str, input: &Value) -> Result<Call, Unbuildable> {
        let endpoint = endpoint(name)?;
        Ok(match endpoint {
            Endpoint::Folders => self.call(endpoint, None)?.body(Body::Json(self.folders(input)?)),
            Endpoint::Users => self.call(endpoint, None)?.body(Body::Json(self.users(input))),
            Endpoint::Consumption => self.call(endpoint, None)?.body(Body::Json(self.consumption(input)?)),
            Endpoint::RegisterWebhook => self.call(endpoint, None)?.body(Body::Json(self.webhook(input))),
            Endpoint::SwitchWebhook => {
                let id = input.get("webhook_id").and_then(Value::as_str);
                let status = if input.get("active") == Some(&json!(true)) { 1 } else { 2 };
                self.call(endpoint, id)?.body(Body::Json(json!({ "status": status })))
            }
            Endpoint::Send
            | Endpoint::Process
            | Endpoint::Status
            | Endpoint::Signers
            | Endpoint::Cancel
            | Endpoint::Resend
            | Endpoint::Attachments
            | Endpoint::Record
            | Endpoint::Roles
            | Endpoint::Subscription
            | Endpoint::ListWebhooks
            | Endpoint::Link => self.call(endpoint, None)?,
        })
    }

    /// The result of the operation `name`.
    pub(super) fn operation_result(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        let Ok(endpoint) = endpoint(name) else {
            return Outcome::Unknown(domain::outcome::Doubt::new("ArqSign has no such operation."));
        };
        if endpoint == Endpoint::SwitchWebhook && reply.is_success() {
            return Outcome::Done(json!({}));
        }
        let answer = match self.accepted(endpoint, reply, Scope::Operation) {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let all =
            |read: fn(&Value) -> Value| -> Vec<Value> { answer.as_array().into_iter().flatten().map(read).collect() };
        Outcome::Done(match endpoint {
            Endpoint::Folders => json!({ "folders": all(folder) }),
            Endpoint::Users => json!({ "users": all(user) }),
            Endpoint::Roles => json!({ "roles": all(role) }),
            Endpoint::ListWebhooks => json!({ "webhooks": all(webhook) }),
            Endpoint::Consumption => self.consumed(&answer),
            Endpoint::Subscription => self.subscription(&answer),
            Endpoint::RegisterWebhook => object([
                ("id", text(&answer, &["id"]).map(Value::from)),
                ("name", text(&answer, &["nome"]).map(Value::from)),
                ("hmac_key", text(&answer, &["chavehmac"]).map(Value::from)),
            ]),
            Endpoint::Send
            | Endpoint::Process
            | Endpoint::Status
            | Endpoint::Signers
            | Endpoint::Cancel
            | Endpoint::Resend
            | Endpoint::Attachments
            | Endpoint::Record
            | Endpoint::SwitchWebhook
            | Endpoint::Link => json!({}),
        })
    }

    /// The call that checks the credentials: it costs one of the quota.
    pub(super) fn verify_call(&self) -> Result<Call, Unbuildable> {
        self.call(Endpoint::Subscription, None)
    }

    /// What the answer says about the credentials.
    pub(super) fn verified(&self, reply: &Reply) -> Outcome<Verified> {
        self.accepted(Endpoint::Subscription, reply, Scope::Account).map_or_else(
            |outcome| outcome,
            |answer| {
                let told = self.subscription(&answer);
                let details: BTreeMap<String, Value> =
                    told.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
                Outcome::Done(Verified { warnings: self.warnings(&answer), details })
            },
        )
    }

    fn warnings(&self, answer: &Value) -> Vec<String> {
        let mut warnings = Vec::new();
        let account = get(answer, &["conta"]).and_then(|account| number(account, &["idstatus"]));
        if account.is_some_and(|status| status != 1) {
            warnings.push("The account is not active at ArqSign.".to_owned());
        }
        let items = get(answer, &["assinatura"]).map(|s| list(s, &["itens"])).unwrap_or_default();
        for item in items {
            let spent = number(item, &["saldo"]) == Some(0) && bit(item, &["permiteexcedente"]) != Some(true);
            if spent {
                warnings.push(format!("No credit is left for {}.", self.item_name(item)));
            }
        }
        warnings
    }

    /// What an item is, in our words; else as the vendor calls it (A9).
    fn item_name(&self, item: &Value) -> String {
        let ids = self.checked.settings.credit_item_ids;
        let known = match number(item, &["id"]) {
            Some(id) if id == ids.sendings => Some("sendings"),
            Some(id) if id == ids.whatsapp => Some("whatsapp"),
            Some(id) if id == ids.sms => Some("sms"),
            Some(_) | None => None,
        };
        known.map(str::to_owned).or_else(|| text(item, &["nome"])).unwrap_or_else(|| "unknown".to_owned())
    }

    fn folders(&self, input: &Value) -> Result<Value, Unbuildable> {
        let ids = ids(input, "folder_ids");
        let asked = input.get("search").and_then(Value::as_str).unwrap_or("root");
        let (by, count) = match asked {
            "paths" => (1, !ids.is_empty()),
            "children" => (2, ids.len() == 1),
            _ => (3, true),
        };
        if !count {
            let detail = "`paths` needs at least one folder, `children` exactly one.";
            return Err(Unbuildable::Refused(vec![Finding::error("invalid", "/folder_ids", detail)]));
        }
        let active = input.get("only_active").and_then(Value::as_bool).unwrap_or(true);
        Ok(object([
            ("buscarPor", Some(json!(by))),
            ("ativas", Some(self.bit("ativas", active))),
            ("pastas", (by != 3).then(|| json!(ids))),
        ]))
    }

    fn users(&self, input: &Value) -> Value {
        let ids = ids(input, "user_ids");
        let active = input.get("only_active").and_then(Value::as_bool).unwrap_or(true);
        if ids.is_empty() { object([("ativos", Some(self.bit("ativos", active)))]) } else { json!({ "usuarios": ids }) }
    }

    fn consumption(&self, input: &Value) -> Result<Value, Unbuildable> {
        let ids = self.checked.settings.credit_item_ids;
        let item = match input.get("item").and_then(Value::as_str) {
            Some("sendings") => ids.sendings,
            Some("whatsapp") => ids.whatsapp,
            Some("sms") => ids.sms,
            Some(_) | None => 0,
        };
        let day = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let parsed = |name: &str| day(name).parse::<chrono::NaiveDate>().ok();
        let (Some(from), Some(to)) = (parsed("from"), parsed("to")) else {
            let detail = "Both days must be given as YYYY-MM-DD.";
            return Err(Unbuildable::Refused(vec![Finding::error("invalid", "/from", detail)]));
        };
        if to < from || from.checked_add_months(chrono::Months::new(12)).is_none_or(|most| to > most) {
            let detail = "The last day must be on or after the first, at most a year later.";
            return Err(Unbuildable::Refused(vec![Finding::error("invalid", "/to", detail)]));
        }
        Ok(json!({ "dataInicial": day("from"), "dataFinal": day("to"), "item": item }))
    }

    fn webhook(&self, input: &Value) -> Value {
        let given = |name: &str| input.get(name).cloned();
        let given_ids = |name: &str| Some(ids(input, name)).filter(|ids| !ids.is_empty()).map(|ids| json!(ids));
        let active = input.get("active").and_then(Value::as_bool).unwrap_or(true);
        object([
            ("nome", given("name")),
            ("status", Some(json!(if active { 1 } else { 2 }))),
            ("urlPublicar", given("url")),
            ("aguardarRetorno", Some(self.bit("aguardarRetorno", true))),
            ("usuarios", given_ids("user_ids")),
            ("grupos", given_ids("group_ids")),
            ("pastas", given_ids("folder_ids")),
            ("gatilhos", given("triggers")),
            ("dadosRetorno", Some(self.included(input))),
        ])
    }

    /// `dadosRetorno`; files are in base64.
    fn included(&self, input: &Value) -> Value {
        let wants =
            |name: &str| input.get("include").and_then(|i| i.get(name)).and_then(Value::as_bool).unwrap_or(false);
        let flag = |name: &str, theirs: &str| Some(self.bit(theirs, wants(name)));
        let given = |name: &str, theirs: &str| wants(name).then(|| self.bit(theirs, true));
        let kind = |name: &str| wants(name).then(|| json!(1));
        object([
            ("processo", flag("process", "processo")),
            ("signatarios", flag("signers", "signatarios")),
            ("documentos", flag("documents", "documentos")),
            ("documentosTipo", kind("documents")),
            ("linkDocCompartilhado", given("shared_links", "linkDocCompartilhado")),
            ("registrosAssinatura", given("signature_records", "registrosAssinatura")),
            ("registrosAssinaturaTipo", kind("signature_records")),
        ])
    }

    fn consumed(&self, answer: &Value) -> Value {
        let items = list(answer, &["itens"]).iter().map(|item| {
            object([
                ("item", Some(json!(self.item_name(item)))),
                ("count", Some(json!(number(item, &["quantidade"]).unwrap_or(0)))),
            ])
        });
        object([
            ("account", text(answer, &["nomeconta"]).map(Value::from)),
            ("items", Some(json!(items.collect::<Vec<_>>()))),
        ])
    }

    fn subscription(&self, answer: &Value) -> Value {
        let part = |name: &str| get(answer, &[name]).cloned().unwrap_or(Value::Null);
        let (account, plan, subscription) = (part("conta"), part("plano"), part("assinatura"));
        let status = number(&account, &["idstatus"]).map(|status| match status {
            1 => "active",
            2 => "inactive",
            3 => "blocked",
            4 => "pending",
            _ => "unknown",
        });
        let credits = list(&subscription, &["itens"]).iter().map(|item| {
            object([
                ("item", Some(json!(self.item_name(item)))),
                ("left", Some(json!(number(item, &["saldo"]).unwrap_or(0)))),
                ("may_exceed", Some(json!(bit(item, &["permiteexcedente"]).unwrap_or(false)))),
            ])
        });
        object([
            ("account", text(&account, &["nome"]).map(Value::from)),
            ("status", status.map(Value::from)),
            ("plan", text(&plan, &["nome"]).map(Value::from)),
            ("plan_type", text(&plan, &["tipoplano"]).map(Value::from)),
            ("valid_from", text(&subscription, &["iniciovigencia"]).map(Value::from)),
            ("valid_until", text(&subscription, &["fimvigencia"]).map(Value::from)),
            ("trial", bit(&subscription, &["trial"]).map(Value::from)),
            ("credits", Some(json!(credits.collect::<Vec<_>>()))),
        ])
    }

    fn bit(&self, name: &str, yes: bool) -> Value {
        self.checked.settings.bit_encoding.write(name, yes)
    }
}

fn endpoint(name: &str) -> Result<Endpoint, Unbuildable> {
    Ok(match name {
        "search_folders" => Endpoint::Folders,
        "search_users" => Endpoint::Users,
        "list_signer_roles" => Endpoint::Roles,
        "get_consumption" => Endpoint::Consumption,
        "get_subscription" => Endpoint::Subscription,
        "list_webhooks" => Endpoint::ListWebhooks,
        "register_webhook" => Endpoint::RegisterWebhook,
        "set_webhook_status" => Endpoint::SwitchWebhook,
        _ => return Err(Unbuildable::Defect("ArqSign has no such operation.".to_owned())),
    })
}

fn ids(input: &Value, name: &str) -> Vec<String> {
    let listed = input.get(name).and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

fn folder(told: &Value) -> Value {
    let mut folder = folder_itself(told);
    let children: Vec<Value> = list(told, &["filhos"]).iter().map(folder_itself).collect();
    if let (Some(members), Some(_)) = (folder.as_object_mut(), get(told, &["filhos"])) {
        members.insert("children".to_owned(), json!(children));
    }
    folder
}

fn folder_itself(told: &Value) -> Value {
    let active = text(told, &["status"]).map(|word| super::messages::normalized(&word) == "ativa");
    object([
        ("id", text(told, &["id"]).map(Value::from)),
        ("name", text(told, &["nome"]).map(Value::from)),
        ("path", text(told, &["caminhocompleto"]).map(Value::from)),
        ("active", active.map(Value::from)),
        ("has_children", bit(told, &["possuifilhos"]).map(Value::from)),
    ])
}

/// A user; the state is a word or a number there.
fn user(told: &Value) -> Value {
    let status = text(told, &["status"]).map(|word| match super::messages::normalized(&word).as_str() {
        "ativo" | "1" => "active".to_owned(),
        "inativo" | "2" => "inactive".to_owned(),
        "bloqueado" | "3" => "blocked".to_owned(),
        other => other.to_owned(),
    });
    object([
        ("id", text(told, &["id"]).map(Value::from)),
        ("name", text(told, &["nome"]).map(Value::from)),
        ("status", status.map(Value::from)),
        ("may_send", bit(told, &["remetente"]).map(Value::from)),
    ])
}

fn role(told: &Value) -> Value {
    object([
        ("id", text(told, &["id"]).map(Value::from)),
        ("name", text(told, &["nome"]).map(Value::from)),
        ("default", bit(told, &["padrao"]).map(Value::from)),
    ])
}

/// A webhook, without its key.
fn webhook(told: &Value) -> Value {
    let status = number(told, &["status"]).map(|status| match status {
        1 => "active",
        2 => "inactive",
        3 => "inactive_after_failures",
        _ => "unknown",
    });
    let triggers: Vec<Value> = list(told, &["gatilhos"])
        .iter()
        .map(|trigger| {
            object([
                ("id", number(trigger, &["id"]).map(Value::from)),
                ("name", text(trigger, &["nome"]).map(Value::from)),
                ("active", bit(trigger, &["ativo"]).map(Value::from)),
            ])
        })
        .collect();
    object([
        ("id", text(told, &["id"]).map(Value::from)),
        ("name", text(told, &["nome"]).map(Value::from)),
        ("status", status.map(Value::from)),
        ("url", text(told, &["urlpublicar"]).map(Value::from)),
        ("waits_for_answer", bit(told, &["aguardaretorno"]).map(Value::from)),
        ("user_ids", Some(json!(texts(told, &["usuarios"])))),
        ("group_ids", Some(json!(texts(told, &["grupos"])))),
        ("folder_ids", Some(json!(texts(told, &["pastas"])))),
        ("triggers", Some(json!(triggers))),
    ])
}

/// An object of the members that are there.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}
