//! Values that are right once they exist: each is parsed at the edge and never checked again.
//!
//! Their errors name the broken rule and never hold the rejected text, and the `Debug` form of personal data shows none
//! of it, so neither an answer nor a log line can leak it.

pub mod country;
pub mod email;
pub mod geometry;
pub mod language;
pub mod national_id;
pub mod phone;

pub use country::{Country, CountryError};
pub use email::{Email, EmailError};
pub use geometry::{GeometryError, PageSize, Points, Position};
pub use language::{LanguageTag, LanguageTagError};
pub use national_id::{NationalId, NationalIdError, NationalIdType};
pub use phone::{Phone, PhoneError};

/// Serialises a value by its `as_str` and reads it by its `FromStr`.
macro_rules! text_serde {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::words::from_text(deserializer)
            }
        }
    };
}
use text_serde;
