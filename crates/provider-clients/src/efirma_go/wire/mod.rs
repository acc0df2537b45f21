//! efirma GO's JSON: what is sent, and what is received and read tolerantly. Its field names occur nowhere else.

pub(super) mod received;
pub(super) mod sent;

/// The member of `campos_clave` that carries a submission's id. Source: contract section 6.
pub(super) const CORRELATION_KEY: &str = "rubrica_submission";

/// Values that are never shown, wherever a call is. Source: contract sections 1 and 3.1.1.
pub(super) const SECRET_MEMBERS: &[&str] = &["private_key", "codigo_verificacion_identidad"];

/// The same for a URL-encoded form, whose only field is one text with everything in it.
pub(super) const SECRET_FORM_FIELDS: &[&str] = &["json"];
