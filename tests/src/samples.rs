//! The sample documents of `tests/samples`, with the verdict that each must get.

use aws_lc_rs::digest::{SHA256, digest};

/// A sample document.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its file name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// Its pages, when it is accepted; the problem's code, when it is refused.
    pub verdict: Result<u64, &'static str>,
}

impl Sample {
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(self.bytes)
    }
}

/// SHA-256, lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

macro_rules! samples {
    ($($name:literal => $verdict:expr,)+) => {
        [$(Sample { name: $name, bytes: include_bytes!(concat!("../samples/", $name)), verdict: $verdict }),+]
    };
}

/// Those that the broker takes.
pub const ACCEPTED: [Sample; 11] = samples! {
    "contrato-trabajo-es.pdf" => Ok(3),
    "contrato-locacao-pt.pdf" => Ok(2),
    "promesa-compraventa-cl.pdf" => Ok(1),
    "escaneado-imagen.pdf" => Ok(1),
    "ghostscript-from-groff.pdf" => Ok(1),
    "one-page-fpdf2.pdf" => Ok(1),
    "rotated-cropbox.pdf" => Ok(1),
    "objstream-linearized.pdf" => Ok(3),
    "many-pages-300.pdf" => Ok(300),
    "leading-garbage.pdf" => Ok(1),
    "trailing-bytes.pdf" => Ok(1),
};

/// Those that it refuses.
pub const REFUSED: [Sample; 6] = samples! {
    "encrypted-owner-only.pdf" => Err("document-encrypted"),
    "encrypted-user-password.pdf" => Err("document-encrypted"),
    "truncated.pdf" => Err("document-damaged"),
    "not-a-pdf.pdf" => Err("document-not-pdf"),
    "html-error-page.pdf" => Err("document-not-pdf"),
    "empty.pdf" => Err("document-empty"),
};

/// The one that most tests send.
pub const CONTRACT: Sample = ACCEPTED[0];

/// A second document.
pub const ANNEX: Sample = ACCEPTED[1];

/// The sample with this name.
///
/// # Panics
/// When there is none.
pub fn sample(name: &str) -> Sample {
    *ACCEPTED.iter().chain(&REFUSED).find(|s| s.name == name).expect("a sample with this name")
}
