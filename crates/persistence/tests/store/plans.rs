use crate::support::*;
use domain::attention::AttentionCode;
use domain::states::EnvelopeStatus;
use persistence::{AttentionFilter, EnvelopeFilter, EnvelopeFilter as F, FeedQuery, Page};
use secrecy::ExposeSecret;
use std::time::Instant;

#[tokio::test]
async fn measure() {
    for_each_database(async |test| {
        let tenant = a_tenant();
        let mut e = an_envelope(tenant);
        e.routed = Some(routed(domain::ids::AccountId::generate(), "arqsign"));
        e.attentions = vec![an_attention(AttentionCode::LateResult)];
        create(&test.store, &e).await;
        let n = 30_000;
        if test.is_postgres() {
            test.sql(&format!("INSERT INTO envelopes SELECT gen_random_uuid(), tenant_id, 1, CASE WHEN n%2=0 THEN 'completed' ELSE 'draft' END, reference||n, 'arqsign', account_id, NULL, created_at - n*1000, updated_at, 0, body, NULL FROM envelopes, generate_series(1,{n}) n")).await;
            test.sql("INSERT INTO envelope_terms SELECT e.tenant_id, t.term, e.created_at, e.id FROM envelopes e, envelope_terms t WHERE e.id <> t.envelope_id").await;
            test.sql(&format!("INSERT INTO events (txid,id,tenant_id,envelope_id,sequence,type,occurred_at,recorded_at,actor,data,payload_digest,previous_hash,hash) SELECT n, gen_random_uuid(), '{}', gen_random_uuid(), 1, 'envelope.sent', 0,0,'{{\"type\":\"broker\"}}','{{}}','','','' from generate_series(1,{n}) n", tenant.as_uuid())).await;
        } else {
            let t = tenant.as_uuid().simple().to_string().to_uppercase();
            test.sql(&format!("INSERT INTO envelopes WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<{n}) SELECT randomblob(16), tenant_id, 1, CASE WHEN n%2=0 THEN 'completed' ELSE 'draft' END, reference||n, 'arqsign', account_id, NULL, created_at - n*1000, updated_at, 0, body, NULL FROM envelopes, s")).await;
            test.sql("INSERT INTO envelope_terms SELECT e.tenant_id, t.term, e.created_at, e.id FROM envelopes e, envelope_terms t WHERE e.id <> t.envelope_id").await;
            test.sql(&format!("INSERT INTO events (txid,id,tenant_id,envelope_id,sequence,type,occurred_at,recorded_at,actor,data,payload_digest,previous_hash,hash) WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<{n}) SELECT 0, randomblob(16), x'{t}', randomblob(16), 1, 'envelope.sent', 0,0,'{{\"type\":\"broker\"}}','{{}}','','','' from s")).await;
        }
        let mut store = test.store.clone();
        if test.is_postgres() {
            let name = test.config.url.expose_secret().rsplit('/').next().unwrap().to_owned();
            test.sql(&format!("ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain'")).await;
            test.sql(&format!("ALTER DATABASE {name} SET auto_explain.log_min_duration = 20")).await;
            test.sql(&format!("ALTER DATABASE {name} SET auto_explain.log_analyze = on")).await;
            let database = persistence::Database::connect(&test.config).await.unwrap();
            store = persistence::Store::open(database, key_ring(7)).await.unwrap();
        }
        let d = F::default;
        let cases: Vec<(&str, EnvelopeFilter)> = vec![
            ("all", d()),
            ("status", F { statuses: vec![EnvelopeStatus::Completed], ..d() }),
            ("status2", F { statuses: vec![EnvelopeStatus::Completed, EnvelopeStatus::Draft], ..d() }),
            ("status none", F { statuses: vec![EnvelopeStatus::Sent], ..d() }),
            ("reference", F { reference: Some("HR-2026-00425".into()), ..d() }),
            ("provider", F { provider: Some("arqsign".into()), ..d() }),
            ("metadata", F { metadata: e.spec.metadata.clone(), ..d() }),
            ("email", F { recipient_email: Some("jesus@example.com".into()), ..d() }),
            ("email+meta", F { recipient_email: Some("jesus@example.com".into()), metadata: e.spec.metadata.clone(), ..d() }),
            ("attention", F { attention: Some(AttentionFilter::Code(AttentionCode::LateResult)), ..d() }),
            ("before", F { created_before: Some(e.created_at - seconds(50)), ..d() }),
        ];
        for analyzed in [false, true] {
            if analyzed { test.sql("ANALYZE").await; }
            for (name, filter) in &cases {
                let envs = store.tenant(tenant).envelopes();
                let p = envs.list(filter, &Page::first(50)).await.unwrap();
                let t = Instant::now();
                let page = match p.next { Some(c) => Page::after(50, c), None => Page::first(50) };
                let k = envs.list(filter, &page).await.unwrap().items.len();
                println!("pg={} analyzed={analyzed} {name}: {k} in {:?}", test.is_postgres(), t.elapsed());
            }
            let t = Instant::now();
            let events = store.tenant(tenant).events();
            let mut q = FeedQuery { limit: 50, ..Default::default() };
            for _ in 0..5 { q.cursor = Some(events.feed(&q).await.unwrap().cursor); }
            println!("feed {:?}", t.elapsed() / 5);
            for _ in 0..5 {
            let t = Instant::now();
            store.tenant(tenant).envelopes().load(e.id).await.unwrap().unwrap();
            println!("load {:?}", t.elapsed());}
        }
    })
    .await;
}
