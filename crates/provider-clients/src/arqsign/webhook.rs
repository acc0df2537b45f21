//! The webhook at the vendor: registered under the account's name, looked after, switched on again.
//!
//! There is no call that changes or deletes one. A new callback URL therefore needs a new one, and the old is switched
//! off. The unique name makes a registration whose answer was lost findable: before each registration the list is read.
//! Source: contract sections 2.15 to 2.17, 4 and 5.

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Class, Outcome};
use serde_json::{Value, json};

use super::ArqAccount;
use super::blame::Scope;
use super::endpoints::Endpoint;
use super::wire::received::{self, bit, list, number, text};
use crate::call::{Body, Call};
use crate::provider::{ACCOUNT_ID, AccountFacts, Moment, Setup, Unbuildable, WebhookHealth};
use crate::reply::Reply;

/// The webhook's id.
const ID: &str = "webhook_id";
/// The address that it calls.
const URL: &str = "webhook_url";
/// The vendor's state of it: 1 on, 2 off, 3 switched off after failures.
const STATUS: &str = "webhook_status";
/// Its triggers that are off, comma-separated.
const SILENT: &str = "webhook_silent_triggers";
/// The key of its proofs.
pub(super) const HMAC_KEY: &str = "webhook_hmac_key";
/// The key of the one before it.
pub(super) const PREVIOUS_HMAC_KEY: &str = "webhook_previous_hmac_key";
/// When the list was last read.
const CHECKED_AT: &str = "webhook_checked_at";
/// The address for which no webhook was found when the list was read.
const MISSING_FOR: &str = "webhook_missing_for";
/// The name that is free for a new one.
const FREE_NAME: &str = "webhook_free_name";
/// Earlier ones that are still on, comma-separated.
const OUTDATED: &str = "webhook_outdated";

/// How long a list counts as read just now: the registration follows it within moments, and a registration whose answer
/// was lost is looked up first.
const JUST_NOW: TimeDelta = TimeDelta::seconds(10);

/// Every trigger. Source: contract section 2.15.
const TRIGGERS: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

impl ArqAccount {
    /// The next call that the set-up needs.
    pub(super) fn next_setup(&self, moment: &Moment<'_>) -> Result<Setup, Unbuildable> {
        let Some(url) = moment.callback_url.filter(|_| self.checked.settings.webhook.enabled) else {
            return Ok(Setup::Complete);
        };
        let facts = moment.facts;
        if !is_registered(facts, url) {
            let listed_now = age(facts, moment.now).is_some_and(|age| age < JUST_NOW);
            let missing = facts.get(MISSING_FOR).is_some_and(|known| known == url);
            return match facts.get(FREE_NAME).filter(|_| missing && listed_now) {
                Some(name) => self.register_call(name, url).map(calling),
                None => self.list_call().map(calling),
            };
        }
        if let Some(id) = outdated(facts).first() {
            return self.switch_call(id, 2).map(calling);
        }
        let every = TimeDelta::from_std(self.checked.settings.webhook_check_every()).unwrap_or(TimeDelta::MAX);
        if age(facts, moment.now).is_none_or(|age| age >= every) {
            return self.list_call().map(calling);
        }
        match facts.get(ID).filter(|_| !is_on(facts) && self.checked.settings.webhook.auto_reactivate) {
            Some(id) => self.switch_call(id, 1).map(calling),
            None => Ok(Setup::Complete),
        }
    }

    /// The facts after the answer to a call of the set-up.
    pub(super) fn setup_answer(&self, call: &Call, moment: &Moment<'_>, reply: &Reply) -> Outcome<AccountFacts> {
        if call.endpoint == Endpoint::ListWebhooks.name() {
            self.list_answer(moment, reply)
        } else if call.endpoint == Endpoint::RegisterWebhook.name() {
            self.register_answer(call, moment, reply)
        } else {
            self.switch_answer(call, moment, reply)
        }
    }

    /// Whether the webhook is registered for the account's address, known to be on, and its key is known.
    pub(super) fn webhook_works(&self, moment: &Moment<'_>) -> bool {
        let registered = moment.callback_url.is_some_and(|url| is_registered(moment.facts, url));
        let has_key = moment.facts.get(HMAC_KEY).is_some_and(|key| !key.is_empty()) || self.keys.webhook.is_some();
        self.checked.settings.webhook.enabled && registered && has_key && is_on(moment.facts)
    }

