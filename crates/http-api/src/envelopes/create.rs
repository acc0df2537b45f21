use actix_web::http::StatusCode;
use actix_web::post;
use domain::record::Envelope;

use super::input::CreateEnvelope;
use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, Stored};
use crate::conventions::prefer;
use crate::openapi::params::Prefer;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Create an envelope
///
/// Writes a draft. Documents may be inside the request as base64, or uploaded afterwards. With `"send": true` the
/// envelope is checked against the routed account and sent in the same call: when a check finds an error nothing is
/// created, otherwise the answer shows the envelope as `submitting`.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(Prefer),
    request_body(content = CreateEnvelope, description = "The envelope to create. Without `provider_account` the tenant's routing chooses the account; the examples for one provider suit the demo's tenant, whose rules choose by `metadata.provider`.", examples(
        ("draft" = (summary = "A draft with two signers in order", value = json!({
            "reference": "HR-2026-0042", "subject": "Employment contract", "message": "Please read and sign.", "language": "es-ES",
            "recipients": [
                { "role": "signer", "name": "Jesús Sánchez Alonso", "email": "jesus@example.com", "national_id": { "type": "nif", "value": "12345678Z" }, "routing_order": 1 },
                { "role": "signer", "name": "Ana Pérez Gil", "email": "ana@example.com", "routing_order": 2 }
            ],
            "metadata": { "cost_center": "77" }
        }))),
        ("for_arqsign" = (summary = "ArqSign (Brazil): two signers, one after another", value = json!({
            "subject": "Contrato de locação", "message": "Por favor, leia e assine.",
            "recipients": [
                { "role": "signer", "name": "João Silva Souza", "email": "joao@example.com", "national_id": { "type": "cpf", "value": "529.982.247-25" }, "phone": "+5511987654321", "routing_order": 1 },
                { "role": "signer", "name": "Ana Costa Lima", "email": "ana.lima@example.com", "national_id": { "type": "cpf", "value": "111.444.777-35" }, "phone": "+5511987654322", "routing_order": 2 }
            ],
            "metadata": { "provider": "arqsign" }
        }))),
        ("for_efirma_go" = (summary = "efirma GO (Spain): somebody approves, then two people sign", value = json!({
            "subject": "Contrato de trabajo", "message": "Por favor, lea y firme.",
            "recipients": [
                { "role": "approver", "name": "Carmen Ruiz Vega", "email": "carmen@example.com", "routing_order": 1 },
                { "role": "signer", "name": "Jesús Sánchez Alonso", "email": "jesus@example.com", "routing_order": 2 },
                { "role": "signer", "name": "Lucía Fernández Gil", "email": "lucia@example.com", "routing_order": 3 }
            ],
            "metadata": { "provider": "efirma_go" }
        }))),
        ("for_firma_virtual" = (summary = "Firma Virtual (Chile): two people sign at the same time, and a notary certifies", value = json!({
            "subject": "Promesa de compraventa", "notary": "certification",
            "recipients": [
                { "role": "signer", "name": "Camila Rojas Paz", "given_name": "Camila", "family_name": "Rojas", "second_family_name": "Paz", "email": "camila@example.com", "national_id": { "type": "rut", "value": "12345678-5" }, "phone": "+56912345671", "routing_order": 1 },
                { "role": "signer", "name": "Diego Soto Vega", "given_name": "Diego", "family_name": "Soto", "second_family_name": "Vega", "email": "diego@example.com", "national_id": { "type": "rut", "value": "7654321-6" }, "phone": "+56912345672", "routing_order": 1 }
            ],
            "metadata": { "provider": "firma_virtual" }
        }))),
        ("for_gofirmex" = (summary = "GoFirmex (Chile): two signers, one after another", value = json!({
            "subject": "Contrato de trabajo",
            "recipients": [
                { "role": "signer", "name": "Camila Rojas Paz", "given_name": "Camila", "family_name": "Rojas", "second_family_name": "Paz", "email": "camila@example.com", "national_id": { "type": "rut", "value": "12345678-5" }, "phone": "+56912345671", "routing_order": 1 },
                { "role": "signer", "name": "Diego Soto Vega", "given_name": "Diego", "family_name": "Soto", "second_family_name": "Vega", "email": "diego@example.com", "national_id": { "type": "rut", "value": "7654321-6" }, "phone": "+56912345672", "routing_order": 2 }
            ],
            "metadata": { "provider": "gofirmex" }
        }))),
        ("for_viafirma" = (summary = "Viafirma Platform (Spain): a signer with a certificate opens the signing_url that you deliver", value = json!({
            "subject": "Contrato de trabajo", "message": "Por favor, lea y firme.", "language": "es",
            "recipients": [
                { "role": "signer", "name": "Jesús Sánchez Alonso", "email": "jesus@example.com", "national_id": { "type": "nif", "value": "12345678Z" }, "delivery": "none", "routing_order": 1 }
            ],
            "metadata": { "provider": "viafirma" }
        }))),
        ("minimal" = (summary = "Only what is required; everything else is added later", value = json!({ "subject": "Employment contract" }))),
    )),
    responses(
        (status = 201, description = "The draft, or with `send` the envelope as it is being submitted.", body = EnvelopeView, headers(
            ("Location" = String, description = "Where the envelope can be read."),
            ("ETag" = String, description = "The version, for `If-Match`."),
            ("Preference-Applied" = String, description = "The wait that was followed, when one was asked for."),
        )),
    ),
    extensions(("x-problems" = json!(["capability-unsupported", "no-provider-account", "document-empty", "document-not-pdf", "document-encrypted", "document-damaged", "rate-limited"]))),
)]
#[post("/envelopes")]
pub(super) async fn create_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let body = call.body_with_files().await?;
    let answer = async |envelope: &Envelope| {
        let location = format!("/v1/envelopes/{}", envelope.id);
        Ok(Reply::created(&location, &call.envelope_view(envelope))?.version(envelope.version))
    };
    let work = async |caller| {
        let new = body.read(&call.api().schemas, CreateEnvelope::into_new)?;
        let wait = prefer::wait(call.headers()).filter(|_| new.send);
        let envelope = call.broker().create_envelope(&caller, new).await?;
        match wait {
            None => answer(&envelope).await,
            Some(wait) => {
                let settled = call.broker().settled_within(tenant, envelope.id, wait).await?;
                Ok(answer(&settled).await?.waited(wait))
            }
        }
    };
    let rebuilt = async |stored: Stored| answer(&stored.envelope(&call, tenant).await?).await;
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}
