use std::collections::HashSet;
use std::time::Duration;

use domain::facts::ArtifactKind;
use domain::ids::{AccountId, ArtifactId};
use domain::order::Order;
use domain::protocol::StepRecord;
use domain::record::{Artifact, Delivered};
use persistence::{
    Account, ApiKey, Change, Database, KeyRing, NewAttempt, NewCallback, RawCallback, RequestScope, Reserved, Store,
};
use secrecy::SecretString;
use serde_json::json;

use crate::support::{
    a_submission, a_tenant, an_envelope, broker, create, for_each_database, key_ring, load, master_key, now, seconds,
};

#[tokio::test]
async fn after_a_rotation_everything_opens_without_the_old_master_key() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let account = Account {
            id: AccountId::generate(),
            tenant,
            name: "a".to_owned(),
            kind: "arqsign".to_owned(),
            settings: json!({}),
            version: 1,
            disabled: false,
            created_at: now(),
            updated_at: now(),
        };
        let here = test.store.tenant(tenant);
        here.accounts().create(&account, &json!({"secret": 1}), &SecretString::from("token")).await.unwrap();
        here.accounts().set_fact(account.id, "session", &"x", None, now()).await.unwrap();
        let mut envelope = an_envelope(tenant);
        envelope.order = Some(Order {
            envelope: envelope.id,
            spec: envelope.spec.clone(),
            recipients: Vec::new(),
            documents: Vec::new(),
        });
        envelope.submissions = vec![a_submission(account.id, Some("ref"))];
        let submission = envelope.submissions[0].id;
        let mut change = Change::new(tenant, broker(), now()).creating(&envelope);
        change.attempts = vec![NewAttempt { submission, number: 1, records: vec![StepRecord::new("create")] }];
        test.store.commit(&change).await.unwrap();
        let callback = NewCallback {
            account: account.id,
            raw: RawCallback { body: b"body".to_vec(), ..RawCallback::default() },
            files: Vec::new(),
            received_at: now(),
            expires_at: now() + seconds(60),
        };
        let callback = here.callbacks().store(callback, |_| Vec::new()).await.unwrap();
        let text = SecretString::from("rk_key");
        let key = ApiKey {
            id: domain::ids::ApiKeyId::generate(),
            tenant: Some(tenant),
            name: "k".to_owned(),
            prefix: "rk".to_owned(),
            scopes: Vec::new(),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            created_at: now(),
        };
        test.store.create_api_key(&key, &text).await.unwrap();

        let database = Database::connect(&test.config).await.unwrap();
        let both = KeyRing::new(&master_key(9), &[master_key(7)]).unwrap();
        let rotating = Store::open(database.clone(), both).await.unwrap();
        // The root of the digests, two secrets of the account, a fact, the order, a recipient, a submission, a step and
        // the two halves of the callback.
        assert_eq!(rotating.reseal().await.unwrap(), 10);
        assert_eq!(rotating.reseal().await.unwrap(), 0);

        let rotated = Store::open(database.clone(), key_ring(9)).await.unwrap();
        assert_eq!(load(&rotated, &envelope).await, envelope);
        let there = rotated.tenant(tenant);
        let open = there.accounts().open(account.id).await.unwrap().unwrap();
        assert_eq!(open.credentials().unwrap(), json!({"secret": 1}));
        assert_eq!(there.accounts().fact::<String>(account.id, "session", now()).await.unwrap().as_deref(), Some("x"));
        assert_eq!(there.attempts(submission).latest().await.unwrap().unwrap().records.len(), 1);
        assert_eq!(there.callbacks().load(callback.id).await.unwrap().unwrap().raw.body, b"body");
        // Keyed digests outlive the rotation: keys stay valid, references stay findable.
        assert_eq!(rotated.find_api_key(&text).await.unwrap(), Some(key));
        let found = there.envelopes().by_provider_reference(account.id, "ref").await.unwrap();
        assert_eq!(found, [(envelope.id, submission)]);
        let scope = RequestScope { tenant: Some(tenant), credential: "c".to_owned(), route: "r".to_owned() };
        let reserved = rotated.requests().reserve(&scope, "k", None, Duration::from_secs(1)).await.unwrap();
        assert!(matches!(reserved, Reserved::New(_)));
        drop((rotating, rotated));
        database.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn blobs_that_nothing_refers_to_can_be_told_from_the_others() {
    for_each_database(async |test| {
        let account = AccountId::generate();
        let mut envelope = an_envelope(a_tenant());
        let mut submission = a_submission(account, None);
        submission.delivered = Some(Delivered { object_key: "delivered".to_owned(), size: 1, sha256: "0".to_owned() });
        envelope.artifacts = vec![Artifact {
            id: ArtifactId::generate(),
            submission: submission.id,
            kind: ArtifactKind::Evidence,
            documents: Vec::new(),
            recipient: None,
            filename: "f".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 1,
            sha256: "0".to_owned(),
            chunk_sha256: Vec::new(),
            object_key: "artifact".to_owned(),
            verification: None,
            published: true,
            created_at: now(),
        }];
        envelope.submissions = vec![submission];
        create(&test.store, &envelope).await;
        let document = envelope.documents[0].object_key.clone();
        let mut keys = vec![document.clone(), "artifact".to_owned(), "delivered".to_owned()];
        let used: HashSet<String> = keys.iter().cloned().collect();
        keys.extend((0..600).map(|number| format!("orphan-{number}")));
        assert_eq!(test.store.object_keys_in_use(&keys).await.unwrap(), used);
        assert!(test.store.object_keys_in_use(&[]).await.unwrap().is_empty());
    })
    .await;
}
