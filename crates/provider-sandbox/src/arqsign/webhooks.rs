//! Webhook configurations: registering, listing, switching. Source: contract sections 2.15 to 2.17 and 4.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::accounts::{Account, UserStatus};
use super::config::Variants;
use super::events::Trigger;
use super::gate::{self, Caller};
use super::messages::{self, Refusal};
use super::shape::{ANY_LENGTH, Faults, Kind, Member, Object, bit, is_guid, optional, required};
use super::state::State;
use super::{find, wire};
use crate::sandbox::Sandbox;

/// Configurations of an account. Source: contract section 2.15.
const MOST: usize = 25;

/// Whether a configuration is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WebhookStatus {
    Active,
    Inactive,
    /// Switched off by the vendor after failures.
    Failed,
}

impl WebhookStatus {
    pub(super) fn id(self) -> i64 {
        match self {
            Self::Active => 1,
            Self::Inactive => 2,
            Self::Failed => 3,
        }
    }
}

/// What a delivery contains beside the base fields.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub(super) process: bool,
    pub(super) signers: bool,
    pub(super) documents: bool,
    pub(super) documents_as_links: bool,
    pub(super) shared_links: bool,
    pub(super) records: bool,
    pub(super) records_as_links: bool,
}

/// A configuration.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) name: String,
    pub(super) status: WebhookStatus,
    pub(super) url: String,
    pub(super) waits: bool,
    pub(super) key: String,
    pub(super) users: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) folders: Vec<String>,
    /// The triggers of the configuration, and whether each is still on.
    pub(super) triggers: Vec<(Trigger, bool)>,
    pub(super) wanted: Wanted,
}

impl Webhook {
    /// Whether an event of this kind is delivered.
    pub(super) fn hears(&self, trigger: Trigger) -> bool {
        self.status == WebhookStatus::Active && self.triggers.contains(&(trigger, true))
    }

    /// Whether it listens to processes of this sender in this folder.
    pub(super) fn covers(&self, account: &Account, sender: &str, folder: &str) -> bool {
        let among = |ids: &[String], id: &str| ids.iter().any(|known| known.eq_ignore_ascii_case(id));
        let in_group = || {
            let groups = account.groups.iter().filter(|group| among(&self.groups, &group.id));
            groups.into_iter().any(|group| among(&group.users, sender))
        };
        (self.users.is_empty() || among(&self.users, sender))
            && (self.groups.is_empty() || in_group())
            && (self.folders.is_empty() || among(&self.folders, folder))
    }
}

const RETURNED: Kind = Kind::Object(&[
    optional("processo", Kind::Bit),
    optional("signatarios", Kind::Bit),
    optional("documentos", Kind::Bit),
    optional("linkDocCompartilhado", Kind::Bit),
    optional("registrosAssinatura", Kind::Bit),
    optional("documentosTipo", Kind::Int(1, 2)),
    optional("registrosAssinaturaTipo", Kind::Int(1, 2)),
]);
const REGISTER: &[Member] = &[
    required("nome", Kind::Text(150)),
    required("status", Kind::Int(1, 2)),
    required("urlPublicar", Kind::Text(ANY_LENGTH)),
    optional("aguardarRetorno", Kind::Bit),
    optional("usuarios", Kind::Array(&Kind::Guid)),
    optional("grupos", Kind::Array(&Kind::Guid)),
    optional("pastas", Kind::Array(&Kind::Guid)),
    required("gatilhos", Kind::Array(&Kind::Int(1, 8))),
    optional("dadosRetorno", RETURNED),
];
const SWITCH: &[Member] = &[required("status", Kind::Int(1, 2))];

/// 2.15.
pub(super) async fn register(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let registered = find::object(&body.json, REGISTER, &caller.variants)
        .and_then(|sent| add(&mut sandbox.arqsign_state(), &caller, sent));
    match registered {
        Ok(answer) => wire::reply(&caller.variants, answer),
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}

fn add(state: &mut State, caller: &Caller, sent: &Object) -> Result<Value, Option<Refusal>> {
    let flag = |object: &Object, name: &str| object.get(name).and_then(bit).unwrap_or_default();
    let number = |object: &Object, name: &str| object.get(name).and_then(Value::as_i64);
    let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut faults = Faults::default();
    let triggers: Vec<Trigger> = sent
        .get("gatilhos")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|id| Trigger::from_id(id.as_i64()?))
        .collect();
    if triggers.is_empty() {
        faults.missing("gatilhos");
    }
    let empty = Object::new();
    let returned = sent.get("dadosRetorno").and_then(Value::as_object).unwrap_or(&empty);
    for (member, kind) in [("documentos", "documentosTipo"), ("registrosAssinatura", "registrosAssinaturaTipo")] {
        if flag(returned, member) && number(returned, kind).is_none() {
            faults.missing(kind);
        }
    }
    let url: String = text("urlPublicar").split_whitespace().collect();
    if !url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        faults.wrong("urlPublicar");
    }
    faults.verdict(&caller.variants)?;
    let name = text("nome").trim().to_owned();
    let (users, groups, folders) = filters(&caller.account, sent, &caller.variants)?;
    let own = || state.webhooks.iter().filter(|known| known.account == caller.account.id);
    if own().any(|known| known.name.to_lowercase() == name.to_lowercase()) {
        return Err(Some(Refusal::unprocessable(messages::WEBHOOK_NAME_TAKEN)));
    }
    if own().count() >= MOST {
        return Err(Some(Refusal::unprocessable(messages::TOO_MANY_WEBHOOKS)));
    }
    let webhook = Webhook {
        id: state.new_id(),
        account: caller.account.id.clone(),
        name,
        status: if number(sent, "status") == Some(1) { WebhookStatus::Active } else { WebhookStatus::Inactive },
        url,
        waits: flag(sent, "aguardarRetorno"),
        key: format!("{}{}", state.new_token(), state.new_token()),
        users,
        groups,
        folders,
        triggers: triggers.into_iter().map(|trigger| (trigger, true)).collect(),
        wanted: Wanted {
            process: flag(returned, "processo"),
            signers: flag(returned, "signatarios"),
            documents: flag(returned, "documentos"),
            documents_as_links: number(returned, "documentosTipo") == Some(2),
            shared_links: flag(returned, "linkDocCompartilhado"),
            records: flag(returned, "registrosAssinatura"),
            records_as_links: number(returned, "registrosAssinaturaTipo") == Some(2),
        },
    };
    let answer = json!({ "id": webhook.id, "nome": webhook.name, "chaveHMAC": webhook.key });
    state.webhooks.push(webhook);
    Ok(answer)
}

