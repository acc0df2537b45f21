//! How a call is put together: JSON, the token in one header, ids as path segments. Source: contract sections 2 and 3.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;
use url::Url;

use super::FirmaAccount;
use super::endpoint::Endpoint;
use super::wire::SECRET_MEMBERS;
use crate::call::{Body, Call, Method};
use crate::provider::{Moment, Unbuildable};

/// The list of an owner's contracts has no pages.
const LIST_LIMIT: usize = 64 * 1024 * 1024;

impl FirmaAccount {
    /// A call without a body, with the token.
    pub(super) fn bare(
        &self,
        endpoint: Endpoint,
        method: Method,
        path: &[&str],
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.authorized(self.open(endpoint, method, path)?, moment)
    }

    /// A call with a JSON body, with the token.
    pub(super) fn with_json(
        &self,
        endpoint: Endpoint,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.authorized(self.open_json(endpoint, method, path, body)?, moment)
    }

    /// A call with a JSON body, without a token.
    pub(super) fn open_json(
        &self,
        endpoint: Endpoint,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Call, Unbuildable> {
        let body =
            serde_json::to_value(body).map_err(|_| Unbuildable::Defect("The body of a call is no JSON.".to_owned()))?;
        Ok(self.open(endpoint, method, path)?.body(Body::Json(body)).hiding(SECRET_MEMBERS))
    }

    /// A call without a body and without a token.
    fn open(&self, endpoint: Endpoint, method: Method, path: &[&str]) -> Result<Call, Unbuildable> {
        let call = Call::new(endpoint.name(), method, self.url(path)?)
            .header("accept", "application/json")
            .within(Duration::from_secs(self.checked.settings.timeouts.call_s));
        Ok(match endpoint {
            Endpoint::OwnerContracts | Endpoint::ContractTypes => {
                Call { reply_to: crate::call::ReplyTo::Memory { limit: LIST_LIMIT }, ..call }
            }
            Endpoint::Login
            | Endpoint::GetUser
            | Endpoint::CreateUser
            | Endpoint::UpdateUser
            | Endpoint::ResetPassword
            | Endpoint::NewPassword
            | Endpoint::CreateContract
            | Endpoint::GetContract
            | Endpoint::Detail
            | Endpoint::DeleteContract
            | Endpoint::Upload
            | Endpoint::FileList
            | Endpoint::SortFiles
            | Endpoint::Merge
            | Endpoint::SendDraft
            | Endpoint::NewSigner
            | Endpoint::UpdateSigner
            | Endpoint::DeleteSigner
            | Endpoint::Download => call,
        })
    }

    /// The same call with the token: `Bearer ` exactly once, because the login's value has it too. Source: section 2.2.
    pub(super) fn authorized(&self, call: Call, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let session = moment.session.ok_or(Unbuildable::SessionNeeded)?;
        Ok(call.secret_header("authorization", format!("Bearer {}", session.token.expose_secret())))
    }

    /// An address below the base URL; every item is one segment.
    pub(super) fn url(&self, path: &[&str]) -> Result<Url, Unbuildable> {
        let mut url = self.checked.base.clone();
        url.path_segments_mut()
            .map_err(|()| Unbuildable::Defect("The base URL cannot have a path.".to_owned()))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }

    /// The segments of a path that a setting holds.
    pub(super) fn segments(path: &str) -> Vec<&str> {
        path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}
