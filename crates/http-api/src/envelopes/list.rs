use actix_web::get;
use broker::persistence::{AttentionFilter, EnvelopeFilter};
use chrono::{DateTime, Utc};
use domain::attention::AttentionCode;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::{self, List};
use crate::conventions::query::{Query, parsed};
use crate::openapi::params::{EnvelopeFilters, PageQuery};
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// List envelopes
///
/// Newest first. All filters that are given must hold.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopeFilters, PageQuery),
    responses((status = 200, description = "A page of envelopes, without signing links.", body = List<EnvelopeView>, headers(
        ("Link" = String, description = "The next page, `rel=\"next\"`."),
    ))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/envelopes")]
pub(super) async fn list_envelopes(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let mut query = call.query();
    let filter = filter(&mut query);
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let found = call.broker().envelopes(tenant, &filter, &page).await?;
    paging::reply(found, call.path(), call.query_string(), |envelope| call.envelope_in_list(&envelope))
}

fn filter(query: &mut Query) -> EnvelopeFilter {
    EnvelopeFilter {
        statuses: query.many("status", parsed::<EnvelopeStatus>),
        reference: query.text("reference"),
        provider: query.text("provider"),
        metadata: query.keyed("metadata").into_iter().collect(),
        created_after: query.one("created_after", time),
        created_before: query.one("created_before", time),
        recipient_email: query.text("recipient_email"),
        attention: query.one("attention", |text| match text {
            "any" => Ok(AttentionFilter::Any),
            code => parsed::<AttentionCode>(code).map(AttentionFilter::Code),
        }),
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| "It must be an RFC 3339 time with an offset; write + as %2B.".to_owned())
}
