//! How facts change an envelope: every change is told by exactly one event, no state walks back, order does not matter.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests and their builders: a surprise ends them")]

use domain::aggregate::{CancelCause, CancelOutcome, Cancellation};
use domain::attention::{Attention, AttentionCode};
use domain::envelope::Role;
use domain::events::{EventDraft, EventKind};
use domain::facts::{ArtifactKind, ArtifactOffer, Note, Reading, RecipientReading};
use domain::ids::{RecipientId, SubmissionId};
use domain::outcome::{Class, Refusal};
use domain::record::{Envelope, Failure, PendingAction, PendingKind};
use domain::states::{EnvelopeStatus, Progress, RecipientStatus, StageStatus, State, SubmissionState};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

mod support;
use support::{at, envelope, recipient, signer};

fn reading(state: SubmissionState) -> Reading {
    Reading::of(Some(state), state.as_str())
}

fn told(recipient: RecipientId, status: RecipientStatus) -> RecipientReading {
    RecipientReading::of(recipient, Some(status))
}

/// A reading of a state together with what it tells of recipients.
fn reading_of(state: SubmissionState, recipients: &[(RecipientId, RecipientStatus)]) -> Reading {
    Reading {
        acted: recipients.iter().any(|(_, s)| *s == RecipientStatus::Completed),
        recipients: recipients.iter().map(|(id, status)| told(*id, *status)).collect(),
        ..reading(state)
    }
}

fn kinds(events: &[EventDraft]) -> Vec<&'static str> {
    events.iter().map(|e| e.kind.as_str()).collect()
}

fn count(events: &[EventDraft], kind: EventKind) -> usize {
    events.iter().filter(|e| e.kind == kind).count()
}

fn sub(envelope: &Envelope, ordinal: usize) -> SubmissionId {
    envelope.submissions[ordinal].id
}

/// Moves a submission the way the engine does outside of readings.
fn move_to(envelope: &mut Envelope, ordinal: usize, state: SubmissionState, second: i64) -> Vec<EventDraft> {
    let mut events = Vec::new();
    envelope.move_submission(sub(envelope, ordinal), state, None, at(second), &mut events);
    events.extend(envelope.follow(at(second), None));
    events
}

#[test]
fn a_whole_way_is_told_step_by_step_and_each_step_once() {
    let mut env = envelope([signer(1), signer(2)], 1);
    let (id, first, second) = (sub(&env, 0), env.recipients[0].id, env.recipients[1].id);
    let stages = |env: &Envelope| env.stages.iter().map(|s| s.status).collect::<Vec<_>>();

    let sent = reading_of(SubmissionState::Sent, &[(first, RecipientStatus::Sent)]);
    assert_eq!(kinds(&env.apply_reading(id, &sent, at(10))), ["recipient.sent", "envelope.sent"]);
    assert_eq!(stages(&env), [StageStatus::Active, StageStatus::Waiting]);

    let half = reading_of(
        SubmissionState::InProgress,
        &[(first, RecipientStatus::Completed), (second, RecipientStatus::Sent)],
    );
    assert_eq!(
        kinds(&env.apply_reading(id, &half, at(20))),
        ["recipient.completed", "recipient.sent", "envelope.in_progress"]
    );
    assert_eq!(stages(&env), [StageStatus::Completed, StageStatus::Active]);

    let all = reading_of(
        SubmissionState::Finalizing,
        &[(first, RecipientStatus::Completed), (second, RecipientStatus::Completed)],
    );
    assert_eq!(kinds(&env.apply_reading(id, &all, at(30))), ["recipient.completed", "envelope.finalizing"]);
    assert_eq!(kinds(&move_to(&mut env, 0, SubmissionState::Completed, 40)), ["envelope.completed"]);
    assert_eq!(stages(&env), [StageStatus::Completed, StageStatus::Completed]);
    assert_eq!(env.sent_at, Some(at(10)));
    assert_eq!(env.completed_at, Some(at(40)));
    assert_eq!(env.recipients[0].sent_at, Some(at(10)));
    assert_eq!(env.recipients[0].completed_at, Some(at(20)));
    assert_eq!(env.recipients[1].sent_at, Some(at(20)));
    assert_eq!(env.recipients[1].completed_at, Some(at(30)));
    assert_eq!(env.recipients[1].status_reason, None);
}

