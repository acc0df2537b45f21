//! What is sent: the step list, and each call against the contract, member by member. Sections 3 and 8.

use domain::envelope::{ActsAs, Notary};
use domain::outcome::Outcome;
use domain::protocol::LookedUp;
use domain::steps::{Lock, Repeat, Start, WhenInDoubt, WhenNotFound};
use provider_clients::call::{Body, FileRef, FileSource, Part};
use provider_clients::provider::{Account, LookUpPage, LookUpState, Moment, Prepared};
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, CONTRACT, Case, account, ana, creation, document_id, done, double_order, jose, json_of, line, moment,
    options, order, session, simple_order, submission_id, success, within,
};

fn steps(account: &dyn Account, case: &Case) -> Vec<String> {
    account.submissions(&case.order)[0].steps.iter().map(|step| step.id.clone()).collect()
}

#[test]
fn one_document_takes_six_steps_and_several_are_listed_sorted_and_joined() {
    let account = account(json!({}));
    assert_eq!(
        steps(&*account, &Case::fresh(simple_order())),
        ["resolve_fee", "snapshot_owner", "create_contract", "list_files/0", "upload_document/1", "send_draft"]
    );
    assert_eq!(
        steps(&*account, &Case::fresh(double_order())),
        [
            "resolve_fee",
            "snapshot_owner",
            "create_contract",
            "list_files/0",
            "upload_document/1",
            "list_files/1",
            "upload_document/2",
            "list_files/2",
            "sort_files",
            "merge",
            "send_draft",
        ]
    );
}

#[test]
fn the_plan_says_what_happens_once_and_what_follows_a_doubt() {
    let account = account(json!({}));
    let order = double_order();
    let plans = account.submissions(&order);
    let [plan] = plans.as_slice() else { panic!("one contract holds everything") };
    assert_eq!(plan.validate(), Ok(()));
    assert_eq!((plan.ordinal, &plan.start), (0, &Start::AtOnce));
    assert_eq!(plan.documents, [document_id(1), document_id(2)]);
    assert_eq!(plan.recipients.len(), 2);
    let seconds = |delays: &[u64]| delays.iter().map(|s| std::time::Duration::from_secs(*s)).collect::<Vec<_>>();
    let look_up = |delays: &[u64], otherwise| WhenInDoubt::LookUp { delays: seconds(delays), otherwise };
    for step in &plan.steps {
        let (repeat, in_doubt) = match step.id.as_str() {
            "create_contract" => (Repeat::Once, look_up(&[5, 20, 60], WhenNotFound::Park)),
            "send_draft" => (Repeat::Once, look_up(&[5, 20, 60], WhenNotFound::Repeat)),
            "upload_document/1" | "upload_document/2" | "merge" => (Repeat::Once, look_up(&[2], WhenNotFound::Repeat)),
            _ => (Repeat::Repeatable, WhenInDoubt::Repeat),
        };
        assert_eq!((step.repeat, &step.in_doubt), (repeat, &in_doubt), "{}", step.id);
        let live = ["create_contract", "send_draft"].contains(&step.id.as_str());
        assert_eq!(step.makes_live, live, "{}", step.id);
        let locked = ["snapshot_owner", "create_contract"].contains(&step.id.as_str());
        assert_eq!(step.lock.is_some(), locked, "{}", step.id);
    }
    assert_eq!(plan.steps[1].lock, plan.steps[2].lock);
    assert_eq!(plan.steps[4].document, Some(document_id(1)));
    assert_eq!(plan.steps[6].document, Some(document_id(2)));
    assert_eq!(plan.clean_up.len(), 1);
    assert_eq!(plan.clean_up[0].id, "delete_contract");
}

#[test]
fn the_lock_is_one_for_each_user_of_the_vendor_and_tells_no_login() {
    let lock = |settings: Value| account(settings).submissions(&simple_order())[0].steps[1].lock.clone();
    let here = lock(json!({}));
    assert_eq!(here, lock(json!({ "owner_user_id": null, "concurrency": 7 })), "whichever account it is");
    assert_ne!(here, lock(json!({ "base_url": "https://api.firmavirtual.legal" })));
    let Some(Lock::Named(name)) = here else { panic!("{here:?}") };
    assert!(name.starts_with("owner/") && !name.contains("userapp"), "{name}");
}

