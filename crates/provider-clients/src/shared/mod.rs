//! What several vendor folders need and no vendor owns: finding what an order asks for and nobody can do, common readings
//! of answers, parts of settings' schemas.

pub(crate) mod answers;
pub(crate) mod json;
pub(crate) mod schema_parts;
pub(crate) mod unsupported;
