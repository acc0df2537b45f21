use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::attention::AttentionCode;
use domain::ids::{AccountId, EnvelopeId, TenantId};
use domain::record::Envelope;
use domain::states::{EnvelopeStatus, SubmissionState};
use persistence::{AttentionFilter, EnvelopeFilter, Page, Store, StoreError};

use crate::support::{
    a_recipient, a_submission, a_tenant, an_attention, an_envelope, create, for_each_database, load, now, routed,
    seconds, update,
};

async fn listed(store: &Store, tenant: TenantId, filter: EnvelopeFilter) -> Vec<EnvelopeId> {
    let page = store.tenant(tenant).envelopes().list(&filter, &Page::first(50)).await.unwrap();
    page.items.iter().map(|envelope| envelope.id).collect()
}

/// Four envelopes, the newest first, a minute between them; and one of another tenant that is like the newest.
async fn a_shelf(store: &Store) -> Vec<Envelope> {
    let tenant = a_tenant();
    let at = now() - TimeDelta::days(1);
    let mut shelf: Vec<Envelope> = (0..4)
        .map(|number| {
            let mut envelope = an_envelope(tenant);
            envelope.created_at = at - seconds(60 * number);
            envelope
        })
        .collect();
    shelf[0].status = EnvelopeStatus::Sent;
    shelf[0].routed = Some(routed(AccountId::generate(), "gofirmex"));
    shelf[0].attentions =
        vec![an_attention(AttentionCode::AccountBlocked), an_attention(AttentionCode::SubmissionUnknown)];
    shelf[1].status = EnvelopeStatus::Completed;
    shelf[1].routed = Some(routed(AccountId::generate(), "arqsign"));
    shelf[1].spec.reference = Some("other".to_owned());
    shelf[1].attentions = vec![an_attention(AttentionCode::LateResult)];
    shelf[2].spec.metadata = BTreeMap::from([("cost_center".to_owned(), "78".to_owned())]);
    shelf[2].recipients = vec![a_recipient("Ana@Example.com"), a_recipient("jesus@example.com")];
    shelf[3].spec.metadata.insert("region".to_owned(), "south".to_owned());
    let mut foreign = shelf[0].clone();
    foreign.id = EnvelopeId::generate();
    foreign.tenant = a_tenant();
    for envelope in shelf.iter().chain([&foreign]) {
        create(store, envelope).await;
    }
    shelf
}

