//! What the demo has to know of each provider: one file for each, and a line in [`PROVIDERS`].

mod arqsign;
mod efirma_go;
mod firma_virtual;
mod gofirmex;
mod viafirma;

use provider_sandbox::{Sandbox, Script};
use serde_json::{Value, json};

use super::papers::Paper;
use crate::config::DeclaredAccount;

/// Every provider of the demo, in the order in which it visits them.
pub(super) const PROVIDERS: [&Provider; 5] =
    [&efirma_go::PROVIDER, &gofirmex::PROVIDER, &firma_virtual::PROVIDER, &viafirma::PROVIDER, &arqsign::PROVIDER];

/// One provider of the demo.
pub(super) struct Provider {
    /// Its kind.
    pub kind: &'static str,
    /// The name of the demo's account there.
    pub account: &'static str,
    /// The account's settings, for the address of the simulated provider.
    pub settings: fn(&Sandbox) -> Value,
    /// The account's credentials.
    pub credentials: fn() -> Value,
    /// How the provider learns where to call back.
    pub callbacks: Callbacks,
    /// The provider's endpoints by which the broker asks how far it is.
    pub polls: &'static [&'static str],
    /// The documents that are signed there.
    pub papers: &'static [Paper],
    /// The people who act there.
    pub people: &'static [Person],
    /// Which national number the people have; `None` where the provider has no place for it.
    pub national_id: Option<&'static str>,
    /// How the people are invited.
    pub delivery: &'static str,
    /// How they come to sign.
    pub signing: Signing,
    /// What the envelope asks for beside documents and people.
    pub envelope: fn() -> Value,
}

/// How a provider learns where to call back.
pub(super) enum Callbacks {
    /// Its support is told, once for an account.
    ToldToSupport(fn(&Sandbox, &str)),
    /// The broker registers a webhook with this endpoint.
    Registered(&'static str),
    /// The broker tells it with each sending.
    ToldWithEachSending,
    /// It does not call back.
    Never,
}

/// How the people come to sign.
pub(super) enum Signing {
    /// On the provider's pages; these act by themselves there too.
    AtTheProvider(&'static [&'static str]),
    /// From the broker's page, whose link starts a program; where the simulated provider takes that link.
    FromOurPage(fn(&Sandbox) -> String),
}

/// Somebody who acts.
pub(super) struct Person {
    /// What they do.
    role: &'static str,
    /// When it is their turn; the same number for those who act at the same time.
    stage: u32,
    /// Given name and two family names.
    names: [&'static str; 3],
    /// A number of the provider's country that passes its check digits and belongs to examples.
    national_id: &'static str,
    /// A telephone number of that country.
    phone: &'static str,
}

/// How long a scripted person thinks, in milliseconds.
const THINKING_MS: u64 = 500;

impl Person {
    const fn approver(stage: u32, names: [&'static str; 3], national_id: &'static str, phone: &'static str) -> Self {
        Self { role: "approver", stage, names, national_id, phone }
    }

    const fn signer(stage: u32, names: [&'static str; 3], national_id: &'static str, phone: &'static str) -> Self {
        Self { role: "signer", stage, names, national_id, phone }
    }
}

impl Provider {
    /// The account as the configuration would declare it.
    pub(super) fn account(&self, vendors: &Sandbox) -> DeclaredAccount {
        DeclaredAccount {
            name: self.account.to_owned(),
            kind: self.kind.to_owned(),
            settings: (self.settings)(vendors),
            credentials: (self.credentials)(),
        }
    }

    /// The people as recipients of an envelope.
    pub(super) fn recipients(&self) -> Vec<Value> {
        let recipient = |(index, person): (usize, &Person)| {
            let [given, family, second] = person.names;
            let mut recipient = json!({
                "role": person.role,
                "name": person.names.join(" "),
                "given_name": given, "family_name": family, "second_family_name": second,
                "email": self.email(index),
                "phone": person.phone,
                "routing_order": person.stage,
                "delivery": self.delivery,
            });
            if let (Some(kind), Some(members)) = (self.national_id, recipient.as_object_mut()) {
                members.insert("national_id".to_owned(), json!({ "type": kind, "value": person.national_id }));
            }
            recipient
        };
        self.people.iter().enumerate().map(recipient).collect()
    }

    /// Lets the demo's people act by themselves; everybody else acts by hand.
    pub(super) fn script_signers(&self, vendors: &Sandbox) {
        let Signing::AtTheProvider(others) = self.signing else { return };
        let mut scripts = vendors.scripts();
        let people = (0..self.people.len()).map(|person| self.email(person));
        for address in people.chain(others.iter().map(ToString::to_string)) {
            scripts.by_email.insert(address, Script::sign_after_ms(THINKING_MS));
        }
        vendors.set_scripts(scripts);
    }

    /// The e-mail address of one of the people. It tells the demo's own envelope from those that somebody sends later, whose
    /// recipients act by hand.
    fn email(&self, person: usize) -> String {
        format!("demo.{}.{}@example.com", self.kind.replace('_', "-"), person.saturating_add(1))
    }
}
