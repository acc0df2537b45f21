//! Which places of the envelope or the account a message may mean. The vendor rarely says which recipient or file it is,
//! so every one whose value could be meant is named. Source: contract section 2.18.

use domain::envelope::{Authentication, Delivery, OrderRecipient, Role};
use domain::order::{Order, options_of};
use domain::outcome::Blame;

use super::KIND;
use crate::provider::SubmissionView;

/// What a call was about.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// A submission.
    Submission(&'a SubmissionView<'a>),
    /// One recipient of a submission, by index.
    Recipient(&'a SubmissionView<'a>, usize),
    /// An operation: pointers point into its input.
    Operation,
    /// The account.
    Account,
}

impl<'a> Scope<'a> {
    /// The access codes that the call may have carried.
    pub(super) fn access_codes(self) -> impl Iterator<Item = &'a str> {
        let order = match self {
            Self::Submission(submission) | Self::Recipient(submission, _) => Some(submission.order),
            Self::Operation | Self::Account => None,
        };
        order.into_iter().flat_map(|o| &o.recipients).flat_map(|r| &r.spec.authentication).filter_map(|a| match a {
            Authentication::AccessCode { code, .. } => code.as_deref(),
            Authentication::SmsOtp { .. }
            | Authentication::EmailOtp
            | Authentication::WhatsappOtp { .. }
            | Authentication::Certificate => None,
        })
    }
}

