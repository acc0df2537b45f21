//! Points at which a test build ends the process as a crash would, to prove what the next worker does.

/// Ends the process at once when the environment names this point. Absent from builds without the feature `failpoints`.
#[macro_export]
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        $crate::failpoint::hit($name);
    };
}

/// Ends the process when `RUBRICA_FAILPOINT` is `name`, or `name:N` at the N-th time.
#[cfg(feature = "failpoints")]
pub fn hit(name: &str) {
    use std::collections::HashMap;
    use std::sync::{Mutex, OnceLock};

    static WANTED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static SEEN: OnceLock<Mutex<HashMap<String, u32>>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| {
        let told = std::env::var("RUBRICA_FAILPOINT").ok()?;
        let (name, nth) = told.split_once(':').unwrap_or((&told, "1"));
        Some((name.to_owned(), nth.parse().unwrap_or(1)))
    });
    let Some((wanted, nth)) = wanted else { return };
    if wanted != name {
        return;
    }
    let mut seen = match SEEN.get_or_init(Mutex::default).lock() {
        Ok(seen) => seen,
        Err(poisoned) => poisoned.into_inner(),
    };
    let count = seen.entry(name.to_owned()).or_default();
    *count += 1;
    if *count == *nth {
        // As abrupt as SIGKILL: nothing is flushed, nothing is dropped.
        std::process::abort();
    }
}
