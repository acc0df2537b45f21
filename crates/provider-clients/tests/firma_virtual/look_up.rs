//! What is asked after a doubt, and what the answer means. Section 6.

use domain::protocol::LookedUp;
use domain::states::SubmissionState;
use provider_clients::provider::{Account, LookUpPage, LookUpState};
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, Case, account, detail_of, detail_with, double_order, error, file, line, refused, session, simple_order,
    success, within,
};

/// After the snapshot at the start of time, in which `known` was there.
fn case(known: &[&str]) -> Case {
    let mut case = Case::fresh(simple_order());
    case.done("resolve_fee", &[("fee_id", "28")]);
    let known = json!(known).to_string();
    case.done("snapshot_owner", &[("owner", "20"), ("known", &known), ("at", "2022-08-04T04:00:00+00:00")]);
    case
}

fn listed(id: &str) -> Value {
    json!({
        "sContractID": id, "iContractTypeFeeID": 28, "sStatus": "CREATED", "iSignedCount": 1, "iContractOwner": 20,
        "dContractDT": "2022-08-04 04:00:01"
    })
}

fn looked_up(account: &dyn Account, case: &Case, state: &LookUpState, message: Value) -> LookUpPage {
    case.looked_up(account, "create_contract", state, &success(200, message))
}

fn more(page: LookUpPage) -> LookUpState {
    match page {
        LookUpPage::More(state) => state,
        other => panic!("{other:?}"),
    }
}

