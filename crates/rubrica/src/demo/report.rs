//! What the demo prints at its end.

use std::path::Path;

use provider_sandbox::Sandbox;

use super::api::Api;
use super::journey::Outcome;
use super::kept::Kept;
use super::providers::{PROVIDERS, Signing};
use super::reading::word;
use super::{PROVIDER_IN_METADATA, callbacks};

/// Prints one line for each provider, then where the files are.
pub(super) fn table(outcomes: &[Outcome], output: &Path) {
    println!();
    println!("provider       envelope    calls  polls  callbacks     time  files  signed documents");
    for outcome in outcomes {
        let (state, files, signed) = match &outcome.result {
            Ok(files) => ("completed", files.paths.len(), verdicts(&files.signed)),
            Err(_) => ("failed", 0, "see above".to_owned()),
        };
        println!(
            "{:<14} {state:<10} {:>6} {:>6} {:>10} {:>6.1} s {files:>6}  {signed}",
            outcome.kind,
            outcome.calls,
            outcome.polls,
            outcome.callbacks,
            outcome.took.as_secs_f64(),
        );
    }
    println!();
    for path in outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok()).flat_map(|files| &files.paths) {
        println!("  {}", path.display());
    }
    println!("The demo's database, documents and keys stay in {}/; delete it to begin anew.", output.display());
}

/// The verdicts on the signed documents, one after another.
fn verdicts(signed: &[(String, usize)]) -> String {
    let told = signed.iter().map(|(verdict, signatures)| format!("{verdict}, {signatures} signature(s)"));
    let told: Vec<String> = told.collect();
    if told.is_empty() { "none".to_owned() } else { told.join("; ") }
}

/// Prints what a person needs to go on by hand.
///
/// # Errors
/// When the API does not list the accounts.
pub(super) async fn running(url: &str, vendors: &Sandbox, kept: &Kept) -> anyhow::Result<()> {
    println!();
    println!("Rubrica keeps running; Ctrl+C ends it.");
    println!("  Swagger UI          {url}/docs  (Authorize with the API key)");
    println!("  Signers' pages      {}/  (recipients of new envelopes act there, by hand)", vendors.base_url());
    println!("  API key (tenant)    {}", kept.api_key);
    println!("  Admin key           {}", kept.admin_key);
    println!();
    println!(
        "An envelope goes to the account that its `provider_account` names, else to the one of the provider that its"
    );
    println!("metadata name, as in {{ \"{PROVIDER_IN_METADATA}\": \"arqsign\" }}, else to the first:");
    let api = Api::new(url, &kept.api_key)?;
    for provider in PROVIDERS {
        let account = callbacks::account(&api, provider).await?;
        println!("  {:<14} {}", provider.kind, word(&account, "/id"));
        if let Signing::FromOurPage(program) = provider.signing {
            println!(
                "  {:<14} signers open their `signing_url`; its link is for the program at {}",
                "",
                program(vendors)
            );
        }
    }
    Ok(())
}
