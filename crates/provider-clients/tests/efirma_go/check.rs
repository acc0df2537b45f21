//! One test for each finding: its severity, its place, its feature. Sections 7 and 10.2.

use domain::capability::Feature;
use domain::envelope::{
    ActsAs, Authentication, Delivery, IdentityDocument, Notary, Organization, RecipientSpec, RequestedAttachment, Role,
    SignatureLevel,
};
use domain::finding::Finding;
use domain::ids::IdentityDocumentId;
use domain::order::Order;
use domain::values::{NationalId, NationalIdType};
use serde_json::{Value, json};

use crate::support::{account, document, example_order, field, order, recipient, signer, simple_order, stage, told};

fn check(order: &Order) -> Vec<Finding> {
    account(json!({})).check(order)
}

/// The one finding about `order`.
fn only(order: &Order) -> (String, Option<Feature>) {
    let findings = check(order);
    let [finding] = &findings[..] else { panic!("{:?}", told(&findings)) };
    assert!(!finding.detail.is_empty());
    (told(&findings)[0].clone(), finding.feature)
}

/// The one finding about an envelope with a single signer that was changed so.
fn about(change: impl FnOnce(&mut RecipientSpec)) -> (String, Option<Feature>) {
    let mut order = simple_order();
    change(&mut order.recipients[0].spec);
    only(&order)
}

fn finding(text: &str, feature: Option<Feature>) -> (String, Option<Feature>) {
    (text.to_owned(), feature)
}

fn with_options(options: Value) -> impl FnOnce(&mut RecipientSpec) {
    move |spec| {
        spec.provider_options.insert("efirma_go".to_owned(), options);
    }
}

#[test]
fn an_envelope_that_can_be_honoured_has_no_finding() {
    assert_eq!(told(&check(&example_order())), [""; 0]);
    let mut order = example_order();
    order.spec.message = Some("Please sign.".to_owned());
    order.spec.reminders = Some(domain::envelope::Reminders { every_days: 3 });
    order.recipients[0].spec.message = Some("Only for you.".to_owned());
    order.recipients[0].spec.fields = vec![field(1, 2, 0.0, 0.0)];
    order.recipients.push(domain::envelope::OrderRecipient {
        id: crate::support::recipient_id(3),
        spec: recipient(Role::Copy, "C", "c@example.com", 2),
    });
    assert_eq!(told(&check(&order)), [""; 0]);
}

#[test]
fn an_envelope_without_documents_or_recipients_is_refused() {
    let mut empty = order(Vec::new());
    empty.documents.clear();
    assert_eq!(told(&check(&empty)), ["error documents_required /documents", "error recipients_required /recipients"]);
}

#[test]
fn the_subject_is_not_shown() {
    let mut order = simple_order();
    order.spec.subject = "Something else".to_owned();
    assert_eq!(only(&order), finding("warning subject_not_shown /subject", None));
}

#[test]
fn the_language_cannot_be_chosen() {
    let mut order = simple_order();
    order.spec.language = Some("es-ES".parse().unwrap());
    assert_eq!(only(&order), finding("warning language_unsupported /language", Some(Feature::Language)));
}

