//! The way of one envelope: draft, document, plan, send, signatures, files.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use provider_sandbox::Sandbox;
use serde_json::{Value, json};

use super::api::Api;
use super::providers::{PEOPLE, Provider};
use super::reading::{list, number, text, word};
use super::seconds;

/// The contract that is signed, as in `tests/samples`.
const CONTRACT: &[u8] = include_bytes!("../../assets/contrato-trabajo-es.pdf");
const CONTRACT_NAME: &str = "contrato-trabajo-es.pdf";

/// How long the simulated people and the broker may take together.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the demo looks for new events.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// One envelope at one provider.
pub(super) struct Journey<'a> {
    pub api: &'a Api,
    pub vendors: &'a Sandbox,
    pub provider: &'a Provider,
    pub output: &'a Path,
    pub began: Instant,
}

/// What came of it.
pub(super) struct Outcome {
    /// The provider's kind.
    pub kind: &'static str,
    /// The end state, or what went wrong.
    pub result: Result<Files, String>,
    /// Calls that the provider received.
    pub calls: usize,
    /// Those of them that asked how far it is.
    pub polls: usize,
    /// Callbacks that the provider made.
    pub callbacks: usize,
    /// From the draft to the last file.
    pub took: Duration,
}

/// What came back.
pub(super) struct Files {
    /// Where the files are.
    pub paths: Vec<PathBuf>,
    /// The verdict on the signed document.
    pub verdict: String,
    /// The signatures in it.
    pub signatures: usize,
}

impl Outcome {
    /// Whether the envelope was completed and its signatures are what they should be.
    pub(super) fn is_good(&self) -> bool {
        matches!(&self.result, Ok(files) if files.verdict == "valid" && files.signatures > 0)
    }
}

