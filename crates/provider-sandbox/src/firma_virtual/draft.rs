//! Mailing the draft to the signers. Source: contract sections 3.17 and 10.2.

use actix_web::web::{Path, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::callback::{self, Post};
use super::contract::{Signer, Status};
use super::flow::{self, Stage};
use super::mails;
use super::read::own_contract;
use super::state::{ContractKey, Seat, State};
use super::wire::{self, CONTRACT_NOT_FOUND, Refused, Success, VALIDATION_FAIL};
use crate::ledger::NoticeKind;
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);
const UNKNOWN: Refused = Refused::Business(CONTRACT_NOT_FOUND);

/// A mail that left.
struct Mailed {
    seat: Seat,
    email: String,
    kind: NoticeKind,
    /// The signer has still to answer, and was not asked before.
    turn: bool,
}

/// What a sending did.
struct Sending {
    contract: String,
    message: Value,
    mailed: Vec<Mailed>,
    callback: Option<Post>,
}

/// Mails the draft to all signers; again, as long as it is with them.
pub(super) async fn send_draft(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let now = sandbox.now();
    let (variants, sent) = {
        let mut state = sandbox.firma_virtual_state();
        let sent =
            own_contract(&state, &request, now, &id).and_then(|key| send(&mut state, sandbox.base_url(), key, now));
        (state.variants.clone(), sent)
    };
    let reply = sent.map(|sending| {
        for mail in &sending.mailed {
            mails::tell(&sandbox, mail.kind, &mail.email, &sending.contract);
            if mail.turn {
                flow::begin_turn(&sandbox, mail.seat, &mail.email, Stage::Review);
            }
        }
        callback::send(&sandbox, sending.callback);
        Success::new(207, sending.message)
    });
    wire::respond(&variants, reply)
}

fn send(state: &mut State, base_url: &str, key: ContractKey, now: DateTime<Utc>) -> Result<Sending, Refused> {
    let contract = state.contract(key).ok_or(UNKNOWN)?;
    let sendable = matches!(contract.status, Status::Created | Status::Review);
    if contract.files.len() != 1 || !sendable {
        return Err(FAILED);
    }
    let (owner, count) = (contract.owner, contract.signers.len());
    if !state.book_mails(owner, count, now) {
        return Err(Refused::Limit);
    }
    let failing = state.variants.failing_mails.clone();
    let contract = state.contract_mut(key).ok_or(UNKNOWN)?;
    let first = contract.status == Status::Created;
    contract.status = Status::Review;
    contract.told = true;
    let id = contract.id.clone();
    let mut details = Vec::new();
    let mut mailed = Vec::new();
    for signer in &mut contract.signers {
        let email = &signer.data.email;
        let arrives = !failing.iter().any(|failing| failing.eq_ignore_ascii_case(email));
        details.push(detail(signer, arrives));
        signer.asked = true;
        if arrives {
            let kind = if signer.invited { NoticeKind::Reminder } else { NoticeKind::Invitation };
            let turn = !signer.invited && signer.decision.is_none();
            let seat = Seat { contract: key, num: signer.num };
            mailed.push(Mailed { seat, email: email.clone(), kind, turn });
            signer.invited = true;
        }
    }
    let message = json!({
        "msg": format!("email-doc: {id}"),
        "ok_count": mailed.len(),
        "fail_count": details.len() - mailed.len(),
        "info_detail": details,
    });
    let callback = if first { callback::of(state, base_url, key) } else { None };
    Ok(Sending { contract: id, message, mailed, callback })
}

/// What became of one signer's mail. The verdict words, and the misspelt one, are the vendor's.
fn detail(signer: &Signer, arrives: bool) -> Value {
    let name = &signer.data.full_name;
    let (verdict, info) = if arrives {
        ("success", format!("Correo de {name} fue enviado satisfactoriamente"))
    } else {
        ("error", format!("Correo de {name} no pudo ser enviado"))
    };
    let step = json!({ "status": if arrives { "sucess" } else { "error" }, "result": null });
    json!({
        "full_name": name,
        "email": signer.data.email,
        "status_mail": verdict,
        "info_mail": {
            "info": info,
            "result": {},
            "tok": {
                "download": signer.mail.download,
                "agree": signer.mail.agree,
                "disagree": signer.mail.disagree,
                "st_down": step,
                "st_ag": step,
                "st_disag": step,
            },
        },
    })
}