#[test]
fn the_same_reading_again_changes_and_tells_nothing() {
    let mut env = envelope([signer(1), recipient(Role::Approver, 1)], 1);
    let (id, first) = (sub(&env, 0), env.recipients[0].id);
    let mut fact = reading_of(SubmissionState::InProgress, &[(first, RecipientStatus::Completed)]);
    fact.notes = vec![Note { code: AttentionCode::RecipientBlocked, detail: "A recipient is blocked.".to_owned() }];
    assert!(!env.apply_reading(id, &fact, at(10)).is_empty());
    let before = env.clone();
    assert_eq!(env.apply_reading(id, &fact, at(10)), []);
    assert_eq!(env, before);
    assert_eq!(env.apply_reading(id, &fact, at(99)), [], "also at another time");
    assert_eq!(env.sent_at, Some(at(10)));
}

#[test]
fn a_reading_of_a_submission_that_is_not_the_envelopes_is_ignored() {
    let mut env = envelope([signer(1)], 1);
    let before = env.clone();
    let fact = reading(SubmissionState::Sent);
    assert_eq!(env.apply_reading(SubmissionId::generate(), &fact, at(1)), []);
    assert_eq!(env, before);
}

#[test]
fn an_unknown_word_keeps_the_state_and_the_vendors_word_is_shown() {
    let mut env = envelope([signer(1)], 1);
    let id = sub(&env, 0);
    env.apply_reading(id, &reading(SubmissionState::Sent), at(1));
    let mut strange = Reading::of(None, "PENSANDO");
    strange.notes = vec![Note { code: AttentionCode::UnknownProviderStatus, detail: "An unknown word.".to_owned() }];
    let events = env.apply_reading(id, &strange, at(2));
    assert_eq!(kinds(&events), ["envelope.attention"]);
    assert_eq!(events[0].data["code"], "unknown_provider_status");
    assert_eq!(env.status, EnvelopeStatus::Sent);
    assert_eq!(env.submissions[0].vendor_status.as_deref(), Some("PENSANDO"));
}

#[test]
fn an_earlier_state_that_is_told_late_moves_nothing_back() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    let done = reading_of(SubmissionState::Finalizing, &[(who, RecipientStatus::Completed)]);
    env.apply_reading(id, &done, at(10));
    let late = reading_of(SubmissionState::Sent, &[(who, RecipientStatus::Sent)]);
    assert_eq!(env.apply_reading(id, &late, at(20)), []);
    assert_eq!(env.status, EnvelopeStatus::Finalizing);
    assert_eq!(env.submissions[0].state, SubmissionState::Finalizing);
    assert_eq!(env.recipients[0].status, RecipientStatus::Completed);
    assert_eq!(env.stages[0].status, StageStatus::Completed);
}

#[test]
fn the_providers_time_is_taken_where_it_tells_one() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    let mut fact = reading_of(SubmissionState::InProgress, &[(who, RecipientStatus::Completed)]);
    fact.occurred_at = Some(at(5));
    fact.recipients[0].at = Some(at(4));
    let events = env.apply_reading(id, &fact, at(10));
    assert_eq!(kinds(&events), ["recipient.completed", "envelope.in_progress"]);
    assert_eq!(events[0].occurred_at, Some(at(4)));
    assert_eq!(events[1].occurred_at, Some(at(5)));
    assert_eq!(env.sent_at, Some(at(5)));
    assert_eq!(env.recipients[0].completed_at, Some(at(4)));
}

#[test]
fn events_name_recipients_by_id_only() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    let mut fact = reading_of(SubmissionState::Sent, &[(who, RecipientStatus::Sent)]);
    fact.recipients[0].vendor = [("status".to_owned(), json!("Ana García"))].into();
    fact.recipients[0].signing_url = Some("https://sign.example/secret".to_owned());
    let events = env.apply_reading(id, &fact, at(1));
    assert_eq!(events[0].data, *json!({ "recipient_id": who.to_string() }).as_object().unwrap());
    assert_eq!(events[1].data, serde_json::Map::new());
    assert_eq!(env.recipients[0].provider["status"], "Ana García");
}