type Filters = (Vec<String>, Vec<String>, Vec<String>);

/// Foreign ids are dropped in silence; a list of which nothing is left is refused.
fn filters(account: &Account, sent: &Object, variants: &Variants) -> Result<Filters, Option<Refusal>> {
    let refuse = |message: &str| Err(Some(Refusal::rule(variants, message)));
    let asked = |name: &str| find::texts(sent, name).unwrap_or_default();
    let users = asked("usuarios");
    let known: Vec<&String> = users.iter().filter(|id| account.user(id).is_some()).collect();
    let active = known.iter().filter(|id| account.user(id).is_some_and(|user| user.status == UserStatus::Active));
    let active: Vec<String> = active.map(|id| (*id).clone()).collect();
    if !users.is_empty() && known.is_empty() {
        return refuse(messages::NO_USERS);
    }
    if !users.is_empty() && active.is_empty() {
        return refuse(messages::INACTIVE_USERS);
    }
    let mut groups = asked("grupos");
    let asked_groups = !groups.is_empty();
    groups.retain(|id| account.groups.iter().any(|group| group.id.eq_ignore_ascii_case(id)));
    if asked_groups && groups.is_empty() {
        return refuse(messages::NO_GROUPS);
    }
    let mut folders = asked("pastas");
    let asked_folders = !folders.is_empty();
    folders.retain(|id| account.folder(id).is_some());
    if asked_folders && folders.is_empty() {
        return refuse(messages::NO_FOLDERS);
    }
    Ok((active, groups, folders))
}

/// 2.16.
pub(super) async fn list(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    let state = sandbox.arqsign_state();
    let own = state.webhooks.iter().filter(|webhook| webhook.account == caller.account.id);
    let listed: Vec<Value> = own.map(|webhook| told(webhook, &caller.variants)).collect();
    drop(state);
    wire::reply(&caller.variants, listed.into())
}

/// A configuration as 2.16 tells it.
pub(super) fn told(webhook: &Webhook, variants: &Variants) -> Value {
    let flag = |value| wire::bit(variants, value);
    let kind = |links: bool| if links { 2 } else { 1 };
    let triggers = webhook.triggers.iter().map(
        |(trigger, on)| json!({ "id": trigger.id(), "nome": trigger.label(), "ativo": wire::truth(variants, *on) }),
    );
    let wanted = webhook.wanted;
    json!({
        "id": webhook.id,
        "nome": webhook.name,
        "status": webhook.status.id(),
        "urlPublicar": webhook.url,
        "aguardaRetorno": flag(webhook.waits),
        "hmac": webhook.key,
        "usuarios": webhook.users,
        "grupos": webhook.groups,
        "pastas": webhook.folders,
        "gatilhos": triggers.collect::<Vec<_>>(),
        "dadosRetorno": {
            "processo": flag(wanted.process),
            "signatarios": flag(wanted.signers),
            "documentos": flag(wanted.documents),
            "documentosTipo": kind(wanted.documents_as_links),
            "linkDocumentoCompartilhado": flag(wanted.shared_links),
            "registrosAssinatura": flag(wanted.records),
            "registrosAssinaturaTipo": kind(wanted.records_as_links),
        },
    })
}

/// 2.17. Activating begins with a clean slate.
pub(super) async fn switch(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let switched = find::object(&body.json, SWITCH, &caller.variants).and_then(|sent| {
        if !is_guid(&id) {
            return Err(Some(messages::wrong_format(&caller.variants, &["idConfWebHook".to_owned()])));
        }
        let mut state = sandbox.arqsign_state();
        let mut webhooks = state.webhooks.iter_mut();
        let found = webhooks.find(|known| known.account == caller.account.id && known.id.eq_ignore_ascii_case(&id));
        let webhook = found.ok_or_else(|| Some(messages::unknown_ids(&caller.variants, &["idConfWebHook"])))?;
        if sent.get("status").and_then(Value::as_i64) == Some(1) {
            webhook.status = WebhookStatus::Active;
            for (_, on) in &mut webhook.triggers {
                *on = true;
            }
        } else {
            webhook.status = WebhookStatus::Inactive;
        }
        Ok(())
    });
    match switched {
        Ok(()) => HttpResponse::build(wire::success(&caller.variants)).finish(),
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}
