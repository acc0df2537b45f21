//! What is told before sending. Sections 7 and 10.2.

use domain::capability::{Feature, Support};
use domain::envelope::{
    ActsAs, Authentication, Delivery, Notary, Organization, Reminders, RequestedAttachment, Role, SignatureLevel,
};
use domain::finding::{Finding, FindingSource};
use domain::order::Order;
use domain::values::{NationalId, NationalIdType};
use provider_clients::probe::matrix;
use serde_json::{Value, json};

use crate::support::*;

fn found(order: &Order) -> Vec<String> {
    told(&shared_account().check(order))
}

/// The findings when the first recipient is changed.
fn changed(change: impl FnOnce(&mut domain::envelope::RecipientSpec)) -> Vec<String> {
    let mut order = simple_order();
    change(&mut order.recipients[0].spec);
    found(&order)
}

#[test]
fn there_is_nothing_to_say_about_what_can_be_honoured() {
    assert_eq!(found(&simple_order()), [""; 0]);
    assert_eq!(found(&example_order()), [""; 0]);
}

#[test]
fn signers_need_an_address_a_number_and_a_name_in_two_parts() {
    assert_eq!(changed(|s| s.email = None), ["error email_required /recipients/0/email"]);
    assert_eq!(changed(|s| s.national_id = None), ["error national_id_required /recipients/0/national_id"]);
    let one_word = changed(|s| {
        (s.name, s.given_name) = ("Madonna".to_owned(), None);
    });
    assert_eq!(one_word, ["error name_in_one_word /recipients/0/name"]);
    assert_eq!(changed(|s| s.family_name = None), ["info name_divided /recipients/0/name"]);
    let company = changed(|s| s.national_id = Some(NationalId::new(NationalIdType::Cif, "B12345674", None).unwrap()));
    assert_eq!(company, ["error national_id_of_company /recipients/0/national_id"]);
}

#[test]
fn counts_and_sizes_are_limited() {
    let account = profiled(json!({
        "limits": { "max_recipients": 1, "max_documents": 1, "max_document_bytes": 2000, "max_identity_bytes": 1024 },
        "identity_document_types": identity_types()
    }));
    let mut order = two_documents();
    order.recipients[0].spec.identity_documents = vec![proof(1, "other")];
    order.recipients[0].spec.identity_documents[0].size = 1025;
    assert_eq!(
        told(&account.check(&order)),
        [
            "warning subject_not_shown /subject",
            "error too_many_documents /documents",
            "error document_too_large /documents/0",
            "error document_too_large /documents/1",
            "error too_many_recipients /recipients",
            "error identity_document_too_large /recipients/0/identity_documents/0",
        ]
    );
    let mut empty = simple_order();
    empty.documents.clear();
    empty.recipients.clear();
    assert_eq!(found(&empty), ["error documents_required /documents", "error recipients_required /recipients"]);
}

#[test]
fn what_the_vendor_cannot_do_is_an_error_at_its_place() {
    let phone = || Some("+56912345678".parse().unwrap());
    let errors: Vec<(Vec<String>, &str)> = vec![
        (changed(|s| s.role = Role::Approver), "error role_unsupported /recipients/0/role"),
        (changed(|s| s.role = Role::Copy), "error role_unsupported /recipients/0/role"),
        (changed(|s| s.delivery = Some(Delivery::Sms)), "error delivery_unsupported /recipients/0/delivery"),
        (changed(|s| s.delivery = Some(Delivery::Whatsapp)), "error delivery_unsupported /recipients/0/delivery"),
        (
            changed(|s| s.authentication = vec![Authentication::SmsOtp { phone: phone() }]),
            "error authentication_unsupported /recipients/0/authentication/0",
        ),
        (
            changed(|s| s.authentication = vec![Authentication::EmailOtp]),
            "error authentication_unsupported /recipients/0/authentication/0",
        ),
        (
            changed(|s| s.authentication = vec![Authentication::WhatsappOtp { phone: None }]),
            "error authentication_unsupported /recipients/0/authentication/0",
        ),
        (
            changed(|s| {
                let code = Some("1234".to_owned());
                s.authentication =
                    vec![Authentication::AccessCode { code, delivery: None, phone: None, resend: false }];
            }),
            "error authentication_unsupported /recipients/0/authentication/0",
        ),
        (
            changed(|s| s.authentication = vec![Authentication::Certificate]),
            "error authentication_unsupported /recipients/0/authentication/0",
        ),
        (changed(|s| s.fields = vec![field(1, 1, 72.0, 700.0)]), "error fields_unsupported /recipients/0/fields"),
        (changed(|s| s.acts_as = ActsAs::Organization), "error acts_as_unsupported /recipients/0/acts_as"),
        (
            changed(|s| {
                s.requested_attachments =
                    vec![RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false }];
            }),
            "error attachments_unsupported /recipients/0/requested_attachments",
        ),
        (
            changed(|s| s.signature_level = Some(SignatureLevel::Qualified)),
            "error level_unsupported /recipients/0/signature_level",
        ),
    ];
    for (findings, expected) in errors {
        assert_eq!(findings, [expected]);
    }
    let mut order = simple_order();
    order.spec.expires_at = chrono::DateTime::from_timestamp(4_102_444_800, 0);
    order.spec.reminders = Some(Reminders { every_days: 3 });
    order.spec.stages.push(stage(1, None, Some(1), None));
    order.spec.notary = Notary::Protocolization;
    assert_eq!(
        found(&order),
        [
            "error minimum_unsupported /stages/0/minimum",
            "error expiry_unsupported /expires_at",
            "error reminders_unsupported /reminders",
            "error notary_unsupported /notary",
        ]
    );
}

