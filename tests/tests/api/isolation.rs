//! Nothing of another tenant can be seen, reached or guessed.

use serde_json::{Value, json};
use tests::{CONTRACT, an_envelope, on_both_databases, spawn_app};

on_both_databases! {
    async fn lists_feeds_and_filters_show_ones_own_only(setup: Setup) {
        let app = setup.start().await;
        let (one, two) = (app.tenant_with_account().await, app.tenant_with_account().await);
        let envelope = an_envelope().signer("ana").with(json!({ "reference": "R-1", "metadata": { "unit": "hr" } }));
        let mine = one.draft(&envelope, &[CONTRACT]).await;
        let theirs = two.draft(&envelope, &[CONTRACT]).await;
        for query in ["", "?reference=R-1", "?metadata[unit]=hr", "?recipient_email=ANA@example.com", "?status=draft"] {
            let found = one.api.all(&format!("/v1/envelopes{query}")).await;
            assert_eq!(found.len(), 1, "{query}");
            assert_eq!(found[0]["id"], mine.id.as_str());
        }
        for query in ["?reference=R-2", "?metadata[unit]=legal", "?recipient_email=bob@example.com", "?status=sent", "?provider=efirma_go"] {
            assert_eq!(one.api.all(&format!("/v1/envelopes{query}")).await, Vec::<Value>::new(), "{query}");
        }
        for event in one.api.all("/v1/events").await {
            assert_eq!(event["envelope_id"], mine.id.as_str());
        }
        let foreign = one.api.get(&theirs.path("")).await;
        let unknown = one.api.get("/v1/envelopes/env_01jd8x3w6hf1pa9yrzm0e5k2qv").await;
        let told = |answer: tests::Answer| {
            let mut json = answer.problem(404, "not-found").json;
            json["instance"] = Value::Null;
            json["request_id"] = Value::Null;
            json
        };
        assert_eq!(told(foreign), told(unknown), "a foreign one cannot be told from none");
        one.api.get(&theirs.path("/events")).await.problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_of_one_envelope_are_not_reached_through_another() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let first = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let second = tenant.draft(&an_envelope().signer("bob"), &[CONTRACT]).await;
    let inside = first.get().await;
    for below in [
        format!("/documents/{}", inside["documents"][0]["id"].as_str().unwrap()),
        format!("/documents/{}/content", inside["documents"][0]["id"].as_str().unwrap()),
    ] {
        tenant.api.get(&first.path(&below)).await.expect(200);
        tenant.api.get(&second.path(&below)).await.problem(404, "not-found");
    }
    let recipient = format!("/recipients/{}", inside["recipients"][0]["id"].as_str().unwrap());
    tenant.api.delete(&second.path(&recipient)).await.problem(404, "not-found");
    tenant.api.patch(&second.path(&recipient), &json!({ "name": "x" })).await.problem(404, "not-found");
    assert_eq!(first.get().await, inside);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_account_cannot_be_used() {
    let app = spawn_app().await;
    let (one, two) = (app.tenant().await, app.tenant().await);
    let foreign = two.efirma_account().await["id"].clone();
    let answer = one.api.post_json("/v1/envelopes", &json!({ "subject": "S", "provider_account": foreign })).await;
    if answer.status == 201 {
        let draft = tests::Envelope { api: one.api.clone(), id: answer.id() };
        draft.upload(&CONTRACT).await.expect(201);
        one.api
            .post_json(&draft.path("/recipients"), &json!({ "role": "signer", "name": "A", "email": "a@example.com" }))
            .await
            .expect(201);
        let refused = one.api.post(&draft.path("/send")).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(draft.get().await["status"], "draft");
    } else {
        assert_eq!(answer.problem(422, "validation-failed").pointers(), ["/provider_account"]);
    }
    assert_eq!(app.sandbox().calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_the_platform_acts_for_the_tenant_that_it_names() {
    let app = spawn_app().await;
    let (one, two) = (app.tenant().await, app.tenant().await);
    let mine = one.draft(&an_envelope(), &[]).await;
    app.admin().for_tenant(&one.id).get(&mine.path("")).await.expect(200);
    app.admin().for_tenant(&two.id).get(&mine.path("")).await.problem(404, "not-found");
    app.admin().for_tenant("tnt_01jd8x3w6hf1pa9yrzm0e5k2qv").get(&mine.path("")).await.problem(404, "not-found");
    // A tenant's own key cannot reach out by the header.
    let answer = one.api.for_tenant(&two.id).get("/v1/envelopes").await;
    if answer.status == 200 {
        assert_eq!(answer.json()["data"][0]["id"], mine.id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_with_envelopes_is_not_deleted_and_an_empty_ones_keys_end_with_it() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let path = format!("/v1/tenants/{}", tenant.id);
    let draft = tenant.draft(&an_envelope(), &[]).await;
    app.admin().delete(&path).await.problem(409, "tenant-not-empty");
    tenant.api.get(&draft.path("")).await.expect(200);
    let slug = app.admin().get(&path).await.expect(200).json()["slug"].clone();
    app.admin().post_json("/v1/tenants", &json!({ "name": "Another", "slug": slug })).await.problem(409, "name-taken");
    let empty = app.tenant().await;
    app.admin().delete(&format!("/v1/tenants/{}", empty.id)).await.expect(204);
    empty.api.get("/v1/envelopes").await.problem(401, "unauthorized");
}
