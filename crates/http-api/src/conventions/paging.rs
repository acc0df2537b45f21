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

/// Reads `limit` and `cursor`.
pub fn page(query: &mut Query) -> Page {
    let limit = query.one("limit", |text| match text.parse() {
        Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(format!("It must be a number from 1 to {MAX_LIMIT}.")),
    });
    Page { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor: query.text("cursor") }
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
    reply_list(&list, path, query)
}

/// The same for a page that is one already.
///
/// # Errors
/// `internal-error` when the view cannot be written.
pub fn reply_list<V: Serialize>(list: &List<V>, path: &str, query: &str) -> Result<Reply, ApiError> {
    let reply = Reply::ok(list)?;
    let link =
        list.next_cursor.as_deref().and_then(|cursor| HeaderValue::from_str(&next_link(path, query, cursor)).ok());
    Ok(match link {
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
            assert_eq!(page(&mut query).limit, limit);
            assert!(query.end().is_ok());
        }
        for text in ["limit=0", "limit=201", "limit=-1", "limit=ten", "limit="] {
            let mut query = Query::parse(text);
            page(&mut query);
            assert!(query.end().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_link_keeps_the_filters() {
        let link = next_link("/v1/envelopes", "status=draft&cursor=old&metadata%5Bk%5D=a%26b", "n=1");
        assert_eq!(link, "</v1/envelopes?status=draft&metadata%5Bk%5D=a%26b&cursor=n%3D1>; rel=\"next\"");
    }
}
