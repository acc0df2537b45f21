//! What the demo has to know of each provider. A new provider is one entry of [`PROVIDERS`].

use provider_sandbox::efirma_go::EfirmaGoConfig;
use provider_sandbox::{RunningSandbox, Sandbox, Script};
use serde_json::{Value, json};

use crate::config::DeclaredAccount;

/// One provider of the demo.
pub(super) struct Provider {
    /// Its kind.
    pub kind: &'static str,
    /// The name of the demo's account there.
    pub account: &'static str,
    /// The account's settings, for the address of the simulated provider.
    pub settings: fn(&RunningSandbox) -> Value,
    /// The account's credentials.
    pub credentials: fn() -> Value,
    /// Tells the simulated provider where to call back.
    pub register_callback: fn(&Sandbox, &str),
    /// The provider's endpoints by which the broker asks how far it is.
    pub polls: &'static [&'static str],
}

/// Every provider of the demo, in the order in which it visits them.
pub(super) const PROVIDERS: &[Provider] = &[Provider {
    kind: "efirma_go",
    account: "efirma-go",
    settings: efirma_go_settings,
    credentials: || json!({ "private_key": "test-private-key-0001" }),
    register_callback: efirma_go_callback,
    polls: &["descargar_documentos", "consultar_documento"],
}];

/// The people who sign: the first approves, the others sign one after another. E-mail addresses tell the demo's first envelope
/// from those that somebody sends later, whose recipients act by hand.
pub(super) const PEOPLE: [(&str, &str); 3] =
    [("approver", "Carmen Ruiz Vega"), ("signer", "Jesús Sánchez Alonso"), ("signer", "Lucía Fernández Gil")];

/// How long a scripted person thinks, in milliseconds.
const THINKING_MS: u64 = 800;

impl Provider {
    /// The account as the configuration would declare it.
    pub(super) fn account(&self, vendors: &RunningSandbox) -> DeclaredAccount {
        DeclaredAccount {
            name: self.account.to_owned(),
            kind: self.kind.to_owned(),
            settings: (self.settings)(vendors),
            credentials: (self.credentials)(),
        }
    }

    /// The e-mail address of one of the [`PEOPLE`].
    pub(super) fn email(&self, person: usize) -> String {
        format!("demo.{}.{}@example.com", self.kind.replace('_', "-"), person.saturating_add(1))
    }

    /// Lets the demo's people act by themselves; everybody else acts by hand.
    pub(super) fn script_signers(&self, vendors: &Sandbox) {
        let mut scripts = vendors.scripts();
        for person in 0..PEOPLE.len() {
            scripts.by_email.insert(self.email(person), Script::sign_after_ms(THINKING_MS));
        }
        vendors.set_scripts(scripts);
    }
}

fn efirma_go_settings(vendors: &RunningSandbox) -> Value {
    json!({
        "base_url": format!("{}/efirma_go", vendors.base_url()),
        "cif_desarrollador": "A23433211",
        "nombre_cliente": "Cliente A",
        "cif_cliente": "A77445566",
        "email_cliente": "cliente@cliente.example",
        "artifact_hosts": [vendors.addr().ip().to_string()],
        "upgrade_http_artifacts": false,
        // Real accounts are asked every half minute; nobody wants to wait that long here.
        "polling": [{ "until_age_s": 315_360_000, "every_s": 1 }],
    })
}

fn efirma_go_callback(vendors: &Sandbox, url: &str) {
    for mut developer in EfirmaGoConfig::default().developers {
        developer.callback_url = Some(url.to_owned());
        vendors.efirma_go().put_developer(developer);
    }
}
