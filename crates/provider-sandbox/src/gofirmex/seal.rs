//! The signed files: everybody's signature, and the notary's where one takes part.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::state::{Portfolio, PortfolioKey};
use crate::pades::{PadesError, SignOptions, sign_pdf};
use crate::sandbox::Sandbox;

/// Why the signed files could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the portfolio is gone")]
    Gone,
    #[error(transparent)]
    Signature(#[from] PadesError),
    #[error("the signing task ended early")]
    Interrupted,
}

/// A signature that is to be made.
struct Signature {
    name: String,
    identifier: Option<String>,
    email: Option<String>,
    reason: &'static str,
    at: DateTime<Utc>,
}

/// The signed form of each document, in their order.
pub(super) async fn seal(sandbox: &Sandbox, key: PortfolioKey) -> Result<Vec<Bytes>, SealError> {
    let plans: Vec<(Bytes, Vec<Signature>)> = {
        let (state, now) = (sandbox.gofirmex_state(), sandbox.now());
        let portfolio = state.portfolio(key).ok_or(SealError::Gone)?;
        let documents = portfolio.documents.iter().enumerate();
        documents.map(|(place, document)| (document.original.clone(), signatures(portfolio, place, now))).collect()
    };
    let signer = sandbox.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        plans.iter().map(|(original, signatures)| signed(&signer, original, signatures)).collect()
    });
    let sealed: Result<Vec<Bytes>, PadesError> = sealed.await.map_err(|_| SealError::Interrupted)?;
    Ok(sealed?)
}

/// The signatures on a document: signers in the order in which they signed, then the notary.
fn signatures(portfolio: &Portfolio, place: usize, now: DateTime<Utc>) -> Vec<Signature> {
    let signers = portfolio.signers.iter().filter_map(|signer| {
        Some(Signature {
            name: signer.full_name(),
            identifier: Some(signer.nin.clone()),
            email: Some(signer.email.clone()),
            reason: "Firma electrónica",
            at: *signer.signed.get(&place)?,
        })
    });
    let mut signatures: Vec<Signature> = signers.collect();
    signatures.sort_by_key(|signature| signature.at);
    if portfolio.documents.get(place).is_some_and(|document| document.notarial) {
        signatures.push(Signature {
            name: "Notaría de pruebas".to_owned(),
            identifier: None,
            email: None,
            reason: "Autorización notarial",
            at: now,
        });
    }
    signatures
}

fn signed(sandbox: &Sandbox, original: &[u8], signatures: &[Signature]) -> Result<Bytes, PadesError> {
    let mut pdf = original.to_vec();
    for signature in signatures {
        let identity = sandbox.authority().issue(
            &signature.name,
            signature.identifier.as_deref(),
            signature.email.as_deref(),
            signature.at,
        )?;
        let options = SignOptions {
            reason: Some(signature.reason.to_owned()),
            name: Some(signature.name.clone()),
            location: Some("Chile".to_owned()),
            ..SignOptions::at(signature.at)
        };
        pdf = sign_pdf(&pdf, &identity, &options)?;
    }
    Ok(pdf.into())
}
