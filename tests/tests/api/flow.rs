//! The main job, end to end, as a caller, the recipients and the provider see it.

use provider_sandbox::{Fault, FaultKind, Script, Scripts};
use serde_json::{Value, json};
use tests::{CIF_CLIENT, CIF_DEVELOPER, CONTRACT, PRIVATE_KEY, Setup, Tenant, an_envelope, on_both_databases, sample};

const VENDOR: &str = "efirma_go";

/// Everything that efirma GO can be asked for at once: two signers in order, an approver beside the first, a copy.
fn rich_envelope() -> tests::EnvelopeBuilder {
    an_envelope()
        .with(json!({
            "reference": "HR-2026-0042",
            "message": "Please read and sign.",
            "reminders": { "every_days": 3 },
            "stages": [{ "routing_order": 1, "group": "company", "name": "Company" }],
            "provider_options": { "efirma_go": { "tipo_documento": "Contrato", "campos_clave": { "expediente": "77" } } },
            "metadata": { "cost_center": "77" },
        }))
        .signer("jesus")
        .who(json!({
            "name": "Jesús Sánchez Alonso", "given_name": "Jesús", "family_name": "Sánchez", "second_family_name": "Alonso",
            "phone": "+34677777777", "group": "company", "message": "A private word.", "delivery": "sms",
            "authentication": [
                { "type": "sms_otp" },
                { "type": "access_code", "code": "open-sesame-7" },
            ],
            "fields": [
                { "type": "signature", "document": 1, "page": 1, "x": 111.75, "y": 712.5 },
                { "type": "signature", "document": 1, "page": 3, "x": 300, "y": 99.9 },
                { "type": "signature", "document": 2, "page": 1, "x": 10, "y": 20.2 },
            ],
            "provider_options": { "efirma_go": { "identificador": "EMP-42" } },
        }))
        .approver("maximo")
        .who(json!({ "group": "company" }))
        .signer("ana")
        .at(5)
        .who(json!({ "fields": [{ "type": "signature", "document": 2, "page": 2, "x": 50, "y": 60 }] }))
        .copy("archive")
        .at(9)
}

/// What `enviar_documento` must carry for [`rich_envelope`], without the correlation key.
fn expected_call(document: &str, jesus: Value, ana: Option<Value>) -> Value {
    let recipient = |name: &str, more: Value| {
        let mut members = json!({
            "email_destinatario": format!("{name}@example.com"),
            "mensaje_privado": "",
            "medio_comunicacion": "email",
            "enviar_notificacion": "si",
            "enviar_resumen": "no",
            "terminal_web": 1,
            "terminal_personal": 1,
            "terminal_corporativo": 0,
        });
        for (key, value) in more.as_object().unwrap() {
            members[key] = value.clone();
        }
        members
    };
    let mut ana_members = json!({ "nombre_destinatario": "ana Example" });
    if let Some(positions) = ana {
        ana_members["firma_multiple"] = positions;
    }
    json!({
        "private_key": PRIVATE_KEY,
        "cif_desarrollador": CIF_DEVELOPER,
        "origen": "Rubrica",
        "nombre_cliente": "Cliente A",
        "cif_cliente": CIF_CLIENT,
        "email_cliente": "cliente@cliente.example",
        "nombre_documento": document,
        "tipo_seguridad": "basica",
        "tipo_documento": "Contrato",
        "mensaje_general": "Please read and sign.",
        "enviar_url_respuesta": 1,
        "notificar_cada": "3",
        "bloques": [
            {
                "nombre_bloque": "Company", "tipo_bloque": "firma", "minimo": "1", "orden": "1",
                "destinatarios": [recipient("jesus", json!({
                    "nombre_destinatario": "Jesús", "apellido1_destinatario": "Sánchez", "apellido2_destinatario": "Alonso",
                    "identificador_destinatario": "EMP-42",
                    "telefono_destinatario": "+34677777777",
                    "mensaje_privado": "A private word.",
                    "medio_comunicacion": "sms",
                    "verificacion_identidad_sms_activo": 1,
                    "telefono_verificacion_identidad": "+34677777777",
                    "verificacion_identidad_codigo_activo": 1,
                    "codigo_verificacion_identidad": "open-sesame-7",
                    "firma_multiple": jesus,
                }))],
            },
            {
                "nombre_bloque": "Company", "tipo_bloque": "revision", "minimo": "1", "orden": "1",
                "destinatarios": [recipient("maximo", json!({ "nombre_destinatario": "maximo Example" }))],
            },
            {
                "tipo_bloque": "firma", "minimo": "1", "orden": "2",
                "destinatarios": [recipient("ana", ana_members)],
            },
            {
                "tipo_bloque": "copia", "minimo": "1", "orden": "3",
                "destinatarios": [recipient("archive", json!({ "nombre_destinatario": "archive Example" }))],
            },
        ],
    })
}

