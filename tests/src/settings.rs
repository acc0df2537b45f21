//! The configuration of a broker under test: everything goes fast, and everything lies in its own folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::app::ADMIN_KEY;

/// Configuration keys and their values.
#[derive(Debug, Clone, Default)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// The usual settings of a broker whose files are in `folder`.
    pub fn usual(folder: &Path, database: &str) -> Self {
        let mut settings = Self::default();
        for (key, value) in [
            ("server.bind", "127.0.0.1:0"),
            ("server.shutdown_grace_s", "5"),
            ("database.url", database),
            ("database.migrate_on_start", "true"),
            ("database.max_connections", "4"),
            ("storage.url", &format!("file:{}", folder.join("objects").display())),
            // 32 bytes that nobody else uses.
            ("secrets.master_key", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="),
            ("auth.bootstrap_admin_key", ADMIN_KEY),
            ("security.allow_private_targets", "true"),
            ("telemetry.log_filter", "warn"),
            ("worker.concurrency", "8"),
            ("worker.lease_s", "2"),
            ("worker.poll_every_ms", "50"),
            ("worker.send_window_s", "1"),
            ("worker.takeover_margin_s", "0"),
            ("worker.first_pause_ms", "20"),
            ("worker.longest_pause_s", "1"),
        ] {
            settings.set(key, value);
        }
        settings
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    /// By key, as configuration sources take them.
    pub fn by_key(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// As environment variables of the program.
    pub fn environment(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().map(|(key, value)| (format!("RUBRICA__{}", key.replace('.', "__").to_uppercase()), &**value))
    }
}
