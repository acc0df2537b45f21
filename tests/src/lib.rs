//! What the black-box tests share: a broker with its own database, object store and simulated providers, and the words
//! in which tests speak to it.
//!
//! Everything here speaks HTTP to the broker, as a caller would. [`spawn_app`] gives a fresh broker on SQLite;
//! [`on_both_databases!`] runs one test body on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a test library: a surprise ends the test, and its words are read in tests"
)]

mod app;
mod client;
mod database;
mod envelope;
mod eventually;
pub mod logs;
mod problem;
pub mod process;
mod samples;
mod server;
mod settings;
mod tenant;

pub use app::{ADMIN_KEY, App, Setup, spawn_app};
pub use client::{Answer, Call, Client};
pub use database::Database;
pub use envelope::{Envelope, EnvelopeBuilder, an_envelope};
pub use eventually::{PATIENCE, eventually};
pub use problem::Problem;
pub use samples::{ACCEPTED, ANNEX, CONTRACT, REFUSED, Sample, sample, sha256};
pub use settings::Settings;
pub use tenant::{ALL_SCOPES, CIF_CLIENT, CIF_DEVELOPER, PRIVATE_KEY, Tenant, merged};

/// Runs one test body on SQLite and on PostgreSQL, each with a broker of its own.
///
/// ```text
/// on_both_databases! {
///     async fn a_draft_is_kept(setup: Setup) {
///         let app = setup.start().await;
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($setup:ident: Setup) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(unused_imports, reason = "a body may need nothing from around it")]
                use super::*;

                async fn body($setup: $crate::Setup) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    body($crate::Setup::sqlite()).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    if let Some(setup) = $crate::Setup::postgres().await {
                        body(setup).await;
                    }
                }
            }
        )+
    };
}