#[test]
fn a_contradiction_is_told_once_and_the_first_end_stands() {
    let mut env = envelope([signer(1)], 1);
    let id = sub(&env, 0);
    env.apply_reading(id, &reading(SubmissionState::Declined), at(10));
    assert_eq!(env.status, EnvelopeStatus::Declined);
    let late = reading(SubmissionState::Finalizing);
    assert_eq!(env.apply_reading(id, &late, at(11)), [], "not an end: told late");

    let mut contradiction = reading(SubmissionState::Canceled);
    contradiction.occurred_at = Some(at(3));
    let events = env.apply_reading(id, &contradiction, at(12));
    assert_eq!(kinds(&events), ["envelope.late_result", "envelope.attention"]);
    assert_eq!(events[0].data["recorded"], "declined");
    assert_eq!(events[0].data["reported"], "canceled");
    assert_eq!(events[0].data["submission_id"], id.to_string());
    assert_eq!(events[0].occurred_at, Some(at(3)));
    assert_eq!(env.apply_reading(id, &contradiction, at(13)), []);
    assert_eq!(env.submissions[0].state, SubmissionState::Declined);
    assert_eq!(env.status, EnvelopeStatus::Declined);
    assert_eq!(env.attentions.len(), 1);
    assert_eq!(env.attentions[0].code, AttentionCode::LateResult);
}

#[test]
fn a_signature_after_the_broker_alone_took_it_back_is_told_as_late_and_once() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    env.apply_reading(id, &reading(SubmissionState::Sent), at(1));
    move_to(&mut env, 0, SubmissionState::Canceled, 2);
    env.submissions[0].watched_until = Some(at(100));
    assert_eq!(env.apply_reading(id, &reading(SubmissionState::Sent), at(3)), [], "nothing happened");

    let signed = reading_of(SubmissionState::Finalizing, &[(who, RecipientStatus::Completed)]);
    let events = env.apply_reading(id, &signed, at(4));
    assert_eq!(count(&events, EventKind::EnvelopeLateResult), 1);
    assert_eq!(env.attentions[0].code, AttentionCode::LateResult);
    assert_eq!((env.submissions[0].state, env.status), (SubmissionState::Canceled, EnvelopeStatus::Canceled));
    assert_eq!(env.apply_reading(id, &signed, at(5)), []);
}

#[test]
fn a_signer_whose_next_try_worked_needs_nobody_any_more() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    let note = Note { code: AttentionCode::SignerCertificate, detail: "It did not work.".to_owned() };
    env.apply_reading(id, &Reading { notes: vec![note], ..reading(SubmissionState::Sent) }, at(1));
    assert_eq!(env.attentions[0].code, AttentionCode::SignerCertificate);
    let signed = reading_of(SubmissionState::Finalizing, &[(who, RecipientStatus::Completed)]);
    let events = env.apply_reading(id, &signed, at(2));
    assert_eq!(count(&events, EventKind::EnvelopeAttentionCleared), 1);
    assert!(env.attentions.is_empty());
}

#[test]
fn a_result_after_a_person_gave_up_is_told_as_late() {
    let mut env = envelope([signer(1)], 1);
    move_to(&mut env, 0, SubmissionState::Failed, 5);
    assert_eq!(env.status, EnvelopeStatus::Failed);
    let events = move_to(&mut env, 0, SubmissionState::Completed, 6);
    assert_eq!(kinds(&events), ["envelope.late_result", "envelope.attention"]);
    assert_eq!(env.status, EnvelopeStatus::Failed);
    assert_eq!(env.completed_at, None);
}

