//! A process as the vendor's own answers and deliveries tell it. Source: contract sections 2.3, 2.5 and 4.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::VENDOR;
use super::accounts::Account;
use super::asked::Online;
use super::config::Variants;
use super::process::{Deed, Document, Process, Recipient, SignedData};
use super::state::{Link, LinkTarget, State};
use super::{page_checks, wire};
use crate::clock::later;
use crate::sandbox::Sandbox;

/// Download links that an answer gives out.
pub(super) struct Links<'a> {
    sandbox: &'a Sandbox,
    new: Vec<(String, Link)>,
    expires_at: Option<DateTime<Utc>>,
}

impl<'a> Links<'a> {
    /// No links yet; they live as long as the variant says that [`Links::store`] meets.
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, new: Vec::new(), expires_at: None }
    }

    fn add(&mut self, account: &str, filename: &str, target: LinkTarget) -> String {
        let token = hex::encode(rand::random::<[u8; 16]>());
        let link =
            Link { account: account.to_owned(), filename: filename.to_owned(), target, expires_at: self.expires_at };
        self.new.push((token.clone(), link));
        address(self.sandbox, &token)
    }

    /// A link to a document.
    pub(super) fn document(&mut self, process: &Process, place: usize) -> String {
        let name = process.documents.get(place).map_or("", |document| &document.name);
        self.add(&process.account, name, LinkTarget::Document { process: process.id.clone(), place })
    }

    /// A link to a document's signature record.
    pub(super) fn record(&mut self, process: &Process, place: usize, filename: &str) -> String {
        self.add(&process.account, filename, LinkTarget::Record { process: process.id.clone(), place })
    }

    /// A link to what a signer uploaded.
    pub(super) fn upload(&mut self, process: &Process, recipient: usize, attachment: usize) -> String {
        let signer = process.recipients.get(recipient).and_then(|found| found.signer.as_ref());
        let upload = signer.and_then(|signer| signer.attachments.get(attachment)?.upload.as_ref());
        let name = upload.map_or("", |upload| &upload.filename);
        self.add(&process.account, name, LinkTarget::Upload { process: process.id.clone(), recipient, attachment })
    }

    /// The address behind a document's QR code; null without one.
    pub(super) fn shared(&self, document: &Document) -> Value {
        document.shared.as_ref().map(|token| address(self.sandbox, token)).into()
    }

    /// Makes the links good.
    pub(super) fn store(self, state: &mut State) {
        let ttl = state.variants.link_ttl_s.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
        let expires_at = ttl.map(|ttl| later(self.sandbox.now(), ttl));
        for (token, link) in self.new {
            state.links.insert(token, Link { expires_at, ..link });
        }
    }
}

fn address(sandbox: &Sandbox, token: &str) -> String {
    format!("{}/{VENDOR}/arquivos/{token}", sandbox.base_url())
}

/// The members of 2.3 before the recipients.
pub(super) fn head(account: &Account, process: &Process, variants: &Variants) -> Map<String, Value> {
    let folder = account.folder(&process.folder);
    let sender = account.user(&process.sender);
    let moment = |at| wire::moment(variants, at);
    let head = json!({
        "nomeProcesso": process.name,
        "idPasta": process.folder,
        "caminhoDaPasta": folder.map(|folder| account.path_of(folder)),
        "idResponsavel": process.sender,
        "nomeResponsavel": sender.map(|user| &user.name),
        "status": process.status_word(account),
        "idStatus": process.status.id(),
        "dataCadastro": wire::precise_moment(variants, process.created_at),
        "dataEnvio": moment(process.sent_at),
        "dataConclusao": moment(process.completed_at),
        "dataRenovacao": moment(process.renewal_at()),
        "dataCancelamento": moment(process.canceled_at),
        "usuarioCancelamento": process.canceled_by,
        "dataReenvio": moment(process.resent_at),
        "dataExpiracao": moment(process.expires_at()),
        "expiracaoDias": process.expiry_days,
        "avisoExpiracaoDias": process.warning_days,
        "lembrete": wire::truth(variants, process.reminder_days.is_some()),
        "frequenciaLembrete": process.reminder_days,
    });
    if let Value::Object(members) = head { members } else { Map::new() }
}

/// A recipient of 2.3.
pub(super) fn recipient(process: &Process, recipient: &Recipient, variants: &Variants) -> Value {
    let truth = |value| wire::truth(variants, value);
    let signs = recipient.signer.is_some();
    let waiting = signs && recipient.is_pending() && !recipient.notified;
    json!({
        "ordemAssinatura": signs.then_some(recipient.order),
        "id": recipient.id,
        "nome": recipient.name,
        "email": recipient.contact.email(),
        "telefone": recipient.contact.phone(),
        "aguardandoEnvio": truth(waiting),
        "falhaEnvio": truth(recipient.failed),
        "tipoAcao": action(recipient),
        "idTipoAcao": if signs { 1 } else { 2 },
        "papelSignatario": roles(recipient),
        "copiaEnviada": truth(!signs && recipient.notified),
        "remetente": truth(false),
        "assinaturaRecusada": truth(recipient.declined().is_some()),
        "motivoRecusa": recipient.declined(),
        "seguranca": security(recipient, variants),
        "dadosAssinatura": signature_data(process, recipient, variants),
    })
}

