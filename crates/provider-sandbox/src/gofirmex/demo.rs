//! The account that every simulator knows from the start, so that a demo needs no files: its key pair is published with the sources, proves
//! nothing anywhere else and protects nothing.

/// The demo account's user: the claim `user`.
pub const DEMO_USER: &str = "api@acme.example";

/// The demo account's issuer: the claim `iss`. Source: contract section 1.1.
pub const DEMO_ISSUER: &str = "acme-user";

/// The demo account's private key, PKCS#8 in PEM, 2048 bits.
pub(super) const PRIVATE_KEY_PEM: &str = include_str!("../../assets/gofirmex-demo-account.private.pem");

/// The public half of the demo account's key, in PEM.
pub(super) const PUBLIC_KEY_PEM: &str = include_str!("../../assets/gofirmex-demo-account.public.pem");
