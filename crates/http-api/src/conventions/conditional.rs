//! `ETag`, `If-Match`, `If-None-Match` (RFC 9110, sections 8.8 and 13).

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};

use crate::problem::{ApiError, Code};

/// The tag of a version: `"7"`.
#[must_use]
pub fn version_tag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The tag of stored bytes: their SHA-256.
#[must_use]
pub fn content_tag(sha256: &str) -> String {
    format!("\"{sha256}\"")
}

/// One tag of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tag {
    /// `*`: whatever there is.
    Any,
    /// A tag; `weak` ones never match where bytes or versions must be the same.
    One { weak: bool, opaque: String },
}

/// What a request says about the version it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition(Option<Vec<Tag>>);

impl Condition {
    /// Reads `If-Match`.
    ///
    /// # Errors
    /// `bad-header`.
    pub fn if_match(headers: &HeaderMap) -> Result<Self, ApiError> {
        Self::read(headers, &IF_MATCH, "If-Match")
    }

    /// Reads `If-None-Match`.
    ///
    /// # Errors
    /// `bad-header`.
    pub fn if_none_match(headers: &HeaderMap) -> Result<Self, ApiError> {
        Self::read(headers, &IF_NONE_MATCH, "If-None-Match")
    }

    fn read(headers: &HeaderMap, name: &HeaderName, shown: &str) -> Result<Self, ApiError> {
        let mut tags = Vec::new();
        let mut present = false;
        for value in headers.get_all(name) {
            present = true;
            let malformed = || ApiError::bad_header(shown, "It must be * or a list of entity tags such as \"7\".");
            let text = value.to_str().map_err(|_| malformed())?;
            tags.extend(read_tags(text).ok_or_else(malformed)?);
        }
        Ok(Self(present.then_some(tags)))
    }

    /// Whether the header was there.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it names this tag (quotes included), by strong comparison. `*` names every tag.
    #[must_use]
    pub fn names(&self, tag: &str) -> bool {
        self.any(|given| match given {
            Tag::Any => true,
            Tag::One { weak, opaque } => !weak && opaque == tag,
        })
    }

    /// Whether it names this tag by weak comparison, as `If-None-Match` is read.
    #[must_use]
    pub fn names_weakly(&self, tag: &str) -> bool {
        self.any(|given| match given {
            Tag::Any => true,
            Tag::One { weak: _, opaque } => opaque == tag,
        })
    }

    /// Demands that the version is the one named, where one is named.
    ///
    /// Gives the version that the change must be made against: the current one when the caller named it, `None` when
    /// the caller named none or took any.
    ///
    /// # Errors
    /// `precondition-failed`.
    pub fn require(&self, version: u64) -> Result<Option<u64>, ApiError> {
        let Some(tags) = &self.0 else { return Ok(None) };
        if !self.names(&format!("\"{version}\"")) {
            let detail = "The version has changed since the one that If-Match names.";
            return Err(ApiError::new(Code::PreconditionFailed, detail));
        }
        Ok((!tags.contains(&Tag::Any)).then_some(version))
    }

    fn any(&self, is_meant: impl Fn(&Tag) -> bool) -> bool {
        self.0.as_ref().is_some_and(|tags| tags.iter().any(is_meant))
    }
}

fn read_tags(text: &str) -> Option<Vec<Tag>> {
    let mut rest = text.trim();
    if rest == "*" {
        return Some(vec![Tag::Any]);
    }
    let mut tags = Vec::new();
    loop {
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (inside, after) = quoted.strip_prefix('"')?.split_once('"')?;
        tags.push(Tag::One { weak, opaque: format!("\"{inside}\"") });
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(tags);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(value: &str) -> Result<Condition, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_str(value).unwrap());
        Condition::if_match(&headers)
    }

    #[test]
    fn only_the_named_version_passes() {
        assert_eq!(if_match("\"7\"").unwrap().require(7).unwrap(), Some(7));
        assert_eq!(if_match("\"6\", \"7\"").unwrap().require(7).unwrap(), Some(7));
        assert_eq!(if_match("*").unwrap().require(7).unwrap(), None);
        assert_eq!(Condition::default().require(7).unwrap(), None);
        for stale in ["\"6\"", "W/\"7\"", "\"77\"", "\"\""] {
            let error = if_match(stale).unwrap().require(7).unwrap_err();
            assert_eq!(error.code(), Code::PreconditionFailed, "{stale}");
        }
    }

    #[test]
    fn anything_but_tags_is_refused() {
        for malformed in ["7", "\"7", "\"7\" \"8\"", "\"7\",", "w/\"7\"", ""] {
            assert_eq!(if_match(malformed).unwrap_err().code(), Code::BadHeader, "{malformed:?}");
        }
    }

    #[test]
    fn a_weak_tag_is_enough_to_be_spared_a_download() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("W/\"abc\""));
        let condition = Condition::if_none_match(&headers).unwrap();
        assert!(condition.names_weakly("\"abc\"") && !condition.names("\"abc\""));
    }
}