/// A place, before it is known which recipients and documents there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A place in the account.
    Account(&'static str),
    /// A place in the envelope.
    Envelope(&'static str),
    /// The folder: an option of the envelope, else a setting.
    Folder,
    /// The sending user: an option of the envelope, else a setting.
    Sender,
    /// A member of the recipients that could be meant.
    Recipients(&'static str, Who),
    /// The documents, or a member of each.
    Documents(&'static str),
    /// A member of an operation's request, by the vendor's name.
    Input(&'static str),
}

/// Which recipients could be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Anybody,
    Signer,
    ByEmail,
    ByPhone,
    WithCode,
    WithFields,
    WithAttachments,
    WithRole,
    WithLook,
    WithComplements,
}

impl Who {
    fn is(self, recipient: &OrderRecipient) -> bool {
        let spec = &recipient.spec;
        let has_option = |names: &[&str]| {
            let options = options_of(&spec.provider_options, KIND);
            names.iter().any(|name| options.get(name).is_some())
        };
        match self {
            Self::Anybody => true,
            Self::Signer => spec.role == Role::Signer,
            Self::ByEmail => spec.delivery != Some(Delivery::Whatsapp),
            Self::ByPhone => spec.delivery == Some(Delivery::Whatsapp) || spec.email.is_none(),
            Self::WithCode => spec.authentication.iter().any(|a| matches!(a, Authentication::AccessCode { .. })),
            Self::WithFields => !spec.fields.is_empty(),
            Self::WithAttachments => !spec.requested_attachments.is_empty(),
            Self::WithRole => has_option(&["papeis_pf", "papeis_pj"]),
            Self::WithLook => has_option(&["representacao_visual"]),
            Self::WithComplements => has_option(&["dados_complementares"]),
        }
    }
}

impl Place {
    /// The places that a member of a request comes from, by the vendor's name of it.
    pub(super) fn of_member(name: &str) -> Vec<Self> {
        let last = name.rsplit(['.', '/']).next().unwrap_or(name).to_lowercase();
        let one = |place| vec![place];
        match last.as_str() {
            "idresponsavel" => one(Self::Sender),
            "idpasta" => one(Self::Folder),
            "nomeprocesso" => one(Self::Envelope("/subject")),
            "titulo" | "texto" | "mensagempadrao" => one(Self::Envelope("/message")),
            "tempoexpiracaodocumentodias" => one(Self::Envelope("/expires_at")),
            "frequencialembretesdias" => one(Self::Envelope("/reminders/every_days")),
            "avisoantesexpiracaodocumentodias" => one(Self::Envelope("/provider_options/arqsign/aviso_expiracao_dias")),
            "renovacaomeses" => one(Self::Envelope("/provider_options/arqsign/renovacao_meses")),
            "destinatarios" => one(Self::Envelope("/recipients")),
            "documentos" => one(Self::Envelope("/documents")),
            "nome" => one(Self::Recipients("name", Who::Anybody)),
            "email" => one(Self::Recipients("email", Who::ByEmail)),
            "telefone" => one(Self::Recipients("phone", Who::ByPhone)),
            "ordemassinatura" => one(Self::Recipients("routing_order", Who::Signer)),
            "assinarcomo" => one(Self::Recipients("acts_as", Who::Signer)),
            "idtipoassinatura" => one(Self::Recipients("signature_level", Who::Signer)),
            "papelpessoafisica" | "papelpessoajuridica" => {
                one(Self::Recipients("provider_options/arqsign", Who::WithRole))
            }
            "codigoseguranca"
            | "idmeioenvio"
            | "codigosegurancaemail"
            | "codigosegurancatelefone"
            | "reenviarcodigo" => one(Self::Recipients("authentication", Who::WithCode)),
            "anexodocumentonome" | "anexoobrigatorio" | "anexoexibirtodosdestinatarios" | "anexos" => {
                one(Self::Recipients("requested_attachments", Who::WithAttachments))
            }
            "definirposicaoassinaturamanual"
            | "documentodeordem"
            | "pagina"
            | "altura"
            | "largura"
            | "posicaox"
            | "posicaoy"
            | "pessoafisica"
            | "pessoajuridica" => one(Self::Recipients("fields", Who::WithFields)),
            "numerodocumento" | "tipodocumentoainformar" => one(Self::Recipients("national_id", Who::Signer)),
            "ordemdocumento" => one(Self::Documents("/order")),
            "nomecomextensao" => one(Self::Documents("/name")),
            "arquivo" => one(Self::Documents("")),
            "ids" | "item" => one(Self::Input("item")),
            "pastas" => one(Self::Input("pastas")),
            "usuarios" => one(Self::Input("usuarios")),
            "grupos" => one(Self::Input("grupos")),
            "gatilhos" => one(Self::Input("gatilhos")),
            "urlpublicar" => one(Self::Input("urlPublicar")),
            "datainicial" => one(Self::Input("dataInicial")),
            "datafinal" => one(Self::Input("dataFinal")),
            _ => Vec::new(),
        }
    }
}

/// The places that `at` means in this scope.
pub(super) fn blames(at: &[Place], scope: Scope<'_>) -> Vec<Blame> {
    at.iter()
        .flat_map(|place| match (*place, scope) {
            (Place::Account(pointer), _) => vec![Blame::account(pointer)],
            (Place::Folder, Scope::Submission(s)) => either(s.order, "id_pasta"),
            (Place::Sender, Scope::Submission(s)) => either(s.order, "id_responsavel"),
            (Place::Envelope(pointer), Scope::Submission(_)) => vec![Blame::envelope(pointer)],
            (Place::Recipients(member, who), Scope::Submission(s)) => recipients(s.order, member, who),
            (Place::Recipients(member, _), Scope::Recipient(_, index)) => {
                vec![Blame::envelope(format!("/recipients/{index}/{member}"))]
            }
            (Place::Documents(member), Scope::Submission(s)) => {
                (0..s.order.documents.len()).map(|i| Blame::envelope(format!("/documents/{i}{member}"))).collect()
            }
            (Place::Input(name), Scope::Operation) => input(name).into_iter().map(Blame::envelope).collect(),
            (
                Place::Folder
                | Place::Sender
                | Place::Envelope(_)
                | Place::Recipients(..)
                | Place::Documents(_)
                | Place::Input(_),
                _,
            ) => Vec::new(),
        })
        .collect()
}

fn either(order: &Order, name: &str) -> Vec<Blame> {
    if options_of(&order.spec.provider_options, KIND).get(name).is_some() {
        vec![Blame::envelope(format!("/provider_options/{KIND}/{name}"))]
    } else {
        vec![Blame::account(format!("/settings/{name}"))]
    }
}

/// `member` of every recipient that could be meant; of all when none stands out.
fn recipients(order: &Order, member: &str, who: Who) -> Vec<Blame> {
    let point = |(index, _): (usize, &OrderRecipient)| Blame::envelope(format!("/recipients/{index}/{member}"));
    let meant: Vec<Blame> = order.recipients.iter().enumerate().filter(|(_, r)| who.is(r)).map(point).collect();
    if meant.is_empty() { order.recipients.iter().enumerate().map(point).collect() } else { meant }
}

/// A member of a request as the operation's input names it.
fn input(name: &str) -> Option<&'static str> {
    Some(match name {
        "pastas" => "/folder_ids",
        "usuarios" => "/user_ids",
        "grupos" => "/group_ids",
        "gatilhos" => "/triggers",
        "urlPublicar" => "/url",
        "dataInicial" => "/from",
        "dataFinal" => "/to",
        "item" => "/item",
        _ => return None,
    })
}