fn candidates(page: LookUpPage) -> Vec<String> {
    match page {
        LookUpPage::Candidates(found) => found.into_iter().map(|output| output.reference.unwrap()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_creation_is_looked_for_in_the_owners_list_and_then_in_each_detail() {
    let account = account(json!({}));
    let case = case(&["old"]);
    let first = LookUpState::default();
    let call = case.look_up_call(&*account, "create_contract", &first);
    assert_eq!(line(&call), "GET https://qa.firmavirtual.legal/api/v1/contract/owner/20");
    let state = more(looked_up(&*account, &case, &first, json!([listed("old"), listed("new")])));
    let call = case.look_up_call(&*account, "create_contract", &state);
    assert_eq!(line(&call), "GET https://qa.firmavirtual.legal/api/v1/contract/detail/new");
    assert_eq!(candidates(looked_up(&*account, &case, &state, detail_of("CREATED"))), ["new"]);
}

#[test]
fn only_what_is_new_and_like_it_can_be_it() {
    let account = account(json!({}));
    let case = case(&["old"]);
    let none = |change: (&str, Value)| {
        let mut contract = listed("new");
        contract[change.0] = change.1;
        matches!(
            looked_up(&*account, &case, &LookUpState::default(), json!([contract])),
            LookUpPage::Answer(LookedUp::NotFound)
        )
    };
    assert!(none(("sContractID", json!("old"))));
    assert!(none(("iContractTypeFeeID", json!(29))));
    assert!(none(("iSignedCount", json!(2))));
    assert!(none(("sStatus", json!("REVIEW"))));
    assert!(none(("dContractDT", json!("2022-08-04 03:54:59"))), "more than five minutes before");
    assert!(!none(("dContractDT", json!("2022-08-04 03:55:00"))));
    assert!(!none(("dContractDT", json!("unreadable"))), "what cannot be told excludes nothing");
    assert!(matches!(
        looked_up(&*account, &case, &LookUpState::default(), json!([])),
        LookUpPage::Answer(LookedUp::NotFound)
    ));
}

#[test]
fn a_lost_contract_of_an_earlier_try_is_a_duplicate_and_a_newer_one_is_anothers() {
    let account = account(json!({ "orphan_contracts_acceptable": true }));
    let mut case = case(&[]);
    let mut own = domain::facts::Reading::of(None, "CREATED");
    own.occurred_at = "2022-08-04T04:02:00Z".parse().ok();
    let output = domain::steps::StepOutput { reading: Some(own), ..domain::steps::StepOutput::reference("own") };
    case.outputs.insert("create_contract".to_owned(), output);
    let mut newer = listed("newer");
    newer["dContractDT"] = json!("2022-08-04 04:02:01");
    let state = more(looked_up(&*account, &case, &LookUpState::default(), json!([listed("orphan"), newer])));
    assert_eq!(state.found, ["orphan"]);
    assert_eq!(candidates(looked_up(&*account, &case, &state, detail_of("CREATED"))), ["orphan"]);
}

#[test]
fn a_contract_with_other_signers_is_another() {
    let account = account(json!({}));
    let case = case(&[]);
    let state = LookUpState { page: 1, found: vec!["new".to_owned()] };
    let is_it = |change: &dyn Fn(&mut Value)| {
        let mut detail = detail_of("CREATED");
        change(&mut detail);
        !candidates(looked_up(&*account, &case, &state, detail)).is_empty()
    };
    assert!(is_it(&|_| {}));
    assert!(is_it(&|detail| detail["firmantes"][0]["RUT"] = json!("76.795.561-8")), "written otherwise");
    assert!(is_it(&|detail| detail["firmantes"][0]["email"] = json!("JOSE@EXAMPLE.CL")));
    assert!(!is_it(&|detail| detail["firmantes"][0]["RUT"] = json!("12345678-5")));
    assert!(!is_it(&|detail| detail["firmantes"][0]["email"] = json!("other@example.cl")));
    assert!(!is_it(&|detail| detail["firmantes"] = json!([])));
    assert!(!is_it(&|detail| {
        let one = detail["firmantes"][0].clone();
        detail["firmantes"].as_array_mut().unwrap().push(one);
    }));
}

#[test]
fn every_candidate_is_looked_at_and_all_that_match_are_told() {
    let account = account(json!({}));
    let case = case(&[]);
    let list = json!([listed("a"), listed("b"), listed("c")]);
    let mut state = more(looked_up(&*account, &case, &LookUpState::default(), list));
    let mut other = detail_of("CREATED");
    other["firmantes"][0]["RUT"] = json!("12345678-5");
    let mut asked = Vec::new();
    let found = loop {
        let call = case.look_up_call(&*account, "create_contract", &state);
        let id = call.url.path_segments().unwrap().next_back().unwrap().to_owned();
        let detail = if id == "b" { other.clone() } else { detail_of("CREATED") };
        asked.push(id);
        match looked_up(&*account, &case, &state, detail) {
            LookUpPage::More(next) => state = next,
            page => break candidates(page),
        }
    };
    assert_eq!(asked, ["a", "b", "c"]);
    assert_eq!(found, ["a", "c"], "the broker takes away what belongs to others, and asks a person about the rest");
}

#[test]
fn a_candidate_that_is_gone_is_none() {
    let account = account(json!({}));
    let state = LookUpState { page: 1, found: vec!["new".to_owned()] };
    let page = case(&[]).looked_up(&*account, "create_contract", &state, &error(404, "Contract not found."));
    assert!(candidates(page).is_empty());
}

#[test]
fn without_an_owner_nobody_can_tell_unless_orphans_are_acceptable() {
    let mut case = Case::fresh(simple_order());
    case.done("snapshot_owner", &[]);
    let page = |settings: Value| {
        let account = account(settings);
        let call = case.look_up_call(&*account, "create_contract", &LookUpState::default());
        assert_eq!(call.endpoint, "contract_type", "a call that changes nothing");
        case.looked_up(&*account, "create_contract", &LookUpState::default(), &success(200, json!([])))
    };
    assert!(matches!(page(json!({ "owner_user_id": null })), LookUpPage::Answer(LookedUp::Ambiguous { .. })));
    let acceptable = json!({ "owner_user_id": null, "orphan_contracts_acceptable": true });
    assert!(matches!(page(acceptable), LookUpPage::Answer(LookedUp::NotFound)));
}

#[test]
fn an_owner_who_is_not_known_is_not_listed() {
    let account = account(json!({ "owner_user_id": null }));
    let prepared = Case::fresh(simple_order()).prepared(&*account, "snapshot_owner");
    assert_eq!(prepared, provider_clients::provider::Prepared::Known(domain::steps::StepOutput::default()));
}

#[test]
fn a_lost_upload_is_told_by_one_file_more() {
    let account = account(json!({}));
    let mut case = Case::created(double_order());
    case.listed(0, &[]);
    case.listed(1, &["a"]);
    let call = case.look_up_call(&*account, "upload_document/2", &LookUpState::default());
    assert_eq!(line(&call), format!("GET https://qa.firmavirtual.legal/api/v1/filelist/{CONTRACT}"));
    let page = |names: &[&str]| {
        let files: Vec<Value> = names.iter().map(|name| file(name, 0)).collect();
        case.looked_up(&*account, "upload_document/2", &LookUpState::default(), &success(200, json!(files)))
    };
    assert!(matches!(page(&["a"]), LookUpPage::Answer(LookedUp::NotFound)));
    assert!(matches!(page(&["a", "x_767036093.pdf"]), LookUpPage::Answer(LookedUp::Found { others: 0, .. })));
}

#[test]
fn a_lost_joining_is_told_by_one_file() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let page = |files: Value| case.looked_up(&*account, "merge", &LookUpState::default(), &success(200, files));
    assert!(matches!(page(json!([file("a", 0)])), LookUpPage::Answer(LookedUp::Found { .. })));
    assert!(matches!(page(json!([file("a", 0), file("b", 1)])), LookUpPage::Answer(LookedUp::NotFound)));
}

#[test]
fn a_lost_sending_is_told_by_the_contracts_state_or_a_draft_that_can_be_fetched() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let call = case.look_up_call(&*account, "send_draft", &LookUpState::default());
    assert_eq!(call.endpoint, "contract_detail");
    let no = "DISABLE";
    let page = |detail: Value| case.looked_up(&*account, "send_draft", &LookUpState::default(), &success(200, detail));
    assert!(matches!(page(detail_with("CREATED", [no, no, no, "NOTHING"])), LookUpPage::Answer(LookedUp::NotFound)));
    let LookUpPage::Answer(LookedUp::Found { output, .. }) = page(detail_of("REVIEW")) else { panic!("it was sent") };
    assert_eq!(output.reading.unwrap().state, Some(SubmissionState::Sent));
    assert_eq!(output.reference, None, "the contract's id is known from its creation");
    assert!(matches!(
        page(detail_with("CREATED", ["ENABLE", no, no, "NOTHING"])),
        LookUpPage::Answer(LookedUp::Found { .. })
    ));
    assert!(matches!(page(detail_of("OTHER")), LookUpPage::Answer(LookedUp::Found { .. })), "never sent twice");
}

#[test]
fn a_look_up_that_is_refused_says_so() {
    let account = account(json!({}));
    let case = case(&[]);
    for step in ["create_contract", "upload_document/1", "send_draft"] {
        let outcome = account.look_up_reply(
            &Case::created(simple_order()).step(&*account, step),
            &case.view(),
            &LookUpState::default(),
            &error(402, "No."),
        );
        assert!(refused(outcome.map(|_| ())).code.ends_with("/402"), "{step}");
    }
    let step = case.step(&*account, "create_contract");
    assert!(account.look_up_request(&step, &case.view(), &within(&session()), &LookUpState::default()).is_ok());
}
