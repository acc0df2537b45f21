//! Makes what the configuration declares: the bootstrap key, tenants, their accounts, routing and keys.
//!
//! What is missing is made, what differs is changed, nothing is deleted; done again, it changes nothing. Replicas that start
//! at the same moment may do it at once: who comes second finds the name taken and looks again.

use anyhow::{Context as _, anyhow};
use broker::{AccountPatch, Administrator, Broker, BrokerError, Caller, NewAccount, NewApiKey, NewTenant, Scope};
use domain::events::Actor;
use domain::ids::{AccountId, TenantId};
use domain::routing::{RoutingPolicy, Rule};
use persistence::Account;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::config::{Config, DeclaredAccount, DeclaredRouting, DeclaredTenant};

/// How often to look again when another replica was faster.
const TRIES: u32 = 5;

/// The name of the key from `auth.bootstrap_admin_key`.
const BOOTSTRAP_KEY: &str = "bootstrap";

/// The broker itself as the platform's administrator: for what the configuration and the command line ask.
#[must_use]
pub fn broker_itself() -> Administrator {
    Administrator { actor: Actor::Broker, request: None }
}

fn caller(tenant: TenantId) -> Caller {
    Caller { tenant, actor: Actor::Broker, request: None, traceparent: None }
}

/// Makes everything that `config` declares.
///
/// # Errors
/// What the broker refuses, by the key of the configuration.
pub async fn reconcile(broker: &Broker, config: &Config) -> anyhow::Result<()> {
    if let Some(secret) = &config.auth.bootstrap_admin_key {
        let key = NewApiKey { name: BOOTSTRAP_KEY.to_owned(), scopes: vec![Scope::Admin], expires_at: None };
        keep_key(broker, None, key, secret).await.context("auth.bootstrap_admin_key")?;
    }
    for (index, declared) in config.tenants.iter().enumerate() {
        let at = || format!("tenants[{index}] ({})", declared.slug);
        let mut tries = 0;
        loop {
            tries += 1;
            match tenant(broker, declared).await {
                Ok(()) => break,
                Err(error) if tries < TRIES && lost_a_race(&error) => {}
                Err(error) => return Err(error.context(at())),
            }
        }
    }
    Ok(())
}

fn lost_a_race(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(BrokerError::NameTaken | BrokerError::Conflict | BrokerError::VersionMismatch))
}

async fn tenant(broker: &Broker, declared: &DeclaredTenant) -> anyhow::Result<()> {
    let by = broker_itself();
    let tenant = match broker.store().tenant_by_slug(&declared.slug).await? {
        Some(tenant) if tenant.name == declared.name => tenant.id,
        Some(tenant) => broker.update_tenant(&by, tenant.id, Some(declared.name.clone()), None).await?.id,
        None => {
            let new = NewTenant { name: declared.name.clone(), slug: declared.slug.clone() };
            broker.create_tenant(&by, new).await?.id
        }
    };
    for declared in &declared.accounts {
        account(broker, tenant, declared).await.with_context(|| format!("account \"{}\"", declared.name))?;
    }
    if let Some(declared) = &declared.routing {
        routing(broker, tenant, declared).await.context("routing")?;
    }
    for key in &declared.api_keys {
        let new = NewApiKey { name: key.name.clone(), scopes: key.scopes.clone(), expires_at: key.expires_at };
        keep_key(broker, Some(tenant), new, &key.key).await.with_context(|| format!("API key \"{}\"", key.name))?;
    }
    Ok(())
}

async fn account(broker: &Broker, tenant: TenantId, declared: &DeclaredAccount) -> anyhow::Result<()> {
    let by = caller(tenant);
    let (settings, credentials) = (object(&declared.settings), object(&declared.credentials));
    let Some(found) = by_name(broker, tenant, &declared.name).await? else {
        let new = NewAccount {
            name: declared.name.clone(),
            kind: declared.kind.clone(),
            settings,
            credentials,
            default: false,
        };
        broker.create_account(&by, new).await.map_err(told)?;
        return Ok(());
    };
    if found.kind != declared.kind {
        return Err(anyhow!(
            "it exists as an account of kind {}; the kind of an account cannot be changed",
            found.kind
        ));
    }
    let opened = broker.store().tenant(tenant).accounts().open(found.id).await?.context("it was deleted meanwhile")?;
    let patch = AccountPatch {
        settings: (found.settings != settings).then_some(settings),
        credentials: (opened.credentials()? != credentials).then_some(credentials),
        ..AccountPatch::default()
    };
    if patch.settings.is_some() || patch.credentials.is_some() {
        broker.update_account(&by, found.id, patch).await.map_err(told)?;
    }
    Ok(())
}

async fn by_name(broker: &Broker, tenant: TenantId, name: &str) -> anyhow::Result<Option<Account>> {
    Ok(broker.store().tenant(tenant).accounts().all().await?.into_iter().find(|account| account.name == name))
}

async fn routing(broker: &Broker, tenant: TenantId, declared: &DeclaredRouting) -> anyhow::Result<()> {
    let accounts = broker.store().tenant(tenant).accounts().all().await?;
    let id = |name: &String| -> anyhow::Result<AccountId> {
        let found = accounts.iter().find(|account| account.name == *name);
        found.map(|account| account.id).with_context(|| format!("there is no account \"{name}\""))
    };
    let policy = RoutingPolicy {
        default_account: declared.default_account.as_ref().map(id).transpose()?,
        rules: declared
            .rules
            .iter()
            .map(|rule| {
                Ok(Rule {
                    name: rule.name.clone(),
                    when: rule.when.clone().into(),
                    accounts: rule.accounts.iter().map(id).collect::<anyhow::Result<_>>()?,
                })
            })
            .collect::<anyhow::Result<_>>()?,
    };
    if broker.routing(tenant).await? != policy {
        broker.put_routing(&caller(tenant), policy).await?;
    }
    Ok(())
}

/// Makes a key with this secret known, unless it is known: also one that was revoked stays as it is.
async fn keep_key(
    broker: &Broker,
    tenant: Option<TenantId>,
    new: NewApiKey,
    secret: &SecretString,
) -> anyhow::Result<()> {
    if let Some(known) = broker.store().find_api_key(secret).await? {
        if known.tenant != tenant {
            return Err(anyhow!("this key is in use elsewhere as \"{}\"; make another one", known.name));
        }
        return Ok(());
    }
    match broker.keep_api_key(&broker_itself(), tenant, new, secret).await {
        // Another replica was faster.
        Ok(_) | Err(BrokerError::NameTaken) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// An absent object is an empty one.
fn object(value: &Value) -> Value {
    if value.is_null() { Value::Object(Map::new()) } else { value.clone() }
}

/// The error, with every fault of an account in words.
fn told(error: BrokerError) -> anyhow::Error {
    let BrokerError::Faults(faults) = &error else { return error.into() };
    let lines: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
    anyhow!("{}", lines.join("; "))
}
