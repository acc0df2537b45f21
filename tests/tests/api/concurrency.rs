//! Versions: a change that names the one it was made for, and changes at the same time.

use futures::future::join_all;
use serde_json::json;
use tests::{CONTRACT, an_envelope, on_both_databases, spawn_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_honours_if_match() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let api = &tenant.api;
    let draft = tenant.draft(&an_envelope().signer("ana").signer("bob"), &[CONTRACT]).await;
    let stale = api.get(&draft.path("")).await.expect(200).tag();
    let changed = api.patch(&draft.path(""), &json!({ "message": "x" })).if_match(&stale).await.expect(200);
    assert_ne!(changed.tag(), stale);
    assert_eq!(changed.tag(), format!("\"{}\"", changed.json()["version"]));

    let now = draft.get().await;
    let recipient = draft.path(&format!("/recipients/{}", now["recipients"][1]["id"].as_str().unwrap()));
    let document = draft.path(&format!("/documents/{}", now["documents"][0]["id"].as_str().unwrap()));
    for change in [
        api.patch(&draft.path(""), &json!({ "message": "y" })),
        api.post_json(&draft.path("/recipients"), &json!({ "role": "signer", "name": "Eve" })),
        api.patch(&recipient, &json!({ "name": "Robert" })),
        api.delete(&recipient),
        api.post(&draft.path("/documents?filename=x.pdf")).body("application/pdf", CONTRACT.bytes),
        api.patch(&document, &json!({ "name": "Another" })),
        api.delete(&document),
        api.post(&draft.path("/send")),
        api.delete(&draft.path("")),
    ] {
        change.if_match(&stale).await.problem(412, "precondition-failed");
    }
    assert_eq!(draft.get().await, now, "nothing was changed");

    let tag = |answer: tests::Answer| answer.tag();
    let mut current = changed.tag();
    current = tag(api.patch(&recipient, &json!({ "name": "Robert" })).if_match(&current).await.expect(200));
    current = tag(api.patch(&document, &json!({ "name": "Another" })).if_match(&current).await.expect(200));
    current = tag(api.delete(&recipient).if_match(&current).await.expect(204));
    api.patch(&draft.path(""), &json!({ "message": "z" })).if_match("*").await.expect(200);
    api.post(&draft.path("/send")).if_match(&current).await.problem(412, "precondition-failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_can_ask_whether_anything_changed() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let tag = tenant.api.get(&draft.path("")).await.expect(200).tag();
    let same = tenant.api.get(&draft.path("")).header("If-None-Match", &tag).await.expect(304);
    assert_eq!(same.tag(), tag);
    assert!(same.body.is_empty());
    tenant.api.patch(&draft.path(""), &json!({ "message": "x" })).await.expect(200);
    tenant.api.get(&draft.path("")).header("If-None-Match", &tag).await.expect(200);
}

on_both_databases! {
    async fn changes_at_the_same_time_without_a_version_lose_nothing(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let draft = tenant.draft(&an_envelope(), &[]).await;
        let before = draft.get().await["version"].as_u64().unwrap();
        let patches = (0..40).map(|n| {
            let patch = json!({ "metadata": { format!("key-{n}"): n.to_string() } });
            tenant.api.patch(&draft.path(""), &patch).try_send()
        });
        for answer in join_all(patches).await {
            answer.unwrap().expect(200);
        }
        let after = draft.get().await;
        assert_eq!(after["metadata"].as_object().unwrap().len(), 40, "{after}");
        assert_eq!(after["version"].as_u64().unwrap(), before + 40);
        assert_eq!(draft.event_types().await.iter().filter(|t| *t == "envelope.updated").count(), 40);
    }

    async fn of_changes_for_the_same_version_one_wins(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let draft = tenant.draft(&an_envelope(), &[]).await;
        let tag = tenant.api.get(&draft.path("")).await.tag();
        let patches = (0..20).map(|n| {
            tenant.api.patch(&draft.path(""), &json!({ "message": n.to_string() })).if_match(&tag).try_send()
        });
        let mut won = 0;
        for answer in join_all(patches).await {
            let answer = answer.unwrap();
            if answer.status == 200 {
                won += 1;
            } else {
                answer.problem(412, "precondition-failed");
            }
        }
        assert_eq!(won, 1);
    }

    async fn recipients_and_documents_added_at_the_same_time_all_stay(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let draft = tenant.draft(&an_envelope(), &[]).await;
        let recipients = (0..10).map(|n| {
            let who = json!({ "role": "signer", "name": format!("Signer {n}"), "email": format!("s{n}@example.com") });
            tenant.api.post_json(&draft.path("/recipients"), &who).try_send()
        });
        let documents = (0..5).map(|n| {
            let path = draft.path(&format!("/documents?filename={n}.pdf"));
            tenant.api.post(&path).body("application/pdf", CONTRACT.bytes).try_send()
        });
        let (recipients, documents) = tokio::join!(join_all(recipients), join_all(documents));
        for answer in recipients.into_iter().chain(documents) {
            answer.unwrap().expect(201);
        }
        let after = draft.get().await;
        assert_eq!(after["recipients"].as_array().unwrap().len(), 10);
        let orders: Vec<u64> = after["documents"].as_array().unwrap().iter().map(|d| d["order"].as_u64().unwrap()).collect();
        assert_eq!(orders, [1, 2, 3, 4, 5]);
    }
}
