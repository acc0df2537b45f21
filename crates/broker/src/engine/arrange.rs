//! Arranging at the vendor that it calls back: registering a webhook, keeping it on, knowing that it is.

use chrono::TimeDelta;
use domain::ids::{AccountId, TenantId};
use domain::outcome::Outcome;
use persistence::NewJob;
use provider_clients::provider::Setup;

use crate::accounts::{OpenAccount, SETUP_FACTS};
use crate::engine::work::kind;
use crate::engine::{End, Need, Task};
use crate::{Broker, BrokerError, Result};

/// Calls that one run makes at most.
const MOST_CALLS: usize = 6;

/// How often it is looked after when nothing changed; how often the vendor is asked then is the adapter's affair.
const EVERY: TimeDelta = TimeDelta::hours(1);

impl Broker {
    /// Has the account's callbacks arranged, where its vendor wants that.
    pub(crate) async fn arrange(&self, tenant: TenantId, id: AccountId, traceparent: Option<&str>) -> Result<()> {
        let account = self.open_account(tenant, id).await?;
        if account.callback_url.is_none() || account.adapter.webhook_health(&self.moment(&account, None)).is_none() {
            return Ok(());
        }
        let mut job = NewJob::new(kind::ARRANGE, Some(tenant), id.as_uuid(), self.clock().now())
            .at_account(id)
            .deduped(format!("{}:{id}", kind::ARRANGE));
        job.traceparent = traceparent.map(ToOwned::to_owned);
        self.store().jobs().enqueue(vec![job]).await?;
        Ok(())
    }

    /// One run: as many calls as are needed, each result kept before the next.
    pub(crate) async fn arranged(&self, job: &Task) -> Result<End> {
        let id = AccountId::from_uuid(job.subject);
        for _ in 0..MOST_CALLS {
            // Looked up anew each time: the facts of the last call are in it.
            self.forget_account(id);
            let account = match self.open_account(job.tenant, id).await {
                Ok(account) => account,
                Err(BrokerError::NotFound) => return Ok(End::Done),
                Err(other) => return Err(other),
            };
            match self.arrange_next(job, &account).await? {
                Some(end) => return Ok(end),
                None => continue,
            }
        }
        tracing::warn!(account.id = %id, "The provider's callbacks could not be arranged in a few calls");
        Ok(End::Again(self.clock().now() + EVERY))
    }

    async fn arrange_next(&self, job: &Task, account: &OpenAccount) -> Result<Option<End>> {
        let files = self.no_files();
        let adapter = &account.adapter;
        let call = match self.build(account, &files, |moment| adapter.setup(moment)).await? {
            Ok(Setup::Complete) => return Ok(Some(End::Again(self.clock().now() + EVERY))),
            Ok(Setup::Call(call)) => call,
            Err(outcome) => return Ok(Some(self.not_arranged(job, account, &outcome.map(|never| match never {})))),
        };
        let session = self.session(account.id);
        let outcome = self
            .exchange(account, &files, Need::Act, &call, job.traceparent.as_deref(), |reply| {
                adapter.setup_reply(&call, &self.moment(account, session.as_deref()), reply)
            })
            .await?;
        if let Outcome::Done(facts) = outcome {
            let accounts = self.store().tenant(job.tenant).accounts();
            accounts.set_fact(account.id, SETUP_FACTS, &facts, None, self.clock().now()).await?;
            return Ok(None);
        }
        Ok(Some(self.not_arranged(job, account, &outcome.map(|_| ()))))
    }

    fn not_arranged(&self, job: &Task, account: &OpenAccount, outcome: &Outcome<()>) -> End {
        let (reason, asked) = match outcome {
            Outcome::Refused(refusal) => (refusal.code.clone(), refusal.retry_after),
            Outcome::NotSent { reason, retry_after } => (reason.clone(), *retry_after),
            Outcome::Unknown(doubt) => (doubt.reason.clone(), None),
            Outcome::SessionExpired | Outcome::Done(()) => (String::new(), None),
        };
        tracing::warn!(account.id = %account.id, reason, "The provider's callbacks could not be arranged; trying again");
        // It is tried for ever: an account without callbacks still works by reading.
        let pause = asked.unwrap_or_else(|| self.config().policy.pause(job.tries.min(8)));
        End::Again(self.clock().now() + TimeDelta::from_std(pause).unwrap_or(EVERY))
    }
}
