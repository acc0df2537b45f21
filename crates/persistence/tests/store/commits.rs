use domain::attention::AttentionCode;
use domain::envelope::OrderRecipient;
use domain::events::{EventDraft, EventKind};
use domain::facts::{ArtifactKind, Reading};
use domain::ids::{AccountId, ArtifactId, SubmissionId};
use domain::order::Order;
use domain::record::{Artifact, Delivered, PendingAction, PendingKind, Stage};
use domain::states::{EnvelopeStatus, RecipientStatus, StageStatus, SubmissionState};
use persistence::{Change, StoreError};
use serde_json::json;

use crate::support::{
    a_document, a_recipient, a_submission, a_tenant, an_attention, an_envelope, broker, create, for_each_database,
    load, now, routed, seconds, update,
};

#[tokio::test]
async fn an_envelope_is_read_back_as_it_was_written_through_all_of_its_life() {
    for_each_database(async |test| {
        let draft = an_envelope(a_tenant());
        assert_eq!(create(&test.store, &draft).await.version, Some(1));
        assert_eq!(load(&test.store, &draft).await, draft);

        let account = AccountId::generate();
        let mut sent = draft.clone();
        sent.status = EnvelopeStatus::InProgress;
        sent.status_reason = Some("why".to_owned());
        sent.pending_action = Some(PendingAction { kind: PendingKind::Cancel, since: now(), reason: None });
        sent.routed = Some(routed(account, "efirma_go"));
        sent.attentions = vec![an_attention(AttentionCode::SubmissionUnknown)];
        sent.order = Some(Order {
            envelope: draft.id,
            spec: draft.spec.clone(),
            recipients: vec![OrderRecipient { id: draft.recipients[0].id, spec: draft.recipients[0].spec.clone() }],
            documents: vec![draft.documents[0].document.clone()],
        });
        sent.sent_at = Some(now());
        sent.updated_at = now() + seconds(1);
        sent.recipients.push(a_recipient("ana@example.com"));
        sent.recipients[0].status = RecipientStatus::Sent;
        sent.recipients[0].signing_url = Some("https://vendor.example/sign/abc".to_owned());
        sent.stages = vec![Stage {
            routing_order: 1,
            group: Some("company".to_owned()),
            minimum: Some(1),
            name: None,
            status: StageStatus::ALL[0],
        }];
        sent.documents = vec![a_document(1), draft.documents[0].clone()];
        let mut submission = a_submission(account, Some("ref-1"));
        submission.state = SubmissionState::InProgress;
        submission.reading = Some(Reading::of(Some(SubmissionState::InProgress), "EN PROCESO"));
        submission.delivered = Some(Delivered { object_key: "k".to_owned(), size: 1, sha256: "00".to_owned() });
        sent.recipients[0].in_submissions.insert(submission.id, RecipientStatus::Viewed);
        sent.submissions = vec![submission.clone()];
        sent.artifacts = vec![Artifact {
            id: ArtifactId::generate(),
            submission: submission.id,
            kind: ArtifactKind::SignedDocument,
            documents: vec![draft.documents[0].document.id],
            recipient: None,
            filename: "signed.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 5,
            sha256: "11".to_owned(),
            chunk_sha256: vec!["22".to_owned()],
            object_key: "artifacts/x".to_owned(),
            verification: Some(json!({"status": "valid"})),
            published: true,
            created_at: now(),
        }];
        assert_eq!(update(&test.store, &draft, &sent).await.unwrap().version, Some(2));
        sent.version = 2;
        assert_eq!(load(&test.store, &draft).await, sent);

        let mut smaller = sent.clone();
        smaller.recipients.remove(0);
        smaller.recipients[0].spec.name = "Ana".to_owned();
        smaller.order = None;
        smaller.attentions.clear();
        update(&test.store, &sent, &smaller).await.unwrap();
        smaller.version = 3;
        assert_eq!(load(&test.store, &draft).await, smaller);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_what_changed_since_is_a_conflict_and_leaves_nothing() {
    for_each_database(async |test| {
        let first = an_envelope(a_tenant());
        create(&test.store, &first).await;
        let mut mine = first.clone();
        mine.spec.subject = "mine".to_owned();
        update(&test.store, &first, &mine).await.unwrap();

        let mut theirs = first.clone();
        theirs.spec.subject = "theirs".to_owned();
        theirs.recipients.push(a_recipient("late@example.com"));
        let change = Change::new(first.tenant, broker(), now())
            .updating(&first, &theirs)
            .with_events(vec![EventDraft::new(EventKind::EnvelopeUpdated)])
            .with_jobs(vec![persistence::NewJob::new("x", Some(first.tenant), first.id.as_uuid(), now())]);
        assert!(matches!(test.store.commit(&change).await, Err(StoreError::Conflict)));
        let deleting = Change::new(first.tenant, broker(), now()).deleting(&first);
        assert!(matches!(test.store.commit(&deleting).await, Err(StoreError::Conflict)));
        let again = Change::new(first.tenant, broker(), now()).creating(&first);
        assert!(matches!(test.store.commit(&again).await, Err(StoreError::Conflict)));

        let stored = load(&test.store, &first).await;
        assert_eq!((stored.spec.subject.as_str(), stored.version, stored.recipients.len()), ("mine", 2, 1));
        assert_eq!(test.number("SELECT count(*) AS n FROM jobs").await, 0);
        assert_eq!(test.number("SELECT count(*) AS n FROM events").await, 0);
    })
    .await;
}

#[tokio::test]
async fn of_many_writers_of_one_version_exactly_one_wins() {
    for_each_database(async |test| {
        let first = an_envelope(a_tenant());
        create(&test.store, &first).await;
        let writers: Vec<_> = (0..12)
            .map(|number| {
                let (store, before) = (test.store.clone(), first.clone());
                tokio::spawn(async move {
                    let mut after = before.clone();
                    after.spec.subject = format!("writer {number}");
                    update(&store, &before, &after).await
                })
            })
            .collect();
        let mut won = 0;
        for writer in writers {
            match writer.await.unwrap() {
                Ok(committed) => {
                    assert_eq!(committed.version, Some(2));
                    won += 1;
                }
                Err(error) => assert!(matches!(error, StoreError::Conflict), "{error:?}"),
            }
        }
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_draft_is_gone_with_its_rows_and_keeps_its_events() {
    for_each_database(async |test| {
        let draft = an_envelope(a_tenant());
        let creating = Change::new(draft.tenant, broker(), now())
            .creating(&draft)
            .with_events(vec![EventDraft::new(EventKind::EnvelopeCreated)]);
        test.store.commit(&creating).await.unwrap();
        let deleting = Change::new(draft.tenant, broker(), now())
            .deleting(&draft)
            .with_events(vec![EventDraft::new(EventKind::EnvelopeDeleted)]);
        let committed = test.store.commit(&deleting).await.unwrap();
        assert_eq!((committed.version, committed.events[0].sequence), (None, 2));

        let tenant = test.store.tenant(draft.tenant);
        assert!(tenant.envelopes().load(draft.id).await.unwrap().is_none());
        for table in ["recipients", "documents", "envelope_terms"] {
            assert_eq!(test.number(&format!("SELECT count(*) AS n FROM {table}")).await, 0, "{table}");
        }
        let report = tenant.events().verify_chain(draft.id).await.unwrap();
        assert_eq!((report.intact, report.broken), (2, None));
    })
    .await;
}

#[tokio::test]
async fn secrets_are_unreadable_in_the_tables_and_open_in_their_own_row_only() {
    for_each_database(async |test| {
        let (mut one, mut two) = (an_envelope(a_tenant()), an_envelope(a_tenant()));
        two.tenant = one.tenant;
        for envelope in [&mut one, &mut two] {
            envelope.recipients[0].signing_url = Some("https://vendor.example/sign/very-secret".to_owned());
            envelope.submissions = vec![a_submission(AccountId::generate(), Some("vendor-reference-secret"))];
            create(&test.store, envelope).await;
        }
        let text = |column: &str| {
            if test.is_postgres() { format!("encode({column}, 'escape')") } else { format!("hex({column})") }
        };
        let as_stored = |plain: &str| {
            if test.is_postgres() {
                plain.to_owned()
            } else {
                plain.bytes().map(|byte| format!("{byte:02X}")).collect::<String>()
            }
        };
        for (table, plain) in
            [("recipients", "very-secret"), ("recipients", "7391-secret"), ("submissions", "vendor-reference")]
        {
            let (sealed, hidden) = (text("sealed"), as_stored(plain));
            let sql = format!(
                "SELECT count(*) AS n FROM {table} WHERE sealed IS NULL OR body LIKE '%{plain}%' OR {sealed} LIKE '%{hidden}%'"
            );
            assert_eq!(test.number(&sql).await, 0, "{table}: {plain}");
        }
        // The second envelope's secret in the first one's row.
        let moved = test
            .sql(
                "UPDATE recipients SET sealed = (SELECT other.sealed FROM recipients other \
                 WHERE other.envelope_id <> recipients.envelope_id)",
            )
            .await;
        assert_eq!(moved, 2);
        let loaded = test.store.tenant(one.tenant).envelopes().load(one.id).await;
        assert!(matches!(loaded, Err(StoreError::Seal(_))), "{loaded:?}");
    })
    .await;
}

#[tokio::test]
async fn a_submission_is_found_by_the_providers_reference_at_its_account_only() {
    for_each_database(async |test| {
        let account = AccountId::generate();
        let mut envelope = an_envelope(a_tenant());
        envelope.submissions = vec![a_submission(account, Some("ref-77")), a_submission(account, None)];
        create(&test.store, &envelope).await;
        let envelopes = test.store.tenant(envelope.tenant).envelopes();
        let found = envelopes.by_provider_reference(account, "ref-77").await.unwrap();
        assert_eq!(found, vec![(envelope.id, envelope.submissions[0].id)]);
        let nothing: Vec<(_, SubmissionId)> = Vec::new();
        assert_eq!(envelopes.by_provider_reference(account, "ref-78").await.unwrap(), nothing);
        assert_eq!(envelopes.by_provider_reference(AccountId::generate(), "ref-77").await.unwrap(), nothing);
        let other = test.store.tenant(a_tenant()).envelopes();
        assert_eq!(other.by_provider_reference(account, "ref-77").await.unwrap(), nothing);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_contradicts_itself_is_refused() {
    for_each_database(async |test| {
        let (one, two) = (an_envelope(a_tenant()), an_envelope(a_tenant()));
        let foreign = Change::new(two.tenant, broker(), now()).creating(&one);
        let mut mixed = two.clone();
        mixed.tenant = one.tenant;
        let exchanged = Change::new(one.tenant, broker(), now()).updating(&one, &mixed);
        let homeless =
            Change::new(one.tenant, broker(), now()).with_events(vec![EventDraft::new(EventKind::EnvelopeSent)]);
        for change in [foreign, exchanged, homeless] {
            assert!(matches!(test.store.commit(&change).await, Err(StoreError::Contradiction(_))));
        }
    })
    .await;
}
