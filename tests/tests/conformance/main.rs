//! One set of scenarios that every provider passes, over HTTP, against the simulated vendors: the golden path, every order,
//! every end, every action, every feature, every fault at every call. What a provider cannot do is shown to be refused with
//! the right finding.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests and their helpers: a surprise ends them"
)]

/// Runs one test body for every provider, each in a world of its own.
macro_rules! for_every_provider {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(unused_imports, reason = "a body may need nothing from around it")]
                use super::*;

                async fn body($world: World) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn efirma_go() {
                    body(World::of("efirma_go").await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn gofirmex() {
                    body(World::of("gofirmex").await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn firma_virtual() {
                    body(World::of("firma_virtual").await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn viafirma() {
                    body(World::of("viafirma").await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn arqsign() {
                    body(World::of("arqsign").await).await;
                }
            }
        )+
    };
}

mod actions;
mod callbacks;
mod ends;
mod faults;
mod features;
mod golden;
mod orders;
mod quotas;
mod transcripts;
mod vendors;
mod world;

use world::World;
