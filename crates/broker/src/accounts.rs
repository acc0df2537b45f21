//! Provider accounts: a tenant's credentials and settings at a provider.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::capability::{Capability, Limits};
use domain::ids::{AccountId, TenantId};
use domain::outcome::Outcome;
use domain::record::Failure;
use domain::routing::RoutingPolicy;
use persistence::{Account as AccountRow, AuditEntry, Change, Page, Paged};
use provider_clients::probe;
use provider_clients::provider::{ACCOUNT_ID, Account, AccountFacts, Fault, Session, Verify, WebhookHealth};
use provider_clients::schema;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::caller::Caller;
use crate::engine::Need;
use crate::{Broker, BrokerError, Result, digest};

/// Under which name the facts of an account's set-up are kept.
pub(crate) const SETUP_FACTS: &str = "setup";

/// How long a rotated callback token is still taken.
const TOKEN_OVERLAP: TimeDelta = TimeDelta::days(7);

/// A fresh look at the account row is taken at most this often; other replicas' changes are seen by then.
const KNOWN_FOR: Duration = Duration::from_secs(2);

/// An account that calls can be made with.
pub(crate) struct OpenAccount {
    pub(crate) id: AccountId,
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) callback_url: Option<String>,
    pub(crate) facts: AccountFacts,
    pub(crate) adapter: Arc<dyn Account>,
    pub(crate) opened: std::time::Instant,
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// A name, unique within the tenant.
    pub name: String,
    /// The provider's kind.
    pub kind: String,
    /// Settings; checked against the provider's schema.
    pub settings: Value,
    /// Credentials; checked against the provider's schema, stored encrypted, never shown.
    pub credentials: Value,
    /// Whether it becomes the tenant's default account.
    pub default: bool,
}

/// A change of an account; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// A new name.
    pub name: Option<String>,
    /// New settings, whole.
    pub settings: Option<Value>,
    /// New credentials, whole.
    pub credentials: Option<Value>,
    /// `true` makes it the default account; `false` takes that away from it.
    pub default: Option<bool>,
}

/// An account as callers see it: never the credentials.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The provider's kind.
    pub kind: String,
    /// Its settings, as given.
    pub settings: Value,
    /// Whether envelopes that no rule matches go to it.
    pub default: bool,
    /// Where the provider can call back; `None` when the broker has no public address.
    pub callback_url: Option<String>,
    /// Its limits.
    pub limits: Limits,
    /// How well the provider's callbacks are arranged; `None` where there is nothing to arrange by calls.
    pub webhook: Option<WebhookHealth>,
    /// The quotas of its calls.
    pub quotas: Vec<Quota>,
    /// Counts its changes.
    pub version: u64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// What is left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The window of time, in seconds.
    pub per_seconds: u64,
    /// How many calls it takes.
    pub limit: u32,
    /// How many were made in the present window.
    pub used: u32,
}

/// How well an account, or a provider with default settings, honours each feature.
#[derive(Debug, Clone)]
pub struct CapabilityMatrix {
    /// The provider's kind.
    pub kind: String,
    /// The account, when it is about one.
    pub account_id: Option<AccountId>,
    /// One row for each feature.
    pub capabilities: Vec<Capability>,
    /// The limits.
    pub limits: Limits,
}

/// What the provider said about an account's credentials.
#[derive(Debug, Clone, Serialize)]
pub struct VerifyResult {
    /// `ok`, `refused` or `unreachable`.
    pub status: &'static str,
    /// A sentence for people.
    pub detail: String,
    /// What to know although it is `ok`.
    pub warnings: Vec<String>,
    /// Facts that the provider told.
    pub details: Value,
}

