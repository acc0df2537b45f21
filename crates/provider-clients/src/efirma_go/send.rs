//! Sending: one document to all recipients. Source: contract sections 3.1 and 6.

use domain::envelope::{Authentication, Delivery, Document, OrderRecipient, RecipientSpec, Role, SignatureLevel};
use domain::facts::Reading;
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use domain::states::SubmissionState;
use domain::steps::{Start, Step, StepOutput, SubmissionPlan, WhenInDoubt, WhenNotFound};
use secrecy::ExposeSecret;

use super::GoAccount;
use super::answer::{Failure, SUCCESS};
use super::blame::Scope;
use super::blocks::{Block, blocks};
use super::codes::Endpoint;
use super::form::original;
use super::options::{EnvelopeOptions, RecipientOptions};
use super::reading;
use super::settings::{PrivateMessageMode, si_no};
use super::wire::received::Text;
use super::wire::{CORRELATION_KEY, sent};
use crate::call::{Call, FileRef, FileSource};
use crate::provider::{SubmissionView, Unbuildable};
use crate::reply::Reply;

/// The only step of a submission.
pub(super) const SEND_DOCUMENT: &str = "send_document";

impl GoAccount {
    /// One transaction for each document, each begun when the vendor has taken the one before.
    pub(super) fn plan(&self, order: &Order) -> Vec<SubmissionPlan> {
        (0_u32..)
            .zip(&order.documents)
            .map(|(ordinal, document)| SubmissionPlan {
                ordinal,
                documents: vec![document.id],
                recipients: order.recipients.iter().map(|r| r.id).collect(),
                start: ordinal.checked_sub(1).map_or(Start::AtOnce, |ordinal| Start::AfterSubmitted { ordinal }),
                steps: vec![
                    Step::once(
                        SEND_DOCUMENT,
                        WhenInDoubt::LookUp {
                            delays: self.checked.settings.lookup_delays(),
                            otherwise: WhenNotFound::Repeat,
                        },
                    )
                    .carrying(document.id)
                    .making_live(),
                ],
                clean_up: Vec::new(),
            })
            .collect()
    }

    /// The call that sends the submission's document.
    pub(super) fn send_request(&self, submission: &SubmissionView<'_>) -> Result<Call, Unbuildable> {
        let document = submission
            .documents
            .first()
            .and_then(|id| submission.order.document(*id))
            .ok_or_else(|| Unbuildable::Defect("The submission carries no document of its order.".to_owned()))?;
        let file = submission
            .signed_before
            .get(&document.id)
            .map_or_else(|| original(document), |file| FileRef::plain(FileSource::Stored(file.key.clone()), file.size));
        let options = EnvelopeOptions::of(submission.order);
        self.send_call(&self.message(submission, document, &options)?, document, file)
    }

