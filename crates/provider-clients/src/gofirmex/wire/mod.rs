//! The vendor's JSON: what is sent, under the names of the profile, and what is told, at the pointers of the profile.

pub(super) mod sent;
pub(super) mod told;
