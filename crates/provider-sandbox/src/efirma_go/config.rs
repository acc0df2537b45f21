//! What the simulated efirma GO begins with, and how it deviates from the documented behaviour on request.

use serde::{Deserialize, Serialize};

use super::state::{Client, ClientState, Developer, default_tariff};

/// Accounts and variants at the start.
#[derive(Clone, Debug)]
pub struct EfirmaGoConfig {
    /// Integrating companies.
    pub developers: Vec<Developer>,
    /// Client companies. Others are made by their first document.
    pub clients: Vec<Client>,
    /// Tariffs beside `Tarifa Personal`.
    pub tariffs: Vec<String>,
    /// Deviations.
    pub variants: Variants,
}

impl Default for EfirmaGoConfig {
    /// The developer and the client of the contract's examples, without a callback address.
    fn default() -> Self {
        let developer = Developer {
            private_key: "test-private-key-0001".to_owned(),
            cif_desarrollador: "A23433211".to_owned(),
            callback_url: None,
        };
        let client = Client {
            cif_desarrollador: developer.cif_desarrollador.clone(),
            cif: "A77445566".to_owned(),
            nombre: "Cliente A".to_owned(),
            email: "cliente@cliente.example".to_owned(),
            direccion: "Calle Altamira nº1".to_owned(),
            provincia: "Almería".to_owned(),
            poblacion: "Almería".to_owned(),
            tarifa: default_tariff(),
            state: ClientState::Active,
        };
        Self { developers: vec![developer], clients: vec![client], tariffs: Vec::new(), variants: Variants::default() }
    }
}

/// Deviations to switch on in tests. Source: contract sections 10.2 and 10.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variants {
    /// `enviar_documento` answers 0500.
    pub inactive: bool,
    /// HTTP 500 in place of code 0500.
    pub http_500_when_inactive: bool,
    /// Bytes before `%PDF-` are tolerated within the first KiB. On by default, a choice of this simulator: the contract's check wants the header
    /// first, but what the real vendor does is not documented, viewers tolerate it, and a broker must not change a document's bytes.
    pub lenient_pdf_header: bool,
    /// A recipient without `mensaje_privado` is refused with 0031.
    pub require_mensaje_privado: bool,
    /// `consultar_documento` answers a single id with an object in place of an array.
    pub single_object_in_query: bool,
    /// `campos_clave` comes back as one object in place of an array.
    pub campos_clave_as_object: bool,
    /// The flags of searches are strings in place of numbers.
    pub flags_as_strings: bool,
    /// `siguiente_pagina` is never sent; by default it is an empty text on the last page.
    pub omit_siguiente_pagina: bool,
    /// The artifact addresses answer with an HTML page in place of the PDF.
    pub html_artifacts: bool,
    /// Searches ignore the filter `campos_clave`.
    pub ignore_campos_clave_filter: bool,
    /// Answers are declared `text/html`.
    pub answers_as_text_html: bool,
    /// Documents on a page of search results.
    pub page_size: usize,
    /// Larger files are answered with HTTP 413; absent: no limit. Default: the contract's assumption E26.
    pub max_document_bytes: Option<u64>,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            inactive: false,
            http_500_when_inactive: false,
            lenient_pdf_header: true,
            require_mensaje_privado: false,
            single_object_in_query: false,
            campos_clave_as_object: false,
            flags_as_strings: false,
            omit_siguiente_pagina: false,
            html_artifacts: false,
            ignore_campos_clave_filter: false,
            answers_as_text_html: false,
            page_size: 10,
            max_document_bytes: Some(10 * 1024 * 1024),
        }
    }
}
