//! efirma GO (Spain): somebody approves, then two people sign one after another.

use provider_sandbox::efirma_go::EfirmaGoConfig;
use serde_json::json;

use super::{Callbacks, Person, Provider, Signing};
use crate::demo::papers::SPANISH_CONTRACT;

pub(super) const PROVIDER: Provider = Provider {
    kind: "efirma_go",
    account: "efirma-go",
    settings: |vendors| {
        json!({
            "base_url": vendors.efirma_go().base_url(),
            "cif_desarrollador": "A23433211",
            "nombre_cliente": "Cliente A",
            "cif_cliente": "A77445566",
            "email_cliente": "cliente@cliente.example",
            "artifact_hosts": ["127.0.0.1"],
            "upgrade_http_artifacts": false,
            // Real accounts are asked every half minute; nobody wants to wait that long here.
            "polling": [{ "until_age_s": 315_360_000, "every_s": 1 }],
        })
    },
    credentials: || json!({ "private_key": "test-private-key-0001" }),
    callbacks: Callbacks::ToldToSupport(|vendors, url| {
        for mut developer in EfirmaGoConfig::default().developers {
            developer.callback_url = Some(url.to_owned());
            vendors.efirma_go().put_developer(developer);
        }
    }),
    polls: &["descargar_documentos", "consultar_documento"],
    papers: &[SPANISH_CONTRACT],
    people: &[
        Person::approver(1, ["Carmen", "Ruiz", "Vega"], "11111111H", "+34600000003"),
        Person::signer(2, ["Jesús", "Sánchez", "Alonso"], "12345678Z", "+34600000001"),
        Person::signer(3, ["Lucía", "Fernández", "Gil"], "87654321X", "+34600000002"),
    ],
    national_id: None,
    delivery: "email",
    signing: Signing::AtTheProvider(&[]),
    envelope: || json!({ "message": "Por favor, lea y firme el contrato." }),
};
