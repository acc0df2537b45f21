//! The housekeeping that nobody asks for: what is over is forgotten, what nothing refers to is deleted.

use std::time::Duration;

use chrono::TimeDelta;
use futures::TryStreamExt;
use tokio_util::sync::CancellationToken;

use crate::callbacks::UNMATCHED_FOR;
use crate::{Broker, Result};

/// How often it is looked after.
const EVERY: Duration = Duration::from_hours(1);

/// How old a file must be before it counts as left behind: longer than any upload or call takes, and longer than the
/// files of callbacks are kept for a submission that may still turn up.
const LEFT_BEHIND_AFTER: TimeDelta = TimeDelta::days(8);
const _: () = assert!(LEFT_BEHIND_AFTER.num_seconds() > UNMATCHED_FOR.num_seconds());

/// Files that are looked up together.
const AT_ONCE: usize = 200;

impl Broker {
    /// Looks after the house until told to stop, each hour; of several replicas one does it.
    pub async fn keep_house(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.clean_once().await {
                Ok(Some(deleted)) if deleted > 0 => {
                    tracing::info!(deleted, "Files that nothing refers to were deleted")
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %error, "The housekeeping failed; trying again in an hour"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// One round; how many files were deleted, or `None` when another replica does it.
    ///
    /// # Errors
    /// Those of the database and the store.
    pub async fn clean_once(&self) -> Result<Option<u64>> {
        let permits = self.store().permits();
        let holder = uuid::Uuid::now_v7().to_string();
        let Some(_mine) = permits.acquire("housekeeping", 1, &holder, EVERY / 2).await? else {
            return Ok(None);
        };
        let now = self.clock().now();
        self.store().requests().purge().await?;
        self.store().purge_callbacks(now).await?;
        permits.purge().await?;
        self.store().database().optimize().await?;
        let mut deleted = 0;
        let mut old = self.blobs().written_before(now - LEFT_BEHIND_AFTER).try_chunks(AT_ONCE);
        while let Some(keys) = old.try_next().await.map_err(|error| error.1)? {
            let used = self.store().object_keys_in_use(&keys).await?;
            for key in keys.iter().filter(|key| !used.contains(*key)) {
                self.blobs().delete(key).await?;
                deleted += 1;
            }
        }
        Ok(Some(deleted))
    }
}
