//! The dry run: which account, what it can honour, and the exact calls that sending would make.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::capability::{Feature, Support};
use domain::checks::{asked_features, check};
use domain::finding::{Finding, Severity, refuses};
use domain::ids::{AccountId, DocumentId, EnvelopeId, RecipientId, SubmissionId, TenantId};
use domain::order::Order;
use domain::record::Envelope;
use domain::steps::{Repeat, Start, StepOutput, StepOutputs, SubmissionPlan};
use provider_clients::provider::{Account, Moment, Prepared, Session, SubmissionView};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::accounts::OpenAccount;
use crate::order::{order_of, with_defaults};
use crate::{Broker, BrokerError, Result, digest};

/// What sending would do. Secrets and file contents are not in it.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The account that routing chose.
    pub account: Option<PlannedAccount>,
    /// Every other account of the tenant, and why it was passed over.
    pub passed_over: Vec<PassedOver>,
    /// Whether `send` would accept the envelope.
    pub sendable: bool,
    /// A verdict for each feature that the envelope asks for.
    pub features: Vec<FeatureVerdict>,
    /// Everything that the checks have to say.
    pub findings: Vec<Finding>,
    /// The transactions at the provider, with the exact calls.
    pub submissions: Vec<PlannedSubmission>,
    /// A digest of all of the above: `send` can require it with `If-Plan-Match`.
    pub digest: String,
}

/// The account that would carry the envelope out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its provider's kind.
    pub kind: String,
    /// The rule that chose it.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// An account that was not chosen.
#[derive(Debug, Clone, Serialize)]
pub struct PassedOver {
    /// Its id.
    pub account_id: AccountId,
    /// Its name; absent when it does not exist any more.
    pub account_name: Option<String>,
    /// Why it was passed over.
    pub reason: String,
    /// The findings that refuse it.
    pub findings: Vec<Finding>,
}

/// How one asked feature is honoured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureVerdict {
    /// The feature.
    pub feature: Feature,
    /// How well it is honoured.
    pub support: Support,
    /// How it is emulated, or why it is not honoured.
    pub note: Option<String>,
}

/// A transaction that sending would make.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedSubmission {
    /// Its place, from 0.
    pub ordinal: u32,
    /// When it starts.
    pub start: Start,
    /// Its documents.
    pub documents: Vec<DocumentId>,
    /// Its recipients.
    pub recipients: Vec<RecipientId>,
    /// Its calls, in order.
    pub steps: Vec<PlannedStep>,
}

/// A call that sending would make.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedStep {
    /// Its name.
    pub id: String,
    /// Whether it may be repeated.
    pub repeat: Repeat,
    /// The request; `null` when it depends on an earlier answer that cannot be foretold.
    pub call: Option<Value>,
}

/// The account chosen for an envelope, with all that sending needs.
pub(crate) struct Decision {
    pub(crate) chosen: Option<Chosen>,
    pub(crate) passed_over: Vec<PassedOver>,
    /// Findings of the chosen account; of the first one tried when none can honour the envelope.
    pub(crate) findings: Vec<Finding>,
    /// The account that `findings` are about.
    pub(crate) looked_at: Option<PlannedAccount>,
}

impl Decision {
    fn pass_over(&mut self, account_id: AccountId, account_name: Option<String>, reason: &str) {
        let passed = PassedOver { account_id, account_name, reason: reason.to_owned(), findings: Vec::new() };
        self.passed_over.push(passed);
    }
}

pub(crate) struct Chosen {
    pub(crate) account: Arc<OpenAccount>,
    pub(crate) planned: PlannedAccount,
    pub(crate) order: Order,
    pub(crate) submissions: Vec<SubmissionPlan>,
}

impl Broker {
    /// The dry run of sending an envelope.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`]; [`BrokerError::WrongState`] once it was sent; [`BrokerError::NoRoute`].
    pub async fn plan(&self, tenant: TenantId, id: EnvelopeId) -> Result<Plan> {
        let envelope = self.envelope(tenant, id).await?;
        if envelope.status != domain::states::EnvelopeStatus::Draft {
            return Err(BrokerError::WrongState { action: "planning", status: envelope.status });
        }
        let decision = self.decision(&envelope).await?;
        Ok(self.plan_of(&envelope, &decision))
    }

