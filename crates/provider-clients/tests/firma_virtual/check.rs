//! What stands between an order and a send. Sections 7 and 10.2.

use domain::capability::{Feature, Support};
use domain::envelope::{
    ActsAs, Authentication, Delivery, IdentityDocument, Notary, Organization, Reminders, RequestedAttachment, Role,
    SignatureLevel,
};
use domain::finding::Severity;
use domain::ids::IdentityDocumentId;
use domain::order::Order;
use provider_clients::probe::matrix;
use provider_clients::provider::Account;
use serde_json::{Value, json};

use crate::support::{
    account, document, double_order, errors, field, hours, jose, options, order, person, recipient, simple_order,
    stage, told,
};

/// What is said beside who pays.
fn findings(change: impl FnOnce(&mut Order)) -> Vec<String> {
    let mut order = simple_order();
    order.spec.subject = String::new();
    let share = ("firma_virtual".to_owned(), json!({ "portion": 100 }));
    order.recipients[0].spec.provider_options.extend([share]);
    change(&mut order);
    told(&account(json!({})).check(&order))
}

fn of_signer(change: impl FnOnce(&mut domain::envelope::RecipientSpec)) -> Vec<String> {
    findings(|order| change(&mut order.recipients[0].spec))
}

#[test]
fn nothing_is_said_about_what_the_vendor_can_do() {
    assert_eq!(findings(|_| {}), [""; 0]);
    let mut order = double_order();
    order.spec.subject = String::new();
    order.documents.pop();
    let by_agreement = account(json!({ "payment_status": "PAIDOUT" }));
    assert_eq!(told(&by_agreement.check(&order)), [""; 0], "two signers in parallel");
}

#[test]
fn each_feature_that_is_not_there_is_named_at_its_place() {
    let access =
        Authentication::AccessCode { code: Some("1234".to_owned()), delivery: None, phone: None, resend: false };
    let proofs = [
        Authentication::SmsOtp { phone: None },
        Authentication::EmailOtp,
        Authentication::WhatsappOtp { phone: None },
        access,
        Authentication::Certificate,
    ];
    assert_eq!(
        of_signer(|s| s.authentication = proofs.to_vec()),
        [0, 1, 2, 3, 4].map(|n| format!("error authentication_unsupported /recipients/0/authentication/{n}"))
    );
    for delivery in [Delivery::Sms, Delivery::Whatsapp, Delivery::None] {
        assert_eq!(of_signer(|s| s.delivery = Some(delivery)), ["error delivery_unsupported /recipients/0/delivery"]);
    }
    for level in [SignatureLevel::Advanced, SignatureLevel::Qualified] {
        let told = of_signer(|s| s.signature_level = Some(level));
        assert_eq!(told, ["error level_unsupported /recipients/0/signature_level"]);
    }
    let attachment = RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false };
    assert_eq!(
        of_signer(|s| s.requested_attachments.push(attachment)),
        ["error attachments_unsupported /recipients/0/requested_attachments"]
    );
    let id = IdentityDocument {
        id: IdentityDocumentId::generate(),
        kind: "id_card_front".to_owned(),
        filename: "f.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1,
        sha256: "0".repeat(64),
    };
    assert_eq!(
        of_signer(|s| s.identity_documents.push(id)),
        ["error identity_documents_unsupported /recipients/0/identity_documents"]
    );
    assert_eq!(of_signer(|s| s.fields.push(field(1, 1, 1.0, 1.0))), ["error fields_unsupported /recipients/0/fields"]);
    assert_eq!(
        of_signer(|s| s.message = Some("x".to_owned())),
        ["warning recipient_message_unsupported /recipients/0/message"]
    );
    assert_eq!(findings(|o| o.spec.message = Some("x".to_owned())), ["warning message_unsupported /message"]);
    assert_eq!(findings(|o| o.spec.language = "es".parse().ok()), ["warning language_unsupported /language"]);
    for notary in [Notary::Validation, Notary::Full] {
        assert_eq!(findings(|o| o.spec.notary = notary), ["error notary_unsupported /notary"]);
    }
    for role in [Role::Approver, Role::Copy] {
        let mut order = simple_order();
        order
            .recipients
            .push(crate::support::order(vec![recipient(role, "X", "x@example.cl", 1)]).recipients.remove(0));
        assert_eq!(errors(&*account(json!({})), &order), ["role_unsupported /recipients/1/role"]);
    }
}

#[test]
fn order_and_minimum_are_refused_unless_they_ask_for_what_happens_anyway() {
    let account = account(json!({}));
    let mut order = double_order();
    order.recipients[1].spec.routing_order = 2;
    assert_eq!(errors(&*account, &order), ["order_unsupported /recipients"]);
    let mut order = double_order();
    order.spec.stages = vec![stage(1, None, Some(1), Some("Company"))];
    assert_eq!(errors(&*account, &order), ["minimum_unsupported /stages/0/minimum"]);
    assert!(told(&account.check(&order)).contains(&"warning stage_name_unsupported /stages/0/name".to_owned()));
    order.spec.stages = vec![stage(1, None, Some(2), None)];
    assert_eq!(errors(&*account, &order), [""; 0], "all of two");
}