    /// How well the webhook is arranged, in words.
    pub(super) fn health(&self, moment: &Moment<'_>) -> Option<WebhookHealth> {
        if !self.checked.settings.webhook.enabled {
            return None;
        }
        let facts = moment.facts;
        let fact = |name: &str| facts.get(name).map(String::as_str).unwrap_or_default();
        let registered = moment.callback_url.is_some_and(|url| is_registered(facts, url));
        let detail = if moment.callback_url.is_none() {
            "The broker has no public address that ArqSign could call.".to_owned()
        } else if !registered {
            "The webhook is not registered at ArqSign yet.".to_owned()
        } else if fact(STATUS) == "3" {
            "ArqSign switched the webhook off after failures.".to_owned()
        } else if fact(STATUS) != "1" {
            "The webhook is switched off at ArqSign.".to_owned()
        } else if !fact(SILENT).is_empty() {
            format!("ArqSign switched these triggers off after failures: {}.", fact(SILENT))
        } else if !self.webhook_works(moment) {
            "The webhook's key is not known; give it as the credential webhook_hmac_key.".to_owned()
        } else {
            "The webhook is registered and on.".to_owned()
        };
        Some(WebhookHealth { healthy: self.webhook_works(moment), detail, checked_at: checked_at(facts) })
    }

    fn list_call(&self) -> Result<Call, Unbuildable> {
        self.call(Endpoint::ListWebhooks, None)
    }

    fn register_call(&self, name: &str, url: &str) -> Result<Call, Unbuildable> {
        let bit = |name: &str, yes: bool| self.checked.settings.bit_encoding.write(name, yes);
        let body = json!({
            "nome": name,
            "status": 1,
            "urlPublicar": url,
            "aguardarRetorno": bit("aguardarRetorno", true),
            "gatilhos": TRIGGERS,
            "dadosRetorno": {
                "processo": bit("processo", true),
                "signatarios": bit("signatarios", true),
                "documentos": bit("documentos", false)
            }
        });
        Ok(self.call(Endpoint::RegisterWebhook, None)?.body(Body::Json(body)).hiding(&["urlPublicar", "chaveHMAC"]))
    }

    fn switch_call(&self, id: &str, status: u8) -> Result<Call, Unbuildable> {
        Ok(self.call(Endpoint::SwitchWebhook, Some(id))?.body(Body::Json(json!({ "status": status }))))
    }

