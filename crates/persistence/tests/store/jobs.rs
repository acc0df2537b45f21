use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use domain::ids::{AccountId, TenantId};
use persistence::{Change, ClaimRequest, ClaimedJob, JobEnd, NewJob, Page, Store, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::support::{a_tenant, an_envelope, broker, create, for_each_database, now, seconds, update};

fn a_job(tenant: TenantId) -> NewJob {
    NewJob::new("submit", Some(tenant), Uuid::new_v4(), now() - seconds(1))
}

fn wanting(limit: u32) -> ClaimRequest {
    ClaimRequest { owner: "worker".to_owned(), kinds: Vec::new(), limit, lease: Duration::from_secs(60) }
}

async fn claim(store: &Store, limit: u32) -> Vec<ClaimedJob> {
    store.jobs().claim(&wanting(limit)).await.unwrap()
}

#[tokio::test]
async fn a_job_is_claimed_as_it_was_enqueued_and_by_one_worker_only() {
    for_each_database(async |test| {
        let (tenant, account, envelope) = (a_tenant(), AccountId::generate(), an_envelope(a_tenant()));
        let mut job =
            a_job(tenant).at_account(account).on_envelope(envelope.id).with_payload(json!({"b": 1, "a": [2]}));
        job.traceparent = Some("00-1-2-01".to_owned());
        let later = NewJob { run_at: now() + seconds(3600), ..a_job(tenant) };
        test.store.jobs().enqueue(vec![job.clone(), later]).await.unwrap();
        let claimed = claim(&test.store, 10).await;
        assert_eq!(claimed.len(), 1);
        let got = &claimed[0].job;
        assert_eq!((got.kind.as_str(), got.tenant, got.account), ("submit", Some(tenant), Some(account)));
        assert_eq!((got.envelope, got.subject, &got.payload), (Some(envelope.id), job.subject, &job.payload));
        assert_eq!((&got.traceparent, got.run_at, got.tries), (&job.traceparent, job.run_at, 1));
        assert!(claim(&test.store, 10).await.is_empty());
        test.store.jobs().complete(&claimed[0].lease).await.unwrap();
        assert!(matches!(test.store.jobs().complete(&claimed[0].lease).await, Err(StoreError::LeaseLost)));
        assert_eq!(test.number("SELECT count(*) AS n FROM jobs").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_worker_gets_only_the_kinds_that_it_can_do() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let mut jobs: Vec<NewJob> = (0..5).map(|_| a_job(tenant)).collect();
        jobs.push(NewJob { kind: "poll".to_owned(), ..a_job(tenant) });
        jobs.push(NewJob { kind: "scrub".to_owned(), tenant: None, ..a_job(tenant) });
        test.store.jobs().enqueue(jobs).await.unwrap();
        let request = ClaimRequest { kinds: vec!["poll".to_owned(), "scrub".to_owned()], ..wanting(10) };
        let claimed = test.store.jobs().claim(&request).await.unwrap();
        let kinds: HashSet<_> = claimed.iter().map(|c| (c.job.kind.as_str(), c.job.tenant)).collect();
        assert_eq!(kinds, HashSet::from([("poll", Some(tenant)), ("scrub", None)]));
    })
    .await;
}

#[tokio::test]
async fn many_workers_share_the_jobs_without_doing_any_twice() {
    for_each_database(async |test| {
        const JOBS: usize = 300;
        let tenants = [a_tenant(), a_tenant(), a_tenant()];
        let jobs = (0..JOBS).map(|n| a_job(tenants[n % 3])).collect();
        test.store.jobs().enqueue(jobs).await.unwrap();
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let store = test.store.clone();
                tokio::spawn(async move {
                    let mut done = Vec::new();
                    loop {
                        let claimed = claim(&store, 10).await;
                        if claimed.is_empty() {
                            return done;
                        }
                        for claimed in claimed {
                            store.jobs().complete(&claimed.lease).await.unwrap();
                            done.push(claimed.job.id);
                        }
                    }
                })
            })
            .collect();
        let mut done = Vec::new();
        for worker in workers {
            done.extend(worker.await.unwrap());
        }
        // A worker that found all candidates locked went home early; what is left is claimed now.
        loop {
            let rest = claim(&test.store, 50).await;
            if rest.is_empty() {
                break;
            }
            done.extend(rest.into_iter().map(|claimed| claimed.job.id));
        }
        assert_eq!(done.len(), JOBS);
        assert_eq!(done.into_iter().collect::<HashSet<_>>().len(), JOBS);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_the_old_fence_is_refused() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let envelope = an_envelope(tenant);
        create(&test.store, &envelope).await;
        test.store.jobs().enqueue(vec![a_job(tenant)]).await.unwrap();
        let first = claim(&test.store, 1).await.remove(0);
        let jobs = test.store.jobs();
        jobs.heartbeat(&first.lease, Duration::from_secs(120)).await.unwrap();

        test.store.database().shift_time(seconds(100));
        assert!(claim(&test.store, 1).await.is_empty(), "the heartbeat prolonged the lease");
        test.store.database().shift_time(seconds(130));
        let second = claim(&test.store, 1).await.remove(0);
        assert_eq!((second.job.id, second.job.tries), (first.job.id, 2));
        assert!(second.lease.fence > first.lease.fence);

        let lost = |outcome: Result<(), StoreError>| assert!(matches!(outcome, Err(StoreError::LeaseLost)));
        lost(jobs.heartbeat(&first.lease, Duration::from_secs(1)).await);
        lost(jobs.complete(&first.lease).await);
        lost(jobs.reschedule(&first.lease, now(), None).await);
        lost(jobs.bury(&first.lease, "x").await);
        let mut after = envelope.clone();
        after.spec.subject = "by the dead".to_owned();
        for end in [JobEnd::Keep, JobEnd::Complete] {
            let change = Change::new(tenant, broker(), now()).updating(&envelope, &after).holding(&first.lease, end);
            assert!(matches!(test.store.commit(&change).await, Err(StoreError::LeaseLost)));
        }
        assert_eq!(crate::support::load(&test.store, &envelope).await, envelope);

        let change =
            Change::new(tenant, broker(), now()).updating(&envelope, &after).holding(&second.lease, JobEnd::Complete);
        test.store.commit(&change).await.unwrap();
        assert_eq!(test.number("SELECT count(*) AS n FROM jobs").await, 0);
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_jobs_of_one_tenant_do_not_delay_anothers_first() {
    for_each_database(async |test| {
        let (greedy, modest, third) = (a_tenant(), a_tenant(), a_tenant());
        let old = now() - seconds(3600);
        for _ in 0..10 {
            let jobs = (0..1000).map(|_| NewJob { run_at: old, ..a_job(greedy) }).collect();
            test.store.jobs().enqueue(jobs).await.unwrap();
        }
        test.store.jobs().enqueue(vec![a_job(modest), a_job(third), a_job(third)]).await.unwrap();
        let claimed = claim(&test.store, 6).await;
        let of = |tenant| claimed.iter().filter(|claimed| claimed.job.tenant == Some(tenant)).count();
        assert_eq!((of(greedy), of(modest), of(third)), (3, 1, 2));
    })
    .await;
}

#[tokio::test]
async fn the_accounts_of_a_tenant_take_turns() {
    for_each_database(async |test| {
        let (tenant, other) = (a_tenant(), a_tenant());
        let (busy, calm) = (AccountId::generate(), AccountId::generate());
        let old = now() - seconds(3600);
        let mut jobs: Vec<NewJob> = (0..50).map(|_| NewJob { run_at: old, ..a_job(tenant).at_account(busy) }).collect();
        jobs.push(a_job(tenant).at_account(calm));
        jobs.extend((0..3).map(|_| a_job(other)));
        test.store.jobs().enqueue(jobs).await.unwrap();
        let claimed = claim(&test.store, 4).await;
        let accounts: Vec<_> = claimed.iter().map(|claimed| claimed.job.account).collect();
        assert!(accounts.contains(&Some(calm)), "{accounts:?}");
        // However many accounts a tenant has, it gets one tenant's share.
        assert_eq!(claimed.iter().filter(|claimed| claimed.job.tenant == Some(other)).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_same_work_is_queued_once_at_the_earlier_time() {
    for_each_database(async |test| {
        let (tenant, other) = (a_tenant(), a_tenant());
        let at = |tenant, by| NewJob { run_at: now() + seconds(by), ..a_job(tenant).deduped("poll") };
        let jobs = test.store.jobs();
        jobs.enqueue(vec![at(tenant, 500), at(tenant, 400)]).await.unwrap();
        jobs.enqueue(vec![at(tenant, 900), at(other, 900)]).await.unwrap();
        assert_eq!(test.number("SELECT count(*) AS n FROM jobs").await, 2);
        assert!(claim(&test.store, 9).await.is_empty());
        jobs.enqueue(vec![at(tenant, -1)]).await.unwrap();
        let claimed = claim(&test.store, 9).await;
        assert_eq!(claimed.len(), 1);

        // Asked for while it runs: it runs once more, however often it was asked for.
        jobs.enqueue(vec![at(tenant, -1)]).await.unwrap();
        jobs.enqueue(vec![at(tenant, 30)]).await.unwrap();
        assert!(claim(&test.store, 9).await.is_empty());
        jobs.complete(&claimed[0].lease).await.unwrap();
        let again = claim(&test.store, 9).await;
        assert_eq!((again.len(), again[0].job.tries), (1, 1));
        jobs.complete(&again[0].lease).await.unwrap();
        assert!(claim(&test.store, 9).await.is_empty());
        assert_eq!(test.number("SELECT count(*) AS n FROM jobs").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_laid_down_comes_back_when_it_is_due_or_asked_for() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let jobs = test.store.jobs();
        jobs.enqueue(vec![a_job(tenant).deduped("k")]).await.unwrap();
        let first = claim(&test.store, 1).await.remove(0);
        jobs.reschedule(&first.lease, now() + seconds(100), Some("timeout".to_owned())).await.unwrap();
        assert!(claim(&test.store, 1).await.is_empty());
        test.store.database().shift_time(seconds(101));
        let second = claim(&test.store, 1).await.remove(0);
        assert_eq!((second.job.tries, second.job.last_error.as_deref()), (2, Some("timeout")));
        // An orderly wait starts the count anew; meanwhile it is asked for at once.
        jobs.enqueue(vec![a_job(tenant).deduped("k")]).await.unwrap();
        jobs.reschedule(&second.lease, now() + TimeDelta::days(1), None).await.unwrap();
        let third = claim(&test.store, 1).await.remove(0);
        assert_eq!((third.job.tries, third.job.last_error), (1, None));
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_is_listed_takes_in_no_new_work_and_can_be_revived() {
    for_each_database(async |test| {
        let (tenant, other) = (a_tenant(), a_tenant());
        let jobs = test.store.jobs();
        jobs.enqueue(vec![a_job(tenant).deduped("k"), a_job(other)]).await.unwrap();
        for claimed in claim(&test.store, 2).await {
            jobs.bury(&claimed.lease, "the account is gone").await.unwrap();
        }
        assert!(claim(&test.store, 9).await.is_empty());
        let mine = test.store.tenant(tenant);
        let dead = mine.dead_jobs(&Page::first(10)).await.unwrap();
        assert_eq!(dead.items.len(), 1);
        assert_eq!(dead.items[0].job.last_error.as_deref(), Some("the account is gone"));
        let id = dead.items[0].job.id;
        let foreign = test.store.tenant(other).requeue_job(id, now()).await;
        assert!(matches!(foreign, Err(StoreError::Missing { .. })));

        jobs.enqueue(vec![a_job(tenant).deduped("k")]).await.unwrap();
        mine.requeue_job(id, now() - seconds(5)).await.unwrap();
        assert!(mine.dead_jobs(&Page::first(10)).await.unwrap().items.is_empty());
        assert_eq!(claim(&test.store, 9).await.len(), 1, "the new and the revived one became one");
        assert!(matches!(mine.requeue_job(id, now()).await, Err(StoreError::Missing { .. })));
    })
    .await;
}

#[tokio::test]
async fn jobs_of_a_change_that_fails_are_not_queued_and_those_of_one_that_succeeds_wake_the_workers() {
    for_each_database(async |test| {
        let envelope = an_envelope(a_tenant());
        create(&test.store, &envelope).await;
        let mut wakeups = test.store.wakeups().jobs();
        wakeups.mark_unchanged();
        let change = Change::new(envelope.tenant, broker(), now())
            .updating(&envelope, &envelope)
            .with_jobs(vec![a_job(envelope.tenant).on_envelope(envelope.id)]);
        test.store.commit(&change).await.unwrap();
        assert!(wakeups.has_changed().unwrap());
        assert!(matches!(test.store.commit(&change).await, Err(StoreError::Conflict)));
        assert_eq!(claim(&test.store, 9).await.len(), 1);
        assert!(update(&test.store, &envelope, &envelope).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_runs_can_queue_itself_anew_with_its_own_commit() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        test.store.jobs().enqueue(vec![a_job(tenant).deduped("poll")]).await.unwrap();
        let claimed = claim(&test.store, 1).await.remove(0);
        let next = NewJob { run_at: now() + seconds(60), ..a_job(tenant).deduped("poll") };
        let change =
            Change::new(tenant, broker(), now()).with_jobs(vec![next]).holding(&claimed.lease, JobEnd::Complete);
        test.store.commit(&change).await.unwrap();
        assert!(claim(&test.store, 1).await.is_empty());
        test.store.database().shift_time(seconds(61));
        let again = claim(&test.store, 1).await;
        assert_eq!(again.len(), 1);
        assert_ne!(again[0].job.id, claimed.job.id);
        test.store.database().shift_time(seconds(0));
    })
    .await;
}
