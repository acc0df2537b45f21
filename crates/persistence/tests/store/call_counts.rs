//! Calls counted in windows of time.

use std::time::Duration;

use persistence::{CallWindow, Counted};

use crate::support::{for_each_database, seconds};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn most(per: Duration, most: u32) -> CallWindow {
    CallWindow { per, most }
}

#[tokio::test]
async fn a_window_takes_as_many_calls_as_it_has_room_for_and_the_next_one_begins_anew() {
    for_each_database(async |test| {
        let counts = test.store.call_counts();
        for _ in 0..3 {
            assert_eq!(counts.take("a", &[most(DAY, 3)]).await.unwrap(), Counted::Taken);
        }
        let Counted::Full { wait } = counts.take("a", &[most(DAY, 3)]).await.unwrap() else { panic!("it is full") };
        assert!(wait <= DAY && wait > Duration::ZERO, "{wait:?}");
        assert_eq!(counts.take("b", &[most(DAY, 3)]).await.unwrap(), Counted::Taken, "another key");
        assert_eq!(counts.used("a", DAY).await.unwrap(), 3);
        assert_eq!(counts.used("a", MINUTE).await.unwrap(), 0);
        test.store.database().shift_time(seconds(86_400));
        assert_eq!(counts.used("a", DAY).await.unwrap(), 0);
        assert_eq!(counts.take("a", &[most(DAY, 3)]).await.unwrap(), Counted::Taken);
        assert!(matches!(counts.take("a", &[most(DAY, 0)]).await.unwrap(), Counted::Full { .. }));
        test.store.database().shift_time(seconds(0));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_one_window_refuses_is_counted_in_none() {
    for_each_database(async |test| {
        let counts = test.store.call_counts();
        let windows = [most(DAY, 10), most(30 * DAY, 1)];
        assert_eq!(counts.take("a", &windows).await.unwrap(), Counted::Taken);
        assert!(matches!(counts.take("a", &windows).await.unwrap(), Counted::Full { .. }));
        assert_eq!(counts.used("a", DAY).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_many_that_come_at_once_exactly_as_many_are_counted_as_there_is_room() {
    for_each_database(async |test| {
        let comers: Vec<_> = (0..16)
            .map(|_| {
                let counts = test.store.call_counts();
                tokio::spawn(async move { counts.take("busy", &[most(30 * DAY, 5)]).await.unwrap() })
            })
            .collect();
        let mut taken = 0;
        for comer in comers {
            taken += u32::from(comer.await.unwrap() == Counted::Taken);
        }
        assert_eq!(taken, 5);
    })
    .await;
}
