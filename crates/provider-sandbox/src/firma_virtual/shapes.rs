//! Contracts, signers and files as answers and callbacks write them. Source: contract sections 3.8 to 3.11, 3.14.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::VENDOR;
use super::contract::{Contract, NotaryDeed, Signer, decimal};
use super::rut;
use super::variants::{Downloads, Variants};
use crate::clock::later;

/// The time as this server's answers count it.
fn local(variants: &Variants, at: DateTime<Utc>) -> DateTime<Utc> {
    later(at, TimeDelta::minutes(i64::from(variants.time_offset_min)))
}

fn phone(variants: &Variants, phone: &str) -> String {
    let skipped = if variants.national_phones_in_answers { phone.chars().count().saturating_sub(9) } else { 0 };
    phone.chars().skip(skipped).collect()
}

fn payment_word(paid: bool) -> &'static str {
    if paid { "PAIDOUT" } else { "PENDING" }
}

/// The answer to the creating call: the contract, then its signers with their amounts.
pub(super) fn created(variants: &Variants, contract: &Contract) -> Value {
    let at = local(variants, contract.created_at);
    let signers = contract.signers.iter().map(|signer| {
        let amounts = signer.amounts(&contract.fee);
        json!({
            "full_name": signer.data.full_name,
            "phone": phone(variants, &signer.data.phone),
            "rutId": rut::shown(&signer.data.rut, variants.rut_in_answers),
            "email": signer.data.email,
            "type": signer.party.word(),
            "portion": signer.portion,
            "payment": decimal(amounts.payment),
            "iva": decimal(amounts.iva),
            "notary": decimal(amounts.notary),
            "total": decimal(amounts.total()),
        })
    });
    json!([
        {
            "sContractID": contract.id,
            "sOwnerType": contract.owner_type.word(),
            "iContractTypeFeeID": contract.fee.id,
            "sStatus": contract.status_word(),
            "sPaymentStatus": payment_word(contract.paid),
            "iPaymentService": 0,
            "dContractDT": {
                "date": at.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
                "timezone_type": 3,
                "timezone": "UTC",
            },
            "iSignedCount": contract.signed_count,
            "iContractOwner": contract.owner,
        },
        signers.collect::<Value>(),
    ])
}

/// The members of the plain reading call.
pub(super) fn plain(variants: &Variants, contract: &Contract) -> Map<String, Value> {
    members(json!({
        "sContractID": contract.id,
        "sOwnerType": contract.owner_type.word(),
        "iContractTypeFeeID": contract.fee.id,
        "sStatus": contract.status_word(),
        "sPaymentStatus": payment_word(contract.paid),
        "iPaymentService": 0,
        "dContractDT": local(variants, contract.created_at).format("%Y-%m-%d %H:%M:%S").to_string(),
        "iSignedCount": contract.signed_count,
        "iContractOwner": contract.owner,
    }))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// The members of the owner's list.
pub(super) fn listed(variants: &Variants, contract: &Contract) -> Map<String, Value> {
    let mut shown = plain(variants, contract);
    shown.extend(members(json!({
        "NumeroFirmantes": contract.signers.len(),
        "withDocument": u8::from(!contract.files.is_empty()),
        "sTipoFirma": contract.modal().label(),
        "sClaseContrato": contract.fee.class_label(),
        "sTipoContrato": contract.fee.name,
        "Monto": contract.fee.amount(),
    })));
    shown
}

/// The contract in the detail.
pub(super) fn detailed(variants: &Variants, contract: &Contract) -> Map<String, Value> {
    let mut shown = listed(variants, contract);
    let modal = if variants.modal_as_label { contract.modal().label() } else { contract.modal().code() };
    let register = match &contract.notary {
        Some(NotaryDeed::Stamped { register, .. }) => Some(register),
        Some(NotaryDeed::Refused) | None => None,
    };
    let amount = shown.remove("Monto").unwrap_or_default();
    shown.extend(members(json!({
        "modal": modal, "Repertorio": register, "autoId": contract.auto_id, "Monto": amount,
    })));
    shown
}

/// A signer in the detail.
pub(super) fn signer(variants: &Variants, contract: &Contract, signer: &Signer) -> Value {
    let amounts = signer.amounts(&contract.fee);
    let [download, agree, disagree] = signer.draft_flags();
    let payment = if signer.paid && variants.payout { "PAYOUT" } else { payment_word(signer.paid) };
    json!({
        "num": signer.num,
        "RUT": rut::shown(&signer.data.rut, variants.rut_in_answers),
        "email": signer.data.email,
        "full_name": signer.data.full_name,
        "phone": phone(variants, &signer.data.phone),
        "portion": decimal(signer.portion * 100),
        "amount": decimal(amounts.payment),
        "iva": decimal(amounts.iva),
        "notaryPay": decimal(amounts.notary),
        "totalPay": decimal(amounts.total()),
        "payment": payment,
        "download_draft": download,
        "agree_draft": agree,
        "disagree_draft": disagree,
        // The vendor's word for "has signed".
        "sign_status": if signer.signed.is_some() { "ENABLE" } else { "NOTHING" },
    })
}

/// All signers in the detail.
pub(super) fn signers(variants: &Variants, contract: &Contract) -> Value {
    contract.signers.iter().map(|one| signer(variants, contract, one)).collect()
}

/// The detail's `message`.
pub(super) fn detail(variants: &Variants, contract: &Contract) -> Value {
    let shown = Value::Object(detailed(variants, contract));
    let files = file_names(variants, contract);
    let files = files.iter().enumerate().map(|(place, name)| json!({ "file_name": name, "orden": place }));
    json!({
        "contrato": if variants.contrato_as_object { shown } else { json!([shown]) },
        "firmantes": signers(variants, contract),
        "archivos": files.collect::<Value>(),
    })
}

/// Name of the signed file where it stands beside the draft.
pub(super) fn signed_name(contract: &Contract) -> String {
    format!("{}_firmado.pdf", contract.id)
}

/// The files of a contract as lists show them.
pub(super) fn file_names(variants: &Variants, contract: &Contract) -> Vec<String> {
    let mut names: Vec<String> = contract.files.iter().map(|file| file.name.clone()).collect();
    if variants.signed_file_beside_draft && contract.sealed.is_some() {
        names.push(signed_name(contract));
    }
    names
}

/// The address of a file.
pub(super) fn file_url(base_url: &str, variants: &Variants, name: &str) -> String {
    match variants.downloads {
        Downloads::Api | Downloads::Html | Downloads::Missing => format!("{base_url}/{VENDOR}/api/v1/download/{name}"),
        Downloads::Public => format!("{base_url}/{VENDOR}/documentos/{name}"),
    }
}

/// The list of files.
pub(super) fn file_list(base_url: &str, variants: &Variants, contract: &Contract) -> Value {
    let names = file_names(variants, contract);
    let entries = names.iter().enumerate().map(|(place, name)| {
        json!({
            "contractID": contract.id,
            "document": name,
            "url": if variants.absolute_file_urls { file_url(base_url, variants, name) } else { name.clone() },
            "description": "NA",
            "orden": place,
        })
    });
    entries.collect()
}
