//! Findings: what cannot be honoured, by its place; what the broker does itself. Section 6 and DESIGN section 6.

use domain::capability::Feature;
use domain::envelope::{
    ActsAs, Authentication, Delivery, IdentityDocument, Notary, Organization, Reminders, RequestedAttachment, Role,
    SignatureLevel,
};
use domain::ids::IdentityDocumentId;
use domain::order::Order;
use serde_json::{Value, json};

use crate::support::{
    account, ana, at, document, field, luis, order, recipient, signer, simple_order, stage, told, two_documents,
};

fn findings(settings: Value, order: &Order) -> Vec<String> {
    told(&account(settings).check(order))
}

fn changed(change: impl FnOnce(&mut Order)) -> Vec<String> {
    let mut order = simple_order();
    change(&mut order);
    findings(json!({}), &order)
}

#[test]
fn there_is_nothing_to_say_about_a_plain_envelope() {
    assert_eq!(findings(json!({}), &simple_order()), [""; 0]);
    assert_eq!(findings(json!({}), &two_documents()), [""; 0]);
}

#[test]
fn signers_in_turns_are_chained_and_signers_at_the_same_time_are_refused() {
    let chained = order(vec![ana(), luis()]);
    assert_eq!(
        findings(json!({}), &chained),
        ["info one_operation_per_signer /recipients", "info order_by_broker /recipients"]
    );
    assert_eq!(
        findings(json!({ "allow_chain": false }), &chained),
        ["error several_signers_unsupported /recipients", "error order_unsupported /recipients"]
    );
    let mut at_once = luis();
    at_once.routing_order = 1;
    assert_eq!(
        findings(json!({}), &order(vec![ana(), at_once.clone()])),
        ["error parallel_order_unsupported /recipients", "info one_operation_per_signer /recipients"]
    );
    at_once.group = Some("other".to_owned());
    assert_eq!(findings(json!({}), &order(vec![ana(), at_once]))[0], "error parallel_order_unsupported /recipients");
}

#[test]
fn a_minimum_is_refused_unless_it_means_everybody() {
    let with = |minimum: u32| changed(|order| order.spec.stages = vec![stage(1, None, Some(minimum), None)]);
    assert_eq!(with(1), [""; 0]);
    assert_eq!(with(2), ["error minimum_unsupported /stages/0/minimum"]);
    assert_eq!(
        changed(|order| order.spec.stages = vec![stage(1, None, None, Some("Company"))]),
        ["warning stage_name_unsupported /stages/0/name"]
    );
}

#[test]
fn only_signers_take_part() {
    let approver = recipient(Role::Approver, "Máximo", "maximo@example.com", 2);
    let copy = recipient(Role::Copy, "Archivo", "archivo@example.com", 3);
    let mut all = order(vec![ana(), approver, copy]);
    for recipient in &mut all.recipients {
        recipient.spec.delivery = None;
    }
    let told = findings(json!({}), &all);
    for place in ["/recipients/1/role", "/recipients/2/role"] {
        assert!(told.contains(&format!("error role_unsupported {place}")), "{told:?}");
    }
}

#[test]
fn whatever_the_vendor_cannot_do_is_an_error_at_its_place() {
    let file = IdentityDocument {
        id: IdentityDocumentId::generate(),
        kind: "id_card_front".to_owned(),
        filename: "front.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1,
        sha256: "0".repeat(64),
    };
    let code = Authentication::AccessCode { code: Some("1234".to_owned()), delivery: None, phone: None, resend: false };
    let attachment = RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false };
    let told = changed(|order| {
        order.spec.reminders = Some(Reminders { every_days: 3 });
        order.spec.notary = Notary::Full;
        let signer = &mut order.recipients[0].spec;
        signer.delivery = Some(Delivery::Email);
        signer.authentication = vec![
            Authentication::SmsOtp { phone: None },
            Authentication::EmailOtp,
            Authentication::WhatsappOtp { phone: None },
            code,
            Authentication::Certificate,
        ];
        signer.acts_as = ActsAs::Organization;
        signer.requested_attachments = vec![attachment];
        signer.identity_documents = vec![file];
    });
    assert_eq!(
        told,
        [
            "error reminders_unsupported /reminders",
            "error notary_unsupported /notary",
            "error delivery_unsupported /recipients/0/delivery",
            "error authentication_unsupported /recipients/0/authentication/0",
            "error authentication_unsupported /recipients/0/authentication/1",
            "error authentication_unsupported /recipients/0/authentication/2",
            "error authentication_unsupported /recipients/0/authentication/3",
            "error acts_as_unsupported /recipients/0/acts_as",
            "error attachments_unsupported /recipients/0/requested_attachments",
            "error identity_documents_unsupported /recipients/0/identity_documents",
        ]
    );
    for delivery in [Delivery::Sms, Delivery::Whatsapp] {
        assert_eq!(
            changed(|order| order.recipients[0].spec.delivery = Some(delivery)),
            ["error delivery_unsupported /recipients/0/delivery"]
        );
    }
    for notary in [Notary::Certification, Notary::Protocolization, Notary::Validation] {
        assert_eq!(changed(|order| order.spec.notary = notary), ["error notary_unsupported /notary"]);
    }
}

#[test]
fn the_broker_says_what_it_does_itself() {
    let mut order = simple_order();
    order.spec.message = Some("Please sign.".to_owned());
    order.spec.expires_at = Some(at(4_000_000_000));
    order.spec.language = "en-GB".parse().ok();
    order.recipients[0].spec.message = Some("A private word.".to_owned());
    let findings = account(json!({})).check(&order);
    assert_eq!(
        told(&findings),
        [
            "info message_on_signing_page /message",
            "info expiry_by_broker /expires_at",
            "info language_may_fall_back /language",
            "info message_on_signing_page /recipients/0/message",
        ]
    );
    let emulated: Vec<_> = findings.iter().filter(|f| f.emulated.is_some()).filter_map(|f| f.feature).collect();
    assert_eq!(emulated, [Feature::Message, Feature::Expiry, Feature::RecipientMessage]);
}

