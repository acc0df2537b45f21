use domain::ids::SubmissionId;
use domain::outcome::Doubt;
use domain::protocol::{Progress, StepRecord, intend};
use domain::steps::StepOutput;
use persistence::{Change, ClaimRequest, ClaimedJob, Journal, NewAttempt, NewJob, StepChange, Store, StoreError};
use std::time::Duration;

use crate::support::{a_tenant, broker, for_each_database, now, seconds};

async fn a_held_job(store: &Store, tenant: domain::ids::TenantId) -> ClaimedJob {
    let job = NewJob::new("submit", Some(tenant), uuid::Uuid::new_v4(), now() - seconds(1));
    store.jobs().enqueue(vec![job]).await.unwrap();
    let request = ClaimRequest { owner: "w".to_owned(), kinds: Vec::new(), limit: 1, lease: Duration::from_secs(60) };
    store.jobs().claim(&request).await.unwrap().remove(0)
}

#[tokio::test]
async fn the_journal_keeps_every_record_and_begins_each_attempt_once() {
    for_each_database(async |test| {
        let (tenant, submission) = (a_tenant(), SubmissionId::generate());
        let held = a_held_job(&test.store, tenant).await;
        let attempts = test.store.tenant(tenant).attempts(submission);
        assert_eq!(attempts.latest().await.unwrap(), None);

        let at = now();
        let records = vec![StepRecord::new("create"), StepRecord::new("send")];
        attempts.begin(&held.lease, 1, &records, at).await.unwrap();
        let twice = attempts.begin(&held.lease, 1, &records, at).await;
        assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");

        let intended = intend(&records[0], at, at + seconds(10), at + seconds(60));
        attempts.record_step(&held.lease, 1, 0, &intended, at).await.unwrap();
        let done = StepRecord {
            progress: Progress::Done { output: StepOutput::reference("vendor-secret-reference") },
            ..intended.clone()
        };
        attempts.record_step(&held.lease, 1, 0, &done, at + seconds(1)).await.unwrap();
        let journal = attempts.latest().await.unwrap().unwrap();
        assert_eq!(journal, Journal { attempt: 1, begun_at: at, records: vec![done.clone(), records[1].clone()] });

        attempts.begin(&held.lease, 2, &records, at).await.unwrap();
        assert_eq!(attempts.latest().await.unwrap().unwrap().attempt, 2);
        assert_eq!(attempts.load(1).await.unwrap().unwrap().records[0], done);
        let missing = attempts.record_step(&held.lease, 3, 0, &done, at).await;
        assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
        assert_eq!(test.number("SELECT count(*) AS n FROM steps WHERE state = 'intended' OR tries = 1").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_worker_without_the_lease_records_nothing() {
    for_each_database(async |test| {
        let (tenant, submission) = (a_tenant(), SubmissionId::generate());
        let held = a_held_job(&test.store, tenant).await;
        let attempts = test.store.tenant(tenant).attempts(submission);
        let records = vec![StepRecord::new("create")];
        attempts.begin(&held.lease, 1, &records, now()).await.unwrap();

        test.store.database().shift_time(seconds(61));
        let request =
            ClaimRequest { owner: "v".to_owned(), kinds: Vec::new(), limit: 1, lease: Duration::from_secs(60) };
        let second = test.store.jobs().claim(&request).await.unwrap().remove(0);
        let intended = intend(&records[0], now(), now(), now());
        let stale = attempts.record_step(&held.lease, 1, 0, &intended, now()).await;
        assert!(matches!(stale, Err(StoreError::LeaseLost)), "{stale:?}");
        let stale = attempts.begin(&held.lease, 2, &records, now()).await;
        assert!(matches!(stale, Err(StoreError::LeaseLost)), "{stale:?}");
        assert_eq!(attempts.latest().await.unwrap().unwrap().records, records);
        attempts.record_step(&second.lease, 1, 0, &intended, now()).await.unwrap();
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn journals_of_another_tenant_are_neither_read_nor_written() {
    for_each_database(async |test| {
        let (tenant, other, submission) = (a_tenant(), a_tenant(), SubmissionId::generate());
        let held = a_held_job(&test.store, tenant).await;
        let records = vec![StepRecord::new("create")];
        test.store.tenant(tenant).attempts(submission).begin(&held.lease, 1, &records, now()).await.unwrap();
        let foreign = test.store.tenant(other).attempts(submission);
        assert_eq!(foreign.latest().await.unwrap(), None);
        assert_eq!(foreign.load(1).await.unwrap(), None);
        let written = foreign.record_step(&held.lease, 1, 0, &records[0], now()).await;
        assert!(matches!(written, Err(StoreError::Missing { .. })), "{written:?}");
    })
    .await;
}

#[tokio::test]
async fn a_persons_decision_about_a_step_counts_only_while_the_step_is_as_it_was_read() {
    for_each_database(async |test| {
        let (tenant, submission) = (a_tenant(), SubmissionId::generate());
        let parked = StepRecord {
            progress: Progress::Parked { since: now(), doubt: Doubt::new("nobody knows") },
            ..StepRecord::new("create")
        };
        let mut begin = Change::new(tenant, broker(), now());
        begin.attempts = vec![NewAttempt { submission, number: 1, records: vec![parked.clone()] }];
        test.store.commit(&begin).await.unwrap();

        let ready = StepRecord::new("create");
        let mut decide = Change::new(tenant, broker(), now());
        decide.steps =
            vec![StepChange { submission, attempt: 1, index: 0, before: parked.clone(), after: ready.clone() }];
        test.store.commit(&decide).await.unwrap();
        let attempts = test.store.tenant(tenant).attempts(submission);
        assert_eq!(attempts.latest().await.unwrap().unwrap().records, vec![ready]);
        let again = test.store.commit(&decide).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    })
    .await;
}
