//! The vendor's catalogues: portfolio types, document types, identity document types. Their ids are the vendor's own, so clients have to be told.

use serde::{Deserialize, Serialize};

/// A document type of the built-in catalogue (the contract's example).
pub const DOCUMENT_TYPE: &str = "1d0c5b0e-4a39-4a52-8f0e-7c1c2b3a4d5e";
/// A portfolio type of the built-in catalogue.
pub const PORTFOLIO_TYPE: &str = "5c4f0b7e-2f5d-4d0b-9b6c-0d8f6a1e2c3b";
/// The front of an identity card in the built-in catalogue (the contract's example).
pub const ID_CARD_FRONT: &str = "2e1d6c1f-5b4a-4b63-9f1f-8d2d3c4b5e6f";
/// The back of an identity card in the built-in catalogue.
pub const ID_CARD_BACK: &str = "3f2e7d20-6c5b-4c74-8a20-9e3e4d5c6f70";
/// A certificate of title in the built-in catalogue; PDF only.
pub const PROPERTY_TITLE: &str = "40318e31-7d6c-4d85-9b31-af4f5e6d7081";
/// Any other identity document in the built-in catalogue.
pub const OTHER_IDENTITY_DOCUMENT: &str = "51429f42-8e7d-4e96-8c42-b0506f7e8192";

/// The format of an identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// PDF.
    Pdf,
}

impl IdentityFormat {
    /// The format of these bytes, by how they begin.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// The media type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }
}

/// A type of identity document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityType {
    /// Its id in the catalogue.
    pub id: String,
    /// What it is: `id_card_front`, `id_card_back` or a name of the catalogue's own. Completeness goes by it.
    pub kind: String,
    /// The formats that are taken. Source: contract assumption G42.
    pub formats: Vec<IdentityFormat>,
}

/// The vendor's catalogues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Ids of portfolio types (lease, mandate, …).
    pub portfolio_types: Vec<String>,
    /// Ids of document types.
    pub document_types: Vec<String>,
    /// Types of identity documents.
    pub identity_types: Vec<IdentityType>,
}

impl Default for Catalogue {
    fn default() -> Self {
        let cards = vec![IdentityFormat::Png, IdentityFormat::Jpeg, IdentityFormat::Pdf];
        let identity = |id: &str, kind: &str, formats: &[IdentityFormat]| IdentityType {
            id: id.to_owned(),
            kind: kind.to_owned(),
            formats: formats.to_vec(),
        };
        Self {
            portfolio_types: vec![PORTFOLIO_TYPE.to_owned()],
            document_types: vec![DOCUMENT_TYPE.to_owned()],
            identity_types: vec![
                identity(ID_CARD_FRONT, "id_card_front", &cards),
                identity(ID_CARD_BACK, "id_card_back", &cards),
                identity(PROPERTY_TITLE, "property_title", &[IdentityFormat::Pdf]),
                identity(OTHER_IDENTITY_DOCUMENT, "other", &cards),
            ],
        }
    }
}

impl Catalogue {
    /// The type of identity document with that id.
    pub(super) fn identity_type(&self, id: &str) -> Option<&IdentityType> {
        self.identity_types.iter().find(|known| known.id == id)
    }
}