#[test]
fn text_and_looks_that_are_lost_are_warnings() {
    let mut order = simple_order();
    order.spec.subject = "Another subject".to_owned();
    order.spec.message = Some("Please".to_owned());
    order.spec.language = "en".parse().ok();
    order.spec.stages.push(stage(1, None, None, Some("Company")));
    order.recipients[0].spec.message = Some("Private".to_owned());
    order.recipients[0].spec.organization = Some(Organization { name: "Acme".to_owned(), tax_id: None });
    assert_eq!(
        found(&order),
        [
            "warning stage_name_unsupported /stages/0/name",
            "warning message_unsupported /message",
            "warning language_unsupported /language",
            "warning recipient_message_unsupported /recipients/0/message",
            "warning subject_not_shown /subject",
            "warning organization_not_sent /recipients/0/organization",
        ]
    );
    let mut plain = simple_order();
    plain.recipients[0].spec.phone = Some("+56912345678".parse().unwrap());
    let account = profiled(json!({ "phone_format": "not_sent" }));
    assert_eq!(told(&account.check(&plain)), ["warning phone_not_sent /recipients/0/phone"]);
}

#[test]
fn signers_share_one_level() {
    let mut order = example_order();
    order.recipients[1].spec.signature_level = Some(SignatureLevel::Advanced);
    let findings = account(json!({})).check(&order);
    assert_eq!(told(&findings), ["error levels_differ /recipients/0/signature_level"]);
    assert_eq!(findings[0].feature, Some(Feature::LevelAdvanced));
    order.recipients[0].spec.signature_level = None;
    assert_eq!(found(&order), [""; 0], "absent takes what the others have");
}

#[test]
fn a_level_is_a_minimum() {
    let account = profiled(json!({ "signature_codes": { "simple": { "none": null } } }));
    let findings = account.check(&two_documents());
    let raised: Vec<&Finding> = findings.iter().filter(|f| f.code == "level_raised").collect();
    assert_eq!(raised.len(), 1, "told once: {findings:?}");
    assert_eq!((raised[0].feature, raised[0].emulated.as_ref()), (Some(Feature::LevelSimple), None));
    let none = profiled(json!({ "signature_codes": { "advanced": { "none": null } } }));
    let mut order = simple_order();
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
    assert_eq!(told(&none.check(&order)), ["error level_unsupported /recipients/0/signature_level"]);
}

#[test]
fn a_notarys_part_needs_both_sides_of_every_signers_card() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let mut order = example_order();
    for notary in [Notary::Certification, Notary::Validation] {
        order.spec.notary = notary;
        order.recipients[0].spec = proven(ana());
        order.recipients[1].spec.identity_documents = vec![proof(3, "id_card_front")];
        let findings = account.check(&order);
        assert_eq!(told(&findings), ["error identity_document_required /recipients/1/identity_documents"]);
        assert_eq!(findings[0].feature, Some(Feature::IdentityDocuments));
    }
    order.recipients[1].spec.identity_documents.push(proof(4, "id_card_back"));
    assert_eq!(told(&account.check(&order)), [""; 0]);
    // A document of its own with a notary needs them just as well.
    let mut own = simple_order();
    own.documents[0].provider_options =
        serde_json::from_value(json!({ "gofirmex": { "signature": "FES_NOTARY_VALIDATED" } })).unwrap();
    assert_eq!(told(&account.check(&own)).len(), 2);
    let lax = profiled(json!({ "identity_documents_required_for": [] }));
    assert_eq!(told(&lax.check(&own)), [""; 0]);
}

#[test]
fn a_notarys_part_and_a_level_must_go_together() {
    let mut order = order(vec![proven(ana())]);
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
    order.spec.notary = Notary::Certification;
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let findings = account.check(&order);
    assert_eq!(told(&findings), ["error notary_unsupported /notary"]);
    assert_eq!(findings[0].feature, Some(Feature::NotaryCertification));
    assert!(findings[0].detail.contains("weaker"));
}

