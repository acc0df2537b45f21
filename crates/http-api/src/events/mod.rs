//! What happened: the history of one envelope, and the feed of the tenant.

use actix_web::get;
use broker::persistence::{FeedQuery, Page};
use domain::ids::EnvelopeId;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::{self, List};
use crate::openapi::params::{EnvelopePath, PageQuery};
use crate::problem::ApiError;
use crate::views::event::EventView;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services.service(list_envelope_events).service(list_events);
}

/// List an envelope's events
///
/// The history in order, numbered without gaps; that of a deleted draft too.
#[utoipa::path(
    tag = "events",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath, PageQuery),
    responses((status = 200, description = "A page of events, the oldest first.", body = List<EventView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/envelopes/{envelope_id}/events")]
async fn list_envelope_events(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let id: EnvelopeId = call.id("envelope_id", "envelope")?;
    let tenant = call.tenant().await?;
    let mut query = call.query();
    let page = paging::page(&mut query, call.query_string());
    // Existence comes before the query: an unknown envelope is 404 whatever else is wrong.
    let events = call.broker().envelope_events(tenant, id, &page).await;
    match events {
        Err(broker::BrokerError::NotFound) => Err(ApiError::not_found("envelope")),
        other => {
            query.end()?;
            paging::reply(other?, call.path(), call.query_string(), |event| EventView::from(&event))
        }
    }
}

/// Follow all events
///
/// Every event of the tenant's envelopes, in an order that never changes. `next_cursor` is always given: ask again with it
/// to go on where you stopped. An event is not shown before all that come ahead of it.
#[utoipa::path(
    tag = "events",
    security(("bearer" = ["envelopes:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page of events, the oldest first.", body = List<EventView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/events")]
async fn list_events(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let mut query = call.query();
    let Page { limit, cursor } = paging::page(&mut query, call.query_string());
    query.end()?;
    let wanted = FeedQuery { limit, cursor, kinds: Vec::new() };
    let feed = call.broker().tenant_events(tenant, &wanted).await?;
    let data = feed.events.iter().map(EventView::from).collect();
    // Where to go on is told even when nothing is left: the next events will come after it.
    let list = List { data, next_cursor: Some(feed.cursor), has_more: feed.has_more };
    paging::reply_list(list, call.path(), call.query_string())
}
