//! What contracts cost: one row for each contract type, kind of signature and number of signers. Source: contract section 3.7.

use actix_web::web::{Path, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access;
use super::state::State;
use super::variants::{ClassWord, Variants};
use super::wire::{self, Refused, Reply, Success, VALIDATION_FAIL};
use crate::sandbox::Sandbox;

/// The kind of signature that is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Modal {
    /// No notary.
    #[serde(rename = "SIGNATURE")]
    Signature,
    /// A notary certifies the signatures.
    #[serde(rename = "SIGNATURE_CERT_NOTARIAL")]
    CertNotarial,
    /// A notary keeps the contract in the register.
    #[serde(rename = "SIGNATURE_PROT_NOTARIAL")]
    ProtNotarial,
}

impl Modal {
    /// The vendor's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Signature => "SIGNATURE",
            Self::CertNotarial => "SIGNATURE_CERT_NOTARIAL",
            Self::ProtNotarial => "SIGNATURE_PROT_NOTARIAL",
        }
    }

    /// The label in lists. Those of the notary are the vendor's; the plain one is not documented.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Signature => "FIRMA ELECTRONICA SIMPLE",
            Self::CertNotarial => "FIRMA CON CERTIFICACION NOTARIAL",
            Self::ProtNotarial => "FIRMA CON PROTOCOLIZACION NOTARIAL",
        }
    }

    /// Whether a notary has a part.
    pub(super) fn is_notarial(self) -> bool {
        match self {
            Self::Signature => false,
            Self::CertNotarial | Self::ProtNotarial => true,
        }
    }
}

/// One row of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeRow {
    /// Number of the row, `iContractTypeFeeID`.
    pub id: i64,
    /// Number of the contract type.
    pub contract_type: i64,
    /// Class of the contract type, for example `REAL_ESTATE`.
    pub class: String,
    /// Name of the contract type.
    pub name: String,
    /// Kind of signature.
    pub modal: Modal,
    /// For so many signers.
    pub sign_count: usize,
    /// Price in pesos.
    pub pesos: i64,
}

impl FeeRow {
    /// The price as answers write it.
    pub(super) fn amount(&self) -> String {
        format!("{}.00", self.pesos)
    }

    /// The class in Spanish, as the owner's list has it.
    pub(super) fn class_label(&self) -> &str {
        match self.class.as_str() {
            "REAL_ESTATE" => "INMOBILIARIO",
            "LABOR" => "LABORAL",
            "POWER" => "PODERES",
            "PERSONAL" => "PERSONALES",
            "SOCIETY" | "COMPANY" => "SOCIEDADES",
            "VEHICLE" => "VEHICULO",
            other => other,
        }
    }

    fn shown(&self) -> Value {
        json!({
            "iContractTypeID": self.contract_type,
            "sContractType": self.class,
            "sContractTypeName": self.name,
            "iContractTypeFeeID": self.id,
            "sModal": self.modal.code(),
            "iSignCount": self.sign_count,
            "fAmount": self.amount(),
        })
    }
}

/// The contract types by number from 1, in the vendor's spelling where an example shows it.
const TYPES: [(&str, &str); 26] = [
    ("REAL_ESTATE", "CONTRATO DE ARIENDO"),
    ("REAL_ESTATE", "PROMESA DE COMPRAVENTA"),
    ("REAL_ESTATE", "PRORROGA DE PROMESA DE COMPRAVENTA"),
    ("REAL_ESTATE", "MANDATO DE ADMINISTRACION"),
    ("REAL_ESTATE", "ORDEN DE ARRIENDO"),
    ("REAL_ESTATE", "ORDEN DE VISITA"),
    ("REAL_ESTATE", "ORDEN DE VENTA"),
    ("REAL_ESTATE", "CARTA DE OFERTA"),
    ("REAL_ESTATE", "CARTA DE CONTRA OFERTA"),
    ("REAL_ESTATE", "RESCILIACION DE CONTRATO DE ARRIENDO"),
    ("REAL_ESTATE", "RESCILIACION DE PROMESA DE COMPRAVENTA"),
    ("LABOR", "CERTIFICADO LABORAL CON CHILENO"),
    ("LABOR", "CONTRATO LABORAL CON EXTRANJERO"),
    ("LABOR", "CARTA DE RENUNCIA"),
    ("POWER", "PODER SIMPLE"),
    ("PERSONAL", "SALVOCONDUCTO"),
    ("PERSONAL", "PERMISO MUDANZA"),
    ("PERSONAL", "CERTIFICACION DOMICILIO"),
    ("PERSONAL", "USO DE DOMICILIO"),
    ("PERSONAL", "LEGALIZACION COPIA CEDULA DE IDENTIDAD"),
    ("PERSONAL", "DECLARACION JURADA"),
    ("PERSONAL", "CERTIFICADO DE ESTADO CIVIL"),
    ("SOCIETY", "COMERCIAL"),
    ("SOCIETY", "FINIQUITO EMPRESARIAL"),
    ("SOCIETY", "CESION DE CONTRATO"),
    ("VEHICLE", "PROMESA DE COMPRAVENTA DE VEHICULO"),
];

