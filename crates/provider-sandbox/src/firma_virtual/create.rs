//! Making a contract. Source: contract sections 3.8 and 10.2.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::catalogue::FeeRow;
use super::checks::{self, MOST_SIGNERS};
use super::config::PartyType;
use super::contract::{Contract, SignerData, Status};
use super::state::State;
use super::variants::Variants;
use super::wire::{self, Object, Refused, Success, VALIDATION_FAIL};
use super::{access, mails, shapes};
use crate::clock::later;
use crate::endpoint;
use crate::ledger::NoticeKind;
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);

/// The documented members. The tables spell two of them otherwise; the examples are followed.
const MEMBERS: [&str; 7] =
    ["sOwnerType", "sPaymentStatus", "iPaymentService", "iContractTypeFeeID", "iSignedCount", "callback", "signers"];
const SIGNER_MEMBERS: [&str; 7] = ["full_name", "email", "rutId", "phone", "type", "portion", "payment"];

/// What a request asks for, checked.
struct Order {
    owner_type: PartyType,
    paid: bool,
    fee: FeeRow,
    callback: Option<String>,
    signers: Vec<SignerOrder>,
}

struct SignerOrder {
    data: SignerData,
    party: PartyType,
    portion: i64,
}

/// Makes a contract.
pub(super) async fn create_contract(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let body = wire::read_json(&request, payload).await;
    let now = sandbox.now();
    let mut state = sandbox.firma_virtual_state();
    let made = access::caller(&state, &request, now).and_then(|owner| {
        let order = check(&state, &wire::object(body)?)?;
        let lag = u64::from(state.variants.owner_list_lag_s).max(endpoint::lookup_lag_s(&request));
        Ok(insert(&mut state, owner, order, now, lag))
    });
    let reply = made.map(|contract| {
        if state.variants.notify_on_create {
            mails::tell_all(&sandbox, &contract, NoticeKind::Invitation);
        }
        Success::new(201, shapes::created(&state.variants, &contract))
    });
    wire::respond(&state.variants, reply)
}

fn check(state: &State, body: &Object) -> Result<Order, Refused> {
    let variants = &state.variants;
    if variants.reject_unknown && checks::has_unknown(body, &MEMBERS) {
        return Err(FAILED);
    }
    let integer = |member| body.get(member).and_then(Value::as_i64).ok_or(FAILED);
    let owner_type = checks::text(body, "sOwnerType").and_then(PartyType::named).ok_or(FAILED)?;
    let paid = match checks::text(body, "sPaymentStatus") {
        Some("PENDING") => false,
        Some("PAIDOUT") => true,
        Some(_) | None => return Err(FAILED),
    };
    // 1 is taken and kept as 0, as the vendor's example shows.
    if !(0..=1).contains(&integer("iPaymentService")?) {
        return Err(FAILED);
    }
    let fee = state.fee(integer("iContractTypeFeeID")?).ok_or(FAILED)?.clone();
    let announced = usize::try_from(integer("iSignedCount")?).map_err(|_| FAILED)?;
    let signers = body.get("signers").and_then(Value::as_array).ok_or(FAILED)?;
    let counts_agree = signers.len() == announced && fee.sign_count == announced;
    if !(1..=MOST_SIGNERS).contains(&signers.len()) || !counts_agree {
        return Err(FAILED);
    }
    let signers = signers.iter().map(|signer| signer_order(variants, signer)).collect::<Result<Vec<_>, _>>()?;
    let mut ruts: Vec<&str> = signers.iter().map(|signer| signer.data.rut.as_str()).collect();
    ruts.sort_unstable();
    ruts.dedup();
    if !variants.qa_rut && ruts.len() != signers.len() {
        return Err(FAILED);
    }
    if signers.iter().map(|signer| signer.portion).sum::<i64>() != 100 {
        return Err(FAILED);
    }
    Ok(Order { owner_type, paid, fee, callback: callback(body)?, signers })
}

fn signer_order(variants: &Variants, signer: &Value) -> Result<SignerOrder, Refused> {
    let signer = signer.as_object().ok_or(FAILED)?;
    if variants.reject_unknown && checks::has_unknown(signer, &SIGNER_MEMBERS) {
        return Err(FAILED);
    }
    let number = |member| signer.get(member).and_then(checks::loose_number).ok_or(FAILED);
    let data = checks::signer_data(variants, signer)?;
    let party = checks::text(signer, "type").and_then(PartyType::named).ok_or(FAILED)?;
    let portion = number("portion")?;
    let shares = [(0.0, 0), (50.0, 50), (100.0, 100)];
    let (_, portion) = shares.into_iter().find(|(share, _)| *share == portion).ok_or(FAILED)?;
    if number("payment")? == 0.0 { Ok(SignerOrder { data, party, portion }) } else { Err(FAILED) }
}

fn callback(body: &Object) -> Result<Option<String>, Refused> {
    let Some(given) = body.get("callback") else {
        return Ok(None);
    };
    let given = given.as_str().ok_or(FAILED)?;
    let url = url::Url::parse(given).map_err(|_| FAILED)?;
    let good = matches!(url.scheme(), "http" | "https") && url.has_host();
    // Kept as it came: the address is called to the letter.
    if good { Ok(Some(given.to_owned())) } else { Err(FAILED) }
}

fn insert(state: &mut State, owner: u32, order: Order, now: DateTime<Utc>, lag_s: u64) -> Contract {
    let signers: Vec<_> =
        order.signers.into_iter().map(|signer| state.new_signer(signer.data, signer.party, signer.portion)).collect();
    let lag = TimeDelta::try_seconds(i64::try_from(lag_s).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX);
    let contract = Contract {
        id: state.new_id(),
        auto_id: state.next_auto_id(),
        owner,
        owner_type: order.owner_type,
        signed_count: signers.len(),
        fee: order.fee,
        callback: order.callback,
        status: Status::Created,
        shown_status: None,
        paid: order.paid,
        signers,
        files: Vec::new(),
        notary: None,
        sealing: false,
        sealed: None,
        created_at: now,
        listed_from: later(now, lag),
        told: state.variants.notify_on_create,
        deleted: false,
    };
    state.insert(contract.clone());
    contract
}
