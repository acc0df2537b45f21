use std::time::Duration;

use crate::support::{for_each_database, seconds};

const TTL: Duration = Duration::from_secs(30);

#[tokio::test]
async fn as_many_hold_a_key_as_it_has_slots() {
    for_each_database(async |test| {
        let permits = test.store.permits();
        let first = permits.acquire("account", 2, "job-1", TTL).await.unwrap().unwrap();
        let second = permits.acquire("account", 2, "job-2", TTL).await.unwrap().unwrap();
        assert_ne!(first.slot, second.slot);
        assert_eq!(permits.acquire("account", 2, "job-3", TTL).await.unwrap(), None);
        assert!(permits.acquire("another", 1, "job-3", TTL).await.unwrap().is_some());
        assert_eq!(permits.acquire("none", 0, "job-3", TTL).await.unwrap(), None);
        // The same holder again: the same slot.
        assert_eq!(permits.acquire("account", 2, "job-1", TTL).await.unwrap(), Some(first.clone()));
        permits.release(&first).await.unwrap();
        let third = permits.acquire("account", 2, "job-3", TTL).await.unwrap().unwrap();
        assert_eq!(third.slot, first.slot);
        // A release that comes late takes nothing from the next holder.
        permits.release(&first).await.unwrap();
        assert_eq!(permits.acquire("account", 2, "job-4", TTL).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_slot_whose_time_is_over_is_taken_over() {
    for_each_database(async |test| {
        let permits = test.store.permits();
        let lock = permits.acquire("lock", 1, "a", TTL).await.unwrap().unwrap();
        assert!(permits.prolong(&lock, 2 * TTL).await.unwrap());
        test.store.database().shift_time(seconds(40));
        assert_eq!(permits.acquire("lock", 1, "b", TTL).await.unwrap(), None);
        test.store.database().shift_time(seconds(61));
        assert!(permits.acquire("lock", 1, "b", TTL).await.unwrap().is_some());
        assert!(!permits.prolong(&lock, TTL).await.unwrap());
        test.store.database().shift_time(seconds(120));
        assert_eq!(permits.purge().await.unwrap(), 1);
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn of_many_that_come_at_once_exactly_as_many_get_in_as_there_are_slots() {
    for_each_database(async |test| {
        let comers: Vec<_> = (0..16)
            .map(|number| {
                let permits = test.store.permits();
                tokio::spawn(async move { permits.acquire("busy", 5, &format!("job-{number}"), TTL).await.unwrap() })
            })
            .collect();
        let mut slots = Vec::new();
        for comer in comers {
            slots.extend(comer.await.unwrap().map(|lease| lease.slot));
        }
        slots.sort_unstable();
        assert_eq!(slots, [0, 1, 2, 3, 4]);
    })
    .await;
}
