//! What the signer's page checks before a signature counts. Source: contract section 2.1.

use chrono::{DateTime, Utc};

use super::asked::{KnownData, Online, filled, is_set};
use super::process::{SignedData, Signer, Uploaded};
use super::rules::number_fits;
use super::state::{Seat, State};
use crate::form::Form;

/// What a form came to.
pub(super) enum Given {
    /// A whole signature.
    Signature { data: SignedData, files: Vec<(usize, Uploaded)> },
    /// It is not this signer's turn; the page says why.
    TooLate,
}

/// Looks at a form.
///
/// # Errors
/// What the page tells the signer to do.
pub(super) fn check(state: &mut State, seat: &Seat, form: &Form, now: DateTime<Utc>) -> Result<Given, String> {
    let Some(process) = state.process(&seat.process).filter(|process| process.may_act(seat.place, now).is_ok()) else {
        return Ok(Given::TooLate);
    };
    let Some((signer, name)) =
        process.recipients.get(seat.place).and_then(|recipient| Some((recipient.signer.as_ref()?, &recipient.name)))
    else {
        return Ok(Given::TooLate);
    };
    let all = process.documents.len();
    if process.must_read && all > 1 && signer.opened.len() < all {
        return Err("Abra todos os documentos antes de assinar.".to_owned());
    }
    if signer.online.code().is_some_and(|(_, code)| form.text("codigo").map(str::trim) != Some(code)) {
        return Err("O código de segurança não está correto.".to_owned());
    }
    let data = if signer.online.is_electronic() {
        told(&signer.online, form)?
    } else {
        SignedData { name: Some(name.clone()), ..SignedData::default() }
    };
    let given = given_files(signer, form)?;
    let files = given.into_iter().map(|(place, filename, bytes)| {
        let id = state.new_id();
        (place, Uploaded { id, filename, bytes })
    });
    Ok(Given::Signature { data, files: files.collect() })
}

/// The text of a field, without blanks around it.
fn field<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.text(name).map(str::trim).filter(|text| !text.is_empty())
}

fn told(online: &Online, form: &Form) -> Result<SignedData, String> {
    let Some(electronic) = &online.assinatura_eletronica else {
        return Ok(SignedData::default());
    };
    let known = online.data();
    let person = known.and_then(|data| data.signatario.as_ref());
    let company = known.and_then(|data| data.empresa.as_ref());
    let wanted = |name: &str, is_required: bool, label: &str| match field(form, name) {
        None if is_required => Err(format!("Preencha o campo {label}.")),
        text => Ok(text.map(str::to_owned)),
    };
    let number = |name: &str, is_required: bool, label: &str, kind, other, known: Option<&KnownData>| {
        let text = wanted(name, is_required, label)?;
        if text.as_ref().is_some_and(|text| !number_fits(text, kind, other)) {
            return Err(format!("O número informado em {label} não é válido."));
        }
        if !agrees(known, text.as_deref()) {
            return Err(format!("O número informado em {label} não confere com o cadastrado pelo remetente."));
        }
        Ok(text)
    };
    let mut data = SignedData {
        name: wanted("nome", electronic.obrigar_signatario_informar_nome.0, "Nome completo")?,
        number: number(
            "numero",
            electronic.obrigar_signatario_informar_numero_documento.0,
            &number_label(online),
            electronic.tipo_documento_a_informar,
            electronic.configuracao_documento_outro.as_ref(),
            person,
        )?,
        ..SignedData::default()
    };
    if online.as_company() {
        let is_required = is_set(electronic.obrigar_signatario_informar_nome_empresa);
        data.company_name = wanted("nome_empresa", is_required, "Nome da empresa")?;
        data.company_number = number(
            "numero_empresa",
            is_set(electronic.obrigar_signatario_informar_numero_documento_empresa),
            &company_number_label(online),
            electronic.tipo_documento_empresa_a_informar.unwrap_or(5),
            electronic.configuracao_documento_empresa_outro.as_ref(),
            company,
        )?;
    }
    Ok(data)
}

/// Whether a number is the one that the sender wants to be confirmed, if any.
fn agrees(known: Option<&KnownData>, number: Option<&str>) -> bool {
    let Some(known) = known.filter(|known| is_set(known.validar_documento)) else {
        return true;
    };
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    filled(known.numero_documento.as_ref()).is_none_or(|wanted| number.map(bare) == Some(bare(wanted)))
}

/// What the document's number is called.
pub(super) fn number_label(online: &Online) -> String {
    let electronic = online.assinatura_eletronica.as_ref();
    let kind = match electronic.map(|electronic| electronic.tipo_documento_a_informar) {
        Some(2) => "CNH",
        Some(3) => "RG",
        Some(4) => {
            let other = electronic.and_then(|electronic| electronic.configuracao_documento_outro.as_ref());
            other.map_or("Documento", |other| &other.nome_documento)
        }
        Some(_) | None => "CPF",
    };
    kind.to_owned()
}

/// What the number of the company's document is called.
pub(super) fn company_number_label(online: &Online) -> String {
    let electronic = online.assinatura_eletronica.as_ref();
    let other = electronic.and_then(|electronic| {
        let is_other = electronic.tipo_documento_empresa_a_informar == Some(4);
        electronic.configuracao_documento_empresa_outro.as_ref().filter(|_| is_other)
    });
    other.map_or("CNPJ", |other| &other.nome_documento).to_owned()
}

type GivenFile = (usize, String, bytes::Bytes);

fn given_files(signer: &Signer, form: &Form) -> Result<Vec<GivenFile>, String> {
    let mut given = Vec::new();
    for (place, asked) in signer.attachments.iter().enumerate() {
        match form.file(&format!("anexo_{place}")).filter(|file| file.record.size > 0) {
            Some(file) => {
                let name = file.record.filename.clone().unwrap_or_else(|| "anexo".to_owned());
                given.push((place, name, file.bytes.clone()));
            }
            None if asked.required => return Err(format!("Envie o anexo obrigatório: {}.", asked.name)),
            None => {}
        }
    }
    Ok(given)
}