#[test]
fn a_second_document_refused_after_the_first_was_accepted_is_partially_submitted() {
    let mut env = envelope([signer(1)], 2);
    let who = env.recipients[0].id;
    env.submissions[0].live = true;
    let first = sub(&env, 0);
    env.apply_reading(first, &reading_of(SubmissionState::Sent, &[(who, RecipientStatus::Sent)]), at(1));
    move_to(&mut env, 1, SubmissionState::Submitting, 2);
    env.submissions[1].error = Some(Failure {
        code: "provider-refused".to_owned(),
        detail: "Refused.".to_owned(),
        refusal: Some(Refusal {
            class: Class::InvalidRequest,
            code: "enviar_documento/0004".to_owned(),
            message: String::new(),
            blames: Vec::new(),
            retry_after: None,
        }),
        provider: Some("efirma_go".to_owned()),
    });

    let events = move_to(&mut env, 1, SubmissionState::Refused, 3);
    assert_eq!(kinds(&events), ["envelope.attention"]);
    assert_eq!(events[0].data["code"], "partially_submitted");
    assert_eq!(env.status, EnvelopeStatus::Sent, "the state of what is live");
    assert_eq!(
        env.submissions[0].cancel,
        Some(Cancellation { cause: CancelCause::Sibling, outcome: CancelOutcome::Pending }),
        "the live one is to be canceled"
    );

    // A provider without a way to cancel: the live one goes on, and the attention stays open.
    env.submissions[0].cancel = Some(Cancellation { cause: CancelCause::Sibling, outcome: CancelOutcome::Refused });
    let signed = reading_of(SubmissionState::InProgress, &[(who, RecipientStatus::Completed)]);
    let events = env.apply_reading(first, &signed, at(4));
    assert!(kinds(&events).contains(&"envelope.in_progress"));
    assert_eq!(env.attentions[0].code, AttentionCode::PartiallySubmitted);

    let events = move_to(&mut env, 0, SubmissionState::Completed, 5);
    assert_eq!(kinds(&events), ["envelope.attention_cleared", "envelope.failed"]);
    assert_eq!(env.error.as_ref().unwrap().code, "provider-refused");
    assert_eq!(env.attentions, []);
}

#[test]
fn a_refusal_before_anything_is_live_fails_at_once_and_drops_what_had_not_started() {
    let mut env = envelope([signer(1)], 3);
    let events = move_to(&mut env, 0, SubmissionState::Refused, 7);
    assert_eq!(kinds(&events), ["envelope.failed"]);
    assert_eq!(env.recipients[0].status_reason.as_deref(), Some("envelope_failed"));
    for dropped in &env.submissions[1..] {
        assert_eq!(dropped.state, SubmissionState::Canceled);
        assert_eq!(dropped.ended_at, Some(at(7)));
        assert_eq!(
            dropped.cancel,
            Some(Cancellation { cause: CancelCause::Sibling, outcome: CancelOutcome::Confirmed })
        );
    }
    assert_eq!(env.follow(at(8), None), [], "and nothing follows from that");
}

#[test]
fn a_confirmed_cancellation_ends_in_failed_after_a_refusal() {
    let mut env = envelope([signer(1)], 2);
    env.submissions[0].live = true;
    let first = sub(&env, 0);
    env.apply_reading(first, &reading(SubmissionState::Sent), at(1));
    move_to(&mut env, 1, SubmissionState::Refused, 2);
    let events = move_to(&mut env, 0, SubmissionState::Canceled, 3);
    assert_eq!(env.submissions[0].cancel.map(|c| c.outcome), Some(CancelOutcome::Confirmed));
    assert_eq!(kinds(&events), ["envelope.attention_cleared", "envelope.failed"]);
}

#[test]
fn a_decline_ends_the_envelope_and_the_live_rest_is_canceled() {
    let mut env = envelope([signer(1), signer(1)], 2);
    let (first, refuser) = (sub(&env, 0), env.recipients[1].id);
    move_to(&mut env, 1, SubmissionState::Sent, 1);
    env.submissions[1].live = true;
    let events = env.apply_reading(
        first,
        &reading_of(SubmissionState::Declined, &[(refuser, RecipientStatus::Declined)]),
        at(2),
    );
    assert_eq!(kinds(&events), ["recipient.declined", "envelope.declined"]);
    assert_eq!(
        env.submissions[1].cancel.map(|c| (c.cause, c.outcome)),
        Some((CancelCause::Sibling, CancelOutcome::Pending))
    );
    assert_eq!(env.recipients[0].status_reason.as_deref(), Some("envelope_declined"));
    assert_eq!(env.recipients[1].status_reason, None, "who refused needs no reason");
    assert_eq!(env.sent_at, Some(at(2)), "who refused could act");
}

