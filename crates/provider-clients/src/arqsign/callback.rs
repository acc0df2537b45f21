//! Webhooks: the proof over the raw body, what they are about, and the answer. Source: contract section 4.
//!
//! The answer is never 401, 403 or 404: each of these switches the vendor's webhook off at once.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::ArqAccount;
use super::messages::normalized;
use super::send::reference_in;
use super::settings::HmacEncoding;
use super::webhook::{HMAC_KEY, PREVIOUS_HMAC_KEY};
use super::wire::received::{self, number, text};
use crate::provider::{
    AccountFacts, CallbackAbout, CallbackAnswer, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Moment,
    Taken,
};

/// The header with the proof.
const HEADER: &str = "hmac";

/// What a webhook tells of. Source: contract section 2.15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// 1
    Sent,
    /// 2
    DeliveryFailed,
    /// 3
    Signed,
    /// 4
    Declined,
    /// 5
    Canceled,
    /// 6
    Expired,
    /// 7
    Resent,
    /// 8
    Concluded,
}

impl Trigger {
    /// The trigger with this number.
    pub(super) fn of(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Sent,
            2 => Self::DeliveryFailed,
            3 => Self::Signed,
            4 => Self::Declined,
            5 => Self::Canceled,
            6 => Self::Expired,
            7 => Self::Resent,
            8 => Self::Concluded,
            _ => return None,
        })
    }
}

impl ArqAccount {
    /// What a webhook is about. Nothing in it is looked at before its proof is right.
    pub(super) fn callback_reading(&self, request: &CallbackRequest, moment: &Moment<'_>) -> CallbackReading {
        if !self.is_proved(request, moment.facts) {
            return CallbackReading::Forged;
        }
        let Some(told) = received::parse(&request.body).filter(Value::is_object) else {
            return CallbackReading::Unreadable { reason: "It is no JSON object.".to_owned() };
        };
        let Some(process) = text(&told, &["idprocesso"]) else {
            return CallbackReading::Unreadable { reason: "It names no process.".to_owned() };
        };
        let reference = text(&told, &["nomeprocesso"]).and_then(|name| reference_in(&name));
        CallbackReading::About(CallbackAbout {
            reference: Some(process),
            // The proof is of the vendor and the reference is ours: the sending in doubt happened.
            correlation: reference.map(|tail| Correlation {
                key: CorrelationKey::Tail(tail),
                adopts: true,
                doubles: true,
            }),
            word: text(&told, &["evento"])
                .or_else(|| number(&told, &["idevento"]).map(|id| id.to_string()))
                .unwrap_or_default(),
            delivered: None,
        })
    }

    /// What a webhook tells of; `None` for an unknown event, and when its number and its name disagree.
    pub(super) fn trigger(&self, told: &Value) -> Option<Trigger> {
        let by_number = number(told, &["idevento"]);
        let by_name = text(told, &["evento"])
            .and_then(|name| self.checked.events.get(&normalized(&name)).map(|trigger| u64::from(*trigger)));
        match (by_number, by_name) {
            (Some(number), Some(named)) if number != named => None,
            (Some(number), _) | (None, Some(number)) => Trigger::of(number),
            (None, None) => None,
        }
    }

    /// Whether the header is the HMAC-SHA256 of the body under a key of the account: the registered one, the one before
    /// (retries of it may still come), or the one that was given. Without any key nothing is proved.
    fn is_proved(&self, request: &CallbackRequest, facts: &AccountFacts) -> bool {
        let Some(header) = request.headers.get(HEADER).map(|header| header.trim()) else { return false };
        let proofs = decoded(header, self.checked.settings.webhook.hmac_encoding);
        let registered = [HMAC_KEY, PREVIOUS_HMAC_KEY].into_iter().filter_map(|name| facts.get(name));
        let given = self.keys.webhook.as_ref().map(|key| key.expose_secret());
        registered.map(String::as_str).chain(given).filter(|key| !key.is_empty()).any(|key| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
            // In constant time.
            proofs.iter().any(|proof| hmac::verify(&key, &request.body, proof).is_ok())
        })
    }
}

/// The bytes that the header may stand for.
fn decoded(header: &str, encoding: HmacEncoding) -> Vec<Vec<u8>> {
    let base64 = || STANDARD.decode(header).ok().filter(|bytes| bytes.len() == 32);
    let hexadecimal = || hex::decode(header).ok().filter(|bytes| bytes.len() == 32);
    match encoding {
        HmacEncoding::Base64 => base64().into_iter().collect(),
        HmacEncoding::Hex => hexadecimal().into_iter().collect(),
        HmacEncoding::Auto => base64().into_iter().chain(hexadecimal()).collect(),
    }
}

/// The answer to a webhook that needs nothing more from the vendor.
pub(super) fn taken() -> CallbackAnswer {
    answered(200)
}

/// The answer: 200 once it is stored; 400 for a wrong proof and 503 for what could not be stored, both of which the
/// vendor tries again.
pub(super) fn answer(taken: Taken) -> CallbackAnswer {
    answered(match taken {
        Taken::Stored => 200,
        Taken::NotStored => 503,
        Taken::Forged => 400,
    })
}

fn answered(status: u16) -> CallbackAnswer {
    CallbackAnswer { status, content_type: "text/plain", body: String::new() }
}
