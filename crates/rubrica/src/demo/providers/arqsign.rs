//! ArqSign (Brazil): two people sign one after another; the broker registers its webhook there.

use serde_json::json;

use super::{Callbacks, Person, Provider, Signing};
use crate::demo::papers::PORTUGUESE_LEASE;

pub(super) const PROVIDER: Provider = Provider {
    kind: "arqsign",
    account: "arqsign",
    settings: |vendors| {
        json!({
            "base_url": vendors.arqsign().base_url(),
            "id_responsavel": "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d",
            "id_pasta": "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11",
            // The smallest plan's limits, which are the default, would be used up by a few runs.
            "rate_limits": { "per_second": 100, "per_minute": 1000, "per_hour": 10_000, "per_month": 100_000 },
        })
    },
    credentials: || {
        json!({
            "app_key": "8d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d40",
            "subscription_key": "test-subscription-key-0001",
        })
    },
    callbacks: Callbacks::Registered("criar_confwebhook"),
    polls: &["status_do_processo", "dados_signatarios", "processo"],
    papers: &[PORTUGUESE_LEASE],
    people: &[
        Person::signer(1, ["João", "Silva", "Souza"], "529.982.247-25", "+5511987654321"),
        Person::signer(2, ["Ana", "Costa", "Lima"], "111.444.777-35", "+5511987654322"),
    ],
    national_id: Some("cpf"),
    delivery: "email",
    signing: Signing::AtTheProvider(&[]),
    envelope: || json!({ "message": "Por favor, leia e assine o contrato." }),
};
