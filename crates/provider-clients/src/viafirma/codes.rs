//! The vendor's error codes and what each means. Source: contract section 2.10.

use domain::outcome::Class;

use super::settings::{CodeClass, Settings};
use crate::shared::answers::class_of_status;

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The vendor said no, and it stays so.
    Refused(Class),
    /// The document is larger than the server takes.
    FileTooLarge,
    /// It did not work this time: a new operation may.
    Again(Class),
    /// The signer's certificate did not work; they can try with another operation.
    SignerCertificate,
    /// The signer cancelled.
    SignerCancelled,
    /// A state on the way, not a failure.
    Progress,
}

impl Meaning {
    /// The class of a refusal with this meaning.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Refused(class) | Self::Again(class) => class,
            Self::FileTooLarge => Class::InvalidRequest,
            Self::SignerCertificate => Class::Permission,
            Self::SignerCancelled | Self::Progress => Class::ProviderError,
        }
    }
}

/// What `code` means at an account with these settings.
pub(super) fn meaning(settings: &Settings, code: &str) -> Meaning {
    match settings.error_code_overrides.get(code) {
        Some(told) => overridden(*told),
        None => listed(code).unwrap_or(Meaning::Refused(Class::ProviderError)),
    }
}

/// Whether the code stands in the vendor's list or in the account's overrides.
pub(super) fn is_known(settings: &Settings, code: &str) -> bool {
    settings.error_code_overrides.contains_key(code) || listed(code).is_some()
}

/// Whether the code is a state on the way and no failure.
pub(super) fn is_progress(settings: &Settings, code: &str) -> bool {
    meaning(settings, code) == Meaning::Progress
}

fn overridden(told: CodeClass) -> Meaning {
    match (told, told.class()) {
        (_, Some(Class::ProviderUnavailable)) => Meaning::Again(Class::ProviderUnavailable),
        (_, Some(class)) => Meaning::Refused(class),
        (CodeClass::SignerCancelled, None) => Meaning::SignerCancelled,
        (_, None) => Meaning::SignerCertificate,
    }
}

fn listed(code: &str) -> Option<Meaning> {
    let number: u16 = code.parse().ok()?;
    Some(match number {
        1 => Meaning::Again(Class::ProviderError),
        2 | 6 | 7 | 106 | 101 | 104 | 105 | 107 | 108 | 111 | 112 | 135 | 136 => Meaning::SignerCertificate,
        3 | 4009 => Meaning::Refused(Class::Authentication),
        4010 => Meaning::Refused(Class::Permission),
        4 | 10 | 9003 | 9006 | 4011 => Meaning::Refused(Class::NotFound),
        8 | 9 | 11 | 1001 | 3001 | 4007 | 4008 | 8001 | 8002 | 8003 | 8005 | 9002 | 9005 => {
            Meaning::Refused(Class::InvalidRequest)
        }
        9001 | 4006 => Meaning::FileTooLarge,
        50 | 125 => Meaning::SignerCancelled,
        100 | 121..=124 => Meaning::Progress,
        103 | 109 | 130..=134 | 4000 | 6001 | 9000 => Meaning::Again(Class::ProviderUnavailable),
        5 | 20 | 102 | 1100 | 1200 | 6000 | 4001..=4005 | 8000 | 8004 | 9004 => Meaning::Refused(Class::ProviderError),
        // Values of HTTP occur as codes too.
        400..=499 => Meaning::Refused(class_of_status(number)),
        500..=599 => Meaning::Again(class_of_status(number)),
        _ => return None,
    })
}
