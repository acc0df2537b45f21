//! What stands between an order and an honest send: the rules of the contract's sections 7 and 10.2 that can be known
//! beforehand, so that a finding names the one value that the vendor's refusal would not.

mod documents;
mod fields;
mod options;
mod recipients;
mod rules;
mod stages;

use domain::finding::Finding;
use domain::order::Order;

use super::GoAccount;

impl GoAccount {
    /// Every finding about `order`, in the order of the envelope's members.
    pub(super) fn findings(&self, order: &Order) -> Vec<Finding> {
        let settings = &self.checked.settings;
        let mut findings = rules::check(order, settings);
        findings.extend(documents::check(order, settings));
        findings.extend(stages::check(order));
        findings.extend(recipients::check(order, settings));
        findings.extend(fields::check(order, &self.frame()));
        findings.extend(options::check(order, settings));
        findings
    }
}

fn is_too_long(text: &str) -> bool {
    text.chars().count() > super::limits::MAX_TEXT_CHARS
}