#[test]
fn identity_documents_need_a_kind_that_the_account_knows() {
    let mut order = order(vec![proven(ana())]);
    order.recipients[0].spec.identity_documents[1].kind = "selfie".to_owned();
    order.recipients[0].spec.identity_documents[1].content_type = "image/gif".to_owned();
    let findings = account(json!({})).check(&order);
    assert_eq!(
        told(&findings),
        [
            "error identity_kind_not_set_up /settings/profile/identity_document_types/id_card_front",
            "error identity_kind_unknown /recipients/0/identity_documents/1/type",
            "error identity_format_unsupported /recipients/0/identity_documents/1",
        ]
    );
    assert_eq!(findings[0].source, FindingSource::Account);
}

#[test]
fn options_are_typed_and_never_ask_for_less() {
    let mut order = simple_order();
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
    let mut with_signature = |signature: &str| {
        order.documents[0].provider_options =
            serde_json::from_value(json!({ "gofirmex": { "signature": signature } })).unwrap();
        found(&order)
    };
    let at = "/documents/0/provider_options/gofirmex/signature";
    assert_eq!(with_signature("simple"), [format!("error signature_too_weak {at}")]);
    assert_eq!(with_signature("FES"), [format!("error signature_too_weak {at}")]);
    assert_eq!(with_signature("FEX"), [format!("error signature_unknown {at}")]);
    assert_eq!(with_signature("advanced"), [""; 0]);
    let mut order = simple_order();
    let put = |options: Value| serde_json::from_value(json!({ "gofirmex": options })).unwrap();
    order.spec.provider_options = put(json!({ "portfolio_typ": "x" }));
    order.documents[0].provider_options = put(json!({ "document_type": 7 }));
    order.recipients[0].spec.provider_options = put(json!({ "x": 1 }));
    assert_eq!(
        found(&order),
        [
            "error unknown_field /provider_options/gofirmex/portfolio_typ",
            "error wrong_type /documents/0/provider_options/gofirmex/document_type",
            "error unknown_field /recipients/0/provider_options/gofirmex/x",
        ]
    );
}

#[test]
fn deadlines_and_reminders_are_seen_to_by_the_broker_where_the_account_has_the_calls() {
    let mut order = simple_order();
    order.spec.expires_at = chrono::DateTime::from_timestamp(4_102_444_800, 0);
    order.spec.reminders = Some(Reminders { every_days: 3 });
    let findings = readable().check(&order);
    assert_eq!(told(&findings), ["info expiry_emulated /expires_at", "info reminders_emulated /reminders"]);
    assert_eq!(findings[0].feature, Some(Feature::Expiry));
    assert_eq!(findings[1].feature, Some(Feature::Reminders));
    assert!(findings.iter().all(|f| f.emulated.is_some()));
}

#[test]
fn flags_say_less_than_words() {
    let account = profiled(json!({
        "document_style": "flags", "document_hash": "sha256_hex", "identity_document_types": identity_types()
    }));
    let mut order = order(vec![proven(ana())]);
    let case = Case::new(order.clone());
    let body = case.sent(&*account, "add_document/1");
    assert_eq!((&body["sign"], &body["notary_sign"]), (&json!(true), &json!(false)));
    assert_eq!((&body["document_format"], &body["document_hash"]), (&json!("pdf"), &json!("0".repeat(64))));
    assert_eq!(body.get("signature"), None);
    let proof = case.sent(&*account, "add_identity_document/1/1");
    assert_eq!((&proof["document_format"], &proof["document_hash"]), (&json!("png"), &json!("0".repeat(64))));
    order.spec.notary = Notary::Full;
    assert_eq!(Case::new(order.clone()).sent(&*account, "add_document/1")["notary_sign"], true);
    order.spec.notary = Notary::Validation;
    assert_eq!(told(&account.check(&order)), ["error notary_unsupported /notary"]);
    order.spec.notary = Notary::None;
    order.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
    assert_eq!(told(&account.check(&order)), ["error level_unsupported /recipients/0/signature_level"]);
    let base64 = profiled(json!({ "document_style": "flags", "document_hash": "sha256_base64" }));
    let body = Case::new(simple_order()).sent(&*base64, "add_document/1");
    assert_eq!(body["document_hash"], format!("{}=", "A".repeat(43)));
}

#[test]
fn an_account_may_have_neither_an_order_nor_links() {
    let of = |account: &dyn provider_clients::provider::Account, feature: Feature| {
        let matrix = matrix(account);
        matrix.iter().find(|row| row.feature == feature).unwrap().support
    };
    let no_order = profiled(json!({ "order_mode": "never", "notification_codes": { "none": null } }));
    assert_eq!(of(&*no_order, Feature::SequentialOrder), Support::Unsupported);
    assert_eq!(of(&*no_order, Feature::DeliveryNone), Support::Unsupported);
}
