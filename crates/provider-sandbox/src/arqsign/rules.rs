//! The rules of a sending, each with a message of its own, in the order of the contract's table. Source: contract section 2.18.

use std::collections::HashSet;

use super::accounts::Account;
use super::asked::{AskedRecipient, Electronic, KnownData, Online, OtherDocument, Security, Sending, filled};
use super::config::Variants;
use super::files::File;
use super::messages::{self, Refusal};
use super::{file_rules, position_rules};

/// A sending with everything that its rules look at.
pub(super) struct Case<'a> {
    pub(super) account: &'a Account,
    pub(super) sending: &'a Sending,
    /// In the order of `documentos`.
    pub(super) files: &'a [File],
}

impl Case<'_> {
    fn recipients(&self) -> &[AskedRecipient] {
        &self.sending.destinatarios
    }

    /// How each signer is to sign.
    pub(super) fn onlines(&self) -> Vec<Online> {
        self.recipients().iter().filter_map(AskedRecipient::online).collect()
    }
}

/// Looks at a sending.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(case: &Case<'_>, variants: &Variants) -> Result<(), Refusal> {
    if case.account.user(&case.sending.id_responsavel).is_none_or(|user| !user.is_active_sender()) {
        return Err(messages::unknown_ids(variants, &["idResponsavel"]));
    }
    let broken = recipients(case)
        .or_else(|| online(case))
        .or_else(|| position_rules::broken(case))
        .or_else(|| signature(case))
        .or_else(|| file_rules::broken(case, variants))
        .or_else(|| {
            let known = case.account.folder(&case.sending.id_pasta).is_some();
            (!known).then(|| messages::FOREIGN_FOLDER.to_owned())
        });
    broken.map_or(Ok(()), |message| Err(Refusal::rule(variants, message)))
}

fn recipients(case: &Case<'_>) -> Option<String> {
    let ordered = case.sending.usar_ordem_assinatura.0;
    let recipients = case.recipients();
    let any = |broken: &dyn Fn(&AskedRecipient) -> bool, message: &str| {
        recipients.iter().any(broken).then(|| message.to_owned())
    };
    any(&|recipient| ordered && recipient.signs() && recipient.ordem_assinatura.is_none(), messages::ORDER_MISSING)
        .or_else(|| has_duplicates(recipients, ordered).then(|| messages::DUPLICATES.to_owned()))
        .or_else(|| any(&|one| one.email().is_none() && one.phone().is_none(), messages::NO_CONTACT))
        .or_else(|| any(&|one| one.email().is_some() && one.phone().is_some(), messages::TWO_CONTACTS))
        .or_else(|| any(&|one| one.email().is_some_and(|email| !is_email(email)), messages::BAD_EMAIL))
        .or_else(|| any(&|one| one.phone().is_some_and(|phone| !is_phone(phone)), messages::BAD_PHONE))
        .or_else(|| {
            let certificate = |one: &AskedRecipient| one.online().is_some_and(|online| !online.is_electronic());
            any(&|one| one.phone().is_some() && certificate(one), messages::WHATSAPP_WITH_CERTIFICATE)
        })
        .or_else(|| {
            let wrong =
                |one: &AskedRecipient| one.representacao_visual_assinatura.is_some_and(|id| !(1..=3).contains(&id));
            any(&wrong, messages::VISUAL_STYLE)
        })
}

/// Whether a contact occurs twice among those who are asked at the same time; copies are a group of their own.
fn has_duplicates(recipients: &[AskedRecipient], ordered: bool) -> bool {
    let mut seen = HashSet::new();
    recipients.iter().any(|recipient| {
        let contact = recipient.email().or_else(|| recipient.phone()).map(str::to_lowercase);
        let order = if recipient.signs() && ordered { recipient.ordem_assinatura } else { None };
        contact.is_some_and(|contact| !seen.insert((recipient.signs(), order, contact)))
    })
}

/// An address with one `@` and a dot behind it.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.trim().split_once('@') else {
        return false;
    };
    let blank = |part: &str| part.is_empty() || part.contains(char::is_whitespace) || part.contains('@');
    let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    !blank(local) && !blank(domain) && dotted
}

/// `+`, country code, number (assumption A19).
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number to which the vendor can send an SMS.
fn is_brazilian(text: &str) -> bool {
    is_phone(text) && text.starts_with("+55") && (13..=14).contains(&text.len())
}

