//! What callers read. Values of the domain in, JSON with a schema out; nothing here decides anything.

pub mod account;
pub mod document;
pub mod enums;
pub mod envelope;
pub mod event;
pub mod finding;
pub mod job;
pub mod plan;
pub mod recipient;
pub mod tenant;
pub mod values;
pub mod words;
