//! Local stand-ins for the e-signature vendors: real HTTP servers that are as strict as the vendors' contracts.
//!
//! The crate is written from the vendor contracts alone and shares no code with the clients, so that a page misread on one side shows up as a
//! disagreement. A [`Sandbox`] is one isolated world: vendors' documents, a virtual clock, scripted signers, injected faults and a ledger of
//! everything received. [`Sandbox::start`] puts it behind a socket; several run side by side in one process.
//!
//! - vendors' APIs under `/<vendor>` (for example `/efirma_go`), signers' pages beside them,
//! - control over HTTP under `/_sandbox`, or with the methods of [`Sandbox`] in the same process,
//! - signed files carry real PAdES signatures by a test authority that is made at start ([`Sandbox::ca_pem`]).

mod agenda;
pub mod arqsign;
mod callbacks;
mod clock;
mod control;
pub mod efirma_go;
mod endpoint;
mod faults;
pub mod firma_virtual;
mod form;
pub mod gofirmex;
mod ledger;
pub mod pades;
mod pages;
mod pdf_facts;
mod report;
mod reset;
mod sandbox;
mod server;
mod signers;
mod sync;
mod transactions;
mod upload;
pub mod viafirma;

pub use callbacks::{CallbackRecord, CallbackVerdict};
pub use faults::{Fault, FaultKind, When};
pub use ledger::{ANSWER_KEPT, CallRecord, FileRecord, Notice, NoticeKind};
pub use sandbox::{CallbackPolicy, Sandbox, SandboxConfig};
pub use server::RunningSandbox;
pub use signers::{Script, ScriptAction, Scripts};
pub use transactions::{ActError, Person, Transaction};
