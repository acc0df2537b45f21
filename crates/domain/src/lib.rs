//! The domain of Rubrica: envelopes, recipients, submissions, and the rules between them.
//!
//! Pure: no I/O, no clock, no async runtime. Time and randomness are arguments. Every state moves through one function
//! of [`states`], an envelope's state follows from its submissions by [`aggregate`], and what a worker does next follows
//! from recorded steps by [`protocol`].

pub mod aggregate;
pub mod apply;
pub mod attention;
pub mod capability;
pub mod checks;
pub mod envelope;
pub mod events;
pub mod facts;
pub mod finding;
pub mod ids;
pub mod order;
pub mod outcome;
pub mod protocol;
pub mod record;
pub mod routing;
pub mod states;
pub mod steps;
pub mod values;
pub mod words;
