//! Where the calls of the service are, by a profile. Source: contract sections 3 and 11.1.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};

/// A call of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    CreatePortfolio,
    AddDocument,
    AddIdentityDocument,
    Start,
    GetPortfolio,
    FindPortfolio,
    CancelPortfolio,
    Resend,
}

impl Call {
    pub(super) const ALL: [Self; 8] = [
        Self::CreatePortfolio,
        Self::AddDocument,
        Self::AddIdentityDocument,
        Self::Start,
        Self::GetPortfolio,
        Self::FindPortfolio,
        Self::CancelPortfolio,
        Self::Resend,
    ];

    /// The endpoint's name for faults and the ledger.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CreatePortfolio => "create_portfolio",
            Self::AddDocument => "add_document",
            Self::AddIdentityDocument => "add_identity_document",
            Self::Start => "start",
            Self::GetPortfolio => "get_portfolio",
            Self::FindPortfolio => "find_portfolio",
            Self::CancelPortfolio => "cancel_portfolio",
            Self::Resend => "resend",
        }
    }
}

/// Where the calls are; one without a place does not exist at this service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calls {
    create_portfolio: Endpoint,
    add_document: Endpoint,
    add_identity_document: Endpoint,
    start: Endpoint,
    #[serde(default)]
    pub(super) get_portfolio: Option<Endpoint>,
    #[serde(default)]
    pub(super) find_portfolio: Option<Endpoint>,
    #[serde(default)]
    pub(super) cancel_portfolio: Option<Endpoint>,
    #[serde(default)]
    pub(super) resend: Option<Endpoint>,
}

impl Calls {
    fn endpoint(&self, call: Call) -> Option<&Endpoint> {
        match call {
            Call::CreatePortfolio => Some(&self.create_portfolio),
            Call::AddDocument => Some(&self.add_document),
            Call::AddIdentityDocument => Some(&self.add_identity_document),
            Call::Start => Some(&self.start),
            Call::GetPortfolio => self.get_portfolio.as_ref(),
            Call::FindPortfolio => self.find_portfolio.as_ref(),
            Call::CancelPortfolio => self.cancel_portfolio.as_ref(),
            Call::Resend => self.resend.as_ref(),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (Call, &Endpoint)> {
        Call::ALL.into_iter().filter_map(|call| Some((call, self.endpoint(call)?)))
    }

    /// The call at that place, and what stands in its path where the profile has a placeholder. A path that is spelled out goes before one
    /// with a placeholder.
    pub(super) fn at(&self, method: &Method, path: &str) -> Option<(Call, Option<String>)> {
        let mut found = None;
        for (call, endpoint) in self.all() {
            match endpoint.matched(method, path) {
                Some(None) => return Some((call, None)),
                Some(placed) if found.is_none() => found = Some((call, placed)),
                Some(_) | None => {}
            }
        }
        found
    }
}

/// Method and path of a call. A query in the path only tells clients what to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Endpoint {
    pub(super) method: String,
    pub(super) path: String,
}

impl Endpoint {
    pub(super) fn is_servable(&self) -> bool {
        self.path.starts_with('/') && matches!(self.method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE")
    }

    /// Whether a request is this call: `Some(None)` for a path without a placeholder, else what the first placeholder stands for.
    fn matched(&self, method: &Method, path: &str) -> Option<Option<String>> {
        if method.as_str() != self.method {
            return None;
        }
        let own = self.path.split('?').next().unwrap_or_default();
        let mut placed = None;
        let (mut wanted, mut given) = (own.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(placed),
                (Some(wanted), Some(given))
                    if wanted.starts_with('{') && wanted.ends_with('}') && !given.is_empty() =>
                {
                    placed.get_or_insert_with(|| given.to_owned());
                }
                (Some(wanted), Some(given)) if wanted == given => {}
                (Some(_) | None, Some(_) | None) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gofirmex::Profile;

    #[test]
    fn a_spelled_out_path_goes_before_a_placeholder() {
        let profile = Profile::merged(&json!({ "calls": {
            "get_portfolio": { "method": "GET", "path": "/portfolio/{portfolio_id}" },
            "find_portfolio": { "method": "GET", "path": "/portfolio/search?client_portfolio_id={client_portfolio_id}" },
        } }))
        .unwrap();
        let at = |path| profile.calls.at(&Method::GET, path);
        assert_eq!(at("/portfolio/search"), Some((Call::FindPortfolio, None)));
        assert_eq!(at("/portfolio/7"), Some((Call::GetPortfolio, Some("7".to_owned()))));
        assert_eq!((at("/portfolio/"), at("//portfolio/7"), at("/portfolio")), (None, None, None));
    }
}
