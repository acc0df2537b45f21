//! Dead letters: work that was given up.

use actix_web::http::StatusCode;
use actix_web::{get, post};
use broker::BrokerError;
use domain::ids::JobId;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{EnvelopesRead, EnvelopesWrite};
use crate::call::{Call, Reply, Stored};
use crate::conventions::paging::{self, List};
use crate::openapi::params::{JobFilters, JobPath, PageQuery};
use crate::problem::ApiError;
use crate::views::job::{DeadJobView, RequeuedView};

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services.service(list_jobs).service(requeue_job);
}

/// List dead jobs
///
/// Work that failed too often and waits for a person, the latest first, each with its reason.
#[utoipa::path(
    tag = "jobs",
    security(("bearer" = ["envelopes:read"])),
    params(JobFilters, PageQuery),
    responses((status = 200, description = "A page of dead jobs.", body = List<DeadJobView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/jobs")]
async fn list_jobs(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let mut query = call.query();
    let only_dead = |text: &str| if text == "dead" { Ok(()) } else { Err("Only dead jobs are listed.".to_owned()) };
    query.one("state", only_dead);
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let jobs = call.broker().dead_jobs(tenant, &page).await?;
    paging::reply(jobs, call.path(), call.query_string(), |job| DeadJobView::from(&job))
}

/// Requeue a dead job
///
/// Puts it back into the queue, due now.
#[utoipa::path(
    tag = "jobs",
    security(("bearer" = ["envelopes:write"])),
    params(JobPath),
    responses((status = 202, description = "It is in the queue again.", body = RequeuedView)),
)]
#[post("/jobs/{job_id}/requeue")]
async fn requeue_job(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let id: JobId = call.id("job_id", "dead job")?;
    let tenant = call.tenant().await?;
    let body = call.body().await?;
    let answer = || Reply::json(StatusCode::ACCEPTED, &RequeuedView { id: id.into() });
    let work = async |caller| {
        body.none()?;
        match call.broker().requeue_job(&caller, id).await {
            Err(BrokerError::NotFound) => Err(ApiError::not_found("dead job")),
            other => {
                other?;
                answer()
            }
        }
    };
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, async |_: Stored| answer()).await
}
