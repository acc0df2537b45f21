//! Identifiers as outsiders see them: TypeIDs, a prefix that names the kind and a UUIDv7 in 26 characters.
//!
//! Inside they are plain UUIDs, so the database sorts them by time of creation; the prefix keeps an envelope's id from
//! ever being taken for a document's. Source: TypeID specification 0.3, "Format" and "UUID suffix".

use uuid::Uuid;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: [u8; 32] = *b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters after the underscore: 130 bits, of which the first two are always zero.
const SUFFIX_LENGTH: usize = 26;

/// Why a text is not an identifier of the expected kind. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It does not begin with the kind's prefix and an underscore.
    #[error("the identifier must begin with `{expected}_`")]
    Prefix {
        /// The prefix of the expected kind, without the underscore.
        expected: &'static str,
    },
    /// The part after the underscore has another length than 26 characters.
    #[error("the identifier must have 26 characters after its prefix")]
    Length,
    /// A character outside the alphabet; upper case counts as one.
    #[error("the identifier may only have the digits 0-9 and the letters a-z without i, l, o, u")]
    Character,
    /// The first character is above `7`: more than 128 bits.
    #[error("the identifier is larger than 128 bits")]
    Overflow,
}

fn encode(uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    (0..SUFFIX_LENGTH)
        .rev()
        .map(|place| {
            #[expect(
                clippy::as_conversions,
                clippy::indexing_slicing,
                reason = "five bits, and the alphabet has 32 characters"
            )]
            let letter = ALPHABET[((bits >> (5 * place)) & 31) as usize];
            char::from(letter)
        })
        .collect()
}

fn decode(suffix: &str) -> Result<Uuid, IdError> {
    if suffix.chars().count() != SUFFIX_LENGTH {
        return Err(IdError::Length);
    }
    let mut bits: u128 = 0;
    for byte in suffix.bytes() {
        let (digit, _) = (0_u128..).zip(ALPHABET).find(|(_, letter)| *letter == byte).ok_or(IdError::Character)?;
        bits = bits.checked_mul(32).and_then(|shifted| shifted.checked_add(digit)).ok_or(IdError::Overflow)?;
    }
    Ok(Uuid::from_u128(bits))
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[doc = concat!("\n\nWritten `", $prefix, "_` and 26 characters of `0-9a-z`; ordered by time of creation.")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What the written form begins with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier from the system's clock and random source: the one impure convenience of this crate.
            /// Where time must be controlled, build the UUID outside and use [`Self::from_uuid`].
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier with this UUID, as a database row holds it. Any version is taken.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside, for the database.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// Reads the written form; only the exact canonical text is taken.
            ///
            /// # Errors
            /// [`IdError`] names the first rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .ok_or(IdError::Prefix { expected: $prefix })
                    .and_then(decode)
                    .map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&format!("{}_{}", $prefix, encode(self.0)))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::words::from_text(deserializer)
            }
        }
    };
}

id!(
    /// A tenant: an internal team or company; everything is inside one.
    TenantId, "tnt"
);
id!(
    /// A tenant's account at a provider.
    AccountId, "pac"
);
id!(
    /// An envelope.
    ///
    /// ```
    /// use domain::ids::{DocumentId, EnvelopeId};
    ///
    /// let id: EnvelopeId = "env_01h2xcejqtf2nbrexx3vqjhp41".parse()?;
    /// assert_eq!(id.as_uuid().to_string(), "0188bac7-4afa-78aa-bc3b-bd1eef28d881");
    /// assert_eq!(id.to_string(), "env_01h2xcejqtf2nbrexx3vqjhp41");
    /// assert!(DocumentId::parse("env_01h2xcejqtf2nbrexx3vqjhp41").is_err());
    /// # Ok::<(), domain::ids::IdError>(())
    /// ```
    EnvelopeId, "env"
);
id!(
    /// A recipient of an envelope.
    RecipientId, "rcp"
);
id!(
    /// A document of an envelope.
    DocumentId, "doc"
);
id!(
    /// A submission: one transaction at a provider.
    SubmissionId, "sub"
);
id!(
    /// An artifact: what came back from a provider, or the broker's own evidence.
    ArtifactId, "art"
);
id!(
    /// An event of an envelope's history.
    EventId, "evt"
);
id!(
    /// A webhook endpoint of a tenant.
    WebhookEndpointId, "whe"
);
id!(
    /// One delivery of an event to a webhook endpoint.
    DeliveryId, "whd"
);
id!(
    /// An API key; the key itself is another text.
    ApiKeyId, "key"
);
id!(
    /// A job of the queue.
    JobId, "job"
);
id!(
    /// A file that proves a recipient's identity.
    IdentityDocumentId, "idd"
);

