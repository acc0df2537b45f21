use domain::ids::AccountId;
use persistence::{
    CallbackChange, CallbackFile, CallbackState, Change, ClaimRequest, NewCallback, NewJob, RawCallback, Store,
    StoreError,
};
use std::time::Duration;
use uuid::Uuid;

use crate::support::{a_tenant, broker, for_each_database, now, seconds};

fn a_callback(account: AccountId, body: &[u8]) -> NewCallback {
    NewCallback {
        account,
        raw: RawCallback {
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            query: Vec::new(),
            fields: vec![("status".to_owned(), "secret-field".to_owned())],
            body: body.to_vec(),
        },
        files: vec![CallbackFile {
            field: "file".to_owned(),
            filename: None,
            object_key: "callbacks/x".to_owned(),
            size: 3,
            sha256: "00".to_owned(),
        }],
        received_at: now(),
        expires_at: now() + seconds(7 * 86_400),
    }
}

async fn claimable(store: &Store) -> usize {
    let request = ClaimRequest { owner: "w".into(), kinds: Vec::new(), limit: 9, lease: Duration::from_secs(60) };
    let claimed = store.jobs().claim(&request).await.unwrap();
    for claimed in &claimed {
        store.jobs().complete(&claimed.lease).await.unwrap();
    }
    claimed.len()
}

#[tokio::test]
async fn a_callback_is_kept_as_it_came_with_the_job_that_applies_it() {
    for_each_database(async |test| {
        let (tenant, account) = (a_tenant(), AccountId::generate());
        let inbox = test.store.tenant(tenant).callbacks();
        let apply = |id: Uuid| vec![NewJob::new("apply", Some(tenant), id, now() - seconds(1)).deduped(id.to_string())];
        let new = a_callback(account, b"\x00\xff raw");
        let stored = inbox.store(new.clone(), apply).await.unwrap();
        assert!(!stored.repeated);
        let loaded = inbox.load(stored.id).await.unwrap().unwrap();
        assert_eq!(
            (loaded.raw, loaded.files, loaded.state),
            (new.raw.clone(), new.files.clone(), CallbackState::Received)
        );
        assert_eq!((loaded.account, loaded.applied_at), (account, None));

        // The same again: one row, and one job as long as it waits.
        let again = inbox.store(new.clone(), apply).await.unwrap();
        assert_eq!((again.id, again.repeated), (stored.id, true));
        assert_eq!(claimable(&test.store).await, 1);
        // Another body, or the same at another account, is another callback.
        assert!(!inbox.store(a_callback(account, b"other"), |_| Vec::new()).await.unwrap().repeated);
        let elsewhere = a_callback(AccountId::generate(), b"\x00\xff raw");
        assert!(!inbox.store(elsewhere, |_| Vec::new()).await.unwrap().repeated);
        assert_eq!(test.number("SELECT count(*) AS n FROM callbacks").await, 3);
        assert!(test.store.tenant(a_tenant()).callbacks().load(stored.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_hint_that_comes_again_after_it_was_applied_is_looked_at_again() {
    for_each_database(async |test| {
        let (tenant, account) = (a_tenant(), AccountId::generate());
        let inbox = test.store.tenant(tenant).callbacks();
        let stored = inbox.store(a_callback(account, b"x"), |_| Vec::new()).await.unwrap();
        let mut change = Change::new(tenant, broker(), now());
        change.callbacks = vec![CallbackChange { id: stored.id, state: CallbackState::Applied, reference: None }];
        test.store.commit(&change).await.unwrap();
        let applied = inbox.load(stored.id).await.unwrap().unwrap();
        assert_eq!(applied.state, CallbackState::Applied);
        assert!(applied.applied_at.is_some());
        inbox.store(a_callback(account, b"x"), |_| Vec::new()).await.unwrap();
        assert_eq!(inbox.load(stored.id).await.unwrap().unwrap().state, CallbackState::Received);
        assert_eq!(inbox.in_state(account, CallbackState::Received).await.unwrap(), [stored.id]);
    })
    .await;
}

#[tokio::test]
async fn an_unmatched_callback_is_found_by_its_reference_until_it_expires() {
    for_each_database(async |test| {
        let (tenant, other, account) = (a_tenant(), a_tenant(), AccountId::generate());
        let inbox = test.store.tenant(tenant).callbacks();
        let stored = inbox.store(a_callback(account, b"x"), |_| Vec::new()).await.unwrap();
        let unmatched =
            CallbackChange { id: stored.id, state: CallbackState::Unmatched, reference: Some("vendor-77".to_owned()) };
        let mut foreign = Change::new(other, broker(), now());
        foreign.callbacks = vec![unmatched.clone()];
        assert!(matches!(test.store.commit(&foreign).await, Err(StoreError::Missing { .. })));
        let mut change = Change::new(tenant, broker(), now());
        change.callbacks = vec![unmatched];
        test.store.commit(&change).await.unwrap();

        assert_eq!(inbox.unmatched(account, "vendor-77").await.unwrap(), [stored.id]);
        assert!(inbox.unmatched(account, "vendor-78").await.unwrap().is_empty());
        assert!(inbox.unmatched(AccountId::generate(), "vendor-77").await.unwrap().is_empty());
        assert!(test.store.tenant(other).callbacks().unmatched(account, "vendor-77").await.unwrap().is_empty());

        assert_eq!(test.store.purge_callbacks(now() + seconds(6 * 86_400)).await.unwrap(), 0);
        assert_eq!(test.store.purge_callbacks(now() + seconds(8 * 86_400)).await.unwrap(), 1);
        assert!(inbox.load(stored.id).await.unwrap().is_none());
    })
    .await;
}
