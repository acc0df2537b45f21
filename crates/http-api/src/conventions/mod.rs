//! HTTP conventions that every resource shares, each parsed in one place.

pub mod conditional;
pub mod digest;
pub mod paging;
pub mod prefer;
pub mod query;
pub mod range;