    /// The decision for a draft, with every account of the tenant in it.
    pub(crate) async fn decision(&self, envelope: &Envelope) -> Result<Decision> {
        let mut decision = self.decide(envelope, &[]).await?;
        self.not_named(envelope, &mut decision).await?;
        Ok(decision)
    }

    /// The account for `envelope`: of the candidates of routing, the first that can honour it and is not one of `unreachable`.
    pub(crate) async fn decide(&self, envelope: &Envelope, unreachable: &[AccountId]) -> Result<Decision> {
        let now = self.clock().now();
        let policy = self.store().tenant(envelope.tenant).routing().await?;
        let order = order_of(envelope);
        let Some(candidates) = policy.candidates(&order) else {
            return Err(BrokerError::NoRoute {
                detail: "No routing rule matches and the tenant has no default account.".to_owned(),
            });
        };
        let general = check(&order, now);
        let mut decision = Decision { chosen: None, passed_over: Vec::new(), findings: Vec::new(), looked_at: None };
        for id in &candidates.accounts {
            let account = match self.open_account(envelope.tenant, *id).await {
                Ok(account) => account,
                Err(BrokerError::NotFound) => {
                    decision.pass_over(*id, None, "The account does not exist any more.");
                    continue;
                }
                Err(other) => return Err(other),
            };
            let name = Some(account.name.clone());
            if unreachable.contains(id) {
                decision.pass_over(*id, name, "It could not be reached, and nothing was sent there.");
                continue;
            }
            if let Some(chosen) = &decision.chosen {
                let reason =
                    format!("The account \"{}\", which comes before it, can honour the envelope.", chosen.planned.name);
                decision.pass_over(*id, name, &reason);
                continue;
            }
            let planned = PlannedAccount {
                id: *id,
                name: account.name.clone(),
                kind: account.kind.clone(),
                rule: candidates.rule.clone(),
                reason: candidates.reason.clone(),
            };
            let order = with_defaults(order.clone(), account.adapter.defaults());
            let mut findings = general.clone();
            // What is wrong at any provider is told once, and not in the adapter's words again.
            let told = |f: &Finding| f.is_error() && general.iter().any(|g| g.is_error() && g.pointer == f.pointer);
            findings.extend(account.adapter.check(&order).into_iter().filter(|f| !told(f)));
            if refuses(&findings) {
                decision.passed_over.push(PassedOver {
                    account_id: *id,
                    account_name: name,
                    reason: "It cannot honour the envelope.".to_owned(),
                    findings: findings.iter().filter(|f| f.is_error()).cloned().collect(),
                });
                if decision.looked_at.is_none() {
                    decision.findings = findings;
                    decision.looked_at = Some(planned);
                }
                continue;
            }
            let submissions = account.adapter.submissions(&order);
            for plan in &submissions {
                plan.validate().map_err(|defect| BrokerError::Internal(format!("{}: {defect}", account.kind)))?;
            }
            decision.findings = findings;
            decision.looked_at = Some(planned.clone());
            decision.chosen = Some(Chosen { account, planned, order, submissions });
        }
        if decision.looked_at.is_none() && unreachable.is_empty() {
            return Err(BrokerError::NoRoute { detail: "None of the accounts that routing names exists.".to_owned() });
        }
        Ok(decision)
    }

    /// The tenant's accounts that routing did not look at, for the plan.
    async fn not_named(&self, envelope: &Envelope, decision: &mut Decision) -> Result<()> {
        let rule = decision.looked_at.as_ref().map(|looked| looked.rule.clone()).unwrap_or_default();
        let reason = match rule.as_str() {
            "envelope" => "The envelope names another account.".to_owned(),
            "default" => "No rule applies that names it, and it is not the default account.".to_owned(),
            rule => format!("The rule \"{rule}\", which applies, does not name it."),
        };
        for row in self.store().tenant(envelope.tenant).accounts().all().await? {
            let looked = decision.looked_at.as_ref().is_some_and(|looked| looked.id == row.id);
            if !looked && decision.passed_over.iter().all(|passed| passed.account_id != row.id) {
                decision.pass_over(row.id, Some(row.name), &reason);
            }
        }
        Ok(())
    }

