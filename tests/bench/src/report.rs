//! The figures as a table that people read in a terminal and that can be pasted into a Markdown file.

use std::fmt::{self, Write};
use std::time::Duration;

use crate::stats::{Ratio, Round, Summary};

/// Ours beside the reference.
#[derive(Debug)]
pub struct Comparison {
    /// What was done, and over which database.
    pub what: String,
    /// Bytes that a request carries, where it carries a file.
    pub file_mib: Option<f64>,
    /// The broker's rounds.
    pub ours: Vec<Round>,
    /// The reference's rounds, each next to the broker's.
    pub reference: Vec<Round>,
}

/// Memory and start-up of the broker's process alone.
#[derive(Debug)]
pub struct Footprint {
    /// What was read, with the figure.
    pub lines: Vec<(String, String)>,
}

/// All figures of a run.
#[derive(Debug)]
pub struct Report {
    /// What it was taken on.
    pub machine: String,
    /// Beside their references.
    pub comparisons: Vec<Comparison>,
    /// Of the process.
    pub footprint: Footprint,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.machine)?;
        let mut rows = vec![["what", "who", "requests/s", "MiB/s", "p50", "p99", "CPU/request"].map(str::to_owned)];
        for comparison in &self.comparisons {
            rows.extend(comparison.rows());
        }
        write_table(f, &rows)?;
        writeln!(f)?;
        let mut rows = vec![["process of the broker", "figure"].map(str::to_owned)];
        rows.extend(self.footprint.lines.iter().map(|(what, figure)| [what.clone(), figure.clone()]));
        write_table(f, &rows)
    }
}

impl Comparison {
    fn rows(&self) -> Vec<[String; 7]> {
        let mut rows = Vec::new();
        for (who, rounds) in [("Rubrica", &self.ours), ("reference", &self.reference)] {
            let Some(summary) = Summary::of(rounds) else { continue };
            rows.push([
                self.what.clone(),
                who.to_owned(),
                rate(summary.rate),
                self.file_mib.map_or_else(String::new, |size| format!("{:.0}", summary.rate * size)),
                seconds(summary.p50),
                seconds(summary.p99),
                seconds(summary.cpu),
            ]);
        }
        let ratio = |figure: fn(&Round) -> f64| {
            Ratio::of(&self.ours, &self.reference, figure)
                .map_or_else(String::new, |ratio| format!("× {:.2} ({:.2}–{:.2})", ratio.median, ratio.low, ratio.high))
        };
        rows.push([
            self.what.clone(),
            "ratio".to_owned(),
            ratio(Round::rate),
            String::new(),
            ratio(|round| round.percentile(50)),
            ratio(|round| round.percentile(99)),
            ratio(Round::cpu_per_request),
        ]);
        rows
    }
}

fn rate(per_second: f64) -> String {
    if per_second >= 100.0 { format!("{per_second:.0}") } else { format!("{per_second:.2}") }
}

/// A time in the unit that gives three digits.
pub fn seconds(time: f64) -> String {
    if time >= 1.0 {
        format!("{time:.2} s")
    } else if time >= 0.1 {
        format!("{:.0} ms", time * 1e3)
    } else if time >= 0.001 {
        format!("{:.2} ms", time * 1e3)
    } else {
        format!("{:.0} µs", time * 1e6)
    }
}

/// A duration in the unit that gives three digits.
pub fn duration(time: Duration) -> String {
    seconds(time.as_secs_f64())
}

/// An amount of memory in MiB.
pub fn mib(kib: u64) -> String {
    u32::try_from(kib).map_or_else(|_| format!("{kib} KiB"), |kib| format!("{:.1} MiB", f64::from(kib) / 1024.0))
}

fn write_table<const N: usize>(f: &mut fmt::Formatter<'_>, rows: &[[String; N]]) -> fmt::Result {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::from("|");
        for (cell, width) in row.iter().zip(widths) {
            write!(line, " {cell:width$} |")?;
        }
        writeln!(f, "{line}")?;
        if number == 0 {
            writeln!(f, "|{}", widths.map(|width| format!("{}|", "-".repeat(width.saturating_add(2)))).concat())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(ms: u64) -> Vec<Round> {
        let latencies = vec![Duration::from_millis(ms); 10];
        vec![Round::new(latencies, Duration::from_millis(ms * 10), Duration::from_millis(10))]
    }

    #[test]
    fn the_table_shows_both_sides_and_their_ratio() {
        let report = Report {
            machine: "a machine".to_owned(),
            comparisons: vec![Comparison {
                what: "upload".to_owned(),
                file_mib: Some(50.0),
                ours: rounds(200),
                reference: rounds(100),
            }],
            footprint: Footprint { lines: vec![("idle".to_owned(), "20 MiB".to_owned())] },
        };
        let text = report.to_string();
        assert!(text.contains("| Rubrica   | 5.00"), "{text}");
        assert!(text.contains("| reference | 10.00"), "{text}");
        assert!(text.contains("| 250   |") && text.contains("| 500   |"), "{text}");
        assert!(text.contains("× 0.50 (0.50–0.50)") && text.contains("× 2.00 (2.00–2.00)"), "{text}");
        let widths: Vec<usize> = text.lines().filter(|l| l.contains("upload")).map(|l| l.chars().count()).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }

    #[test]
    fn times_are_shown_in_a_unit_that_fits() {
        assert_eq!(seconds(0.000_123), "123 µs");
        assert_eq!(seconds(0.012_345), "12.35 ms");
        assert_eq!(seconds(0.512_3), "512 ms");
        assert_eq!(duration(Duration::from_millis(2340)), "2.34 s");
    }
}
