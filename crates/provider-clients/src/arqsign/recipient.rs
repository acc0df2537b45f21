//! One recipient as the process has them. Source: contract sections 2.1 and 2.2.

use domain::envelope::{ActsAs, Authentication, Delivery, Organization, RecipientSpec, Role, SignatureLevel};
use domain::order::Order;
use domain::values::{NationalId, NationalIdType};

use super::contacts::{Contact, contact, gets_link, is_sequential, turn, written};
use super::limits::{ATTACHMENT_NAME_CHARS, DATA_NAME_CHARS, TITLE_CHARS, cut};
use super::options::RecipientOptions;
use super::position::positions;
use super::settings::{DadosAssinaturaParent, SendApiVersion, Settings, SignerDocument};
use super::wire::sent;
use crate::provider::Unbuildable;

/// `assinarComo`
pub(super) fn signs_as(acts_as: ActsAs) -> u8 {
    match acts_as {
        ActsAs::Person => 1,
        ActsAs::Organization => 2,
        ActsAs::Both => 3,
    }
}

/// `idTipoAssinatura` in requests; 2 is refused there.
pub(super) fn signature_type(level: SignatureLevel) -> u8 {
    match level {
        SignatureLevel::Simple => 1,
        SignatureLevel::Advanced => 4,
        SignatureLevel::Qualified => 3,
    }
}

/// The strength of a recipient's signature.
pub(super) fn level(spec: &RecipientSpec) -> SignatureLevel {
    spec.signature_level.unwrap_or(SignatureLevel::Simple)
}

/// What a recipient is made from.
pub(super) struct Writer<'a> {
    pub settings: &'a Settings,
    pub order: &'a Order,
    /// Whether signatures stand where the fields say.
    pub manual: bool,
}