impl SubmissionId {
    /// The last 12 characters of the written form: 60 random bits, for vendors that have little room for a key.
    #[must_use]
    pub fn tail(self) -> String {
        let written = self.to_string();
        written.get(written.len().saturating_sub(12)..).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uuid(text: &str) -> Uuid {
        Uuid::parse_str(text).unwrap()
    }

    #[test]
    fn the_vectors_of_the_specification_hold_in_both_directions() {
        let vectors = [
            ("00000000-0000-0000-0000-000000000000", "00000000000000000000000000"),
            ("00000000-0000-0000-0000-000000000001", "00000000000000000000000001"),
            ("00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a"),
            ("00000000-0000-0000-0000-000000000010", "0000000000000000000000000g"),
            ("00000000-0000-0000-0000-000000000020", "00000000000000000000000010"),
            ("0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs"),
            ("01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q"),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        ];
        for (plain, suffix) in vectors {
            let id = EnvelopeId::from_uuid(uuid(plain));
            assert_eq!(id.to_string(), format!("env_{suffix}"));
            assert_eq!(EnvelopeId::parse(&format!("env_{suffix}")), Ok(id));
        }
    }

    #[test]
    fn every_other_text_is_refused_with_its_rule() {
        let prefix = IdError::Prefix { expected: "env" };
        let cases = [
            ("", prefix),
            ("env", prefix),
            ("0123456789abcdefghjkmnpqrs", prefix),
            ("_0123456789abcdefghjkmnpqrs", prefix),
            ("doc_0123456789abcdefghjkmnpqrs", prefix),
            ("ENV_0123456789abcdefghjkmnpqrs", prefix),
            (" env_0123456789abcdefghjkmnpqrs", prefix),
            ("env-0123456789abcdefghjkmnpqrs", prefix),
            ("env_", IdError::Length),
            ("env_1234567890123456789012345", IdError::Length),
            ("env_123456789012345678901234567", IdError::Length),
            ("env_0123456789abcdefghjkmnpqrs ", IdError::Length),
            ("env__0123456789abcdefghjkmnpqr", IdError::Character),
            ("env_0123456789ABCDEFGHJKMNPQRS", IdError::Character),
            ("env_0123456789abcdefghjkmnpqri", IdError::Character),
            ("env_0123456789abcdefghjkmnpqrl", IdError::Character),
            ("env_0123456789abcdefghjkmnpqro", IdError::Character),
            ("env_0123456789abcdefghjkmnpqru", IdError::Character),
            ("env_0123456789-bcdefghjkmnpqrs", IdError::Character),
            ("env_é123456789abcdefghjkmnpqrs", IdError::Character),
            ("env_8zzzzzzzzzzzzzzzzzzzzzzzzz", IdError::Overflow),
            ("env_80000000000000000000000000", IdError::Overflow),
            ("env_zzzzzzzzzzzzzzzzzzzzzzzzzz", IdError::Overflow),
        ];
        for (text, error) in cases {
            assert_eq!(EnvelopeId::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn json_takes_the_written_form_only_and_echoes_nothing() {
        let id = DocumentId::from_uuid(uuid("01890a5d-ac96-774b-bcce-b302099a8057"));
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"doc_01h455vb4pex5vsknk084sn02q\"");
        assert_eq!(serde_json::from_str::<DocumentId>("\"doc_01h455vb4pex5vsknk084sn02q\"").unwrap(), id);
        for wrong in ["\"01890a5d-ac96-774b-bcce-b302099a8057\"", "7", "null"] {
            let error = serde_json::from_str::<DocumentId>(wrong).unwrap_err().to_string();
            assert!(!error.contains("01890a5d"), "{error}");
        }
    }

    #[test]
    fn prefixes_are_unique_and_generated_ids_are_version_7() {
        let mut prefixes = vec![
            TenantId::PREFIX,
            AccountId::PREFIX,
            EnvelopeId::PREFIX,
            RecipientId::PREFIX,
            DocumentId::PREFIX,
            SubmissionId::PREFIX,
            ArtifactId::PREFIX,
            EventId::PREFIX,
            WebhookEndpointId::PREFIX,
            DeliveryId::PREFIX,
            ApiKeyId::PREFIX,
            JobId::PREFIX,
            IdentityDocumentId::PREFIX,
        ];
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), 13);
        assert_eq!(EventId::generate().as_uuid().get_version_num(), 7);
        assert_ne!(EventId::generate(), EventId::generate());
    }

    proptest! {
        #[test]
        fn every_uuid_survives_the_written_form(bits: u128) {
            let id = SubmissionId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(SubmissionId::parse(&id.to_string()), Ok(id));
        }

        #[test]
        fn the_written_form_sorts_as_the_uuid_does(a: u128, b: u128) {
            let (a, b) = (JobId::from_uuid(Uuid::from_u128(a)), JobId::from_uuid(Uuid::from_u128(b)));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_makes_parsing_panic_and_what_is_read_is_canonical(text in "env_\\PC{0,30}") {
            if let Ok(id) = EnvelopeId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
