//! The language of a signer's page: the envelope's, else the best of those that the browser names.

/// A language that the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Spanish,
    English,
    Portuguese,
}

impl Language {
    /// The envelope's language where the pages have it, else the one that `Accept-Language` likes best, else Spanish: the
    /// provider whose signers come here is Spanish.
    pub(super) fn of(envelope: Option<&str>, accepted: Option<&str>) -> Self {
        envelope.and_then(Self::named).or_else(|| accepted.and_then(best)).unwrap_or(Self::Spanish)
    }

    /// The language of a tag (BCP 47); regions make no difference.
    fn named(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "es" => Some(Self::Spanish),
            "en" => Some(Self::English),
            "pt" => Some(Self::Portuguese),
            _ => None,
        }
    }
}

/// The language with the highest weight; of equals, the first. Source: RFC 9110, section 12.5.4.
fn best(accepted: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in accepted.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let Some(language) = parts.next().and_then(Language::named) else { continue };
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if weight > 0.0 && best.is_none_or(|(_, highest)| weight > highest) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Portuguese, Spanish};

    #[test]
    fn the_envelope_decides_before_the_browser() {
        for (envelope, accepted, expected) in [
            (Some("pt-BR"), Some("en"), Portuguese),
            (Some("EN"), Some("es"), English),
            (Some("es-ES"), None, Spanish),
            (Some("fr"), Some("en-GB,en;q=0.9"), English),
            (None, Some("fr, pt;q=0.5, en;q=0.8"), English),
            (None, Some("de;q=1, *;q=0.1"), Spanish),
            (None, Some("en;q=0, pt-PT;q=0.1"), Portuguese),
            (None, Some("en;q=high"), Spanish),
            (None, None, Spanish),
        ] {
            assert_eq!(Language::of(envelope, accepted), expected, "{envelope:?} {accepted:?}");
        }
    }
}
