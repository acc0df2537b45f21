//! The vendor's own operations: each is one call and the reading of its answer. Source: contract sections 3.5 to 3.8.

use domain::finding::Finding;
use domain::outcome::{Doubt, Outcome};
use serde_json::{Map, Value, json};

use super::GofirmexAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::wire::told;
use crate::call::Call;
use crate::provider::{Moment, Unbuildable};
use crate::reply::Reply;

impl GofirmexAccount {
    /// The call of the operation `name`.
    pub(super) fn operation_call(&self, name: &str, input: &Value, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let endpoint = endpoint_of(name)?;
        if !self.checked.profile.calls.has(endpoint) {
            let detail = "The account's profile does not have this call; only the provider's reference tells it.";
            let pointer = format!("/settings/profile/calls/{}", endpoint.name());
            let finding = Finding::error("call_unsupported", pointer, detail).in_account();
            return Err(Unbuildable::Refused(vec![finding]));
        }
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let portfolio = ("portfolio_id", text("portfolio_id"));
        match endpoint {
            Endpoint::FindPortfolio => {
                self.naming(endpoint, &[("client_portfolio_id", text("client_portfolio_id"))], &[], moment)
            }
            Endpoint::Resend => self.naming(endpoint, &[portfolio, ("signer_nin", text("signer_nin"))], &[], moment),
            Endpoint::CancelPortfolio => {
                let reason = input.get("reason").and_then(Value::as_str).map(|reason| ("reason", reason));
                self.naming(endpoint, &[portfolio], reason.as_slice(), moment)
            }
            Endpoint::GetPortfolio
            | Endpoint::CreatePortfolio
            | Endpoint::AddDocument
            | Endpoint::AddIdentityDocument
            | Endpoint::Start
            | Endpoint::Download => self.naming(endpoint, &[portfolio], &[], moment),
        }
    }

    /// The result of the operation `name`.
    pub(super) fn operation_result(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        let Ok(endpoint) = endpoint_of(name) else {
            return Outcome::Unknown(Doubt::new("GoFirmex has no such operation."));
        };
        let result = match endpoint {
            Endpoint::GetPortfolio => {
                self.portfolio(reply, Scope::Operation).map(|told| json!({ "portfolio": self.shown(&told) }))
            }
            Endpoint::FindPortfolio => self.portfolios(reply, Scope::Operation).map(|all| {
                let shown: Vec<Value> = all.iter().map(|told| self.shown(told)).collect();
                json!({ "portfolios": shown })
            }),
            Endpoint::CancelPortfolio
            | Endpoint::Resend
            | Endpoint::CreatePortfolio
            | Endpoint::AddDocument
            | Endpoint::AddIdentityDocument
            | Endpoint::Start
            | Endpoint::Download => self.accepted(endpoint, reply, Scope::Operation).map(|_| json!({})),
        };
        result.map_or_else(Failure::outcome, Outcome::Done)
    }

    /// A portfolio without its links, which are secrets.
    fn shown(&self, told: &told::Portfolio) -> Value {
        let signers: Vec<Value> = told
            .signers
            .iter()
            .map(|s| json!({ "nin": s.nin, "status": s.status, "can_sign": s.sign_url.is_some() }))
            .collect();
        let documents: Vec<Value> =
            told.documents.iter().map(|d| json!({ "document_id": d.id, "client_document_id": d.client_id })).collect();
        let state = told.status.as_deref().and_then(|word| self.state_of(word, false));
        let mut shown = Map::from_iter([
            ("portfolio_id".to_owned(), json!(told.id)),
            ("client_portfolio_id".to_owned(), json!(told.client_id)),
            ("status".to_owned(), json!(told.status)),
            ("state".to_owned(), json!(state)),
            ("finished".to_owned(), json!(told.has_link())),
            ("signers".to_owned(), json!(signers)),
            ("documents".to_owned(), json!(documents)),
        ]);
        for (name, text) in [("message", &told.message), ("detail", &told.detail)] {
            if let Some(text) = text {
                shown.insert(name.to_owned(), json!(text));
            }
        }
        Value::Object(shown)
    }
}

fn endpoint_of(name: &str) -> Result<Endpoint, Unbuildable> {
    match name {
        "get_portfolio" => Ok(Endpoint::GetPortfolio),
        "find_portfolios" => Ok(Endpoint::FindPortfolio),
        "cancel_portfolio" => Ok(Endpoint::CancelPortfolio),
        "resend_notification" => Ok(Endpoint::Resend),
        _ => Err(Unbuildable::Defect("GoFirmex has no such operation.".to_owned())),
    }
}
