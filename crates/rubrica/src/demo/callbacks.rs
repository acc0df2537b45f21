//! How the simulated providers learn where to call back, before the first envelope.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use provider_sandbox::Sandbox;
use serde_json::{Value, json};

use super::LOOK_EVERY;
use super::api::Api;
use super::providers::{Callbacks, Provider};
use super::reading::{list, text, word};

/// How long the broker may take to register a webhook.
const PATIENCE: Duration = Duration::from_secs(15);
/// After how long the broker is given a reason to register.
const NUDGE_AFTER: Duration = Duration::from_secs(3);

/// Has the provider call the demo's account back.
///
/// # Errors
/// When the API shows no account or no address of it, or the broker registers no webhook.
pub(super) async fn arrange(api: &Api, vendors: &Sandbox, provider: &Provider) -> anyhow::Result<()> {
    match provider.callbacks {
        Callbacks::ToldToSupport(tell) => {
            let account = account(api, provider).await?;
            tell(vendors, text(&account, "/callback_url")?);
            Ok(())
        }
        Callbacks::Registered(endpoint) => registered(api, vendors, provider, endpoint).await,
        Callbacks::ToldWithEachSending | Callbacks::Never => Ok(()),
    }
}

/// The demo's account at a provider.
///
/// # Errors
/// When there is none.
pub(super) async fn account(api: &Api, provider: &Provider) -> anyhow::Result<Value> {
    let accounts = api.get("/v1/provider-accounts?limit=200").await?;
    let ours = list(&accounts, "/data").find(|account| word(account, "/name") == provider.account);
    ours.cloned().with_context(|| format!("there is no account \"{}\"", provider.account))
}

/// Waits until the broker has registered its webhook.
///
/// The simulated provider forgets everything when it ends, the broker does not: at a later run on the same addresses it
/// believes in a webhook that is gone, and would look after it only hours later. A new callback URL has it register again.
async fn registered(api: &Api, vendors: &Sandbox, provider: &Provider, endpoint: &str) -> anyhow::Result<()> {
    let (began, mut nudged) = (Instant::now(), false);
    loop {
        let account = account(api, provider).await?;
        let believed = account.pointer("/webhook/healthy").and_then(Value::as_bool).unwrap_or_default();
        let asked = !vendors.calls_to(provider.kind, endpoint).is_empty();
        if believed && asked {
            return Ok(());
        }
        if !nudged && (believed || began.elapsed() > NUDGE_AFTER) {
            nudged = true;
            let path = format!("/v1/provider-accounts/{}/rotate-callback-token", text(&account, "/id")?);
            api.post(&path, &json!({}), &[]).await.context("a new callback URL")?;
        }
        if began.elapsed() > PATIENCE {
            bail!("the broker registers no webhook: {}", word(&account, "/webhook/detail"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
