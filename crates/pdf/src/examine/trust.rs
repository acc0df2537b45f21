//! Whether a certificate leads to a trust anchor.
//!
//! A path is built by names, signatures, basic constraints, key usage and validity at the time of signing. Revocation
//! is not looked up, signature timestamps are not used, and policies and name constraints are not processed (a
//! critical extension that would need it ends the path).

use chrono::{DateTime, Utc};
use der::Encode;
use x509_cert::Certificate as Parsed;

use super::certificate::Certificate;
use super::report::Trust;

/// Longest path, the signer's certificate and the anchor included.
const MAX_PATH: usize = 8;
/// Most signature checks for one path.
const MAX_CHECKS: u32 = 100;

/// The root certificates that are trusted.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors {
    roots: Vec<Certificate>,
}

/// Why [`TrustAnchors::from_pem`] gave none.
#[derive(Debug, thiserror::Error)]
#[error("the trust anchors are not certificates in PEM form")]
pub struct TrustAnchorsError(#[source] der::Error);

impl TrustAnchors {
    /// The certificates of a PEM bundle.
    ///
    /// # Errors
    /// [`TrustAnchorsError`] when any of it cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, TrustAnchorsError> {
        if pem.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let roots = Parsed::load_pem_chain(pem).map_err(TrustAnchorsError)?;
        let roots = roots.iter().map(|root| root.to_der().and_then(|der| Certificate::from_der(&der)));
        Ok(Self { roots: roots.collect::<der::Result<_>>().map_err(TrustAnchorsError)? })
    }

    /// Adds the certificates of `other`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.roots.extend(other.roots);
        self
    }

    /// Whether there are none, so that every signature is untrusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}

/// The verdict on `signer`, and the reason when it is not trusted.
///
/// `others` are the certificates that came with the signature; they are only stepping stones.
pub(super) fn trust(
    signer: &Certificate,
    others: &[Certificate],
    anchors: &TrustAnchors,
    signed_at: Option<DateTime<Utc>>,
) -> (Trust, Option<&'static str>) {
    let Some(signed_at) = signed_at else {
        return (Trust::Untrusted, Some("the signature tells no time at which its certificate could be judged"));
    };
    if !signer.is_valid_at(signed_at) {
        return (Trust::Untrusted, Some("the signer's certificate was not valid at the time of signing"));
    }
    if !signer.may_sign() || !signer.is_understood() {
        return (Trust::Untrusted, Some("the signer's certificate is not meant for signing documents"));
    }
    let mut search = Search { others, anchors: &anchors.roots, moment: signed_at, checks: 0 };
    if search.leads_to_anchor(signer, &mut Vec::new()) {
        (Trust::Trusted, None)
    } else {
        (Trust::Untrusted, Some("the signer's certificate does not lead to a trust anchor"))
    }
}

struct Search<'a> {
    others: &'a [Certificate],
    anchors: &'a [Certificate],
    moment: DateTime<Utc>,
    checks: u32,
}

impl<'a> Search<'a> {
    /// Depth-first; `below` holds what lies between `certificate` and the signer's, the latter included.
    fn leads_to_anchor(&mut self, certificate: &'a Certificate, below: &mut Vec<&'a Certificate>) -> bool {
        if self.anchors.contains(certificate) {
            return true;
        }
        if below.len() + 2 > MAX_PATH || below.contains(&certificate) {
            return false;
        }
        let issuers = below.len();
        let (anchors, others) = (self.anchors, self.others);
        below.push(certificate);
        let found = anchors
            .iter()
            .chain(others)
            .any(|issuer| self.is_issued_by(certificate, issuer, issuers) && self.leads_to_anchor(issuer, below));
        below.pop();
        found
    }

    fn is_issued_by(&mut self, certificate: &Certificate, issuer: &Certificate, below: usize) -> bool {
        if certificate.issuer() != issuer.subject() || self.checks >= MAX_CHECKS {
            return false;
        }
        self.checks += 1;
        issuer.is_valid_at(self.moment)
            && issuer.may_issue(below)
            && issuer.is_understood()
            && certificate.is_issued_by(issuer)
    }
}
