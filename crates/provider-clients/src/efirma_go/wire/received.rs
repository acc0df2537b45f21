//! What is received. The vendor writes one scalar in many ways (`"1"`, `1`, `true`, `"Si"`), so all are read alike.
//! Source: contract section 2.2.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A text, whatever scalar it came as; empty when it was null or no scalar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Text(pub String);

impl Text {
    /// The text, unless it is empty.
    pub(in super::super) fn given(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl From<&Value> for Text {
    fn from(value: &Value) -> Self {
        Self(match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => u8::from(*yes).to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        })
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::from(&value))
    }
}

/// Yes or no, in any of the vendor's spellings; `None` when it is neither.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Flag(pub Option<bool>);

impl Flag {
    /// Whether it is a yes.
    pub(in super::super) fn is_yes(self) -> bool {
        self.0 == Some(true)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?.0.to_lowercase();
        Ok(Self(match text.as_str() {
            "1" | "true" | "si" | "sí" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        }))
    }
}

/// A list; a single thing counts as a list of one, null as an empty one, and an object with numbers as keys as a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Null => Vec::new(),
            Value::String(text) if text.trim().is_empty() => Vec::new(),
            Value::Array(items) => items,
            Value::Object(members)
                if !members.is_empty() && members.keys().all(|key| key.bytes().all(|b| b.is_ascii_digit())) =>
            {
                members.into_iter().map(|(_, item)| item).collect()
            }
            one @ (Value::Object(_) | Value::String(_) | Value::Number(_) | Value::Bool(_)) => vec![one],
        };
        items
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// `campos_clave`: sent as an object, received as an array of objects, in whatever pieces. Source: section 9, Q6.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct KeyFields(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for KeyFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut merged = BTreeMap::new();
        let mut take = |members: &Map<String, Value>| {
            merged.extend(members.iter().map(|(key, value)| (key.clone(), Text::from(value).0)));
        };
        match Value::deserialize(deserializer)? {
            Value::Object(members) => take(&members),
            Value::Array(items) => items.iter().filter_map(Value::as_object).for_each(take),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(Self(merged))
    }
}

/// A page of 3.2 or 3.4.
#[derive(Debug, Default, serde::Deserialize)]
pub(in super::super) struct Page {
    pub listado_documentos: List<Document>,
    #[serde(default)]
    pub siguiente_pagina: Text,
    #[serde(default)]
    pub total_busqueda: Text,
}

impl Page {
    /// The number of the next page: what follows the last `/` of its address, which is itself misspelled and never
    /// followed. Source: contract section 3.2.
    pub(in super::super) fn next_after(&self, page: u32) -> Next {
        let Some(address) = self.siguiente_pagina.given() else {
            return Next::Last;
        };
        let number = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        match number.parse::<u32>() {
            Ok(next) if next > page && !self.listado_documentos.0.is_empty() => Next::Page(next),
            Ok(_) => Next::Last,
            Err(_) => Next::Unclear,
        }
    }
}

/// What comes after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Next {
    /// This page.
    Page(u32),
    /// Nothing.
    Last,
    /// Something, but its address has no number: nobody may conclude that there is no more.
    Unclear,
}

impl Next {
    /// The number, where there is one.
    pub(in super::super) fn page(self) -> Option<u32> {
        match self {
            Self::Page(page) => Some(page),
            Self::Last | Self::Unclear => None,
        }
    }
}

/// A document of 3.2, or, with fewer members, of 3.4.
#[derive(Debug, Clone, serde::Deserialize)]
pub(in super::super) struct Document {
    #[serde(default)]
    pub id_operacion: Text,
    #[serde(default)]
    pub estado: Text,
    #[serde(default)]
    pub nombre_documento: Text,
    #[serde(default)]
    pub destinatarios: List<Recipient>,
    #[serde(default)]
    pub url_documento: Text,
    #[serde(default)]
    pub url_certificado: Text,
    #[serde(default)]
    pub campos_clave: KeyFields,
    #[serde(default, rename = "CSV", alias = "csv")]
    pub csv: Text,
}

/// A recipient of 3.2 or 3.5.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(in super::super) struct Recipient {
    pub nombre_apellidos: Text,
    pub email: Text,
    pub telefono: Text,
    pub bloqueado: Flag,
    pub activo: Flag,
    pub tipo: Text,
    pub firmado: Flag,
    pub revisado: Flag,
}

impl Recipient {
    /// Whether they signed or approved; reviewers may have either word. Source: contract section 5.
    pub(in super::super) fn has_acted(&self) -> bool {
        self.firmado.is_yes() || self.revisado.is_yes()
    }
}

/// An element of the answer of 3.5.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(in super::super) struct Queried {
    pub id_operacion: Text,
    pub estado_operacion: Text,
    pub url_documento_firmado: Text,
    pub destinatarios: List<Recipient>,
}

/// `usuario` of 3.6 and 3.7.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(in super::super) struct Signer {
    pub nombre: Text,
    pub apellido1: Text,
    pub apellido2: Text,
    pub email: Text,
    pub telefono: Text,
    pub terminal_web: Flag,
    pub terminal_personal: Flag,
    pub terminal_corporativo: Flag,
}

/// `cliente` of 3.8.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(in super::super) struct Client {
    pub cif: Text,
    pub nombre: Text,
    pub email: Text,
    pub direccion: Text,
    pub provincia: Text,
    pub poblacion: Text,
}

/// The JSON of a body: a byte order mark and white space around it are ignored. `None` when it is no JSON object or
/// array.
pub(in super::super) fn parse(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.trim_ascii();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

/// `estado_operacion` of an answer; a code that lost its leading zeros as a number gets them back.
pub(in super::super) fn code(answer: &Value) -> Option<String> {
    Some(padded(Text::from(answer.get("estado_operacion")?).given()?))
}

/// A code with its leading zeros.
pub(in super::super) fn padded(code: &str) -> String {
    if !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) { format!("{code:0>4}") } else { code.to_owned() }
}

/// `mensaje_operacion` of an answer.
pub(in super::super) fn message(answer: &Value) -> String {
    answer.get("mensaje_operacion").map(Text::from).unwrap_or_default().0
}
