//! The settings of an account. What the contract assumes about the vendor is in [`super::profile`].

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// The settings as given, with defaults filled in. Required ones default to nothing and are checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub base_url: String,
    pub user: String,
    pub issuer: String,
    pub default_document_type: String,
    pub default_portfolio_type: Option<String>,
    pub encryption: Option<String>,
    pub profile: Value,
    pub timeouts: Value,
    pub lookup_delays_s: Vec<u64>,
    pub polling: Vec<Polling>,
    pub max_artifact_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let nothing = || Value::Object(serde_json::Map::new());
        Self {
            base_url: String::new(),
            user: String::new(),
            issuer: String::new(),
            default_document_type: String::new(),
            default_portfolio_type: None,
            encryption: None,
            profile: nothing(),
            timeouts: nothing(),
            lookup_delays_s: vec![5, 20, 60],
            polling: vec![
                Polling { until_age_s: 86_400, every_s: 300 },
                Polling { until_age_s: 315_360_000, every_s: 1800 },
            ],
            max_artifact_bytes: 100 * 1024 * 1024,
        }
    }
}

/// The pause between two readings of a portfolio up to an age, in seconds. Only where the account has the call.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Polling {
    pub until_age_s: u64,
    pub every_s: u64,
}

impl Settings {
    /// When to look after a doubt, where the account has the call for it.
    pub(super) fn lookup_delays(&self) -> Vec<Duration> {
        self.lookup_delays_s.iter().map(|s| Duration::from_secs(*s)).collect()
    }
}