#[test]
fn an_unknown_submission_is_shown_until_it_is_found() {
    let mut env = envelope([signer(1)], 1);
    let events = move_to(&mut env, 0, SubmissionState::Unknown, 1);
    assert_eq!(kinds(&events), ["envelope.attention"]);
    assert_eq!(env.status, EnvelopeStatus::Submitting);
    assert_eq!(env.attentions[0].code, AttentionCode::SubmissionUnknown);
    assert_eq!(env.follow(at(2), None), []);
    let id = sub(&env, 0);
    let events = env.apply_reading(id, &reading(SubmissionState::Sent), at(3));
    assert_eq!(kinds(&events), ["envelope.attention_cleared", "envelope.sent"]);
    assert_eq!(env.attentions, []);
}

#[test]
fn a_stage_with_a_minimum_is_completed_by_that_many_and_skips_the_rest() {
    let mut env = envelope([signer(1), signer(1), signer(1), signer(2)], 1);
    env.stages[0].minimum = Some(2);
    let id = sub(&env, 0);
    let who: Vec<RecipientId> = env.recipients.iter().map(|r| r.id).collect();
    let stages = |env: &Envelope| env.stages.iter().map(|s| s.status).collect::<Vec<_>>();
    let completed = RecipientStatus::Completed;

    env.apply_reading(id, &reading_of(SubmissionState::InProgress, &[(who[2], completed)]), at(1));
    assert_eq!(stages(&env), [StageStatus::Active, StageStatus::Waiting]);
    env.apply_reading(
        id,
        &reading_of(SubmissionState::InProgress, &[(who[0], completed), (who[3], RecipientStatus::Sent)]),
        at(2),
    );
    assert_eq!(stages(&env), [StageStatus::Completed, StageStatus::Active]);

    let events = env.apply_reading(
        id,
        &reading_of(SubmissionState::Finalizing, &[(who[1], RecipientStatus::Skipped), (who[3], completed)]),
        at(3),
    );
    assert_eq!(kinds(&events), ["recipient.skipped", "recipient.completed", "envelope.finalizing"]);
    assert_eq!(stages(&env), [StageStatus::Completed, StageStatus::Completed]);
}

