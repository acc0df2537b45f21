//! What is handed out once a file is signed: the file with the signer's signature, and the receipt.

use chrono::{DateTime, Utc};

use super::certificate::Certificate;
use super::policy::Rectangle;
use super::state::{OperationFile, Signature};
use crate::pades::{PadesError, SignOptions, SigningIdentity, Stamp, sign_pdf};
use crate::report;
use crate::sandbox::Sandbox;

/// Why a signed file could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error(transparent)]
    Signature(#[from] PadesError),
    #[error("the receipt could not be written: {0}")]
    Receipt(#[from] lopdf::Error),
    #[error("the signing task ended early")]
    Interrupted,
}

/// What came of one file.
pub(super) type Sealed = Result<Signature, SealError>;

/// A file that is to be signed.
pub(super) struct Order {
    pub(super) signature_id: String,
    pub(super) file: OperationFile,
}

/// The files that a signer signs, by their places.
pub(super) struct Sealing {
    pub(super) operation_id: String,
    pub(super) certificate: Certificate,
    pub(super) at: DateTime<Utc>,
    pub(super) orders: Vec<(usize, Order)>,
}

/// On how many pages a signature is shown at most. Each showing is a signature of its own, so that earlier ones stay valid; a document of hundreds of
/// pages is not signed hundreds of times.
const MOST_STAMPS: usize = 20;

/// Signs every file; one that cannot be signed does not hold up the others.
pub(super) async fn seal(sandbox: &Sandbox, sealing: Sealing) -> Vec<(usize, Sealed)> {
    let places: Vec<usize> = sealing.orders.iter().map(|(place, _)| *place).collect();
    let signer = sandbox.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        let all = sealing.orders.iter().map(|(place, order)| (*place, seal_file(&signer, &sealing, order)));
        all.collect::<Vec<_>>()
    })
    .await;
    sealed.unwrap_or_else(|_| places.into_iter().map(|place| (place, Err(SealError::Interrupted))).collect())
}

fn seal_file(sandbox: &Sandbox, sealing: &Sealing, order: &Order) -> Sealed {
    let signed = if order.file.policy.is_pdf() {
        sign(sandbox, sealing, order)?
    } else {
        // Only PDF signatures are real here; another format gets a mark after the file.
        let mut bytes = order.file.original.to_vec();
        bytes.extend_from_slice(format!("\n{}\n", order.signature_id).as_bytes());
        bytes
    };
    let receipt = report::write("Comprobante de firma", &receipt_lines(sealing, order))?;
    Ok(Signature { id: order.signature_id.clone(), signed: signed.into(), receipt: receipt.into() })
}

fn sign(sandbox: &Sandbox, sealing: &Sealing, order: &Order) -> Result<Vec<u8>, PadesError> {
    let certificate = &sealing.certificate;
    let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let identity = sandbox.authority().issue(
        certificate.common_name(),
        filled(certificate.property("SERIALNUMBER")),
        filled(certificate.text("email")),
        sealing.at,
    )?;
    let mut signed = order.file.original.to_vec();
    let stamps = stamps(sealing, order);
    if stamps.is_empty() {
        return add_signature(&signed, &identity, sealing, order, None);
    }
    for stamp in stamps {
        signed = add_signature(&signed, &identity, sealing, order, Some(stamp))?;
    }
    Ok(signed)
}

