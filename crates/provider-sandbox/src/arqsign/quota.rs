//! How many calls an account made, in fixed windows of virtual time. Source: contract section 6 and assumption A11.

use chrono::{DateTime, Datelike, Months, NaiveTime, Utc};

use super::accounts::RateLimits;

/// A window and the calls in it.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    number: i64,
    calls: u64,
}

/// The calls of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    windows: [Window; 4],
}

/// A limit that a call runs into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// It is the month's.
    pub(super) month: bool,
    /// Until the window ends.
    pub(super) retry_after_s: i64,
}

impl Usage {
    /// Counts a call, unless a limit forbids it; the longest wait is told.
    ///
    /// # Errors
    /// [`Exceeded`]; the call is not counted then.
    pub(super) fn count(&mut self, limits: RateLimits, now: DateTime<Utc>) -> Result<(), Exceeded> {
        let second = now.timestamp();
        let month = i64::from(now.year()) * 12 + i64::from(now.month0());
        let numbers = [second, second / 60, second / 3600, month];
        let limits = [limits.per_second, limits.per_minute, limits.per_hour, limits.per_month];
        let waits = [1, 60 - second.rem_euclid(60), 3600 - second.rem_euclid(3600), until_next_month(now)];
        for (window, number) in self.windows.iter_mut().zip(numbers) {
            if window.number != number {
                *window = Window { number, calls: 0 };
            }
        }
        let full =
            self.windows.iter().zip(limits).zip(waits).enumerate().filter_map(|(place, ((window, limit), wait))| {
                let is_full = limit.is_some_and(|limit| window.calls >= limit);
                is_full.then_some(Exceeded { month: place == 3, retry_after_s: wait })
            });
        if let Some(exceeded) = full.max_by_key(|exceeded| exceeded.retry_after_s) {
            return Err(exceeded);
        }
        for window in &mut self.windows {
            window.calls = window.calls.saturating_add(1);
        }
        Ok(())
    }
}

fn until_next_month(now: DateTime<Utc>) -> i64 {
    let first = now.date_naive().with_day(1).and_then(|day| day.checked_add_months(Months::new(1)));
    first.map_or(1, |first| (first.and_time(NaiveTime::MIN).and_utc() - now).num_seconds().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn windows_fill_and_begin_anew() {
        let limits = RateLimits { per_second: Some(2), per_minute: None, per_hour: Some(4), per_month: Some(5) };
        let at = |hour, second| Utc.with_ymd_and_hms(2026, 1, 31, hour, 59, second).unwrap();
        let mut usage = Usage::default();
        assert!(usage.count(limits, at(20, 10)).is_ok() && usage.count(limits, at(20, 10)).is_ok());
        let second = usage.count(limits, at(20, 10)).unwrap_err();
        assert_eq!(second, Exceeded { month: false, retry_after_s: 1 });
        assert!(usage.count(limits, at(20, 11)).is_ok() && usage.count(limits, at(20, 12)).is_ok());
        assert_eq!(usage.count(limits, at(20, 50)).unwrap_err(), Exceeded { month: false, retry_after_s: 10 });
        assert!(usage.count(limits, at(21, 0)).is_ok());
        assert_eq!(usage.count(limits, at(23, 59)).unwrap_err(), Exceeded { month: true, retry_after_s: 1 });
        let february = Utc.with_ymd_and_hms(2026, 2, 1, 0, 0, 0).unwrap();
        assert!(usage.count(limits, february).is_ok());
    }
}
