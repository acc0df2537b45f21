//! The signed file: the draft with everybody's signature, and the notary's where one was bought.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::contract::NotaryDeed;
use super::state::ContractKey;
use crate::pades::{PadesError, SignOptions, sign_pdf};
use crate::sandbox::Sandbox;

/// Why the signed file could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the contract is gone, or has no file")]
    Gone,
    #[error(transparent)]
    Signature(#[from] PadesError),
    #[error("the signing task ended early")]
    Interrupted,
}

/// A signature that is to be made.
struct Signature {
    name: String,
    rut: Option<String>,
    email: Option<String>,
    reason: String,
    at: DateTime<Utc>,
}

/// Name in the notary's certificate.
const NOTARY_NAME: &str = "Notaría de prueba";

/// Signs the draft for all signers, in the order in which they signed.
pub(super) async fn seal(sandbox: &Sandbox, key: ContractKey) -> Result<(), SealError> {
    let (draft, signatures) = {
        let state = sandbox.firma_virtual_state();
        let contract = state.contract(key).ok_or(SealError::Gone)?;
        let mut signatures: Vec<Signature> = contract
            .signers
            .iter()
            .filter_map(|signer| {
                Some(Signature {
                    name: signer.data.full_name.clone(),
                    rut: Some(signer.data.rut.clone()),
                    email: Some(signer.data.email.clone()),
                    reason: "Firma electrónica simple".to_owned(),
                    at: signer.signed?,
                })
            })
            .collect();
        signatures.sort_by_key(|signature| signature.at);
        (contract.files.first().ok_or(SealError::Gone)?.bytes.clone(), signatures)
    };
    sign_and_keep(sandbox, key, draft, signatures).await
}

/// Adds the notary's signature to the signed file.
pub(super) async fn stamp(sandbox: &Sandbox, key: ContractKey) -> Result<(), SealError> {
    let (signed, signature) = {
        let state = sandbox.firma_virtual_state();
        let contract = state.contract(key).ok_or(SealError::Gone)?;
        let Some(NotaryDeed::Stamped { register, at }) = &contract.notary else {
            return Err(SealError::Gone);
        };
        let reason = format!("Repertorio {register}");
        let signature = Signature { name: NOTARY_NAME.to_owned(), rut: None, email: None, reason, at: *at };
        (contract.sealed.clone().ok_or(SealError::Gone)?, signature)
    };
    sign_and_keep(sandbox, key, signed, vec![signature]).await
}

async fn sign_and_keep(
    sandbox: &Sandbox,
    key: ContractKey,
    file: Bytes,
    signatures: Vec<Signature>,
) -> Result<(), SealError> {
    let signer = sandbox.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        signatures.iter().try_fold(file.to_vec(), |file, signature| add_signature(&signer, &file, signature))
    })
    .await
    .map_err(|_| SealError::Interrupted)?;
    let mut state = sandbox.firma_virtual_state();
    let contract = state.contract_mut(key).ok_or(SealError::Gone)?;
    contract.sealing = false;
    contract.sealed = Some(sealed?.into());
    Ok(())
}

fn add_signature(sandbox: &Sandbox, pdf: &[u8], signature: &Signature) -> Result<Vec<u8>, PadesError> {
    let Signature { name, rut, email, reason, at } = signature;
    let identity = sandbox.authority().issue(name, rut.as_deref(), email.as_deref(), *at)?;
    let options = SignOptions {
        signed_at: *at,
        reason: Some(reason.clone()),
        name: Some(name.clone()),
        location: Some("Chile".to_owned()),
        stamp: None,
    };
    sign_pdf(pdf, &identity, &options)
}
