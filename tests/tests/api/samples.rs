//! Real documents of many makers: which are taken, and that those come back signed.

use std::sync::Arc;

use futures::future::join_all;
use provider_sandbox::Scripts;
use serde_json::json;
use tests::{ACCEPTED, REFUSED, Sample, Setup, Tenant, an_envelope};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_accepted_sample_comes_back_signed() {
    let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
    let tenant = Arc::new(app.tenant_with_account().await);
    join_all(ACCEPTED.map(|sample| {
        let tenant = Arc::clone(&tenant);
        tokio::spawn(async move { comes_back_signed(&tenant, sample).await })
    }))
    .await
    .into_iter()
    .for_each(|outcome| outcome.unwrap());
    let mut received: Vec<String> =
        app.sandbox().calls_to("efirma_go", "enviar_documento").iter().map(|c| c.files[0].sha256.clone()).collect();
    let mut uploaded: Vec<String> = ACCEPTED.iter().map(Sample::sha256).collect();
    received.sort();
    uploaded.sort();
    assert_eq!(received, uploaded, "bytes are never changed");
}

async fn comes_back_signed(tenant: &Tenant, sample: Sample) {
    let signer = sample.name.trim_end_matches(".pdf");
    let draft = tenant.draft(&an_envelope().signer(signer), &[]).await;
    let document = draft.upload(&sample).await.expect(201).json();
    assert_eq!(document["pages"], sample.verdict.unwrap(), "{}", sample.name);
    assert_eq!(document["sha256"], sample.sha256(), "{}", sample.name);
    assert_eq!(document["size"], sample.bytes.len(), "{}", sample.name);
    draft.send().await;
    let done = draft.wait_for("completed").await;
    let artifact = &done["artifacts"][0];
    assert_eq!(artifact["verification"]["status"], "valid", "{}: {artifact}", sample.name);
    let path = draft.path(&format!("/artifacts/{}/content", artifact["id"].as_str().unwrap()));
    let signed = tenant.api.get(&path).await.expect(200);
    assert!(signed.body.starts_with(sample.bytes), "{} is the beginning of what came back", sample.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refused_sample_is_refused_in_each_way_and_leaves_nothing_behind() {
    use base64::Engine as _;
    let app = tests::spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let before = (draft.get().await, draft.event_types().await, app.objects());
    let envelopes = tenant.api.all("/v1/envelopes").await.len();
    for sample in REFUSED {
        let code = sample.verdict.unwrap_err();
        draft.upload(&sample).await.problem(422, code);
        draft.upload_form(&sample).await.problem(422, code);
        let content = base64::engine::general_purpose::STANDARD.encode(sample.bytes);
        let inline = an_envelope().with(json!({
            "documents": [
                { "filename": "good.pdf", "content_base64": base64::engine::general_purpose::STANDARD.encode(ACCEPTED[5].bytes) },
                { "filename": sample.name, "content_base64": content },
            ],
        }));
        let problem = tenant.api.post_json("/v1/envelopes", &inline.json()).await.problem(422, code);
        assert!(
            problem.pointers().iter().all(|pointer| pointer.starts_with("/documents/1")),
            "{}: {:?}",
            sample.name,
            problem.pointers()
        );
    }
    assert_eq!((draft.get().await, draft.event_types().await), (before.0, before.1));
    assert_eq!(tenant.api.all("/v1/envelopes").await.len(), envelopes);
    assert_eq!(app.objects(), before.2, "nothing is stored");
}
