//! Which price row an envelope takes. Section 3.7.

use domain::envelope::Notary;
use domain::order::Order;
use domain::outcome::{Blame, Class, Outcome, Refusal};
use provider_clients::provider::Prepared;
use serde_json::{Value, json};

use crate::support::{Case, account, done, double_order, line, options, refused, row, simple_order, success};

const RENT: &str = "CONTRATO DE ARIENDO";
const CERTIFIED: &str = "SIGNATURE_CERT_NOTARIAL";
const PROTOCOL: &str = "SIGNATURE_PROT_NOTARIAL";

fn catalogue() -> Value {
    json!([
        row(1, 1, RENT, "SIGNATURE", 1),
        row(2, 1, RENT, "SIGNATURE", 2),
        row(11, 1, RENT, CERTIFIED, 1),
        row(12, 1, RENT, CERTIFIED, 2),
        row(21, 1, RENT, PROTOCOL, 1),
        row(28, 2, "PROMESA DE COMPRAVENTA", CERTIFIED, 1),
        row(31, 3, "CARTA DE RENUNCIA", "SIGNATURE", 1)
    ])
}

fn outcome(settings: Value, order: Order) -> Outcome<String> {
    Case::fresh(order)
        .answered(&*account(settings), "resolve_fee", &success(200, catalogue()))
        .map(|output| output.values["fee_id"].clone())
}

fn fee(settings: Value, order: Order) -> String {
    done(outcome(settings, order))
}

fn no_fee(settings: Value, order: Order) -> Refusal {
    refused(outcome(settings, order))
}

fn with(mut order: Order, given: Value) -> Order {
    options(&mut order, given);
    order
}

fn notary(mut order: Order, notary: Notary) -> Order {
    order.spec.notary = notary;
    order
}

#[test]
fn a_price_row_that_the_caller_names_is_taken_without_a_call() {
    let prepared = Case::fresh(simple_order()).prepared(&*account(json!({})), "resolve_fee");
    let Prepared::Known(output) = prepared else { panic!("no call is needed") };
    assert_eq!(output.values["fee_id"], "28");
    assert_eq!(output.reference, None, "it is no contract");
}

#[test]
fn a_named_row_is_compared_with_the_catalogue_once_a_kind_of_signature_is_asked() {
    let case = Case::fresh(notary(simple_order(), Notary::Certification));
    let call = case.calling(&*account(json!({})), "resolve_fee");
    assert_eq!(line(&call), "GET https://qa.firmavirtual.legal/api/v1/contract-type/ALL/0");
    assert_eq!(fee(json!({}), notary(simple_order(), Notary::Certification)), "28");
    let refusal = no_fee(json!({}), notary(simple_order(), Notary::Protocolization));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::InvalidRequest, "contract_type/row_does_not_fit"));
    assert_eq!(
        refusal.blames,
        [Blame::envelope("/provider_options/firma_virtual/contract_type_fee_id"), Blame::envelope("/recipients")]
    );
    let two = with(double_order(), json!({ "contract_type_fee_id": 28, "modal": CERTIFIED }));
    assert_eq!(no_fee(json!({}), two).code, "contract_type/row_does_not_fit");
    let unknown = with(simple_order(), json!({ "contract_type_fee_id": 99, "modal": CERTIFIED }));
    assert_eq!(no_fee(json!({}), unknown).code, "contract_type/unknown_type");
}

#[test]
fn contract_type_notary_and_number_of_signers_choose_the_row() {
    let of_type = |order: Order| with(order, json!({ "contract_type_id": 1 }));
    assert_eq!(fee(json!({}), of_type(simple_order())), "1");
    assert_eq!(fee(json!({}), of_type(double_order())), "2");
    assert_eq!(fee(json!({}), notary(of_type(simple_order()), Notary::Certification)), "11");
    assert_eq!(fee(json!({}), notary(of_type(double_order()), Notary::Certification)), "12");
    assert_eq!(fee(json!({}), notary(of_type(simple_order()), Notary::Protocolization)), "21");
    let modal = with(simple_order(), json!({ "contract_type_id": 1, "modal": PROTOCOL }));
    assert_eq!(fee(json!({}), modal), "21");
}

#[test]
fn without_a_row_for_so_many_signers_the_recipients_are_named() {
    let order = notary(with(double_order(), json!({ "contract_type_id": 1 })), Notary::Protocolization);
    let refusal = no_fee(json!({}), order);
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::InvalidRequest, "contract_type/no_row"));
    assert_eq!(refusal.blames, [Blame::envelope("/recipients")]);
    assert!(refusal.message.contains("no price row for 2 signers"), "{}", refusal.message);
    let unknown = no_fee(json!({}), with(simple_order(), json!({ "contract_type_id": 9 })));
    assert_eq!(unknown.blames, [Blame::envelope("/provider_options/firma_virtual/contract_type_id")]);
}

#[test]
fn the_accounts_defaults_are_a_row_a_type_or_a_name() {
    let plain = || with(simple_order(), json!({}));
    let two = || with(double_order(), json!({}));
    assert_eq!(fee(json!({ "default_contract_type_fee_id": 1 }), plain()), "1");
    assert_eq!(fee(json!({ "default_contract_type_fee_id": 1 }), two()), "2", "the row of the same type for two");
    assert_eq!(fee(json!({ "default_contract_type_fee_id": 28 }), plain()), "28", "its own kind of signature");
    assert_eq!(fee(json!({ "default_contract_type_fee_id": 1 }), notary(plain(), Notary::Certification)), "11");
    assert_eq!(fee(json!({ "contract_type_id": 3 }), plain()), "31");
    assert_eq!(fee(json!({ "contract_type_name": "Cártá de  renuncia" }), plain()), "31");
    let gone = no_fee(json!({ "default_contract_type_fee_id": 99 }), plain());
    assert_eq!(gone.blames, [Blame::account("/settings/default_contract_type_fee_id")]);
    assert_eq!(no_fee(json!({ "contract_type_name": "Otro" }), plain()).code, "contract_type/unknown_type");
    let both = json!({ "default_contract_type_fee_id": 1, "contract_type_id": 3 });
    assert_eq!(fee(both, with(simple_order(), json!({ "contract_type_id": 3 }))), "31", "the envelope goes first");
}

#[test]
fn the_catalogue_may_be_asked_otherwise() {
    let account = account(json!({ "catalogue_query": "CONTRACT-TYPE/LABOR", "contract_type_id": 1 }));
    let call = Case::fresh(with(simple_order(), json!({}))).calling(&*account, "resolve_fee");
    assert!(call.url.path().ends_with("/contract-type/CONTRACT-TYPE/LABOR"));
}

#[test]
fn a_row_without_its_number_is_none() {
    let account = account(json!({ "contract_type_id": 1 }));
    let rows = json!([{ "iContractTypeID": 1, "sModal": "SIGNATURE", "iSignCount": 1 }]);
    let case = Case::fresh(with(simple_order(), json!({})));
    let refusal = refused(case.answered(&*account, "resolve_fee", &success(200, rows)));
    assert_eq!(refusal.code, "contract_type/unknown_type");
}
