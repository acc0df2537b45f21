//! A signer who comes over the broker's page, where a provider has none of its own.
//!
//! The page's link starts a program on the signer's computer. The simulated provider plays it: a page takes the link, as a
//! computer does on a click, and leads to the program's window, which is a form.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reqwest::Client;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use serde_json::Value;
use url::form_urlencoded;

use super::api::good;
use super::reading::{list, word};

/// Longer than a page may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often an open page asks how the signing stands.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The browser and the computer of all signers of an envelope.
pub(super) struct SigningPage {
    client: Client,
    /// Where the simulated provider takes links to its program.
    program: String,
    /// Pages from which somebody has signed.
    done: BTreeSet<String>,
    /// The page that was opened last, and when it asked.
    open: Option<(String, Instant)>,
}

impl SigningPage {
    /// `program` is where the simulated provider takes links to its program.
    pub(super) fn new(program: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build()?;
        Ok(Self { client, program: program.to_owned(), done: BTreeSet::new(), open: None })
    }

    /// Lets everybody sign who has a page by now; tells what they did.
    ///
    /// # Errors
    /// When a page or the program refuses.
    pub(super) async fn visit(&mut self, envelope: &Value) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::new();
        for recipient in list(envelope, "/recipients") {
            let (url, name) = (word(recipient, "/signing_url"), word(recipient, "/name"));
            let is_asked = matches!(word(recipient, "/status"), "sent" | "viewed");
            if !is_asked || url.is_empty() || self.done.contains(url) {
                continue;
            }
            // The page has no link while the provider is being prepared.
            let page = self.client.get(url).header(ACCEPT_LANGUAGE, "es").send().await?;
            let Some(link) = launch_link(&good(page).await?.text().await?) else { continue };
            told.push(format!("{name} opens the page and follows its link into the signing program"));
            self.sign(&link).await.with_context(|| format!("the signing program of {name}"))?;
            told.push(format!("{name} chooses a certificate and signs"));
            self.done.insert(url.to_owned());
            self.open = Some((url.to_owned(), Instant::now()));
        }
        self.look().await?;
        Ok(told)
    }

    /// The link into the program, then the program's form.
    async fn sign(&self, link: &str) -> anyhow::Result<()> {
        let window = self.form(&self.program, "link", link).await?;
        let form = format!("{}/sign", window.trim_end_matches('/'));
        self.form(&form, "certificate", "matching").await.map(drop)
    }

    /// Sends a form with one field, and gives the address of the page that it leads to.
    async fn form(&self, url: &str, field: &str, value: &str) -> anyhow::Result<String> {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair(field, value).finish();
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        Ok(good(request.send().await?).await?.url().to_string())
    }

    /// What the open page does by itself: it asks how the signing stands, which has the broker read sooner.
    async fn look(&mut self) -> anyhow::Result<()> {
        if let Some((url, asked)) = &mut self.open
            && asked.elapsed() >= ASK_EVERY
        {
            *asked = Instant::now();
            self.client.get(format!("{url}/state")).send().await?;
        }
        Ok(())
    }
}

/// The link into the signing program, when the page has one.
fn launch_link(html: &str) -> Option<String> {
    let (_, from) = html.split_once("id=\"launch\" href=\"")?;
    let (link, _) = from.split_once('"')?;
    Some(link.replace("&#38;", "&").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::launch_link;

    #[test]
    fn a_link_is_found_where_the_page_has_one() {
        let ready =
            r#"<a class="launch" id="launch" href="viewer://?url=http://x/&#38;operationId=1" rel="noreferrer">"#;
        assert_eq!(launch_link(ready).as_deref(), Some("viewer://?url=http://x/&operationId=1"));
        assert_eq!(launch_link(r#"<a class="launch" id="launch" rel="noreferrer">"#), None);
    }
}
