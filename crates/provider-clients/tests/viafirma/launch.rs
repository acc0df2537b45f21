//! The link that starts the signing program: section 2.4.

use provider_clients::provider::Launch;
use serde_json::json;

use crate::support::{BASE, Case, OPERATION, account, simple_order};

fn link(settings: serde_json::Value) -> String {
    match Case::new(simple_order()).launch(&*account(settings), 10) {
        Launch::Ready { link } => link,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_link_of_the_batch_flow_has_its_values_as_they_are() {
    assert_eq!(link(json!({})), format!("viafirmawpfclient://?url={BASE}&operationId={OPERATION}&isParallel=true"));
}

#[test]
fn the_public_address_has_neither_a_slash_nor_the_old_suffix_at_its_end() {
    for ending in ["/", "/tokenConnector", "/tokenConnector/"] {
        let told = link(json!({ "public_base_url": format!("{BASE}{ending}") }));
        assert!(told.contains(&format!("?url={BASE}&")), "{told}");
    }
}

#[test]
fn scheme_and_template_are_those_of_the_account() {
    assert!(link(json!({ "launch_scheme": "viafirmadesktop" })).starts_with("viafirmadesktop://?url="));
    let template = "{scheme}:sign?op={operationId}&at={public_base_url}";
    assert_eq!(
        link(json!({ "launch_template": template, "public_base_url": "https://firma.example/p" })),
        format!("viafirmawpfclient:sign?op={OPERATION}&at=https://firma.example/p")
    );
}

#[test]
fn a_link_is_served_while_its_operation_lives() {
    let account = account(json!({ "operation_ttl_s": 3600 }));
    let case = Case::new(simple_order());
    assert!(matches!(case.launch(&*account, 3599), Launch::Ready { .. }));
    assert_eq!(case.launch(&*account, 3600), Launch::Renew);
}

#[test]
fn an_operation_that_lacks_a_file_is_never_served() {
    let account = account(json!({ "max_operations_per_recipient": 1 }));
    let mut case = Case::new(simple_order());
    case.outputs.remove("finish");
    assert_eq!(case.launch(&*account, 10), Launch::Renew, "and it is no try of the signer's");
}

#[test]
fn without_an_operation_one_is_prepared() {
    assert_eq!(Case::unprepared(simple_order()).launch(&*account(json!({})), 10), Launch::Renew);
}
