//! GoFirmex (Chile): one portfolio with two documents; nothing but callbacks tells how far it is.

use provider_sandbox::gofirmex::{DEMO_ISSUER, GoFirmex};
use serde_json::json;

use super::{Callbacks, Person, Provider, Signing};
use crate::demo::papers::{CHILEAN_PROMISE, SPANISH_CONTRACT};

pub(super) const PROVIDER: Provider = Provider {
    kind: "gofirmex",
    account: "gofirmex",
    settings: |vendors| {
        let mut settings = GoFirmex::demo_settings();
        if let Some(members) = settings.as_object_mut() {
            members.insert("base_url".to_owned(), vendors.gofirmex().base_url().into());
        }
        settings
    },
    credentials: || json!({ "private_key_pem": GoFirmex::demo_private_key_pem() }),
    callbacks: Callbacks::ToldToSupport(|vendors, url| {
        vendors.gofirmex().set_callback_url(DEMO_ISSUER, Some(url.to_owned()));
    }),
    polls: &["get_portfolio", "find_portfolio"],
    papers: &[CHILEAN_PROMISE, SPANISH_CONTRACT],
    people: &[
        Person::signer(1, ["Camila", "Rojas", "Paz"], "12345678-5", "+56912345671"),
        Person::signer(2, ["Diego", "Soto", "Vega"], "7654321-6", "+56912345672"),
    ],
    national_id: Some("rut"),
    delivery: "email",
    signing: Signing::AtTheProvider(&[]),
    envelope: || json!({}),
};
