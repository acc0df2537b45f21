//! The vendors: one folder each, with the vendor's words on one side and ours on the other, and pure functions between.
//!
//! [`provider`] is the contract, [`call`] and [`reply`] are what goes out and comes in, [`transport`] is the one place
//! that opens a socket, [`registry`] lists the vendors, [`probe`] derives the capability matrix.

pub mod arqsign;
pub mod call;
pub mod efirma_go;
pub mod firma_virtual;
pub mod gofirmex;
pub mod probe;
pub mod provider;
pub mod registry;
pub mod reply;
pub mod schema;
mod shared;
pub mod transport;
pub mod viafirma;