#[test]
fn what_the_broker_does_itself_says_so() {
    let mut order = simple_order();
    order.spec.expires_at = Some(hours(9_000_000));
    order.spec.reminders = Some(Reminders { every_days: 3 });
    let findings = account(json!({})).check(&order);
    for feature in [Feature::Expiry, Feature::Reminders] {
        let finding = findings.iter().find(|f| f.feature == Some(feature)).unwrap();
        assert_eq!(finding.severity, Severity::Info);
        assert!(finding.emulated.is_some());
    }
}

#[test]
fn a_notary_is_bought_by_the_kind_of_signature() {
    for notary in [Notary::Certification, Notary::Protocolization] {
        assert_eq!(findings(|o| o.spec.notary = notary), [""; 0]);
    }
    let both = |modal: &str| {
        findings(|o| {
            o.spec.notary = Notary::Certification;
            options(o, json!({ "contract_type_id": 1, "modal": modal }));
        })
    };
    assert_eq!(both("SIGNATURE_CERT_NOTARIAL"), [""; 0]);
    for modal in ["SIGNATURE", "SIGNATURE_PROT_NOTARIAL"] {
        assert_eq!(both(modal), ["error modal_contradicts_notary /provider_options/firma_virtual/modal"]);
    }
}

#[test]
fn everybody_needs_a_rut_a_phone_an_address_and_a_name() {
    assert_eq!(of_signer(|s| s.national_id = None), ["error national_id_required /recipients/0/national_id"]);
    let nif = domain::values::NationalId::new(domain::values::NationalIdType::Nif, "12345678Z", None).ok();
    assert_eq!(of_signer(|s| s.national_id = nif), ["error national_id_required /recipients/0/national_id"]);
    assert_eq!(of_signer(|s| s.phone = None), ["error phone_required /recipients/0/phone"]);
    assert_eq!(of_signer(|s| s.email = None), ["error email_required /recipients/0/email"]);
    assert_eq!(of_signer(|s| s.name = " ".to_owned()), ["error name_required /recipients/0/name"]);
}

#[test]
fn the_test_environment_needs_no_rut_and_tells_people_by_address() {
    let account = account(json!({ "qa_rut_override": "76795561-8" }));
    let mut order = double_order();
    for recipient in &mut order.recipients {
        recipient.spec.national_id = None;
    }
    assert_eq!(errors(&*account, &order), [""; 0]);
    order.recipients[1].spec.email = "JOSE@example.cl".parse().ok();
    assert_eq!(errors(&*account, &order), ["duplicate_email /recipients/1/email"]);
}

#[test]
fn a_rut_stands_once_however_it_is_written() {
    let mut again = order(vec![jose(), person("Jose P.", "other@example.cl", "76.795.561-8", "+56911111111")]);
    options(&mut again, json!({ "contract_type_fee_id": 28 }));
    assert_eq!(errors(&*account(json!({})), &again), ["duplicate_national_id /recipients/1/national_id"]);
}

#[test]
fn national_phones_must_be_of_chile() {
    let account = account(json!({ "phone_format": "national" }));
    let mut order = simple_order();
    assert_eq!(errors(&*account, &order), [""; 0]);
    order.recipients[0].spec.phone = "+34677777777".parse().ok();
    assert_eq!(errors(&*account, &order), ["phone_form /recipients/0/phone"]);
}

#[test]
fn a_signer_may_be_a_company_but_not_both() {
    assert_eq!(of_signer(|s| s.acts_as = ActsAs::Organization), ["info acts_as_company /recipients/0/acts_as"]);
    assert_eq!(of_signer(|s| s.acts_as = ActsAs::Both), ["error acts_as_unsupported /recipients/0/acts_as"]);
    let organization = Organization { name: "Acme".to_owned(), tax_id: None };
    assert_eq!(
        of_signer(|s| s.organization = Some(organization)),
        ["warning organization_not_sent /recipients/0/organization"]
    );
}

#[test]
fn documents_have_limits_and_are_joined() {
    let account = account(json!({ "max_documents": 2, "max_document_bytes": 50_000 }));
    let mut order = double_order();
    assert_eq!(errors(&*account, &order), [""; 0]);
    assert!(told(&account.check(&order)).contains(&"info documents_joined /documents".to_owned()));
    order.documents.push(document(3));
    order.documents[1].size = 50_001;
    assert_eq!(errors(&*account, &order), ["too_many_documents /documents", "document_too_large /documents/1"]);
    order.documents.clear();
    assert_eq!(errors(&*account, &order), ["documents_required /documents"]);
    let limits = account.limits();
    assert_eq!(limits.documents_per_submission, Some(2));
    assert_eq!((limits.max_document_bytes, limits.max_recipients), (Some(50_000), Some(10)));
}

