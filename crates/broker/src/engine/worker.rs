//! Workers: they claim jobs under a lease, keep the lease alive, and hand each job to its use case.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use persistence::{ClaimRequest, JobLease, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::engine::work::kind;
use crate::engine::{End, Task};
use crate::{Broker, BrokerError};

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Jobs at the same time.
    pub concurrency: usize,
    /// How long a job belongs to the worker without a sign of life.
    pub lease: Duration,
    /// How often the worker looks for jobs when nothing wakes it.
    pub poll_every: Duration,
    /// Failures after which a job is put aside for a person.
    pub most_failures: u32,
}

impl Default for WorkerConfig {
    /// 16 jobs at a time, leases of 30 s, a look each second, aside after 50 failures.
    fn default() -> Self {
        Self { concurrency: 16, lease: Duration::from_secs(30), poll_every: Duration::from_secs(1), most_failures: 50 }
    }
}

/// Counter of jobs by `kind` and `outcome` (`done`, `again`, `failed`, `lost`).
const JOBS_TOTAL: &str = "rubrica_jobs_total";

/// Histogram of the time of a job in seconds, by `kind`.
const JOB_SECONDS: &str = "rubrica_job_seconds";

/// Tells the metrics recorder what the engine's metrics mean. Call it once, after the recorder was installed.
pub fn describe_metrics() {
    metrics::describe_counter!(JOBS_TOTAL, "Jobs that workers ended, by kind and outcome.");
    metrics::describe_histogram!(JOB_SECONDS, metrics::Unit::Seconds, "Time that workers spent on a job, by kind.");
}

/// Works the queue until it is told to stop.
pub struct Worker {
    broker: Broker,
    config: WorkerConfig,
    stop: CancellationToken,
}

impl Worker {
    /// A worker of `broker`; `stop` ends it.
    #[must_use]
    pub fn new(broker: Broker, config: WorkerConfig, stop: CancellationToken) -> Self {
        Self { broker, config, stop }
    }

    /// Works until told to stop, then lets running jobs end.
    pub async fn run(self) {
        let places = Arc::new(Semaphore::new(self.config.concurrency));
        let running = TaskTracker::new();
        let mut added = self.broker.store().wakeups().jobs();
        while !self.stop.is_cancelled() {
            added.mark_unchanged();
            let claimed = self.claim(&places).await;
            let full = places.available_permits() == 0;
            let idle = claimed.is_empty();
            for job in claimed {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else { break };
                let (broker, config) = (self.broker.clone(), self.config.clone());
                running.spawn(async move {
                    run_job(&broker, &config, job).await;
                    drop(place);
                });
            }
            if !idle && !full {
                continue;
            }
            tokio::select! {
                _ = added.changed() => {}
                () = tokio::time::sleep(self.config.poll_every) => {}
                () = self.stop.cancelled() => {}
                // A place became free: there may be more to claim.
                freed = places.acquire(), if full => drop(freed),
            }
        }
        running.close();
        running.wait().await;
    }

    async fn claim(&self, places: &Semaphore) -> Vec<Task> {
        let limit = u32::try_from(places.available_permits()).unwrap_or(0);
        if limit == 0 {
            return Vec::new();
        }
        let request = ClaimRequest {
            owner: self.broker.worker_name(),
            kinds: kind::ALL.map(ToOwned::to_owned).to_vec(),
            limit,
            lease: self.config.lease,
        };
        match self.broker.store().jobs().claim(&request).await {
            Ok(claimed) => claimed.into_iter().filter_map(Task::of).collect(),
            Err(error) => {
                tracing::error!(error = %error, "Jobs could not be claimed; trying again");
                Vec::new()
            }
        }
    }
}

/// Runs one job and closes it.
async fn run_job(broker: &Broker, config: &WorkerConfig, job: Task) {
    let span = tracing::info_span!(
        "job",
        job.id = %job.lease.job,
        job.kind = %job.kind,
        job.tries = job.tries,
        tenant.id = %job.tenant,
        envelope.id = job.envelope.map(tracing::field::display),
        traceparent = job.traceparent.as_deref(),
    );
    async {
        let begun = std::time::Instant::now();
        let alive = keep_alive(broker, &job.lease, config.lease);
        let result = tokio::select! {
            result = Box::pin(handle(broker, &job)) => result,
            () = alive => Err(BrokerError::LeaseLost),
        };
        metrics::histogram!(JOB_SECONDS, "kind" => job.kind.clone()).record(begun.elapsed().as_secs_f64());
        close(broker, config, &job, result).await;
    }
    .instrument(span)
    .await;
}

/// Prolongs the lease until dropped; ends when the lease is lost.
async fn keep_alive(broker: &Broker, lease: &JobLease, time: Duration) {
    loop {
        tokio::time::sleep(time / 3).await;
        match broker.store().jobs().heartbeat(lease, time).await {
            Ok(()) => {}
            Err(StoreError::LeaseLost) => return,
            Err(error) => tracing::warn!(error = %error, "A lease could not be prolonged; trying again"),
        }
    }
}

async fn handle(broker: &Broker, job: &Task) -> Result<End, BrokerError> {
    match job.kind.as_str() {
        kind::SUBMIT => broker.submit(job).await,
        kind::POLL => broker.poll(job).await,
        kind::COLLECT => broker.collect(job).await,
        kind::CANCEL => broker.cancel_submission(job).await,
        kind::CALLBACK => broker.apply_callback(job).await,
        kind::ARRANGE => broker.arranged(job).await,
        kind::EXPIRE => broker.expire(job).await,
        kind::REMIND => broker.remind_by_time(job).await,
        kind::SILENCE => broker.watch_silence(job).await,
        other => Err(BrokerError::Internal(format!("no use case works on jobs of kind {other}"))),
    }
}

async fn close(broker: &Broker, config: &WorkerConfig, job: &Task, result: Result<End, BrokerError>) {
    let jobs = broker.store().jobs();
    let (outcome, closed) = match result {
        Ok(End::Done) => ("done", jobs.complete(&job.lease).await),
        Ok(End::Again(at)) => ("again", jobs.reschedule(&job.lease, at, None).await),
        Ok(End::Failed { pause, reason }) => ("failed", fail(broker, config, job, pause, &reason).await),
        // The envelope is gone: nothing is left to do.
        Err(BrokerError::NotFound) => ("done", jobs.complete(&job.lease).await),
        Err(BrokerError::LeaseLost) => {
            tracing::warn!("The lease on a job was lost; another worker goes on with it");
            ("lost", Ok(()))
        }
        Err(error) => {
            tracing::error!(error = %error, cause = ?error, "A job failed");
            let pause = broker.config().policy.pause(job.tries);
            ("failed", fail(broker, config, job, pause, &error.to_string()).await)
        }
    };
    metrics::counter!(JOBS_TOTAL, "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
    if let Err(error) = closed {
        tracing::warn!(error = %error, "A job could not be closed; it runs again when its lease has run out");
    }
}

async fn fail(
    broker: &Broker,
    config: &WorkerConfig,
    job: &Task,
    pause: Duration,
    reason: &str,
) -> Result<(), StoreError> {
    let jobs = broker.store().jobs();
    if job.tries >= config.most_failures {
        tracing::error!(reason, "A job failed too often and is put aside");
        return jobs.bury(&job.lease, reason).await;
    }
    let at = broker.clock().now() + TimeDelta::from_std(jittered(pause)).unwrap_or(TimeDelta::minutes(1));
    jobs.reschedule(&job.lease, at, Some(reason.to_owned())).await
}

/// Between half and one and a half of the pause, so that what failed together does not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + rand::random::<f64>())
}