/// A position in whole pixels, as the vendor takes it.
fn px(page: u32, x: u32, y: u32) -> Value {
    json!({ "pagina": page.to_string(), "coordenada_x": x.to_string(), "coordenada_y": y.to_string() })
}

on_both_databases! {
    async fn an_envelope_goes_from_draft_to_verified_signed_documents(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let account = tenant.efirma_account().await;
        let second = sample("contrato-locacao-pt.pdf");
        let draft = tenant.draft(&rich_envelope(), &[CONTRACT, second]).await;

        let plan = tenant.api.get(&draft.path("/plan")).await.expect(200).json();
        assert!(app.sandbox().calls().is_empty(), "a plan calls nobody");
        assert_eq!(draft.get().await["status"], "draft");

        assert_eq!(draft.send().await["status"], "sent");
        let sent = draft
            .wait_until("both documents to be sent", |e| {
                e["provider"]["submissions"].as_array().unwrap().iter().all(|s| s["state"] == "sent")
            })
            .await;
        assert_eq!(sent["status"], "sent", "{sent}");
        assert_eq!(sent["provider"]["kind"], VENDOR);
        assert_eq!(sent["provider"]["account_id"], account["id"]);
        assert_eq!(sent["provider"]["routing"]["rule"], "default");
        let submissions = sent["provider"]["submissions"].as_array().unwrap().clone();
        assert_eq!(submissions.len(), 2);

        // The provider received exactly what was asked.
        let calls = app.sandbox().calls_to(VENDOR, "enviar_documento");
        assert_eq!(calls.len(), 2, "one call for each document");
        let expected = [
            (CONTRACT, expected_call("contrato-trabajo-es", json!([px(1, 149, 950), px(3, 400, 133)]), None)),
            (second, expected_call("contrato-locacao-pt", json!([px(1, 13, 27)]), Some(json!([px(2, 67, 80)])))),
        ];
        for ((call, (document, mut fields)), submission) in calls.iter().zip(expected).zip(&submissions) {
            fields["campos_clave"] = json!({ "expediente": "77", "rubrica_submission": submission["id"] });
            assert_eq!(call.fields["json"], fields);
            assert_eq!(call.files.len(), 1);
            assert_eq!(call.files[0].field, "archivo");
            assert_eq!(call.files[0].content_type.as_deref(), Some("application/pdf"));
            assert_eq!(call.files[0].sha256, document.sha256(), "the very bytes of {}", document.name);
            assert_eq!(submission["state"], "sent");
        }
        let documents = app.efirma().documents();
        let ids: Vec<String> = documents.iter().map(|d| d.id.clone()).collect();
        assert_eq!(ids, submissions.iter().map(|s| s["reference"].as_str().unwrap()).collect::<Vec<_>>());
        assert_plan(&plan);

        // Everybody acts, stage after stage; the order holds within each document.
        for email in ["jesus", "maximo", "ana"] {
            for id in &ids {
                app.efirma().sign(id, Some(&format!("{email}@example.com"))).await.unwrap();
            }
        }
        let done = draft.wait_for("completed").await;
        for recipient in done["recipients"].as_array().unwrap() {
            assert_eq!(recipient["status"], "completed", "{recipient}");
        }
        for stage in done["stages"].as_array().unwrap() {
            assert_eq!(stage["status"], "completed", "{stage}");
        }
        assert!(done["sent_at"].is_string() && done["completed_at"].is_string());
        assert_eq!(done["attentions"], json!([]));
        assert_eq!(done["error"], Value::Null);

        assert_artifacts(&tenant, &draft, &done, "valid").await;
        assert_history(&draft).await;
    }
}

