use domain::envelope::IdentityDocument;
use domain::ids::{AccountId, ApiKeyId, IdentityDocumentId, TenantId};
use domain::routing::{RoutingPolicy, Rule};
use persistence::{
    Account, ApiKey, AuditEntry, CallbackToken, Change, Page, StoreError, StoredIdentityDocument, TenantRecord,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::support::{a_tenant, an_envelope, broker, create, for_each_database, load, now, routed, seconds, update};

fn tenant_record(slug: &str) -> TenantRecord {
    TenantRecord {
        id: TenantId::generate(),
        slug: slug.to_owned(),
        name: slug.to_uppercase(),
        created_at: now(),
        updated_at: now(),
    }
}

fn an_account(tenant: TenantId, name: &str) -> Account {
    Account {
        id: AccountId::generate(),
        tenant,
        name: name.to_owned(),
        kind: "efirma_go".to_owned(),
        settings: json!({"z": 1, "a": {"b": null}}),
        version: 1,
        disabled: false,
        created_at: now(),
        updated_at: now(),
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn a_key(tenant: Option<TenantId>) -> ApiKey {
    ApiKey {
        id: ApiKeyId::generate(),
        tenant,
        name: "ci".to_owned(),
        prefix: "rk_abc".to_owned(),
        scopes: vec!["envelopes:read".to_owned()],
        expires_at: Some(now() + seconds(60)),
        revoked_at: None,
        last_used_at: None,
        created_at: now(),
    }
}

#[tokio::test]
async fn tenants_have_a_slug_of_their_own_and_go_only_when_empty() {
    for_each_database(async |test| {
        let one = tenant_record("one");
        test.store.create_tenant(&one).await.unwrap();
        let taken = test.store.create_tenant(&tenant_record("one")).await;
        assert!(matches!(taken, Err(StoreError::Taken { what: "slug" })), "{taken:?}");
        let two = tenant_record("two");
        test.store.create_tenant(&two).await.unwrap();
        assert_eq!(test.store.tenants(&Page::first(1)).await.unwrap().items, vec![two.clone()]);
        assert_eq!(test.store.tenant_by_slug("one").await.unwrap(), Some(one.clone()));
        let handle = test.store.tenant(one.id);
        let taken = handle.rename("two", "x", now()).await;
        assert!(matches!(taken, Err(StoreError::Taken { .. })), "{taken:?}");
        handle.rename("uno", "Uno", now()).await.unwrap();
        assert_eq!(handle.record().await.unwrap().unwrap().slug, "uno");

        create(&test.store, &an_envelope(one.id)).await;
        assert!(matches!(handle.delete().await, Err(StoreError::InUse { .. })));
        test.store.tenant(two.id).delete().await.unwrap();
        let gone = test.store.tenant(two.id).delete().await;
        assert!(matches!(gone, Err(StoreError::Missing { .. })), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn an_api_key_is_found_by_its_text_alone_which_is_not_stored() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let (mine, platform) = (a_key(Some(tenant)), a_key(None));
        test.store.create_api_key(&mine, &secret("rk_abc_mine")).await.unwrap();
        test.store.create_api_key(&platform, &secret("rk_abc_root")).await.unwrap();
        let twice = test.store.create_api_key(&a_key(None), &secret("rk_abc_root")).await;
        assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");
        assert_eq!(test.store.find_api_key(&secret("rk_abc_mine")).await.unwrap(), Some(mine.clone()));
        assert_eq!(test.store.find_api_key(&secret("rk_abc_root")).await.unwrap(), Some(platform.clone()));
        assert_eq!(test.store.find_api_key(&secret("rk_abc_minf")).await.unwrap(), None);

        let handle = test.store.tenant(tenant);
        assert_eq!(handle.api_keys(&Page::first(9)).await.unwrap().items, vec![mine.clone()]);
        assert_eq!(test.store.platform_api_keys(&Page::first(9)).await.unwrap().items, vec![platform.clone()]);
        let foreign = test.store.tenant(a_tenant()).revoke_api_key(mine.id, now()).await;
        assert!(matches!(foreign, Err(StoreError::Missing { .. })), "{foreign:?}");
        assert!(handle.revoke_api_key(platform.id, now()).await.is_err());

        test.store.touch_api_key(&mine, now()).await.unwrap();
        let used = test.store.find_api_key(&secret("rk_abc_mine")).await.unwrap().unwrap();
        assert!(used.last_used_at.is_some() && used.is_valid(now()) && !used.is_valid(now() + seconds(61)));
        test.store.touch_api_key(&used, now() + seconds(30)).await.unwrap();
        let again = test.store.find_api_key(&secret("rk_abc_mine")).await.unwrap().unwrap();
        assert_eq!(again.last_used_at, used.last_used_at);
        handle.revoke_api_key(mine.id, now()).await.unwrap();
        assert!(!test.store.find_api_key(&secret("rk_abc_mine")).await.unwrap().unwrap().is_valid(now()));
    })
    .await;
}

#[tokio::test]
async fn credentials_go_in_sealed_and_come_out_only_when_opened() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let accounts = test.store.tenant(tenant).accounts();
        let account = an_account(tenant, "spain");
        let credentials = json!({"user": "u", "password": "p"});
        accounts.create(&account, &credentials, &secret("token-1")).await.unwrap();
        let taken = accounts.create(&an_account(tenant, "spain"), &credentials, &secret("token-x")).await;
        assert!(matches!(taken, Err(StoreError::Taken { .. })), "{taken:?}");
        assert_eq!(accounts.load(account.id).await.unwrap(), Some(account.clone()));
        let open = accounts.open(account.id).await.unwrap().unwrap();
        assert_eq!((open.credentials().unwrap(), open.callback_token.expose_secret()), (credentials, "token-1"));
        assert!(!format!("{open:?}").contains("token-1"));

        let changed = Account { disabled: true, name: "iberia".to_owned(), ..account.clone() };
        accounts.update(&changed, Some(&json!({"user": "v"}))).await.unwrap();
        let stale = accounts.update(&account, None).await;
        assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
        let open = accounts.open(account.id).await.unwrap().unwrap();
        assert_eq!(open.credentials().unwrap(), json!({"user": "v"}));
        assert_eq!((open.account.version, open.account.disabled), (2, true));

        let foreign = test.store.tenant(a_tenant()).accounts();
        assert!(foreign.load(account.id).await.unwrap().is_none());
        assert!(foreign.open(account.id).await.unwrap().is_none());
        assert!(foreign.all().await.unwrap().is_empty());
        assert!(foreign.list(&Page::first(9)).await.unwrap().items.is_empty());
        assert!(matches!(foreign.update(&open.account, None).await, Err(StoreError::Conflict)));
        assert!(matches!(foreign.delete(account.id).await, Err(StoreError::Missing { .. })));
        assert_eq!(accounts.all().await.unwrap(), [open.account]);
    })
    .await;
}

#[tokio::test]
async fn an_old_callback_token_is_good_until_its_overlap_ends() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let accounts = test.store.tenant(tenant).accounts();
        let account = an_account(tenant, "chile");
        accounts.create(&account, &json!({}), &secret("first")).await.unwrap();
        let found = async |token: &str, at| {
            let found = test.store.find_callback_token(&secret(token), at).await.unwrap();
            found.map(|found| (found.tenant, found.account.account.id, found.token))
        };
        let here = |token| Some((tenant, account.id, token));
        assert_eq!(found("first", now()).await, here(CallbackToken::Current));
        assert_eq!(found("guess", now()).await, None);
        let end = now() + seconds(100);
        accounts.rotate_callback_token(account.id, &secret("second"), end, now()).await.unwrap();
        assert_eq!(found("second", now()).await, here(CallbackToken::Current));
        assert_eq!(found("first", end - seconds(1)).await, here(CallbackToken::Previous));
        assert_eq!(found("first", end).await, None);
        let open = accounts.open(account.id).await.unwrap().unwrap();
        assert_eq!(open.callback_token.expose_secret(), "second");
        let foreign = test.store.tenant(a_tenant()).accounts();
        let refused = foreign.rotate_callback_token(account.id, &secret("third"), end, now()).await;
        assert!(matches!(refused, Err(StoreError::Missing { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn an_account_with_a_live_envelope_cannot_be_deleted() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let accounts = test.store.tenant(tenant).accounts();
        let account = an_account(tenant, "brazil");
        accounts.create(&account, &json!({}), &secret("t")).await.unwrap();
        let mut envelope = an_envelope(tenant);
        envelope.routed = Some(routed(account.id, "arqsign"));
        envelope.status = domain::states::EnvelopeStatus::Sent;
        create(&test.store, &envelope).await;
        assert!(matches!(accounts.delete(account.id).await, Err(StoreError::InUse { .. })));
        let mut ended = envelope.clone();
        ended.status = domain::states::EnvelopeStatus::Completed;
        update(&test.store, &envelope, &ended).await.unwrap();
        accounts.set_fact(account.id, "session", &"x", None, now()).await.unwrap();
        accounts.delete(account.id).await.unwrap();
        assert_eq!(test.number("SELECT count(*) AS n FROM account_facts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_fact_about_an_account_is_shared_until_it_expires() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let accounts = test.store.tenant(tenant).accounts();
        let account = an_account(tenant, "chile");
        accounts.create(&account, &json!({}), &secret("t")).await.unwrap();
        let read = async |at| accounts.fact::<String>(account.id, "session", at).await.unwrap();
        assert_eq!(read(now()).await, None);
        let end = now() + seconds(60);
        accounts.set_fact(account.id, "session", &"old", Some(end), now()).await.unwrap();
        accounts.set_fact(account.id, "session", &"secret-token", Some(end), now()).await.unwrap();
        assert_eq!(read(end - seconds(1)).await.as_deref(), Some("secret-token"));
        assert_eq!(read(end).await, None);
        let foreign = test.store.tenant(a_tenant()).accounts();
        assert!(foreign.fact::<String>(account.id, "session", now()).await.is_err());
        assert!(foreign.set_fact(account.id, "session", &"x", None, now()).await.is_err());
        assert!(foreign.forget_fact(account.id, "session").await.is_err());
        accounts.forget_fact(account.id, "session").await.unwrap();
        assert_eq!(read(now()).await, None);
    })
    .await;
}

#[tokio::test]
async fn the_routing_policy_is_replaced_as_a_whole() {
    for_each_database(async |test| {
        let handle = test.store.tenant(a_tenant());
        assert_eq!(handle.routing().await.unwrap(), RoutingPolicy::default());
        let account = AccountId::generate();
        let rule = Rule { name: "spain".to_owned(), when: Default::default(), accounts: vec![account] };
        for policy in [
            RoutingPolicy { default_account: None, rules: vec![rule] },
            RoutingPolicy { default_account: Some(account), rules: Vec::new() },
        ] {
            handle.set_routing(&policy, now()).await.unwrap();
            assert_eq!(handle.routing().await.unwrap(), policy);
        }
        assert_eq!(test.store.tenant(a_tenant()).routing().await.unwrap(), RoutingPolicy::default());
    })
    .await;
}

#[tokio::test]
async fn the_audit_trail_is_the_tenants_own() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let at = now();
        let first = AuditEntry::new(at, broker(), "account.created", "pac_1").with_data(json!({"name": "x"}));
        let second = AuditEntry::new(at + seconds(1), broker(), "document.downloaded", "doc_1");
        test.store.record_audit(Some(tenant), std::slice::from_ref(&first)).await.unwrap();
        let mut change = Change::new(tenant, broker(), at);
        change.audit = vec![second.clone()];
        test.store.commit(&change).await.unwrap();
        let platform = AuditEntry::new(at, broker(), "tenant.created", tenant);
        test.store.record_audit(None, std::slice::from_ref(&platform)).await.unwrap();
        let handle = test.store.tenant(tenant);
        let page = handle.audit(&Page::first(1)).await.unwrap();
        assert_eq!(page.items, [second]);
        assert_eq!(handle.audit(&Page::after(1, page.next.unwrap())).await.unwrap().items, [first]);
        assert!(test.store.tenant(a_tenant()).audit(&Page::first(9)).await.unwrap().items.is_empty());
        assert_eq!(test.store.platform_audit(&Page::first(9)).await.unwrap().items, [platform]);
    })
    .await;
}

#[tokio::test]
async fn identity_documents_come_and_go_with_their_envelope() {
    for_each_database(async |test| {
        let envelope = an_envelope(a_tenant());
        let stored = |name: &str| StoredIdentityDocument {
            document: IdentityDocument {
                id: IdentityDocumentId::generate(),
                kind: "id_card_front".to_owned(),
                filename: name.to_owned(),
                content_type: "image/png".to_owned(),
                size: 10,
                sha256: "00".to_owned(),
            },
            recipient: envelope.recipients[0].id,
            object_key: format!("identity/{name}"),
            created_at: now(),
        };
        let (front, back) = (stored("front.png"), stored("back.png"));
        let mut creating = Change::new(envelope.tenant, broker(), now()).creating(&envelope);
        creating.identity_documents = vec![front.clone(), back.clone()];
        test.store.commit(&creating).await.unwrap();
        let handle = test.store.tenant(envelope.tenant);
        assert_eq!(handle.identity_documents(envelope.id).await.unwrap(), [front.clone(), back.clone()]);
        assert!(test.store.tenant(a_tenant()).identity_documents(envelope.id).await.unwrap().is_empty());

        let current = load(&test.store, &envelope).await;
        let mut forgetting = Change::new(envelope.tenant, broker(), now()).updating(&current, &current);
        forgetting.forgotten_identity_documents = vec![front.document.id];
        test.store.commit(&forgetting).await.unwrap();
        assert_eq!(handle.identity_documents(envelope.id).await.unwrap(), [back]);
        let current = load(&test.store, &envelope).await;
        let deleting = Change::new(envelope.tenant, broker(), now()).deleting(&current);
        test.store.commit(&deleting).await.unwrap();
        assert!(handle.identity_documents(envelope.id).await.unwrap().is_empty());
    })
    .await;
}