    /// What the vendor answered to [`Self::send_request`]: the operation's id, or why not.
    pub(super) fn send_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let frame = self.frame();
        let answer = match self.accepted(Endpoint::SendDocument, reply, Scope::Submission(submission, &frame)) {
            Ok(answer) => answer,
            Err(failure) => return failure.outcome(),
        };
        let id = answer.get("id_operacion").map(Text::from).unwrap_or_default();
        let Some(id) = id.given() else {
            let reason = "The provider took the document and did not tell its id.".to_owned();
            let code = Some(format!("{}/{SUCCESS}", Endpoint::SendDocument.name()));
            return Failure::Unknown(Doubt { reason, code }).outcome();
        };
        let reading =
            Reading { recipients: reading::invited(submission), ..Reading::of(Some(SubmissionState::Sent), SUCCESS) };
        Outcome::Done(StepOutput { reading: Some(reading), ..StepOutput::reference(id) })
    }

    fn message<'a>(
        &'a self,
        submission: &SubmissionView<'a>,
        document: &'a Document,
        options: &'a EnvelopeOptions,
    ) -> Result<sent::Submission<'a>, Unbuildable> {
        let (settings, order) = (&self.checked.settings, submission.order);
        let flag = |yes: Option<bool>| yes.map(|yes| settings.boolean_style.write(yes));
        let mut key_fields: std::collections::BTreeMap<&str, String> = options.key_fields().collect();
        key_fields.insert(CORRELATION_KEY, submission.id.to_string());
        let bloques =
            blocks(order).iter().map(|block| self.block(block, order, document)).collect::<Result<Vec<_>, _>>()?;
        Ok(sent::Submission {
            private_key: self.private_key.expose_secret(),
            cif_desarrollador: &settings.cif_desarrollador,
            origen: &settings.origen,
            nombre_cliente: &settings.nombre_cliente,
            cif_cliente: &settings.cif_cliente,
            email_cliente: &settings.email_cliente,
            direccion_cliente: settings.direccion_cliente.as_deref(),
            provincia_cliente: settings.provincia_cliente.as_deref(),
            poblacion_cliente: settings.poblacion_cliente.as_deref(),
            tarifa_cliente: options.tarifa_cliente.as_deref().or(settings.tarifa_cliente.as_deref()),
            enviar_bienvenida: flag(settings.enviar_bienvenida),
            nombre_remitente: settings.nombre_remitente.as_deref(),
            email_remitente: settings.email_remitente.as_deref(),
            nombre_documento: shown_name(order, document),
            tipo_seguridad: level_word(level(order)),
            revisa_plan: flag(settings.revisa_plan),
            tipo_documento: options.tipo_documento.as_deref(),
            campos_clave: key_fields,
            mensaje_general: order.spec.message.as_deref().filter(|m| !m.is_empty()),
            mensaje_privado: match settings.mensaje_privado_mode {
                PrivateMessageMode::Recipient => None,
                PrivateMessageMode::TopLevel | PrivateMessageMode::Both => {
                    Some(common_private_message(order).unwrap_or_default())
                }
            },
            enviar_url_respuesta: settings.boolean_style.write(settings.enviar_url_respuesta),
            notificar_cada: order.spec.reminders.map_or_else(|| "-1".to_owned(), |r| r.every_days.to_string()),
            bloques,
        })
    }

    fn block<'a>(
        &'a self,
        block: &Block<'a>,
        order: &'a Order,
        document: &Document,
    ) -> Result<sent::Block<'a>, Unbuildable> {
        let destinatarios = block
            .members
            .iter()
            .filter_map(|index| order.recipients.get(*index))
            .map(|recipient| self.recipient(recipient, document))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(sent::Block {
            nombre_bloque: block.name,
            tipo_bloque: role_word(block.role),
            minimo: block.minimum.to_string(),
            orden: block.turn.to_string(),
            destinatarios,
        })
    }

    fn recipient<'a>(
        &'a self,
        recipient: &'a OrderRecipient,
        document: &Document,
    ) -> Result<sent::Recipient<'a>, Unbuildable> {
        let spec = &recipient.spec;
        let email = spec.email.as_ref().ok_or_else(|| Unbuildable::Defect("A recipient has no e-mail.".to_owned()))?;
        let options = RecipientOptions::of(spec);
        let name = PersonName::of(spec);
        let phone = spec.phone.as_ref().map(|p| p.as_str());
        let sms_check = spec.authentication.iter().find_map(|a| match a {
            Authentication::SmsOtp { phone: own } => Some(own.as_ref().map(|p| p.as_str()).or(phone)),
            Authentication::AccessCode { .. }
            | Authentication::EmailOtp
            | Authentication::WhatsappOtp { .. }
            | Authentication::Certificate => None,
        });
        let access_code = spec.authentication.iter().find_map(|a| match a {
            Authentication::AccessCode { code, .. } => code.as_deref(),
            Authentication::SmsOtp { .. }
            | Authentication::EmailOtp
            | Authentication::WhatsappOtp { .. }
            | Authentication::Certificate => None,
        });
        let (manager_name, manager_email) = options.gestor.map(|m| (m.nombre, m.email)).unzip();
        Ok(sent::Recipient {
            nombre_destinatario: name.given,
            apellido1_destinatario: name.first_surname,
            apellido2_destinatario: name.second_surname,
            email_destinatario: email.as_str(),
            identificador_destinatario: options.identificador,
            telefono_destinatario: phone,
            mensaje_privado: match self.checked.settings.mensaje_privado_mode {
                PrivateMessageMode::Recipient | PrivateMessageMode::Both => {
                    Some(spec.message.as_deref().unwrap_or_default())
                }
                PrivateMessageMode::TopLevel => None,
            },
            medio_comunicacion: channel_word(spec.delivery),
            verificacion_identidad_sms_activo: sms_check.map(|_| 1),
            telefono_verificacion_identidad: sms_check.flatten(),
            verificacion_identidad_codigo_activo: access_code.map(|_| 1),
            codigo_verificacion_identidad: access_code,
            enviar_notificacion: si_no(true),
            enviar_resumen: si_no(options.enviar_resumen),
            terminal_web: u8::from(options.terminales.web),
            terminal_personal: u8::from(options.terminales.personal),
            terminal_corporativo: u8::from(options.terminales.corporativo),
            firma_multiple: self.marks(recipient, document),
            email_gestor: manager_email,
            nombre_gestor: manager_name,
        })
    }

    fn marks(&self, recipient: &OrderRecipient, document: &Document) -> Vec<sent::Mark> {
        if recipient.spec.role != Role::Signer {
            return Vec::new();
        }
        let frame = self.frame();
        let here = recipient.spec.fields.iter().filter(|field| field.document == document.order);
        here.filter_map(|field| frame.mark(field, document))
            .map(|mark| sent::Mark {
                pagina: mark.page.to_string(),
                coordenada_x: mark.x.to_string(),
                coordenada_y: mark.y.to_string(),
            })
            .collect()
    }
}

