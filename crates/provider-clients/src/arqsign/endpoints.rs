//! The vendor's endpoints: names, methods and paths. Source: contract section 2.

use super::settings::SendApiVersion;
use crate::call::Method;

/// An endpoint, or what stands for one in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// 2.1 and 2.2
    Send,
    /// 2.3
    Process,
    /// 2.4
    Status,
    /// 2.5
    Signers,
    /// 2.6
    Cancel,
    /// 2.7
    Resend,
    /// 2.8
    Attachments,
    /// 2.9
    Record,
    /// 2.10
    Folders,
    /// 2.11
    Users,
    /// 2.12
    Roles,
    /// 2.13
    Consumption,
    /// 2.14
    Subscription,
    /// 2.15
    RegisterWebhook,
    /// 2.16
    ListWebhooks,
    /// 2.17
    SwitchWebhook,
    /// A link that 2.3 gives.
    Link,
}

impl Endpoint {
    /// Its name in codes, logs and metrics: the vendor's last word of the path.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Send => "enviar-documento-para-assinar",
            Self::Process => "processo",
            Self::Status => "status-do-processo",
            Self::Signers => "dados-signatarios",
            Self::Cancel => "cancelar-processo",
            Self::Resend => "reenviar-processo",
            Self::Attachments => "buscar-anexos-signatarios",
            Self::Record => "registro-assinaturas",
            Self::Folders => "buscar-pastas",
            Self::Users => "buscar-usuarios",
            Self::Roles => "papeis-signatarios",
            Self::Consumption => "buscar-consumo-itens-assinatura",
            Self::Subscription => "dados-assinatura",
            Self::RegisterWebhook => "confwebhook",
            Self::ListWebhooks => "confwebhook/list",
            Self::SwitchWebhook => "alterar-status",
            Self::Link => "link",
        }
    }

    /// Its method.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Send
            | Self::Attachments
            | Self::Folders
            | Self::Users
            | Self::Consumption
            | Self::RegisterWebhook => Method::Post,
            Self::Cancel | Self::Resend | Self::SwitchWebhook => Method::Patch,
            Self::Process
            | Self::Status
            | Self::Signers
            | Self::Record
            | Self::Roles
            | Self::Subscription
            | Self::ListWebhooks
            | Self::Link => Method::Get,
        }
    }

    /// The segments of its path; `{}` stands for the id.
    pub(super) fn path(self, version: SendApiVersion) -> &'static [&'static str] {
        match (self, version) {
            (Self::Send, SendApiVersion::V2) => &["api", "v2", "processo", "enviar-documento-para-assinar"],
            (Self::Send, SendApiVersion::V3) => &["api", "v3", "processo", "enviar-documento-para-assinar"],
            (Self::Process, _) => &["api", "v2", "processo", "{}"],
            (Self::Status, _) => &["api", "v1", "processo", "{}", "status-do-processo"],
            (Self::Signers, _) => &["api", "v1", "processo", "{}", "dados-signatarios"],
            (Self::Cancel, _) => &["api", "v1", "processo", "{}", "cancelar-processo"],
            (Self::Resend, _) => &["api", "v2", "processo", "{}", "reenviar-processo"],
            (Self::Attachments, _) => &["api", "v1", "processo", "{}", "buscar-anexos-signatarios"],
            (Self::Record, _) => &["api", "v1", "processo", "{}", "registro-assinaturas"],
            (Self::Folders, _) => &["api", "v1", "diretorio", "buscar-pastas"],
            (Self::Users, _) => &["api", "v1", "usuarios", "buscar-usuarios"],
            (Self::Roles, _) => &["api", "v1", "conta", "papeis-signatarios"],
            (Self::Consumption, _) => &["api", "v1", "conta", "buscar-consumo-itens-assinatura"],
            (Self::Subscription, _) => &["api", "v1", "conta", "dados-assinatura"],
            (Self::RegisterWebhook | Self::ListWebhooks, _) => &["api", "v1", "confwebhook"],
            (Self::SwitchWebhook, _) => &["api", "v1", "confwebhook", "{}", "alterar-status"],
            (Self::Link, _) => &[],
        }
    }

    /// Whether a lost answer may hide a change at the vendor.
    pub(super) fn changes(self) -> bool {
        match self {
            Self::Send | Self::Cancel | Self::Resend | Self::RegisterWebhook | Self::SwitchWebhook => true,
            Self::Process
            | Self::Status
            | Self::Signers
            | Self::Attachments
            | Self::Record
            | Self::Folders
            | Self::Users
            | Self::Roles
            | Self::Consumption
            | Self::Subscription
            | Self::ListWebhooks
            | Self::Link => false,
        }
    }
}