#[test]
fn a_lost_creation_is_repeated_only_where_the_account_accepts_orphans() {
    let step =
        Case::fresh(simple_order()).step(&*account(json!({ "orphan_contracts_acceptable": true })), "create_contract");
    assert!(matches!(step.in_doubt, WhenInDoubt::LookUp { otherwise: WhenNotFound::Repeat, .. }));
}

#[test]
fn the_calls_go_where_the_contract_says() {
    let account = account(json!({}));
    let mut case = Case::created(double_order());
    case.listed(0, &[]);
    case.listed(1, &["a"]);
    case.listed(2, &["a", "b"]);
    options(&mut case.order, json!({ "contract_type_id": 1 }));
    let base = "https://qa.firmavirtual.legal/api/v1";
    for (step, expected) in [
        ("resolve_fee", format!("GET {base}/contract-type/ALL/0")),
        ("snapshot_owner", format!("GET {base}/contract/owner/20")),
        ("create_contract", format!("POST {base}/contract/create-contract")),
        ("list_files/0", format!("GET {base}/filelist/{CONTRACT}")),
        ("upload_document/1", format!("POST {base}/upfile")),
        ("list_files/1", format!("GET {base}/filelist/{CONTRACT}")),
        ("sort_files", format!("POST {base}/sortfiles")),
        ("merge", format!("POST {base}/contract/merge/{CONTRACT}")),
        ("send_draft", format!("POST {base}/contract/send/draft/{CONTRACT}")),
        ("delete_contract", format!("POST {base}/contract/{CONTRACT}")),
    ] {
        let call = case.calling(&*account, step);
        assert_eq!(line(&call), expected, "{step}");
        let has_body = ["create_contract", "upload_document/1", "sort_files"].contains(&step);
        assert_eq!(call.body != Body::Empty, has_body, "{step}");
    }
    let requests = account.status_requests(&[case.view()], &within(&session())).unwrap();
    assert_eq!(line(&requests[0].call), format!("GET {base}/contract/detail/{CONTRACT}"));
    let cancel = account.cancel_request(&case.view(), Some("why"), &within(&session())).unwrap();
    assert_eq!(line(&cancel), format!("POST {base}/contract/{CONTRACT}"));
}

#[test]
fn a_base_url_with_a_path_keeps_it() {
    let account = account(json!({ "base_url": "https://gate.example/firma/" }));
    let call = Case::created(simple_order()).calling(&*account, "send_draft");
    assert_eq!(call.url.as_str(), format!("https://gate.example/firma/api/v1/contract/send/draft/{CONTRACT}"));
}

#[test]
fn a_contract_is_created_as_in_the_contracts_example() {
    let account = account(json!({}));
    let call = Case::fresh(simple_order()).calling(&*account, "create_contract");
    assert_eq!(
        json_of(&call),
        json!({
            "sOwnerType": "NATURAL",
            "sPaymentStatus": "PENDING",
            "iPaymentService": 0,
            "iContractTypeFeeID": 28,
            "iSignedCount": 1,
            "callback": "https://rubrica.example/callbacks/firma_virtual/tok?s=sub_01j8z3k5m2e0q9v7w6x5y4z3a2",
            "signers": [{
                "full_name": "Jose Perez", "email": "jose@example.cl", "rutId": "76795561-8", "phone": "+56987332031",
                "type": "NATURAL", "portion": "100", "payment": "0.00"
            }]
        })
    );
}