#[test]
fn a_deadline_cannot_be_kept() {
    let mut order = simple_order();
    order.spec.expires_at = Some(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(only(&order), finding("error expiry_unsupported /expires_at", Some(Feature::Expiry)));
}

#[test]
fn no_notary_takes_part() {
    for (notary, feature) in [
        (Notary::Certification, Feature::NotaryCertification),
        (Notary::Protocolization, Feature::NotaryProtocolization),
        (Notary::Validation, Feature::NotaryValidation),
        (Notary::Full, Feature::NotaryFull),
    ] {
        let mut order = simple_order();
        order.spec.notary = notary;
        assert_eq!(only(&order), finding("error notary_unsupported /notary", Some(feature)));
    }
}

#[test]
fn texts_that_do_not_fit_are_refused_and_never_cut() {
    let long = || Some("ñ".repeat(256));
    let fits = Some("ñ".repeat(255));
    let mut order = simple_order();
    order.spec.message = fits.clone();
    order.recipients[0].spec.message = fits.clone();
    order.recipients[0].spec.family_name = fits;
    assert_eq!(told(&check(&order)), [""; 0]);
    order.spec.message = long();
    order.spec.subject = "ñ".repeat(256);
    order.documents[0].name = "ñ".repeat(256);
    order.spec.stages = vec![stage(1, None, None, long().as_deref())];
    let spec = &mut order.recipients[0].spec;
    spec.name = "ñ".repeat(256);
    (spec.given_name, spec.family_name, spec.second_family_name, spec.message) = (long(), long(), long(), long());
    assert_eq!(
        told(&check(&order)),
        [
            "error too_long /message",
            "error too_long /documents/0/name",
            "error too_long /stages/0/name",
            "error too_long /recipients/0/name",
            "error too_long /recipients/0/given_name",
            "error too_long /recipients/0/family_name",
            "error too_long /recipients/0/second_family_name",
            "error too_long /recipients/0/message",
        ]
    );
    let features: Vec<_> = check(&order).iter().filter_map(|f| f.feature).collect();
    assert_eq!(features, [Feature::Message, Feature::StageName, Feature::RecipientMessage]);
}

#[test]
fn a_document_that_is_too_large_or_has_no_page_is_refused() {
    let mut order = simple_order();
    order.documents[0].size = 10 * 1024 * 1024 + 1;
    assert_eq!(only(&order).0, "error document_too_large /documents/0");
    order.documents[0].size -= 1;
    order.documents[0].pages.clear();
    assert_eq!(only(&order).0, "error document_without_pages /documents/0");
}

#[test]
fn several_documents_are_emulated_and_their_orders_are_independent() {
    let mut order = example_order();
    order.documents.push(document(2));
    order.spec.subject = "Contrato 300".to_owned();
    let findings = check(&order);
    let shown: Vec<String> = told(&findings);
    assert_eq!(shown, ["warning subject_not_shown /subject", "info one_transaction_per_document /documents"]);
    assert_eq!(findings[1].feature, Some(Feature::SeveralDocuments));
    assert!(findings[1].emulated.is_some());
    order.recipients[1].spec.routing_order = 2;
    let findings = check(&order);
    assert_eq!(told(&findings)[2], "warning order_per_document /recipients");
    assert_eq!(findings[2].feature, Some(Feature::SequentialOrder));
}

#[test]
fn a_minimum_over_two_roles_cannot_be_expressed() {
    let mut order = example_order();
    order.spec.stages = vec![stage(1, None, Some(1), None)];
    assert_eq!(only(&order), finding("error minimum_over_two_roles /stages/0/minimum", Some(Feature::StageMinimum)));
    // All of them is what the vendor does without being told.
    order.spec.stages = vec![stage(1, None, Some(2), None)];
    assert_eq!(told(&check(&order)), [""; 0]);
    // Copies do not count.
    order.recipients[1].spec.role = Role::Copy;
    order.spec.stages = vec![stage(1, None, Some(1), None)];
    assert_eq!(told(&check(&order)), [""; 0]);
}

#[test]
fn a_minimum_out_of_range_and_a_stage_of_nobody_are_told() {
    let mut order = simple_order();
    for minimum in [0, 2] {
        order.spec.stages = vec![stage(1, None, Some(minimum), None)];
        assert_eq!(only(&order), finding("error minimum_out_of_range /stages/0/minimum", Some(Feature::StageMinimum)));
    }
    order.spec.stages = vec![stage(1, None, None, None), stage(9, Some("x"), None, Some("Nobody"))];
    assert_eq!(only(&order), finding("warning stage_without_recipients /stages/1", None));
}

#[test]
fn qualified_signatures_do_not_exist() {
    let found = about(|spec| spec.signature_level = Some(SignatureLevel::Qualified));
    assert_eq!(found, finding("error level_unsupported /recipients/0/signature_level", Some(Feature::LevelQualified)));
}

#[test]
fn the_signers_of_an_envelope_have_one_level() {
    let mut order = order(vec![signer("A", "a@example.com"), signer("B", "b@example.com")]);
    order.recipients[1].spec.signature_level = Some(SignatureLevel::Advanced);
    order.recipients[1].spec.phone = Some("+34677777777".parse().unwrap());
    assert_eq!(
        told(&check(&order)),
        ["error phone_required /recipients/0/phone", "error levels_differ /recipients/0/signature_level"]
    );
    // Who only approves or gets a copy has no level of their own.
    order.recipients[0].spec.role = Role::Approver;
    assert_eq!(told(&check(&order)), [""; 0]);
}

#[test]
fn an_advanced_signature_needs_a_phone() {
    let found = about(|spec| spec.signature_level = Some(SignatureLevel::Advanced));
    assert_eq!(found, finding("error phone_required /recipients/0/phone", Some(Feature::LevelAdvanced)));
}

#[test]
fn an_invitation_by_sms_needs_a_phone() {
    let found = about(|spec| spec.delivery = Some(Delivery::Sms));
    assert_eq!(found, finding("error phone_required /recipients/0/phone", Some(Feature::DeliverySms)));
}

#[test]
fn other_invitations_do_not_exist() {
    for (delivery, feature) in
        [(Delivery::Whatsapp, Feature::DeliveryWhatsapp), (Delivery::None, Feature::DeliveryNone)]
    {
        let found = about(|spec| spec.delivery = Some(delivery));
        assert_eq!(found, finding("error delivery_unsupported /recipients/0/delivery", Some(feature)));
    }
}

#[test]
fn everybody_has_a_name_and_an_address_of_their_own() {
    assert_eq!(about(|spec| spec.name = "  ".to_owned()).0, "error name_required /recipients/0/name");
    assert_eq!(about(|spec| spec.email = None).0, "error email_required /recipients/0/email");
    let mut order =
        order(vec![signer("A", "a@example.com"), signer("B", "b@example.com"), signer("C", "A@Example.com")]);
    assert_eq!(only(&order).0, "error duplicate_email /recipients/2/email");
    order.recipients[2].spec.email = Some("c@example.com".parse().unwrap());
    assert_eq!(told(&check(&order)), [""; 0]);
}

#[test]
fn too_many_recipients_are_refused() {
    let people = |count: usize| order((0..count).map(|n| signer("A", &format!("a{n}@example.com"))).collect());
    assert_eq!(told(&check(&people(50))), [""; 0]);
    assert_eq!(only(&people(51)).0, "error too_many_recipients /recipients");
}

#[test]
fn proofs_that_the_vendor_cannot_ask_for_are_refused() {
    for (proof, feature) in [
        (Authentication::EmailOtp, Feature::AuthEmailOtp),
        (Authentication::WhatsappOtp { phone: None }, Feature::AuthWhatsappOtp),
        (Authentication::Certificate, Feature::AuthCertificate),
    ] {
        let found = about(|spec| spec.authentication = vec![proof]);
        assert_eq!(found, finding("error authentication_unsupported /recipients/0/authentication/0", Some(feature)));
    }
}

#[test]
fn a_code_by_sms_needs_a_phone_and_stands_once() {
    let sms = || Authentication::SmsOtp { phone: None };
    let found = about(|spec| spec.authentication = vec![sms()]);
    assert_eq!(found, finding("error phone_required /recipients/0/authentication/0/phone", Some(Feature::AuthSmsOtp)));
    let found = about(|spec| {
        spec.phone = Some("+34677777777".parse().unwrap());
        spec.authentication = vec![sms(), sms()];
    });
    assert_eq!(found.0, "error authentication_repeated /recipients/0/authentication/1");
}

#[test]
fn an_access_code_is_told_by_the_sender() {
    let access = |code: Option<&str>, delivery, resend| {
        let code = code.map(str::to_owned);
        about(move |spec| {
            spec.authentication = vec![Authentication::AccessCode { code, delivery, phone: None, resend }];
        })
    };
    let here = "/recipients/0/authentication/0";
    assert_eq!(access(None, None, false).0, format!("error access_code_required {here}/code"));
    assert_eq!(access(Some(" "), None, false).0, format!("error access_code_required {here}/code"));
    assert_eq!(access(Some(&"1".repeat(256)), None, false).0, format!("error too_long {here}/code"));
    assert_eq!(
        access(Some("1234"), Some(Delivery::Sms), true),
        (format!("error access_code_delivery_unsupported {here}/delivery"), Some(Feature::AuthAccessCode))
    );
    assert_eq!(
        access(Some("1234"), None, true),
        (format!("warning access_code_resend_unsupported {here}/resend"), Some(Feature::AuthAccessCode))
    );
}

#[test]
fn nobody_acts_for_an_organization() {
    for acts_as in [ActsAs::Organization, ActsAs::Both] {
        let found = about(|spec| spec.acts_as = acts_as);
        assert_eq!(
            found,
            finding("error acts_as_unsupported /recipients/0/acts_as", Some(Feature::ActsAsOrganization))
        );
    }
    let found = about(|spec| spec.organization = Some(Organization { name: "Acme SL".to_owned(), tax_id: None }));
    assert_eq!(found, finding("warning organization_not_sent /recipients/0/organization", None));
}

#[test]
fn a_national_identity_number_is_not_sent() {
    let found = about(|spec| spec.national_id = NationalId::new(NationalIdType::Nif, "12345678Z", None).ok());
    assert_eq!(found, finding("warning national_id_not_sent /recipients/0/national_id", None));
}

#[test]
fn files_of_recipients_are_neither_asked_for_nor_sent() {
    let attachment = RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false };
    assert_eq!(
        about(|spec| spec.requested_attachments = vec![attachment]),
        finding(
            "error attachments_unsupported /recipients/0/requested_attachments",
            Some(Feature::RequestedAttachments)
        )
    );
    let card = IdentityDocument {
        id: IdentityDocumentId::generate(),
        kind: "id_card_front".to_owned(),
        filename: "front.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1,
        sha256: "0".repeat(64),
    };
    assert_eq!(
        about(|spec| spec.identity_documents = vec![card]),
        finding(
            "error identity_documents_unsupported /recipients/0/identity_documents",
            Some(Feature::IdentityDocuments)
        )
    );
}