/// Runs of rows: contract type, kind of signature, first and last number of signers. Their order gives the numbers of the contract's examples: row 1
/// is a lease with one signature, row 28 a certified promise with one, row 53 a lease in the notary's register with two.
const RUNS: [(i64, Modal, usize, usize); 10] = [
    (1, Modal::Signature, 1, 10),
    (1, Modal::CertNotarial, 1, 10),
    (2, Modal::Signature, 1, 7),
    (2, Modal::CertNotarial, 1, 10),
    (2, Modal::Signature, 8, 10),
    (2, Modal::ProtNotarial, 1, 10),
    (15, Modal::ProtNotarial, 1, 1),
    (1, Modal::ProtNotarial, 1, 10),
    (15, Modal::CertNotarial, 1, 4),
    (26, Modal::CertNotarial, 1, 4),
];

/// The rows that the simulator has by itself: 117, as many as the vendor. Two contract types can be had in every way, the others for one or two signers.
pub(super) fn standard_catalogue() -> Vec<FeeRow> {
    let simple = (3..=26).map(|contract_type| (contract_type, Modal::Signature, 1, 2));
    let mut rows = Vec::new();
    for (contract_type, modal, first, last) in RUNS.into_iter().chain(simple) {
        for signers in first..=last {
            rows.extend(row(rows.len(), contract_type, modal, signers));
        }
    }
    rows
}

fn row(rows_before: usize, contract_type: i64, modal: Modal, signers: usize) -> Option<FeeRow> {
    let (class, name) = TYPES.get(usize::try_from(contract_type.checked_sub(1)?).ok()?)?;
    let count = i64::try_from(signers).ok()?;
    let pesos = match modal {
        Modal::Signature => 1_990 * count,
        Modal::CertNotarial => 8_815 + 4_400 * (count - 1),
        Modal::ProtNotarial => 9_990 * count,
    };
    Some(FeeRow {
        id: i64::try_from(rows_before).ok()? + 1,
        contract_type,
        class: (*class).to_owned(),
        name: (*name).to_owned(),
        modal,
        sign_count: signers,
        pesos,
    })
}

/// The catalogue, or a part of it.
pub(super) async fn get_contract_type(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    asked: Path<(String, String)>,
) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    let reply = access::caller(&state, &request, sandbox.now()).and_then(|_| rows(&state, &asked.0, &asked.1));
    wire::respond(&state.variants, reply)
}

fn rows(state: &State, by: &str, value: &str) -> Reply {
    let wanted: &dyn Fn(&FeeRow) -> bool = match by {
        "ALL" if value == "0" => &|_| true,
        "TYPE" | "CONTRACT-TYPE" if is_class_word(&state.variants, by) => &|row| row.class == value,
        "MODAL" => &|row| row.modal.code() == value,
        "ID" => &|row| row.contract_type.to_string() == value,
        "FEE" => &|row| row.id.to_string() == value,
        _ => return Err(Refused::Business(VALIDATION_FAIL)),
    };
    let rows = state.catalogue.iter().filter(|row| wanted(row)).map(FeeRow::shown);
    Ok(Success::new(200, rows.collect::<Value>()))
}

fn is_class_word(variants: &Variants, word: &str) -> bool {
    match variants.class_word {
        ClassWord::Any => true,
        ClassWord::Type => word == "TYPE",
        ClassWord::ContractType => word == "CONTRACT-TYPE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_the_rows_of_the_examples_under_their_numbers() {
        let rows = standard_catalogue();
        assert_eq!(rows.len(), 117);
        let shown = |id: usize| {
            let row = &rows[id - 1];
            (row.id, row.contract_type, row.modal, row.sign_count, row.amount())
        };
        assert_eq!(shown(1), (1, 1, Modal::Signature, 1, "1990.00".to_owned()));
        assert_eq!(shown(28), (28, 2, Modal::CertNotarial, 1, "8815.00".to_owned()));
        assert_eq!(shown(53), (53, 1, Modal::ProtNotarial, 2, "19980.00".to_owned()));
    }

    #[test]
    fn every_kind_of_signature_can_be_had_for_one_to_ten_signers() {
        let rows = standard_catalogue();
        for modal in [Modal::Signature, Modal::CertNotarial, Modal::ProtNotarial] {
            for signers in 1..=10 {
                assert!(rows.iter().any(|row| row.modal == modal && row.sign_count == signers), "{modal:?} {signers}");
            }
        }
        let types: std::collections::BTreeSet<i64> = rows.iter().map(|row| row.contract_type).collect();
        assert_eq!(types.len(), 26);
    }
}
