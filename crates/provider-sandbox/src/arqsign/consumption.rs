//! What an account used, and what it may still use. Source: contract sections 2.13 and 2.14.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::config::Variants;
use super::gate::Caller;
use super::messages::{self, Refusal};
use super::process::Status;
use super::shape::{Faults, Kind, Member, Object, required};
use super::state::{Consumed, State};
use super::{find, gate, wire};
use crate::sandbox::Sandbox;

const CONSUMPTION: &[Member] =
    &[required("dataInicial", Kind::Date), required("dataFinal", Kind::Date), required("item", Kind::AnyInt)];

/// The items with their names; the ids are assumed (A9), and the second and third name this simulator's.
const ITEMS: [&str; 3] = ["Envio", "WhatsApp", "SMS"];

/// 2.13.
pub(super) async fn consumption(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let counted = find::object(&body.json, CONSUMPTION, &caller.variants)
        .and_then(|sent| counted(&sandbox.arqsign_state(), &caller, sent));
    match counted {
        Ok(counted) => wire::reply(&caller.variants, counted),
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}

fn counted(state: &State, caller: &Caller, sent: &Object) -> Result<Value, Option<Refusal>> {
    let variants = &caller.variants;
    let date = |name: &str| {
        let text = sent.get(name).and_then(Value::as_str).unwrap_or_default();
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap_or_default()
    };
    let (from, to) = (date("dataInicial"), date("dataFinal"));
    let mut faults = Faults::default();
    if to < from || from.checked_add_months(Months::new(12)).is_some_and(|latest| to > latest) {
        faults.wrong("dataFinal");
    }
    faults.verdict(variants)?;
    let wanted = sent.get("item").and_then(Value::as_i64).unwrap_or_default();
    let ids = variants.credit_item_ids;
    if wanted != 0 && !ids.contains(&wanted) {
        return Err(Some(messages::unknown_ids(variants, &["item"])));
    }
    let own = || {
        state.consumed.iter().filter(|entry| {
            let canceled = state.process(&entry.process).is_some_and(|process| process.status == Status::Canceled);
            entry.account == caller.account.id && (from..=to).contains(&entry.on) && !canceled
        })
    };
    let sum = |of: fn(&Consumed) -> i64| own().map(of).sum::<i64>();
    let quantities = [sum(|entry| entry.sendings), sum(|entry| entry.whatsapp), sum(|entry| entry.sms)];
    let items = ids.into_iter().zip(ITEMS).zip(quantities).filter(|((id, _), _)| wanted == 0 || *id == wanted);
    let items = items.map(|((id, name), quantity)| json!({ "id": id, "nome": name, "quantidade": quantity }));
    Ok(json!({
        "idConta": caller.account.id,
        "nomeConta": caller.account.name,
        "itens": items.collect::<Vec<_>>(),
    }))
}

/// 2.14. Plan and term are this simulator's: the current calendar year on the corporate plan.
pub(super) async fn subscription(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest) -> HttpResponse {
    match gate::admit(&sandbox, &request) {
        Ok(caller) => wire::reply(&caller.variants, told(&caller, sandbox.now().year(), &caller.variants)),
        Err(denied) => denied.answer(),
    }
}

fn told(caller: &Caller, year: i32, variants: &Variants) -> Value {
    let account = &caller.account;
    let (id, word) = account.status.id_and_word();
    let credits = account.credits;
    let balances = [credits.sendings, credits.whatsapp, credits.sms];
    let items = variants.credit_item_ids.into_iter().zip(ITEMS).zip(balances).map(|((id, name), left)| {
        json!({
            "id": id,
            "nome": name,
            "saldo": left,
            "permiteExcedente": wire::truth(variants, credits.excess_allowed),
        })
    });
    json!({
        "Conta": { "id": account.id, "nome": account.name, "idStatus": id, "status": word },
        "plano": {
            "id": "6d1f7c38-2b9e-4a05-8c47-9e3f5a1b7d20",
            "tipoPlano": "C",
            "nome": "Corporativo",
            "periodo": "M",
            "valor": 75.90,
        },
        "assinatura": {
            "id": "4b8e2d91-7c3a-4f16-a5d8-0c6b9f2e1a37",
            "inicioVigencia": format!("{year}-01-01"),
            "fimVigencia": format!("{year}-12-31"),
            "trial": wire::truth(variants, account.trial),
            "itens": items.collect::<Vec<_>>(),
        },
    })
}
