//! What sending looks like on the wire. Sections 2 and 3.1.

use std::time::Duration;

use domain::capability::Feature;
use domain::envelope::{Authentication, Reminders, Role};
use domain::facts::Reading;
use domain::order::Order;
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::{Repeat, Start, WhenInDoubt, WhenNotFound};
use proptest::prelude::*;
use provider_clients::call::{Body, FileRef, FileSource, Part};
use provider_clients::provider::{Cancels, Corrects, LookUpState, Reminds};
use serde_json::{Value, json};

use crate::support::{
    Case, OPERATION, account, answer, document, document_id, done, example_order, field, json_of, moment, order,
    recipient, recipient_id, signer, simple_order, stage, told, verifying,
};

/// The neutral envelope of the design, less what efirma GO cannot do, with an approver and a copy.
fn neutral_envelope() -> Order {
    let recipients = json!([
        {
            "role": "signer", "name": "Jesús Sánchez Alonso", "given_name": "Jesús", "family_name": "Sánchez",
            "second_family_name": "Alonso", "email": "jesus@example.com", "phone": "+34677777777",
            "national_id": { "type": "nif", "value": "12345678Z", "country": "ES" },
            "routing_order": 1, "group": "company", "signature_level": "simple", "delivery": "email",
            "authentication": [
                { "type": "sms_otp", "phone": "+34655555555" },
                { "type": "access_code", "code": "1234", "delivery": null, "phone": null, "resend": false }
            ],
            "acts_as": "person", "organization": { "name": "Acme SL", "tax_id": "B12345674" },
            "message": "A private word.",
            "fields": [
                { "type": "signature", "as": "person", "document": 1, "page": 1, "x": 111.75, "y": 712.5, "width": 150, "height": 50 },
                { "type": "signature", "as": null, "document": 2, "page": 1, "x": 10, "y": 10, "width": null, "height": null }
            ],
            "requested_attachments": [], "identity_documents": [],
            "provider_options": { "efirma_go": { "identificador": "EMP-42", "gestor": { "nombre": "Ana Gómez", "email": "ana@example.com" }, "terminales": { "personal": false, "corporativo": true }, "enviar_resumen": true } }
        },
        {
            "role": "signer", "name": "Eva Ruiz", "email": "eva@example.com", "phone": "+34611111111",
            "routing_order": 1, "group": "company", "signature_level": "simple", "delivery": "sms",
            "authentication": [], "acts_as": "person", "fields": [], "requested_attachments": [],
            "identity_documents": [], "provider_options": {}
        },
        {
            "role": "approver", "name": "Máximo López", "email": "maximo@example.com", "routing_order": 1,
            "authentication": [], "acts_as": "person", "fields": [], "requested_attachments": [],
            "identity_documents": [], "provider_options": {}
        },
        {
            "role": "copy", "name": "Archivo", "email": "archivo@example.com", "routing_order": 7,
            "authentication": [], "acts_as": "person", "fields": [], "requested_attachments": [],
            "identity_documents": [], "provider_options": {}
        }
    ]);
    let recipients: Vec<domain::envelope::RecipientSpec> = serde_json::from_value(recipients).unwrap();
    let mut order = order(recipients);
    order.documents.push(document(2));
    order.spec = serde_json::from_value(json!({
        "reference": "HR-2026-0042", "subject": "Employment contract", "message": "Please read and sign.",
        "language": "es-ES", "expires_at": null, "reminders": { "every_days": 3 }, "notary": "none",
        "stages": [{ "routing_order": 1, "group": "company", "minimum": 1, "name": "Company" }],
        "provider_account": null,
        "provider_options": { "efirma_go": { "tipo_documento": "Nómina", "campos_clave": { "expediente": "2026-0042" } } },
        "metadata": { "cost_center": "77" }
    }))
    .unwrap();
    order
}

#[test]
fn the_neutral_envelope_is_sent_exactly_so() {
    let account = account(json!({
        "direccion_cliente": "Calle Mayor 5", "provincia_cliente": "Sevilla", "poblacion_cliente": "La Lantejuela",
        "tarifa_cliente": "Tarifa Personal", "nombre_remitente": "Recursos Humanos",
        "email_remitente": "rrhh@cliente.example", "enviar_bienvenida": false, "revisa_plan": true
    }));
    let case = Case::new(neutral_envelope());
    let call = case.sending(&*account);
    insta::assert_json_snapshot!("neutral_envelope", case.sent(&*account));
    insta::assert_json_snapshot!("neutral_envelope_as_planned", call.redacted());
    assert_eq!(call.timeout, Duration::from_secs(120));
}