#[test]
fn ten_signers_are_the_most() {
    let people = |count: u32| {
        let digits = |n: u32| {
            let body = 10_000_000 + n;
            let check = "0123456789K".chars().find(|c| {
                domain::values::NationalId::new(domain::values::NationalIdType::Rut, &format!("{body}-{c}"), None)
                    .is_ok()
            });
            format!("{body}-{}", check.unwrap())
        };
        let person = |n: u32| person("P", &format!("p{n}@example.cl"), &digits(n), "+56987332031");
        let mut order = order((0..count).map(person).collect());
        options(&mut order, json!({ "contract_type_id": 1 }));
        errors(&*account(json!({})), &order)
    };
    assert_eq!(people(10), [""; 0]);
    assert_eq!(people(11), ["too_many_recipients /recipients"]);
}

#[test]
fn the_subject_is_lost_and_said_to_be() {
    let told = findings(|order| order.spec.subject = "Contrato".to_owned());
    assert_eq!(told, ["warning subject_not_sent /subject"]);
}

#[test]
fn shares_are_100_together() {
    let shares = |told: [Option<u8>; 2]| {
        let mut order = double_order();
        for (recipient, share) in order.recipients.iter_mut().zip(told) {
            let share = share.map(|share| ("firma_virtual".to_owned(), json!({ "portion": share })));
            recipient.spec.provider_options.extend(share);
        }
        errors(&*account(json!({})), &order)
    };
    for fine in [[None, None], [Some(100), None], [Some(0), Some(100)], [Some(50), Some(50)]] {
        assert_eq!(shares(fine), [""; 0], "{fine:?}");
    }
    let at = |n: u32| format!("portions_not_100 /recipients/{n}/provider_options/firma_virtual/portion");
    assert_eq!(shares([Some(100), Some(100)]), [at(0), at(1)]);
    assert_eq!(shares([Some(50), None]), [at(0)]);
    assert_eq!(shares([Some(0), None]), [at(0)]);
}

#[test]
fn who_pays_without_being_named_is_told() {
    let mut order = double_order();
    order.spec.subject = String::new();
    order.documents.pop();
    let payers = |settings: Value| told(&account(settings).check(&order));
    assert_eq!(payers(json!({})), ["info payer_by_default /recipients/0"]);
    assert_eq!(payers(json!({ "default_payer": "last" })), ["info payer_by_default /recipients/1"]);
    let halves = ["info payer_by_default /recipients/0", "info payer_by_default /recipients/1"];
    assert_eq!(payers(json!({ "default_payer": "first_two" })), halves);
}

#[test]
fn something_must_say_what_kind_of_contract_it_is() {
    let mut order = simple_order();
    options(&mut order, json!({}));
    let missing = ["contract_type_required /provider_options/firma_virtual/contract_type_fee_id"];
    assert_eq!(errors(&*account(json!({})), &order), missing);
    for settings in [
        json!({ "default_contract_type_fee_id": 28 }),
        json!({ "contract_type_id": 1 }),
        json!({ "contract_type_name": "CONTRATO DE ARIENDO" }),
    ] {
        assert_eq!(errors(&*account(settings), &order), [""; 0]);
    }
    options(&mut order, json!({ "contract_type_id": 1 }));
    assert_eq!(errors(&*account(json!({})), &order), [""; 0]);
}

#[test]
fn options_satisfy_their_schemas() {
    let wrong = |given: Value| {
        let mut order = simple_order();
        options(&mut order, given);
        order.recipients[0].spec.provider_options.insert("firma_virtual".to_owned(), json!({ "portion": 70 }));
        order.documents[0].provider_options.insert("firma_virtual".to_owned(), json!({ "x": 1 }));
        errors(&*account(json!({ "contract_type_id": 1 })), &order)
    };
    assert_eq!(
        wrong(json!({ "contract_type_fee_id": 0, "modal": "FEA", "colour": "red" })),
        [
            "too_small /provider_options/firma_virtual/contract_type_fee_id",
            "not_allowed /provider_options/firma_virtual/modal",
            "unknown_field /provider_options/firma_virtual/colour",
            "unknown_field /documents/0/provider_options/firma_virtual/x",
            "not_allowed /recipients/0/provider_options/firma_virtual/portion",
            "portions_not_100 /recipients/0/provider_options/firma_virtual/portion",
        ]
    );
}

#[test]
fn the_capabilities_are_those_of_the_contract() {
    let account: std::sync::Arc<dyn Account> = account(json!({}));
    let rows = matrix(&*account);
    let with = |support: Support| -> Vec<Feature> {
        rows.iter().filter(|row| row.support == support).map(|row| row.feature).collect()
    };
    use Feature as F;
    assert_eq!(
        with(Support::Native),
        [
            F::SeveralDocuments,
            F::SeveralSigners,
            F::ParallelOrder,
            F::LevelSimple,
            F::DeliveryEmail,
            F::Remind,
            F::Cancel,
            F::CorrectRecipient,
            F::ActsAsOrganization,
            F::NotaryCertification,
            F::NotaryProtocolization,
        ]
    );
    assert_eq!(with(Support::Emulated), [F::Expiry, F::Reminders, F::Evidence]);
    assert_eq!(with(Support::Unsupported).len(), Feature::ALL.len() - 14);
}
