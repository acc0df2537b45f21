//! What sending looks like on the wire. Sections 1, 2.1 to 2.3.

use std::time::Duration;

use domain::order::Order;
use domain::steps::{Repeat, Start, StepOutput};
use provider_clients::call::{Body, FileRef, FileSource};
use provider_clients::provider::{Moment, Prepared};
use serde_json::{Value, json};

use crate::support::{
    BASE, Case, OPERATION, PASSWORD, account, ana, body_of, document, document_id, luis, moment, order, recipient_id,
    signer, simple_order, stored, submission_id, told, two_documents,
};

/// The neutral envelope of the design, less what Viafirma Platform cannot do.
fn neutral_envelope() -> Order {
    let recipients: Vec<domain::envelope::RecipientSpec> = serde_json::from_value(json!([
        {
            "role": "signer", "name": "Jesús Sánchez Alonso", "given_name": "Jesús", "family_name": "Sánchez",
            "second_family_name": "Alonso", "email": "jesus@example.com", "phone": "+34677777777",
            "national_id": { "type": "nif", "value": "12345678Z", "country": "ES" },
            "routing_order": 1, "signature_level": "advanced", "delivery": "none",
            "authentication": [{ "type": "certificate" }],
            "acts_as": "person", "organization": null, "message": "A private word.",
            "fields": [
                { "type": "signature", "as": "person", "document": 1, "page": 1, "x": 111.75, "y": 712.5, "width": 150, "height": 50 },
                { "type": "signature", "as": null, "document": 1, "page": 2, "x": 111.75, "y": 712.5, "width": 150, "height": 50 }
            ],
            "requested_attachments": [], "identity_documents": [],
            "provider_options": { "viafirma": {
                "cert_filter": { "operator": "equals", "values": ["CIUDADANO", "EMPLEADO"] },
                "ca_filter": { "operator": "starts_with", "values": ["AC FNMT"] },
                "auto_send": true
            } }
        },
        {
            "role": "signer", "name": "Eva Ruiz", "email": "eva@example.com",
            "national_id": { "type": "nie", "value": "X1234567L" },
            "routing_order": 2, "authentication": [], "acts_as": "person", "fields": [], "requested_attachments": [],
            "identity_documents": [],
            "provider_options": { "viafirma": { "number_user_id_filter": { "operator": "ends_with", "values": ["1234567L"] } } }
        }
    ]))
    .unwrap();
    let mut order = order(recipients);
    order.documents.push(document(2));
    order.documents[0].pages = vec![domain::envelope::PageBox { width_pt: 595.28, height_pt: 841.89 }; 3];
    order.spec = serde_json::from_value(json!({
        "reference": "HR-2026-0042", "subject": "Employment contract", "message": "Please read and sign.",
        "language": "es-ES", "expires_at": "2026-12-31T23:00:00Z", "reminders": null, "notary": "none",
        "stages": [], "provider_account": null,
        "provider_options": { "viafirma": { "signature_format": "PAdES_BES", "stamp": {
            "pages": "last", "text": "Firmado por [CN]\n[vSignTimeKey(dd/MM/yyyy)]", "type": "QR-BAR-H", "rotation": 90,
            "hide_status": true, "reason": "Conformidad", "location": "Sevilla", "contact": "rrhh@example.com",
            "image": "iVBORw0KGgo="
        } } },
        "metadata": { "cost_center": "77" }
    }))
    .unwrap();
    order
}

#[test]
fn the_neutral_envelope_is_found_good_and_says_what_the_broker_does_itself() {
    assert_eq!(
        told(&account(json!({})).check(&neutral_envelope())),
        [
            "info one_operation_per_signer /recipients",
            "info order_by_broker /recipients",
            "info message_on_signing_page /message",
            "info expiry_by_broker /expires_at",
            "info message_on_signing_page /recipients/0/message",
        ]
    );
}