#[test]
fn a_field_is_on_a_page_of_a_document_and_has_no_size() {
    let here = "/recipients/0/fields/0";
    let fields = Some(Feature::SignatureFields);
    let placed = |field| about(move |spec| spec.fields = vec![field]);
    assert_eq!(placed(field(2, 1, 1.0, 1.0)), (format!("error field_without_document {here}/document"), fields));
    assert_eq!(placed(field(1, 3, 1.0, 1.0)), (format!("error field_outside_document {here}/page"), fields));
    assert_eq!(placed(field(1, 0, 1.0, 1.0)), (format!("error field_outside_document {here}/page"), fields));
    assert_eq!(placed(field(1, 1, 596.0, 1.0)), (format!("error field_outside_page {here}"), fields));
    assert_eq!(placed(field(1, 1, 1.0, 843.0)), (format!("error field_outside_page {here}"), fields));
    assert_eq!(placed(field(1, 1, -1.0, 1.0)), (format!("error field_outside_page {here}"), fields));
    assert_eq!(placed(field(1, 1, f64::NAN, 1.0)), (format!("error field_outside_page {here}"), fields));
    let mut sized = field(1, 1, 1.0, 1.0);
    sized.width = Some(150.0);
    assert_eq!(placed(sized), (format!("warning field_size_ignored {here}"), Some(Feature::FieldSize)));
    let mut company = field(1, 1, 1.0, 1.0);
    company.acts_as = Some(ActsAs::Organization);
    assert_eq!(placed(company), (format!("error acts_as_unsupported {here}/as"), Some(Feature::ActsAsOrganization)));
}

