//! `rubrica keys`.

use std::process::ExitCode;

use anyhow::Context as _;
use broker::{Broker, NewApiKey};
use domain::ids::TenantId;
use persistence::{ApiKey, Page};
use secrecy::ExposeSecret;

use super::loaded;
use crate::app::open_broker;
use crate::cli::{CreateKey, Keys};
use crate::config::{Need, Sources};
use crate::declared::broker_itself;

/// Keys that are read at a time.
const PAGE: u32 = 200;

pub(super) async fn run(sources: Sources, what: Keys) -> anyhow::Result<ExitCode> {
    let config = loaded(&sources, Need::Everything)?;
    let broker = open_broker(&config).await?;
    match what {
        Keys::Create(new) => create(&broker, new).await?,
        Keys::List { tenant } => list(&broker, tenant.as_deref()).await?,
        Keys::Revoke { key, tenant } => {
            let tenant = find(&broker, tenant.as_deref()).await?;
            broker.revoke_api_key(&broker_itself(), tenant, key).await.with_context(|| {
                format!("{key} could not be revoked. `rubrica keys list` shows the platform's keys, `--tenant SLUG` a tenant's")
            })?;
            eprintln!("{key} is revoked.");
        }
    }
    broker.store().database().close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn create(broker: &Broker, new: CreateKey) -> anyhow::Result<()> {
    let tenant = find(broker, new.tenant.as_deref()).await?;
    let key = NewApiKey { name: new.name, scopes: new.scopes, expires_at: new.expires_at };
    let (row, secret) = broker.create_api_key(&broker_itself(), tenant, key).await?;
    eprintln!("{} is made. The key is shown this once:", row.id);
    println!("{}", secret.expose_secret());
    Ok(())
}

async fn list(broker: &Broker, tenant: Option<&str>) -> anyhow::Result<()> {
    let tenant = find(broker, tenant).await?;
    let mut page = Page::first(PAGE);
    loop {
        let keys = broker.api_keys(tenant, &page).await?;
        for key in &keys.items {
            println!("{}", line(key));
        }
        match keys.next {
            Some(next) => page = Page::after(PAGE, next),
            None => return Ok(()),
        }
    }
}

fn line(key: &ApiKey) -> String {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%F")),
        (None, Some(at)) => format!("ends {}", at.format("%F")),
        (None, None) => "valid".to_owned(),
    };
    format!("{}  {}…  {state}  {}  {}", key.id, key.prefix, key.name, key.scopes.join(" "))
}

async fn find(broker: &Broker, slug: Option<&str>) -> anyhow::Result<Option<TenantId>> {
    let Some(slug) = slug else { return Ok(None) };
    let tenant = broker.store().tenant_by_slug(slug).await?;
    let tenant = tenant.with_context(|| format!("there is no tenant with the slug \"{slug}\""))?;
    Ok(Some(tenant.id))
}