#[test]
fn copies_do_not_hold_a_stage_up_but_a_stage_of_copies_waits_for_its_turn() {
    let mut env = envelope([signer(1), recipient(Role::Copy, 1), recipient(Role::Copy, 2)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    env.apply_reading(id, &reading_of(SubmissionState::Sent, &[(who, RecipientStatus::Sent)]), at(1));
    assert_eq!(env.stages[0].status, StageStatus::Active);
    assert_eq!(env.stages[1].status, StageStatus::Waiting);
    env.apply_reading(id, &reading_of(SubmissionState::Finalizing, &[(who, RecipientStatus::Completed)]), at(2));
    assert_eq!(env.stages[0].status, StageStatus::Completed);
    assert_eq!(env.stages[1].status, StageStatus::Completed);
}

#[test]
fn a_later_stage_is_not_active_before_its_turn() {
    let mut env = envelope([signer(1), signer(2)], 1);
    let id = sub(&env, 0);
    let everybody: Vec<_> = env.recipients.iter().map(|r| (r.id, RecipientStatus::Sent)).collect();
    env.apply_reading(id, &reading_of(SubmissionState::Sent, &everybody), at(1));
    assert_eq!(env.stages[1].status, StageStatus::Waiting);
}

#[test]
fn a_recipient_in_two_submissions_is_completed_when_both_are() {
    let mut env = envelope([signer(1)], 2);
    let who = env.recipients[0].id;
    let done = reading_of(SubmissionState::Finalizing, &[(who, RecipientStatus::Completed)]);
    let (first, second) = (sub(&env, 0), sub(&env, 1));
    move_to(&mut env, 1, SubmissionState::Submitting, 1);
    assert_eq!(count(&env.apply_reading(first, &done, at(2)), EventKind::RecipientCompleted), 0);
    assert_eq!(env.recipients[0].status, RecipientStatus::Viewed);
    assert_eq!(env.status, EnvelopeStatus::InProgress);
    assert_eq!(count(&env.apply_reading(second, &done, at(3)), EventKind::RecipientCompleted), 1);
    assert_eq!(env.recipients[0].status, RecipientStatus::Completed);
    assert_eq!(env.status, EnvelopeStatus::Finalizing);
}

fn offer(kind: ArtifactKind, source: &str) -> ArtifactOffer {
    ArtifactOffer {
        kind,
        documents: Vec::new(),
        recipient: None,
        part: None,
        filename: "signed.pdf".to_owned(),
        source: source.to_owned(),
        essential: true,
    }
}

#[test]
fn offered_files_are_kept_when_a_later_reading_leaves_them_out() {
    let mut env = envelope([signer(1)], 1);
    let id = sub(&env, 0);
    let mut with_both = reading(SubmissionState::Finalizing);
    with_both.artifacts = vec![offer(ArtifactKind::SignedDocument, "old"), offer(ArtifactKind::Evidence, "evidence")];
    env.apply_reading(id, &with_both, at(1));
    let mut with_one = reading(SubmissionState::Finalizing);
    with_one.artifacts = vec![offer(ArtifactKind::SignedDocument, "new")];
    env.apply_reading(id, &with_one, at(2));
    env.apply_reading(id, &reading(SubmissionState::Finalizing), at(3));
    let sources: Vec<&str> =
        env.submissions[0].reading.as_ref().unwrap().artifacts.iter().map(|o| o.source.as_str()).collect();
    assert_eq!(sources, ["new", "evidence"], "the newest link of each, and none lost");
}

#[test]
fn details_of_several_readings_add_up() {
    let mut env = envelope([signer(1)], 1);
    let id = sub(&env, 0);
    for (name, value) in [("a", json!(1)), ("b", json!(2)), ("a", json!(3))] {
        let mut fact = reading(SubmissionState::Sent);
        fact.details.insert(name.to_owned(), value);
        env.apply_reading(id, &fact, at(1));
    }
    assert_eq!(json!(env.submissions[0].details), json!({ "a": 3, "b": 2 }));
}

#[test]
fn an_attention_is_told_when_it_opens_and_when_it_closes() {
    let mut env = envelope([signer(1)], 1);
    let mut events = Vec::new();
    let blocked = |detail: &str, second| Attention::new(AttentionCode::AccountBlocked, detail, at(second));
    env.raise(blocked("Refused.", 1), &mut events);
    env.raise(blocked("Refused again.", 2), &mut events);
    env.raise(Attention::new(AttentionCode::DuplicateSubmission, "Two are live.", at(3)), &mut events);
    assert_eq!(kinds(&events), ["envelope.attention", "envelope.attention"]);
    assert_eq!(env.attentions[0].code, AttentionCode::DuplicateSubmission, "the most severe first");
    assert_eq!(env.attentions[1].detail, "Refused again.");
    assert_eq!(env.attentions[1].since, at(1), "open since the first time");
    events.clear();
    env.clear(AttentionCode::AccountBlocked, &mut events);
    env.clear(AttentionCode::AccountBlocked, &mut events);
    assert_eq!(kinds(&events), ["envelope.attention_cleared"]);
    assert_eq!(events[0].data["code"], "account_blocked");
}

#[test]
fn completion_wins_over_a_cancellation_that_was_asked_for() {
    let mut env = envelope([signer(1)], 1);
    env.pending_action = Some(PendingAction { kind: PendingKind::Cancel, since: at(1), reason: None });
    env.submissions[0].cancel = Some(Cancellation { cause: CancelCause::Requested, outcome: CancelOutcome::Pending });
    let events = move_to(&mut env, 0, SubmissionState::Completed, 2);
    assert_eq!(kinds(&events), ["envelope.completed", "envelope.cancel_refused"]);
    assert_eq!(env.pending_action, None);
    assert_eq!(env.submissions[0].cancel.map(|c| c.outcome), Some(CancelOutcome::Refused));
}

#[test]
fn a_cancellation_at_the_deadline_ends_as_expired() {
    let mut env = envelope([signer(1)], 1);
    env.submissions[0].cancel = Some(Cancellation { cause: CancelCause::Deadline, outcome: CancelOutcome::Pending });
    assert_eq!(kinds(&move_to(&mut env, 0, SubmissionState::Canceled, 2)), ["envelope.expired"]);
}

#[test]
fn signing_links_end_with_the_envelope() {
    let mut env = envelope([signer(1)], 1);
    let (id, who) = (sub(&env, 0), env.recipients[0].id);
    let mut fact = reading_of(SubmissionState::Sent, &[(who, RecipientStatus::Sent)]);
    fact.recipients[0].signing_url = Some("https://sign.example/1".to_owned());
    env.apply_reading(id, &fact, at(1));
    assert!(env.recipients[0].signing_url.is_some());
    env.apply_reading(id, &reading(SubmissionState::Canceled), at(2));
    assert_eq!(env.recipients[0].signing_url, None);
}

#[test]
fn dropping_what_has_not_started_leaves_alone_what_a_call_may_have_made_live() {
    let mut env = envelope([signer(1)], 3);
    env.submissions[0].live = true;
    env.submissions[1].state = SubmissionState::Submitting;
    env.drop_unstarted(CancelCause::Requested, at(4));
    assert_eq!(env.submissions[0].state, SubmissionState::Submitting);
    assert_eq!(env.submissions[0].cancel, None);
    for dropped in &env.submissions[1..] {
        assert_eq!(dropped.state, SubmissionState::Canceled);
        assert_eq!(dropped.ended_at, Some(at(4)));
        assert_eq!(dropped.cancel.map(|c| c.cause), Some(CancelCause::Requested));
    }
}

/// A fact: which submission, what is told of it, and what of which recipient.
type Fact = (usize, SubmissionState, Vec<(usize, RecipientStatus)>);

const OPEN: [SubmissionState; 4] =
    [SubmissionState::Submitted, SubmissionState::Sent, SubmissionState::InProgress, SubmissionState::Finalizing];

const ENDS: [SubmissionState; 5] = [
    SubmissionState::Completed,
    SubmissionState::Declined,
    SubmissionState::Rejected,
    SubmissionState::Expired,
    SubmissionState::Canceled,
];

/// Facts of an envelope with three recipients in two stages and `submissions` submissions, in which each submission and
/// each recipient in it has at most one end, and at most one submission ends otherwise than completed.
fn facts(submissions: usize, ends: &'static [RecipientStatus]) -> impl Strategy<Value = Vec<Fact>> {
    let of_recipient = || {
        let open = subsequence(vec![RecipientStatus::Sent, RecipientStatus::Viewed], 0..=2);
        let end = proptest::option::of(select(ends));
        (open, end).prop_map(|(mut open, end)| {
            open.extend(end);
            open
        })
    };
    let of_submission = || {
        let recipients = (of_recipient(), of_recipient(), of_recipient()).prop_map(|(a, b, c)| [a, b, c]);
        (subsequence(OPEN.to_vec(), 0..=4), any::<bool>(), recipients)
    };
    let contrary = proptest::option::of((0..submissions, select(ENDS.to_vec())));
    (proptest::collection::vec(of_submission(), submissions), contrary).prop_map(|(told, contrary)| {
        let mut facts: Vec<Fact> = Vec::new();
        for (place, (open, completed, recipients)) in told.into_iter().enumerate() {
            let end = match contrary {
                Some((at, end)) if at == place => Some(end),
                _ => completed.then_some(SubmissionState::Completed),
            };
            let states = open.into_iter().chain(end);
            facts.extend(states.map(|state| (place, state, Vec::new())));
            for (who, statuses) in recipients.into_iter().enumerate() {
                facts.extend(
                    statuses.into_iter().map(|status| (place, SubmissionState::Submitted, vec![(who, status)])),
                );
            }
        }
        facts
    })
}

/// Facts in the order in which they are listed, and in some other order.
fn in_two_orders(
    submissions: usize,
    ends: &'static [RecipientStatus],
) -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    facts(submissions, ends).prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
}

/// An envelope whose submissions have all started, after these facts; checks on the way that nothing walks back.
fn after(blank: &Envelope, facts: &[Fact]) -> (Envelope, Vec<EventDraft>) {
    let mut env = blank.clone();
    let mut events = Vec::new();
    for (second, (place, state, recipients)) in (1..).zip(facts) {
        let before = env.clone();
        let recipients: Vec<_> = recipients.iter().map(|(who, status)| (env.recipients[*who].id, *status)).collect();
        let mut fact = reading_of(*state, &recipients);
        // Whether somebody acted is told by the state of the whole here, so that facts can be shuffled freely.
        fact.acted = false;
        let id = sub(&env, *place);
        let told = env.apply_reading(id, &fact, at(second));
        assert_no_step_back(&before, &env);
        assert_events_tell_the_difference(&before, &env, &told);
        assert_eq!(env.apply_reading(id, &fact, at(second)), [], "the same fact twice");
        events.extend(told);
    }
    (env, events)
}

fn assert_forward<S: State + std::fmt::Debug>(before: S, after: S) {
    assert!(before == after || before.progress() < after.progress(), "{before:?} became {after:?}");
    assert!(before == after || before.progress() != Progress::Ended);
}

fn assert_no_step_back(before: &Envelope, after: &Envelope) {
    assert_forward(before.status, after.status);
    for (b, a) in before.submissions.iter().zip(&after.submissions) {
        assert_forward(b.state, a.state);
    }
    for (b, a) in before.recipients.iter().zip(&after.recipients) {
        assert_forward(b.status, a.status);
    }
    for (b, a) in before.stages.iter().zip(&after.stages) {
        assert_forward(b.status, a.status);
    }
}

fn assert_events_tell_the_difference(before: &Envelope, after: &Envelope, events: &[EventDraft]) {
    let envelope_moves = events.iter().filter(|e| e.kind.as_str() == format!("envelope.{}", after.status)).count();
    assert_eq!(envelope_moves, usize::from(before.status != after.status), "{events:?}");
    for (b, a) in before.recipients.iter().zip(&after.recipients) {
        let moves = events.iter().filter(|e| e.data.get("recipient_id") == Some(&json!(a.id.to_string()))).count();
        assert_eq!(moves, usize::from(b.status != a.status), "{events:?}");
    }
}

#[test]
fn once_the_provider_told_all_files_a_late_reading_does_not_ask_for_more() {
    let mut env = three_recipients(1);
    let id = env.submissions[0].id;
    let pending = Reading { pending_result: Some(true), ..reading(SubmissionState::Finalizing) };
    let complete = Reading { pending_result: Some(false), ..reading(SubmissionState::Finalizing) };
    let silent = reading(SubmissionState::Finalizing);
    let mut pending_result = |told: &Reading| {
        env.apply_reading(id, told, at(1));
        env.submissions[0].reading.as_ref().unwrap().pending_result
    };
    assert_eq!([&pending, &silent, &complete, &pending].map(&mut pending_result), [true, true, false, false].map(Some));
}

fn three_recipients(submissions: usize) -> Envelope {
    let mut env = envelope([signer(1), signer(1), recipient(Role::Approver, 2)], submissions);
    env.stages[0].minimum = Some(1);
    for submission in &mut env.submissions {
        submission.state = SubmissionState::Submitting;
        submission.live = true;
    }
    env
}

fn outcome(env: &Envelope) -> (EnvelopeStatus, Vec<RecipientStatus>, Vec<StageStatus>, Vec<SubmissionState>) {
    (
        env.status,
        env.recipients.iter().map(|r| r.status).collect(),
        env.stages.iter().map(|s| s.status).collect(),
        env.submissions.iter().map(|s| s.state).collect(),
    )
}

proptest! {
    #[test]
    fn any_order_of_facts_gives_the_same_result_in_one_submission(
        (one, other) in in_two_orders(1, &[RecipientStatus::Completed, RecipientStatus::Skipped])
    ) {
        let blank = three_recipients(1);
        prop_assert_eq!(outcome(&after(&blank, &one).0), outcome(&after(&blank, &other).0));
    }

    #[test]
    fn any_order_of_facts_gives_the_same_result_in_two_submissions(
        (one, other) in in_two_orders(2, &[RecipientStatus::Completed])
    ) {
        let blank = three_recipients(2);
        prop_assert_eq!(outcome(&after(&blank, &one).0), outcome(&after(&blank, &other).0));
    }

    #[test]
    fn every_status_is_told_at_most_once(
        (facts, _) in in_two_orders(2, &[RecipientStatus::Completed, RecipientStatus::Skipped])
    ) {
        let (_, events) = after(&three_recipients(2), &facts);
        for kind in EventKind::ALL.iter().filter(|kind| kind.as_str().starts_with("envelope.")) {
            if !matches!(kind, EventKind::EnvelopeAttention | EventKind::EnvelopeAttentionCleared) {
                prop_assert!(count(&events, *kind) <= 1, "{:?} is told twice", kind);
            }
        }
    }
}
