//! From latencies to the figures of a table: rates, percentiles, medians over rounds, ratios.

use std::time::Duration;

/// One round of one side: how long each request took, and the whole.
#[derive(Debug, Clone)]
pub struct Round {
    latencies: Vec<Duration>,
    elapsed: Duration,
    cpu: Duration,
}

impl Round {
    /// A round of these latencies, in any order. `cpu` is what the server's process used of the processors meanwhile.
    pub fn new(mut latencies: Vec<Duration>, elapsed: Duration, cpu: Duration) -> Self {
        latencies.sort_unstable();
        Self { latencies, elapsed, cpu }
    }

    /// Requests.
    pub fn requests(&self) -> usize {
        self.latencies.len()
    }

    /// Requests per second.
    pub fn rate(&self) -> f64 {
        number(self.requests()) / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Processor time of the server's process for each request, in seconds.
    pub fn cpu_per_request(&self) -> f64 {
        self.cpu.as_secs_f64() / number(self.requests()).max(1.0)
    }

    /// The latency that `percent` of the requests did not exceed, in seconds; 0 for a round without requests.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.latencies, percent).unwrap_or_default().as_secs_f64()
    }
}

/// One side over all its rounds: the median of each figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Requests of all rounds together.
    pub requests: usize,
    /// Requests per second.
    pub rate: f64,
    /// Median latency, in seconds.
    pub p50: f64,
    /// Latency that 99 of 100 requests did not exceed, in seconds.
    pub p99: f64,
    /// Processor time of the server's process for each request, in seconds.
    pub cpu: f64,
}

impl Summary {
    /// The medians of these rounds; `None` without rounds.
    pub fn of(rounds: &[Round]) -> Option<Self> {
        let over = |figure: fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
        Some(Self {
            requests: rounds.iter().map(Round::requests).sum(),
            rate: over(Round::rate)?,
            p50: over(|round| round.percentile(50))?,
            p99: over(|round| round.percentile(99))?,
            cpu: over(Round::cpu_per_request)?,
        })
    }
}

/// Ours divided by the reference, round by round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The middle one.
    pub median: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Ratio {
    /// The ratios of a figure between rounds that ran next to each other; `None` without rounds.
    pub fn of(ours: &[Round], reference: &[Round], figure: fn(&Round) -> f64) -> Option<Self> {
        let ratios: Vec<f64> = ours.iter().zip(reference).map(|(a, b)| figure(a) / figure(b)).collect();
        Some(Self {
            median: median(&ratios)?,
            low: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            high: ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// The smallest of the `sorted` values that `percent` of them do not exceed (nearest rank); `None` without values.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100).max(1);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// The middle value, or the mean of the two in the middle; `None` without values.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied()?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(middle.checked_sub(1)?).map(|lower| f64::midpoint(*lower, upper))
}

/// A count as a number to divide by.
pub fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(values: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        values.into_iter().map(Duration::from_millis).collect()
    }

    fn round(latencies: Vec<Duration>, elapsed_ms: u64) -> Round {
        Round::new(latencies, Duration::from_millis(elapsed_ms), Duration::from_millis(elapsed_ms / 2))
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let hundred = ms(1..=100);
        assert_eq!(percentile(&hundred, 50), Some(Duration::from_millis(50)));
        assert_eq!(percentile(&hundred, 99), Some(Duration::from_millis(99)));
        assert_eq!(percentile(&hundred, 100), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&ms([7]), 50), Some(Duration::from_millis(7)));
        assert_eq!(percentile(&ms(1..=10), 99), Some(Duration::from_millis(10)));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn latencies_may_come_in_any_order() {
        let round = round(ms([30, 10, 20]), 60);
        assert!(near(round.percentile(50), 0.020));
        assert!(near(round.percentile(99), 0.030));
    }

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn rates_and_processor_time_are_for_each_request() {
        let round = round(ms([1; 200]), 500);
        assert!(near(round.rate(), 400.0));
        assert!(near(round.cpu_per_request(), 0.25 / 200.0));
    }

    #[test]
    fn a_summary_is_not_moved_by_one_disturbed_round() {
        let rounds = [round(ms([1; 100]), 100), round(ms([1; 100]), 100), round(ms([50; 100]), 5000)];
        let summary = Summary::of(&rounds).unwrap();
        assert!(near(summary.rate, 1000.0));
        assert!(near(summary.p99, 0.001));
        assert_eq!(summary.requests, 300);
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn ratios_compare_rounds_that_ran_next_to_each_other() {
        // The machine was slower in the second round, for both alike.
        let ours = [round(ms([1; 50]), 100), round(ms([1; 50]), 200)];
        let reference = [round(ms([1; 100]), 100), round(ms([1; 100]), 200)];
        let ratio = Ratio::of(&ours, &reference, Round::rate).unwrap();
        assert!(near(ratio.median, 0.5) && near(ratio.low, 0.5) && near(ratio.high, 0.5));
        assert_eq!(Ratio::of(&[], &reference, Round::rate), None);
    }
}