#[test]
fn the_neutral_envelope_opens_exactly_this_operation() {
    let account = account(json!({}));
    let case = Case::unprepared(neutral_envelope());
    let sent = case.sent(&*account, "prepare");
    let session = sent["sessionId"].as_str().unwrap().to_owned();
    assert_eq!(
        sent,
        json!({
            "sessionId": session,
            "fileCount": 2,
            "autoSend": true,
            "locale": "es",
            "certFilter": { "operator": "EQUALS", "filterValues": ["CIUDADANO", "EMPLEADO"] },
            "caFilter": { "operator": "STARTS_WITH", "filterValues": ["AC FNMT"] },
            "numberUserIdFilter": { "operator": "CONTAINS", "filterValues": ["12345678Z"] }
        })
    );
    assert!(session.len() == 32 && session.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)));
    // An own filter goes before the one by the identity number.
    let second = Case { recipients: vec![recipient_id(2)], ..case };
    assert_eq!(
        second.sent(&*account, "prepare")["numberUserIdFilter"],
        json!({ "operator": "ENDS_WITH", "filterValues": ["1234567L"] })
    );
    assert_eq!(second.sent(&*account, "prepare")["autoSend"], false);
}

#[test]
fn the_neutral_envelope_adds_exactly_these_files() {
    let account = account(json!({}));
    let case = Case::new(neutral_envelope());
    let token = case.sent(&*account, "add_file/1")["operationFile"]["base64Content"].clone();
    assert_eq!(
        case.sent(&*account, "add_file/1"),
        json!({
            "operationId": OPERATION,
            "operationFile": {
                "sourceId": document_id(1).to_string(),
                "filename": "contract.pdf",
                "signaturePolicy": {
                    "signatureFormat": "PAdES_BES",
                    "signatureType": "ATTACHED",
                    "parameters": {
                        "DIGEST_METHOD": "SHA256",
                        "DIGITAL_SIGN_CONTACT": "rrhh@example.com",
                        "DIGITAL_SIGN_IMAGE_STAMPER": "iVBORw0KGgo=",
                        "DIGITAL_SIGN_LOCATION": "Sevilla",
                        // The fields' own pages and, by the option, the last one.
                        "DIGITAL_SIGN_PAGE": "[\"1\",\"2\",\"3\"]",
                        "DIGITAL_SIGN_REASON": "Conformidad",
                        // 841.89 - (712.5 + 50) = 79.39.
                        "DIGITAL_SIGN_RECTANGLE": "{\"x\":112,\"y\":79,\"width\":150,\"height\":50}",
                        "DIGITAL_SIGN_STAMPER_HIDE_STATUS": "true",
                        "DIGITAL_SIGN_STAMPER_ROTATION_ANGLE": "90",
                        "DIGITAL_SIGN_STAMPER_TEXT": "Firmado por [CN]\n[vSignTimeKey(dd/MM/yyyy)]",
                        "DIGITAL_SIGN_STAMPER_TYPE": "QR-BAR-H",
                        "SIGNATURE_ALGORITHM": "SHA256withRSA"
                    }
                },
                "base64Content": token
            }
        })
    );
    let second = case.sent(&*account, "add_file/2");
    let parameters = &second["operationFile"]["signaturePolicy"]["parameters"];
    assert_eq!(second["operationFile"]["filename"], "annex-2.PDF");
    assert_eq!(parameters["DIGITAL_SIGN_PAGE"], "-1", "no field stands there, and the option names the last page");
    assert_eq!(parameters.get("DIGITAL_SIGN_RECTANGLE"), None);
}

#[test]
fn the_least_envelope_sends_the_least() {
    let account = account(json!({}));
    let mut order = order(vec![signer("Jesús Sánchez Alonso", "jesus@example.com")]);
    order.recipients[0].spec.delivery = None;
    let case = Case::new(order);
    let sent = case.sent(&*account, "prepare");
    assert_eq!(sent, json!({ "sessionId": sent["sessionId"], "fileCount": 1, "autoSend": false, "locale": "es" }));
    let file = &case.sent(&*account, "add_file/1")["operationFile"]["signaturePolicy"];
    assert_eq!(
        *file,
        json!({
            "signatureFormat": "PAdES_BASIC",
            "signatureType": "ATTACHED",
            "parameters": { "DIGEST_METHOD": "SHA256", "SIGNATURE_ALGORITHM": "SHA256withRSA" }
        })
    );
}

