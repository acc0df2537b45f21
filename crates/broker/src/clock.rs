//! The broker's clock: a dependency, so that tests can turn it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time, in whole microseconds: databases keep no more, and an answer must equal its own replay.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        whole_microseconds(Utc::now())
    }
}

/// The clock of the machine, set ahead by hand. For tests and demonstrations.
#[derive(Debug, Clone, Default)]
pub struct ShiftedClock {
    ahead_us: Arc<AtomicI64>,
}

impl ShiftedClock {
    /// Sets the clock further ahead.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_us.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        whole_microseconds(Utc::now() + TimeDelta::microseconds(self.ahead_us.load(Ordering::SeqCst)))
    }
}

fn whole_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}
