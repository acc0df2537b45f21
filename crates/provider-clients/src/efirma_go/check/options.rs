//! The vendor's own options: their schemas, and what a schema cannot say.

use std::collections::HashMap;

use domain::envelope::ProviderOptions;
use domain::finding::Finding;
use domain::order::{Order, options_of};
use serde_json::Value;

use crate::efirma_go::KIND;
use crate::efirma_go::options::{RecipientOptions, Terminals, schemas};
use crate::efirma_go::settings::{ManagerRule, Settings};
use crate::schema;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let schemas = schemas();
    let mut findings = faults(&schemas.envelope, &order.spec.provider_options, "");
    for (index, document) in order.documents.iter().enumerate() {
        findings.extend(faults(&schemas.document, &document.provider_options, &format!("/documents/{index}")));
    }
    let mut owners: HashMap<String, String> = HashMap::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        let here = format!("/recipients/{index}");
        let wrong = faults(&schemas.recipient, &recipient.spec.provider_options, &here);
        if !wrong.is_empty() {
            findings.extend(wrong);
            continue;
        }
        let options = RecipientOptions::of(&recipient.spec);
        let at = |member: &str| format!("{here}/provider_options/{KIND}/{member}");
        findings.extend(terminals(options.terminales, options.gestor.is_some(), settings.gestor_rule, &at));
        let person = recipient.spec.email.as_ref().map(|e| e.comparison_key()).unwrap_or_default();
        if let Some(identifier) = options.identificador
            && *owners.entry(identifier).or_insert_with(|| person.clone()) != person
        {
            let detail = "An identifier belongs to one person; another recipient has it already.";
            findings.push(Finding::error("identifier_not_unique", at("identificador"), detail));
        }
    }
    findings
}

fn terminals(
    terminals: Terminals,
    has_manager: bool,
    rule: ManagerRule,
    at: &dyn Fn(&str) -> String,
) -> Option<Finding> {
    let Terminals { web, personal, corporativo } = terminals;
    if !web && !personal && !corporativo {
        let detail = "The recipient must be allowed to act somewhere.";
        return Some(Finding::error("no_terminal", at("terminales"), detail));
    }
    let needs_manager = match rule {
        ManagerRule::OnlyCorporate => corporativo && !web && !personal,
        ManagerRule::AnyCorporate => corporativo,
        ManagerRule::Never => false,
    };
    (needs_manager && !has_manager).then(|| {
        let detail = "Whose corporate device the recipient acts on must be named.";
        Finding::error("manager_required", at("gestor"), detail)
    })
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
