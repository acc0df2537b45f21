use persistence::{Database, DatabaseConfig, Store, StoreError};

use crate::support::{for_each_database, key_ring, now, on_postgres, seconds};

#[tokio::test]
async fn migrating_again_and_from_many_processes_at_once_applies_each_migration_once() {
    for_each_database(async |test| {
        // Everything away, as if nobody had migrated yet.
        if test.is_postgres() {
            test.sql("DROP SCHEMA public CASCADE").await;
            test.sql("CREATE SCHEMA public").await;
        }
        let mut config = test.config.clone();
        let folder = tempfile::tempdir().unwrap();
        if !test.is_postgres() {
            config = DatabaseConfig::new(format!("sqlite://{}?mode=rwc", folder.path().join("new.db").display()));
        }
        let processes: Vec<_> = (0..6)
            .map(|_| {
                let config = config.clone();
                tokio::spawn(async move { Database::connect(&config).await?.migrate().await })
            })
            .collect();
        for process in processes {
            process.await.unwrap().unwrap();
        }
        let database = Database::connect(&config).await.unwrap();
        database.migrate().await.unwrap();
        let states = database.migrations().await.unwrap();
        assert_eq!(states.len(), 4);
        assert!(states.iter().all(|state| state.applied && state.name.starts_with("m2026")), "{states:?}");
        assert_eq!(database.pending().await.unwrap(), 0);
        database.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_without_the_tables_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig::new(format!("sqlite://{}?mode=rwc", folder.path().join("empty.db").display()));
    let database = Database::connect(&config).await.unwrap();
    let refused = Store::open(database, key_ring(7)).await;
    assert!(matches!(refused, Err(StoreError::Schema { pending: 4 })), "{refused:?}");
}

#[tokio::test]
async fn another_master_key_does_not_open_the_store() {
    for_each_database(async |test| {
        let database = Database::connect(&test.config).await.unwrap();
        let refused = Store::open(database.clone(), key_ring(8)).await;
        assert!(matches!(refused, Err(StoreError::Seal(_))), "{refused:?}");
        assert!(Store::open(database.clone(), key_ring(7)).await.is_ok());
        database.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    let refused = Database::connect(&DatabaseConfig::new("mysql://localhost/x".to_owned())).await;
    assert!(matches!(refused, Err(StoreError::Address(_))));
}

#[tokio::test]
async fn the_time_is_the_databases_and_can_be_shifted() {
    for_each_database(async |test| {
        let database = test.store.database();
        let real = database.now().await.unwrap();
        assert!((real - now()).abs() < seconds(60), "{real}");
        database.shift_time(seconds(86_400));
        assert!(database.now().await.unwrap() - real >= seconds(86_400));
        database.shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn other_replicas_are_told_of_new_jobs_and_changed_envelopes() {
    use crate::support::{a_tenant, an_envelope, create};
    on_postgres(async |test| {
        let database = Database::connect(&test.config).await.unwrap();
        let other = Store::open(database.clone(), key_ring(7)).await.unwrap();
        let mut envelopes = other.wakeups().envelopes();
        let envelope = an_envelope(a_tenant());
        create(&test.store, &envelope).await;
        // The listener may not be listening yet: what is committed again and again is heard in the end.
        let mut current = envelope.clone();
        let heard = loop {
            let waited = tokio::time::timeout(std::time::Duration::from_millis(100), envelopes.recv()).await;
            if let Ok(heard) = waited {
                break heard.unwrap();
            }
            crate::support::update(&test.store, &current, &current).await.unwrap();
            current = crate::support::load(&test.store, &current).await;
        };
        assert_eq!(heard, envelope.id);
        let mut jobs = other.wakeups().jobs();
        jobs.mark_unchanged();
        let job = persistence::NewJob::new("x", Some(envelope.tenant), uuid::Uuid::new_v4(), now());
        test.store.jobs().enqueue(vec![job]).await.unwrap();
        jobs.changed().await.unwrap();
        drop(other);
        database.close().await.unwrap();
    })
    .await;
}