#[test]
fn a_file_name_has_its_ending_and_a_number_both_of_its_spellings() {
    let account = account(json!({}));
    let mut case = Case::new(simple_order());
    case.order.documents[0].filename = " Contrato ñ ".to_owned();
    case.order.recipients[0].spec.national_id =
        domain::values::NationalId::new(domain::values::NationalIdType::Rut, "12.345.678-5", None).ok();
    assert_eq!(case.sent(&*account, "add_file/1")["operationFile"]["filename"], "Contrato ñ.pdf");
    assert_eq!(
        case.sent(&*account, "prepare")["numberUserIdFilter"],
        json!({ "operator": "CONTAINS", "filterValues": ["123456785", "12.345.678-5"] })
    );
}

#[test]
fn each_call_goes_to_its_address_with_its_method_and_time() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let services = format!("{BASE}/api/rest/services");
    let calls = [
        ("prepare", "prepareparallelsignature", format!("{services}/prepareparallelsignature"), 30),
        ("add_file/1", "addOperationFile", format!("{services}/preparesignature/addOperationFile"), 120),
        ("finish", "finish", format!("{services}/preparesignature/finish/{OPERATION}"), 30),
    ];
    for (step, endpoint, url, seconds) in calls {
        let call = case.call(&*account, step);
        assert_eq!((call.endpoint, call.method.as_str(), call.url.as_str()), (endpoint, "POST", url.as_str()));
        assert_eq!(call.timeout, Duration::from_secs(seconds), "{step}");
        let authorization = call.headers.iter().find(|header| header.name == "authorization").unwrap();
        // `rubrica-test:test-password-0001` in base64.
        assert_eq!(authorization.value, "Basic cnVicmljYS10ZXN0OnRlc3QtcGFzc3dvcmQtMDAwMQ==", "{step}");
        assert!(authorization.secret);
    }
    assert_eq!(case.call(&*account, "finish").body, Body::Empty);
    assert_eq!(account.connection().connect_timeout, Duration::from_secs(10));
}

#[test]
fn a_file_takes_the_place_of_a_token_that_no_content_can_be_mistaken_for() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let step = case.step(&*account, "add_file/1");
    let token_of = |random: u8| {
        let moment = Moment { random: [random; 32], ..moment() };
        let Prepared::Call(call) = account.request(&step, &case.view(), &moment).unwrap() else { panic!("no call") };
        let Body::JsonWithFiles { template, files } = call.body else { panic!("no file") };
        assert_eq!(files[0].1, FileRef::plain(FileSource::Document(document_id(1)), 48_213));
        assert_eq!((files.len(), &template["operationFile"]["base64Content"]), (1, &json!(files[0].0)));
        files[0].0.clone()
    };
    assert_eq!(token_of(1).len(), 64);
    assert_ne!(token_of(1), token_of(2));
}

#[test]
fn secrets_are_in_the_calls_and_never_in_what_is_shown() {
    let account = account(json!({ "finish": { "body": "operation_id_json" } }));
    let case = Case::new(neutral_envelope());
    let session = case.sent(&*account, "prepare")["sessionId"].as_str().unwrap().to_owned();
    for step in ["prepare", "add_file/1", "add_file/2", "finish"] {
        let shown = case.call(&*account, step).redacted().to_string();
        for secret in [PASSWORD, "cnVicmljYS10ZXN0", OPERATION, &session] {
            assert!(!shown.contains(secret), "{step} shows {secret}");
        }
    }
    assert_eq!(case.call(&*account, "prepare").redacted()["body"]["json"]["sessionId"], "[secret]");
    assert_eq!(case.call(&*account, "finish").redacted()["url"], "https://sandbox-platform.viafirma.com/[secret]");
    assert_eq!(
        case.call(&*account, "add_file/1").redacted()["body"]["json"]["operationFile"]["base64Content"],
        json!({ "document": document_id(1).to_string(), "size": 48_213 })
    );
    let question = case.question(&*account, 60);
    assert!(!question.call.redacted().to_string().contains(OPERATION));
}