/// Both calls, told exactly and without secrets.
fn assert_plan(plan: &Value) {
    assert_eq!(plan["sendable"], true, "{plan}");
    let planned = plan["submissions"].as_array().unwrap();
    assert_eq!(planned.len(), 2, "{plan}");
    for submission in planned {
        let steps = submission["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 1, "{plan}");
        assert_eq!(steps[0]["repeat"], "once");
        let call = steps[0]["call"].to_string();
        assert!(call.contains("enviar_documento") && call.contains("jesus@example.com"), "{call}");
    }
    for secret in [PRIVATE_KEY, "open-sesame-7"] {
        assert!(!plan.to_string().contains(secret), "a plan shows no secrets");
    }
}

/// Two signed documents and their evidence, downloadable, with the digests that are shown, each on top of its original.
async fn assert_artifacts(tenant: &Tenant, envelope: &tests::Envelope, done: &Value, verdict: &str) {
    let artifacts = done["artifacts"].as_array().unwrap();
    let signed: Vec<&Value> = artifacts.iter().filter(|a| a["kind"] == "signed_document").collect();
    assert_eq!(signed.len(), done["documents"].as_array().unwrap().len(), "{artifacts:?}");
    assert_eq!(artifacts.iter().filter(|a| a["kind"] == "evidence").count(), signed.len(), "{artifacts:?}");
    let listed = tenant.api.get(&envelope.path("/artifacts")).await.expect(200).json();
    assert_eq!(listed["data"], done["artifacts"]);
    for artifact in artifacts {
        let path = envelope.path(&format!("/artifacts/{}/content", artifact["id"].as_str().unwrap()));
        let content = tenant.api.get(&path).await.expect(200);
        assert_eq!(tests::sha256(&content.body), artifact["sha256"].as_str().unwrap());
        assert_eq!(artifact["size"], content.body.len());
        assert_eq!(content.header("content-type"), Some("application/pdf"));
        if artifact["kind"] != "signed_document" {
            continue;
        }
        let about = artifact["document_ids"][0].as_str().unwrap();
        let original = tenant.api.get(&envelope.path(&format!("/documents/{about}/content"))).await.expect(200);
        assert!(content.body.starts_with(&original.body), "the original bytes are the signed revision's beginning");
        let verification = &artifact["verification"];
        assert_eq!(verification["status"], verdict, "{verification}");
        let signatures = verification["signatures"].as_array().unwrap();
        assert!(!signatures.is_empty());
        for signature in signatures {
            assert_eq!(signature["integrity"], "intact", "{signature}");
        }
        assert_eq!(signatures.last().unwrap()["covers_whole_document"], true);
    }
}

/// Numbered without gaps, in an order that makes sense.
async fn assert_history(envelope: &tests::Envelope) {
    let types = envelope.event_types().await;
    let at = |kind: &str| types.iter().position(|t| t == kind).unwrap_or_else(|| panic!("no {kind} in {types:?}"));
    let count = |kind: &str| types.iter().filter(|t| *t == kind).count();
    let in_order = [
        "envelope.created",
        "document.added",
        "envelope.submitting",
        "envelope.sent",
        "envelope.in_progress",
        "envelope.finalizing",
        "envelope.completed",
    ];
    for pair in in_order.windows(2) {
        assert!(at(pair[0]) < at(pair[1]), "{pair:?} in {types:?}");
    }
    for once in in_order.iter().filter(|kind| **kind != "document.added") {
        assert_eq!(count(once), 1, "{once} in {types:?}");
    }
    assert_eq!(count("document.added"), 2);
    assert_eq!(count("artifact.stored"), 4);
    assert_eq!(count("recipient.completed"), 4, "{types:?}");
    assert!(at("recipient.sent") < at("recipient.completed"));
    assert_eq!(types.last().map(String::as_str), Some("envelope.completed"), "{types:?}");
}

on_both_databases! {
    async fn progress_is_seen_by_polling_when_the_callback_is_lost(setup: Setup) {
        let app = setup.sandbox(|s| s.callbacks.enabled = false).start().await;
        let tenant = app.tenant_with_account().await;
        let envelope = tenant.draft(&an_envelope().signer("ana").signer("bob").at(2), &[CONTRACT]).await;
        let reference = reference(&envelope.send().await);
        app.efirma().sign(&reference, Some("ana@example.com")).await.unwrap();
        let half = envelope.wait_for("in_progress").await;
        assert_eq!(half["recipients"][0]["status"], "completed");
        assert_eq!(half["recipients"][1]["status"], "sent");
        assert_eq!(half["stages"][0]["status"], "completed");
        assert_eq!(half["stages"][1]["status"], "active");
        app.efirma().sign(&reference, Some("bob@example.com")).await.unwrap();
        envelope.wait_for("completed").await;
        assert!(app.sandbox().callbacks().iter().all(|c| c.verdict != provider_sandbox::CallbackVerdict::Accepted));
    }
}

/// The provider's id of the only submission.
fn reference(envelope: &Value) -> String {
    envelope["provider"]["submissions"][0]["reference"].as_str().expect("a reference").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_brings_the_end_without_waiting_for_a_poll() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant().await;
    tenant.efirma_account_with(json!({ "polling": [{ "until_age_s": 315_360_000, "every_s": 3600 }] })).await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, None).await.unwrap();
    envelope.wait_for("completed").await;
    let callbacks = app.sandbox().callbacks();
    assert_eq!(callbacks.len(), 1, "{callbacks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_reads_the_provider_at_once() {
    let app = Setup::sqlite().sandbox(|s| s.callbacks.enabled = false).start().await;
    let tenant = app.tenant().await;
    tenant.efirma_account_with(json!({ "polling": [{ "until_age_s": 315_360_000, "every_s": 3600 }] })).await;
    let envelope = tenant.draft(&an_envelope().signer("ana").signer("bob"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, Some("bob@example.com")).await.unwrap();
    assert_eq!(envelope.get().await["recipients"][1]["status"], "sent");
    let now = tenant.api.post(&envelope.path("/refresh")).await.expect(202).json();
    assert_eq!(now["recipients"][1]["status"], "completed");
    assert_eq!(now["status"], "in_progress");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_who_declines_ends_the_envelope() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana").signer("bob").at(2), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().decline(&reference, Some("ana@example.com")).await.unwrap();
    let ended = envelope.wait_for("declined").await;
    assert_eq!(ended["recipients"][1]["status_reason"], "envelope_declined");
    assert_eq!(ended["artifacts"], json!([]));
    assert_eq!(envelope.event_types().await.last().map(String::as_str), Some("envelope.declined"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_annulment_at_the_provider_ends_as_canceled() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().annul(&reference).unwrap();
    let ended = envelope.wait_for("canceled").await;
    assert_eq!(ended["recipients"][0]["status"], "sent");
    assert_eq!(ended["recipients"][0]["status_reason"], "envelope_canceled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_with_a_minimum_leaves_the_others_out() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = an_envelope()
        .with(json!({ "stages": [{ "routing_order": 1, "minimum": 1, "name": "Either" }] }))
        .signer("ana")
        .signer("bob");
    let envelope = tenant.draft(&envelope, &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    let sent = app.sandbox().calls_to(VENDOR, "enviar_documento");
    assert_eq!(sent[0].fields["json"]["bloques"][0]["minimo"], "1");
    app.efirma().sign(&reference, Some("bob@example.com")).await.unwrap();
    let done = envelope.wait_for("completed").await;
    assert_eq!(done["recipients"][0]["status"], "skipped");
    assert_eq!(done["recipients"][1]["status"], "completed");
    assert!(envelope.event_types().await.contains(&"recipient.skipped".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_the_address_does_not_give_is_taken_from_the_callback() {
    let app = Setup::sqlite().sandbox(|s| s.efirma_go.variants.html_artifacts = true).start().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, None).await.unwrap();
    let done = envelope.wait_for("completed").await;
    let kinds: Vec<&str> = done["artifacts"].as_array().unwrap().iter().map(|a| a["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["signed_document"], "the certificate has no other way");
    assert_eq!(done["artifacts"][0]["verification"]["status"], "valid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_callback_is_asked_for_again_when_the_address_does_not_give_the_file() {
    let app = Setup::sqlite().sandbox(|s| s.efirma_go.variants.html_artifacts = true).start().await;
    app.sandbox().add_fault(Fault::once(VENDOR, "callback", FaultKind::LostCallback {}));
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, None).await.unwrap();
    let done = envelope.wait_for("completed").await;
    assert_eq!(done["artifacts"][0]["kind"], "signed_document");
    let asked = app.sandbox().calls_to(VENDOR, "consultar_documento");
    assert!(asked.iter().any(|call| call.fields["json"]["enviar_url_respuesta"] == 1), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_had_at_all_needs_a_person() {
    let app = Setup::sqlite()
        .sandbox(|s| {
            s.efirma_go.variants.html_artifacts = true;
            s.callbacks.enabled = false;
        })
        .start()
        .await;
    let tenant = app.tenant().await;
    tenant.efirma_account_with(json!({ "redelivery_wait_s": 1 })).await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, None).await.unwrap();
    let waiting = envelope.wait_for_attention("artifact_not_downloadable").await;
    assert_eq!(waiting["status"], "finalizing");
    assert!(waiting["attention"]["actions"].as_array().unwrap().contains(&json!("refetch")));

    // The provider is mended, and a person says so.
    let mut variants = app.efirma().variants();
    variants.html_artifacts = false;
    app.efirma().set_variants(variants);
    tenant
        .api
        .post_json(&envelope.path("/resolve"), &json!({ "action": "refetch", "reason": "They mended it." }))
        .await
        .expect(202);
    let done = envelope.wait_for("completed").await;
    // Which of the files came first depends on when the person answered.
    let signed = done["artifacts"].as_array().unwrap().iter().find(|a| a["kind"] == "signed_document").unwrap();
    assert_eq!(signed["verification"]["status"], "valid");
    assert_eq!(done["attentions"], json!([]));
    let types = envelope.event_types().await;
    for kind in ["envelope.attention", "envelope.resolved", "envelope.attention_cleared"] {
        assert!(types.contains(&kind.to_owned()), "no {kind} in {types:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_of_an_authority_that_nobody_named_are_untrusted_and_complete() {
    let app = Setup::sqlite().trusting_nobody().start().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let reference = reference(&envelope.send().await);
    app.efirma().sign(&reference, None).await.unwrap();
    let done = envelope.wait_for("completed").await;
    assert_artifacts(&tenant, &envelope, &done, "untrusted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_creates_and_sends() {
    use base64::Engine as _;
    let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
    let tenant = app.tenant_with_account().await;
    let content = base64::engine::general_purpose::STANDARD.encode(CONTRACT.bytes);
    let whole = an_envelope().signer("ana").with(json!({
        "send": true,
        "documents": [{ "filename": "contract.pdf", "name": "Contract", "content_base64": content }],
    }));
    let created = tenant.api.post_json("/v1/envelopes", &whole.json()).wait(30).await.expect(201);
    assert_eq!(created.header("preference-applied"), Some("wait=30"));
    let envelope = tests::Envelope { api: tenant.api.clone(), id: created.id() };
    assert_eq!(created.header("location"), Some(&*envelope.path("")));
    let done = envelope.wait_for("completed").await;
    assert_eq!(done["documents"][0]["sha256"], CONTRACT.sha256());
    assert_eq!(app.sandbox().calls_to(VENDOR, "enviar_documento").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_a_new_draft_with_the_same_documents() {
    let app = Setup::sqlite().sandbox(|s| s.scripts.default = Script::decline_after_ms(0)).start().await;
    let tenant = app.tenant_with_account().await;
    let first = tenant.draft(&rich_envelope(), &[CONTRACT, sample("contrato-locacao-pt.pdf")]).await;
    first.send().await;
    let ended = first.wait_for("declined").await;
    let objects = app.objects();
    let copied = tenant.api.post(&first.path("/copy")).await.expect(201);
    let copy = tests::Envelope { api: tenant.api.clone(), id: copied.id() };
    assert_ne!(copy.id, first.id);
    assert_eq!(app.objects(), objects, "the documents are not stored again");
    let draft = copy.get().await;
    assert_eq!(draft["status"], "draft");
    assert_eq!(draft["recipients"].as_array().unwrap().len(), 4);
    for (old, new) in ended["documents"].as_array().unwrap().iter().zip(draft["documents"].as_array().unwrap()) {
        assert_eq!(old["sha256"], new["sha256"]);
        assert_ne!(old["id"], new["id"]);
    }
    app.sandbox().set_scripts(Scripts::everybody_signs());
    copy.send().await;
    copy.wait_for("completed").await;
    let calls = app.sandbox().calls_to(VENDOR, "enviar_documento");
    let code = &calls.last().unwrap().fields["json"]["bloques"][0]["destinatarios"][0]["codigo_verificacion_identidad"];
    assert_eq!(code, "open-sesame-7", "access codes are copied too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_can_demand_the_plan_that_was_read() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let plan = tenant.api.get(&envelope.path("/plan")).await.expect(200).json();
    let digest = plan["digest"].as_str().expect("a digest").to_owned();
    tenant.api.patch(&envelope.path(""), &json!({ "message": "Changed since." })).await.expect(200);
    tenant.api.post(&envelope.path("/send")).header("If-Plan-Match", &digest).await.problem(412, "plan-changed");
    assert_eq!(envelope.get().await["status"], "draft");
    let plan = tenant.api.get(&envelope.path("/plan")).await.expect(200).json();
    tenant
        .api
        .post(&envelope.path("/send"))
        .header("If-Plan-Match", plan["digest"].as_str().unwrap())
        .await
        .expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_cannot_do_is_refused_before_anything_is_queued() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    let events = envelope.event_types().await;
    let recipient = envelope.get().await["recipients"][0]["id"].clone();
    for (action, body) in
        [("cancel", json!({ "reason": "Wrong salary." })), ("remind", json!({ "recipients": [recipient] }))]
    {
        let path = envelope.path(&format!("/{action}"));
        tenant.api.post(&path).await.problem(422, "capability-unsupported");
        tenant.api.post_json(&path, &body).await.problem(422, "capability-unsupported");
        tenant.api.post_json(&path, &json!({ "nonsense": 1 })).await.problem(422, "validation-failed");
    }
    assert_eq!(envelope.event_types().await, events, "nothing was changed");
    assert_eq!(envelope.get().await["pending_action"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_tells_nothing_new_changes_nothing() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    let polls = || app.sandbox().calls_to(VENDOR, "descargar_documentos").len();
    // Once the second poll has begun, what the first one told is taken in.
    tests::eventually("the second poll", async || (polls() >= 2).then_some(())).await;
    let before = tenant.api.get(&envelope.path("")).await.expect(200);
    let more = polls() + 3;
    tests::eventually("more polls", async || (polls() >= more).then_some(())).await;
    let same = tenant.api.get(&envelope.path("")).header("If-None-Match", &before.tag()).await;
    assert_eq!(same.status, 304, "its version went on from {}: {}", before.json()["version"], same.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_is_corrected_at_the_provider_and_not_notified_again() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let sent = envelope.send().await;
    let reference = reference(&sent);
    let path = envelope.path(&format!("/recipients/{}", sent["recipients"][0]["id"].as_str().unwrap()));
    let corrected = async |change: Value, pointer: &str, now: &str| {
        tenant.api.patch(&path, &change).await.expect(202);
        envelope.wait_until("the correction", |e| e.pointer(pointer).is_some_and(|value| value == now)).await;
    };
    corrected(json!({ "phone": "+34600000001" }), "/recipients/0/phone", "+34600000001").await;
    assert_eq!(app.sandbox().notices().len(), 1, "one invitation and nothing else");
    let (email, person) = ("ana.new@example.com", || app.efirma().document(&reference).unwrap().recipients.remove(0));
    corrected(json!({ "email": email, "name": "Ana New" }), "/recipients/0/email", email).await;
    assert_eq!((person().email.as_str(), person().name.as_str()), (email, "Ana New"));
    app.efirma().sign(&reference, Some("ana.new@example.com")).await.unwrap();
    let done = envelope.wait_for("completed").await;
    assert_eq!(done["recipients"][0]["status"], "completed");
    assert!(envelope.event_types().await.contains(&"recipient.corrected".to_owned()));
}
