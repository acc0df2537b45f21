//! `Range` and `If-Range` of one range of bytes (RFC 9110, section 14).

use std::ops::Range;

use actix_web::http::header::{HeaderMap, IF_RANGE, RANGE};

/// What part of a file is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These bytes; never empty and always within the file.
    Part(Range<u64>),
    /// A part that the file does not have.
    Unsatisfiable,
}

/// The part that a request asks for of a file with `size` bytes and this entity tag.
///
/// Several ranges, another unit and anything malformed are answered with the whole, which the RFC allows; so is a range
/// whose `If-Range` names another version of the file.
#[must_use]
pub fn wanted(headers: &HeaderMap, size: u64, tag: &str) -> Wanted {
    let text = |name| headers.get(name).and_then(|value: &actix_web::http::header::HeaderValue| value.to_str().ok());
    let Some(range) = text(RANGE) else { return Wanted::Whole };
    if headers.contains_key(IF_RANGE) && text(IF_RANGE) != Some(tag) {
        return Wanted::Whole;
    }
    parse(range, size).unwrap_or(Wanted::Whole)
}

fn parse(text: &str, size: u64) -> Option<Wanted> {
    let (unit, spec) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || spec.contains(',') {
        return None;
    }
    let (first, last) = spec.trim().split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", suffix) => size.saturating_sub(number(suffix)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.is_empty() { Wanted::Unsatisfiable } else { Wanted::Part(range) })
}

fn number(text: &str) -> Option<u64> {
    // `parse` would take a plus sign.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(range: &str, if_range: Option<&str>, size: u64) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, HeaderValue::from_str(tag).unwrap());
        }
        wanted(&headers, size, "\"abc\"")
    }

    #[test]
    fn ranges_are_cut_to_the_file() {
        use Wanted::{Part, Unsatisfiable, Whole};
        let cases = [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-99", Part(0..100)),
            ("bytes=10-", Part(10..100)),
            ("bytes=-10", Part(90..100)),
            ("bytes=-1000", Part(0..100)),
            ("bytes=90-1000", Part(90..100)),
            ("Bytes = 5-6", Part(5..7)),
            ("bytes=0-18446744073709551615", Part(0..100)),
            ("bytes=100-", Unsatisfiable),
            ("bytes=100-200", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=2-1", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=0-1,3-4", Whole),
            ("bytes=-", Whole),
            ("bytes", Whole),
            ("pages=1-2", Whole),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text, None, 100), expected, "{text}");
        }
        assert_eq!(of("bytes=0-", None, 0), Unsatisfiable);
        assert_eq!(wanted(&HeaderMap::new(), 100, "\"abc\""), Whole);
    }

    #[test]
    fn another_version_of_the_file_is_sent_whole() {
        assert_eq!(of("bytes=0-0", Some("\"abc\""), 100), Wanted::Part(0..1));
        for other in ["\"abd\"", "W/\"abc\"", "Sat, 21 Nov 2026 09:00:00 GMT"] {
            assert_eq!(of("bytes=0-0", Some(other), 100), Wanted::Whole, "{other}");
        }
    }
}
