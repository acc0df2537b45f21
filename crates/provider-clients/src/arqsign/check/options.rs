//! The vendor's own options: their schemas, and what a schema cannot say.

use domain::envelope::{ActsAs, ProviderOptions, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::{Order, options_of};
use serde_json::Value;

use crate::arqsign::KIND;
use crate::arqsign::options::{EnvelopeOptions, RecipientOptions, schemas};
use crate::arqsign::recipient::level;
use crate::schema;

pub(super) fn check(order: &Order) -> Vec<Finding> {
    let schemas = schemas();
    let mut findings = faults(&schemas.envelope, &order.spec.provider_options, "");
    if findings.is_empty() {
        findings.extend(switched_off(&EnvelopeOptions::of(order)));
    }
    for (index, document) in order.documents.iter().enumerate() {
        findings.extend(faults(&schemas.document, &document.provider_options, &format!("/documents/{index}")));
    }
    for (index, recipient) in order.recipients.iter().enumerate() {
        let here = format!("/recipients/{index}");
        let wrong = faults(&schemas.recipient, &recipient.spec.provider_options, &here);
        if wrong.is_empty() {
            findings.extend(of_recipient(&recipient.spec, &format!("{here}/provider_options/{KIND}")));
        }
        findings.extend(wrong);
    }
    findings
}

/// The vendor may take "no" for "as the account says". Source: contract section 7, 18.
fn switched_off(options: &EnvelopeOptions) -> Vec<Finding> {
    let given = [("gerar_qr_code", options.gerar_qr_code), ("obrigar_leitura", options.obrigar_leitura)];
    given
        .into_iter()
        .filter(|(_, yes)| *yes == Some(false))
        .map(|(name, _)| {
            let detail = "ArqSign may take `false` for the account's default there; switch it off there to be sure.";
            Finding::warning("may_fall_back", format!("/provider_options/{KIND}/{name}"), detail)
        })
        .collect()
}

fn of_recipient(spec: &RecipientSpec, base: &str) -> Vec<Finding> {
    let options = RecipientOptions::of(spec);
    let at = |member: &str| format!("{base}/{member}");
    let signs = spec.role == Role::Signer;
    let electronic = level(spec) == SignatureLevel::Simple;
    let mut findings = Vec::new();
    let mut lost = |given: bool, member: &str, detail: &str| {
        if given {
            findings.push(Finding::warning("option_not_sent", at(member), detail));
        }
    };
    let for_signers = "ArqSign has this for signers only; it is not sent.";
    let for_electronic = "ArqSign has this for electronic signatures (level simple) only; it is not sent.";
    lost(!signs && !options.papeis_pf.is_empty(), "papeis_pf", for_signers);
    lost(!signs && !options.papeis_pj.is_empty(), "papeis_pj", for_signers);
    lost(!signs && options.representacao_visual.is_some(), "representacao_visual", for_signers);
    lost(!signs && options.titulo.is_some(), "titulo", for_signers);
    lost(!signs && options.validar_documento, "validar_documento", for_signers);
    lost(!signs && !options.dados_complementares.is_empty(), "dados_complementares", for_signers);
    let other = "The signer does not sign in this capacity (`acts_as`); it is not sent.";
    lost(signs && !options.papeis_pf.is_empty() && spec.acts_as == ActsAs::Organization, "papeis_pf", other);
    lost(signs && !options.papeis_pj.is_empty() && spec.acts_as == ActsAs::Person, "papeis_pj", other);
    lost(signs && !electronic && !options.dados_complementares.is_empty(), "dados_complementares", for_electronic);
    if signs && options.validar_documento {
        if !electronic {
            let detail = "ArqSign checks numbers of electronic signatures (level simple) only.";
            findings.push(Finding::error("validation_unsupported", at("validar_documento"), detail));
        } else if spec.national_id.is_none() {
            let detail = "There is no `national_id` that the signer's number could be compared with.";
            findings.push(Finding::error("national_id_required", at("validar_documento"), detail));
        }
    }
    findings
}

fn faults(schema: &Value, options: &ProviderOptions, owner: &str) -> Vec<Finding> {
    let given = options_of(options, KIND);
    if given.is_null() {
        return Vec::new();
    }
    schema::check(schema, given, &format!("{owner}/provider_options/{KIND}"))
        .into_iter()
        .map(|fault| Finding::error(&fault.code, fault.pointer, fault.detail))
        .collect()
}
