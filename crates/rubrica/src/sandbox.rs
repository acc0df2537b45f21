//! The simulated providers, as the configuration wants them.

use anyhow::Context as _;
use provider_sandbox::{RunningSandbox, SandboxConfig, Scripts};

use crate::config::{Sandbox, Signers};

/// Starts the simulated providers.
///
/// # Errors
/// When the address cannot be bound, or no test authority can be made.
pub async fn start(config: &Sandbox) -> anyhow::Result<RunningSandbox> {
    let world = SandboxConfig {
        seed: config.seed,
        scripts: match config.signers {
            Signers::Manual => Scripts::default(),
            Signers::Sign => Scripts::everybody_signs(),
        },
        public_base_url: config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        ..SandboxConfig::default()
    };
    provider_sandbox::Sandbox::start(config.bind, world).await.with_context(|| {
        format!(
            "the simulated providers cannot be served at {}. Choose another address: RUBRICA__SANDBOX__BIND=127.0.0.1:0 \
             takes a free port",
            config.bind
        )
    })
}
