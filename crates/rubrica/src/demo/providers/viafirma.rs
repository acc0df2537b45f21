//! Viafirma Platform (Spain): it has no pages and sends no mail, so two people come over the broker's own page, one after
//! another, and sign with certificates.

use serde_json::json;

use super::{Callbacks, Person, Provider, Signing};
use crate::demo::papers::SPANISH_CONTRACT;

pub(super) const PROVIDER: Provider = Provider {
    kind: "viafirma",
    account: "viafirma",
    settings: |vendors| {
        let base_url = vendors.viafirma().base_url();
        json!({
            "service_base_url": base_url,
            "public_base_url": base_url,
            // Nobody wants to wait a minute here.
            "poll_interval_s": 5,
        })
    },
    credentials: || json!({ "api_key": "test-api-key", "api_password": "test-api-password-0001" }),
    callbacks: Callbacks::Never,
    polls: &["operation_finished", "signature_result"],
    papers: &[SPANISH_CONTRACT],
    people: &[
        Person::signer(1, ["Jesús", "Sánchez", "Alonso"], "12345678Z", "+34600000001"),
        Person::signer(2, ["Lucía", "Fernández", "Gil"], "87654321X", "+34600000002"),
    ],
    national_id: Some("nif"),
    delivery: "none",
    signing: Signing::FromOurPage(|vendors| format!("{}/desktop", vendors.viafirma().base_url())),
    envelope: || json!({ "language": "es", "message": "Por favor, lea y firme el contrato." }),
};
