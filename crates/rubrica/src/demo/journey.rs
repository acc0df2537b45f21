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
use super::papers::Paper;
use super::providers::{Provider, Signing};
use super::reading::{list, number, text, word};
use super::signing_page::SigningPage;
use super::{LOOK_EVERY, callbacks, seconds};

/// How long the simulated people and the broker may take together.
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// Each signed document: the verdict on it, and the signatures in it.
    pub signed: Vec<(String, usize)>,
}

impl Outcome {
    /// Whether the envelope was completed and its signatures are what they should be.
    pub(super) fn is_good(&self) -> bool {
        let is_sound = |(verdict, signatures): &(String, usize)| verdict == "valid" && *signatures > 0;
        self.result.as_ref().is_ok_and(|files| !files.signed.is_empty() && files.signed.iter().all(is_sound))
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
        self.say(&format!("draft {id} with {} recipients", list(&draft, "/recipients").count()));
        for paper in self.provider.papers {
            self.upload(&at, paper).await.context("upload")?;
        }

        let plan = self.api.get(&format!("{at}/plan")).await.context("plan")?;
        let steps: usize = list(&plan, "/submissions").map(|submission| list(submission, "/steps").count()).sum();
        self.say(&format!(
            "planned: account \"{}\", {steps} call(s), {} finding(s)",
            word(&plan, "/account/name"),
            list(&plan, "/findings").count()
        ));
        for finding in list(&plan, "/findings") {
            let about = [word(finding, "/severity"), word(finding, "/pointer")].join(" ");
            self.say(&format!("  {}: {}", about.trim_end(), word(finding, "/detail")));
        }

        let plan_match = format!("\"{}\"", text(&plan, "/digest")?);
        let headers = [("if-plan-match", plan_match.as_str()), ("prefer", "wait=10")];
        let sent = self.api.post(&format!("{at}/send"), &json!({}), &headers).await.context("send")?;
        self.say(&format!("sent: {}", word(&sent, "/status")));
        let ended = self.follow(&at).await?;
        self.fetch(&at, &ended).await
    }

    async fn upload(&self, at: &str, paper: &Paper) -> anyhow::Result<()> {
        let sha256 = STANDARD.encode(digest(&SHA256, paper.pdf));
        let path = format!("{at}/documents?filename={}&name={}", paper.filename, paper.name.replace(' ', "%20"));
        let document = self.api.upload(&path, paper.pdf, &format!("sha-256=:{sha256}:")).await?;
        let (size, pages) = (number(&document, "/size"), number(&document, "/pages"));
        self.say(&format!("uploaded {}: {size} bytes, {pages} page(s)", paper.filename));
        Ok(())
    }

    /// Tells every event as it arrives, until the envelope has ended.
    async fn follow(&self, at: &str) -> anyhow::Result<Value> {
        let started = Instant::now();
        let mut told = 0;
        let mut page = match self.provider.signing {
            Signing::AtTheProvider(_) => None,
            Signing::FromOurPage(program) => Some(SigningPage::new(&program(self.vendors))?),
        };
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
            if let Some(page) = &mut page {
                for deed in page.visit(&envelope).await.context("the signer's page")? {
                    self.say(&format!("     {deed}"));
                }
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
        let mut files = Files { paths: Vec::new(), signed: Vec::new() };
        for artifact in list(envelope, "/artifacts") {
            let id = text(artifact, "/id")?;
            let bytes = self.api.download(&format!("{at}/artifacts/{id}/content")).await.context("download")?;
            let sha256 = hex::encode(digest(&SHA256, &bytes));
            if word(artifact, "/sha256") != sha256 {
                bail!("the bytes of {id} are not those that the envelope tells of");
            }
            // The name comes from outside: only its last part may name a file here.
            let name = Path::new(word(artifact, "/filename")).file_name().unwrap_or_else(|| id.as_ref());
            let path = free_path(&folder, Path::new(name), &files.paths);
            std::fs::write(&path, bytes)?;
            self.say(&format!("saved {}: {}", word(artifact, "/kind"), path.display()));
            files.paths.push(path);
            if word(artifact, "/kind") == "signed_document" {
                let signatures = list(artifact, "/verification/signatures").count();
                files.signed.push((word(artifact, "/verification/status").to_owned(), signatures));
            }
        }
        Ok(files)
    }

    async fn envelope(&self) -> anyhow::Result<Value> {
        let account = callbacks::account(self.api, self.provider).await?;
        let mut envelope = json!({
            "reference": format!("DEMO-{}", self.provider.kind),
            "subject": self.provider.papers.iter().map(|paper| paper.name).collect::<Vec<_>>().join(", "),
            "recipients": self.provider.recipients(),
            "provider_account": text(&account, "/id")?,
            "metadata": { "demo": self.provider.kind },
        });
        if let (Some(envelope), Value::Object(more)) = (envelope.as_object_mut(), (self.provider.envelope)()) {
            envelope.extend(more);
        }
        Ok(envelope)
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

/// A path for a file of this name that none of `taken` has: each signer may give the same document back.
fn free_path(folder: &Path, name: &Path, taken: &[PathBuf]) -> PathBuf {
    let (stem, extension) = (name.file_stem().unwrap_or_default(), name.extension().unwrap_or_default());
    let numbered = (2_u32..).map(|number| folder.join(format!("{}-{number}.{}", stem.display(), extension.display())));
    let mut paths = std::iter::once(folder.join(name)).chain(numbered);
    paths.find(|path| !taken.contains(path)).unwrap_or_else(|| folder.join(name))
}

/// The recipient or the kind of file that an event is about; events name both by id, never by name.
fn subject<'a>(event: &'a Value, envelope: &'a Value) -> &'a str {
    let data = &event["data"];
    let person = list(envelope, "/recipients").find(|recipient| recipient["id"] == data["recipient_id"]);
    person.map_or_else(|| word(data, "/kind"), |person| word(person, "/name"))
}