#[test]
fn a_document_is_sent_as_a_form_with_the_json_and_the_file() {
    let case = Case::new(simple_order());
    let call = case.sending(&*account(json!({})));
    assert_eq!(call.url.as_str(), "https://api.efirma.es/enviar_documento");
    assert_eq!(call.method.as_str(), "POST");
    let Body::Multipart(parts) = &call.body else { panic!("no multipart form") };
    assert_eq!(parts.len(), 2);
    assert!(matches!(&parts[0], Part::Json { name, .. } if name == "json"));
    assert_eq!(
        parts[1],
        Part::File {
            name: "archivo".to_owned(),
            filename: "Contrato 300.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            file: FileRef::plain(FileSource::Document(document_id(1)), 48_213),
        }
    );
}

#[test]
fn a_file_name_never_has_two_endings_nor_a_path() {
    for (name, file) in [("Contract.PDF", "Contract.PDF"), ("a/b\\c\"d\r\n", "a_b_c_d.pdf"), ("Año", "Año.pdf")] {
        let mut order = simple_order();
        order.documents[0].name = name.to_owned();
        let call = Case::new(order).sending(&*account(json!({})));
        let Body::Multipart(parts) = &call.body else { panic!("no multipart form") };
        assert!(matches!(&parts[1], Part::File { filename, .. } if filename == file), "{name:?}");
    }
}

