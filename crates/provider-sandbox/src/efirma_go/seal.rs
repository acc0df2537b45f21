//! What is handed out once a document is signed: the PDF with everybody's signature, and the evidence certificate.

use chrono::{DateTime, Utc};

use super::state::{Action, Document, DocumentKey, Estado, Position, Role, Sealed, State};
use crate::pades::{PadesError, SignOptions, Stamp, sign_pdf};
use crate::report;
use crate::sandbox::Sandbox;

/// Why the signed file could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the document is gone")]
    Gone,
    #[error(transparent)]
    Signature(#[from] PadesError),
    #[error("the certificate could not be written: {0}")]
    Certificate(#[from] lopdf::Error),
    #[error("the signing task ended early")]
    Interrupted,
}

/// A signature that is to be made.
struct Signature {
    name: String,
    identifier: Option<String>,
    email: String,
    at: DateTime<Utc>,
    positions: Vec<Position>,
}

/// The size of a stamp in points; the vendor's positions have none.
const STAMP: (f64, f64) = (150.0, 42.0);

/// Makes the signed file and the certificate, and moves the document to `FIRMADO`.
pub(super) async fn seal(sandbox: &Sandbox, key: DocumentKey) -> Result<(), SealError> {
    let (original, signatures, lines) = {
        let state = sandbox.efirma_state();
        let document = state.document(key).ok_or(SealError::Gone)?;
        let lines = certificate_lines(&state, document, key);
        (document.original.clone(), signatures(&state, document, key), lines)
    };
    let signer = sandbox.clone();
    let sealed = tokio::task::spawn_blocking(move || -> Result<Sealed, SealError> {
        let mut pdf = original.to_vec();
        for signature in &signatures {
            pdf = add_signature(&signer, &pdf, signature)?;
        }
        Ok(Sealed { document: pdf.into(), certificate: report::write("Certificado de evidencias", &lines)?.into() })
    })
    .await
    .map_err(|_| SealError::Interrupted)??;
    let mut state = sandbox.efirma_state();
    let document = state.document_mut(key).ok_or(SealError::Gone)?;
    document.sealed = Some(sealed);
    document.estado = Estado::Firmado;
    document.sealing = false;
    Ok(())
}

/// The signers that acted, in the order in which they did.
fn signatures(state: &State, document: &Document, key: DocumentKey) -> Vec<Signature> {
    let mut signatures: Vec<Signature> = document
        .seats(key)
        .filter(|(_, block, _)| block.role == Role::Firma)
        .filter_map(|(_, _, recipient)| {
            let Some(Action::Acted(at)) = recipient.action else {
                return None;
            };
            let person = state.person(document, recipient);
            Some(Signature {
                name: person.full_name(),
                identifier: person.identificador,
                email: person.email,
                at,
                positions: recipient.positions.clone(),
            })
        })
        .collect();
    signatures.sort_by_key(|signature| signature.at);
    signatures
}

/// Appends a person's signature: one for each position, or one that is not shown when there is none.
fn add_signature(sandbox: &Sandbox, pdf: &[u8], signature: &Signature) -> Result<Vec<u8>, PadesError> {
    let identity = sandbox.authority().issue(
        &signature.name,
        signature.identifier.as_deref(),
        Some(&signature.email),
        signature.at,
    )?;
    let options = |stamp| SignOptions {
        signed_at: signature.at,
        reason: Some("Firma electrónica".to_owned()),
        name: Some(signature.name.clone()),
        location: None,
        stamp,
    };
    if signature.positions.is_empty() {
        return sign_pdf(pdf, &identity, &options(None));
    }
    let mut signed = pdf.to_vec();
    for position in &signature.positions {
        signed = sign_pdf(&signed, &identity, &options(Some(stamp(signature, *position))))?;
    }
    Ok(signed)
}

fn stamp(signature: &Signature, position: Position) -> Stamp {
    let points = |pixels: i64| f64::from(i32::try_from(pixels).unwrap_or(i32::MAX)) / super::PIXELS_PER_POINT;
    Stamp {
        page: u32::try_from(position.pagina).unwrap_or(1),
        x: points(position.coordenada_x),
        y: points(position.coordenada_y),
        width: STAMP.0,
        height: STAMP.1,
        text: format!("Firmado por {}\n{}\n{}", signature.name, signature.email, instant(signature.at)),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn certificate_lines(state: &State, document: &Document, key: DocumentKey) -> Vec<String> {
    let mut lines = vec![
        "Entorno de pruebas: este certificado no tiene valor legal.".to_owned(),
        String::new(),
        format!("Documento: {}", document.file_name()),
        format!("Identificador de operación: {}", document.id),
        format!("Código seguro de verificación (CSV): {}", document.csv),
        format!("SHA-256 del documento original: {}", document.sha256),
        format!("Creado: {}", instant(document.created_at)),
        String::new(),
    ];
    for (_, block, recipient) in document.seats(key) {
        let person = state.person(document, recipient);
        let role = match block.role {
            Role::Firma => "firmante",
            Role::Revision => "revisor",
            Role::Copia => "copia",
        };
        let deed = match (recipient.action, block.role) {
            (Some(Action::Acted(at)), Role::Revision) => format!("revisado el {}", instant(at)),
            (Some(Action::Acted(at)), Role::Firma | Role::Copia) => format!("firmado el {}", instant(at)),
            (Some(Action::Declined(at)), _) => format!("rechazado el {}", instant(at)),
            (None, _) => "sin intervención".to_owned(),
        };
        lines.push(format!("{} <{}>, {role}: {deed}", person.full_name(), person.email));
    }
    lines
}
