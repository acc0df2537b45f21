//! Who calls a use case, and with what request.

use domain::events::Actor;
use domain::ids::TenantId;
use persistence::{RequestMark, Ticket};
use uuid::Uuid;

/// The caller of a use case.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// Who did it, for the trail.
    pub actor: Actor,
    /// The idempotent request that this is.
    pub request: Option<RequestTicket>,
    /// The caller's trace, kept on jobs.
    pub traceparent: Option<String>,
}

/// An idempotent request: its trace is written in the same transaction as the change, so that a crash before the answer
/// was stored can be settled.
#[derive(Debug, Clone)]
pub struct RequestTicket {
    /// The right to carry it out and to answer it.
    pub ticket: Ticket,
    /// The HTTP status that it will be answered with.
    pub status: u16,
}

impl Caller {
    /// The trace that the request leaves with `resource`.
    pub(crate) fn mark(&self, resource: Uuid) -> Option<RequestMark> {
        let RequestTicket { ticket, status } = self.request.clone()?;
        Some(RequestMark { ticket, resource, status })
    }
}