#[test]
fn a_plan_is_shown_before_any_id_is_known() {
    // The engine foretells references only.
    let account = account(json!({}));
    let mut case = Case::unprepared(two_documents());
    for step in account.submissions(&case.order)[0].steps.iter() {
        case.outputs.insert(step.id.clone(), StepOutput::reference("known-after-the-call"));
    }
    let shown: Vec<Value> =
        ["prepare", "add_file/1", "add_file/2", "finish"].map(|step| case.call(&*account, step).redacted()).to_vec();
    assert_eq!(shown[2]["body"]["json"]["operationFile"]["filename"], "annex-2.PDF");
    assert_eq!(shown[3]["method"], "POST");
}

#[test]
fn the_session_id_is_one_for_each_attempt_and_cannot_be_guessed_without_the_password() {
    let account = account(json!({}));
    let session = |case: &Case| case.sent(&*account, "prepare")["sessionId"].as_str().unwrap().to_owned();
    let first = Case::unprepared(simple_order());
    let second = Case { attempt: 2, ..Case::unprepared(simple_order()) };
    assert_eq!(session(&first), session(&first), "the answer is read with the same one");
    assert_ne!(session(&first), session(&second));
    let other = provider_clients::provider::Provider::open(
        &provider_clients::viafirma::Viafirma::new(),
        &crate::support::settings(),
        &json!({ "api_key": "rubrica-test", "api_password": "another" }),
    )
    .unwrap();
    assert_ne!(first.sent(&*other, "prepare")["sessionId"], json!(session(&first)));
    assert!(!session(&first).contains(&submission_id().to_string()));
}

#[test]
fn each_signer_has_an_operation_that_begins_when_the_one_before_is_completed() {
    let account = account(json!({}));
    // The turns are those of the routing order, whatever the order of the recipients is.
    let mut order = order(vec![luis(), ana()]);
    order.documents.push(document(2));
    let plans = account.submissions(&order);
    assert_eq!(plans.len(), 2);
    assert_eq!(plans[0].recipients, [recipient_id(2)]);
    assert_eq!((&plans[0].start, &plans[1].start), (&Start::AtOnce, &Start::AfterCompleted { ordinal: 0 }));
    for plan in &plans {
        assert_eq!(plan.validate(), Ok(()));
        assert_eq!(plan.documents, [document_id(1), document_id(2)]);
        let steps: Vec<_> = plan.steps.iter().map(|s| (s.id.as_str(), s.repeat, s.document)).collect();
        assert_eq!(
            steps,
            [
                ("prepare", Repeat::Repeatable, None),
                ("add_file/1", Repeat::Once, Some(document_id(1))),
                ("add_file/2", Repeat::Once, Some(document_id(2))),
                ("finish", Repeat::Once, None),
            ]
        );
        assert!(plan.steps.iter().all(|step| !step.makes_live), "the broker makes it live, when it serves the link");
    }
}

#[test]
fn a_later_signer_signs_what_the_one_before_signed() {
    let account = account(json!({}));
    let mut case = Case::new(order(vec![ana(), luis()]));
    case.recipients = vec![recipient_id(2)];
    case.signed_before.insert(document_id(1), stored());
    let call = case.call(&*account, "add_file/1");
    let Body::JsonWithFiles { files, .. } = &call.body else { panic!("no file") };
    assert_eq!(files[0].1, FileRef::plain(FileSource::Stored("objects/1".to_owned()), 60_112));
    assert_eq!(body_of(&call)["operationFile"]["sourceId"], document_id(1).to_string());
}
