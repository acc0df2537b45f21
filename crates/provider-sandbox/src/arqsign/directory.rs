//! Folders, users and roles of an account. Source: contract sections 2.10 to 2.12.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::accounts::{Account, Folder};
use super::config::Variants;
use super::messages::{self, Refusal};
use super::shape::{Faults, Kind, Member, Object, bit, optional, required};
use super::{find, gate, wire};
use crate::sandbox::Sandbox;

const FOLDERS: &[Member] = &[
    required("buscarPor", Kind::Int(1, 3)),
    optional("ativas", Kind::Bit),
    optional("pastas", Kind::Array(&Kind::Guid)),
];
const USERS: &[Member] = &[optional("ativos", Kind::Bit), optional("usuarios", Kind::Array(&Kind::Guid))];

/// 2.10.
pub(super) async fn folders(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let found = find::object(&body.json, FOLDERS, &caller.variants)
        .and_then(|sent| found_folders(&caller.account, sent, &caller.variants));
    match found {
        Ok(found) => wire::reply(&caller.variants, found),
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}

fn found_folders(account: &Account, sent: &Object, variants: &Variants) -> Result<Value, Option<Refusal>> {
    let only_active = sent.get("ativas").and_then(bit).unwrap_or_default();
    let wanted = find::texts(sent, "pastas").unwrap_or_default();
    let by = sent.get("buscarPor").and_then(Value::as_i64);
    let mut faults = Faults::default();
    match by {
        Some(1 | 2) if wanted.is_empty() => faults.missing("pastas"),
        Some(2) if wanted.len() > 1 => faults.wrong("pastas"),
        Some(_) | None => {}
    }
    faults.verdict(variants)?;
    let known: Vec<&Folder> = wanted.iter().filter_map(|id| account.folder(id)).collect();
    if by != Some(3) && known.len() < wanted.len() {
        return Err(Some(messages::unknown_ids(variants, &["pastas"])));
    }
    let shown = |folder: &&Folder| !only_active || !folder.deleted;
    let with_children = |folder: &Folder| {
        let children = account.children_of(&folder.id).filter(shown).map(|child| {
            let has_more = account.children_of(&child.id).any(|folder| shown(&folder));
            let mut told = told_folder(account, child);
            wire::put(&mut told, "possuiFilhos", wire::truth(variants, has_more));
            told
        });
        let mut told = told_folder(account, folder);
        wire::put(&mut told, "filhos", children.collect::<Vec<_>>());
        told
    };
    let found: Vec<Value> = match by {
        Some(1) => known
            .into_iter()
            .filter(shown)
            .map(|folder| {
                let mut told = told_folder(account, folder);
                wire::put(&mut told, "filhos", Value::Null);
                told
            })
            .collect(),
        Some(2) => known.into_iter().map(with_children).collect(),
        Some(_) | None => account.root().into_iter().map(with_children).collect(),
    };
    Ok(found.into())
}

fn told_folder(account: &Account, folder: &Folder) -> Value {
    json!({
        "id": folder.id,
        "nome": folder.name,
        "caminhoCompleto": account.path_of(folder),
        "status": if folder.deleted { "Excluída" } else { "Ativa" },
    })
}

/// 2.11.
pub(super) async fn users(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let found = find::object(&body.json, USERS, &caller.variants)
        .and_then(|sent| found_users(&caller.account, sent, &caller.variants));
    match found {
        Ok(found) => wire::reply(&caller.variants, found),
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}

fn found_users(account: &Account, sent: &Object, variants: &Variants) -> Result<Value, Option<Refusal>> {
    let wanted = find::texts(sent, "usuarios");
    let only_active = sent.get("ativos").and_then(bit);
    if wanted.is_none() && only_active.is_none() {
        return Err(Some(messages::missing(variants, &["ativos".to_owned()])));
    }
    let users: Vec<_> = match wanted {
        Some(ids) => {
            let known: Vec<_> = ids.iter().filter_map(|id| account.user(id)).collect();
            if known.len() < ids.len() {
                return Err(Some(messages::unknown_ids(variants, &["usuarios"])));
            }
            known
        }
        None => {
            let all = only_active != Some(true);
            account.users.iter().filter(|user| all || user.status.word_and_id().1 == 1).collect()
        }
    };
    let told = users.into_iter().map(|user| {
        let (word, id) = user.status.word_and_id();
        let status = if variants.user_status_as_number { Value::from(id) } else { word.into() };
        json!({
            "id": user.id,
            "nome": user.name,
            "status": status,
            "remetente": wire::truth(variants, user.sender),
        })
    });
    Ok(told.collect::<Vec<_>>().into())
}

/// 2.12.
pub(super) async fn roles(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest) -> HttpResponse {
    match gate::admit(&sandbox, &request) {
        Ok(caller) => {
            let roles = caller.account.roles.iter().map(|role| {
                let standard = wire::truth(&caller.variants, role.standard);
                json!({ "id": role.id, "nome": role.name, "padrao": standard })
            });
            wire::reply(&caller.variants, roles.collect::<Vec<_>>().into())
        }
        Err(denied) => denied.answer(),
    }
}
