//! The step list, driven through the submission protocol: the golden path, and a doubt at every step. Sections 6 and 8.

use domain::order::Order;
use domain::steps::WhenNotFound;
use serde_json::{Value, json};

use crate::drive::{Attempt, Follows, How, assert_follows, start_of_time};
use crate::support::{account, double_order, simple_order};

const COUNTED: Follows<'static> = Follows::LookUp { delays: &[2], empty: WhenNotFound::Repeat };
const SENT: Follows<'static> = Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Repeat };
const CREATED: Follows<'static> = Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Park };

fn check(settings: Value, order: &Order, expected: &[(&str, Follows<'_>)]) {
    let plan = account(settings).submissions(order).remove(0);
    assert_eq!(plan.validate(), Ok(()));
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(Attempt::new(&plan.steps, 0, start_of_time()).run_until(None), names);
    for (index, (name, follows)) in expected.iter().enumerate() {
        for how in [How::AnswerLost, How::WorkerDied] {
            println!("{name} in doubt: {how:?}");
            assert_follows(&plan.steps, index, *follows, how);
        }
    }
}

#[test]
fn several_documents() {
    let expected = [
        ("resolve_fee", Follows::Repeat),
        ("snapshot_owner", Follows::Repeat),
        ("create_contract", CREATED),
        ("list_files/0", Follows::Repeat),
        ("upload_document/1", COUNTED),
        ("list_files/1", Follows::Repeat),
        ("upload_document/2", COUNTED),
        ("list_files/2", Follows::Repeat),
        ("sort_files", Follows::Repeat),
        ("merge", COUNTED),
        ("send_draft", SENT),
    ];
    check(json!({}), &double_order(), &expected);
}

#[test]
fn one_document_where_orphans_are_acceptable() {
    let expected = [
        ("resolve_fee", Follows::Repeat),
        ("snapshot_owner", Follows::Repeat),
        ("create_contract", SENT),
        ("list_files/0", Follows::Repeat),
        ("upload_document/1", COUNTED),
        ("send_draft", SENT),
    ];
    check(json!({ "orphan_contracts_acceptable": true }), &simple_order(), &expected);
}
