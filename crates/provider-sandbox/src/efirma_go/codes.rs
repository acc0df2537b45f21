//! The vendor's codes and messages, byte for byte. Numbers mean other things at other endpoints, so each has its own table.

use std::borrow::Cow;

/// A code with its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
}

const fn code(code: &'static str, message: &'static str) -> Code {
    Code { code, message: Cow::Borrowed(message) }
}

/// `enviar_documento`. Source: contract section 3.1.4.
pub(super) mod send {
    use super::{Code, code};

    pub(crate) const CREATED: Code = code("0000", "El proceso de creación del documento se ha realizado con éxito.");
    pub(crate) const PRIVATE_KEY: Code = code("0002", "La private key no es válida.");
    pub(crate) const CLIENT_IDENTITY: Code =
        code("0003", "Debe de indicar un CIF y email correcto para identificar al cliente.");
    pub(crate) const PDF_STANDARD: Code = code("0004", "El formato pdf que está subiendo no cumple con el estándar.");
    pub(crate) const PDF_READABLE: Code = code(
        "0005",
        "El formato del archivo no es válido o no es legible. Compruebe que no está protegido por contraseña y que sea un archivo PDF.",
    );
    pub(crate) const NO_FILE: Code = code("0006", "No se ha podido descargar el documento.");
    pub(crate) const NO_BLOCKS: Code = code("0007", "No se ha aportado información de bloques de destinatarios.");
    pub(crate) const MINIMUM: Code = code("0008", "El valor “mínimo” de un bloque no es válido.");
    pub(crate) const ORDER: Code = code("0009", "El valor “orden” de un bloque no es válido.");
    pub(crate) const NO_RECIPIENTS: Code = code("0010", "No se ha aportado información de destinatarios.");
    pub(crate) const RECIPIENT_NAME: Code = code("0011", "El valor “nombre_destinatario” no es válido.");
    pub(crate) const RECIPIENT_EMAIL: Code = code("0014", "El valor “email_destinatario” no es válido.");
    pub(crate) const RECIPIENT_PHONE: Code = code("0016", "El valor “telefono_destinatario” no es válido.");
    pub(crate) const NO_JSON: Code = code("0022", "No se ha podido descargar el JSON enviado.");
    pub(crate) const FOREIGN_CLIENT: Code =
        code("0023", "El cliente indicado no corresponde con la private key insertada.");
    pub(crate) const POSITIONS: Code = code("0025", "La información del cliente o la firma múltiple no es correcta.");
    pub(crate) const IDENTIFIER_TAKEN: Code =
        code("0026", "El valor identificador que ha introducido pertenece a otro usuario y podría dar conflictos.");
    pub(crate) const PHONE_REQUIRED: Code =
        code("0027", "El valor telefono_destinatario es obligatorio para firmas avanzadas.");
    pub(crate) const EMAIL_TAKEN: Code =
        code("0028", "El valor email introducido pertenece a otro usuario y podría causar conflictos.");
    pub(crate) const CLIENT_EMAIL_TAKEN: Code =
        code("0029", "El valor email que ha introducido ya está registrado en la plataforma.");
    pub(crate) const TARIFF: Code = code("0030", "La tarifa introducida no existe.");
    pub(crate) const FIELD: Code =
        code("0031", "Uno de los campos introducido no es correcto. Revise la documentación.");
    pub(crate) const BLOCK_TYPE: Code =
        code("0032", "El valor tipo_bloque que ha introducido no es válido. Revise la documentación.");
    pub(crate) const CLIENT_CLOSED: Code = code("0033", "El cliente se encuentra dado de baja.");
    // The doubled words are the vendor's.
    pub(crate) const CLIENT_INACTIVE: Code = code("0034", "El cliente se encuentra no se encuentra activo.");
    pub(crate) const MANAGER: Code = code("0035", "Debe de indicar los campos email_gestor y nombre_gestor.");
    pub(crate) const INACTIVE: Code = code("0500", "El servicio de efirma GO se encuentra temporalmente inactivo.");

    /// Code 0024 with the coordinates that are out of bounds, in pixels.
    pub(crate) fn coordinates(x: i64, y: i64) -> Code {
        Code {
            code: "0024",
            message: format!(
                "Las coordenadas indicadas superan los límites del documento. (Coordenada X: {x}, Coordenada Y: {y})"
            )
            .into(),
        }
    }
}

/// The two searches and the fetched mark. Source: contract sections 3.2 to 3.4.
pub(super) mod search {
    use super::{Code, code};

    // The example leaves out the final stop which the code table has.
    pub(crate) const DONE: Code = code("0000", "El proceso se ha realizado con éxito");
    pub(crate) const NO_JSON: Code = code("0001", "No se ha podido descargar el JSON enviado.");
    pub(crate) const PRIVATE_KEY: Code = code("0002", "La private key no es válida.");
    pub(crate) const CLIENT: Code = code("0003", "El cliente no es válido.");
    pub(crate) const NO_FILTER: Code = code("0004", "Debes de especificar al menos un campo para la búsqueda.");
}

/// `consultar_documento`. Source: contract section 3.5.
pub(super) mod query {
    use super::{Code, code};

    /// Stands in an element of the array, which has no member for the message.
    pub(crate) const UNKNOWN_ID: &str = "0001";
    pub(crate) const PRIVATE_KEY: Code = code("0002", "El private_key no es correcto.");
    pub(crate) const CLIENT: Code = code("0003", "El cif_cliente no es correcto.");
}

/// The signer directory and the client company. Source: contract sections 3.6 to 3.8.
pub(super) mod directory {
    use super::{Code, code};

    pub(crate) const DONE: Code = code("0000", "El proceso se ha realizado con éxito.");
    pub(crate) const NO_JSON: Code = code("0001", "No se ha podido descargar el JSON enviado.");
    // Without a final stop here.
    pub(crate) const PRIVATE_KEY: Code = code("0002", "La private key no es válida");
    pub(crate) const CLIENT_ID: Code = code("0003", "Debe de indicar un CIF correcto para identificar al cliente");
    // The missing word is the vendor's.
    pub(crate) const CLIENT_ID_IN_GET_CLIENT: Code = code("0003", "Debe de indicar un CIF identificar al cliente");
    pub(crate) const CLIENT: Code = code("0004", "El cliente no es válido.");
    pub(crate) const NO_CLIENT: Code = code("0005", "El cliente no existe.");
    pub(crate) const NO_KEY: Code = code("0006", "Debe de indicar un email o identificador del firmante.");
    pub(crate) const NO_EMAIL: Code = code("0006", "Debes de indicar un correo electrónico para el usuario.");
    pub(crate) const EMAIL_FORMAT: Code = code("0007", "El formato del email es incorrecto.");
    pub(crate) const NO_SIGNER: Code = code("0008", "El usuario no existe.");
    pub(crate) const NO_NAME: Code = code("0008", "Debes de indicar un nombre al usuario.");
    pub(crate) const EMAIL_EXISTS: Code = code("0009", "Ya existe un usuario con dicho email.");
    pub(crate) const EMAIL_INVALID: Code = code("0012", "El email introducido ha sido clasificado como inválido.");
    pub(crate) const CLIENT_CLOSED: Code = code("0013", "La cuenta del cliente se encuentra dada de baja.");
}
