//! `rubrica transcript`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use provider_clients::provider::transcript::Verdict;

use crate::cli::Transcript;
use crate::transcript::{Line, read};

pub(super) fn run(what: &Transcript) -> anyhow::Result<ExitCode> {
    let Transcript::Check { file } = what;
    let lines = read(file)?;
    let findings = findings(&lines);
    println!("{} calls recorded.", lines.len());
    println!();
    println!("provider       assumption  met  refuted  what is assumed");
    for ((provider, assumption), found) in &findings {
        println!("{provider:<14} {assumption:<10} {:>4} {:>8}  {}", found.met, found.refuted, found.says);
    }
    let refuted: Vec<_> = findings.iter().filter(|(_, found)| found.refuted > 0).collect();
    for ((provider, assumption), found) in &refuted {
        println!();
        println!("{provider}: assumption {assumption} is refuted at {} ({}).", found.endpoint, found.says);
        if found.setting.is_empty() {
            println!("  No setting corrects it: the adapter has to be changed.");
        } else {
            println!("  Correct it with {} of the provider account.", found.setting);
        }
    }
    Ok(if refuted.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Debug, Default)]
struct Found {
    met: u32,
    refuted: u32,
    says: String,
    setting: String,
    endpoint: String,
}

/// What the lines say about each assumption, by provider and number; those that no answer told of are not in it.
fn findings(lines: &[Line]) -> BTreeMap<(String, String), Found> {
    let mut findings: BTreeMap<(String, String), Found> = BTreeMap::new();
    for line in lines {
        for judged in line.judged.iter().filter(|judged| judged.verdict != Verdict::Silent) {
            let found = findings.entry((line.provider.clone(), judged.assumption.clone())).or_default();
            if judged.verdict == Verdict::Met {
                found.met = found.met.saturating_add(1);
            } else {
                found.refuted = found.refuted.saturating_add(1);
            }
            if found.says.is_empty() || judged.verdict == Verdict::Failed {
                found.says.clone_from(&judged.says);
                found.setting.clone_from(&judged.setting);
                found.endpoint.clone_from(&line.exchange.endpoint);
            }
        }
    }
    findings
}
