//! Error codes of the vendor's answers. Source: contract section 2.10; where it groups codes, which one of the group is sent is this simulator's
//! choice.

use serde::Serialize;

/// A code with its message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) message: String,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// A wrong parameter.
pub(super) const fn parameter(message: &'static str) -> Refusal {
    Refusal { code: "8", message }
}

/// A word that is not one of the vendor's.
pub(super) const fn format(message: &'static str) -> Refusal {
    Refusal { code: "9", message }
}

pub(super) const UNKNOWN_OPERATION: Refusal =
    Refusal { code: "4", message: "No se ha encontrado la operación indicada." };
pub(super) const CLOSED_OPERATION: Refusal = parameter("La operación ya está cerrada y no admite más ficheros.");
pub(super) const TOO_MANY_FILES: Refusal =
    parameter("La operación ya contiene todos los ficheros indicados en fileCount.");
pub(super) const BAD_BASE64: Refusal =
    Refusal { code: "11", message: "El contenido del fichero no está codificado en base64." };
pub(super) const EMPTY_FILE: Refusal = Refusal { code: "9002", message: "El fichero enviado está vacío." };
/// The message is the contract's example, section 2.2.
pub(super) const TOO_LARGE: Refusal =
    Refusal { code: "9001", message: "El fichero enviado tiene un tamaño demasiado grande." };
pub(super) const DAMAGED_FILE: Refusal =
    Refusal { code: "9005", message: "El fichero enviado no es un documento PDF que se pueda firmar." };

/// A signer's cancelling, as the program reports it.
pub(super) const CLIENT_CANCEL: &str = "125";
/// The other code for it.
pub(super) const NO_CERTIFICATE_SENT: &str = "50";
/// A file that could not be signed.
pub(super) const CANNOT_SIGN: &str = "5";

/// The names that the vendor's library gives to codes. Source: contract section 2.10; only codes whose names are listed one to one.
const NAMES: &[(&str, &str)] = &[
    ("1", "ERROR_INTERNO"),
    ("2", "ERROR_MANEJO_CERTIFICADO"),
    ("3", "ERROR_APLICACION_NO_ENCONTRADA"),
    ("4", "ERROR_IDENTIFICADOR_NO_ENCONTRADO"),
    (CANNOT_SIGN, "ERROR_CREATE"),
    ("6", "ERROR_XMLSIGN_SIN_CERTIFICADO"),
    ("7", "ERROR_XMLSIGN_CERTIFICADO_NO_VALIDO"),
    ("10", "ERROR_INVALID_ID"),
    ("20", "ERROR_BADCONFIGURATION"),
    (NO_CERTIFICATE_SENT, "WARNING_CERTIFICADO_NO_ENVIADO"),
    ("102", "ERROR_VALIDACION_CONFIGURACION_PARAMETRO"),
    ("106", "ERROR_CERTIFICADO_NO_FOUND"),
    (CLIENT_CANCEL, "STATUS_CLIENT_SEND_CANCEL"),
    ("1100", "ERROR_SEND_MAIL"),
    ("1200", "ERROR_KEYSTORE_UPDATE_FILE"),
    ("4009", "ERROR_APLICACION_NO_REGISTRADA"),
    ("4010", "ERROR_APLICACION_DESACTIVADA"),
    ("4011", "ERROR_RECUPERACION_DOCUMENTOS"),
    ("6000", "ERROR_TSA_NOT_CONFIGURED"),
    ("9001", "ERROR_FILE_SIZE"),
    ("9003", "ERROR_CUSTODIA_CHECK_DIGIT"),
    ("9006", "ERROR_CACHE_DOCUMENT"),
];

/// Codes that the desktop page offers, with their names.
pub(super) fn offered() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.iter().copied().filter(|(code, _)| ![CLIENT_CANCEL, NO_CERTIFICATE_SENT].contains(code))
}

/// The code with its name as the message.
pub(super) fn named(code: &str) -> Code {
    let name = NAMES.iter().find(|(known, _)| *known == code).map_or("ERROR", |(_, name)| *name);
    Code { code: code.to_owned(), message: name.to_owned() }
}
