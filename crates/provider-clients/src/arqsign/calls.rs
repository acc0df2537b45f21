//! The frame of every call: address, keys, time-outs. Source: contract sections 1, 2 and 5.

use std::time::Duration;

use secrecy::ExposeSecret;
use url::Url;

use super::ArqAccount;
use super::endpoints::Endpoint;
use crate::call::Call;
use crate::provider::Unbuildable;

/// Members of requests and answers that are never shown.
pub(super) const SECRET_MEMBERS: &[&str] = &["codigoSeguranca", "chaveHMAC", "hmac", "linkProcesso"];

impl ArqAccount {
    /// A call of `endpoint` without a body; `id` stands in the path where there is room for one.
    pub(super) fn call(&self, endpoint: Endpoint, id: Option<&str>) -> Result<Call, Unbuildable> {
        let timeouts = &self.checked.settings.timeouts;
        let seconds = match endpoint {
            Endpoint::Send => timeouts.send_s,
            Endpoint::Process | Endpoint::Record | Endpoint::Attachments | Endpoint::Link => timeouts.download_s,
            Endpoint::Status
            | Endpoint::Signers
            | Endpoint::Cancel
            | Endpoint::Resend
            | Endpoint::Folders
            | Endpoint::Users
            | Endpoint::Roles
            | Endpoint::Consumption
            | Endpoint::Subscription
            | Endpoint::RegisterWebhook
            | Endpoint::ListWebhooks
            | Endpoint::SwitchWebhook => timeouts.call_s,
        };
        let call = Call::new(endpoint.name(), endpoint.method(), self.url(endpoint, id)?)
            .header("accept", "application/json")
            .hiding(SECRET_MEMBERS)
            .within(Duration::from_secs(seconds));
        Ok(self.with_keys(call))
    }

    /// `call` with the account's two keys.
    pub(super) fn with_keys(&self, call: Call) -> Call {
        call.secret_header("appkey", self.keys.app.expose_secret())
            .secret_header(self.checked.settings.subscription_header.name(), self.keys.subscription.expose_secret())
    }

    fn url(&self, endpoint: Endpoint, id: Option<&str>) -> Result<Url, Unbuildable> {
        let defect = |what: &str| Unbuildable::Defect(what.to_owned());
        let mut url = self.checked.base.clone();
        let mut segments = url.path_segments_mut().map_err(|()| defect("The base URL cannot have a path."))?;
        segments.pop_if_empty();
        for segment in endpoint.path(self.checked.settings.send_api_version) {
            match (*segment, id) {
                ("{}", Some(id)) => segments.push(id),
                ("{}", None) => return Err(defect("The call needs an id.")),
                (segment, _) => segments.push(segment),
            };
        }
        drop(segments);
        Ok(url)
    }
}
