//! Row 26 of the checks of `enviar_documento`: every member is known and has a value of its kind. Source: contract sections 2.3, 3.1.1, 10.2.

use serde_json::Value;

use super::checks::{CheckedBlock, Object, is_short};
use super::codes::{Code, send};
use super::values::{flag, integer};

/// The kind of a member's value.
#[derive(Clone, Copy)]
enum Kind {
    /// A string of at most 255 characters.
    Text,
    /// `0` or `1`, as a number or a numeric string.
    Flag,
    /// `si` or `no`.
    SiNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An integer of at least -1.
    Days,
    /// An object of strings.
    Pairs,
    /// Checked by an earlier row.
    Checked,
}

const TOP: &[(&str, Kind)] = &[
    ("private_key", Kind::Text),
    ("cif_desarrollador", Kind::Text),
    ("origen", Kind::Text),
    ("nombre_cliente", Kind::Text),
    ("cif_cliente", Kind::Text),
    ("email_cliente", Kind::Text),
    ("direccion_cliente", Kind::Text),
    ("provincia_cliente", Kind::Text),
    ("poblacion_cliente", Kind::Text),
    ("tarifa_cliente", Kind::Text),
    ("enviar_bienvenida", Kind::Flag),
    ("nombre_remitente", Kind::Text),
    ("email_remitente", Kind::Text),
    ("nombre_documento", Kind::Text),
    ("tipo_seguridad", Kind::OneOf(&["basica", "avanzada"])),
    ("revisa_plan", Kind::Flag),
    ("tipo_documento", Kind::Text),
    ("campos_clave", Kind::Pairs),
    ("mensaje_general", Kind::Text),
    // The vendor's example has it here, its table in the recipient.
    ("mensaje_privado", Kind::Text),
    ("enviar_url_respuesta", Kind::Flag),
    ("notificar_cada", Kind::Days),
    ("bloques", Kind::Checked),
];

const BLOCK: &[(&str, Kind)] = &[
    ("nombre_bloque", Kind::Text),
    ("tipo_bloque", Kind::Checked),
    ("minimo", Kind::Checked),
    ("orden", Kind::Checked),
    ("destinatarios", Kind::Checked),
];

const RECIPIENT: &[(&str, Kind)] = &[
    ("nombre_destinatario", Kind::Text),
    ("apellido1_destinatario", Kind::Text),
    ("apellido2_destinatario", Kind::Text),
    ("email_destinatario", Kind::Text),
    ("identificador_destinatario", Kind::Text),
    ("mensaje_privado", Kind::Text),
    ("telefono_destinatario", Kind::Checked),
    ("medio_comunicacion", Kind::OneOf(&["email", "sms"])),
    ("verificacion_identidad_sms_activo", Kind::Flag),
    ("telefono_verificacion_identidad", Kind::Text),
    ("verificacion_identidad_codigo_activo", Kind::Flag),
    ("codigo_verificacion_identidad", Kind::Text),
    ("enviar_notificacion", Kind::SiNo),
    ("enviar_resumen", Kind::SiNo),
    ("terminal_web", Kind::Flag),
    ("terminal_personal", Kind::Flag),
    ("terminal_corporativo", Kind::Flag),
    ("firma_multiple", Kind::Checked),
    ("email_gestor", Kind::Text),
    ("nombre_gestor", Kind::Text),
];

/// Looks at every member of the request.
///
/// # Errors
/// Code 0031 for an unknown member or a value that is not of its kind; with `private_message_required` also for a recipient without one.
pub(super) fn check(json: &Object, blocks: &[CheckedBlock<'_>], private_message_required: bool) -> Result<(), Code> {
    let recipients = || blocks.iter().flat_map(|block| block.recipients.iter());
    let fits = fit(json, TOP)
        && blocks.iter().all(|block| fit(block.members, BLOCK))
        && recipients().all(|recipient| fit(recipient, RECIPIENT))
        && (!private_message_required || recipients().all(|recipient| recipient.contains_key("mensaje_privado")));
    if fits { Ok(()) } else { Err(send::FIELD) }
}

fn fit(object: &Object, known: &[(&str, Kind)]) -> bool {
    object.iter().all(|(name, value)| {
        let member = known.iter().find(|(known, _)| known == name);
        member.is_some_and(|(_, kind)| is_of_kind(value, *kind))
    })
}

fn is_of_kind(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => value.as_str().is_some_and(is_short),
        Kind::Flag => flag(value).is_some(),
        Kind::SiNo => matches!(value.as_str(), Some("si" | "no")),
        Kind::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Kind::Days => integer(value).is_some_and(|days| days >= -1),
        Kind::Pairs => {
            value.as_object().is_some_and(|pairs| pairs.values().all(|value| value.as_str().is_some_and(is_short)))
        }
        Kind::Checked => true,
    }
}
