//! What `enviar_documento` can answer, as callers see it. Source: efirma GO contract, section 3.1.4.

use provider_sandbox::efirma_go::{Client, ClientState};
use serde_json::{Value, json};
use tests::{App, CIF_DEVELOPER, CONTRACT, EnvelopeBuilder, Setup, Tenant, an_envelope, eventually, sample, spawn_app};

/// How a code is brought about at the simulated provider.
enum By {
    /// By the content of the envelope, or what the provider knows of its people.
    Envelope(EnvelopeBuilder),
    /// By settings of the account.
    Settings(Value),
    /// By what the provider knows of the client company.
    Client(ClientState),
}

/// What must come of it.
enum Then {
    /// The envelope ends as `failed`.
    Fails,
    /// It waits in `submitting` until a person mends the account.
    Waits,
}

struct Case {
    code: &'static str,
    by: By,
    class: &'static str,
    /// Pointer, and whether it points into the account.
    pointers: &'static [(&'static str, bool)],
    then: Then,
}

fn cases() -> Vec<Case> {
    use By::{Client, Envelope, Settings};
    let options = |kind: Value| json!({ "provider_options": { "efirma_go": kind } });
    vec![
        Case {
            code: "0002",
            by: Settings(json!({ "cif_desarrollador": "B00000000" })),
            class: "authentication",
            pointers: &[("/credentials/private_key", true)],
            then: Then::Waits,
        },
        Case {
            code: "0023",
            by: Settings(json!({ "cif_cliente": "FOREIGN" })),
            class: "permission",
            pointers: &[("/settings/cif_cliente", true)],
            then: Then::Waits,
        },
        Case {
            code: "0033",
            by: Client(ClientState::Closed),
            class: "permission",
            pointers: &[("/settings/cif_cliente", true)],
            then: Then::Waits,
        },
        Case {
            code: "0034",
            by: Client(ClientState::Inactive),
            class: "permission",
            pointers: &[("/settings/cif_cliente", true)],
            then: Then::Waits,
        },
        Case {
            code: "0026",
            by: Envelope(an_envelope().signer("ana").who(options(json!({ "identificador": "TAKEN" })))),
            class: "conflict",
            pointers: &[("/recipients/0/provider_options/efirma_go/identificador", false)],
            then: Then::Fails,
        },
        Case {
            code: "0028",
            by: Envelope(an_envelope().signer("bob").signer("known").who(options(json!({ "identificador": "OTHER" })))),
            class: "conflict",
            pointers: &[("/recipients/0/email", false), ("/recipients/1/email", false)],
            then: Then::Fails,
        },
        Case {
            code: "0029",
            by: Settings(json!({ "cif_cliente": "B99999999" })),
            class: "conflict",
            pointers: &[("/settings/email_cliente", true), ("/recipients/0/email", false)],
            then: Then::Fails,
        },
        Case {
            code: "0030",
            by: Envelope(an_envelope().signer("ana").with(options(json!({ "tarifa_cliente": "No such tariff" })))),
            class: "invalid_request",
            pointers: &[("/provider_options/efirma_go/tarifa_cliente", false)],
            then: Then::Fails,
        },
        Case {
            code: "0030",
            by: Settings(json!({ "tarifa_cliente": "No such tariff" })),
            class: "invalid_request",
            pointers: &[("/settings/tarifa_cliente", true)],
            then: Then::Fails,
        },
        Case {
            code: "0024",
            // The broker is told to count in an A4 page; the provider counts in the page itself, which is shorter.
            by: Settings(json!({ "coordinate_basis": "a4" })),
            class: "invalid_request",
            pointers: &[("/recipients/0/fields/0", false)],
            then: Then::Fails,
        },
        Case {
            code: "0031",
            by: Settings(json!({ "mensaje_privado_mode": "top_level" })),
            class: "invalid_request",
            pointers: &[],
            then: Then::Fails,
        },
    ]
}