#[test]
fn only_signers_have_fields() {
    for role in [Role::Approver, Role::Copy] {
        let found = about(|spec| {
            spec.role = role;
            spec.fields = vec![field(1, 1, 1.0, 1.0)];
        });
        assert_eq!(
            found,
            finding("error fields_for_signers_only /recipients/0/fields", Some(Feature::SignatureFields))
        );
    }
}

#[test]
fn options_are_typed_at_every_place() {
    let mut order = simple_order();
    let mut put = |options: Value| {
        order.spec.provider_options.insert("efirma_go".to_owned(), options);
        told(&check(&order))
    };
    assert_eq!(put(json!({ "tipo": "x" })), ["error unknown_field /provider_options/efirma_go/tipo"]);
    assert_eq!(put(json!({ "tipo_documento": 1 })), ["error wrong_type /provider_options/efirma_go/tipo_documento"]);
    assert_eq!(
        put(json!({ "campos_clave": { "rubrica_submission": "x" } })).len(),
        1,
        "the broker's own key is reserved"
    );
    assert_eq!(
        put(json!({ "campos_clave": { "a": "b" }, "tipo_documento": "Nómina", "tarifa_cliente": "T" })),
        [""; 0]
    );
    let mut order = simple_order();
    order.documents[0].provider_options.insert("efirma_go".to_owned(), json!({ "x": 1 }));
    order.recipients[0].spec.provider_options.insert("efirma_go".to_owned(), json!({ "gestor": { "nombre": "Ana" } }));
    order.recipients[0].spec.provider_options.insert("gofirmex".to_owned(), json!({ "not": "ours" }));
    assert_eq!(
        told(&check(&order)),
        [
            "error unknown_field /documents/0/provider_options/efirma_go/x",
            "error required /recipients/0/provider_options/efirma_go/gestor/email",
        ]
    );
}

#[test]
fn a_recipient_must_be_allowed_to_act_somewhere() {
    let nowhere = json!({ "terminales": { "web": false, "personal": false } });
    assert_eq!(about(with_options(nowhere)).0, "error no_terminal /recipients/0/provider_options/efirma_go/terminales");
    let corporate = json!({ "terminales": { "web": false, "personal": false, "corporativo": true } });
    assert_eq!(
        about(with_options(corporate)).0,
        "error manager_required /recipients/0/provider_options/efirma_go/gestor"
    );
}

#[test]
fn an_identifier_belongs_to_one_person() {
    let mut order = order(vec![signer("A", "a@example.com"), signer("B", "b@example.com")]);
    for recipient in &mut order.recipients {
        recipient.spec.provider_options.insert("efirma_go".to_owned(), json!({ "identificador": "EMP-42" }));
    }
    assert_eq!(only(&order).0, "error identifier_not_unique /recipients/1/provider_options/efirma_go/identificador");
}

#[test]
fn no_finding_holds_a_rejected_value() {
    let mut order = simple_order();
    order.recipients[0].spec.phone = Some("+5511987654321".parse().unwrap());
    order.recipients[0].spec.provider_options.insert("efirma_go".to_owned(), json!({ "identificador": 987_654 }));
    for finding in check(&order) {
        assert!(!finding.detail.contains("98765"), "{}", finding.detail);
    }
}