impl Journey<'_> {
    /// Carries the envelope through, whatever happens.
    pub(super) async fn travel(&self) -> Outcome {
        let before = (self.count_calls(|_| true), self.count_calls(|name| self.is_poll(name)), self.count_callbacks());
        let started = Instant::now();
        let result = self.steps().await.map_err(|error| format!("{error:#}"));
        if let Err(error) = &result {
            self.say(&format!("FAILED: {error}"));
        }
        Outcome {
            kind: self.provider.kind,
            result,
            calls: self.count_calls(|_| true).saturating_sub(before.0),
            polls: self.count_calls(|name| self.is_poll(name)).saturating_sub(before.1),
            callbacks: self.count_callbacks().saturating_sub(before.2),
            took: started.elapsed(),
        }
    }

    async fn steps(&self) -> anyhow::Result<Files> {
        let draft = self.api.post("/v1/envelopes", &self.envelope().await?, &[]).await.context("draft")?;
        let id = text(&draft, "/id")?;
        let at = format!("/v1/envelopes/{id}");
        self.say(&format!("draft {id} with {} recipients", PEOPLE.len()));

        let sha256 = STANDARD.encode(digest(&SHA256, CONTRACT));
        let path = format!("{at}/documents?filename={CONTRACT_NAME}&name=Contrato%20de%20trabajo");
        let document = self.api.upload(&path, CONTRACT, &format!("sha-256=:{sha256}:")).await.context("upload")?;
        self.say(&format!(
            "uploaded {CONTRACT_NAME}: {} bytes, {} pages",
            number(&document, "/size"),
            number(&document, "/pages")
        ));

        let plan = self.api.get(&format!("{at}/plan")).await.context("plan")?;
        let steps: usize = list(&plan, "/submissions").map(|submission| list(submission, "/steps").count()).sum();
        self.say(&format!(
            "planned: account \"{}\", {steps} call(s), {} finding(s)",
            word(&plan, "/account/name"),
            list(&plan, "/findings").count()
        ));
        for finding in list(&plan, "/findings") {
            self.say(&format!("  {}: {}", word(finding, "/severity"), word(finding, "/detail")));
        }

        let plan_match = format!("\"{}\"", text(&plan, "/digest")?);
        let headers = [("if-plan-match", plan_match.as_str()), ("prefer", "wait=10")];
        let sent = self.api.post(&format!("{at}/send"), &json!({}), &headers).await.context("send")?;
        self.say(&format!("sent: {}", word(&sent, "/status")));
        let ended = self.follow(&at).await?;
        self.fetch(&at, &ended).await
    }

    /// Tells every event as it arrives, until the envelope has ended.
    async fn follow(&self, at: &str) -> anyhow::Result<Value> {
        let started = Instant::now();
        let mut told = 0;
        loop {
            // Read first: what happened before the envelope ended is told before its end.
            let envelope = self.api.get(at).await.context("status")?;
            let events = self.api.get(&format!("{at}/events?limit=200")).await.context("events")?;
            for event in list(&events, "/data") {
                let sequence = number(event, "/sequence");
                if sequence > told {
                    told = sequence;
                    self.say(&format!("{sequence:>3}  {:<22} {}", word(event, "/type"), subject(event, &envelope)));
                }
            }
            match word(&envelope, "/status") {
                "completed" => return Ok(envelope),
                end @ ("declined" | "rejected" | "expired" | "canceled" | "failed") => {
                    bail!("the envelope ended as {end}: {}", word(&envelope, "/error/detail"))
                }
                _ => {}
            }
            if envelope.pointer("/attention").is_some_and(Value::is_object) {
                bail!("a person is needed: {}", word(&envelope, "/attention/detail"));
            }
            if started.elapsed() > PATIENCE {
                bail!("after {} s the envelope is still {}", PATIENCE.as_secs(), word(&envelope, "/status"));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Saves everything that came back.
    async fn fetch(&self, at: &str, envelope: &Value) -> anyhow::Result<Files> {
        let folder = self.output.join(self.provider.kind);
        std::fs::create_dir_all(&folder)?;
        let mut files = Files { paths: Vec::new(), verdict: "no signed document".to_owned(), signatures: 0 };
        for artifact in list(envelope, "/artifacts") {
            let id = text(artifact, "/id")?;
            let bytes = self.api.download(&format!("{at}/artifacts/{id}/content")).await.context("download")?;
            let sha256 = hex::encode(digest(&SHA256, &bytes));
            if word(artifact, "/sha256") != sha256 {
                bail!("the bytes of {id} are not those that the envelope tells of");
            }
            // The name comes from outside: only its last part may name a file here.
            let name = Path::new(word(artifact, "/filename")).file_name().unwrap_or_else(|| id.as_ref());
            let path = folder.join(name);
            std::fs::write(&path, bytes)?;
            self.say(&format!("saved {}: {}", word(artifact, "/kind"), path.display()));
            files.paths.push(path);
            if word(artifact, "/kind") == "signed_document" {
                files.verdict = word(artifact, "/verification/status").to_owned();
                files.signatures = list(artifact, "/verification/signatures").count();
            }
        }
        Ok(files)
    }

    async fn envelope(&self) -> anyhow::Result<Value> {
        let accounts = self.api.get("/v1/provider-accounts?limit=200").await?;
        let account = list(&accounts, "/data").find(|account| account["name"] == self.provider.account);
        let recipients: Vec<Value> = PEOPLE
            .iter()
            .enumerate()
            .map(|(index, (role, name))| {
                let order = index.saturating_add(1);
                json!({ "role": role, "name": name, "email": self.provider.email(index), "routing_order": order })
            })
            .collect();
        Ok(json!({
            "reference": format!("DEMO-{}", self.provider.kind),
            "subject": "Contrato de trabajo",
            "message": "Por favor, lea y firme el contrato.",
            "recipients": recipients,
            "provider_account": account.context("the demo's account is missing")?["id"],
            "metadata": { "demo": self.provider.kind },
        }))
    }

    fn say(&self, what: &str) {
        println!("{:>6.1} s  {:<14} {}", seconds(self.began), self.provider.kind, what.trim_end());
    }

    fn is_poll(&self, endpoint: &str) -> bool {
        self.provider.polls.contains(&endpoint)
    }

    fn count_calls(&self, counts: impl Fn(&str) -> bool) -> usize {
        let ours = |vendor: &str| vendor == self.provider.kind;
        self.vendors.calls().iter().filter(|call| ours(&call.vendor) && counts(&call.endpoint)).count()
    }

    fn count_callbacks(&self) -> usize {
        self.vendors.callbacks().iter().filter(|callback| callback.vendor == self.provider.kind).count()
    }
}

/// The recipient or the kind of file that an event is about; events name both by id, never by name.
fn subject<'a>(event: &'a Value, envelope: &'a Value) -> &'a str {
    let data = &event["data"];
    let person = list(envelope, "/recipients").find(|recipient| recipient["id"] == data["recipient_id"]);
    person.map_or_else(|| word(data, "/kind"), |person| word(person, "/name"))
}
