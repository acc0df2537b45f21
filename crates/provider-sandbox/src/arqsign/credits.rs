//! What calls cost: a sending for each process, a message for each WhatsApp and SMS. How the vendor counts is not documented in full, so these are
//! this simulator's rules: requests, copies and access codes are paid when the process is sent, and again when they are resent. Source: contract
//! sections 2.13, 2.14 and "simulator duties".

use chrono::{DateTime, Utc};

use super::process::{Contact, Recipient};
use super::state::{Consumed, State};

/// What a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) sendings: i64,
    pub(super) whatsapp: i64,
    pub(super) sms: i64,
}

impl Cost {
    /// The messages to these recipients and their access codes.
    pub(super) fn of_messages<'a>(recipients: impl IntoIterator<Item = &'a Recipient>) -> Self {
        let mut cost = Self::default();
        for recipient in recipients {
            let silent = recipient.notifications == Some(1);
            cost.whatsapp += i64::from(matches!(recipient.contact, Contact::WhatsApp(_)) && !silent);
            let code = recipient.signer.as_ref().and_then(|signer| signer.online.code());
            match code.and_then(|(security, _)| security.id_meio_envio) {
                Some(1) => cost.sms += 1,
                Some(2) => cost.whatsapp += 1,
                Some(_) | None => {}
            }
        }
        cost
    }
}

/// Takes a price from an account's balances.
///
/// # Errors
/// Nothing was taken: one of the balances is too low.
pub(super) fn charge(
    state: &mut State,
    account: &str,
    process: &str,
    cost: Cost,
    now: DateTime<Utc>,
) -> Result<(), ()> {
    let balance = state.account_mut(account).map(|account| &mut account.credits).ok_or(())?;
    let pairs = [(balance.sendings, cost.sendings), (balance.whatsapp, cost.whatsapp), (balance.sms, cost.sms)];
    if !balance.excess_allowed && pairs.iter().any(|(left, price)| *price > 0 && left < price) {
        return Err(());
    }
    balance.sendings -= cost.sendings;
    balance.whatsapp -= cost.whatsapp;
    balance.sms -= cost.sms;
    state.consumed.push(Consumed {
        on: now.date_naive(),
        account: account.to_owned(),
        process: process.to_owned(),
        sendings: cost.sendings,
        whatsapp: cost.whatsapp,
        sms: cost.sms,
    });
    Ok(())
}
