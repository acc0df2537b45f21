//! Enumerations that are written as fixed words in JSON, in the database and in logs.
//!
//! One table per enumeration gives all of its forms, so that the API, the rows and the logs cannot drift apart.

/// A text that is none of an enumeration's words. The text itself is not kept, so the error can be shown and logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known {what}; known are: {}", .known.join(", "))]
pub struct UnknownWord {
    /// What was expected, in plain words, such as `envelope status`.
    pub what: &'static str,
    /// Every word that would have been understood, in the order of declaration.
    pub known: &'static [&'static str],
}

/// Declares an enumeration with `ALL`, `WORDS`, `as_str`, `Display`, `FromStr` and strict serde from one table of words.
///
/// Deserialising a wrong word fails with [`UnknownWord`], which does not echo it.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident: $what:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// Every word, in the order of [`Self::ALL`].
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];

            /// The word used in JSON, in the database and in logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::words::UnknownWord { what: $what, known: Self::WORDS }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::words::from_text(deserializer)
            }
        }
    };
}
pub(crate) use words;

/// Reads a value from a serialised string by its `FromStr`; the error tells the broken rule, never the text.
pub(crate) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    struct Text<T>(std::marker::PhantomData<T>);

    impl<T> serde::de::Visitor<'_> for Text<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    words! {
        /// For the tests.
        enum Fruit: "fruit" {
            /// Red.
            Apple = "apple",
            /// Blue.
            SloeBerry = "sloe_berry",
        }
    }

    #[test]
    fn every_word_survives_text_and_json() {
        for fruit in Fruit::ALL {
            assert_eq!(fruit.to_string().parse(), Ok(*fruit));
            let json = serde_json::to_string(fruit).unwrap();
            assert_eq!(json, format!("\"{fruit}\""));
            assert_eq!(serde_json::from_str::<Fruit>(&json).unwrap(), *fruit);
        }
    }

    #[test]
    fn a_wrong_word_is_refused_without_being_echoed() {
        let error = serde_json::from_str::<Fruit>("\"Banana\"").unwrap_err().to_string();
        assert!(error.contains("not a known fruit; known are: apple, sloe_berry"), "{error}");
        assert!(!error.contains("Banana"), "{error}");
    }
}