#[tokio::test]
async fn every_filter_picks_what_it_says_and_nothing_of_another_tenant() {
    for_each_database(async |test| {
        let shelf = a_shelf(&test.store).await;
        let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let none = EnvelopeFilter::default;
        let email = |address: &str| EnvelopeFilter { recipient_email: Some(address.to_owned()), ..none() };
        let attention = |code| EnvelopeFilter { attention: Some(AttentionFilter::Code(code)), ..none() };
        let at = |number: usize| Some(shelf[number].created_at);
        let cases: Vec<(EnvelopeFilter, &[usize])> = vec![
            (none(), &[0, 1, 2, 3]),
            (EnvelopeFilter { statuses: vec![EnvelopeStatus::Sent], ..none() }, &[0]),
            (EnvelopeFilter { statuses: vec![EnvelopeStatus::Draft, EnvelopeStatus::Completed], ..none() }, &[1, 2, 3]),
            (EnvelopeFilter { reference: Some("other".to_owned()), ..none() }, &[1]),
            (EnvelopeFilter { reference: Some("Other".to_owned()), ..none() }, &[]),
            (EnvelopeFilter { provider: Some("gofirmex".to_owned()), ..none() }, &[0]),
            (EnvelopeFilter { metadata: pairs(&[("cost_center", "77")]), ..none() }, &[0, 1, 3]),
            (EnvelopeFilter { metadata: pairs(&[("cost_center", "77"), ("region", "south")]), ..none() }, &[3]),
            (EnvelopeFilter { metadata: pairs(&[("cost_center", "78"), ("region", "south")]), ..none() }, &[]),
            (EnvelopeFilter { created_after: at(2), ..none() }, &[0, 1]),
            (EnvelopeFilter { created_before: at(1), ..none() }, &[2, 3]),
            (EnvelopeFilter { created_after: at(3), created_before: at(0), ..none() }, &[1, 2]),
            (email("ana@example.com"), &[2]),
            (email("JESUS@EXAMPLE.COM"), &[0, 1, 2, 3]),
            (email("nobody@example.com"), &[]),
            (EnvelopeFilter { created_before: at(0), ..email("jesus@example.com") }, &[1, 2, 3]),
            (EnvelopeFilter { metadata: pairs(&[("cost_center", "78")]), ..email("jesus@example.com") }, &[2]),
            (attention(AttentionCode::SubmissionUnknown), &[0]),
            (attention(AttentionCode::LateResult), &[1]),
            (attention(AttentionCode::ArtifactInvalid), &[]),
            (EnvelopeFilter { attention: Some(AttentionFilter::Any), ..none() }, &[0, 1]),
        ];
        for (filter, expected) in cases {
            let expected: Vec<EnvelopeId> = expected.iter().map(|place| shelf[*place].id).collect();
            assert_eq!(listed(&test.store, shelf[0].tenant, filter.clone()).await, expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_envelope_is_found_by_follows_its_changes() {
    for_each_database(async |test| {
        let before = an_envelope(a_tenant());
        create(&test.store, &before).await;
        let mut after = before.clone();
        after.recipients = vec![a_recipient("new@example.com")];
        after.spec.metadata = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
        after.attentions = vec![an_attention(AttentionCode::LateResult)];
        update(&test.store, &before, &after).await.unwrap();
        let tenant = before.tenant;
        let email = |address: &str| EnvelopeFilter { recipient_email: Some(address.to_owned()), ..Default::default() };
        assert_eq!(listed(&test.store, tenant, email("new@example.com")).await, [before.id]);
        assert!(listed(&test.store, tenant, email("jesus@example.com")).await.is_empty());
        let metadata = EnvelopeFilter { metadata: before.spec.metadata.clone(), ..Default::default() };
        assert!(listed(&test.store, tenant, metadata).await.is_empty());
        assert_eq!(test.number("SELECT count(*) AS n FROM envelope_terms").await, 2);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition_also_at_equal_times() {
    for_each_database(async |test| {
        let (tenant, at) = (a_tenant(), now());
        for _ in 0..7 {
            let mut envelope = an_envelope(tenant);
            envelope.created_at = at;
            create(&test.store, &envelope).await;
        }
        for filter in [
            EnvelopeFilter::default(),
            EnvelopeFilter { recipient_email: Some("jesus@example.com".to_owned()), ..Default::default() },
        ] {
            let envelopes = test.store.tenant(tenant).envelopes();
            let (mut seen, mut page) = (Vec::new(), Page::first(3));
            loop {
                let part = envelopes.list(&filter, &page).await.unwrap();
                seen.extend(part.items.iter().map(|envelope| envelope.id));
                match part.next {
                    Some(next) => page = Page::after(3, next),
                    None => break,
                }
            }
            let mut sorted = seen.clone();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            sorted.dedup();
            assert_eq!((seen.len(), &seen), (7, &sorted));
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_was_changed_or_belongs_elsewhere_is_refused() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        for _ in 0..2 {
            create(&test.store, &an_envelope(tenant)).await;
        }
        let mine = test.store.tenant(tenant);
        let page = mine.envelopes().list(&EnvelopeFilter::default(), &Page::first(1)).await.unwrap();
        let cursor = page.next.unwrap();
        let filter = EnvelopeFilter::default();
        for place in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let forged = Page::after(1, String::from_utf8(bytes).unwrap());
            let refused = mine.envelopes().list(&filter, &forged).await;
            assert!(matches!(refused, Err(StoreError::Cursor)), "place {place}");
        }
        for nonsense in ["", "x", "ä", "AAAA"] {
            let refused = mine.envelopes().list(&filter, &Page::after(1, nonsense)).await;
            assert!(matches!(refused, Err(StoreError::Cursor)), "{nonsense:?}");
        }
        let genuine = Page::after(1, cursor);
        let other = test.store.tenant(a_tenant());
        assert!(matches!(other.envelopes().list(&filter, &genuine).await, Err(StoreError::Cursor)));
        assert!(matches!(mine.dead_jobs(&genuine).await, Err(StoreError::Cursor)));
        assert_eq!(mine.envelopes().list(&filter, &genuine).await.unwrap().items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_list_holds_no_secrets() {
    for_each_database(async |test| {
        let mut envelope = an_envelope(a_tenant());
        envelope.recipients[0].signing_url = Some("https://secret".to_owned());
        envelope.submissions = vec![a_submission(AccountId::generate(), Some("secret"))];
        create(&test.store, &envelope).await;
        let envelopes = test.store.tenant(envelope.tenant).envelopes();
        let page = envelopes.list(&EnvelopeFilter::default(), &Page::first(1)).await.unwrap();
        let shown = &page.items[0];
        assert_eq!(shown.recipients[0].signing_url, None);
        assert!(shown.recipients[0].access_codes.is_empty());
        assert_eq!(shown.submissions[0].reference, None);
        assert_eq!(shown.recipients[0].spec, envelope.recipients[0].spec);
        assert_eq!(load(&test.store, &envelope).await, envelope);
    })
    .await;
}

#[tokio::test]
async fn several_envelopes_are_loaded_at_once_each_with_its_own_children() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let mut made = Vec::new();
        for number in 0..3 {
            let mut envelope = an_envelope(tenant);
            envelope.recipients = vec![a_recipient(&format!("r{number}@example.com"))];
            create(&test.store, &envelope).await;
            made.push(envelope);
        }
        let ids: Vec<_> = made.iter().map(|envelope| envelope.id).collect();
        let mut loaded = test.store.tenant(tenant).envelopes().load_many(&ids).await.unwrap();
        loaded.sort_by_key(|envelope| envelope.created_at);
        assert_eq!(loaded, made);
        assert!(test.store.tenant(a_tenant()).envelopes().load_many(&ids).await.unwrap().is_empty());
        assert!(test.store.tenant(tenant).envelopes().load_many(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn submissions_are_found_by_what_is_to_be_done_with_them() {
    for_each_database(async |test| {
        let (account, at) = (AccountId::generate(), now());
        let mut envelope = an_envelope(a_tenant());
        let mut submissions: Vec<_> = (0..3).map(|_| a_submission(account, None)).collect();
        submissions[0].state = SubmissionState::Sent;
        submissions[0].next_read_at = Some(at);
        submissions[1].next_read_at = Some(at - seconds(10));
        submissions[2].state = SubmissionState::Completed;
        submissions[2].next_read_at = Some(at - seconds(20));
        envelope.submissions = submissions;
        create(&test.store, &envelope).await;
        let found = |place: usize| (envelope.id, envelope.submissions[place].id);
        let mine = test.store.tenant(envelope.tenant).submissions();
        assert_eq!(mine.due(account, at, 9).await.unwrap(), [found(1), found(0)]);
        assert_eq!(mine.due(account, at - seconds(1), 9).await.unwrap(), [found(1)]);
        assert_eq!(mine.due(account, at, 1).await.unwrap(), [found(1)]);
        assert_eq!(mine.next_due(account).await.unwrap(), Some(at - seconds(10)));
        assert_eq!(mine.submitting(account).await.unwrap(), [found(1)]);
        let other = test.store.tenant(a_tenant()).submissions();
        assert!(other.due(account, at, 9).await.unwrap().is_empty());
        assert_eq!(other.next_due(account).await.unwrap(), None);
        assert!(other.submitting(account).await.unwrap().is_empty());
    })
    .await;
}
