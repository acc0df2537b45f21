//! The vendor's codes: one table for each endpoint, because the same number means different things in different ones.

use domain::outcome::Class;

/// An endpoint, or what stands for one in a code. Source: contract section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// 3.1
    SendDocument,
    /// 3.2
    SearchDocuments,
    /// 3.3
    MarkDownloaded,
    /// 3.4
    SearchSigned,
    /// 3.5
    QueryDocument,
    /// 3.6
    GetSigner,
    /// 3.7
    UpsertSigner,
    /// 3.8
    GetClient,
    /// 3.9
    Artifact,
}

impl Endpoint {
    /// The vendor's name; for all but [`Self::Artifact`] the first segment of the path.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SendDocument => "enviar_documento",
            Self::SearchDocuments => "descargar_documentos",
            Self::MarkDownloaded => "marcar_documento_descargado",
            Self::SearchSigned => "descargar_documentos_firmados",
            Self::QueryDocument => "consultar_documento",
            Self::GetSigner => "api_get_firmante",
            Self::UpsertSigner => "api_actualizar_firmante",
            Self::GetClient => "api_get_cliente",
            Self::Artifact => "artifact",
        }
    }

    /// Whether a lost answer may hide a change at the vendor.
    pub(super) fn changes(self) -> bool {
        match self {
            Self::SendDocument | Self::MarkDownloaded | Self::UpsertSigner => true,
            Self::SearchDocuments
            | Self::SearchSigned
            | Self::QueryDocument
            | Self::GetSigner
            | Self::GetClient
            | Self::Artifact => false,
        }
    }
}

/// What a code points at, before it is known which recipients, stages or documents there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// The credential `private_key`.
    PrivateKey,
    /// A setting of the account.
    Setting(&'static str),
    /// The name of the person in question; of every recipient, when it is a whole submission.
    Name,
    /// The e-mail address of the person in question; of every recipient, when it is a whole submission.
    Email,
    /// A member of an operation's input.
    Input(&'static str),
    /// A place in the envelope.
    Envelope(Place),
}

/// A place in the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The documents of the submission.
    Documents,
    /// The list of recipients.
    Recipients,
    /// The minimum of every stage that has one.
    StageMinimum,
    /// A member of every recipient.
    Recipient(&'static str),
    /// The phone of every recipient that has one.
    GivenPhone,
    /// The phone of every signer without one.
    MissingPhone,
    /// The fields, as a list, of every recipient that has some.
    FieldLists,
    /// Every field on the document; those with the coordinates of the message where it names some.
    Fields,
    /// The option `identificador` of every recipient that has one.
    Identifier,
    /// The option `gestor` of every recipient.
    Manager,
    /// The tariff: the envelope's option, else the account's setting.
    Tariff,
}

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The class of failure.
    pub class: Class,
    /// The places it may mean.
    pub at: &'static [At],
    /// Whether the call may have happened nevertheless.
    pub in_doubt: bool,
}

const fn no(class: Class, at: &'static [At]) -> Option<Meaning> {
    Some(Meaning { class, at, in_doubt: false })
}

const fn doubt(class: Class, at: &'static [At]) -> Option<Meaning> {
    Some(Meaning { class, at, in_doubt: true })
}

/// What `code` says at `endpoint`; `None` for a code that is not in the vendor's reference.
pub(super) fn meaning(endpoint: Endpoint, code: &str) -> Option<Meaning> {
    match endpoint {
        Endpoint::SendDocument => send_document(code),
        Endpoint::SearchDocuments | Endpoint::MarkDownloaded => search_documents(code),
        Endpoint::SearchSigned => match code {
            "0004" => no(Class::InvalidRequest, &[]),
            _ => search_documents(code),
        },
        Endpoint::QueryDocument => query_document(code),
        Endpoint::GetSigner => get_signer(code),
        Endpoint::UpsertSigner => upsert_signer(code),
        Endpoint::GetClient => get_client(code),
        Endpoint::Artifact => None,
    }
}

const CLIENT: At = At::Setting("cif_cliente");

