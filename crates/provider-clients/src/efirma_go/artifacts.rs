//! Fetching what was signed. What the vendor's addresses return is not documented, so there are fallbacks.
//! Source: contract sections 3.9 and 4.

use std::time::Duration;

use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::{Class, Doubt, Outcome, Refusal};
use serde_json::json;
use url::Url;

use super::GoAccount;
use super::codes::Endpoint;
use super::settings::ArtifactMode;
use crate::call::{Call, Content, Method, Redirects, ReplyTo};
use crate::provider::{Fetch, FetchHistory, Fetched, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// Most redirects that are followed.
const REDIRECTS: usize = 5;

impl GoAccount {
    /// The next way to get an artifact: its address; what the callback delivered; asking for the callback again.
    pub(super) fn next_fetch(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        let direct = match self.checked.settings.artifact_mode {
            ArtifactMode::Direct if history.direct_failed == 0 => self.artifact_url(&offer.source),
            ArtifactMode::Direct => Err("The provider's address did not give the file."),
            ArtifactMode::CallbackOnly => Err("The account fetches nothing from the provider's addresses."),
        };
        let reason = match direct {
            Ok(url) => return Ok(Fetch::Direct(Box::new(self.artifact_call(url)))),
            Err(reason) => reason,
        };
        if offer.kind != ArtifactKind::SignedDocument {
            return Ok(Fetch::GiveUp { reason: format!("{reason} The provider has no other way to give it.") });
        }
        if let Some(file) = &history.delivered {
            return Ok(Fetch::Delivered(file.clone()));
        }
        match submission.reference {
            Some(reference) if history.asked_again == 0 => Ok(Fetch::AskAgain {
                call: Box::new(self.call(
                    Endpoint::QueryDocument,
                    None,
                    json!({ "id_operacion": reference, "enviar_url_respuesta": self.checked.settings.boolean_style.write(true) }),
                )?),
                wait: Duration::from_secs(self.checked.settings.redelivery_wait_s),
            }),
            Some(_) | None => {
                Ok(Fetch::GiveUp { reason: format!("{reason} It did not come by callback either, though asked for.") })
            }
        }
    }

    /// What the answer to a direct fetch means. Only a PDF is taken; a refusal is for good, an outage is not.
    pub(super) fn fetched(&self, offer: &ArtifactOffer, reply: &Reply) -> Outcome<Fetched> {
        if let Some(file) = reply.stored().filter(|_| reply.is_success()) {
            return Outcome::Done(Fetched::Files(vec![(offer.key(), file.clone())]));
        }
        let (class, code) = match reply.status {
            408 | 425 | 429 | 500..=599 => {
                let code = Some(format!("{}/http_{}", Endpoint::Artifact.name(), reply.status));
                return Outcome::Unknown(Doubt {
                    reason: "The provider could not give the file now.".to_owned(),
                    code,
                });
            }
            404 | 410 => (Class::NotFound, format!("http_{}", reply.status)),
            401 | 403 => (Class::Permission, format!("http_{}", reply.status)),
            200..=299 => (Class::ProviderError, "not_a_pdf".to_owned()),
            _ => (Class::ProviderError, format!("http_{}", reply.status)),
        };
        Outcome::Refused(Refusal {
            class,
            code: format!("{}/{code}", Endpoint::Artifact.name()),
            message: "The provider's address did not give a PDF.".to_owned(),
            blames: Vec::new(),
            retry_after: None,
        })
    }

    fn artifact_call(&self, url: Url) -> Call {
        let settings = &self.checked.settings;
        let mut call = Call::new(Endpoint::Artifact.name(), Method::Get, url)
            .header("accept", "application/pdf")
            .within(Duration::from_secs(settings.timeouts.artifact_s));
        call.secret_url = true;
        call.reply_to = ReplyTo::Store { limit: settings.max_artifact_bytes, content: Content::Pdf };
        call.redirects = Redirects { most: REDIRECTS, hosts: settings.artifact_hosts.clone() };
        call
    }

    /// The address to fetch from, or why it is not one.
    fn artifact_url(&self, source: &str) -> Result<Url, &'static str> {
        if source.trim().is_empty() {
            return Err("The provider told no address for the file.");
        }
        let rewritten =
            self.checked.rewrites.iter().fold(source.trim().to_owned(), |text, (pattern, by)| {
                pattern.replace_all(&text, by.as_str()).into_owned()
            });
        let mut url = Url::parse(&rewritten).map_err(|_| "The provider's address for the file is not a URL.")?;
        if url.scheme() == "http" && self.checked.settings.upgrade_http_artifacts {
            url.set_scheme("https").map_err(|()| "The provider's address for the file cannot be made https.")?;
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err("The provider's address for the file is not one of the web.");
        }
        let host = url.host().map(|h| h.to_owned());
        let allowed = self.checked.settings.artifact_hosts.iter().any(|h| url::Host::parse(h).ok() == host);
        if allowed {
            Ok(url)
        } else {
            Err("The provider's address for the file is on a host that the account does not allow.")
        }
    }
}
