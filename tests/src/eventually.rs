//! Waiting for conditions.

use std::time::Duration;

/// Long enough for a slow and busy machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The pause between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until `look` gives something.
///
/// # Panics
/// After [`PATIENCE`], saying `what` was waited for.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
