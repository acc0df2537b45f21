use std::time::Duration;

use domain::events::{Actor, EventDraft, EventKind};
use domain::record::Envelope;
use persistence::{ChainFault, Change, FeedQuery, Page, Store, StoreError};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::support::{
    TestStore, a_tenant, an_envelope, broker, create, for_each_database, load, now, on_postgres, seconds,
};

/// Adds one event, repeating on conflict as the broker does.
async fn add(store: &Store, envelope: &Envelope, kind: EventKind) {
    loop {
        let before = load(store, envelope).await;
        let change = Change::new(envelope.tenant, broker(), now())
            .updating(&before, &before)
            .with_events(vec![EventDraft::new(kind).with("note", "x")]);
        match store.commit(&change).await {
            Ok(_) => return,
            Err(StoreError::Conflict) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn events_are_numbered_without_gaps_under_twenty_writers() {
    for_each_database(async |test| {
        let envelope = an_envelope(a_tenant());
        create(&test.store, &envelope).await;
        let writers: Vec<_> = (0..20)
            .map(|_| {
                let (store, envelope) = (test.store.clone(), envelope.clone());
                tokio::spawn(async move { add(&store, &envelope, EventKind::ReminderSent).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let events = test.store.tenant(envelope.tenant).events();
        let page = events.of(envelope.id, &Page::first(200)).await.unwrap();
        let sequences: Vec<u64> = page.items.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=20).collect::<Vec<_>>());
        let report = events.verify_chain(envelope.id).await.unwrap();
        assert_eq!((report.intact, report.broken), (20, None));
        assert_eq!(report.head, page.items[19].hash);
    })
    .await;
}

#[tokio::test]
async fn several_events_of_one_change_are_stored_as_they_are_told() {
    for_each_database(async |test| {
        let envelope = an_envelope(a_tenant());
        let actor = Actor::ApiKey { id: "key_x".to_owned() };
        let earlier = now() - seconds(60);
        let change = Change::new(envelope.tenant, actor.clone(), now()).creating(&envelope).with_events(vec![
            EventDraft::new(EventKind::EnvelopeCreated).with("z", 1).with("a", true),
            EventDraft::new(EventKind::RecipientAdded).at(Some(earlier)),
        ]);
        let committed = test.store.commit(&change).await.unwrap();
        let events = test.store.tenant(envelope.tenant).events();
        let first = events.of(envelope.id, &Page::first(1)).await.unwrap();
        let second = events.of(envelope.id, &Page::after(1, first.next.clone().unwrap())).await.unwrap();
        assert_eq!(second.next, None);
        assert_eq!([first.items, second.items].concat(), committed.events);
        assert_eq!(committed.events[0].actor, actor);
        assert_eq!(committed.events[0].occurred_at, committed.events[0].recorded_at);
        assert_eq!(committed.events[1].occurred_at, earlier);
        let ids = [committed.events[1].id];
        assert_eq!(events.by_ids(&ids).await.unwrap(), committed.events[1..]);
        assert!(test.store.tenant(a_tenant()).events().by_ids(&ids).await.unwrap().is_empty());
    })
    .await;
}

async fn a_history(test: &TestStore) -> Envelope {
    let envelope = an_envelope(a_tenant());
    create(&test.store, &envelope).await;
    for kind in [EventKind::EnvelopeSubmitting, EventKind::EnvelopeSent, EventKind::EnvelopeCompleted] {
        add(&test.store, &envelope, kind).await;
    }
    envelope
}

#[tokio::test]
async fn every_tampering_with_a_history_is_noticed() {
    for_each_database(async |test| {
        let tampers = [
            ("UPDATE events SET data = '{\"note\":\"y\"}' WHERE sequence = 2", (1, 2, ChainFault::Data)),
            ("UPDATE events SET type = 'envelope.declined' WHERE sequence = 2", (1, 2, ChainFault::Hash)),
            ("UPDATE events SET recorded_at = recorded_at + 1 WHERE sequence = 3", (2, 3, ChainFault::Hash)),
            (
                "UPDATE events SET actor = '{\"type\":\"token\",\"subject\":\"x\"}' WHERE sequence = 1",
                (0, 1, ChainFault::Hash),
            ),
            ("UPDATE events SET type = 'nonsense' WHERE sequence = 2", (1, 2, ChainFault::Unreadable)),
            ("DELETE FROM events WHERE sequence = 2", (1, 3, ChainFault::Gap)),
            ("DELETE FROM events WHERE sequence = 3", (2, 2, ChainFault::End)),
        ];
        for (tamper, (intact, at, fault)) in tampers {
            test.sql("DELETE FROM events").await;
            let envelope = a_history(test).await;
            let events = test.store.tenant(envelope.tenant).events();
            assert_eq!(events.verify_chain(envelope.id).await.unwrap().broken, None);
            assert!(test.sql(tamper).await > 0);
            let report = events.verify_chain(envelope.id).await.unwrap();
            assert_eq!((report.intact, report.broken), (intact, Some((at, fault))), "{tamper}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_history_can_be_found_for_checking() {
    for_each_database(async |test| {
        let mut made = [a_history(test).await, a_history(test).await, a_history(test).await];
        made.sort_by_key(|envelope| envelope.id);
        let first = test.store.histories(None, 2).await.unwrap();
        let rest = test.store.histories(Some(first[1].1), 2).await.unwrap();
        let found: Vec<_> = [first, rest].concat();
        let expected: Vec<_> = made.iter().map(|envelope| (envelope.tenant, envelope.id)).collect();
        assert_eq!(found, expected);
    })
    .await;
}

/// Reads the feed until `count` events came, which may take until transactions elsewhere in the cluster end.
async fn read_feed(store: &Store, envelope: &Envelope, mut query: FeedQuery, count: usize) -> Vec<u64> {
    let events = store.tenant(envelope.tenant).events();
    let mut sequences = Vec::new();
    let read = async {
        while sequences.len() < count {
            let part = events.feed(&query).await.unwrap();
            sequences.extend(part.events.iter().map(|event| event.sequence));
            query.cursor = Some(part.cursor);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("the feed shows what was committed");
    sequences
}

#[tokio::test]
async fn the_feed_gives_a_tenants_events_once_and_in_order() {
    for_each_database(async |test| {
        let envelope = a_history(test).await;
        a_history(test).await;
        let query = FeedQuery { limit: 2, ..FeedQuery::default() };
        assert_eq!(read_feed(&test.store, &envelope, query.clone(), 3).await, [1, 2, 3]);
        let sent = FeedQuery { kinds: vec![EventKind::EnvelopeSent], ..query.clone() };
        assert_eq!(read_feed(&test.store, &envelope, sent, 1).await, [2]);

        let events = test.store.tenant(envelope.tenant).events();
        let all = events.feed(&FeedQuery { limit: 3, ..FeedQuery::default() }).await.unwrap();
        assert!(!all.has_more);
        let after = FeedQuery { limit: 3, cursor: Some(all.cursor), ..FeedQuery::default() };
        let nothing = events.feed(&after).await.unwrap();
        assert!(nothing.events.is_empty());
        add(&test.store, &envelope, EventKind::ReminderSent).await;
        let after = FeedQuery { cursor: Some(nothing.cursor.clone()), ..after };
        assert_eq!(read_feed(&test.store, &envelope, after.clone(), 1).await, [4]);

        let foreign = test.store.tenant(a_tenant()).events();
        assert!(matches!(foreign.feed(&after).await, Err(StoreError::Cursor)));
        let mut forged = nothing.cursor;
        forged.replace_range(3..4, if &forged[3..4] == "A" { "B" } else { "A" });
        let forged = FeedQuery { cursor: Some(forged), ..after };
        assert!(matches!(events.feed(&forged).await, Err(StoreError::Cursor)));
    })
    .await;
}

#[tokio::test]
async fn the_feed_shows_nothing_ahead_of_a_transaction_that_may_still_commit() {
    on_postgres(async |test| {
        let tenant = a_tenant();
        let (mut slow, mut fast) = (an_envelope(tenant), an_envelope(tenant));
        slow.tenant = tenant;
        fast.tenant = tenant;
        create(&test.store, &slow).await;
        create(&test.store, &fast).await;
        // A transaction that has its event but has not committed.
        let open = test.raw.begin().await.unwrap();
        open.execute_unprepared(&format!(
            "INSERT INTO events (txid, id, tenant_id, envelope_id, sequence, type, occurred_at, recorded_at, actor, data, \
             payload_digest, previous_hash, hash) VALUES (pg_current_xact_id()::text::bigint, gen_random_uuid(), '{}', \
             '{}', 1, 'envelope.sent', 0, 0, '{{\"type\":\"broker\"}}', '{{}}', '', '', '')",
            tenant.as_uuid(),
            slow.id.as_uuid()
        ))
        .await
        .unwrap();
        add(&test.store, &fast, EventKind::EnvelopeSubmitting).await;

        let events = test.store.tenant(tenant).events();
        let query = FeedQuery { limit: 10, ..FeedQuery::default() };
        let before = events.feed(&query).await.unwrap();
        assert!(before.events.is_empty(), "{:?}", before.events);

        open.commit().await.unwrap();
        let after = FeedQuery { cursor: Some(before.cursor), ..query };
        let read = async {
            loop {
                let part = events.feed(&after).await.unwrap();
                if part.events.len() == 2 {
                    return part.events;
                }
                tokio::task::yield_now().await;
            }
        };
        let shown = tokio::time::timeout(Duration::from_secs(60), read).await.unwrap();
        assert_eq!(shown.iter().map(|event| event.envelope).collect::<Vec<_>>(), [slow.id, fast.id]);
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_new_events_come_after_the_old_ones() {
    use persistence::Database;
    for_each_database(async |test| {
        let envelope = a_history(test).await;
        // As if the events had been recorded by a cluster that was far ahead.
        if test.is_postgres() {
            test.sql("UPDATE events SET txid = txid + 4000000000").await;
            let events = test.store.tenant(envelope.tenant).events();
            assert!(events.feed(&FeedQuery { limit: 9, ..FeedQuery::default() }).await.unwrap().events.is_empty());
        }
        let database = Database::connect(&test.config).await.unwrap();
        database.rebase_feed().await.unwrap();
        let store = Store::open(database.clone(), crate::support::key_ring(7)).await.unwrap();
        add(&store, &envelope, EventKind::ReminderSent).await;
        let query = FeedQuery { limit: 10, ..FeedQuery::default() };
        assert_eq!(read_feed(&store, &envelope, query, 4).await, [1, 2, 3, 4]);
        drop(store);
        database.close().await.unwrap();
    })
    .await;
}