#[test]
fn a_company_a_second_signer_shares_and_the_accounts_words_are_sent() {
    let account = account(json!({
        "owner_type": "LEGAL", "payment_status": "PAIDOUT", "phone_format": "national", "non_payer_portion": "0.00"
    }));
    let mut order = double_order();
    order.recipients[1].spec.acts_as = ActsAs::Organization;
    let share = |share: u8| ("firma_virtual".to_owned(), json!({ "portion": share }));
    order.recipients[1].spec.provider_options.extend([share(100)]);
    let sent = json_of(&Case::fresh(order.clone()).calling(&*account, "create_contract"));
    assert_eq!(
        sent["signers"],
        json!([
            {
                "full_name": "Jose Perez", "email": "jose@example.cl", "rutId": "76795561-8", "phone": "987332031",
                "type": "NATURAL", "portion": "0.00", "payment": "0.00"
            },
            {
                "full_name": "Ana Diaz", "email": "ana@example.cl", "rutId": "12345678-5", "phone": "912345678",
                "type": "LEGAL", "portion": "100", "payment": "0.00"
            }
        ])
    );
    assert_eq!((&sent["sOwnerType"], &sent["sPaymentStatus"]), (&json!("LEGAL"), &json!("PAIDOUT")));
    assert_eq!(sent["iSignedCount"], 2);
    order.recipients[0].spec.provider_options.extend([share(50)]);
    order.recipients[1].spec.provider_options.extend([share(50)]);
    let sent = json_of(&Case::fresh(order).calling(&*account, "create_contract"));
    assert_eq!([&sent["signers"][0]["portion"], &sent["signers"][1]["portion"]], ["50", "50"]);
}

#[test]
fn without_an_address_of_its_own_the_broker_asks_for_no_callback() {
    let account = account(json!({}));
    let case = Case::fresh(simple_order());
    let session = session();
    let moment = Moment { session: Some(&session), ..moment() };
    let Prepared::Call(call) =
        account.request(&case.step(&*account, "create_contract"), &case.view(), &moment).unwrap()
    else {
        panic!("a call is made")
    };
    assert_eq!(json_of(&call).get("callback"), None);
}

#[test]
fn the_callbacks_address_is_a_secret_and_takes_a_second_query_member() {
    let account = account(json!({}));
    let case = Case::fresh(simple_order());
    let call = case.calling(&*account, "create_contract");
    assert!(!call.redacted().to_string().contains(CALLBACK));
    let session = session();
    let moment = Moment { callback_url: Some("https://r.example/c?x=1"), ..within(&session) };
    let Prepared::Call(call) =
        account.request(&case.step(&*account, "create_contract"), &case.view(), &moment).unwrap()
    else {
        panic!("a call is made")
    };
    assert_eq!(json_of(&call)["callback"], format!("https://r.example/c?x=1&s={}", submission_id()));
}

#[test]
fn the_test_environments_rut_stands_for_everybodys() {
    let account = account(json!({ "qa_rut_override": "76.795.561-8" }));
    let mut order = double_order();
    order.recipients[1].spec.national_id = None;
    let sent = json_of(&Case::fresh(order).calling(&*account, "create_contract"));
    assert_eq!([&sent["signers"][0]["rutId"], &sent["signers"][1]["rutId"]], ["76795561-8", "76795561-8"]);
}

#[test]
fn an_upload_is_a_form_whose_file_is_named_by_the_contract() {
    let account = account(json!({}));
    let call = Case::created(simple_order()).calling(&*account, "upload_document/1");
    let file = |name: &str, document: usize| Part::File {
        name: "file".to_owned(),
        filename: name.to_owned(),
        content_type: "application/pdf".to_owned(),
        file: FileRef::plain(FileSource::Document(document_id(document)), 48_213),
    };
    assert_eq!(call.body, Body::Multipart(vec![file(&format!("{CONTRACT}.pdf"), 1)]));
    assert_eq!(call.timeout.as_secs(), 300);
    let names: Vec<&str> = call.headers.iter().map(|header| header.name).collect();
    assert_eq!(names, ["accept", "authorization"], "the content type is the transport's");
    let case = Case::created(double_order());
    for n in [1, 2] {
        let call = case.calling(&*account, &format!("upload_document/{n}"));
        assert_eq!(call.body, Body::Multipart(vec![file(&format!("{CONTRACT}_{n}.pdf"), n)]));
    }
}

