//! The vendor's own options against their schemas.

use domain::envelope::ProviderOptions;
use domain::finding::Finding;
use domain::order::{Order, options_of};
use serde_json::Value;

use crate::firma_virtual::KIND;
use crate::firma_virtual::options::schemas;
use crate::schema;

pub(super) fn check(order: &Order) -> Vec<Finding> {
    let schemas = schemas();
    let mut findings = faults(&schemas.envelope, &order.spec.provider_options, "");
    for (index, document) in order.documents.iter().enumerate() {
        findings.extend(faults(&schemas.document, &document.provider_options, &format!("/documents/{index}")));
    }
    for (index, recipient) in order.recipients.iter().enumerate() {
        findings.extend(faults(&schemas.recipient, &recipient.spec.provider_options, &format!("/recipients/{index}")));
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