    fn list_answer(&self, moment: &Moment<'_>, reply: &Reply) -> Outcome<AccountFacts> {
        let answer = match self.accepted(Endpoint::ListWebhooks, reply, Scope::Account) {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let mut facts = moment.facts.clone();
        facts.insert(CHECKED_AT.to_owned(), moment.now.to_rfc3339());
        let Some(url) = moment.callback_url else { return Outcome::Done(facts) };
        let listed = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        let stem = name_stem(&facts);
        let ours = |told: &&Value| text(told, &["nome"]).is_some_and(|name| is_ours(&name, &stem));
        // Blanks are removed from addresses there.
        let calls_us = |told: &&Value| text(told, &["urlpublicar"]).is_some_and(|known| known == url);
        let Some(mine) = listed.iter().find(calls_us) else {
            for gone in [ID, URL, STATUS, SILENT] {
                facts.remove(gone);
            }
            facts.insert(MISSING_FOR.to_owned(), url.to_owned());
            facts.insert(FREE_NAME.to_owned(), free_name(listed, &stem));
            return Outcome::Done(facts);
        };
        adopt(&mut facts, mine, url);
        let on = |told: &&Value| number(told, &["status"]) == Some(1) && !calls_us(told);
        let outdated: Vec<String> =
            listed.iter().filter(ours).filter(on).filter_map(|told| text(told, &["id"])).collect();
        put(&mut facts, OUTDATED, outdated.join(","));
        Outcome::Done(facts)
    }

    fn register_answer(&self, call: &Call, moment: &Moment<'_>, reply: &Reply) -> Outcome<AccountFacts> {
        let answer = match self.accepted(Endpoint::RegisterWebhook, reply, Scope::Account) {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let url = match &call.body {
            Body::Json(body) => body.get("urlPublicar").and_then(Value::as_str).unwrap_or_default(),
            Body::Empty | Body::JsonWithFiles { .. } | Body::Form(_) | Body::Multipart(_) => "",
        };
        let mut facts = moment.facts.clone();
        if text(&answer, &["id"]).is_none() {
            // Registered or not, the list tells.
            facts.remove(MISSING_FOR);
            return Outcome::Done(facts);
        }
        adopt(&mut facts, &answer, url);
        facts.insert(STATUS.to_owned(), "1".to_owned());
        facts.insert(CHECKED_AT.to_owned(), moment.now.to_rfc3339());
        Outcome::Done(facts)
    }

    fn switch_answer(&self, call: &Call, moment: &Moment<'_>, reply: &Reply) -> Outcome<AccountFacts> {
        let id = call.url.path_segments().and_then(|mut segments| segments.nth_back(1)).unwrap_or_default().to_owned();
        let mut facts = moment.facts.clone();
        let is_mine = facts.get(ID).is_some_and(|mine| received::same_id(mine, &id));
        if !reply.is_success() {
            let outcome: Outcome<AccountFacts> = self.failure(Endpoint::SwitchWebhook, reply, Scope::Account);
            match outcome {
                // It is not there any more: nothing is left to switch, and the own one is registered anew.
                Outcome::Refused(refusal) if refusal.class == Class::NotFound && reply.status == 400 => {}
                other @ (Outcome::Done(_)
                | Outcome::Refused(_)
                | Outcome::SessionExpired
                | Outcome::NotSent { .. }
                | Outcome::Unknown(_)) => return other,
            }
            if is_mine {
                facts.remove(ID);
            }
        } else if is_mine {
            facts.insert(STATUS.to_owned(), "1".to_owned());
            facts.remove(SILENT);
        }
        let left: Vec<String> = outdated(&facts).into_iter().filter(|other| !received::same_id(other, &id)).collect();
        put(&mut facts, OUTDATED, left.join(","));
        Outcome::Done(facts)
    }
}

/// Takes over what `told`, an entry of the list or the answer to a registration, says of the account's webhook.
fn adopt(facts: &mut AccountFacts, told: &Value, url: &str) {
    let key = text(told, &["chavehmac", "hmac"]);
    if let Some(key) = key.filter(|key| facts.get(HMAC_KEY) != Some(key))
        && let Some(previous) = facts.insert(HMAC_KEY.to_owned(), key)
    {
        // What was sent before the change may still be retried.
        facts.insert(PREVIOUS_HMAC_KEY.to_owned(), previous);
    }
    put(facts, ID, text(told, &["id"]).unwrap_or_default());
    put(facts, URL, url.to_owned());
    put(facts, STATUS, number(told, &["status"]).map(|status| status.to_string()).unwrap_or_default());
    let silent: Vec<String> = list(told, &["gatilhos"])
        .iter()
        .filter(|trigger| bit(trigger, &["ativo"]) == Some(false))
        .filter_map(|trigger| number(trigger, &["id"]).map(|id| id.to_string()))
        .collect();
    put(facts, SILENT, silent.join(","));
    facts.remove(MISSING_FOR);
    facts.remove(FREE_NAME);
}

fn put(facts: &mut AccountFacts, name: &str, value: String) {
    if value.is_empty() {
        facts.remove(name);
    } else {
        facts.insert(name.to_owned(), value);
    }
}

fn calling(call: Call) -> Setup {
    Setup::Call(Box::new(call))
}

fn is_registered(facts: &AccountFacts, url: &str) -> bool {
    facts.contains_key(ID) && facts.get(URL).is_some_and(|known| known == url)
}

fn is_on(facts: &AccountFacts) -> bool {
    facts.get(STATUS).is_some_and(|status| status == "1") && !facts.contains_key(SILENT)
}

fn outdated(facts: &AccountFacts) -> Vec<String> {
    let ids = facts.get(OUTDATED).map(String::as_str).unwrap_or_default();
    ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

fn checked_at(facts: &AccountFacts) -> Option<DateTime<Utc>> {
    let told = DateTime::parse_from_rfc3339(facts.get(CHECKED_AT)?).ok()?;
    Some(told.with_timezone(&Utc))
}

fn age(facts: &AccountFacts, now: DateTime<Utc>) -> Option<TimeDelta> {
    checked_at(facts).map(|at| now - at)
}

/// The name under which the account's webhooks are registered. Source: the project's decisions on ArqSign.
fn name_stem(facts: &AccountFacts) -> String {
    format!("rubrica-{}", facts.get(ACCOUNT_ID).map(String::as_str).unwrap_or("account"))
}

/// Whether `name` is the stem, or the stem with a number.
fn is_ours(name: &str, stem: &str) -> bool {
    let rest = name.strip_prefix(stem);
    rest.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.parse::<u32>().is_ok())
    })
}

/// The first name that nothing has: names are unique, and what was registered once stays.
fn free_name(listed: &[Value], stem: &str) -> String {
    let taken: Vec<String> = listed.iter().filter_map(|told| text(told, &["nome"])).collect();
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned())
        .chain(numbered)
        .find(|name| !taken.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .unwrap_or_else(|| stem.to_owned())
}
