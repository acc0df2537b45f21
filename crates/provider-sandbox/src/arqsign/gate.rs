//! What every call passes before its own rules: the two keys, the plan, the limits. Source: contract sections 1, 2.18 and 6.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;

use super::accounts::{Account, AccountStatus};
use super::config::Variants;
use super::messages::{self, Refusal};
use super::quota::Exceeded;
use super::state::State;
use super::wire;
use crate::sandbox::Sandbox;

/// Who calls, and how the vendor deviates at that moment.
pub(super) struct Caller {
    pub(super) account: Account,
    pub(super) variants: Variants,
}

/// Why a call goes no further.
#[derive(Debug)]
pub(super) enum Denied {
    /// The account cannot call: the message says why, as far as the vendor tells.
    Account(Variants, Refusal),
    /// The gateway in front of the vendor stops it: no permission.
    Plan,
    /// The gateway stops it: too many calls.
    Limit(Variants, Exceeded),
}

impl Denied {
    /// The answer.
    pub(super) fn answer(self) -> HttpResponse {
        match self {
            Self::Account(variants, refusal) => wire::refuse(&variants, &refusal),
            Self::Plan => {
                let message = "The plan does not include the permission Integração ArqSign.";
                gateway(&mut HttpResponse::Forbidden(), StatusCode::FORBIDDEN, message)
            }
            Self::Limit(variants, exceeded) => limited(&variants, exceeded),
        }
    }
}

/// The account whose keys a call carries.
///
/// # Errors
/// [`Denied`].
pub(super) fn admit(sandbox: &Sandbox, request: &HttpRequest) -> Result<Caller, Box<Denied>> {
    let now = sandbox.now();
    let mut state = sandbox.arqsign_state();
    let variants = state.variants.clone();
    let unauthorized = |variants| {
        let refusal = Refusal { status: StatusCode::UNAUTHORIZED, message: messages::UNAUTHORIZED.to_owned() };
        Err(Box::new(Denied::Account(variants, refusal)))
    };
    let Some(account) = by_keys(&state, request).cloned() else {
        return unauthorized(variants);
    };
    match account.status {
        AccountStatus::Active => {}
        AccountStatus::Blocked if variants.blocked_account_as_400 => {
            return Err(Box::new(Denied::Account(variants, Refusal::bad_request(messages::BLOCKED))));
        }
        AccountStatus::Inactive | AccountStatus::Blocked | AccountStatus::Pending => return unauthorized(variants),
    }
    if !account.integration {
        return Err(Box::new(Denied::Plan));
    }
    let usage = state.usage.entry(account.id.clone()).or_default();
    if let Err(exceeded) = usage.count(account.rate_limits, now) {
        return Err(Box::new(Denied::Limit(variants, exceeded)));
    }
    Ok(Caller { account, variants })
}

/// The account of the request's keys, whatever its state.
pub(super) fn by_keys<'a>(state: &'a State, request: &HttpRequest) -> Option<&'a Account> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let app_key = header("AppKey")?;
    let subscription = header(&state.variants.subscription_header)?;
    let account = state.accounts.iter().find(|account| account.app_key.eq_ignore_ascii_case(app_key))?;
    account.subscription_keys.iter().any(|key| key == subscription).then_some(account)
}

/// The answer of the gateway in front of the vendor; its form is assumed (A11).
fn gateway(answer: &mut HttpResponseBuilder, status: StatusCode, message: &str) -> HttpResponse {
    answer.json(json!({ "statusCode": status.as_u16(), "message": message }))
}

fn limited(variants: &Variants, exceeded: Exceeded) -> HttpResponse {
    let seconds = exceeded.retry_after_s;
    let as_quota = exceeded.month && variants.month_limit_as_403;
    let (status, message) = if as_quota {
        (StatusCode::FORBIDDEN, format!("Out of call volume quota. Quota will be replenished in {seconds} seconds."))
    } else {
        (StatusCode::TOO_MANY_REQUESTS, format!("Rate limit is exceeded. Try again in {seconds} seconds."))
    };
    let mut answer = HttpResponse::build(status);
    if !variants.no_retry_after {
        answer.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    gateway(&mut answer, status, &message)
}
