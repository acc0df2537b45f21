//! What the scenarios have to know of each provider, beside what the API tells.

use std::pin::Pin;

use chrono::Duration;
use provider_sandbox::gofirmex::{GoFirmex, RejectedBy};
use provider_sandbox::{ActError, Sandbox};
use serde_json::{Value, json};
use tests::{CIF_CLIENT, CIF_DEVELOPER, EnvelopeBuilder, PRIVATE_KEY};

use crate::features::identity_documents;

type Deed<'a> = Pin<Box<dyn Future<Output = Result<(), ActError>> + Send + 'a>>;

/// One provider.
pub struct Vendor {
    pub kind: &'static str,
    /// The settings of an account, with short pauses.
    pub settings: fn(&Sandbox) -> Value,
    pub credentials: fn(&Sandbox) -> Value,
    /// Tells the provider where to call back, as its support would be told.
    pub call_back_at: fn(&Sandbox, &str),
    /// What an envelope cannot do without there.
    pub envelope: fn() -> Value,
    /// The nth person of the provider's country.
    pub person: fn(usize) -> Value,
    /// What goes with a feature there; the envelope already asks for it.
    pub completed: fn(&str, EnvelopeBuilder) -> EnvelopeBuilder,
    /// A correction of a recipient.
    pub correction: fn() -> Value,
    /// A recipient signs: transaction and contact.
    pub sign: for<'a> fn(&'a Sandbox, &'a str, &'a str) -> Deed<'a>,
    /// The provider says no to a transaction; `None` where it never does.
    pub rejection: Option<Rejection>,
    /// Signatures that a document of two signers must have at least.
    pub signatures_of_two: usize,
    /// Transactions of an envelope with one document and two signers.
    pub transactions_of_two: usize,
    /// How an envelope ends whose signer refuses.
    pub declined: &'static str,
    pub tells_who_declined: bool,
    /// Whether a signer can be done before the others have begun.
    pub signs_at_once: bool,
    /// How soon a deadline may come; `None` where the provider counts whole days.
    pub shortest_deadline: Option<Duration>,
    /// A company's tax number.
    pub company: &'static str,
    /// The calls after whose doubt only a person can tell.
    pub parks: &'static [&'static str],
    /// Whether nothing but callbacks tells how far it is.
    pub only_callbacks: bool,
}

/// How a provider itself says no.
pub struct Rejection {
    /// What an envelope asks for so that it can.
    pub asked: fn(EnvelopeBuilder) -> EnvelopeBuilder,
    /// Whether its turn comes after the signers'.
    pub after_signing: bool,
    pub deed: for<'a> fn(&'a Sandbox, &'a str) -> Deed<'a>,
}

