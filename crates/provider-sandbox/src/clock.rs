//! The sandbox's time: real time plus an offset that only grows.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

/// A clock that runs with real time and can be advanced; sleepers wake as soon as their moment is reached either way.
#[derive(Debug)]
pub(crate) struct VirtualClock {
    offset: watch::Sender<TimeDelta>,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self { offset: watch::Sender::new(TimeDelta::zero()) }
    }

    /// The current virtual time, UTC.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        later(Utc::now(), *self.offset.borrow())
    }

    /// How far the clock is ahead of real time.
    pub(crate) fn offset(&self) -> TimeDelta {
        *self.offset.borrow()
    }

    /// Moves the clock forward and wakes every sleeper.
    pub(crate) fn advance(&self, by: Duration) {
        self.offset.send_modify(|offset| {
            *offset = offset.checked_add(&delta(by)).unwrap_or(TimeDelta::MAX);
        });
    }

    /// Returns once the virtual time is at or past `due`.
    pub(crate) async fn sleep_until(&self, due: DateTime<Utc>) {
        let mut offset = self.offset.subscribe();
        loop {
            offset.borrow_and_update();
            let Ok(remaining) = (due - self.now()).to_std() else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(remaining.max(Duration::from_millis(1))) => {}
                changed = offset.changed() => if changed.is_err() { return },
            }
        }
    }
}

/// `start + by`, or the end of time when that is out of range.
pub(crate) fn later(start: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    start.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A duration as a signed time span; the longest one when it is out of range.
pub(crate) fn delta(by: Duration) -> TimeDelta {
    TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn advancing_the_clock_wakes_a_sleeper() {
        let clock = VirtualClock::new();
        let due = later(clock.now(), TimeDelta::days(3));
        let (_, woke_at) = tokio::join!(
            async {
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(3 * 86_400));
            },
            async {
                clock.sleep_until(due).await;
                clock.now()
            }
        );
        assert!(woke_at >= due);
    }
}
