//! Scopes as types, so that a handler's signature says what it needs.

use broker::Scope;

/// The scope that a handler needs.
pub trait NeedsScope: 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $name:ident => $variant:ident,)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl NeedsScope for $name {
                const SCOPE: Scope = Scope::$variant;
            }
        )+
    };
}

scopes! {
    /// Envelopes, their recipients, documents (not the bytes), events and jobs may be read.
    EnvelopesRead => EnvelopesRead,
    /// Envelopes may be created, changed and sent; signing links are shown.
    EnvelopesWrite => EnvelopesWrite,
    /// The bytes of documents and artifacts may be read.
    DocumentsRead => DocumentsRead,
    /// Provider accounts and routing may be read.
    AccountsRead => AccountsRead,
    /// Provider accounts and routing may be changed, and provider operations run.
    AccountsWrite => AccountsWrite,
    /// Webhook endpoints may be read.
    WebhooksRead => WebhooksRead,
    /// Webhook endpoints may be changed.
    WebhooksWrite => WebhooksWrite,
    /// Tenants, keys and the audit trail.
    Admin => Admin,
}
