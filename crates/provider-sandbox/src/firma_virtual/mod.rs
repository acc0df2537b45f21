//! Firma Virtual (Chile), mounted under `/firma_virtual`. Source: the vendor's wire contract.

use actix_web::web::ServiceConfig;

use crate::sandbox::Sandbox;
use crate::transactions::Transaction;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "firma_virtual";

/// What the simulated vendor begins with, and how it deviates on request.
#[derive(Clone, Debug, Default)]
pub struct FirmaVirtualConfig {}

/// The vendor's world.
#[derive(Debug)]
pub(crate) struct State {}

/// The simulated vendor as tests in the same process hold it.
#[derive(Clone)]
pub struct FirmaVirtual {
    sandbox: Sandbox,
}

impl FirmaVirtual {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(_seed: Option<u64>, _config: &FirmaVirtualConfig) -> State {
        State {}
    }

    /// The base address for an account: `{base_url}/firma_virtual`.
    pub fn base_url(&self) -> String {
        format!("{}/{}", self.sandbox.base_url(), VENDOR)
    }

    /// All transactions, oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        Vec::new()
    }

    /// Accounts, deviations and how many transactions there are, for the control API.
    pub(crate) fn summary(&self) -> serde_json::Value {
        serde_json::json!({ "base_url": self.base_url() })
    }
}

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(_service: &mut ServiceConfig) {}

/// Mounts the controls, under `/_sandbox`.
pub(crate) fn control_routes(_service: &mut ServiceConfig) {}
