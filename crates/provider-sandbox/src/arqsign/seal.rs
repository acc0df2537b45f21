//! What is handed out once all have signed: every document with everybody's signature, and the signature record, which can be had before.
//! Source: contract sections 2.1, 2.9 and 6.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::accounts::Account;
use super::asked::{Online, SignatureBox};
use super::position_rules::MM_PER_POINT;
use super::process::{Deed, Document, Process, Recipient, SignedData};
use super::signature_page;
use crate::pades::{PadesError, SignOptions, Stamp, sign_pdf};
use crate::report;
use crate::sandbox::Sandbox;

/// Why the signed files could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the process is gone")]
    Gone,
    #[error(transparent)]
    Signature(#[from] PadesError),
    #[error("the signature page could not be added: {0}")]
    Page(#[from] lopdf::Error),
    #[error("the signing task ended early")]
    Interrupted,
}

/// A signature that is to be made in a document.
struct Signature {
    name: String,
    number: Option<String>,
    email: Option<String>,
    at: DateTime<Utc>,
    /// The manual position; none with automatic ones.
    position: Option<SignatureBox>,
}

/// Makes the signed files. The process is completed by the caller.
pub(super) async fn seal(sandbox: &Sandbox, id: &str) -> Result<(), SealError> {
    let (originals, automatic) = {
        let state = sandbox.arqsign_state();
        let process = state.process(id).ok_or(SealError::Gone)?;
        let originals: Vec<(Bytes, Vec<Signature>)> = process
            .documents
            .iter()
            .map(|document| (document.original.clone(), signatures(process, document)))
            .collect();
        (originals, process.automatic_position)
    };
    let signer = sandbox.clone();
    let signed = tokio::task::spawn_blocking(move || -> Result<Vec<Bytes>, SealError> {
        originals.iter().map(|(original, signatures)| sign(&signer, original, signatures, automatic)).collect()
    })
    .await
    .map_err(|_| SealError::Interrupted)??;
    let mut state = sandbox.arqsign_state();
    let process = state.process_mut(id).ok_or(SealError::Gone)?;
    for (document, signed) in process.documents.iter_mut().zip(signed) {
        document.signed = Some(signed);
    }
    Ok(())
}

/// The signatures of one document, in the order in which they were given; who signs for themselves and for a company gives two.
fn signatures(process: &Process, document: &Document) -> Vec<Signature> {
    let mut signed: Vec<(DateTime<Utc>, &Recipient, &Online, &SignedData)> = process
        .recipients
        .iter()
        .filter_map(|recipient| {
            let signer = recipient.signer.as_ref()?;
            match &signer.deed {
                Some(Deed::Signed(at, data)) => Some((*at, recipient, &signer.online, data)),
                Some(Deed::Declined(..)) | None => None,
            }
        })
        .collect();
    signed.sort_by_key(|(at, ..)| *at);
    let mut signatures = Vec::new();
    for (at, recipient, online, data) in signed {
        let position = online
            .positions()
            .iter()
            .filter(|_| !process.automatic_position)
            .find(|position| position.documento_de_ordem.is_none_or(|order| order == document.order));
        let person = |name: String, number: Option<String>, position: Option<SignatureBox>| Signature {
            name,
            number,
            email: recipient.contact.email().map(str::to_owned),
            at,
            position,
        };
        if online.as_person() {
            let name = data.name.clone().unwrap_or_else(|| recipient.name.clone());
            signatures.push(person(name, data.number.clone(), position.and_then(|found| found.pessoa_fisica)));
        }
        if online.as_company() {
            let name = data.company_name.clone().unwrap_or_else(|| recipient.name.clone());
            let position = position.and_then(|found| found.pessoa_juridica);
            signatures.push(person(name, data.company_number.clone(), position));
        }
    }
    signatures
}

fn sign(sandbox: &Sandbox, original: &Bytes, signatures: &[Signature], automatic: bool) -> Result<Bytes, SealError> {
    let (mut pdf, own_page) = if automatic {
        let (pdf, page) = signature_page::append(original)?;
        (pdf, Some(page))
    } else {
        (original.to_vec(), None)
    };
    for (place, signature) in signatures.iter().enumerate() {
        let text = format!("Assinado por {}\n{}", signature.name, instant(signature.at));
        let stamp = match (&signature.position, own_page) {
            (Some(position), _) => Some(manual(position, text)),
            (None, Some(page)) => signature_page::slot(page, place, text),
            (None, None) => None,
        };
        let identity = sandbox.authority().issue(
            &signature.name,
            signature.number.as_deref(),
            signature.email.as_deref(),
            signature.at,
        )?;
        let options = SignOptions {
            signed_at: signature.at,
            reason: Some("Assinatura eletrônica".to_owned()),
            name: Some(signature.name.clone()),
            location: None,
            stamp,
        };
        pdf = sign_pdf(&pdf, &identity, &options)?;
    }
    Ok(pdf.into())
}

/// Millimetres from the top-left corner become points from the top-left corner.
fn manual(position: &SignatureBox, text: String) -> Stamp {
    let points = |millimetres: f64| millimetres / MM_PER_POINT;
    Stamp {
        page: u32::try_from(position.pagina).unwrap_or(1),
        x: points(position.posicao_x),
        y: points(position.posicao_y),
        width: points(position.largura),
        height: points(position.altura),
        text,
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%d/%m/%Y %H:%M:%S UTC").to_string()
}

/// The signature record of a document, as it stands now.
pub(super) fn record(account: &Account, process: &Process, place: usize) -> Bytes {
    let lines = record_lines(account, process, place);
    report::write("Registro de assinaturas", &lines)
        .unwrap_or_else(|error| {
            tracing::error!(%error, "a sandbox signature record could not be written");
            Vec::new()
        })
        .into()
}

fn record_lines(account: &Account, process: &Process, place: usize) -> Vec<String> {
    let mut lines = vec!["Ambiente de testes: este registro não tem valor legal.".to_owned(), String::new()];
    lines.push(format!("Processo: {}", process.name));
    lines.push(format!("Identificador: {}", process.id));
    lines.push(format!("Status: {}", process.status_word(account)));
    if let Some(document) = process.documents.get(place) {
        lines.push(format!("Documento: {} ({})", document.name, document.id));
        lines.push(format!("SHA-256 do arquivo enviado: {}", document.sha256));
    }
    lines.push(format!("Criado em: {}", instant(process.created_at)));
    lines.push(String::new());
    for recipient in &process.recipients {
        let deed = match recipient.deed() {
            Some(Deed::Signed(at, _)) => format!("assinado em {}", instant(*at)),
            Some(Deed::Declined(at, reason)) => format!("recusado em {}: {reason}", instant(*at)),
            None if recipient.signer.is_none() => "recebe cópia".to_owned(),
            None => "pendente".to_owned(),
        };
        lines.push(format!("{} ({}): {deed}", recipient.name, recipient.contact.text()));
    }
    lines
}