#[test]
fn a_level_is_a_minimum_and_qualified_where_the_account_says_so() {
    let with = |settings: Value, level| {
        let mut order = simple_order();
        order.recipients[0].spec.signature_level = Some(level);
        findings(settings, &order)
    };
    let pointer = "/recipients/0/signature_level";
    assert_eq!(with(json!({}), SignatureLevel::Simple), [format!("info level_is_higher {pointer}")]);
    assert_eq!(with(json!({}), SignatureLevel::Advanced), [""; 0]);
    assert_eq!(with(json!({}), SignatureLevel::Qualified), [format!("error level_unsupported {pointer}")]);
    assert_eq!(with(json!({ "qualified_signatures": true }), SignatureLevel::Qualified), [""; 0]);
    assert_eq!(account(json!({})).defaults(), (SignatureLevel::Advanced, Delivery::None));
}

#[test]
fn a_signer_whom_nothing_narrows_down_is_a_warning() {
    let mut order = order(vec![signer("Jesús", "jesus@example.com")]);
    order.recipients[0].spec.delivery = None;
    order.recipients[0].spec.signature_level = None;
    assert_eq!(findings(json!({}), &order), ["warning signer_not_narrowed_down /recipients/0/national_id"]);
    let filter = json!({ "ca_filter": { "operator": "contains", "values": ["FNMT"] } });
    order.recipients[0].spec.provider_options.insert("viafirma".to_owned(), filter);
    assert_eq!(findings(json!({}), &order), ["info signer_not_compared /recipients/0/national_id"]);
}

#[test]
fn documents_must_fit_the_account() {
    let mut order = two_documents();
    order.documents[0].filename = format!("{}.pdf", "x".repeat(252));
    order.documents[1].size = 0;
    let settings = json!({ "max_files": 1, "max_file_bytes": 48_212 });
    assert_eq!(
        findings(settings, &order),
        [
            "error too_many_documents /documents",
            "error document_too_large /documents/0",
            "error too_long /documents/0/filename",
            "error document_empty /documents/1",
        ]
    );
    let nothing = Order { documents: Vec::new(), recipients: Vec::new(), ..simple_order() };
    assert_eq!(
        findings(json!({}), &nothing),
        ["error documents_required /documents", "error recipients_required /recipients"]
    );
}

#[test]
fn what_the_vendor_has_no_place_for_is_a_warning() {
    let acme = Organization { name: "Acme SL".to_owned(), tax_id: None };
    assert_eq!(
        changed(|order| order.recipients[0].spec.organization = Some(acme)),
        ["warning organization_not_sent /recipients/0/organization"]
    );
    let mut own = field(1, 1, 10.0, 10.0);
    own.acts_as = Some(ActsAs::Organization);
    assert_eq!(
        changed(|order| order.recipients[0].spec.fields = vec![own]),
        ["error acts_as_unsupported /recipients/0/fields/0/as"]
    );
    let mut copied = order(vec![ana(), recipient(Role::Copy, "Archivo", "archivo@example.com", 2)]);
    copied.recipients[1].spec.delivery = None;
    copied.recipients[1].spec.fields = vec![field(1, 1, 10.0, 10.0)];
    let told = findings(json!({}), &copied);
    assert!(told.contains(&"error fields_for_signers_only /recipients/1/fields".to_owned()), "{told:?}");
}

#[test]
fn options_must_satisfy_their_schemas() {
    let with = |envelope: Value, recipient: Value, of_document: Value| {
        changed(|order| {
            order.documents.push(document(2));
            order.spec.provider_options.insert("viafirma".to_owned(), envelope);
            order.recipients[0].spec.provider_options.insert("viafirma".to_owned(), recipient);
            order.documents[1].provider_options.insert("viafirma".to_owned(), of_document);
        })
    };
    let good = with(
        json!({ "signature_format": "PDF_PKCS7_T", "stamp": { "pages": [1, 2], "rotation": 270 } }),
        json!({ "cert_filter": { "operator": "equals", "values": ["x"] }, "auto_send": false }),
        json!({}),
    );
    assert_eq!(good, [""; 0]);
    let wrong = with(
        json!({ "signature_format": "XADES_BES", "stamp": { "pages": "first", "image": "¡", "colour": "red" } }),
        json!({ "cert_filter": { "operator": "CONTAINS", "values": [] }, "auto_send": "yes" }),
        json!({ "x": 1 }),
    );
    let places: Vec<&str> = wrong.iter().map(|finding| finding.rsplit(' ').next().unwrap()).collect();
    for place in [
        "/provider_options/viafirma/signature_format",
        "/provider_options/viafirma/stamp/pages",
        "/provider_options/viafirma/stamp/image",
        "/provider_options/viafirma/stamp/colour",
        "/recipients/0/provider_options/viafirma/cert_filter/operator",
        "/recipients/0/provider_options/viafirma/cert_filter/values",
        "/recipients/0/provider_options/viafirma/auto_send",
        "/documents/1/provider_options/viafirma/x",
    ] {
        assert!(places.contains(&place), "{place} in {places:?}");
    }
    assert!(wrong.iter().all(|finding| finding.starts_with("error ")));
}

#[test]
fn the_limits_are_those_of_the_account() {
    let limits = account(json!({ "max_files": 7, "max_file_bytes": 9 })).limits();
    assert_eq!(
        (limits.documents_per_submission, limits.max_document_bytes, limits.max_recipients),
        (Some(7), Some(9), None)
    );
}