#[test]
fn secrets_are_in_the_call_and_never_in_what_is_shown() {
    let case = Case::new(neutral_envelope());
    let account = account(json!({}));
    let call = case.sending(&*account);
    assert_eq!(case.sent(&*account)["private_key"], "test-private-key-0001");
    assert_eq!(case.sent(&*account)["bloques"][0]["destinatarios"][0]["codigo_verificacion_identidad"], "1234");
    let shown = call.redacted();
    let json = &shown["body"]["multipart"]["json"];
    assert_eq!(json["private_key"], "[secret]");
    assert!(shown.to_string().contains(r#""codigo_verificacion_identidad":"[secret]""#));
    assert!(!shown.to_string().contains("test-private-key-0001"));
}

#[test]
fn each_document_is_a_submission_that_starts_after_the_one_before() {
    let account = account(json!({}));
    let mut order = example_order();
    order.documents.push(document(2));
    let plans = account.submissions(&order);
    assert_eq!(plans.len(), 2);
    for (plan, number) in plans.iter().zip(1_usize..) {
        plan.validate().unwrap();
        assert_eq!(plan.documents, [document_id(number)]);
        assert_eq!(plan.recipients, [recipient_id(1), recipient_id(2)]);
        assert!(plan.clean_up.is_empty());
        let [step] = &plan.steps[..] else { panic!("one step") };
        assert_eq!((step.id.as_str(), step.repeat, step.makes_live), ("send_document", Repeat::Once, true));
        assert_eq!(step.document, Some(document_id(number)));
        assert_eq!(
            step.in_doubt,
            WhenInDoubt::LookUp {
                delays: [5, 20, 60, 180].map(Duration::from_secs).to_vec(),
                otherwise: WhenNotFound::Repeat
            }
        );
    }
    assert_eq!((plans[0].ordinal, &plans[0].start), (0, &Start::AtOnce));
    assert_eq!((plans[1].ordinal, &plans[1].start), (1, &Start::AfterSubmitted { ordinal: 0 }));
}

#[test]
fn only_the_fields_of_the_submissions_document_are_sent() {
    let mut order = simple_order();
    order.documents.push(document(2));
    order.recipients[0].spec.fields = vec![field(1, 1, 75.0, 75.0), field(2, 2, 150.0, 300.0)];
    let account = account(json!({}));
    let marks = |case: &Case| case.sent(&*account)["bloques"][0]["destinatarios"][0]["firma_multiple"].clone();
    let first = Case::new(order);
    assert_eq!(marks(&first), json!([{ "pagina": "1", "coordenada_x": "100", "coordenada_y": "100" }]));
    let second = first.of_document(1);
    assert_eq!(marks(&second), json!([{ "pagina": "2", "coordenada_x": "200", "coordenada_y": "400" }]));
    assert_eq!(second.sent(&*account)["nombre_documento"], "Anexo 2");
}

#[test]
fn turns_have_no_gaps_and_a_stage_with_two_roles_is_two_blocks_of_one_turn() {
    let mut order = order(vec![
        recipient(Role::Signer, "A", "a@example.com", 10),
        recipient(Role::Signer, "B", "b@example.com", 40),
        recipient(Role::Copy, "C", "c@example.com", 40),
        recipient(Role::Approver, "D", "d@example.com", 40),
        recipient(Role::Signer, "E", "e@example.com", 40),
    ]);
    order.recipients[4].spec.group = Some("other".to_owned());
    let sent = Case::new(order).sent(&*account(json!({})));
    let blocks: Vec<Value> = sent["bloques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| {
            let members: Vec<&Value> =
                b["destinatarios"].as_array().unwrap().iter().map(|r| &r["nombre_destinatario"]).collect();
            json!([b["tipo_bloque"], b["orden"], b["minimo"], members])
        })
        .collect();
    assert_eq!(
        blocks,
        [
            json!(["firma", "1", "1", ["A"]]),
            json!(["firma", "2", "1", ["B"]]),
            json!(["revision", "2", "1", ["D"]]),
            json!(["copia", "2", "1", ["C"]]),
            json!(["firma", "2", "1", ["E"]]),
        ]
    );
}

#[test]
fn a_minimum_is_that_of_the_acting_block_and_copies_count_all() {
    let mut order = order(vec![
        signer("A", "a@example.com"),
        signer("B", "b@example.com"),
        signer("C", "c@example.com"),
        recipient(Role::Copy, "D", "d@example.com", 1),
        recipient(Role::Copy, "E", "e@example.com", 1),
    ]);
    order.spec.stages = vec![stage(1, None, Some(2), None)];
    let sent = Case::new(order).sent(&*account(json!({})));
    assert_eq!((&sent["bloques"][0]["minimo"], &sent["bloques"][1]["minimo"]), (&json!("2"), &json!("2")));
    assert_eq!(sent["bloques"][1]["tipo_bloque"], "copia");
}

#[test]
fn the_level_of_the_signers_is_the_documents() {
    use domain::envelope::SignatureLevel::Advanced;
    let mut order = example_order();
    order.recipients[0].spec.signature_level = Some(Advanced);
    assert_eq!(Case::new(order).sent(&*account(json!({})))["tipo_seguridad"], "avanzada");
    assert_eq!(Case::new(example_order()).sent(&*account(json!({})))["tipo_seguridad"], "basica");
}

#[test]
fn without_reminders_the_vendor_is_told_to_send_none() {
    let mut order = simple_order();
    assert_eq!(Case::new(order.clone()).sent(&*account(json!({})))["notificar_cada"], "-1");
    order.spec.reminders = Some(Reminders { every_days: 3 });
    assert_eq!(Case::new(order).sent(&*account(json!({})))["notificar_cada"], "3");
}

#[test]
fn a_name_is_taken_apart_only_when_given_name_and_surname_are_both_told() {
    let account = account(json!({}));
    let person = |given: Option<&str>, family: Option<&str>| {
        let mut spec = signer("Ana Gómez Ruiz", "ana@example.com");
        spec.given_name = given.map(str::to_owned);
        spec.family_name = family.map(str::to_owned);
        spec.second_family_name = Some("Ruiz".to_owned());
        let sent = Case::new(order(vec![spec])).sent(&*account);
        let recipient = &sent["bloques"][0]["destinatarios"][0];
        ["nombre_destinatario", "apellido1_destinatario", "apellido2_destinatario"].map(|m| recipient[m].clone())
    };
    assert_eq!(person(Some("Ana"), Some("Gómez")), [json!("Ana"), json!("Gómez"), json!("Ruiz")]);
    for (given, family) in [(None, None), (Some("Ana"), None), (None, Some("Gómez")), (Some(" "), Some("Gómez"))] {
        assert_eq!(person(given, family), [json!("Ana Gómez Ruiz"), Value::Null, Value::Null]);
    }
}

#[test]
fn a_code_by_sms_goes_to_its_own_phone_or_else_to_the_recipients() {
    let account = account(json!({}));
    let sent = |own: Option<&str>| {
        let mut spec = signer("Ana", "ana@example.com");
        spec.phone = Some("+34600000000".parse().unwrap());
        spec.authentication = vec![Authentication::SmsOtp { phone: own.map(|p| p.parse().unwrap()) }];
        Case::new(order(vec![spec])).sent(&*account)["bloques"][0]["destinatarios"][0].clone()
    };
    assert_eq!(sent(None)["verificacion_identidad_sms_activo"], 1);
    assert_eq!(sent(None)["telefono_verificacion_identidad"], "+34600000000");
    assert_eq!(sent(Some("+34611111111"))["telefono_verificacion_identidad"], "+34611111111");
    assert!(sent(None).get("verificacion_identidad_codigo_activo").is_none());
}

#[test]
fn the_answer_to_a_send_is_the_reference_and_who_is_invited() {
    let order = order(vec![
        recipient(Role::Signer, "B", "b@example.com", 2),
        recipient(Role::Signer, "A", "a@example.com", 1),
        recipient(Role::Copy, "C", "c@example.com", 1),
    ]);
    let reply = answer(&json!({
        "id_operacion": OPERATION, "estado_operacion": "0000",
        "mensaje_operacion": "El proceso de creación del documento se ha realizado con éxito."
    }));
    let output = done(Case::new(order).answered(&*account(json!({})), &reply));
    assert_eq!(output.reference.as_deref(), Some(OPERATION));
    let Reading { state, recipients, acted, .. } = output.reading.unwrap();
    assert_eq!((state, acted), (Some(SubmissionState::Sent), false));
    let states: Vec<_> = recipients.iter().map(|r| (r.recipient, r.status.unwrap())).collect();
    use RecipientStatus::{Created, Sent};
    assert_eq!(states, [(recipient_id(1), Created), (recipient_id(2), Sent), (recipient_id(3), Sent)]);
}

#[test]
fn every_call_but_one_says_who_the_developer_is_and_none_can_be_shown_with_the_key() {
    let case = Case::new(simple_order());
    let account = account(json!({ "exclusive_credentials": true }));
    let calls = vec![
        case.look_up_call(&*account, &LookUpState::default()),
        account.status_requests(&[case.view()], &moment()).unwrap()[0].call.clone(),
        account.after_collection(&[OPERATION], &moment()).unwrap(),
        verifying(&*account),
    ];
    for call in calls {
        let json = json_of(&call);
        assert_eq!(json["cif_desarrollador"], "A23433211", "{}", call.endpoint);
        assert_eq!(json["cif_cliente"], "A77445566");
        assert_eq!(json["private_key"], "test-private-key-0001");
        assert!(!call.redacted().to_string().contains("test-private-key-0001"), "{}", call.endpoint);
        assert_eq!(call.timeout, Duration::from_secs(30));
        assert!(call.headers.iter().any(|h| h.name == "accept" && h.value == "application/json"));
    }
}

#[test]
fn the_account_says_what_it_can_and_how_fast() {
    use domain::envelope::{Delivery, SignatureLevel};
    let account = account(json!({}));
    let abilities = account.abilities();
    assert_eq!((abilities.cancel, abilities.remind), (Cancels::No, Reminds::Nobody));
    assert!(abilities.corrects == Corrects::Directory && abilities.callbacks && abilities.evidence);
    assert_eq!(account.defaults(), (SignatureLevel::Simple, Delivery::Email));
    let limits = account.limits();
    assert_eq!(limits.max_document_bytes, Some(10 * 1024 * 1024));
    assert_eq!((limits.max_recipients, limits.documents_per_submission), (Some(50), Some(1)));
    assert_eq!((limits.max_message_chars, limits.max_phone_chars), (Some(255), Some(12)));
    let pace = account.pace();
    assert_eq!(
        (pace.concurrency, account.connection().connect_timeout.as_secs(), pace.longest_call.as_secs()),
        (4, 5, 120)
    );
    let case = Case::new(simple_order());
    assert!(account.cancel_request(&case.view(), None, &moment()).is_err());
    assert!(account.remind_request(&[recipient_id(1)], &case.view(), &moment()).is_err());
    assert!(account.session_request(&moment()).is_none());
    assert!(account.after_collection(&[OPERATION], &moment()).is_none());
}

proptest! {
    #[test]
    fn every_point_of_a_page_is_sent_as_the_nearest_pixel(x in 0.0..595.28, y in 0.0..841.89, page in 1_u32..=2) {
        let mut order = simple_order();
        order.recipients[0].spec.fields = vec![field(1, page, x, y)];
        let account = account(json!({}));
        prop_assert!(told(&account.check(&order)).is_empty());
        let sent = Case::new(order).sent(&*account);
        let mark = &sent["bloques"][0]["destinatarios"][0]["firma_multiple"][0];
        let number = |name: &str| mark[name].as_str().unwrap().parse::<f64>().unwrap();
        prop_assert_eq!(number("pagina"), f64::from(page));
        // 96 pixels to 72 points; never further than half a pixel away.
        prop_assert!((number("coordenada_x") - x * 96.0 / 72.0).abs() <= 0.5 + 1e-9);
        prop_assert!((number("coordenada_y") - y * 96.0 / 72.0).abs() <= 0.5 + 1e-9);
        prop_assert!((0.0..=794.0).contains(&number("coordenada_x")));
        prop_assert!((0.0..=1123.0).contains(&number("coordenada_y")));
    }

    #[test]
    fn no_point_outside_the_page_is_ever_sent(x in -2000.0..2000.0_f64, y in -2000.0..2000.0_f64) {
        prop_assume!(!(-0.4..=595.7).contains(&x) || !(-0.4..=842.3).contains(&y));
        let mut order = simple_order();
        order.recipients[0].spec.fields = vec![field(1, 1, x, y)];
        let findings = account(json!({})).check(&order);
        prop_assert_eq!(told(&findings), ["error field_outside_page /recipients/0/fields/0"]);
        prop_assert_eq!(findings[0].feature, Some(Feature::SignatureFields));
    }
}
