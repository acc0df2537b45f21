//! The plans of every vendor for two documents and two signers, driven through the submission protocol: the golden path,
//! and a doubt at every step. What must follow a doubt is what the contracts' sections on flow and on ambiguous failures
//! say, written down here beside what the adapters' steps say.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a broken expectation is a failed test"
)]

#[path = "step_lists/drive.rs"]
mod drive;
#[path = "kit/mod.rs"]
mod kit;

use std::time::Duration;

use domain::envelope::{IdentityDocument, RecipientSpec, Role};
use domain::finding::Finding;
use domain::ids::{IdentityDocumentId, SubmissionId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::protocol::{self, Next, Resolution};
use domain::steps::{Start, Step, StepOutput, StepOutputs, SubmissionPlan, WhenInDoubt, WhenNotFound};
use domain::values::{NationalId, NationalIdType};
use drive::{Attempt, Follows, How, POLICY, assert_follows, in_doubt, start_of_time};
use kit::{document, open, order, recipient};
use provider_clients::provider::Account;
use provider_clients::registry::Registry;
use serde_json::{Map, Value, json};

/// What a contract says of each of a vendor's steps.
type Expected = &'static [(&'static str, Follows<'static>)];

const RESTART: Follows<'static> = Follows::Restart { repeats: 0, pauses: &[0, 0, 0] };

/// Nothing can be looked up after the one call that creates and sends. Source: contract sections 2.1, 2.5 and 5.
const ARQSIGN: Expected = &[("create_and_send", Follows::Person), ("link_recipients", Follows::Repeat)];

/// Looked up by the broker's own key. Source: contract section 6.
const EFIRMA_GO: Expected =
    &[("send_document", Follows::LookUp { delays: &[5, 20, 60, 180], empty: WhenNotFound::Repeat })];

const COUNTED: Follows<'static> = Follows::LookUp { delays: &[2], empty: WhenNotFound::Repeat };

/// Files are counted before each upload, since the server may rename them. Source: contract sections 6 and 8, and the
/// decision that an empty look-up after a create is a person's to judge.
const FIRMA_VIRTUAL: Expected = &[
    ("resolve_fee", Follows::Repeat),
    ("snapshot_owner", Follows::Repeat),
    ("create_contract", Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Park }),
    ("list_files/0", Follows::Repeat),
    ("upload_document/1", COUNTED),
    ("list_files/1", Follows::Repeat),
    ("upload_document/2", COUNTED),
    ("list_files/2", Follows::Repeat),
    ("sort_files", Follows::Repeat),
    ("merge", COUNTED),
    ("send_draft", Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Repeat }),
];

/// Only `start` reaches people: before it, doubt means a new portfolio, also for the create itself, because the vendor may
/// want another `client_portfolio_id` each time. Source: contract sections 6 and 8.
const GOFIRMEX: Expected = &[
    ("create_portfolio", RESTART),
    ("add_document/1", RESTART),
    ("add_document/2", RESTART),
    ("start", Follows::RepeatAfter { wait: 120 }),
];

/// No call makes an operation live: the broker does, when it serves the link. Opening and closing may be repeated, adding
/// a file may not. Source: contract sections 2.3, 3 and 5.
const VIAFIRMA: Expected = &[
    ("prepare", Follows::Restart { repeats: 2, pauses: &[1, 5, 25] }),
    ("add_file/1", Follows::Restart { repeats: 0, pauses: &[1, 5, 25] }),
    ("add_file/2", Follows::Restart { repeats: 0, pauses: &[1, 5, 25] }),
    ("finish", Follows::Restart { repeats: 2, pauses: &[1, 5, 25] }),
];

fn told_by_contract(kind: &str) -> Expected {
    match kind {
        "arqsign" => ARQSIGN,
        "efirma_go" => EFIRMA_GO,
        "firma_virtual" => FIRMA_VIRTUAL,
        "gofirmex" => GOFIRMEX,
        "viafirma" => VIAFIRMA,
        other => panic!("what {other}'s contract says of doubts is not written down"),
    }
}

/// What an account needs beside the required settings, so that an envelope without options of the vendor can be sent.
fn usual_settings(kind: &str) -> Map<String, Value> {
    let settings = match kind {
        "firma_virtual" => json!({ "default_contract_type_fee_id": 28 }),
        _ => json!({}),
    };
    settings.as_object().unwrap().clone()
}

