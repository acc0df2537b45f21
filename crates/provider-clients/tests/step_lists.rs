//! The step lists of five vendor contracts, written down with the step types for an envelope of two documents and two
//! signers, and driven through the submission protocol: the golden path, and a doubt at every step. What is asserted is
//! what the contracts' sections on flow and on ambiguous failures say must follow.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a broken expectation is a failed test"
)]

#[path = "step_lists/drive.rs"]
mod drive;

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::{DocumentId, RecipientId, SubmissionId};
use domain::outcome::Outcome;
use domain::protocol::{self, Next, Resolution};
use domain::steps::{Lock, Start, Step, StepOutput, StepOutputs, SubmissionPlan, WhenInDoubt, WhenNotFound};
use drive::{Attempt, Follows, How, POLICY, assert_follows, in_doubt, start_of_time};
use provider_clients::call::{FileRef, FileSource};
use provider_clients::reply::StoredFile;

struct Envelope {
    documents: [DocumentId; 2],
    signers: [RecipientId; 2],
}

fn envelope() -> Envelope {
    Envelope {
        documents: [DocumentId::generate(), DocumentId::generate()],
        signers: [RecipientId::generate(), RecipientId::generate()],
    }
}

fn seconds(seconds: &[u64]) -> Vec<Duration> {
    seconds.iter().copied().map(Duration::from_secs).collect()
}

fn look_up(delays: &[u64], otherwise: WhenNotFound) -> WhenInDoubt {
    WhenInDoubt::LookUp { delays: seconds(delays), otherwise }
}

fn plan(ordinal: u32, start: Start, documents: &[DocumentId], recipients: &[RecipientId]) -> SubmissionPlan {
    SubmissionPlan {
        ordinal,
        documents: documents.to_vec(),
        recipients: recipients.to_vec(),
        start,
        steps: Vec::new(),
        clean_up: Vec::new(),
    }
}

/// One submission for each document, the second once the first was accepted. Source: contract sections 6, 7, 8.
fn efirma_go(envelope: &Envelope) -> Vec<SubmissionPlan> {
    let starts = [Start::AtOnce, Start::AfterSubmitted { ordinal: 0 }];
    (0..)
        .zip(envelope.documents.iter().zip(starts))
        .map(|(ordinal, (document, start))| SubmissionPlan {
            steps: vec![
                Step::once("send_document", look_up(&[5, 20, 60, 180], WhenNotFound::Repeat))
                    .carrying(*document)
                    .making_live(),
            ],
            ..plan(ordinal, start, &[*document], &envelope.signers)
        })
        .collect()
}

/// The list of the owner's contracts before the create, and the create, lie under one lock for the vendor's user; files
/// are counted before each upload, since the server may rename them. Source: contract sections 6 and 8, and the
/// decision that an empty look-up after a create is a person's to judge.
fn firma_virtual(envelope: &Envelope) -> Vec<SubmissionPlan> {
    let owner = || Lock::Named("firma_virtual/owner/20".to_owned());
    let [first, second] = envelope.documents;
    let counted = || look_up(&[2], WhenNotFound::Repeat);
    let steps = vec![
        Step::repeatable("resolve_fee"),
        Step::repeatable("snapshot_owner").locked(owner()),
        Step::once("create_contract", look_up(&[5, 20, 60], WhenNotFound::Park))
            .needing(["resolve_fee", "snapshot_owner"])
            .locked(owner())
            .making_live(),
        Step::repeatable("list_files/0").needing(["create_contract"]),
        Step::once("upload_document/1", counted()).needing(["create_contract", "list_files/0"]).carrying(first),
        Step::repeatable("list_files/1").needing(["create_contract"]),
        Step::once("upload_document/2", counted()).needing(["create_contract", "list_files/1"]).carrying(second),
        Step::repeatable("list_files/2").needing(["create_contract"]),
        Step::repeatable("sort_files").needing(["create_contract", "list_files/1", "list_files/2"]),
        Step::once("merge", counted()).needing(["create_contract"]),
        Step::once("send_draft", look_up(&[5, 20, 60], WhenNotFound::Repeat))
            .needing(["create_contract"])
            .making_live(),
    ];
    let clean_up = vec![Step::repeatable("delete_contract")];
    vec![SubmissionPlan { steps, clean_up, ..plan(0, Start::AtOnce, &envelope.documents, &envelope.signers) }]
}