pub const VENDORS: [Vendor; 5] = [
    Vendor {
        kind: "efirma_go",
        settings: |sandbox| {
            json!({
                "base_url": sandbox.efirma_go().base_url(),
                "cif_desarrollador": CIF_DEVELOPER,
                "nombre_cliente": "Cliente A",
                "cif_cliente": CIF_CLIENT,
                "email_cliente": "cliente@cliente.example",
                "artifact_hosts": ["127.0.0.1"],
                "upgrade_http_artifacts": false,
                "lookup_delays_s": [0, 1],
                "polling": [{ "until_age_s": 315_360_000, "every_s": 1 }],
                "redelivery_wait_s": 2,
                "timeouts": { "connect_s": 2, "send_s": 5, "call_s": 5, "artifact_s": 10 },
                "concurrency": 20,
            })
        },
        credentials: |_| json!({ "private_key": PRIVATE_KEY }),
        call_back_at: |sandbox, url| {
            assert!(sandbox.efirma_go().set_callback_url(CIF_DEVELOPER, Some(url.to_owned())));
        },
        envelope: || json!({}),
        person: spaniard,
        completed: |_, envelope| envelope,
        correction: || json!({ "name": "Another Name" }),
        sign: |sandbox, id, contact| Box::pin(async move { sandbox.efirma_go().sign(id, Some(contact)).await }),
        rejection: None,
        signatures_of_two: 2,
        transactions_of_two: 1,
        declined: "declined",
        tells_who_declined: false,
        signs_at_once: true,
        shortest_deadline: None,
        company: "B12345674",
        parks: &[],
        only_callbacks: false,
    },
    Vendor {
        kind: "gofirmex",
        settings: |sandbox| {
            let usual = json!({
                "base_url": sandbox.gofirmex().base_url(),
                "timeouts": { "connect_s": 2, "call_s": 5, "upload_s": 5, "start_grace_s": 1 },
            });
            tests::merged(GoFirmex::demo_settings(), &usual)
        },
        credentials: |_| json!({ "private_key_pem": GoFirmex::demo_private_key_pem() }),
        call_back_at: |sandbox, url| {
            let issuer = GoFirmex::demo_settings()["issuer"].as_str().unwrap().to_owned();
            assert!(sandbox.gofirmex().set_callback_url(&issuer, Some(url.to_owned())));
        },
        envelope: || json!({}),
        person: chilean,
        completed: |feature, envelope| {
            match feature {
            "notary_certification" | "notary_validation" | "notary_full" => {
                envelope.who(json!({ "identity_documents": identity_documents(), "signature_level": if feature == "notary_full" { "advanced" } else { "simple" } }))
            }
            _ => envelope,
        }
        },
        correction: || json!({ "name": "Another Name" }),
        sign: |sandbox, id, contact| Box::pin(async move { sandbox.gofirmex().sign(id, Some(contact)).await }),
        rejection: Some(Rejection {
            asked: |envelope| envelope,
            after_signing: false,
            deed: |sandbox, id| {
                Box::pin(async move { sandbox.gofirmex().reject(id, RejectedBy::Gofirmex, "No se puede leer.") })
            },
        }),
        signatures_of_two: 2,
        transactions_of_two: 1,
        declined: "declined",
        tells_who_declined: false,
        signs_at_once: true,
        shortest_deadline: None,
        company: "76795561-8",
        parks: &[],
        only_callbacks: true,
    },
    Vendor {
        kind: "firma_virtual",
        settings: |sandbox| {
            json!({
                "base_url": sandbox.firma_virtual().base_url(),
                "owner_user_id": 20,
                "contract_type_id": 1,
                "lookup_delays_s": [0, 1],
                "file_lookup_delays_s": [0],
            })
        },
        credentials: |_| json!({ "login": "userapp", "password": "example-password" }),
        call_back_at: |_, _| {},
        envelope: || json!({}),
        person: chilean,
        completed: |_, envelope| envelope,
        correction: || json!({ "email": "other@example.com" }),
        sign: |sandbox, id, contact| {
            Box::pin(async move {
                // Downloads, accepts, pays and signs: as much of it as is possible now.
                while sandbox.firma_virtual().next_step(id, Some(contact)).await.is_ok() {}
                Ok(())
            })
        },
        rejection: Some(Rejection {
            asked: |envelope| envelope.with(json!({ "notary": "certification" })),
            after_signing: true,
            deed: |sandbox, id| Box::pin(async move { sandbox.firma_virtual().refuse(id).await }),
        }),
        signatures_of_two: 2,
        transactions_of_two: 1,
        declined: "declined",
        tells_who_declined: false,
        signs_at_once: false,
        shortest_deadline: Some(Duration::seconds(8)),
        company: "76795561-8",
        parks: &["create_contract"],
        only_callbacks: false,
    },
    Vendor {
        kind: "viafirma",
        settings: |sandbox| {
            json!({
                "service_base_url": sandbox.viafirma().base_url(),
                "public_base_url": sandbox.viafirma().base_url(),
                "poll_interval_s": 5,
                "result": { "retry_count": 3, "retry_window_s": 1 },
                "timeouts": { "connect_s": 2, "add_file_s": 5, "download_s": 5, "call_s": 5 },
                "max_rps": 100,
            })
        },
        credentials: |_| json!({ "api_key": "test-api-key", "api_password": "test-api-password-0001" }),
        call_back_at: |_, _| {},
        envelope: || json!({}),
        person: spaniard,
        completed: |_, envelope| envelope,
        correction: || json!({ "name": "Another Name" }),
        sign: |sandbox, id, contact| Box::pin(async move { sandbox.viafirma().sign(id, Some(contact)).await }),
        rejection: None,
        signatures_of_two: 2,
        transactions_of_two: 2,
        declined: "declined",
        tells_who_declined: true,
        signs_at_once: true,
        shortest_deadline: Some(Duration::seconds(8)),
        company: "B12345674",
        parks: &[],
        only_callbacks: false,
    },
    Vendor {
        kind: "arqsign",
        settings: |sandbox| {
            json!({
                "base_url": sandbox.arqsign().base_url(),
                "id_responsavel": "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d",
                "id_pasta": "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11",
                "send_api_version": "v3",
                "ambiguous_wait_s": 60,
                "poll_interval_s": 60,
                "rate_limits": { "per_second": 1000, "per_minute": 10_000, "per_hour": 10_000, "per_month": 10_000 },
                "rate_limit_default_wait_s": 1,
                "timeouts": { "connect_s": 2, "send_s": 5, "download_s": 5, "call_s": 5 },
            })
        },
        credentials: |_| {
            json!({
                "app_key": "8d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d40", "subscription_key": "test-subscription-key-0001",
            })
        },
        call_back_at: |_, _| {},
        envelope: || json!({}),
        person: brazilian,
        completed: |_, envelope| envelope,
        correction: || json!({ "email": "other@example.com" }),
        sign: |sandbox, id, contact| Box::pin(async move { sandbox.arqsign().sign(id, Some(contact)).await }),
        rejection: None,
        signatures_of_two: 2,
        transactions_of_two: 1,
        declined: "declined",
        tells_who_declined: true,
        signs_at_once: true,
        shortest_deadline: None,
        company: "11.222.333/0001-81",
        parks: &["enviar_documento_para_assinar"],
        only_callbacks: false,
    },
];

/// Numbers that pass their check digits and belong to examples.
fn spaniard(number: usize) -> Value {
    let ids = ["12345678Z", "87654321X", "11111111H"];
    let phones = ["+34600000001", "+34600000002", "+34600000003"];
    person(number, "nif", &ids, &phones)
}

fn chilean(number: usize) -> Value {
    let ids = ["12345678-5", "7654321-6", "11111111-1"];
    let phones = ["+56912345671", "+56912345672", "+56912345673"];
    person(number, "rut", &ids, &phones)
}

fn brazilian(number: usize) -> Value {
    let ids = ["529.982.247-25", "111.444.777-35", "123.456.789-09"];
    let phones = ["+5511987654321", "+5511987654322", "+5511987654323"];
    person(number, "cpf", &ids, &phones)
}

fn person(number: usize, kind: &str, ids: &[&str; 3], phones: &[&str; 3]) -> Value {
    let (given, family, second) =
        [("Ana", "Soto", "Vega"), ("Bruno", "Rojas", "Paz"), ("Carla", "Mora", "Gil")][number - 1];
    json!({
        "name": format!("{given} {family} {second}"),
        "given_name": given, "family_name": family, "second_family_name": second,
        "national_id": { "type": kind, "value": ids[number - 1] },
        "phone": phones[number - 1],
    })
}
