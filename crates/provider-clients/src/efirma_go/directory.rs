//! The client and its directory of signers: checking the credentials, and correcting a person.
//! Source: contract sections 3.6 to 3.8.

use std::collections::BTreeMap;

use domain::envelope::RecipientSpec;
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::outcome::Outcome;
use domain::values::{Email, Phone};
use serde_json::{Value, json};

use super::GoAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::codes::Endpoint;
use super::limits::{self, MAX_PHONE_CHARS, MAX_TEXT_CHARS};
use super::send::PersonName;
use super::wire::received::{self, Text};
use super::wire::sent;
use crate::call::Call;
use crate::provider::{Correction, SubmissionView, Unbuildable, Verified};
use crate::reply::Reply;

/// The code for a client that does not exist yet: the first document creates it. Source: contract section 3.8, E29.
const NO_SUCH_CLIENT: &str = "api_get_cliente/0005";

impl GoAccount {
    /// Reads the client: proves key, developer and client at once, and changes nothing.
    pub(super) fn verify_call(&self) -> Result<Call, Unbuildable> {
        self.call(Endpoint::GetClient, None, Value::Null)
    }

    /// What the client's record says of the account.
    pub(super) fn verified(&self, reply: &Reply) -> Outcome<Verified> {
        match self.accepted(Endpoint::GetClient, reply, Scope::Account) {
            Ok(answer) => {
                let client = client(&answer);
                Outcome::Done(Verified { warnings: self.differences(&client), details: client_facts(&client) })
            }
            Err(Failure::Refused(refusal)) if refusal.code == NO_SUCH_CLIENT => Outcome::Done(Verified {
                warnings: vec![
                    "The provider does not know the client yet; the first document that is sent creates it.".to_owned(),
                ],
                details: BTreeMap::new(),
            }),
            Err(failure) => failure.outcome(),
        }
    }

    fn differences(&self, client: &received::Client) -> Vec<String> {
        let settings = &self.checked.settings;
        let differs =
            |theirs: &Text, ours: &str| theirs.given().is_some_and(|t| t.to_lowercase() != ours.trim().to_lowercase());
        let warning = |name: &str| format!("The provider has another value for the setting {name}.");
        [
            ("email_cliente", differs(&client.email, &settings.email_cliente)),
            ("nombre_cliente", differs(&client.nombre, &settings.nombre_cliente)),
        ]
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| warning(name))
        .collect()
    }

    /// Changes the person in the client's directory, and so in every document of that person.
    pub(super) fn correct_call(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
    ) -> Result<Call, Unbuildable> {
        let (index, known) = submission
            .order
            .recipients
            .iter()
            .enumerate()
            .find(|(_, r)| r.id == recipient)
            .ok_or_else(|| Unbuildable::Defect("The recipient is not one of the order.".to_owned()))?;
        let person = corrected(&known.spec, correction, index).map_err(Unbuildable::Refused)?;
        let (Some(current), Some(email)) = (&known.spec.email, &person.email) else {
            return Err(Unbuildable::Refused(vec![Finding::error(
                "email_required",
                format!("/recipients/{index}/email"),
                "efirma GO knows people by their e-mail address, and there is none.",
            )]));
        };
        let name = PersonName::of(&person);
        // A surname that is now part of the whole name must not stay beside it.
        let surname = |now: Option<&'_ str>, before: &Option<String>| match (now, before) {
            (Some(now), _) => Some(now.to_owned()),
            (None, Some(_)) => Some(String::new()),
            (None, None) => None,
        };
        let (first, second) = (
            surname(name.first_surname, &known.spec.family_name),
            surname(name.second_surname, &known.spec.second_family_name),
        );
        let usuario = sent::Signer {
            nombre: name.given,
            apellido1: first.as_deref(),
            apellido2: second.as_deref(),
            email: email.as_str(),
            telefono: person.phone.as_ref().map(Phone::as_str),
            terminal_web: None,
            terminal_personal: None,
            terminal_corporativo: None,
        };
        self.call(Endpoint::UpsertSigner, None, json!({ "email_firmante": current.as_str(), "usuario": usuario }))
    }

    /// What the answer to a correction means.
    pub(super) fn corrected(
        &self,
        recipient: RecipientId,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<()> {
        let index = submission.order.recipients.iter().position(|r| r.id == recipient);
        let scope = index.map_or(Scope::Account, Scope::Recipient);
        match self.accepted(Endpoint::UpsertSigner, reply, scope) {
            Ok(_) => Outcome::Done(()),
            Err(failure) => failure.outcome(),
        }
    }
}

/// `cliente` of an answer.
pub(super) fn client(answer: &Value) -> received::Client {
    answer.get("cliente").and_then(|c| serde_json::from_value(c.clone()).ok()).unwrap_or_default()
}

/// The client in neutral words; what the vendor does not tell is missing.
pub(super) fn client_facts(client: &received::Client) -> BTreeMap<String, Value> {
    let facts = [
        ("tax_id", &client.cif),
        ("name", &client.nombre),
        ("email", &client.email),
        ("address", &client.direccion),
        ("province", &client.provincia),
        ("town", &client.poblacion),
    ];
    facts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.given()?)))).collect()
}

/// The recipient as they will be.
fn corrected(known: &RecipientSpec, correction: &Correction, index: usize) -> Result<RecipientSpec, Vec<Finding>> {
    let mut findings = Vec::new();
    let at = |member: &str| format!("/recipients/{index}/{member}");
    let texts = [
        ("name", &correction.name),
        ("given_name", &correction.given_name),
        ("family_name", &correction.family_name),
        ("second_family_name", &correction.second_family_name),
    ];
    for (member, text) in texts.into_iter().filter_map(|(member, text)| Some((member, text.as_deref()?))) {
        if text.chars().count() > MAX_TEXT_CHARS {
            findings.push(limits::too_long(at(member)));
        } else if text.trim().is_empty() && member != "second_family_name" {
            findings.push(Finding::error("blank", at(member), "A name cannot be blank."));
        }
    }
    let mut person = known.clone();
    if let Some(email) = &correction.email {
        match email.parse::<Email>() {
            Ok(email) => person.email = Some(email),
            Err(error) => findings.push(Finding::error("email_invalid", at("email"), error.to_string())),
        }
    }
    if let Some(phone) = &correction.phone {
        match phone.parse::<Phone>() {
            Ok(phone) if phone.as_str().len() <= MAX_PHONE_CHARS => person.phone = Some(phone),
            Ok(_) => findings.push(limits::phone_too_long(at("phone"))),
            Err(error) => findings.push(Finding::error("phone_invalid", at("phone"), error.to_string())),
        }
    }
    let parts = [&correction.given_name, &correction.family_name, &correction.second_family_name];
    if let Some(name) = &correction.name {
        person.name.clone_from(name);
        if parts.iter().all(|part| part.is_none()) {
            (person.given_name, person.family_name, person.second_family_name) = (None, None, None);
        }
    }
    let replace = |known: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            known.clone_from(new);
        }
    };
    replace(&mut person.given_name, &correction.given_name);
    replace(&mut person.family_name, &correction.family_name);
    replace(&mut person.second_family_name, &correction.second_family_name);
    if findings.is_empty() { Ok(person) } else { Err(findings) }
}