#[test]
fn a_dry_run_shows_what_only_an_answer_will_tell_as_such() {
    let account = account(json!({}));
    let mut order = simple_order();
    options(&mut order, json!({ "contract_type_id": 1 }));
    let mut case = Case::fresh(order);
    let foretold = domain::steps::StepOutput::reference("known-after-the-call");
    for step in ["resolve_fee", "create_contract"] {
        case.outputs.insert(step.to_owned(), foretold.clone());
    }
    let sent = json_of(&case.calling(&*account, "create_contract"));
    assert_eq!(sent["iContractTypeFeeID"], "known-after-the-call");
    assert!(case.calling(&*account, "send_draft").url.as_str().ends_with("/known-after-the-call"));
}

#[test]
fn nothing_is_deleted_before_anything_was_created() {
    let prepared = Case::fresh(simple_order()).prepared(&*account(json!({})), "delete_contract");
    assert!(matches!(prepared, Prepared::Known(_)));
}

/// The envelope of the design's section 5, as far as this vendor can do it: two signers in parallel, two documents, a
/// notary, a deadline and reminders. Every call of its way, one after another.
#[test]
fn a_whole_envelope_goes_through_every_call() {
    let account = account(json!({ "contract_type_name": "contrato de ariendo" }));
    let mut order = order(vec![jose(), ana()]);
    order.documents.push(crate::support::document(2));
    order.spec.notary = Notary::Certification;
    order.spec.expires_at = Some(crate::support::hours(24 * 365 * 100));
    order.spec.reminders = Some(domain::envelope::Reminders { every_days: 3 });
    assert_eq!(crate::support::errors(&*account, &order), [""; 0]);
    let plan = account.submissions(&order).remove(0);
    let mut case = Case::fresh(order);
    let two = |names: [&str; 2]| json!([crate::support::file(names[0], 0), crate::support::file(names[1], 1)]);
    let mut made = Vec::new();
    for step in &plan.steps {
        let Prepared::Call(call) = case.prepared(&*account, &step.id) else { panic!("{} is a call", step.id) };
        made.push(json!({ "step": step.id, "call": call.redacted() }));
        let mut created = creation();
        created[0]["sContractID"] = json!(CONTRACT);
        let reply = match step.id.as_str() {
            "resolve_fee" => success(
                200,
                json!([
                    crate::support::row(1, 1, "CONTRATO DE ARIENDO", "SIGNATURE", 2),
                    crate::support::row(7, 1, "CONTRATO DE ARIENDO", "SIGNATURE_CERT_NOTARIAL", 2)
                ]),
            ),
            "snapshot_owner" | "list_files/0" => success(200, json!([])),
            "create_contract" => success(201, created),
            "list_files/1" => success(200, json!([crate::support::file("x_1.pdf", 0)])),
            "list_files/2" => success(200, two(["x_1.pdf", "y_2.pdf"])),
            "sort_files" => success(207, two(["x_1.pdf", "y_2.pdf"])),
            _ => success(207, json!({})),
        };
        let output = done(case.answered(&*account, &step.id, &reply));
        case.outputs.insert(step.id.clone(), output);
    }
    insta::assert_json_snapshot!("whole_envelope", made);
}

#[test]
fn what_is_not_a_step_of_this_vendor_is_a_defect() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    for name in ["send_document", "list_files/x", "upload_document/"] {
        let step = domain::steps::Step::repeatable(name);
        assert!(account.request(&step, &case.view(), &within(&session())).is_err(), "{name}");
        let reply = success(200, json!({}));
        assert!(matches!(account.reply(&step, &case.view(), &within(&session()), &reply), Outcome::Unknown(_)));
    }
    let step = case.step(&*account, "list_files/0");
    assert!(account.look_up_request(&step, &case.view(), &within(&session()), &LookUpState::default()).is_err());
    let page = case.looked_up(&*account, "merge", &LookUpState::default(), &success(200, json!([])));
    assert!(matches!(page, LookUpPage::Answer(LookedUp::NotFound)));
}
