//! The vendor's calls by name. Source: contract section 3.

/// A call, or what stands for one in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// 3.1
    CreatePortfolio,
    /// 3.2
    AddDocument,
    /// 3.3
    AddIdentityDocument,
    /// 3.4
    Start,
    /// 3.5
    GetPortfolio,
    /// 3.6
    FindPortfolio,
    /// 3.7
    CancelPortfolio,
    /// 3.8
    Resend,
    /// 3.9
    Download,
}

impl Endpoint {
    /// Its name in the profile's `calls`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::CreatePortfolio => "create_portfolio",
            Self::AddDocument => "add_document",
            Self::AddIdentityDocument => "add_identity_document",
            Self::Start => "start",
            Self::GetPortfolio => "get_portfolio",
            Self::FindPortfolio => "find_portfolio",
            Self::CancelPortfolio => "cancel_portfolio",
            Self::Resend => "resend",
            Self::Download => "download",
        }
    }

    /// Whether a lost answer may hide a change at the vendor.
    pub(super) const fn changes(self) -> bool {
        match self {
            Self::CreatePortfolio
            | Self::AddDocument
            | Self::AddIdentityDocument
            | Self::Start
            | Self::CancelPortfolio
            | Self::Resend => true,
            Self::GetPortfolio | Self::FindPortfolio | Self::Download => false,
        }
    }
}
