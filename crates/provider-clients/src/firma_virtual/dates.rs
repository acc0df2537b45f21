//! The vendor's times: a text without a zone, or an object that names one. Source: contract sections 3.8 and 3.9, F15.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use serde_json::Value;

use crate::shared::json::{member, text};

/// `UTC`, or an offset such as `-03:00`.
pub(super) fn offset(text: &str) -> Option<FixedOffset> {
    if text == "UTC" { FixedOffset::east_opt(0) } else { text.parse().ok() }
}

/// When something happened, as `YYYY-MM-DD HH:MM:SS` with or without a fraction; in `assumed` unless it names its zone.
pub(super) fn read(value: &Value, assumed: FixedOffset) -> Option<DateTime<Utc>> {
    let named = member(value, "timezone").and_then(text).and_then(|zone| offset(&zone));
    let told = member(value, "date").and_then(text).or_else(|| text(value))?;
    let local = NaiveDateTime::parse_from_str(&told, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    local.and_local_timezone(named.unwrap_or(assumed)).single().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_shapes_are_read_and_the_named_zone_wins() {
        let (utc, chile) = (offset("UTC").unwrap(), offset("-03:00").unwrap());
        let told = |value: Value, assumed| read(&value, assumed).map(|time| time.to_rfc3339());
        assert_eq!(told(json!("2021-12-10 05:28:54"), utc).as_deref(), Some("2021-12-10T05:28:54+00:00"));
        assert_eq!(told(json!("2021-12-10 05:28:54"), chile).as_deref(), Some("2021-12-10T08:28:54+00:00"));
        let object = json!({ "date": "2022-08-04 03:56:20.594852", "timezone_type": 3, "timezone": "UTC" });
        assert_eq!(told(object, chile).as_deref(), Some("2022-08-04T03:56:20.594852+00:00"));
        assert_eq!(told(json!("yesterday"), utc), None);
        assert_eq!(told(json!(null), utc), None);
        assert!(offset("America/Santiago").is_none());
    }
}
