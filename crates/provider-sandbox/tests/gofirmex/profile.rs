//! The simulator serves the profile that it is given: nothing of the defaults is fixed.

use provider_sandbox::gofirmex::Profile;
use serde_json::{Value, json};

use crate::support::{ANA, CONTRACT, ana, document, with, world};

fn other_profile() -> Profile {
    let flat = |name: &str| json!([format!("/{name}")]);
    Profile::merged(&json!({
        "calls": {
            "create_portfolio": { "method": "PUT", "path": "/v2/carpetas" },
            "add_document": { "path": "/v2/documentos" },
            "start": { "path": "/v2/iniciar" },
            "get_portfolio": { "method": "GET", "path": "/v2/carpetas/{portfolio_id}/estado" },
        },
        "notification_codes": { "email": "correo", "none": "ninguna" },
        "signature_codes": { "simple": null, "advanced": { "none": "FIRMA AVANZADA", "full": null } },
        "status_map": { "ACCEPTED": null, "LISTO": "sent", "COMPLETED": null, "TERMINADO": "finalizing" },
        "response": {
            "success": flat("ok"), "portfolio_id": flat("carpeta"), "document_id": flat("documento"),
            "message": ["/error/texto"], "code": ["/error/codigo"], "detail": ["/error/campos"],
        },
        "callback": {
            "event": flat("tipo"), "portfolio_id": flat("carpeta"), "client_portfolio_id": flat("referencia"),
            "status": flat("estado"), "signers": flat("firmantes"), "signer_nin": flat("rut"),
            "signer_sign_url": flat("enlace"), "signed_by": flat("firmante"), "document_id": flat("documento"),
            "client_document_id": flat("documento_cliente"), "download_url": flat("descarga"),
            "documents": flat("documentos"), "document_download_url": flat("descarga"),
            "event_names": { "portfolio_accepted": ["aceptada"], "document_signed": ["firmado"], "portfolio_completed": ["completa"] },
        },
        "limits": { "max_recipients": 1 },
    }))
    .unwrap()
}

#[tokio::test]
async fn another_profile_is_served_from_end_to_end() {
    let world = world().await;
    let receiver = world.with_receiver().await;
    world.vendor().set_profile(other_profile());
    assert_eq!(world.post("/portfolio", &json!({})).await.0, 404, "the usual path is gone");

    let put = |json: Value| {
        let call = world.authorized(world.http.put(world.url("/v2/carpetas"))).json(&json);
        crate::support::answer(call)
    };
    let signer = with(ana(), json!({ "notification": "correo" }));
    let (status, body) = put(json!({ "signers": [signer, ana()] })).await;
    assert_eq!((status, &body["ok"], &body["error"]["codigo"]), (400, &json!(false), &json!("VALIDATION_ERROR")));
    assert_eq!(body["error"]["campos"][0], json!({ "field": "signers", "message": "has too many elements" }));
    let (status, body) = put(json!({ "signers": [signer], "client_portfolio_id": "sub_1" })).await;
    assert_eq!((status, &body["ok"]), (200, &json!(true)));
    let id = body["carpeta"].as_str().unwrap();

    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }));
    let (status, body) = world.post("/v2/documentos", &json).await;
    assert_eq!((status, &body["error"]["campos"][0]["field"]), (400, &json!("signature")), "FEA is no word here");
    let (_, body) = world.post("/v2/documentos", &with(json, json!({ "signature": "FIRMA AVANZADA" }))).await;
    let document = body["documento"].as_str().unwrap();
    assert_eq!(world.post("/v2/iniciar", &json!({ "portfolio_id": id })).await.0, 200);
    world.later(std::time::Duration::from_secs(1)).await;
    let (status, body) = world.get(&format!("/v2/carpetas/{id}/estado")).await;
    assert_eq!((status, &body["status"], &body["carpeta"]), (200, &json!("LISTO"), &json!(id)));
    assert_eq!(body["ok"], true);
    world.vendor().sign(id, None).await.unwrap();
    world.settle().await;

    let of = |kind: &str| {
        let received = receiver.received().into_iter();
        received.map(|received| received.body).find(|body| body["tipo"] == kind).unwrap()
    };
    let view = world.vendor().portfolio(id).unwrap();
    let accepted = json!({
        "tipo": "aceptada", "carpeta": id, "referencia": "sub_1", "estado": "LISTO",
        "firmantes": [{ "rut": ANA, "email": "ana@example.cl", "enlace": view.signers[0].sign_url }],
    });
    assert_eq!(of("aceptada"), accepted);
    let signed = of("firmado");
    assert_eq!(
        (&signed["firmante"], &signed["documento"], &signed["documento_cliente"]),
        (&json!(ANA), &json!(document), &json!("doc_Contrato"))
    );
    let completed = of("completa");
    assert_eq!((&completed["estado"], &completed["descarga"]), (&json!("TERMINADO"), &json!(view.download_url)));
    assert_eq!(completed["documentos"][0]["descarga"], json!(view.documents[0].download_url));
    receiver.stop().await;
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_a_reason() {
    for (overlay, reason) in [
        (json!({ "calls": { "start": { "method": "post" } } }), "a call of the profile"),
        (json!({ "callback": { "event": ["event"] } }), "a pointer of the profile"),
        (json!({ "jwt": { "algorithm": "none" } }), "none of RS256"),
        (json!({ "limits": null }), "does not have the shape"),
    ] {
        let error = Profile::merged(&overlay).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