impl Broker {
    /// Creates an account, after checking settings and credentials against the provider's schemas and rules.
    ///
    /// # Errors
    /// [`BrokerError::UnknownKind`], [`BrokerError::Faults`], [`BrokerError::NameTaken`].
    pub async fn create_account(&self, caller: &Caller, new: NewAccount) -> Result<AccountView> {
        if self.registry().get(&new.kind).is_none() {
            return Err(BrokerError::UnknownKind);
        }
        self.adapter(&new.kind, &new.settings, &new.credentials)?;
        let now = self.clock().now();
        let row = AccountRow {
            id: AccountId::generate(),
            tenant: caller.tenant,
            name: new.name,
            kind: new.kind,
            settings: new.settings,
            version: 1,
            disabled: false,
            created_at: now,
            updated_at: now,
        };
        self.store().tenant(caller.tenant).accounts().create(&row, &new.credentials, &callback_token()).await?;
        if new.default {
            self.make_default(caller, row.id, true).await?;
        }
        self.arrange(caller.tenant, row.id, caller.traceparent.as_deref()).await?;
        self.record(caller, "account.created", row.id, json!({ "kind": row.kind }), Some(row.id.as_uuid())).await?;
        self.account(caller.tenant, row.id).await
    }

    /// The tenant's accounts, oldest first.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn accounts(&self, tenant: TenantId, page: &Page) -> Result<Paged<AccountView>> {
        let rows = self.store().tenant(tenant).accounts().list(page).await?;
        let policy = self.routing(tenant).await?;
        let mut items = Vec::with_capacity(rows.items.len());
        for row in rows.items {
            items.push(self.account_view(tenant, row, &policy).await?);
        }
        Ok(Paged { items, next: rows.next })
    }

    /// One account.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn account(&self, tenant: TenantId, id: AccountId) -> Result<AccountView> {
        let row = self.store().tenant(tenant).accounts().load(id).await?.ok_or(BrokerError::NotFound)?;
        let policy = self.routing(tenant).await?;
        self.account_view(tenant, row, &policy).await
    }

    /// Changes an account. Submissions that wait for it to be mended are tried again.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::Faults`], [`BrokerError::NameTaken`].
    pub async fn update_account(&self, caller: &Caller, id: AccountId, patch: AccountPatch) -> Result<AccountView> {
        let accounts = self.store().tenant(caller.tenant).accounts();
        let open = accounts.open(id).await?.ok_or(BrokerError::NotFound)?;
        let mut row = open.account.clone();
        let known = open.credentials()?;
        row.settings = patch.settings.unwrap_or(row.settings);
        self.adapter(&row.kind, &row.settings, patch.credentials.as_ref().unwrap_or(&known))?;
        row.name = patch.name.unwrap_or(row.name);
        row.updated_at = self.clock().now();
        accounts.update(&row, patch.credentials.as_ref()).await?;
        self.forget_account(id);
        self.forget_session(id);
        if let Some(default) = patch.default {
            self.make_default(caller, id, default).await?;
        }
        self.record(caller, "account.updated", id, json!({ "credentials": patch.credentials.is_some() }), None).await?;
        self.arrange(caller.tenant, id, caller.traceparent.as_deref()).await?;
        self.retry_blocked(caller.tenant, id, caller.traceparent.as_deref()).await?;
        self.account(caller.tenant, id).await
    }

    /// Deletes an account that no live envelope uses.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::AccountInUse`].
    pub async fn delete_account(&self, caller: &Caller, id: AccountId) -> Result<()> {
        self.store().tenant(caller.tenant).accounts().delete(id).await?;
        self.forget_account(id);
        self.record(caller, "account.deleted", id, json!({}), None).await
    }

    /// The capability matrix of an account.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn account_capabilities(&self, tenant: TenantId, id: AccountId) -> Result<CapabilityMatrix> {
        let account = self.open_account(tenant, id).await?;
        Ok(CapabilityMatrix {
            kind: account.kind.clone(),
            account_id: Some(id),
            capabilities: probe::matrix(&*account.adapter),
            limits: account.adapter.limits(),
        })
    }

    /// The capability matrix of a provider with default settings; `None` for an unknown kind.
    #[must_use]
    pub fn provider_capabilities(&self, kind: &str) -> Option<CapabilityMatrix> {
        let profile = self.registry().get(kind)?.profile();
        let (settings, credentials) = (sample(&profile.settings_schema), sample(&profile.credentials_schema));
        let account = self.registry().open_account(kind, &settings, &credentials).ok()?;
        Some(CapabilityMatrix {
            kind: kind.to_owned(),
            account_id: None,
            capabilities: probe::matrix(&*account),
            limits: account.limits(),
        })
    }

    /// Asks the provider whether the credentials work, without a side effect.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn verify_account(&self, caller: &Caller, id: AccountId) -> Result<VerifyResult> {
        let account = self.open_account(caller.tenant, id).await?;
        let files = self.no_files();
        let built = self.build(&account, &files, |moment| account.adapter.verify_request(moment)).await?;
        let outcome = match built {
            Ok(Verify::Told(told)) => {
                return Ok(VerifyResult {
                    status: "ok",
                    detail:
                        "The provider has no call that checks credentials without a side effect; they are well formed."
                            .to_owned(),
                    warnings: told.warnings,
                    details: json!(told.details),
                });
            }
            Ok(Verify::Call(call)) => {
                let traceparent = caller.traceparent.as_deref();
                self.exchange(&account, &files, Need::Act, &call, traceparent, |r| account.adapter.verify_reply(r))
                    .await?
            }
            Err(outcome) => outcome.map(|never| match never {}),
        };
        Ok(match outcome {
            Outcome::Done(verified) => VerifyResult {
                status: "ok",
                detail: "The provider accepts the credentials.".to_owned(),
                warnings: verified.warnings,
                details: json!(verified.details),
            },
            Outcome::Refused(refusal) if refusal.class.passes_by_itself() => VerifyResult::unreachable(refusal.code),
            Outcome::Refused(refusal) => VerifyResult {
                status: "refused",
                detail: format!("The provider refuses the account: {} ({}).", refusal.class.as_str(), refusal.code),
                warnings: Vec::new(),
                details: json!({}),
            },
            Outcome::SessionExpired => VerifyResult::unreachable("the session ended at once".to_owned()),
            Outcome::NotSent { reason, .. } => VerifyResult::unreachable(reason),
            Outcome::Unknown(doubt) => VerifyResult::unreachable(doubt.reason),
        })
    }

    /// A new callback URL; the old one is still taken for seven days.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn rotate_callback_token(&self, caller: &Caller, id: AccountId) -> Result<AccountView> {
        let now = self.clock().now();
        let accounts = self.store().tenant(caller.tenant).accounts();
        accounts.rotate_callback_token(id, &callback_token(), now + TOKEN_OVERLAP, now).await?;
        self.forget_account(id);
        self.arrange(caller.tenant, id, caller.traceparent.as_deref()).await?;
        self.record(caller, "account.callback_token_rotated", id, json!({}), None).await?;
        self.account(caller.tenant, id).await
    }

    /// Runs one of the provider's own operations.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`] for the account or the operation, [`BrokerError::Faults`] for the input,
    /// [`BrokerError::Provider`] when the provider refuses or cannot be asked.
    pub async fn run_operation(&self, caller: &Caller, id: AccountId, name: &str, input: Value) -> Result<Value> {
        let account = self.open_account(caller.tenant, id).await?;
        let provider = self.registry().get(&account.kind).ok_or(BrokerError::UnknownKind)?;
        let operation = provider.profile().operations.iter().find(|o| o.name == name).ok_or(BrokerError::NotFound)?;
        let faults = schema::check(&operation.input, &input, "");
        if !faults.is_empty() {
            return Err(BrokerError::Faults(faults));
        }
        let files = self.no_files();
        let built =
            self.build(&account, &files, |moment| account.adapter.operation_request(name, &input, moment)).await?;
        let outcome = match built {
            Ok(call) => {
                let traceparent = caller.traceparent.as_deref();
                self.exchange(&account, &files, Need::Act, &call, traceparent, |r| {
                    account.adapter.operation_reply(name, r)
                })
                .await?
            }
            Err(outcome) => outcome.map(|never| match never {}),
        };
        if operation.changes {
            self.record(caller, "account.operation", id, json!({ "operation": name }), None).await?;
        }
        provider_answer(&account.kind, outcome)
    }

    /// The tenant's routing policy.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`].
    pub async fn routing(&self, tenant: TenantId) -> Result<RoutingPolicy> {
        Ok(self.store().tenant(tenant).routing().await?)
    }

    /// Replaces the tenant's routing policy.
    ///
    /// # Errors
    /// [`BrokerError::Invalid`] with a finding for each account that does not exist.
    pub async fn put_routing(&self, caller: &Caller, policy: RoutingPolicy) -> Result<RoutingPolicy> {
        let known: Vec<AccountId> =
            self.store().tenant(caller.tenant).accounts().all().await?.into_iter().map(|row| row.id).collect();
        let mut findings = Vec::new();
        let mut check = |id: &AccountId, pointer: String| {
            if !known.contains(id) {
                findings.push(domain::finding::Finding::error("no_such_account", pointer, "There is no such account."));
            }
        };
        if let Some(id) = &policy.default_account {
            check(id, "/default_account".to_owned());
        }
        for (r, rule) in policy.rules.iter().enumerate() {
            for (a, id) in rule.accounts.iter().enumerate() {
                check(id, format!("/rules/{r}/accounts/{a}"));
            }
        }
        if !findings.is_empty() {
            return Err(BrokerError::Invalid(findings));
        }
        self.store().tenant(caller.tenant).set_routing(&policy, self.clock().now()).await?;
        self.record(caller, "routing.replaced", caller.tenant, json!({ "rules": policy.rules.len() }), None).await?;
        Ok(policy)
    }

    /// The account, ready for calls. Kept in memory for a moment.
    pub(crate) async fn open_account(&self, tenant: TenantId, id: AccountId) -> Result<Arc<OpenAccount>> {
        if let Some(known) = self.known_account(id)
            && known.tenant == tenant
            && known.opened.elapsed() < KNOWN_FOR
        {
            return Ok(known);
        }
        let open = self.store().tenant(tenant).accounts().open(id).await?.ok_or(BrokerError::NotFound)?;
        let credentials = open.credentials()?;
        let persistence::OpenAccount { account: row, callback_token, .. } = open;
        let adapter = self.adapter(&row.kind, &row.settings, &credentials).map_err(|_| {
            BrokerError::Internal(format!("the stored settings of account {id} are not valid any more"))
        })?;
        let facts = self.store().tenant(tenant).accounts().fact(id, SETUP_FACTS, self.clock().now()).await?;
        let mut facts: AccountFacts = facts.unwrap_or_default();
        facts.insert(ACCOUNT_ID.to_owned(), id.to_string());
        let account = Arc::new(OpenAccount {
            facts,
            id,
            tenant,
            callback_url: self.callback_url(&row.kind, &callback_token),
            name: row.name,
            kind: row.kind,
            updated_at: row.updated_at,
            adapter,
            opened: std::time::Instant::now(),
        });
        self.keep_account(Arc::clone(&account));
        Ok(account)
    }

    fn adapter(&self, kind: &str, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>> {
        self.registry()
            .open_account(kind, settings, credentials)
            .map_err(|faults: Vec<Fault>| BrokerError::Faults(faults))
    }

    async fn account_view(&self, tenant: TenantId, row: AccountRow, policy: &RoutingPolicy) -> Result<AccountView> {
        let open = self.open_account(tenant, row.id).await?;
        let mut quotas = Vec::new();
        for rate in open.adapter.pace().rates {
            let used = self.store().call_counts().used(&format!("account:{}", row.id), rate.per).await?;
            quotas.push(Quota { per_seconds: rate.per.as_secs(), limit: rate.calls, used });
        }
        let webhook = open.adapter.webhook_health(&self.moment(&open, None));
        Ok(AccountView {
            webhook,
            quotas,
            default: policy.default_account == Some(row.id),
            callback_url: open.callback_url.clone(),
            limits: open.adapter.limits(),
            id: row.id,
            name: row.name,
            kind: row.kind,
            settings: row.settings,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    fn callback_url(&self, kind: &str, token: &SecretString) -> Option<String> {
        let base = self.config().public_url.as_ref()?;
        let base = base.as_str().trim_end_matches('/');
        Some(format!("{base}/callbacks/{kind}/{}", token.expose_secret()))
    }

    async fn make_default(&self, caller: &Caller, id: AccountId, default: bool) -> Result<()> {
        let tenant = self.store().tenant(caller.tenant);
        let mut policy = tenant.routing().await?;
        if default {
            policy.default_account = Some(id);
        } else if policy.default_account == Some(id) {
            policy.default_account = None;
        }
        Ok(tenant.set_routing(&policy, self.clock().now()).await?)
    }

    /// Writes who did what into the audit trail, and settles the idempotent request that it was.
    pub(crate) async fn record(
        &self,
        caller: &Caller,
        action: &str,
        subject: impl Display,
        data: Value,
        resource: Option<Uuid>,
    ) -> Result<()> {
        let now = self.clock().now();
        let entry = AuditEntry::new(now, caller.actor.clone(), action, subject).with_data(data);
        let change = Change {
            audit: vec![entry],
            request: resource.and_then(|resource| caller.mark(resource)),
            ..Change::new(caller.tenant, caller.actor.clone(), now)
        };
        self.store().commit(&change).await?;
        Ok(())
    }

    /// The cached session of an account.
    pub(crate) fn session(&self, id: AccountId) -> Option<Arc<Session>> {
        let session = self.sessions().get(&id).cloned()?;
        (session.expires_at > self.clock().now()).then_some(session)
    }
}

impl VerifyResult {
    fn unreachable(reason: String) -> Self {
        Self {
            status: "unreachable",
            detail: format!("The provider could not be asked: {reason}"),
            warnings: Vec::new(),
            details: json!({}),
        }
    }
}

/// An unguessable token for a callback URL: 256 random bits.
fn callback_token() -> SecretString {
    SecretString::from(hex::encode(digest::random()))
}

/// The provider's answer to a call that somebody waits for.
pub(crate) fn provider_answer<T>(kind: &str, outcome: Outcome<T>) -> Result<T> {
    let failure = |code: &str, detail: &str, refusal| {
        BrokerError::Provider(Box::new(Failure {
            code: code.to_owned(),
            detail: detail.to_owned(),
            refusal,
            provider: Some(kind.to_owned()),
        }))
    };
    match outcome {
        Outcome::Done(value) => Ok(value),
        Outcome::Refused(refusal) => Err(failure("provider-refused", "The provider refused.", Some(refusal))),
        Outcome::SessionExpired | Outcome::NotSent { .. } => {
            Err(failure("provider-unavailable", "The provider could not be reached.", None))
        }
        Outcome::Unknown(_) => {
            Err(failure("provider-unavailable", "The provider gave no usable answer; it may have done it.", None))
        }
    }
}

/// What a correction that the adapter refuses becomes.
pub(crate) fn refused_correction(error: BrokerError) -> BrokerError {
    if let BrokerError::Invalid(findings) = error {
        return BrokerError::NotHonoured { findings, could: Vec::new() };
    }
    error
}

/// Settings or credentials as the schema's own defaults and examples have them: enough to open an account that nobody
/// calls with.
fn sample(schema: &Value) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let properties = schema.get("properties");
    let of = |name: &str| {
        let property = properties.and_then(|p| p.get(name))?;
        let value = property.get("default").or_else(|| property.get("examples")?.get(0))?;
        Some((name.to_owned(), value.clone()))
    };
    Value::Object(required.filter_map(of).collect())
}
