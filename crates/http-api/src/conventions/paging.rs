//! Lists: `?limit=&cursor=` in, `{ data, next_cursor, has_more }` and `Link` out.

use actix_web::http::header::{HeaderValue, LINK};
use broker::persistence::{Page, Paged};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use super::query::Query;
use crate::call::Reply;
use crate::problem::ApiError;

/// Items of a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most items of a page.
pub const MAX_LIMIT: u32 = 200;

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub data: Vec<T>,
    /// What `cursor` takes for the next page; null at the end.
    #[schema(example = "AAABkXy3Q2sBjd8Y")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[schema(example = false)]
    pub has_more: bool,
}

impl<T> List<T> {
    /// A list that is never long enough for a second page.
    pub fn whole(items: impl Iterator<Item = T>) -> Self {
        Self { data: items.collect(), next_cursor: None, has_more: false }
    }
}

/// Reads `limit` and `cursor` of a query whose text is `text`.
///
/// A cursor is good for the filters that it was given with. With others it is handed on as an empty one, which the store
/// refuses as it refuses every cursor that it did not sign.
pub fn page(query: &mut Query, text: &str) -> Page {
    let limit = query.one("limit", |text| match text.parse() {
        Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(format!("It must be a number from 1 to {MAX_LIMIT}.")),
    });
    let cursor = query.text("cursor").map(|given| match given.rsplit_once('.') {
        Some((signed, filters)) if filters == tag(text) => signed.to_owned(),
        _ => String::new(),
    });
    Page { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor }
}

/// A short name of a query's filters, whatever their order.
fn tag(query: &str) -> String {
    let mut filters: Vec<_> =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor" && name != "limit").collect();
    filters.sort();
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(filters).finish();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A page as the answer, with a `Link` to the next one.
///
/// # Errors
/// `internal-error` when the view cannot be written.
pub fn reply<T, V: Serialize>(
    page: Paged<T>,
    path: &str,
    query: &str,
    view: impl FnMut(T) -> V,
) -> Result<Reply, ApiError> {
    let next = page.next;
    let list = List { data: page.items.into_iter().map(view).collect(), has_more: next.is_some(), next_cursor: next };
    reply_list(list, path, query)
}

/// The same for a page that is one already.
///
/// # Errors
/// `internal-error` when the view cannot be written.
pub fn reply_list<V: Serialize>(mut list: List<V>, path: &str, query: &str) -> Result<Reply, ApiError> {
    list.next_cursor = list.next_cursor.map(|signed| format!("{signed}.{}", tag(query)));
    let reply = Reply::ok(&list)?;
    let next = list.next_cursor.as_deref().map(|cursor| next_link(path, query, cursor));
    Ok(match next.and_then(|link| HeaderValue::from_str(&link).ok()) {
        Some(link) => reply.header(LINK, link),
        None => reply,
    })
}

/// The same address with the next cursor (RFC 8288).
fn next_link(path: &str, query: &str, cursor: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    let next =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish();
    format!("<{path}?{next}>; rel=\"next\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_within_their_range() {
        for (text, limit) in [("", 50), ("limit=1", 1), ("limit=200", 200)] {
            let mut query = Query::parse(text);
            assert_eq!(page(&mut query, text).limit, limit);
            assert!(query.end().is_ok());
        }
        for text in ["limit=0", "limit=201", "limit=-1", "limit=ten", "limit="] {
            let mut query = Query::parse(text);
            page(&mut query, text);
            assert!(query.end().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_link_keeps_the_filters() {
        let link = next_link("/v1/envelopes", "status=draft&cursor=old&metadata%5Bk%5D=a%26b", "n=1");
        assert_eq!(link, "</v1/envelopes?status=draft&metadata%5Bk%5D=a%26b&cursor=n%3D1>; rel=\"next\"");
    }

    #[test]
    fn a_cursor_is_good_for_its_filters_in_any_order_and_for_no_others() {
        let list = List { data: Vec::<u32>::new(), next_cursor: Some("signed".to_owned()), has_more: true };
        let reply = reply_list(list, "/v1/envelopes", "status=sent&reference=a&limit=3").unwrap();
        let link = reply.headers().iter().find(|(name, _)| *name == LINK).unwrap().1.to_str().unwrap().to_owned();
        let cursor = link.split("cursor=").nth(1).unwrap().split('>').next().unwrap().to_owned();
        let read = |filters: &str| {
            let text = format!("{filters}&cursor={cursor}");
            page(&mut Query::parse(&text), &text).cursor
        };
        assert_eq!(read("reference=a&status=sent").as_deref(), Some("signed"));
        for other in ["status=sent", "status=draft&reference=a", ""] {
            assert_eq!(read(other).as_deref(), Some(""), "{other}");
        }
    }
}