/// A person's name as the vendor takes it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PersonName<'a> {
    pub given: &'a str,
    pub first_surname: Option<&'a str>,
    pub second_surname: Option<&'a str>,
}

impl<'a> PersonName<'a> {
    /// The parts, when given name and surname are both told apart; otherwise the whole name alone, so that no part of it
    /// is lost or said twice.
    pub(super) fn of(spec: &'a RecipientSpec) -> Self {
        match (told(&spec.given_name), told(&spec.family_name)) {
            (Some(given), Some(family)) => {
                Self { given, first_surname: Some(family), second_surname: told(&spec.second_family_name) }
            }
            (Some(_) | None, Some(_) | None) => Self { given: &spec.name, first_surname: None, second_surname: None },
        }
    }
}

fn told(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.trim().is_empty())
}

/// The level of a document: the highest that a signer asks for.
pub(super) fn level(order: &Order) -> SignatureLevel {
    order.with_role(Role::Signer).filter_map(|r| r.spec.signature_level).max().unwrap_or(SignatureLevel::Simple)
}

/// The private message, when every recipient has the same one: it may then stand once for all.
pub(super) fn common_private_message(order: &Order) -> Option<&str> {
    let first = order.recipients.first()?.spec.message.as_deref()?;
    order.recipients.iter().all(|r| r.spec.message.as_deref() == Some(first)).then_some(first)
}

/// The name that recipients see: the document's, else the subject.
fn shown_name<'a>(order: &'a Order, document: &'a Document) -> &'a str {
    Some(document.name.trim()).filter(|name| !name.is_empty()).unwrap_or(&order.spec.subject)
}

fn level_word(level: SignatureLevel) -> &'static str {
    match level {
        SignatureLevel::Simple => "basica",
        SignatureLevel::Advanced | SignatureLevel::Qualified => "avanzada",
    }
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Signer => "firma",
        Role::Approver => "revision",
        Role::Copy => "copia",
    }
}

fn channel_word(delivery: Option<Delivery>) -> &'static str {
    match delivery {
        Some(Delivery::Sms) => "sms",
        Some(Delivery::Email | Delivery::Whatsapp | Delivery::None) | None => "email",
    }
}