fn add_signature(
    pdf: &[u8],
    identity: &SigningIdentity,
    sealing: &Sealing,
    order: &Order,
    stamp: Option<Stamp>,
) -> Result<Vec<u8>, PadesError> {
    let parameter = |name| order.file.policy.parameter(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let options = SignOptions {
        signed_at: sealing.at,
        reason: parameter("DIGITAL_SIGN_REASON"),
        name: Some(sealing.certificate.common_name().to_owned()),
        location: parameter("DIGITAL_SIGN_LOCATION"),
        stamp,
    };
    sign_pdf(pdf, identity, &options)
}

fn stamps(sealing: &Sealing, order: &Order) -> Vec<Stamp> {
    let file = &order.file;
    let Some(rectangle) = file.policy.rectangle else {
        return Vec::new();
    };
    let numbers = file.policy.pages.numbers(file.pages.len()).unwrap_or_default();
    let text = stamp_text(sealing, order);
    let stamps = numbers.into_iter().take(MOST_STAMPS).filter_map(|page| {
        let index = usize::try_from(page).ok()?.checked_sub(1)?;
        Some(stamp(page, rectangle, file.pages.get(index)?.height, text.clone()))
    });
    stamps.collect()
}

/// The vendor counts from the bottom-left corner of the page as displayed. Source: contract section 6, assumption V25.
fn stamp(page: u32, rectangle: Rectangle, page_height: f64, text: String) -> Stamp {
    let Rectangle { x, y, width, height } = rectangle;
    let top = page_height - f64::from(y) - f64::from(height);
    Stamp { page, x: x.into(), y: top, width: width.into(), height: height.into(), text }
}

const DEFAULT_STAMP: &str = "Firmado por [CN]\n[SERIALNUMBER]\n[vSignTimeKey(dd/MM/yyyy HH:mm:ss)]\n[vCSVKey]";
const TIME_PLACE: &str = "[vSignTimeKey(";

fn stamp_text(sealing: &Sealing, order: &Order) -> String {
    let certificate = &sealing.certificate;
    let asked = order.file.policy.parameter("DIGITAL_SIGN_STAMPER_TEXT").filter(|text| !text.is_empty());
    let text = asked
        .unwrap_or(DEFAULT_STAMP)
        .replace("\\n", "\n")
        .replace("[CN]", certificate.common_name())
        .replace("[SERIALNUMBER]", certificate.property("SERIALNUMBER"))
        .replace("[NIF]", certificate.text("numberUserId"))
        .replace("[O]", certificate.property("O"))
        .replace("[OU]", certificate.property("OU"))
        .replace("[vCSVKey]", &order.signature_id);
    with_time(&text, sealing.at)
}

/// Fills in the time. The format between the parentheses is not interpreted: the day comes first and the time of day follows.
fn with_time(text: &str, at: DateTime<Utc>) -> String {
    let Some((before, rest)) = text.split_once(TIME_PLACE) else {
        return text.to_owned();
    };
    let Some((_, after)) = rest.split_once(")]") else {
        return text.to_owned();
    };
    format!("{before}{}{}", at.format("%d/%m/%Y %H:%M:%S"), with_time(after, at))
}

fn receipt_lines(sealing: &Sealing, order: &Order) -> Vec<String> {
    let certificate = &sealing.certificate;
    let flag = |name: &str| match certificate.members().get(name).and_then(serde_json::Value::as_bool) {
        Some(true) => "sí",
        Some(false) => "no",
        None => "no consta",
    };
    vec![
        "Entorno de pruebas: este comprobante no tiene valor legal.".to_owned(),
        String::new(),
        format!("Código de firma: {}", order.signature_id),
        format!("Operación: {}", sealing.operation_id),
        format!("Fichero: {}", order.file.filename),
        format!("SHA-256 del fichero original: {}", order.file.sha256),
        format!("Formato de firma: {} {}", order.file.policy.format, order.file.policy.packaging),
        format!("Fecha de firma: {}", sealing.at.format("%Y-%m-%d %H:%M:%S UTC")),
        String::new(),
        format!("Firmante: {}", certificate.holder()),
        format!("Número de identidad: {}", certificate.text("numberUserId")),
        format!("Titular del certificado: {}", certificate.common_name()),
        format!("Emisor: {}", certificate.text("ca")),
        format!("Validado: {}", flag("isValidated")),
        format!("Caducado: {}", flag("isExpired")),
        format!("Revocado: {}", flag("isRevoked")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_of_a_stamp_is_filled_in() {
        let at = "2026-03-04T05:06:07Z".parse().unwrap();
        let text = with_time("a [vSignTimeKey(dd/MM/yyyy)] b [vSignTimeKey(HH:mm)]", at);
        assert_eq!(text, "a 04/03/2026 05:06:07 b 04/03/2026 05:06:07");
        assert_eq!(with_time("[vSignTimeKey(", at), "[vSignTimeKey(");
    }

    #[test]
    fn a_stamp_is_turned_from_the_bottom_left_to_the_top_left() {
        let rectangle = Rectangle { x: 40, y: 10, width: 550, height: 75 };
        let stamp = stamp(2, rectangle, 842.0, String::new());
        assert_eq!((stamp.page, stamp.x, stamp.y, stamp.width, stamp.height), (2, 40.0, 757.0, 550.0, 75.0));
    }
}