/// Only `start` reaches people: before it, doubt means a new portfolio (three restarts at most), also for the create
/// itself, because the vendor may want another `client_portfolio_id` each time. Source: contract sections 6 and 8.
fn gofirmex(envelope: &Envelope) -> Vec<SubmissionPlan> {
    let restart = || WhenInDoubt::Restart { repeats: 0, pauses: seconds(&[0, 0, 0]) };
    let [first, second] = envelope.documents;
    let identity =
        |name: &str| Step::once(format!("add_identity_document/{name}"), restart()).needing(["create_portfolio"]);
    let steps = vec![
        Step::once("create_portfolio", restart()),
        Step::once("add_document/1", restart()).needing(["create_portfolio"]).carrying(first),
        Step::once("add_document/2", restart()).needing(["create_portfolio"]).carrying(second),
        identity("1/front"),
        identity("1/back"),
        Step::once("start", WhenInDoubt::RepeatAfter { wait: Duration::from_secs(120) })
            .needing(["create_portfolio"])
            .making_live(),
    ];
    vec![SubmissionPlan { steps, ..plan(0, Start::AtOnce, &envelope.documents, &envelope.signers) }]
}

/// One operation for each signer, the second over what the first signed. No call makes an operation live: the broker
/// does, when it serves the link. Source: contract sections 2.3, 3 and 5.
fn viafirma(envelope: &Envelope) -> Vec<SubmissionPlan> {
    let restart = || WhenInDoubt::Restart { repeats: 0, pauses: seconds(&[0, 0, 0]) };
    let starts = [Start::AtOnce, Start::AfterCompleted { ordinal: 0 }];
    let [first, second] = envelope.documents;
    (0..)
        .zip(envelope.signers.iter().zip(starts))
        .map(|(ordinal, (signer, start))| SubmissionPlan {
            steps: vec![
                Step::repeatable("prepare"),
                Step::once("add_file/1", restart()).needing(["prepare"]).carrying(first),
                Step::once("add_file/2", restart()).needing(["prepare"]).carrying(second),
                Step::once("finish", restart()).needing(["prepare"]),
            ],
            ..plan(ordinal, start, &envelope.documents, &[*signer])
        })
        .collect()
}

/// One call creates and sends, and nothing can be looked up afterwards. Source: contract sections 2.1, 2.5 and 5.
fn arqsign(envelope: &Envelope) -> Vec<SubmissionPlan> {
    let steps = vec![
        Step::once("create_and_send", WhenInDoubt::Park { hold: Duration::from_secs(900) }).making_live(),
        Step::repeatable("link_recipients").needing(["create_and_send"]),
    ];
    vec![SubmissionPlan { steps, ..plan(0, Start::AtOnce, &envelope.documents, &envelope.signers) }]
}

fn check(plan: &SubmissionPlan, expected: &[(&str, Follows)]) {
    assert_eq!(plan.validate(), Ok(()));
    let mut golden = Attempt::new(&plan.steps, 0, start_of_time());
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(golden.run_until(None), names);
    for (index, (name, follows)) in expected.iter().enumerate() {
        for how in [How::AnswerLost, How::WorkerDied] {
            println!("{name} in doubt: {how:?}");
            assert_follows(&plan.steps, index, *follows, how);
        }
        // Whatever the step is: a call that certainly was not sent is simply made later.
        let mut unsent = Attempt::new(&plan.steps, 0, start_of_time());
        unsent.run_until(Some(index));
        unsent.carry(index, Outcome::NotSent { reason: "refused".to_owned(), retry_after: None });
        unsent.waits(POLICY.first_pause);
        unsent.finishes();
    }
}

#[test]
fn efirma_go_sends_a_document_at_a_time_and_looks_up_by_its_key() {
    let envelope = envelope();
    let plans = efirma_go(&envelope);
    assert_eq!(plans.len(), 2);
    for (index, plan) in plans.iter().enumerate() {
        check(plan, &[("send_document", Follows::LookUp { delays: &[5, 20, 60, 180], empty: WhenNotFound::Repeat })]);
        assert_eq!(plan.documents, [envelope.documents[index]]);
        assert_eq!(plan.recipients, envelope.signers);
    }
    assert_eq!(plans[1].start, Start::AfterSubmitted { ordinal: 0 });
}

#[test]
fn firma_virtual_creates_under_a_lock_and_uploads_by_count() {
    let plans = firma_virtual(&envelope());
    let [plan] = plans.as_slice() else { panic!("one contract holds all documents") };
    let counted = Follows::LookUp { delays: &[2], empty: WhenNotFound::Repeat };
    check(
        plan,
        &[
            ("resolve_fee", Follows::Repeat),
            ("snapshot_owner", Follows::Repeat),
            ("create_contract", Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Park }),
            ("list_files/0", Follows::Repeat),
            ("upload_document/1", counted),
            ("list_files/1", Follows::Repeat),
            ("upload_document/2", counted),
            ("list_files/2", Follows::Repeat),
            ("sort_files", Follows::Repeat),
            ("merge", counted),
            ("send_draft", Follows::LookUp { delays: &[5, 20, 60], empty: WhenNotFound::Repeat }),
        ],
    );
    let locked: Vec<&str> = plan.steps.iter().filter(|step| step.lock.is_some()).map(|step| step.id.as_str()).collect();
    assert_eq!(locked, ["snapshot_owner", "create_contract"], "neighbours, so that one holding spans both");
    assert_eq!(plan.steps[1].lock, plan.steps[2].lock);
    assert_eq!(plan.clean_up[0].id, "delete_contract");
}

