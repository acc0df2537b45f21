//! What is sent. Members stand in the order of the contract's tables; absent ones are left out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The part `json` of `enviar_documento`. Source: contract section 3.1.1.
#[derive(Serialize)]
pub(in super::super) struct Submission<'a> {
    pub private_key: &'a str,
    pub cif_desarrollador: &'a str,
    pub origen: &'a str,
    pub nombre_cliente: &'a str,
    pub cif_cliente: &'a str,
    pub email_cliente: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direccion_cliente: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provincia_cliente: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poblacion_cliente: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tarifa_cliente: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enviar_bienvenida: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nombre_remitente: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_remitente: Option<&'a str>,
    pub nombre_documento: &'a str,
    pub tipo_seguridad: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revisa_plan: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tipo_documento: Option<&'a str>,
    pub campos_clave: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mensaje_general: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mensaje_privado: Option<&'a str>,
    pub enviar_url_respuesta: Value,
    pub notificar_cada: String,
    pub bloques: Vec<Block<'a>>,
}

/// One of `bloques`. `minimo` and `orden` are texts, as in the vendor's example.
#[derive(Serialize)]
pub(in super::super) struct Block<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nombre_bloque: Option<&'a str>,
    pub tipo_bloque: &'static str,
    pub minimo: String,
    pub orden: String,
    pub destinatarios: Vec<Recipient<'a>>,
}

/// One of `destinatarios`.
#[derive(Serialize)]
pub(in super::super) struct Recipient<'a> {
    pub nombre_destinatario: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apellido1_destinatario: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apellido2_destinatario: Option<&'a str>,
    pub email_destinatario: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identificador_destinatario: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telefono_destinatario: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mensaje_privado: Option<&'a str>,
    pub medio_comunicacion: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verificacion_identidad_sms_activo: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telefono_verificacion_identidad: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verificacion_identidad_codigo_activo: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codigo_verificacion_identidad: Option<&'a str>,
    pub enviar_notificacion: &'static str,
    pub enviar_resumen: &'static str,
    pub terminal_web: u8,
    pub terminal_personal: u8,
    pub terminal_corporativo: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub firma_multiple: Vec<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_gestor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nombre_gestor: Option<String>,
}

/// One of `firma_multiple`: where a signature is stamped, in whole pixels. Texts, as in the vendor's example.
#[derive(Serialize)]
pub(in super::super) struct Mark {
    pub pagina: String,
    pub coordenada_x: String,
    pub coordenada_y: String,
}

/// Who calls: the members that every endpoint but one begins with. Source: contract sections 3.2 to 3.8.
#[derive(Serialize)]
pub(in super::super) struct Caller<'a> {
    pub private_key: &'a str,
    /// Not taken by `consultar_documento` (section 3.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cif_desarrollador: Option<&'a str>,
    pub cif_cliente: &'a str,
}

/// `usuario` of `api_actualizar_firmante`. Source: contract section 3.7.
#[derive(Serialize)]
pub(in super::super) struct Signer<'a> {
    pub nombre: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apellido1: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apellido2: Option<&'a str>,
    pub email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telefono: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_web: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_personal: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_corporativo: Option<&'static str>,
}
