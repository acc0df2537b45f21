//! Rounds of ours and of the reference, one after the other in turns, so that what else the machine does meets both.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use crate::load::{Load, Script, drive};
use crate::process::Process;
use crate::report::{Comparison, seconds};
use crate::stats::{Round, Summary};

/// One of the two that are compared.
pub struct Side<'a> {
    /// The server's process.
    pub process: &'a Process,
    /// Where it answers.
    pub address: SocketAddr,
    /// What is asked in a round; the warm-up is round 0.
    pub script: Box<dyn Fn(usize) -> Script + 'a>,
}

impl Side<'_> {
    async fn round(&self, number: usize, load: Load) -> Result<Round> {
        let before = self.process.cpu()?;
        let driven = drive(self.address, load, &(self.script)(number)).await;
        let driven = driven.with_context(|| format!("its log ends with:\n{}", self.process.last_words()))?;
        Ok(Round::new(driven.latencies, driven.elapsed, self.process.cpu()?.saturating_sub(before)))
    }
}

/// Warms both up, then measures them in turns; who begins changes from round to round.
///
/// # Errors
/// At the first wrong answer of either.
pub async fn compare(
    what: String,
    file_mib: Option<f64>,
    rounds: usize,
    load: Load,
    ours: Side<'_>,
    reference: Side<'_>,
) -> Result<Comparison> {
    eprint!("{what}: warm-up");
    ours.round(0, load).await?;
    reference.round(0, load).await?;
    let mut comparison = Comparison { what, file_mib, ours: Vec::new(), reference: Vec::new() };
    for number in 1..=rounds {
        eprint!(", {number}");
        if number % 2 == 1 {
            comparison.ours.push(ours.round(number, load).await?);
            comparison.reference.push(reference.round(number, load).await?);
        } else {
            comparison.reference.push(reference.round(number, load).await?);
            comparison.ours.push(ours.round(number, load).await?);
        }
    }
    match (Summary::of(&comparison.ours), Summary::of(&comparison.reference)) {
        (Some(a), Some(b)) => eprintln!(
            " of {rounds}: p50 {} beside {}, {} and {} requests",
            seconds(a.p50),
            seconds(b.p50),
            a.requests,
            b.requests
        ),
        _ => eprintln!(": nothing was measured"),
    }
    Ok(comparison)
}
