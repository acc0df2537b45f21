//! The permit to make a call, and the knowledge of how far a request got.
//!
//! Whether a failed call certainly never reached the provider is told from what this module saw, not from the kind of
//! error that came up: a request whose connection was never made, or of whose body no byte was given out, was not sent.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::reply::TransportError;

/// Leave to make one call, as granted by the broker from the database.
#[derive(Debug, Clone, Copy)]
pub struct Permit {
    // Both clocks: the monotonic one stands still while a machine sleeps, the other may be set back.
    not_after: Instant,
    not_after_wall: SystemTime,
}

/// Longest permit: a day. No call is worth waiting longer for, and sums with it cannot overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl Permit {
    /// Leave to put the first byte on the wire within `time` from now, a day at most.
    #[must_use]
    pub fn lasting(time: Duration) -> Self {
        let time = time.min(LONGEST);
        Self { not_after: Instant::now() + time, not_after_wall: SystemTime::now() + time }
    }

    /// Leave until `not_after`, where the caller's clock says `now`. Past already: no call is made.
    #[must_use]
    pub fn until(not_after: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self::lasting((not_after - now).to_std().unwrap_or_default())
    }

    /// Whether it is too late for a first byte.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.not_after || SystemTime::now() >= self.not_after_wall
    }
}

/// The gate did not open: nothing was sent.
#[derive(Debug)]
pub(super) struct Barred(String);

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Barred {}

/// How far the request of one call got.
#[derive(Debug)]
pub(super) struct Passage {
    permit: Permit,
    has_body: bool,
    connected: AtomicBool,
    begun: AtomicBool,
    barred: OnceLock<String>,
}

tokio::task_local! {
    /// The call on whose behalf the connector works; connections are never shared, so there is exactly one.
    pub(super) static PASSAGE: Arc<Passage>;
}

impl Passage {
    pub(super) fn new(permit: Permit, has_body: bool) -> Self {
        Self {
            permit,
            has_body,
            connected: AtomicBool::new(false),
            begun: AtomicBool::new(false),
            barred: OnceLock::new(),
        }
    }

    /// The connection stands and the head is about to be written.
    fn connect(&self) -> Result<(), Barred> {
        self.check_time()?;
        self.connected.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The first byte of the body is about to be given out.
    pub(super) fn begin(&self) -> Result<(), Barred> {
        self.check_time()?;
        self.begun.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The body cannot be given out.
    pub(super) fn bar(&self, reason: impl Into<String>) -> Barred {
        let reason = reason.into();
        // Only the first reason counts; later ones follow from it.
        let _ = self.barred.set(reason.clone());
        Barred(reason)
    }

    fn check_time(&self) -> Result<(), Barred> {
        if self.permit.is_over() {
            return Err(self.bar("the permit for the call ended before its first byte"));
        }
        Ok(())
    }

    /// Whether anything that a server could act on may have left: the head of a request without a body, or a byte of the
    /// body. A head that announces a body is no request yet.
    pub(super) fn may_have_arrived(&self) -> bool {
        if self.has_body { self.begun.load(Ordering::SeqCst) } else { self.connected.load(Ordering::SeqCst) }
    }

    /// What a failure of the exchange is.
    pub(super) fn failure(&self, reason: String) -> TransportError {
        let reason = self.barred.get().cloned().unwrap_or(reason);
        if self.may_have_arrived() {
            TransportError::Lost { reason }
        } else {
            TransportError::NotSent { reason, retry_after: None }
        }
    }
}

/// Wraps the connector so that [`Passage`] learns of the connection before the head is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct GateLayer;

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner }
    }
}

/// See [`GateLayer`].
#[derive(Debug, Clone)]
pub(super) struct Gate<S> {
    inner: S,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<S, R> Service<R> for Gate<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let connection = connecting.await?;
            PASSAGE.try_with(|passage| passage.connect())??;
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(passage: &Passage) -> bool {
        matches!(passage.failure("x".to_owned()), TransportError::Lost { .. })
    }

    #[test]
    fn without_a_body_the_connection_decides() {
        let passage = Passage::new(Permit::lasting(Duration::from_secs(60)), false);
        assert!(!is_lost(&passage));
        passage.connect().unwrap();
        assert!(is_lost(&passage));
    }

    #[test]
    fn with_a_body_its_first_byte_decides() {
        let passage = Passage::new(Permit::lasting(Duration::from_secs(60)), true);
        passage.connect().unwrap();
        assert!(!is_lost(&passage));
        passage.begin().unwrap();
        assert!(is_lost(&passage));
    }

    #[test]
    fn a_permit_that_is_over_bars_both_gates_and_tells_why() {
        let now = Utc::now();
        let passage = Passage::new(Permit::until(now, now), true);
        assert!(passage.connect().is_err() && passage.begin().is_err());
        assert_eq!(
            passage.failure("connection closed".to_owned()),
            TransportError::NotSent {
                reason: "the permit for the call ended before its first byte".to_owned(),
                retry_after: None
            }
        );
    }

    #[test]
    fn a_permit_counts_from_the_callers_own_now() {
        let now = DateTime::UNIX_EPOCH;
        assert!(!Permit::until(now + chrono::TimeDelta::seconds(30), now).is_over());
        assert!(Permit::until(now - chrono::TimeDelta::seconds(1), now).is_over());
    }
}