impl<'a> Writer<'a> {
    /// The recipient as it is sent.
    pub(super) fn recipient(&self, spec: &'a RecipientSpec) -> Result<sent::Recipient<'a>, Unbuildable> {
        let reached = contact(spec).ok_or_else(|| Unbuildable::Defect("A recipient cannot be reached.".to_owned()))?;
        let (email, telefone) = match reached {
            Contact::Email(email) => (Some(email), None),
            Contact::Phone(phone) => (None, Some(written(phone, self.settings.phone_format))),
        };
        let signs = spec.role == Role::Signer;
        let silent = gets_link(spec) && self.settings.send_api_version == SendApiVersion::V3;
        let options = RecipientOptions::of(spec);
        Ok(sent::Recipient {
            id_tipo_acao: if signs { 1 } else { 2 },
            ordem_assinatura: (signs && is_sequential(self.order)).then(|| turn(self.order, spec)),
            representacao_visual_assinatura: options.representacao_visual.filter(|_| signs),
            nome: &spec.name,
            email,
            telefone,
            alterar_notificacoes: silent.then_some(1),
            retornar_link_processo: silent.then(|| self.bit("retornarLinkProcesso", true)),
            assinar_online: signs.then(|| self.sign_online(spec, &options)),
        })
    }

    fn sign_online(&self, spec: &RecipientSpec, options: &RecipientOptions) -> sent::SignOnline {
        let electronic = level(spec) == SignatureLevel::Simple;
        let data = electronic.then(|| self.data(spec, options)).flatten();
        let (outside, inside) = match self.settings.dados_assinatura_parent {
            DadosAssinaturaParent::AssinarOnline => (data, None),
            DadosAssinaturaParent::AssinaturaEletronica => (None, data),
        };
        let roles = |names: &[String], counts: bool| if counts { names.to_vec() } else { Vec::new() };
        let documents = self.order.documents.iter().map(|d| d.order);
        sent::SignOnline {
            assinar_como: signs_as(spec.acts_as),
            papel_pessoa_fisica: roles(&options.papeis_pf, spec.acts_as != ActsAs::Organization),
            papel_pessoa_juridica: roles(&options.papeis_pj, spec.acts_as != ActsAs::Person),
            seguranca: self.access_code(spec),
            mensagem_personalizada: self.own_message(spec, options),
            anexos: self.attachments(spec),
            definir_posicao_assinatura_manual: if self.manual {
                positions(spec, documents, self.settings.signature_box_mm)
            } else {
                Vec::new()
            },
            id_tipo_assinatura: signature_type(level(spec)),
            assinatura_eletronica: electronic.then(|| self.electronic(spec, inside)),
            dados_assinatura: outside,
        }
    }

    fn access_code(&self, spec: &RecipientSpec) -> Option<sent::AccessCode> {
        spec.authentication.iter().find_map(|proof| match proof {
            Authentication::AccessCode { code, delivery, phone, resend } => {
                let told_by = *delivery;
                let is_sent = matches!(told_by, Some(Delivery::Sms | Delivery::Whatsapp));
                let phone = phone.as_ref().or(spec.phone.as_ref()).filter(|_| is_sent);
                Some(sent::AccessCode {
                    codigo_seguranca: code.clone()?,
                    id_meio_envio: code_channel(told_by),
                    codigo_seguranca_email: spec
                        .email
                        .as_ref()
                        .filter(|_| told_by == Some(Delivery::Email))
                        .map(|email| email.as_str().to_owned()),
                    codigo_seguranca_telefone: phone.map(|phone| written(phone, self.settings.phone_format)),
                    reenviar_codigo: is_sent.then(|| self.bit("reenviarCodigo", *resend)),
                })
            }
            Authentication::SmsOtp { .. }
            | Authentication::EmailOtp
            | Authentication::WhatsappOtp { .. }
            | Authentication::Certificate => None,
        })
    }

    /// A signer's own message stands in for the one to everybody, so it begins with that one.
    fn own_message(&self, spec: &RecipientSpec, options: &RecipientOptions) -> Option<sent::Message> {
        let own = spec.message.as_deref().filter(|text| !text.trim().is_empty());
        if own.is_none() && options.titulo.is_none() {
            return None;
        }
        let common = self.order.spec.message.as_deref().filter(|text| !text.trim().is_empty());
        let text = [common, own].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        let title = options.titulo.as_deref().unwrap_or(&self.order.spec.subject);
        // Both members or none: a title alone takes the subject as its text.
        let text = if text.is_empty() { self.order.spec.subject.clone() } else { text };
        Some(sent::Message { titulo: cut(title, TITLE_CHARS), texto: Some(text) })
    }

    fn attachments(&self, spec: &RecipientSpec) -> Vec<sent::Attachment> {
        spec.requested_attachments
            .iter()
            .map(|asked| sent::Attachment {
                anexo_documento_nome: cut(&asked.name, ATTACHMENT_NAME_CHARS),
                anexo_obrigatorio: self.bit("anexoObrigatorio", asked.required),
                anexo_exibir_todos_destinatarios: self.bit("anexoExibirTodosDestinatarios", asked.shared),
            })
            .collect()
    }

    fn electronic(&self, spec: &RecipientSpec, data: Option<sent::SignatureData>) -> sent::Electronic {
        let asked = self.settings.signer_data;
        let for_company = spec.acts_as != ActsAs::Person;
        let (kind, other) = person_document(spec.national_id.as_ref(), asked.document);
        let (company_kind, company_other) = company_document(spec.organization.as_ref());
        let bit = |name: &str, yes: bool| self.bit(name, yes);
        sent::Electronic {
            obrigar_signatario_informar_nome: bit("obrigarSignatarioInformarNome", asked.require_name),
            obrigar_signatario_informar_numero_documento: bit(
                "obrigarSignatarioInformarNumeroDocumento",
                asked.require_document,
            ),
            tipo_documento_a_informar: kind,
            configuracao_documento_outro: other,
            obrigar_signatario_informar_nome_empresa: for_company
                .then(|| bit("obrigarSignatarioInformarNomeEmpresa", asked.require_name)),
            obrigar_signatario_informar_numero_documento_empresa: for_company
                .then(|| bit("obrigarSignatarioInformarNumeroDocumentoEmpresa", asked.require_document)),
            tipo_documento_empresa_a_informar: for_company.then_some(company_kind),
            configuracao_documento_empresa_outro: company_other.filter(|_| for_company),
            dados_assinatura: data,
        }
    }

    fn data(&self, spec: &RecipientSpec, options: &RecipientOptions) -> Option<sent::SignatureData> {
        let must_match = || options.validar_documento.then(|| self.bit("validarDocumento", true));
        let holder = |name: &str, number: Option<String>| sent::Holder {
            nome: cut(name, DATA_NAME_CHARS),
            validar_documento: number.as_ref().and_then(|_| must_match()),
            numero_documento: number,
        };
        let organization = spec.organization.as_ref().filter(|_| spec.acts_as != ActsAs::Person);
        let data = sent::SignatureData {
            signatario: spec.national_id.as_ref().map(|id| holder(&spec.name, Some(id.value().to_owned()))),
            empresa: organization.map(|o| holder(&o.name, o.tax_id.as_deref().map(tax_id))),
            dados_complementares: options.complements(),
        };
        let any = data.signatario.is_some() || data.empresa.is_some() || !data.dados_complementares.is_empty();
        any.then_some(data)
    }

    fn bit(&self, name: &str, yes: bool) -> sent::Bit {
        self.settings.bit_encoding.write(name, yes)
    }
}

/// `idMeioEnvio`; without a delivery the sender tells the code.
pub(super) fn code_channel(delivery: Option<Delivery>) -> u8 {
    match delivery {
        Some(Delivery::Sms) => 1,
        Some(Delivery::Whatsapp) => 2,
        Some(Delivery::Email) => 3,
        Some(Delivery::None) | None => 4,
    }
}

fn person_document(id: Option<&NationalId>, default: SignerDocument) -> (u8, Option<sent::OtherDocument>) {
    let Some(id) = id else {
        let kind = match default {
            SignerDocument::Cpf => 1,
            SignerDocument::Cnh => 2,
            SignerDocument::Rg => 3,
        };
        return (kind, None);
    };
    let name = match id.kind() {
        NationalIdType::Cpf => return (1, None),
        NationalIdType::Rut => "RUT",
        NationalIdType::Nif => "NIF",
        NationalIdType::Nie => "NIE",
        NationalIdType::Cif => "CIF",
        NationalIdType::Cnpj => "CNPJ",
        NationalIdType::Passport => "Passaporte",
        NationalIdType::Other => "Documento",
    };
    (4, Some(other_document(name, id.value())))
}

fn company_document(organization: Option<&Organization>) -> (u8, Option<sent::OtherDocument>) {
    match organization.and_then(|o| o.tax_id.as_deref()) {
        Some(number) if cnpj(number).is_none() => (4, Some(other_document("Documento", number.trim()))),
        Some(_) | None => (5, None),
    }
}

fn other_document(name: &str, value: &str) -> sent::OtherDocument {
    let numeric = value.bytes().all(|b| b.is_ascii_digit());
    sent::OtherDocument {
        nome_documento: name.to_owned(),
        formato_dados_documento: if numeric { 2 } else { 1 },
        qtde_caracteres_documento: value.chars().count(),
    }
}

/// A company's number as it is sent: a CNPJ in its canonical form, any other as given.
fn tax_id(given: &str) -> String {
    cnpj(given).unwrap_or_else(|| given.trim().to_owned())
}

fn cnpj(given: &str) -> Option<String> {
    NationalId::new(NationalIdType::Cnpj, given, None).ok().map(|id| id.value().to_owned())
}
