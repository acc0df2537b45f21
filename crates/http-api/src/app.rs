//! The three listeners: the API, what the public may reach (callbacks, the signer's page), and operations (health, metrics).
//!
//! One address may serve all of them; where `public_bind` or `ops_bind` is set, each serves its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpRequest};
use broker::Broker;
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Authenticator;
use crate::body::Schemas;
use crate::edge::{self, Edge, Routes};
use crate::openapi::{self, ApiDocument, DocumentDefect};
use crate::problem::ApiError;
use crate::{accounts, artifacts, callbacks, docs, documents, envelopes, events, health, jobs, providers};
use crate::{problem, recipients, routing, signing, tenants};

/// How the API is served.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The address that callers use, without a slash at its end: problem types and callback URLs begin with it.
    pub public_url: Arc<str>,
    /// Longest time until an answer begins. More than the longest `Prefer: wait`.
    pub request_timeout: Duration,
    /// The same for requests that may carry files.
    pub upload_timeout: Duration,
    /// Largest document, in bytes.
    pub max_document_bytes: u64,
    /// Largest JSON body, in bytes, where no files are expected in it.
    pub json_limit: u64,
    /// Largest JSON body, in bytes, where base64 files may be in it.
    pub json_with_files_limit: u64,
    /// Whether `/docs` serves Swagger UI.
    pub swagger: bool,
    /// Whether the API's own listener also serves callbacks and the signer's page.
    pub callbacks_here: bool,
    /// Whether the API's own listener also serves metrics and health.
    pub operations_here: bool,
}

impl ApiConfig {
    /// Serves everything on one listener, with the usual limits. `public_url` may end with a slash.
    #[must_use]
    pub fn new(public_url: &str, max_document_bytes: u64) -> Self {
        Self {
            public_url: Arc::from(public_url.trim_end_matches('/')),
            request_timeout: Duration::from_secs(60),
            upload_timeout: Duration::from_secs(600),
            max_document_bytes,
            json_limit: 1024 * 1024,
            // Base64 takes four bytes for three; a MiB is left for the rest.
            json_with_files_limit: max_document_bytes.saturating_mul(4) / 3 + 1024 * 1024,
            swagger: true,
            callbacks_here: true,
            operations_here: true,
        }
    }
}

/// What handlers share. Cheap to clone; one for the whole process.
#[derive(Clone)]
pub struct Api {
    /// The use cases.
    pub broker: Broker,
    /// How the API is served.
    pub config: ApiConfig,
    /// Who callers are.
    pub authenticator: Authenticator,
    /// The schemas of request bodies.
    pub schemas: Schemas,
    /// The published document.
    pub document: Arc<ApiDocument>,
    /// What `/metrics` renders; `None` when nobody collects.
    pub metrics: Option<PrometheusHandle>,
    routes: Routes,
    draining: Arc<AtomicBool>,
}

impl Api {
    /// The API over `broker`.
    ///
    /// # Errors
    /// [`DocumentDefect`]: the document cannot be made, a defect of the build.
    pub fn new(broker: Broker, config: ApiConfig, metrics: Option<PrometheusHandle>) -> Result<Self, DocumentDefect> {
        edge::describe_metrics();
        let document = openapi::document_of(broker.registry())?;
        let schemas = Schemas::of(&document.json)?;
        Ok(Self {
            authenticator: Authenticator::new(broker.clone()),
            broker,
            config,
            schemas,
            routes: Routes::of(&document.routes),
            document: Arc::new(document),
            metrics,
            draining: Arc::default(),
        })
    }

    /// Says from now on that the process is shutting down, so that load balancers send nothing new.
    pub fn begin_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is shutting down.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    fn edge(&self) -> Edge {
        Edge {
            public_url: Arc::clone(&self.config.public_url),
            timeout: self.config.request_timeout,
            upload_timeout: self.config.upload_timeout,
        }
    }
}

/// The operations of the API, in the order in which the document shows them.
pub(crate) fn api_operations(services: &mut ServiceConfig<'_>) {
    services.service(
        utoipa_actix_web::scope("/v1")
            .configure(envelopes::operations)
            .configure(recipients::operations)
            .configure(documents::operations)
            .configure(artifacts::operations)
            .configure(events::operations)
            .configure(providers::operations)
            .configure(accounts::operations)
            .configure(routing::operations)
            .configure(jobs::operations)
            .configure(tenants::operations),
    );
}

/// What the public may reach.
pub(crate) fn public_operations(services: &mut ServiceConfig<'_>) {
    services
        .service(callbacks::receive_callback)
        .service(signing::open_signing_page)
        .service(signing::get_signing_state);
}

/// Health and metrics.
pub(crate) fn operations_operations(services: &mut ServiceConfig<'_>) {
    services.service(health::get_liveness).service(health::get_readiness).service(health::get_metrics);
}

/// Documentation that is part of the document itself.
pub(crate) fn documentation_operations(services: &mut ServiceConfig<'_>) {
    services.service(docs::get_openapi).service(problem::list_problems).service(problem::get_problem);
}

/// Registers the API's listener; callbacks, the signer's page, health and metrics too unless they have their own.
pub fn configure_api(api: &Api, config: &mut web::ServiceConfig) {
    {
        let mut services = ServiceConfig::new(config);
        api_operations(&mut services);
        documentation_operations(&mut services);
        if api.config.callbacks_here {
            public_operations(&mut services);
        }
        if api.config.operations_here {
            operations_operations(&mut services);
        }
    }
    docs::configure(api.config.swagger, config);
    if api.config.callbacks_here {
        signing::assets(config);
    }
    common(api, config);
}

/// Registers the listener that the public may reach: callbacks and the signer's page only.
pub fn configure_public(api: &Api, config: &mut web::ServiceConfig) {
    public_operations(&mut ServiceConfig::new(config));
    signing::assets(config);
    common(api, config);
}

/// Registers the listener for operations: health and metrics only.
pub fn configure_ops(api: &Api, config: &mut web::ServiceConfig) {
    operations_operations(&mut ServiceConfig::new(config));
    common(api, config);
}

fn common(api: &Api, config: &mut web::ServiceConfig) {
    config.app_data(Data::new(api.clone())).default_service(web::to(unanswered));
}

async fn unanswered(request: HttpRequest, api: Data<Api>) -> Result<actix_web::HttpResponse, ApiError> {
    Err(api.routes.unanswered(request.method(), request.path()))
}

/// An application for one listener, with the edge around it.
///
/// To be called once for each worker: `HttpServer::new(move || build_app(&api, configure_api))`.
pub fn build_app(
    api: &Api,
    configure: fn(&Api, &mut web::ServiceConfig),
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<>,
> {
    let edge = api.edge();
    App::new().configure(|config| configure(api, config)).wrap(from_fn(move |request: ServiceRequest, next| {
        let edge = edge.clone();
        async move { pass(edge, request, next).await }
    }))
}

async fn pass<B: MessageBody + 'static>(
    edge: Edge,
    request: ServiceRequest,
    next: actix_web::middleware::Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    edge::pass(edge, request, next).await
}

/// Every operation of every listener as a document, without the app.
pub(crate) fn collected() -> utoipa::openapi::OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .configure(api_operations)
        .configure(public_operations)
        .configure(operations_operations)
        .configure(documentation_operations)
        .split_for_parts();
    document
}
