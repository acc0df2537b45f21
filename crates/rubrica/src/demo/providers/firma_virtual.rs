//! Firma Virtual (Chile): two people read, one of them pays, both sign at the same time, and a notary certifies.

use provider_sandbox::firma_virtual::NOTARY;
use serde_json::json;

use super::{Callbacks, Person, Provider, Signing};
use crate::demo::papers::CHILEAN_PROMISE;

pub(super) const PROVIDER: Provider = Provider {
    kind: "firma_virtual",
    account: "firma-virtual",
    settings: |vendors| {
        json!({
            "base_url": vendors.firma_virtual().base_url(),
            "owner_user_id": 20,
            "default_contract_type_fee_id": 28,
        })
    },
    credentials: || json!({ "login": "userapp", "password": "example-password" }),
    callbacks: Callbacks::ToldWithEachSending,
    polls: &["get_one_contract", "contract_detail"],
    papers: &[CHILEAN_PROMISE],
    people: &[
        Person::signer(1, ["Camila", "Rojas", "Paz"], "12345678-5", "+56912345671"),
        Person::signer(1, ["Diego", "Soto", "Vega"], "7654321-6", "+56912345672"),
    ],
    national_id: Some("rut"),
    delivery: "email",
    signing: Signing::AtTheProvider(&[NOTARY]),
    envelope: || json!({ "notary": "certification" }),
};