/// Source: contract section 3.1.4.
fn send_document(code: &str) -> Option<Meaning> {
    use Class::{Authentication, Conflict, InvalidRequest, Permission, ProviderError, ProviderUnavailable};
    match code {
        "0001" | "0500" => doubt(ProviderUnavailable, &[]),
        "0002" => no(Authentication, &[At::PrivateKey]),
        "0003" => no(InvalidRequest, &[CLIENT, At::Setting("email_cliente")]),
        "0004" | "0005" => no(InvalidRequest, &[At::Envelope(Place::Documents)]),
        "0006" => doubt(ProviderError, &[At::Envelope(Place::Documents)]),
        "0007" | "0010" => no(InvalidRequest, &[At::Envelope(Place::Recipients)]),
        "0008" => no(InvalidRequest, &[At::Envelope(Place::StageMinimum)]),
        "0009" => no(InvalidRequest, &[At::Envelope(Place::Recipient("routing_order"))]),
        "0011" => no(InvalidRequest, &[At::Name]),
        "0014" => no(InvalidRequest, &[At::Email]),
        "0016" => no(InvalidRequest, &[At::Envelope(Place::GivenPhone)]),
        "0022" | "0031" => no(InvalidRequest, &[]),
        "0023" | "0033" | "0034" => no(Permission, &[CLIENT]),
        "0024" => no(InvalidRequest, &[At::Envelope(Place::Fields)]),
        "0025" => no(
            InvalidRequest,
            &[At::Envelope(Place::FieldLists), At::Setting("nombre_cliente"), CLIENT, At::Setting("email_cliente")],
        ),
        "0026" => no(Conflict, &[At::Envelope(Place::Identifier)]),
        "0027" => no(InvalidRequest, &[At::Envelope(Place::MissingPhone)]),
        "0028" => no(Conflict, &[At::Email]),
        "0029" => no(Conflict, &[At::Setting("email_cliente"), At::Email]),
        "0030" => no(InvalidRequest, &[At::Envelope(Place::Tariff)]),
        "0032" => no(InvalidRequest, &[At::Envelope(Place::Recipient("role"))]),
        "0035" => no(InvalidRequest, &[At::Envelope(Place::Manager)]),
        _ => None,
    }
}

/// Source: contract section 3.2, also for 3.3 and 3.4.
fn search_documents(code: &str) -> Option<Meaning> {
    match code {
        "0001" => no(Class::InvalidRequest, &[]),
        "0002" => no(Class::Authentication, &[At::PrivateKey]),
        "0003" => no(Class::Permission, &[CLIENT]),
        _ => None,
    }
}

/// Source: contract section 3.5; its words for states are not failures and are read elsewhere.
fn query_document(code: &str) -> Option<Meaning> {
    match code {
        "0001" => no(Class::NotFound, &[At::Input("operation_ids")]),
        "0002" => no(Class::Authentication, &[At::PrivateKey]),
        "0003" => no(Class::Permission, &[CLIENT]),
        _ => None,
    }
}

/// Source: contract section 3.6.
fn get_signer(code: &str) -> Option<Meaning> {
    const EITHER: &[At] = &[At::Input("email"), At::Input("identifier")];
    match code {
        "0006" => no(Class::InvalidRequest, EITHER),
        "0007" => no(Class::InvalidRequest, &[At::Input("email")]),
        "0008" => no(Class::NotFound, EITHER),
        _ => directory(code),
    }
}

/// Source: contract section 3.7.
fn upsert_signer(code: &str) -> Option<Meaning> {
    match code {
        "0006" | "0007" | "0012" => no(Class::InvalidRequest, &[At::Email]),
        "0008" => no(Class::InvalidRequest, &[At::Name]),
        "0009" => no(Class::Conflict, &[At::Email]),
        "0013" => no(Class::Permission, &[CLIENT]),
        _ => directory(code),
    }
}

/// Source: contract section 3.8.
fn get_client(code: &str) -> Option<Meaning> {
    match code {
        "0005" => no(Class::NotFound, &[CLIENT]),
        _ => directory(code),
    }
}

/// What 3.6, 3.7 and 3.8 have in common.
fn directory(code: &str) -> Option<Meaning> {
    match code {
        "0001" => no(Class::InvalidRequest, &[]),
        "0002" => no(Class::Authentication, &[At::PrivateKey]),
        "0003" => no(Class::InvalidRequest, &[CLIENT]),
        "0004" => no(Class::Permission, &[CLIENT]),
        _ => None,
    }
}
