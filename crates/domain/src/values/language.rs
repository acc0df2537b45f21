//! Languages as short tags.

use std::fmt;
use std::str::FromStr;

use super::text_serde;

/// Why a text is not a language tag. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LanguageTagError {
    /// The language is not two or three letters.
    #[error("the language must be two or three letters, such as es or pt")]
    Language,
    /// The region is neither two letters nor three digits.
    #[error("the region must be two letters or three digits after a hyphen, such as es-ES or es-419")]
    Region,
    /// More follows the region; scripts and variants are not taken.
    #[error("the tag may only have a language and a region, such as es-ES")]
    TooLong,
}

/// A BCP 47 tag of a language and perhaps a region: `es`, `es-ES`, `pt-BR`, `es-419`.
///
/// Read in any case and written in the usual one. Well-formed tags are taken; whether they are registered is not asked.
///
/// ```
/// use domain::values::LanguageTag;
///
/// let tag: LanguageTag = "PT-br".parse()?;
/// assert_eq!((tag.as_str(), tag.primary(), tag.region()), ("pt-BR", "pt", Some("BR")));
/// # Ok::<(), domain::values::LanguageTagError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The whole tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, in lower case: what a provider with a short list of languages is asked for.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split_once('-').map_or(&self.0, |(language, _)| language)
    }

    /// The region, in upper case, or three digits.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.0.split_once('-').map(|(_, region)| region)
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for LanguageTag {
    type Err = LanguageTagError;

    fn from_str(text: &str) -> Result<Self, LanguageTagError> {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        if !matches!(language.len(), 2 | 3) || !language.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(LanguageTagError::Language);
        }
        let mut tag = language.to_ascii_lowercase();
        if let Some(region) = parts.next() {
            let letters = region.len() == 2 && region.bytes().all(|b| b.is_ascii_alphabetic());
            let digits = region.len() == 3 && region.bytes().all(|b| b.is_ascii_digit());
            if !letters && !digits {
                return Err(LanguageTagError::Region);
            }
            tag.push('-');
            tag.push_str(&region.to_ascii_uppercase());
        }
        if parts.next().is_some() {
            return Err(LanguageTagError::TooLong);
        }
        Ok(Self(tag))
    }
}

text_serde!(LanguageTag);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_in_any_case_and_written_in_the_usual_one() {
        let cases = [
            ("es", "es", "es", None),
            ("ES", "es", "es", None),
            ("es-ES", "es-ES", "es", Some("ES")),
            ("pt-br", "pt-BR", "pt", Some("BR")),
            ("es-419", "es-419", "es", Some("419")),
            ("ast-es", "ast-ES", "ast", Some("ES")),
        ];
        for (text, written, primary, region) in cases {
            let tag: LanguageTag = text.parse().unwrap();
            assert_eq!((tag.as_str(), tag.primary(), tag.region()), (written, primary, region));
        }
    }

    #[test]
    fn other_texts_are_refused_with_their_rule() {
        use LanguageTagError::{Language, Region, TooLong};
        let cases = [
            ("", Language),
            ("e", Language),
            ("espa", Language),
            ("e5", Language),
            ("es_ES", Language),
            (" es", Language),
            ("ñá", Language),
            ("es-", Region),
            ("es-E", Region),
            ("es-ESP", Region),
            ("es-41", Region),
            ("es-Latn-ES", Region),
            ("es-ES-x", TooLong),
            ("es-ES-", TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<LanguageTag>(), Err(error), "{text:?}");
        }
    }
}