/// `tipoAcao`; the word for copies is this simulator's.
pub(super) fn action(recipient: &Recipient) -> &'static str {
    if recipient.signer.is_some() { "Assinar Online" } else { "Receber Cópia" }
}

/// `papelSignatario`.
pub(super) fn roles(recipient: &Recipient) -> Value {
    let roles = recipient.signer.as_ref().map(|signer| signer.online.roles());
    let (person, company) = roles.unwrap_or_default();
    json!({ "pessoaFisica": person, "pessoaJuridica": company })
}

fn security(recipient: &Recipient, variants: &Variants) -> Value {
    let code = recipient.signer.as_ref().and_then(|signer| signer.online.code());
    json!({
        "codigoSeguranca": code.map(|(_, code)| code),
        "codigoSegurancaEmail": code.and_then(|(security, _)| security.codigo_seguranca_email.as_ref()),
        "codigoSegurancaTelefone": code.and_then(|(security, _)| security.codigo_seguranca_telefone.as_ref()),
        "falhaEnvioCodigoSeguranca": wire::truth(variants, recipient.code_failed),
    })
}

/// `idTipoAssinatura` of 2.3 and its words: an ICP-Brasil certificate is 2 here (quirk 7).
fn signature_kind(online: &Online) -> (i64, &'static str) {
    match online.id_tipo_assinatura {
        3 => (2, "Certificado Digital ICP-Brasil"),
        4 => (4, "Outros Certificados"),
        _ => (1, "Assinatura Eletrônica"),
    }
}

fn signature_data(process: &Process, recipient: &Recipient, variants: &Variants) -> Value {
    let Some(signer) = &recipient.signer else {
        return Value::Null;
    };
    let (id, word) = signature_kind(&signer.online);
    let nobody = SignedData::default();
    let (at, data) = match &signer.deed {
        Some(Deed::Signed(at, data)) => (Some(*at), data),
        Some(Deed::Declined(..)) | None => (None, &nobody),
    };
    let attachments = attachments(recipient, false);
    if variants.null_objects && at.is_none() {
        return Value::Null;
    }
    let mut told = json!({
        "tipoAssinatura": word,
        "idTipoAssinatura": id,
        "dataAssinatura": wire::moment(variants, at),
        "ip": at.map(|_| "203.0.113.9"),
        "geoLocalizacao": null,
        "dadosCertificado": certificate(process, recipient, at, variants),
        "dadosPessoaFisica": {
            "nomePessoaFisica": data.name,
            "tipoDocumentoPessoaFisica": data.number.as_ref().map(|_| page_checks::number_label(&signer.online)),
            "numeroDocumetoPessoaFisica": data.number,
        },
        "dadosPessoaJuridica": {
            "nomeEmpresa": data.company_name,
            "tipoDocumentoEmpresa": data.company_number.as_ref().map(|_| page_checks::company_number_label(&signer.online)),
            "numeroDocumentoEmpresa": data.company_number,
        },
        "anexos": attachments,
    });
    for part in ["dadosCertificado", "dadosPessoaFisica", "dadosPessoaJuridica"] {
        let members = told.get(part).and_then(Value::as_object);
        let says_nothing = members.is_some_and(|members| members.values().all(Value::is_null));
        if variants.null_objects && says_nothing {
            wire::put(&mut told, part, Value::Null);
        }
    }
    told
}

/// The certificate with which somebody signed who signs with one; an object of nulls otherwise.
fn certificate(process: &Process, recipient: &Recipient, at: Option<DateTime<Utc>>, variants: &Variants) -> Value {
    let with_one = recipient.signer.as_ref().is_some_and(|signer| !signer.online.is_electronic());
    let at = at.filter(|_| with_one);
    let valid_until = at.map(|at| later(at, TimeDelta::days(365)));
    json!({
        "nome": at.map(|_| &recipient.name),
        "emissor": at.map(|_| "Rubrica sandbox test root"),
        "validadeInicio": wire::moment(variants, at.map(|_| process.created_at)),
        "validadeFim": wire::moment(variants, valid_until),
    })
}

/// The files that a signer gave, null without any. With the signer's name in front, as 2.5 tells them.
pub(super) fn attachments(recipient: &Recipient, with_name: bool) -> Value {
    let attachments = recipient.signer.iter().flat_map(|signer| &signer.attachments);
    let given = attachments.filter_map(|asked| {
        let upload = asked.upload.as_ref()?;
        let prefix = if with_name { format!("{} ", recipient.name) } else { String::new() };
        Some(json!({ "id": upload.id, "anexoDocumentoNome": format!("{prefix}{} {}", asked.name, upload.filename) }))
    });
    let given: Vec<Value> = given.collect();
    if given.is_empty() { Value::Null } else { given.into() }
}
