//! The REST API: actix-web handlers over the broker's use cases, and the OpenAPI document made from them.
//!
//! A handler takes a [`call::Call`], asks one use case, and answers with a view. No SQL and no vendor is in here.
//! [`app`] has the listeners, [`edge`] the layer around every request, [`problem`] every failure, [`body`] how bodies
//! are judged, [`openapi`] the published document.

pub mod accounts;
pub mod app;
mod artifacts;
pub mod auth;
pub mod body;
pub mod call;
mod callbacks;
pub mod conventions;
mod docs;
pub mod documents;
pub mod edge;
pub mod envelopes;
mod events;
mod health;
mod jobs;
pub mod openapi;
pub mod problem;
mod providers;
pub mod recipients;
pub mod routing;
mod signing;
pub mod tenants;
pub mod views;

pub use app::{Api, ApiConfig, build_app, configure_api, configure_ops, configure_public};
pub use openapi::{ApiDocument, DocumentDefect, document};