/// People of one country.
struct Country {
    ids: NationalIdType,
    numbers: [&'static str; 2],
    phone: &'static str,
}

const COUNTRIES: [Country; 3] = [
    Country { ids: NationalIdType::Nif, numbers: ["12345678Z", "87654321X"], phone: "+34600000000" },
    Country { ids: NationalIdType::Rut, numbers: ["11.111.111-1", "12345678-5"], phone: "+56912345678" },
    Country { ids: NationalIdType::Cpf, numbers: ["529.982.247-25", "111.444.777-35"], phone: "+5511987654321" },
];

/// Two documents, and two signers one after the other where the account can do that.
fn two_by_two(account: &dyn Account) -> Order {
    let (level, delivery) = account.defaults();
    let signer = |country: &Country, index: usize, turn: u32| RecipientSpec {
        given_name: Some("Ana".to_owned()),
        family_name: Some(format!("Soto {index}")),
        national_id: NationalId::new(country.ids, country.numbers[index], None).ok(),
        phone: country.phone.parse().ok(),
        signature_level: Some(level),
        delivery: Some(delivery),
        ..recipient(Role::Signer, &format!("Ana Soto {index}"), &format!("ana.{index}@example.com"), turn)
    };
    let orders = COUNTRIES.iter().flat_map(|country| [(country, 2), (country, 1)]).map(|(country, second)| {
        let mut order = order(vec![signer(country, 0, 1), signer(country, 1, second)]);
        order.documents.push(document(2));
        let mut errors = account.check(&order);
        errors.retain(Finding::is_error);
        (errors, order)
    });
    let (errors, order) = orders.min_by_key(|(errors, _)| errors.len()).unwrap();
    assert!(errors.is_empty(), "no such order is taken: {errors:?}");
    order
}

fn seconds(durations: &[Duration]) -> Vec<u64> {
    durations.iter().map(Duration::as_secs).collect()
}

/// Hands what `step` says of doubts to `then`.
fn with_follows<T>(step: &Step, then: impl FnOnce(Follows<'_>) -> T) -> T {
    match &step.in_doubt {
        WhenInDoubt::Repeat => then(Follows::Repeat),
        WhenInDoubt::LookUp { delays, otherwise } => {
            then(Follows::LookUp { delays: &seconds(delays), empty: *otherwise })
        }
        WhenInDoubt::RepeatAfter { wait } => then(Follows::RepeatAfter { wait: wait.as_secs() }),
        WhenInDoubt::Restart { repeats, pauses } => {
            then(Follows::Restart { repeats: *repeats, pauses: &seconds(pauses) })
        }
        WhenInDoubt::Park { .. } => then(Follows::Person),
    }
}

/// Drives the steps of a plan, all of them and each of them in doubt.
fn drive_through(plan: &SubmissionPlan) {
    let steps = &plan.steps;
    let mut golden = Attempt::new(steps, 0, start_of_time());
    let names: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(golden.run_until(None), names);
    for (index, step) in steps.iter().enumerate() {
        for how in [How::AnswerLost, How::WorkerDied] {
            println!("{} in doubt: {how:?}", step.id);
            with_follows(step, |follows| assert_follows(steps, index, follows, how));
        }
        // Whatever the step is: a call that certainly was not sent is simply made later.
        let mut unsent = Attempt::new(steps, 0, start_of_time());
        unsent.run_until(Some(index));
        unsent.carry(index, Outcome::NotSent { reason: "refused".to_owned(), retry_after: None });
        unsent.waits(POLICY.first_pause);
        unsent.finishes();
    }
}

fn plans(kind: &str, more: &Value) -> (Order, Vec<SubmissionPlan>) {
    let registry = Registry::standard(false).unwrap();
    let mut settings = usual_settings(kind);
    settings.extend(more.as_object().unwrap().clone());
    let account = open(&registry, registry.get(kind).unwrap().profile(), &settings);
    let order = two_by_two(&*account);
    let plans = account.submissions(&order);
    (order, plans)
}

fn plan(kind: &str) -> SubmissionPlan {
    let (_, mut plans) = plans(kind, &json!({}));
    plans.remove(0)
}

#[test]
fn every_plan_follows_its_contract_through_every_doubt() {
    let registry = Registry::standard(false).unwrap();
    for provider in registry.iter() {
        let profile = provider.profile();
        let account = open(&registry, profile, &usual_settings(profile.kind));
        let order = two_by_two(&*account);
        let plans = account.submissions(&order);
        for (ordinal, plan) in (0..).zip(&plans) {
            println!("{} {ordinal}", profile.kind);
            assert_eq!((plan.ordinal, plan.validate()), (ordinal, Ok(())));
            let expected = told_by_contract(profile.kind);
            assert_eq!(plan.steps.len(), expected.len(), "{:?}", plan.steps);
            for (step, (name, follows)) in plan.steps.iter().zip(expected) {
                assert_eq!(step.id, *name);
                with_follows(step, |told| assert_eq!(told, *follows, "{name}"));
            }
            drive_through(plan);
        }
        for document in &order.documents {
            assert!(plans.iter().any(|plan| plan.documents.contains(&document.id)), "{}", profile.kind);
        }
        for recipient in &order.recipients {
            assert!(plans.iter().any(|plan| plan.recipients.contains(&recipient.id)), "{}", profile.kind);
        }
        let stored = serde_json::to_string(&plans).unwrap();
        assert_eq!(serde_json::from_str::<Vec<SubmissionPlan>>(&stored).unwrap(), plans);
    }
}

#[test]
fn efirma_go_sends_a_document_at_a_time() {
    let (order, plans) = plans("efirma_go", &json!({}));
    assert_eq!(plans.iter().map(|plan| plan.documents.len()).collect::<Vec<_>>(), [1, 1]);
    assert!(plans.iter().all(|plan| plan.recipients.len() == order.recipients.len()));
    assert_eq!(plans[1].start, Start::AfterSubmitted { ordinal: 0 });
}

#[test]
fn firma_virtual_holds_one_lock_from_the_list_of_contracts_to_the_new_one() {
    let plan = plan("firma_virtual");
    let locked: Vec<&str> = plan.steps.iter().filter(|step| step.lock.is_some()).map(|step| step.id.as_str()).collect();
    assert_eq!(locked, ["snapshot_owner", "create_contract"], "neighbours, so that one holding spans both");
    assert_eq!(plan.steps[1].lock, plan.steps[2].lock);
    assert_eq!(plan.clean_up[0].id, "delete_contract");
}

#[test]
fn gofirmex_starts_over_with_a_new_portfolio_until_it_was_started() {
    let kinds = json!({ "id_card_front": "2e1d6c1f-5b4a-4b63-9f1f-8d2d3c4b5e6f" });
    let registry = Registry::standard(false).unwrap();
    let settings = json!({ "profile": { "identity_document_types": kinds } });
    let profile = registry.get("gofirmex").unwrap().profile();
    let account = open(&registry, profile, settings.as_object().unwrap());
    let mut order = two_by_two(&*account);
    order.recipients[0].spec.identity_documents.push(IdentityDocument {
        id: IdentityDocumentId::generate(),
        kind: "id_card_front".to_owned(),
        filename: "front.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1_000,
        sha256: "0".repeat(64),
    });
    let plan = account.submissions(&order).remove(0);
    drive_through(&plan);
    let identity = plan.steps.iter().find(|step| step.id.starts_with("add_identity_document/")).unwrap();
    with_follows(identity, |told| assert_eq!(told, RESTART));

    // A restart makes everything again: nothing of the old portfolio is an input of the new one.
    let doubtful = in_doubt(&plan.steps, 2, 0, How::AnswerLost);
    assert_eq!(protocol::outputs(&doubtful.records).len(), 2);
    let fresh = Attempt::new(&plan.steps, 1, doubtful.now);
    assert!(protocol::outputs(&fresh.records).is_empty());
    assert_eq!(fresh.next(), Next::Carry(0));

    let mut twice = plan.clone();
    let start = twice.steps.last_mut().unwrap();
    start.in_doubt = WhenInDoubt::Restart { repeats: 0, pauses: vec![Duration::ZERO; 3] };
    assert!(twice.validate().is_err(), "a started portfolio is never started over");
}

#[test]
fn gofirmex_asks_instead_of_starting_over_where_the_account_can_ask() {
    let calls = json!({
        "get_portfolio": { "method": "GET", "path": "/portfolio/{portfolio_id}" },
        "find_portfolio": { "method": "GET", "path": "/portfolio" }
    });
    let (_, plans) = plans("gofirmex", &json!({ "profile": { "calls": calls } }));
    for step in &plans[0].steps {
        assert!(matches!(step.in_doubt, WhenInDoubt::LookUp { .. }), "{step:?}");
    }
    drive_through(&plans[0]);
}

#[test]
fn viafirma_chains_operations_over_what_the_signer_before_signed() {
    let (order, plans) = plans("viafirma", &json!({}));
    assert_eq!(plans.len(), 2);
    for (plan, recipient) in plans.iter().zip(&order.recipients) {
        assert_eq!(plan.recipients, [recipient.id]);
        assert_eq!(plan.documents.len(), 2);
        assert!(plan.steps.iter().all(|step| !step.makes_live));
    }
    assert_eq!(plans[1].start, Start::AfterCompleted { ordinal: 0 });
}

#[test]
fn arqsign_asks_a_person_after_a_doubt_and_a_webhook_may_answer_instead() {
    let plan = plan("arqsign");
    // The webhook that tells the process' name adopts it just as a person would; the answer of neither counts twice.
    let mut parked = in_doubt(&plan.steps, 0, 0, How::AnswerLost);
    parked.resolve(0, Resolution::Adopt(StepOutput::reference("by webhook")));
    parked.resolve(0, Resolution::Resubmit);
    assert_eq!(parked.next(), Next::Carry(1));
    assert_eq!(protocol::outputs(&parked.records)["create_and_send"].reference.as_deref(), Some("by webhook"));
}

#[test]
fn outputs_survive_the_database() {
    let outputs: StepOutputs = [("a".to_owned(), StepOutput::reference(SubmissionId::generate().to_string()))].into();
    let stored = serde_json::to_string(&outputs).unwrap();
    assert_eq!(serde_json::from_str::<StepOutputs>(&stored).unwrap(), outputs);
}
