//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use super::text_serde;

/// Most bytes of a whole address. Source: RFC 5321, section 4.5.3.1.3, less the angle brackets.
pub const MAX_BYTES: usize = 254;
/// Most bytes before the `@`. Source: RFC 5321, section 4.5.3.1.1.
pub const MAX_LOCAL_BYTES: usize = 64;
/// Most bytes of one label of the domain. Source: RFC 1035, section 2.3.4.
const MAX_LABEL_BYTES: usize = 63;

/// Why a text is not an e-mail address. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// There is not exactly one `@`.
    #[error("the address must have exactly one @")]
    At,
    /// A blank, a control character or a character that only quoted addresses may have.
    #[error("the address has a character that addresses must not have")]
    Character,
    /// The part before the `@` is empty, too long, or has a dot at an end or two in a row.
    #[error(
        "the part before the @ must have 1 to {MAX_LOCAL_BYTES} bytes, and no dot at its ends or beside another dot"
    )]
    Local,
    /// The part after the `@` is not a domain name with at least one dot.
    #[error("the part after the @ must be a domain name with at least one dot")]
    Domain,
    /// The whole is longer than [`MAX_BYTES`].
    #[error("the address must have at most {MAX_BYTES} bytes")]
    Length,
}

/// An e-mail address that a provider can be expected to take: one `@`, no quoting, a domain name with a dot.
///
/// Kept as given, and `==` compares it so. Addresses that differ only in case are the same mailbox everywhere we send to:
/// search and match by [`Self::comparison_key`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: what to index, search and compare by.
    #[must_use]
    pub fn comparison_key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The part after the `@`, as given.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Shows nothing of the address: it is personal data.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.split_once('@').ok_or(EmailError::At)?;
        if domain.contains('@') {
            return Err(EmailError::At);
        }
        if text.chars().any(is_forbidden) {
            return Err(EmailError::Character);
        }
        if local.len() > MAX_LOCAL_BYTES || local.split('.').any(str::is_empty) {
            return Err(EmailError::Local);
        }
        if !is_domain(domain) {
            return Err(EmailError::Domain);
        }
        if text.len() > MAX_BYTES {
            return Err(EmailError::Length);
        }
        Ok(Self(text.to_owned()))
    }
}

/// What must be quoted, or cannot be written at all. Invisible characters hide in pasted addresses.
fn is_forbidden(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || invisible || "\"(),:;<>[\\]".contains(c)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    // A last label of digits only is an IPv4 address, not a name.
    domain.split('.').all(is_label)
        && domain.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|b| b.is_ascii_digit()))
}

text_serde!(Email);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn practical_addresses_are_taken_as_they_are() {
        for text in [
            "jesus@example.com",
            "Ana.Perez+firma@sub.example.cl",
            "o'brien_1@ex-ample.co",
            "a@b.co",
            "josé@example.es",
            "ana@compañía.es",
            "ana@xn--compaa-zwa0c.es",
        ] {
            assert_eq!(text.parse::<Email>().map(|email| email.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn other_texts_are_refused_with_their_rule() {
        use EmailError::{At, Character, Domain, Length, Local};
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long = format!("{}@{}.com", "a".repeat(64), ["b".repeat(62), "c".repeat(62), "d".repeat(62)].join("."));
        let cases = [
            ("", At),
            ("example.com", At),
            ("a@b@example.com", At),
            ("a@@example.com", At),
            ("a b@example.com", Character),
            (" a@example.com", Character),
            ("a@example.com\n", Character),
            ("a@example.com\0", Character),
            ("a\u{200b}@example.com", Character),
            ("Ana <a@example.com>", Character),
            ("\"a\"@example.com", Character),
            ("a,b@example.com", Character),
            ("a@[127.0.0.1]", Character),
            ("@example.com", Local),
            (".a@example.com", Local),
            ("a.@example.com", Local),
            ("a..b@example.com", Local),
            (&long_local, Local),
            ("a@", Domain),
            ("a@localhost", Domain),
            ("a@.com", Domain),
            ("a@example..com", Domain),
            ("a@example.com.", Domain),
            ("a@-example.com", Domain),
            ("a@example-.com", Domain),
            ("a@exam_ple.com", Domain),
            ("a@127.0.0.1", Domain),
            (&long_label, Domain),
            (&long, Length),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Email>().map(|_| ()), Err(error), "{text:?}");
        }
    }

    #[test]
    fn the_longest_address_is_taken() {
        let text = format!("{}@{}.com", "a".repeat(64), ["b".repeat(61), "c".repeat(61), "d".repeat(61)].join("."));
        assert_eq!(text.len(), MAX_BYTES);
        assert!(text.parse::<Email>().is_ok());
    }

    #[test]
    fn case_does_not_make_another_mailbox() {
        let (a, b): (Email, Email) = ("Ana@Example.com".parse().unwrap(), "ana@example.COM".parse().unwrap());
        assert_eq!(a.comparison_key(), b.comparison_key());
        assert_eq!(a.comparison_key(), "ana@example.com");
        assert_eq!(a.as_str(), "Ana@Example.com");
        assert_eq!(a.domain(), "Example.com");
        assert!(!format!("{a:?}").contains("Ana"));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_line_and_survives_json(text in "\\PC{0,40}@\\PC{0,40}|[a-z.]{1,9}@[a-z.-]{1,12}") {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert!(!text.contains(char::is_whitespace));
                prop_assert_eq!(email.as_str(), &text);
                let json = serde_json::to_string(&email).unwrap();
                prop_assert_eq!(serde_json::from_str::<Email>(&json).unwrap(), email);
            }
        }
    }
}