/// A tenant at a provider that knows one person already and has a client of somebody else.
async fn prepared(app: &App, settings: Value) -> Tenant {
    let tenant = app.tenant().await;
    tenant.efirma_account_with(settings).await;
    let client = |developer: &str, cif: &str, state| Client {
        cif_desarrollador: developer.to_owned(),
        cif: cif.to_owned(),
        nombre: "A client".to_owned(),
        email: format!("{}@clients.example", cif.to_lowercase()),
        direccion: String::new(),
        provincia: String::new(),
        poblacion: String::new(),
        tarifa: "Tarifa Personal".to_owned(),
        state,
    };
    app.efirma().put_client(client("Z00000000", "FOREIGN", ClientState::Active));
    let known = json!({ "identificador": "TAKEN" });
    let first = an_envelope().signer("known").who(json!({ "provider_options": { "efirma_go": known } }));
    let usual = tenant.create_account("usual", json!({})).await.expect(201).id();
    let first = tenant.draft(&first.with(json!({ "provider_account": usual })), &[CONTRACT]).await;
    assert_eq!(first.send().await["status"], "sent");
    tenant
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_code_has_its_class_its_pointers_and_its_consequence() {
    for case in cases() {
        let app = spawn_app().await;
        let (settings, envelope) = match &case.by {
            By::Settings(settings) => (settings.clone(), a_marked_envelope()),
            By::Envelope(envelope) => (json!({}), envelope.clone()),
            By::Client(_) => (json!({}), a_marked_envelope()),
        };
        let tenant = prepared(&app, settings).await;
        let routed = tenant.api.all("/v1/provider-accounts").await;
        let account = routed.iter().find(|a| a["name"] == "spain").unwrap()["id"].clone();
        match &case.by {
            By::Client(state) => {
                let mut client = usual_client();
                client.state = *state;
                app.efirma().put_client(client);
            }
            By::Settings(_) if case.code == "0031" => {
                let mut variants = app.efirma().variants();
                variants.require_mensaje_privado = true;
                app.efirma().set_variants(variants);
            }
            By::Settings(_) | By::Envelope(_) => {}
        }
        let letter = sample("promesa-compraventa-cl.pdf");
        let draft = tenant.draft(&envelope.with(json!({ "provider_account": account })), &[letter]).await;
        let calls = app.sandbox().calls_to("efirma_go", "enviar_documento").len();
        draft.send().await;
        let ended = match case.then {
            Then::Fails => draft.wait_for("failed").await,
            Then::Waits => draft.wait_for_attention("account_blocked").await,
        };
        let error = match case.then {
            Then::Fails => ended["error"].clone(),
            Then::Waits => {
                assert_eq!(ended["status"], "submitting", "{}", case.code);
                assert_eq!(ended["error"], Value::Null, "{}", case.code);
                ended["provider"]["submissions"][0]["error"].clone()
            }
        };
        assert_eq!(error["code"], "provider-refused", "{}: {ended}", case.code);
        assert_eq!(error["provider"]["kind"], "efirma_go");
        assert_eq!(error["provider"]["code"], format!("enviar_documento/{}", case.code));
        assert_eq!(error["provider"]["class"], case.class, "{}: {error}", case.code);
        assert_eq!(error["provider"]["certainty"], "refused");
        assert!(error["provider"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{error}");
        let pointers: Vec<(&str, bool)> = error["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e["pointer"].as_str().unwrap(), e["source"] == "account"))
            .collect();
        assert_eq!(pointers, case.pointers, "{}", case.code);
        let after = app.sandbox().calls_to("efirma_go", "enviar_documento").len();
        assert_eq!(after, calls + 1, "{}: a definite refusal is not repeated", case.code);
        assert_eq!(app.efirma().documents().len(), 1, "{}: only the first one is there", case.code);
    }
}

/// An envelope with a box, so that boxes can be at fault.
fn a_marked_envelope() -> EnvelopeBuilder {
    an_envelope().signer("ana").who(json!({
        "fields": [{ "type": "signature", "document": 1, "page": 1, "x": 100, "y": 780 }],
    }))
}

fn usual_client() -> Client {
    provider_sandbox::efirma_go::EfirmaGoConfig::default().clients.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_the_provider_refuses_is_named() {
    // The provider is stricter than the broker about bytes before the header.
    let app = Setup::sqlite().sandbox(|s| s.efirma_go.variants.lenient_pdf_header = false).start().await;
    let tenant = app.tenant_with_account().await;
    let draft = tenant.draft(&an_envelope().signer("ana"), &[sample("leading-garbage.pdf")]).await;
    draft.send().await;
    let ended = draft.wait_for("failed").await;
    assert_eq!(ended["error"]["provider"]["code"], "enviar_documento/0005");
    assert_eq!(ended["error"]["errors"][0]["pointer"], "/documents/0");
    assert_eq!(ended["provider"]["submissions"][0]["state"], "refused");
    assert_eq!(ended["provider"]["submissions"][0]["error"], ended["error"]);
    assert_eq!(draft.event_types().await.last().map(String::as_str), Some("envelope.failed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_over_the_providers_limit_is_refused_before_it_is_sent_or_by_its_413() {
    let app = Setup::sqlite().sandbox(|s| s.efirma_go.variants.max_document_bytes = Some(20_000)).start().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account_with(json!({ "max_document_bytes": 20_000 })).await;
    let large = sample("many-pages-300.pdf");
    let draft = tenant.draft(&an_envelope().signer("ana"), &[large]).await;
    let problem = tenant.api.post(&draft.path("/send")).await.problem(422, "capability-unsupported");
    assert_eq!(problem.pointers(), ["/documents/0"]);
    assert_eq!(app.sandbox().calls().len(), 0);

    // The account says more than the provider takes.
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    tenant.api.patch(&path, &json!({ "settings": { "max_document_bytes": 10_000_000 } })).await.expect(200);
    draft.send().await;
    let ended = draft.wait_for("failed").await;
    assert_eq!(ended["error"]["provider"]["class"], "invalid_request");
    assert_eq!(ended["error"]["errors"][0]["pointer"], "/documents/0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_document_refused_leaves_the_first_live_and_says_so() {
    let app = Setup::sqlite().sandbox(|s| s.efirma_go.variants.lenient_pdf_header = false).start().await;
    let tenant = app.tenant_with_account().await;
    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT, sample("leading-garbage.pdf")]).await;
    draft.send().await;
    let partial = draft.wait_for_attention("partially_submitted").await;
    assert_eq!(partial["status"], "sent", "the state of what is live: {partial}");
    let states: Vec<&str> =
        partial["provider"]["submissions"].as_array().unwrap().iter().map(|s| s["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["sent", "refused"]);
    let error = &partial["provider"]["submissions"][1]["error"];
    assert_eq!(error["provider"]["code"], "enviar_documento/0005");
    assert_eq!(error["errors"][0]["pointer"], "/documents/1");
    assert_eq!(app.efirma().documents().len(), 1);

    // It goes on at the provider, which cannot take it back; the whole cannot be completed any more.
    app.efirma().sign(&app.efirma().documents()[0].id, None).await.unwrap();
    let ended = draft.wait_for("failed").await;
    assert_eq!(ended["provider"]["submissions"][0]["state"], "completed");
    assert_eq!(ended["error"]["provider"]["code"], "enviar_documento/0005");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_envelope_goes_on_when_the_account_is_mended() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    tenant.api.patch(&path, &json!({ "credentials": { "private_key": "wrong" } })).await.expect(200);
    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    draft.send().await;
    let blocked = draft.wait_for_attention("account_blocked").await;
    assert_eq!(blocked["attention"]["actions"], json!(["retry", "fail"]));
    tenant.api.patch(&path, &json!({ "credentials": { "private_key": tests::PRIVATE_KEY } })).await.expect(200);
    let sent = draft.wait_for("sent").await;
    assert_eq!(sent["attentions"], json!([]));
    assert_eq!(sent["provider"]["submissions"][0]["error"], Value::Null);
    assert_eq!(app.efirma().documents().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_retry_a_blocked_envelope_or_give_it_up() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let mut client = usual_client();
    client.state = ClientState::Inactive;
    app.efirma().put_client(client.clone());
    let (first, second) = (
        tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await,
        tenant.draft(&an_envelope().signer("bob"), &[CONTRACT]).await,
    );
    for draft in [&first, &second] {
        draft.send().await;
        draft.wait_for_attention("account_blocked").await;
    }
    let resolve = |draft: &tests::Envelope, action: &str| {
        tenant.api.post_json(&draft.path("/resolve"), &json!({ "action": action, "reason": "Seen." }))
    };
    resolve(&first, "fail").await.expect(202);
    let failed = first.wait_for("failed").await;
    assert_eq!(failed["error"]["provider"]["code"], "enviar_documento/0034", "the reason stays: {failed}");
    client.state = ClientState::Active;
    client.cif_desarrollador = CIF_DEVELOPER.to_owned();
    app.efirma().put_client(client);
    resolve(&second, "retry").await.expect(202);
    second.wait_for("sent").await;
    assert_eq!(app.efirma().documents().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_or_slows_down_is_tried_again() {
    use provider_sandbox::{Fault, FaultKind};
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let slow_down = Fault::once("efirma_go", "enviar_documento", FaultKind::RateLimited { retry_after_s: 1 });
    app.sandbox().add_fault(slow_down.at(1, 2));
    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    draft.send().await;
    draft.wait_for("sent").await;
    assert_eq!(app.efirma().documents().len(), 1);

    // Code 0500 leaves it open whether the document was taken, so it is looked up before it is repeated.
    let mut variants = app.efirma().variants();
    variants.inactive = true;
    app.efirma().set_variants(variants.clone());
    let draft = tenant.draft(&an_envelope().signer("bob"), &[CONTRACT]).await;
    let sending = draft.clone();
    let sent = tokio::spawn(async move { sending.send().await });
    eventually("a look-up", async || {
        let searches = app.sandbox().calls_to("efirma_go", "descargar_documentos");
        searches.iter().any(|c| c.fields["json"]["campos_clave"].is_object()).then_some(())
    })
    .await;
    variants.inactive = false;
    app.efirma().set_variants(variants);
    sent.await.unwrap();
    draft.wait_for("sent").await;
    assert_eq!(app.efirma().documents().len(), 2);
}