    /// Names of the tenant's accounts that could honour `envelope`.
    pub(crate) async fn could_honour(&self, envelope: &Envelope) -> Result<Vec<String>> {
        let order = order_of(envelope);
        let mut names = Vec::new();
        for row in self.store().tenant(envelope.tenant).accounts().all().await? {
            let Ok(account) = self.open_account(envelope.tenant, row.id).await else { continue };
            let order = with_defaults(order.clone(), account.adapter.defaults());
            if !refuses(&account.adapter.check(&order)) {
                names.push(account.name.clone());
            }
        }
        Ok(names)
    }

    pub(crate) fn plan_of(&self, envelope: &Envelope, decision: &Decision) -> Plan {
        let chosen = decision.chosen.as_ref();
        let asked = chosen.map_or_else(|| asked_features(&order_of(envelope)), |c| asked_features(&c.order));
        let mut plan = Plan {
            account: decision.looked_at.clone(),
            passed_over: decision.passed_over.clone(),
            sendable: chosen.is_some(),
            features: verdicts(&asked, &decision.findings),
            findings: decision.findings.clone(),
            submissions: chosen
                .map_or_else(Vec::new, |c| c.submissions.iter().map(|s| planned(s, &c.order, &c.account)).collect()),
            digest: String::new(),
        };
        let body = serde_json::to_vec(&plan).unwrap_or_default();
        plan.digest = format!("sha256:{}", digest::sha256_hex(&body));
        plan
    }
}

fn planned(plan: &SubmissionPlan, order: &Order, account: &OpenAccount) -> PlannedSubmission {
    // The address that providers call back at holds a token.
    let callback_url = account.callback_url.as_ref().map(|_| CALLBACK_URL);
    let adapter: &dyn Account = &*account.adapter;
    let outputs = foretold(plan);
    let none = BTreeMap::new();
    let view = SubmissionView {
        id: SubmissionId::from_uuid(Uuid::nil()),
        attempt: 1,
        began_at: chrono::DateTime::UNIX_EPOCH,
        order,
        documents: &plan.documents,
        recipients: &plan.recipients,
        reference: Some(FORETOLD),
        outputs: &outputs,
        last: None,
        earlier: &[],
        signed_before: &none,
    };
    // Neither the time nor random bytes may change the digest of an unchanged plan.
    let session = Session {
        token: FORETOLD.into(),
        expires_at: chrono::DateTime::<chrono::Utc>::MAX_UTC,
        values: BTreeMap::new(),
    };
    let (now, facts) = (chrono::DateTime::UNIX_EPOCH, BTreeMap::new());
    let moment = Moment { now, random: [0; 32], session: Some(&session), callback_url, facts: &facts };
    PlannedSubmission {
        ordinal: plan.ordinal,
        start: plan.start.clone(),
        documents: plan.documents.clone(),
        recipients: plan.recipients.clone(),
        steps: plan
            .steps
            .iter()
            .map(|step| PlannedStep {
                id: step.id.clone(),
                repeat: step.repeat,
                call: match adapter.request(step, &view, &moment) {
                    Ok(Prepared::Call(call)) => Some(call.redacted()),
                    // Known beforehand, or only once the steps before it were carried out.
                    Ok(Prepared::Known(_)) | Err(_) => None,
                },
            })
            .collect(),
    }
}

/// Stands in the plan for the address at which the provider calls back, which holds a secret.
const CALLBACK_URL: &str = "https://[secret]";

/// Stands in the plan for what only the provider's answer tells.
const FORETOLD: &str = "known-after-the-call";

fn foretold(plan: &SubmissionPlan) -> StepOutputs {
    plan.steps.iter().map(|step| (step.id.clone(), StepOutput::reference(FORETOLD))).collect()
}

fn verdicts(asked: &[Feature], findings: &[Finding]) -> Vec<FeatureVerdict> {
    asked
        .iter()
        .map(|feature| {
            let about = || findings.iter().filter(|f| f.feature == Some(*feature));
            let lost = about().find(|f| f.severity >= Severity::Warning && f.emulated.is_none());
            let emulated = about().find(|f| f.emulated.is_some());
            let (support, note) = match (lost, emulated) {
                (Some(finding), _) => (Support::Unsupported, Some(finding.detail.clone())),
                (None, Some(finding)) => (Support::Emulated, finding.emulated.clone()),
                (None, None) => (Support::Native, about().next().map(|f| f.detail.clone())),
            };
            FeatureVerdict { feature: *feature, support, note }
        })
        .collect()
}
