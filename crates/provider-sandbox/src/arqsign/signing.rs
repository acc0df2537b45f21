//! What a signer tells and gives when nobody fills in the page: scripted signers, and controls without particulars.

use super::asked::{KnownData, filled};
use super::flow::Act;
use super::process::{SignedData, Signer, Uploaded};
use super::state::{Seat, State};
use crate::report;
use crate::sandbox::Sandbox;

/// A CPF and a CNPJ with right check digits, for those who were asked for a number and are nobody in particular.
const SAMPLE_CPF: &str = "12345678909";
const SAMPLE_CNPJ: &str = "11222333000181";

/// The signature of somebody who gives everything that is asked for; none when there is no such signer.
pub(super) fn by_itself(sandbox: &Sandbox, seat: &Seat) -> Option<Act> {
    let mut state = sandbox.arqsign_state();
    let (data, wanted) = {
        let recipient = state.process(&seat.process)?.recipients.get(seat.place)?;
        let signer = recipient.signer.as_ref()?;
        let wanted = signer.attachments.iter().enumerate().filter(|(_, asked)| asked.required);
        let wanted: Vec<(usize, String)> = wanted.map(|(place, asked)| (place, asked.name.clone())).collect();
        (data_of(signer, &recipient.name), wanted)
    };
    let files = wanted.into_iter().map(|(place, name)| (place, sample_file(&mut state, &name))).collect();
    Some(Act::Sign { data, files })
}

fn data_of(signer: &Signer, name: &str) -> SignedData {
    let online = &signer.online;
    let known = |of: fn(&super::asked::SignatureData) -> Option<&KnownData>| online.data().and_then(of);
    let text = |known: Option<&KnownData>, of: fn(&KnownData) -> Option<&String>, otherwise: &str| {
        Some(known.and_then(|known| filled(of(known))).unwrap_or(otherwise).to_owned())
    };
    let person = known(|data| data.signatario.as_ref());
    let company = known(|data| data.empresa.as_ref());
    let mut data = SignedData {
        name: text(person, |known| known.nome.as_ref(), name),
        number: text(person, |known| known.numero_documento.as_ref(), SAMPLE_CPF),
        ..SignedData::default()
    };
    if online.as_company() {
        data.company_name = text(company, |known| known.nome.as_ref(), "Empresa Exemplo Ltda");
        data.company_number = text(company, |known| known.numero_documento.as_ref(), SAMPLE_CNPJ);
    }
    data
}

/// A small PDF that says what it stands for.
fn sample_file(state: &mut State, name: &str) -> Uploaded {
    let bytes = report::write(name, &["Anexo de exemplo do ambiente de testes.".to_owned()]).unwrap_or_default();
    Uploaded { id: state.new_id(), filename: "anexo.pdf".to_owned(), bytes: bytes.into() }
}