/// Rules of roles, access codes and asked files.
fn online(case: &Case<'_>) -> Option<String> {
    let onlines = case.onlines();
    let any = |broken: &dyn Fn(&Online) -> bool, message: &str| onlines.iter().any(broken).then(|| message.to_owned());
    let unknown_role = |online: &Online| {
        let (person, company) = online.roles();
        person.into_iter().chain(company).flatten().any(|role| !case.account.has_role(role))
    };
    let code = |of: fn(&Security) -> Option<&'static str>| {
        let codes = onlines.iter().filter_map(Online::code);
        codes.into_iter().find_map(|(security, _)| of(security)).map(str::to_owned)
    };
    any(&unknown_role, messages::UNKNOWN_ROLE)
        .or_else(|| code(code_channel))
        .or_else(|| code(code_address))
        .or_else(|| {
            let incomplete = |online: &Online| {
                online.attachments().iter().any(|asked| {
                    filled(asked.anexo_documento_nome.as_ref()).is_none()
                        || asked.anexo_obrigatorio.is_none()
                        || asked.anexo_exibir_todos_destinatarios.is_none()
                })
            };
            any(&incomplete, messages::INCOMPLETE_ATTACHMENT)
        })
        .or_else(|| {
            let twice = |online: &Online| {
                let mut names = HashSet::new();
                online.attachments().iter().any(|asked| {
                    let name = filled(asked.anexo_documento_nome.as_ref()).unwrap_or_default();
                    !names.insert(name.trim().to_lowercase())
                })
            };
            any(&twice, messages::ATTACHMENT_TWICE)
        })
}

/// What is wrong with an access code's channel or address.
pub(super) fn broken_code(security: &Security) -> Option<&'static str> {
    code_channel(security).or_else(|| code_address(security))
}

fn code_channel(security: &Security) -> Option<&'static str> {
    security.id_meio_envio.filter(|id| !(1..=4).contains(id)).map(|_| messages::CODE_CHANNEL)
}

fn code_address(security: &Security) -> Option<&'static str> {
    let email = filled(security.codigo_seguranca_email.as_ref());
    let phone = filled(security.codigo_seguranca_telefone.as_ref());
    match (security.id_meio_envio?, email, phone) {
        (3, None, _) => Some(messages::CODE_EMAIL),
        (3, Some(email), _) => (!is_email(email)).then_some(messages::BAD_EMAIL),
        (1 | 2, _, None) => Some(messages::CODE_PHONE),
        (1, _, Some(phone)) => (!is_brazilian(phone)).then_some(messages::BAD_PHONE),
        (2, _, Some(phone)) => (!is_phone(phone)).then_some(messages::BAD_PHONE),
        _ => None,
    }
}

/// Rules of the kind of signature and of the data that go with it.
fn signature(case: &Case<'_>) -> Option<String> {
    let onlines = case.onlines();
    let any = |broken: &dyn Fn(&Online) -> bool, message: &str| onlines.iter().any(broken).then(|| message.to_owned());
    any(&|online| ![1, 3, 4].contains(&online.id_tipo_assinatura), messages::SIGNATURE_TYPE)
        .or_else(|| onlines.iter().find_map(document_types))
        .or_else(|| onlines.iter().find_map(other_documents))
        .or_else(|| {
            let too_long = |data: &KnownData| data.nome.as_ref().is_some_and(|name| name.chars().count() > 250);
            any(&|online| known_data(online).any(too_long), messages::NAME_TOO_LONG)
        })
        .or_else(|| any(&|online| !numbers_fit(online), messages::BAD_NUMBER))
        .or_else(|| onlines.iter().find_map(extras))
}

fn electronic(online: &Online) -> Option<&Electronic> {
    online.assinatura_eletronica.as_ref().filter(|_| online.is_electronic())
}

fn document_types(online: &Online) -> Option<String> {
    let electronic = electronic(online)?;
    if !(1..=4).contains(&electronic.tipo_documento_a_informar) {
        return Some(messages::DOCUMENT_TYPE.to_owned());
    }
    let company = electronic.tipo_documento_empresa_a_informar.filter(|_| online.as_company());
    company.is_some_and(|id| ![4, 5].contains(&id)).then(|| messages::COMPANY_DOCUMENT_TYPE.to_owned())
}

