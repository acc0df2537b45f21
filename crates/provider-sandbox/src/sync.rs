//! A mutex lock that survives a panic elsewhere: the sandbox's data stays usable for the other tests of a process.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The guarded value, also when another holder panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
