//! `Prefer: wait=N` (RFC 7240): how long the caller would like to wait for the submission to end.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};

/// The request header.
pub const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The answer's header that tells which preference was followed.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The longest wait.
pub const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long to wait; nothing when the caller does not ask. A longer wait than [`MAX_WAIT`] is cut to it. A preference that
/// cannot be read is ignored, as RFC 7240 section 2 wants it.
#[must_use]
pub fn wait(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all(PREFER)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .find_map(|preference| {
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            if !name.trim().eq_ignore_ascii_case("wait") {
                return None;
            }
            value.trim().trim_matches('"').parse::<u64>().ok()
        })
        .map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_wait_is_read_and_cut() {
        let cases = [
            ("wait=5", Some(5)),
            ("wait=\"5\"", Some(5)),
            ("respond-async, Wait = 7", Some(7)),
            ("wait=3; foo=bar", Some(3)),
            ("wait=0", Some(0)),
            ("wait=3600", Some(30)),
            ("wait=-1", None),
            ("wait=soon", None),
            ("wait", None),
            ("return=minimal", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, HeaderValue::from_str(text).unwrap());
            assert_eq!(wait(&headers), seconds.map(Duration::from_secs), "{text:?}");
        }
        assert_eq!(wait(&HeaderMap::new()), None);
    }
}
