//! Fetching the signed document. How is not documented anywhere, so the way is a setting, and only a PDF is taken.
//! Source: contract section 3.22.

use std::time::Duration;

use domain::facts::ArtifactOffer;
use domain::outcome::{Class, Outcome};
use url::Url;

use super::FirmaAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::settings::ArtifactAuth;
use crate::call::{Call, Content, Method, Redirects, ReplyTo};
use crate::provider::{Fetch, FetchHistory, Fetched, Moment, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::{doubtful, refusal};

/// Most redirects that are followed.
const REDIRECTS: usize = 5;

impl FirmaAccount {
    /// The next way to get the signed document: the sources of its offer, one after another.
    pub(super) fn next_fetch(
        &self,
        offer: &ArtifactOffer,
        moment: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        let sources: Vec<Url> = offer.source.lines().filter_map(|source| self.address(source)).collect();
        let tried = usize::try_from(history.direct_failed).unwrap_or(usize::MAX);
        match sources.get(tried) {
            Some(url) => self.download_call(url.clone(), moment).map(|call| Fetch::Direct(Box::new(call))),
            None if sources.is_empty() => {
                Ok(Fetch::GiveUp { reason: "The provider lists no file that could be fetched.".to_owned() })
            }
            None => Ok(Fetch::GiveUp { reason: "The provider's address did not give the file.".to_owned() }),
        }
    }

    /// What the answer to a fetch means. Only a PDF is taken; an outage is not for good.
    pub(super) fn fetched(&self, offer: &ArtifactOffer, reply: &Reply) -> Outcome<Fetched> {
        if let Some(file) = reply.stored().filter(|_| reply.is_success()) {
            return Outcome::Done(Fetched::Files(vec![(offer.key(), file.clone())]));
        }
        let endpoint = Endpoint::Download;
        match self.accepted(endpoint, reply, &Scope::Account) {
            Err(Failure::Refused(refused)) if refused.class == Class::ProviderUnavailable => {
                doubtful(endpoint.name(), &reply.status.to_string(), "The provider could not give the file now.")
            }
            Err(failure) if !reply.is_success() || failure == Failure::SessionExpired => failure.outcome(),
            Ok(_) | Err(_) => {
                let what = "The provider's address did not give a PDF.";
                let class = Class::ProviderError;
                Outcome::Refused(refusal(endpoint.name(), "not_a_pdf", class, what, Vec::new(), reply))
            }
        }
    }

    fn download_call(&self, url: Url, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let settings = &self.checked.settings;
        let is_own = url.origin() == self.checked.base.origin();
        let mut call = Call::new(Endpoint::Download.name(), Method::Get, url)
            .header("accept", "application/pdf")
            .within(Duration::from_secs(settings.timeouts.upload_s));
        call.secret_url = true;
        call.reply_to = ReplyTo::Store { limit: settings.max_artifact_bytes, content: Content::Pdf };
        if is_own && settings.artifact_auth == ArtifactAuth::Bearer {
            // The token goes to the account's own host and nowhere else, so no redirect leaves it.
            call.redirects = Redirects { most: REDIRECTS, hosts: Vec::new() };
            return self.authorized(call, moment);
        }
        call.redirects = Redirects { most: REDIRECTS, hosts: settings.artifact_hosts.clone() };
        Ok(call)
    }

    /// The address of a source: an absolute one on a host that the account allows, or a name put into the template.
    pub(super) fn address(&self, source: &str) -> Option<Url> {
        let source = source.trim();
        if source.is_empty() {
            return None;
        }
        if source.contains("://") {
            return Url::parse(source).ok().filter(|url| self.may_fetch(url));
        }
        let base = self.checked.base.as_str().trim_end_matches('/');
        let template = &self.checked.settings.artifact_url_template;
        let name: String = url::form_urlencoded::byte_serialize(source.as_bytes()).collect();
        Url::parse(&template.replace("{base}", base).replace("{url}", &name.replace('+', "%20"))).ok()
    }

    fn may_fetch(&self, url: &Url) -> bool {
        let host = url.host().map(|host| host.to_owned());
        let listed = self.checked.settings.artifact_hosts.iter().any(|known| url::Host::parse(known).ok() == host);
        let is_web = matches!(url.scheme(), "https" | "http");
        url.origin() == self.checked.base.origin() || (listed && is_web)
    }
}
