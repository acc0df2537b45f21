//! Times as the tables hold them: microseconds since the Unix epoch.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// `at` cut to microseconds, the precision of the tables. Cut a clock's reading once, where it is taken, so that a value
/// and what is read back are equal.
#[must_use]
pub fn truncated(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// The column's form of a time.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The time in a column; held at the end of time when the number is beyond it.
pub(crate) fn from_micros(value: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(value).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A span in the unit of the columns.
pub(crate) fn span(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

/// A count as a column's number; held at the largest.
pub(crate) fn count(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A small count as a column's number; held at the largest.
pub(crate) fn small(value: impl TryInto<i32>) -> i32 {
    value.try_into().unwrap_or(i32::MAX)
}

/// A column's number as a count; nothing is ever counted below zero.
pub(crate) fn uncount(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A column's small number as a count.
pub(crate) fn unsmall(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}
