//! Who calls, and whether they may.

mod authenticator;
mod scopes;

pub use authenticator::Authenticator;
pub use scopes::{
    AccountsRead, AccountsWrite, Admin, DocumentsRead, EnvelopesRead, EnvelopesWrite, NeedsScope, WebhooksRead,
    WebhooksWrite,
};
