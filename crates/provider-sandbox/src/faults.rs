//! Injected faults: what goes wrong, at which endpoint, on which call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Whether a fault strikes before the vendor acted on the call or after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The call has no effect at the vendor.
    #[default]
    BeforeEffect,
    /// The vendor acted; the caller does not get its answer.
    AfterEffect,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The answer comes late, in real milliseconds.
    Latency {
        /// Real milliseconds.
        ms: u64,
        /// Wait before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// An HTTP error with a short text body.
    HttpError {
        /// The status, for example 503.
        status: u16,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The connection is reset (TCP RST); no byte of an answer arrives.
    Reset {
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// The effect happens; the connection ends in the middle of the answer's body.
    TruncatedBody {},
    /// The effect happens; the answer's body is cut to something that is no JSON.
    MalformedJson {},
    /// An HTML page in place of the answer.
    HtmlPage {
        /// The status of the page, for example 200 or 502.
        status: u16,
        /// Before or after the effect.
        #[serde(default)]
        when: When,
    },
    /// HTTP 429 with `Retry-After`, without effect.
    RateLimited {
        /// Seconds in the header.
        retry_after_s: u64,
    },
    /// The effect happens and is answered, but what was created cannot be found by searches for so long (virtual seconds).
    LookupLag {
        /// Virtual seconds.
        seconds: u64,
    },
    /// Endpoint `callback`: delivered so many times in all.
    DuplicateCallback {
        /// Deliveries in all.
        copies: u32,
    },
    /// Endpoint `callback`: delivered so much later, in virtual milliseconds.
    DelayedCallback {
        /// Virtual milliseconds.
        ms: u64,
    },
    /// Endpoint `callback`: delivered right after the next callback of that vendor, so that the two arrive in the wrong order.
    HeldCallback {},
    /// Endpoint `callback`: never delivered.
    LostCallback {},
}

impl FaultKind {
    /// The name of the kind, as in the control API.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::HttpError { .. } => "http_error",
            Self::Reset { .. } => "reset",
            Self::TruncatedBody {} => "truncated_body",
            Self::MalformedJson {} => "malformed_json",
            Self::HtmlPage { .. } => "html_page",
            Self::RateLimited { .. } => "rate_limited",
            Self::LookupLag { .. } => "lookup_lag",
            Self::DuplicateCallback { .. } => "duplicate_callback",
            Self::DelayedCallback { .. } => "delayed_callback",
            Self::HeldCallback {} => "held_callback",
            Self::LostCallback {} => "lost_callback",
        }
    }
}

/// A fault and the calls that it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The vendor's kind, for example `efirma_go`.
    pub vendor: String,
    /// The endpoint's name, for example `enviar_documento`; `callback` for what the vendor sends; absent: every endpoint but `callback`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Strikes first at the nth matching call from now, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls it strikes; absent: one; 0: all until faults are cleared.
    #[serde(default = "one")]
    pub count: u32,
    /// What goes wrong.
    pub fault: FaultKind,
}

fn one() -> u32 {
    1
}

impl Fault {
    /// A fault that strikes the next call of one endpoint, once.
    pub fn once(vendor: &str, endpoint: &str, fault: FaultKind) -> Self {
        Self { vendor: vendor.to_owned(), endpoint: Some(endpoint.to_owned()), nth: 1, count: 1, fault }
    }

    /// The same fault, first at the nth matching call, `count` times (0: for ever).
    pub fn at(mut self, nth: u32, count: u32) -> Self {
        self.nth = nth;
        self.count = count;
        self
    }

    fn matches(&self, vendor: &str, endpoint: &str) -> bool {
        self.vendor == vendor
            && match &self.endpoint {
                Some(named) => named == endpoint,
                None => endpoint != CALLBACK,
            }
    }
}

/// The endpoint name of what a vendor sends.
pub(crate) const CALLBACK: &str = "callback";

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u32,
    struck: u32,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.armed.push(Armed { fault, seen: 0, struck: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Those still waiting, in order of entry.
    pub(crate) fn waiting(&self) -> Vec<Fault> {
        self.armed.iter().map(|armed| armed.fault.clone()).collect()
    }

    /// The faults that strike this call, in order of entry. Counts the call.
    pub(crate) fn strike(&mut self, vendor: &str, endpoint: &str) -> Vec<FaultKind> {
        let mut struck = Vec::new();
        for armed in &mut self.armed {
            if !armed.fault.matches(vendor, endpoint) {
                continue;
            }
            armed.seen = armed.seen.saturating_add(1);
            if armed.seen >= armed.fault.nth {
                armed.struck = armed.struck.saturating_add(1);
                struck.push(armed.fault.fault.clone());
            }
        }
        self.armed.retain(|armed| armed.fault.count == 0 || armed.struck < armed.fault.count);
        struck
    }
}

/// The sum of the latencies that strike at this moment.
pub(crate) fn latency(faults: &[FaultKind], at: When) -> Option<Duration> {
    let mut total = 0;
    for fault in faults {
        if let FaultKind::Latency { ms, when } = fault
            && *when == at
        {
            total += ms;
        }
    }
    (total > 0).then(|| Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_from_its_nth_call_and_as_often_as_asked() {
        let mut faults = Faults::default();
        faults.add(Fault::once("acme", "send", FaultKind::MalformedJson {}).at(2, 2));
        let struck: Vec<bool> = (0..5).map(|_| !faults.strike("acme", "send").is_empty()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn a_fault_without_an_endpoint_spares_callbacks() {
        let mut faults = Faults::default();
        faults.add(Fault { endpoint: None, ..Fault::once("acme", "", FaultKind::TruncatedBody {}).at(1, 0) });
        assert!(faults.strike("acme", CALLBACK).is_empty());
        assert_eq!(faults.strike("acme", "search").len(), 1);
        assert!(faults.strike("other", "search").is_empty());
    }
}