#[test]
fn gofirmex_starts_over_with_a_new_portfolio_until_it_was_started() {
    let plans = gofirmex(&envelope());
    let [plan] = plans.as_slice() else { panic!("one portfolio holds all documents") };
    let restart = Follows::Restart { most: 3 };
    check(
        plan,
        &[
            ("create_portfolio", restart),
            ("add_document/1", restart),
            ("add_document/2", restart),
            ("add_identity_document/1/front", restart),
            ("add_identity_document/1/back", restart),
            ("start", Follows::RepeatAfter { wait: 120 }),
        ],
    );

    // A restart makes everything again: nothing of the old portfolio is an input of the new one.
    let doubtful = in_doubt(&plan.steps, 2, 0, How::AnswerLost);
    assert_eq!(protocol::outputs(&doubtful.records).len(), 2);
    let fresh = Attempt::new(&plan.steps, 1, doubtful.now);
    assert!(protocol::outputs(&fresh.records).is_empty());
    assert_eq!(fresh.next(), Next::Carry(0));

    let mut twice = plan.clone();
    twice.steps[5].in_doubt = WhenInDoubt::Restart { repeats: 0, pauses: seconds(&[0, 0, 0]) };
    assert!(twice.validate().is_err(), "a started portfolio is never started over");
}

#[test]
fn viafirma_chains_operations_over_what_the_signer_before_signed() {
    let envelope = envelope();
    let plans = viafirma(&envelope);
    assert_eq!(plans.len(), 2);
    let restart = Follows::Restart { most: 3 };
    for plan in &plans {
        check(
            plan,
            &[("prepare", Follows::Repeat), ("add_file/1", restart), ("add_file/2", restart), ("finish", restart)],
        );
    }
    assert_eq!(plans[1].start, Start::AfterCompleted { ordinal: 0 });

    let signed: BTreeMap<DocumentId, StoredFile> = envelope
        .documents
        .iter()
        .map(|document| {
            let (key, sha256) = (format!("signed by the first/{document}"), "0".repeat(64));
            (*document, StoredFile { key, size: 77, sha256, content_type: None })
        })
        .collect();
    for (plan, signed_before) in plans.iter().zip([&BTreeMap::new(), &signed]) {
        for (step, document) in plan.steps[1..3].iter().zip(envelope.documents) {
            assert_eq!(step.document, Some(document));
            let expected = match plan.ordinal {
                0 => FileRef::plain(FileSource::Document(document), 50),
                _ => FileRef::plain(FileSource::Stored(format!("signed by the first/{document}")), 77),
            };
            assert_eq!(file_of(step, signed_before), Some(expected));
        }
    }
}

/// The file that a step carries, as an adapter finds it: what was signed before stands in for the original.
fn file_of(step: &Step, signed_before: &BTreeMap<DocumentId, StoredFile>) -> Option<FileRef> {
    let document = step.document?;
    Some(match signed_before.get(&document) {
        Some(signed) => FileRef::plain(FileSource::Stored(signed.key.clone()), signed.size),
        None => FileRef::plain(FileSource::Document(document), 50),
    })
}

#[test]
fn arqsign_asks_a_person_after_a_doubt_and_a_webhook_may_answer_instead() {
    let plans = arqsign(&envelope());
    let [plan] = plans.as_slice() else { panic!("one process holds all documents") };
    check(plan, &[("create_and_send", Follows::Person), ("link_recipients", Follows::Repeat)]);

    // The webhook that tells the process' name adopts it just as a person would; the answer of neither counts twice.
    let mut parked = in_doubt(&plan.steps, 0, 0, How::AnswerLost);
    parked.resolve(0, Resolution::Adopt(StepOutput::reference("by webhook")));
    parked.resolve(0, Resolution::Resubmit);
    assert_eq!(parked.next(), Next::Carry(1));
    assert_eq!(protocol::outputs(&parked.records)["create_and_send"].reference.as_deref(), Some("by webhook"));
}

#[test]
fn every_plan_survives_the_database() {
    let envelope = envelope();
    for plans in [efirma_go, firma_virtual, gofirmex, viafirma, arqsign].map(|plans| plans(&envelope)) {
        let stored = serde_json::to_string(&plans).unwrap();
        assert_eq!(serde_json::from_str::<Vec<SubmissionPlan>>(&stored).unwrap(), plans);
    }
    let outputs: StepOutputs = [("a".to_owned(), StepOutput::reference(SubmissionId::generate().to_string()))].into();
    let stored = serde_json::to_string(&outputs).unwrap();
    assert_eq!(serde_json::from_str::<StepOutputs>(&stored).unwrap(), outputs);
}