fn other_documents(online: &Online) -> Option<String> {
    let electronic = electronic(online)?;
    if electronic.tipo_documento_a_informar == 4 && electronic.configuracao_documento_outro.is_none() {
        return Some(messages::OTHER_DOCUMENT.to_owned());
    }
    let company = online.as_company() && electronic.tipo_documento_empresa_a_informar == Some(4);
    (company && electronic.configuracao_documento_empresa_outro.is_none())
        .then(|| messages::OTHER_COMPANY_DOCUMENT.to_owned())
}

/// Data of the person, and of the company where one signs.
fn known_data(online: &Online) -> impl Iterator<Item = &KnownData> {
    let data = online.data();
    let person = data.and_then(|data| data.signatario.as_ref());
    let company = data.and_then(|data| data.empresa.as_ref()).filter(|_| online.as_company());
    person.into_iter().chain(company)
}

/// Whether the numbers to prefill fit the kinds of document that are asked for.
pub(super) fn numbers_fit(online: &Online) -> bool {
    let (Some(data), Some(electronic)) = (online.data(), electronic(online)) else {
        return true;
    };
    let fits = |known: Option<&KnownData>, kind: i64, other: Option<&OtherDocument>| {
        let number = known.and_then(|known| filled(known.numero_documento.as_ref()));
        number.is_none_or(|number| number_fits(number, kind, other))
    };
    let person = fits(
        data.signatario.as_ref(),
        electronic.tipo_documento_a_informar,
        electronic.configuracao_documento_outro.as_ref(),
    );
    let company_kind = electronic.tipo_documento_empresa_a_informar.unwrap_or(5);
    let company = !online.as_company()
        || fits(data.empresa.as_ref(), company_kind, electronic.configuracao_documento_empresa_outro.as_ref());
    person && company
}

/// CPF and CNH have 11 digits, a CNPJ 14 characters, of which new ones may be letters; punctuation is left aside. What the contract calls "format
/// per document type" is not told further.
pub(super) fn number_fits(number: &str, kind: i64, other: Option<&OtherDocument>) -> bool {
    let bare: String = number.chars().filter(|c| !matches!(c, '.' | '-' | '/' | ' ')).collect();
    let digits = bare.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        1 | 2 => digits && bare.len() == 11,
        5 => bare.len() == 14 && bare.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        4 => other.is_none_or(|other| {
            let longest = usize::try_from(other.qtde_caracteres_documento).unwrap_or(usize::MAX);
            number.chars().count() <= longest && (other.formato_dados_documento == 1 || digits)
        }),
        _ => !bare.is_empty(),
    }
}

fn extras(online: &Online) -> Option<String> {
    let extras = online.data()?.dados_complementares.as_ref()?;
    extras.iter().find_map(|extra| match (filled(extra.label.as_ref()), filled(extra.valor.as_ref())) {
        (None, Some(_)) => Some(messages::NO_LABEL.to_owned()),
        (Some(_), None) => Some(messages::NO_VALUE.to_owned()),
        (Some(_), Some(_)) | (None, None) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_told_from_what_is_none() {
        for good in ["ana@example.com", "a.b+c@sub.example.com.br"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["ana", "ana@", "@example.com", "ana@example", "a b@example.com", "a@b@example.com", "a@.com"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_phone("+5531999998888") && is_phone("+56912345678"));
        for bad in ["5531999998888", "+55 31 99999", "+55", "+5531999998888123"] {
            assert!(!is_phone(bad), "{bad}");
        }
        assert!(is_brazilian("+5531999998888") && !is_brazilian("+56912345678"));
    }

    #[test]
    fn numbers_follow_the_kind_of_document() {
        assert!(number_fits("123.456.789-09", 1, None) && !number_fits("1234567890", 1, None));
        assert!(number_fits("12.ABC.345/01DE-35", 5, None) && !number_fits("123", 5, None));
        let numeric = OtherDocument {
            nome_documento: "Matrícula".to_owned(),
            formato_dados_documento: 2,
            qtde_caracteres_documento: 4,
        };
        assert!(number_fits("1234", 4, Some(&numeric)));
        assert!(!number_fits("12345", 4, Some(&numeric)) && !number_fits("12a", 4, Some(&numeric)));
    }
}
