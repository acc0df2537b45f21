use std::time::Duration;

use domain::ids::TenantId;
use persistence::{Answer, Change, KEPT, RequestMark, RequestScope, Reserved, Store, StoreError, Ticket};

use crate::support::{a_tenant, an_envelope, broker, for_each_database, now, seconds};

const LEASE: Duration = Duration::from_secs(30);
const FIRST: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn scope(tenant: TenantId) -> RequestScope {
    RequestScope { tenant: Some(tenant), credential: "key_1".to_owned(), route: "create_envelope".to_owned() }
}

fn answer() -> Answer {
    Answer {
        status: 201,
        headers: vec![("location".to_owned(), "/v1/envelopes/env_1".to_owned())],
        body: b"{\"secret\":1}".to_vec(),
    }
}

async fn reserve(store: &Store, scope: &RequestScope, fingerprint: Option<[u8; 32]>) -> Reserved {
    store.requests().reserve(scope, "key", fingerprint, LEASE).await.unwrap()
}

async fn ticket(store: &Store, scope: &RequestScope) -> Ticket {
    match reserve(store, scope, Some(FIRST)).await {
        Reserved::New(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_another_with_its_key_is_refused() {
    for_each_database(async |test| {
        let scope = scope(a_tenant());
        let first = ticket(&test.store, &scope).await;
        match reserve(&test.store, &scope, Some(FIRST)).await {
            Reserved::Running { retry_after } => assert!(retry_after <= LEASE && retry_after > LEASE / 2),
            other => panic!("{other:?}"),
        }
        assert_eq!(reserve(&test.store, &scope, Some(OTHER)).await, Reserved::Mismatch);
        test.store.requests().store_answer(&first, &answer()).await.unwrap();
        let replay = Reserved::Replay { answer: answer(), fingerprint: Some(FIRST) };
        assert_eq!(reserve(&test.store, &scope, Some(FIRST)).await, replay);
        assert_eq!(reserve(&test.store, &scope, None).await, replay);
        assert_eq!(reserve(&test.store, &scope, Some(OTHER)).await, Reserved::Mismatch);
        // Where one of the three differs, it is another key.
        for other in [
            RequestScope { tenant: Some(a_tenant()), ..scope.clone() },
            RequestScope { credential: "key_2".to_owned(), ..scope.clone() },
            RequestScope { route: "send_envelope".to_owned(), ..scope.clone() },
        ] {
            assert!(matches!(reserve(&test.store, &other, Some(OTHER)).await, Reserved::New(_)));
        }
        test.store.database().shift_time(seconds(24 * 3600 + 60));
        assert!(matches!(reserve(&test.store, &scope, Some(OTHER)).await, Reserved::New(_)), "forgotten by now");
        test.store.database().shift_time(seconds(2 * 24 * 3600 + 120));
        assert_eq!(test.store.requests().purge().await.unwrap(), 4);
        assert_eq!(KEPT, Duration::from_secs(86_400));
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn a_request_that_was_given_up_is_carried_out_by_the_next() {
    for_each_database(async |test| {
        let scope = scope(a_tenant());
        let first = ticket(&test.store, &scope).await;
        test.store.requests().release(&first).await.unwrap();
        let second = ticket(&test.store, &scope).await;
        // Its process died: after the lease another takes over, and the dead one can do nothing any more.
        test.store.database().shift_time(seconds(31));
        assert_eq!(reserve(&test.store, &scope, Some(OTHER)).await, Reserved::Mismatch);
        let third = ticket(&test.store, &scope).await;
        let late = test.store.requests().store_answer(&second, &answer()).await;
        assert!(matches!(late, Err(StoreError::RequestLost)), "{late:?}");
        let envelope = an_envelope(scope.tenant.unwrap());
        let mut change = Change::new(envelope.tenant, broker(), now()).creating(&envelope);
        change.request = Some(RequestMark { ticket: second, resource: envelope.id.as_uuid(), status: 201 });
        let late = test.store.commit(&change).await;
        assert!(matches!(late, Err(StoreError::RequestLost)), "{late:?}");
        assert!(test.store.tenant(envelope.tenant).envelopes().load(envelope.id).await.unwrap().is_none());
        test.store.requests().store_answer(&third, &answer()).await.unwrap();
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_the_commit_and_the_answer_is_settled_from_the_mark() {
    for_each_database(async |test| {
        let envelope = an_envelope(a_tenant());
        let scope = scope(envelope.tenant);
        let first = ticket(&test.store, &scope).await;
        let mut change = Change::new(envelope.tenant, broker(), now()).creating(&envelope);
        change.request = Some(RequestMark { ticket: first, resource: envelope.id.as_uuid(), status: 202 });
        test.store.commit(&change).await.unwrap();
        assert!(matches!(reserve(&test.store, &scope, Some(FIRST)).await, Reserved::Running { .. }));

        test.store.database().shift_time(seconds(31));
        let (ticket, resource) = match reserve(&test.store, &scope, Some(FIRST)).await {
            Reserved::Committed { ticket, resource, status: 202, fingerprint: Some(FIRST) } => (ticket, resource),
            other => panic!("{other:?}"),
        };
        assert_eq!(resource, envelope.id.as_uuid());
        // Giving it back does not make it new again.
        test.store.requests().release(&ticket).await.unwrap();
        let ticket = match reserve(&test.store, &scope, Some(FIRST)).await {
            Reserved::Committed { ticket, .. } => ticket,
            other => panic!("{other:?}"),
        };
        test.store.requests().store_answer(&ticket, &answer()).await.unwrap();
        assert!(matches!(reserve(&test.store, &scope, Some(FIRST)).await, Reserved::Replay { .. }));
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn the_digest_of_an_upload_can_be_told_later() {
    for_each_database(async |test| {
        let scope = scope(a_tenant());
        let Reserved::New(ticket) = reserve(&test.store, &scope, None).await else { panic!("new") };
        test.store.requests().set_fingerprint(&ticket, FIRST).await.unwrap();
        test.store.requests().store_answer(&ticket, &answer()).await.unwrap();
        let Reserved::Replay { fingerprint, .. } = reserve(&test.store, &scope, None).await else { panic!("replay") };
        assert_eq!(fingerprint, Some(FIRST));
        assert_eq!(reserve(&test.store, &scope, Some(OTHER)).await, Reserved::Mismatch);
    })
    .await;
}

#[tokio::test]
async fn of_many_equal_requests_at_once_one_is_carried_out() {
    for_each_database(async |test| {
        let scope = scope(a_tenant());
        let comers: Vec<_> = (0..12)
            .map(|_| {
                let (store, scope) = (test.store.clone(), scope.clone());
                tokio::spawn(async move { reserve(&store, &scope, Some(FIRST)).await })
            })
            .collect();
        let mut new = 0;
        for comer in comers {
            match comer.await.unwrap() {
                Reserved::New(_) => new += 1,
                other => assert!(matches!(other, Reserved::Running { .. }), "{other:?}"),
            }
        }
        assert_eq!(new, 1);
    })
    .await;
}
