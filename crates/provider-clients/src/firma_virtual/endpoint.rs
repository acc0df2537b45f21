//! The vendor's endpoints by short names: the paths alone do not tell them apart. Source: contract section 3.

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// 3.1
    Login,
    /// 3.2
    GetUser,
    /// 3.3
    CreateUser,
    /// 3.4
    UpdateUser,
    /// 3.5
    ResetPassword,
    /// 3.6
    NewPassword,
    /// 3.7
    ContractTypes,
    /// 3.8
    CreateContract,
    /// 3.9
    GetContract,
    /// 3.10
    OwnerContracts,
    /// 3.11
    Detail,
    /// 3.12
    DeleteContract,
    /// 3.13
    Upload,
    /// 3.14
    FileList,
    /// 3.15
    SortFiles,
    /// 3.16
    Merge,
    /// 3.17
    SendDraft,
    /// 3.18
    NewSigner,
    /// 3.19
    UpdateSigner,
    /// 3.20
    DeleteSigner,
    /// 3.22
    Download,
}

/// What `message` must be for an answer to be a success. Source: contract section 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// An object.
    Object,
    /// An array.
    Array,
    /// The contract with its id, alone or before the array of signers.
    Contract,
    /// Nothing in particular.
    Anything,
}

impl Endpoint {
    /// Every endpoint.
    pub(super) const ALL: [Self; 21] = [
        Self::Login,
        Self::GetUser,
        Self::CreateUser,
        Self::UpdateUser,
        Self::ResetPassword,
        Self::NewPassword,
        Self::ContractTypes,
        Self::CreateContract,
        Self::GetContract,
        Self::OwnerContracts,
        Self::Detail,
        Self::DeleteContract,
        Self::Upload,
        Self::FileList,
        Self::SortFiles,
        Self::Merge,
        Self::SendDraft,
        Self::NewSigner,
        Self::UpdateSigner,
        Self::DeleteSigner,
        Self::Download,
    ];

    /// Its name in codes, logs and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Login => "logindata",
            Self::GetUser => "get_userapp",
            Self::CreateUser => "create_userapp",
            Self::UpdateUser => "update_userapp",
            Self::ResetPassword => "pwd_reset",
            Self::NewPassword => "pwd_new",
            Self::ContractTypes => "contract_type",
            Self::CreateContract => "create_contract",
            Self::GetContract => "get_contract",
            Self::OwnerContracts => "contract_owner",
            Self::Detail => "contract_detail",
            Self::DeleteContract => "delete_contract",
            Self::Upload => "upfile",
            Self::FileList => "filelist",
            Self::SortFiles => "sortfiles",
            Self::Merge => "merge",
            Self::SendDraft => "send_draft",
            Self::NewSigner => "signer_new",
            Self::UpdateSigner => "signer_upd",
            Self::DeleteSigner => "signer_del",
            Self::Download => "download",
        }
    }

    /// The endpoint of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }

    /// Whether a lost answer may hide a change at the vendor.
    pub(super) fn changes(self) -> bool {
        match self {
            Self::CreateUser
            | Self::UpdateUser
            | Self::ResetPassword
            | Self::NewPassword
            | Self::CreateContract
            | Self::DeleteContract
            | Self::Upload
            | Self::SortFiles
            | Self::Merge
            | Self::SendDraft
            | Self::NewSigner
            | Self::UpdateSigner
            | Self::DeleteSigner => true,
            Self::Login
            | Self::GetUser
            | Self::ContractTypes
            | Self::GetContract
            | Self::OwnerContracts
            | Self::Detail
            | Self::FileList
            | Self::Download => false,
        }
    }

    /// Whether the call carries a token. No header is listed for creating a user. Source: contract section 3.3.
    pub(super) fn takes_token(self) -> bool {
        !matches!(self, Self::Login | Self::CreateUser | Self::ResetPassword | Self::NewPassword)
    }

    /// What its successes hold.
    pub(super) fn promise(self) -> Promise {
        match self {
            Self::GetUser
            | Self::CreateUser
            | Self::UpdateUser
            | Self::GetContract
            | Self::Detail
            | Self::SendDraft => Promise::Object,
            Self::ContractTypes | Self::OwnerContracts | Self::FileList => Promise::Array,
            Self::CreateContract => Promise::Contract,
            Self::Login
            | Self::ResetPassword
            | Self::NewPassword
            | Self::DeleteContract
            | Self::Upload
            | Self::SortFiles
            | Self::Merge
            | Self::NewSigner
            | Self::UpdateSigner
            | Self::DeleteSigner
            | Self::Download => Promise::Anything,
        }
    }
}
