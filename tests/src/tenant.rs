//! A tenant with its keys and accounts.

use provider_sandbox::efirma_go::EfirmaGo;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::app::App;
use crate::client::{Answer, Client};
use crate::envelope::{Envelope, EnvelopeBuilder};
use crate::samples::Sample;

/// Every scope that a tenant's key can have.
pub const ALL_SCOPES: [&str; 7] = [
    "envelopes:read",
    "envelopes:write",
    "documents:read",
    "accounts:read",
    "accounts:write",
    "webhooks:read",
    "webhooks:write",
];

/// The developer of the simulated efirma GO. Source: the contract's examples.
pub const CIF_DEVELOPER: &str = "A23433211";
/// Its client.
pub const CIF_CLIENT: &str = "A77445566";
/// Its secret.
pub const PRIVATE_KEY: &str = "test-private-key-0001";

/// A tenant, and somebody who may do everything in it.
#[derive(Clone)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// A caller with every scope of a tenant.
    pub api: Client,
    admin: Client,
    efirma: EfirmaGo,
}

impl Tenant {
    pub(crate) async fn create(app: &App, slug: &str) -> Self {
        let admin = app.admin();
        let body = json!({ "name": format!("Tenant {slug}"), "slug": slug });
        let id = admin.post_json("/v1/tenants", &body).await.expect(201).id();
        let mut tenant = Self { id, api: app.anonymous(), admin, efirma: app.efirma() };
        tenant.api = tenant.key(&ALL_SCOPES).await;
        tenant
    }

    /// A caller with a new key of these scopes.
    pub async fn key(&self, scopes: &[&str]) -> Client {
        let body = json!({ "name": format!("key for {}", scopes.join(" ")), "scopes": scopes });
        let answer = self.admin.post_json(&format!("/v1/tenants/{}/api-keys", self.id), &body).await.expect(201);
        let key = answer.json()["key"].as_str().expect("the key").to_owned();
        self.api.with_key(&key)
    }

    /// The usual settings of an account at the simulated efirma GO: short pauses.
    pub fn efirma_settings(&self) -> Value {
        json!({
            "base_url": self.efirma.base_url(),
            "cif_desarrollador": CIF_DEVELOPER,
            "nombre_cliente": "Cliente A",
            "cif_cliente": CIF_CLIENT,
            "email_cliente": "cliente@cliente.example",
            "artifact_hosts": ["127.0.0.1"],
            "upgrade_http_artifacts": false,
            "lookup_delays_s": [0, 1],
            "polling": [{ "until_age_s": 315_360_000, "every_s": 1 }],
            "redelivery_wait_s": 2,
            "timeouts": { "connect_s": 2, "send_s": 5, "call_s": 5, "artifact_s": 10 },
            "concurrency": 20,
        })
    }

    /// A new efirma GO account, the tenant's default, with the provider told where to call back.
    pub async fn efirma_account(&self) -> Value {
        self.efirma_account_with(json!({})).await
    }

    /// The same with other settings: the members of `settings` go over the usual ones; null removes.
    pub async fn efirma_account_with(&self, settings: Value) -> Value {
        let account = self.create_account("spain", settings).await.expect(201).json();
        let callback = account["callback_url"].as_str().map(str::to_owned);
        assert!(callback.is_some(), "an account has a callback URL: {account}");
        assert!(self.efirma.set_callback_url(CIF_DEVELOPER, callback));
        account
    }

    /// Asks for a new efirma GO account.
    pub async fn create_account(&self, name: &str, settings: Value) -> Answer {
        let body = json!({
            "name": name,
            "kind": "efirma_go",
            "settings": merged(self.efirma_settings(), &settings),
            "credentials": { "private_key": PRIVATE_KEY },
            "default": true,
        });
        self.api.post_json("/v1/provider-accounts", &body).await
    }

    /// Asks for a new account at any provider, the tenant's default.
    pub async fn account(&self, kind: &str, settings: Value, credentials: Value) -> Answer {
        let body = json!({
            "name": kind.replace('_', "-"), "kind": kind, "settings": settings, "credentials": credentials, "default": true,
        });
        self.api.post_json("/v1/provider-accounts", &body).await
    }

    /// Creates a draft with these documents uploaded.
    pub async fn draft(&self, envelope: &EnvelopeBuilder, documents: &[Sample]) -> Envelope {
        let created = self.api.post_json("/v1/envelopes", &envelope.json()).await.expect(201);
        let draft = Envelope { api: self.api.clone(), id: created.id() };
        for document in documents {
            draft.upload(document).await.expect(201);
        }
        draft
    }
}

/// `base` with the members of `change` over it, as a JSON Merge Patch (RFC 7396).
pub fn merged(mut base: Value, change: &Value) -> Value {
    let Some(members) = change.as_object() else { return change.clone() };
    for (name, value) in members {
        if value.is_null() {
            if let Some(object) = base.as_object_mut() {
                object.remove(name);
            }
        } else {
            let inner = base.get(name).cloned().unwrap_or_else(|| json!({}));
            base[name] = merged(inner, value);
        }
    }
    base
}

/// A form with one file, as a browser sends it.
pub(crate) fn form_with(sample: &Sample) -> Form {
    let part = Part::bytes(sample.bytes).file_name(sample.name).mime_str("application/pdf").unwrap();
    Form::new().part("file", part)
}
