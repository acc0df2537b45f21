//! What the checks that hold at every provider find.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests and their builders: a surprise ends them")]

use std::collections::BTreeMap;

use domain::capability::Feature;
use domain::checks::{asked_features, check};
use domain::envelope::{
    ActsAs, Authentication, Delivery, IdentityDocument, Notary, RecipientSpec, Reminders, RequestedAttachment, Role,
    SignatureLevel,
};
use domain::finding::{FindingSource, Severity};
use domain::ids::IdentityDocumentId;
use domain::order::Order;

mod support;
use support::{at, document, field, in_group, order, recipient, signer, stage};

/// Code and pointer of everything found, which must all refuse the send and point into the envelope.
fn found(order: &Order) -> Vec<(String, String)> {
    check(order, at(1000))
        .into_iter()
        .map(|finding| {
            assert_eq!(finding.severity, Severity::Error);
            assert_eq!(finding.source, FindingSource::Envelope);
            assert!(finding.detail.ends_with('.'), "{}", finding.detail);
            (finding.code, finding.pointer)
        })
        .collect()
}

fn is(code: &str, pointer: &str) -> (String, String) {
    (code.to_owned(), pointer.to_owned())
}

#[test]
fn a_signer_and_a_document_are_enough() {
    assert_eq!(found(&order([signer(1)])), []);
    assert_eq!(found(&order([recipient(Role::Approver, 3)])), []);
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let mut empty = order([]);
    empty.documents.clear();
    empty.spec.expires_at = Some(at(10));
    empty.spec.stages.push(stage(1, None, None));
    assert_eq!(
        found(&empty),
        [
            is("no_documents", "/documents"),
            is("no_acting_recipient", "/recipients"),
            is("already_expired", "/expires_at"),
            is("empty_stage", "/stages/0"),
        ]
    );
}

#[test]
fn copies_alone_do_not_make_an_envelope() {
    let copies = order([recipient(Role::Copy, 1), recipient(Role::Copy, 2)]);
    assert_eq!(found(&copies), [is("no_acting_recipient", "/recipients")]);
}

#[test]
fn a_deadline_must_lie_in_the_future() {
    let mut order = order([signer(1)]);
    for (deadline, wrong) in [(999, true), (1000, true), (1001, false)] {
        order.spec.expires_at = Some(at(deadline));
        let expected: &[_] = if wrong { &[is("already_expired", "/expires_at")] } else { &[] };
        assert_eq!(found(&order), expected, "{deadline}");
    }
}

#[test]
fn a_stage_is_described_once_and_has_recipients() {
    let mut order = order([in_group(signer(1), "a"), in_group(signer(1), "b"), signer(2)]);
    order.spec.stages = vec![
        stage(1, Some("a"), None),
        stage(1, Some("b"), None),
        stage(2, None, None),
        stage(1, Some("a"), None),
        stage(1, None, None),
        stage(3, None, None),
        stage(2, Some("a"), None),
    ];
    assert_eq!(
        found(&order),
        [
            is("duplicate_stage", "/stages/3"),
            is("empty_stage", "/stages/4"),
            is("empty_stage", "/stages/5"),
            is("empty_stage", "/stages/6"),
        ]
    );
}

#[test]
fn a_minimum_counts_signers_and_approvers_and_not_copies() {
    let mut order = order([signer(1), recipient(Role::Approver, 1), recipient(Role::Copy, 1)]);
    for (minimum, wrong) in [(0, true), (1, false), (2, false), (3, true), (u32::MAX, true)] {
        order.spec.stages = vec![stage(1, None, Some(minimum))];
        let findings = check(&order, at(1000));
        if wrong {
            assert_eq!(found(&order), [is("minimum_out_of_range", "/stages/0/minimum")]);
            assert_eq!(findings[0].feature, Some(Feature::StageMinimum));
        } else {
            assert_eq!(findings, [], "{minimum}");
        }
    }
}

#[test]
fn a_box_must_name_a_document_and_a_page_that_exist() {
    let mut spec = signer(1);
    spec.fields = vec![
        field(1, 1, 0.0, 0.0),
        field(0, 1, 0.0, 0.0),
        field(3, 1, 0.0, 0.0),
        field(1, 0, 0.0, 0.0),
        field(1, 2, 0.0, 0.0),
        field(2, 2, 0.0, 0.0),
    ];
    let mut order = order([signer(1), spec]);
    let mut second = document(2);
    second.pages.push(second.pages[0]);
    order.documents.push(second);
    assert_eq!(
        found(&order),
        [
            is("no_such_document", "/recipients/1/fields/1/document"),
            is("no_such_document", "/recipients/1/fields/2/document"),
            is("no_such_page", "/recipients/1/fields/3/page"),
            is("no_such_page", "/recipients/1/fields/4/page"),
        ]
    );
}

#[test]
fn a_box_must_lie_on_its_page() {
    let place = |x: f64, y: f64, size: Option<(f64, f64)>| {
        let mut field = field(1, 1, x, y);
        field.width = size.map(|(width, _)| width);
        field.height = size.map(|(_, height)| height);
        field
    };
    let inside = [
        place(0.0, 0.0, None),
        place(595.0, 842.0, None),
        place(495.0, 792.0, Some((100.0, 50.0))),
        place(495.005, 792.005, Some((100.0, 50.0))),
    ];
    let outside = [
        place(-0.1, 0.0, None),
        place(0.0, -0.1, None),
        place(595.1, 0.0, None),
        place(0.0, 842.1, None),
        place(496.0, 0.0, Some((100.0, 50.0))),
        place(0.0, 793.0, Some((100.0, 50.0))),
        place(f64::NAN, 0.0, None),
        place(0.0, f64::INFINITY, None),
    ];
    for field in inside {
        let mut spec = signer(1);
        spec.fields = vec![field.clone()];
        assert_eq!(found(&order([spec])), [], "{field:?}");
    }
    for field in outside {
        let mut spec = signer(1);
        spec.fields = vec![field.clone()];
        let order = order([spec]);
        assert_eq!(found(&order), [is("outside_page", "/recipients/0/fields/0")], "{field:?}");
        assert_eq!(check(&order, at(1000))[0].feature, Some(Feature::SignatureFields));
    }
}

#[test]
fn a_plain_envelope_asks_for_nothing() {
    assert_eq!(asked_features(&order([signer(1)])), []);
}

/// Asserts that a change of a plain envelope asks for exactly one feature.
fn asks_for(feature: Feature, change: impl FnOnce(&mut Order)) {
    let mut order = order([signer(1)]);
    change(&mut order);
    assert_eq!(asked_features(&order), [feature]);
}

/// The same for a change of its only recipient.
fn recipient_asks_for(feature: Feature, change: impl FnOnce(&mut RecipientSpec)) {
    asks_for(feature, |order| change(&mut order.recipients[0].spec));
}

#[test]
fn each_rule_of_an_envelope_asks_for_its_feature() {
    asks_for(Feature::SeveralDocuments, |o| o.documents.push(document(2)));
    asks_for(Feature::StageMinimum, |o| o.spec.stages = vec![stage(1, None, Some(1))]);
    asks_for(Feature::StageName, |o| {
        o.spec.stages = vec![stage(1, None, None)];
        o.spec.stages[0].name = Some("Company".to_owned());
    });
    asks_for(Feature::Message, |o| o.spec.message = Some("Hello.".to_owned()));
    asks_for(Feature::Language, |o| o.spec.language = Some("es".parse().unwrap()));
    asks_for(Feature::Expiry, |o| o.spec.expires_at = Some(at(2000)));
    asks_for(Feature::Reminders, |o| o.spec.reminders = Some(Reminders { every_days: 3 }));
    for (notary, feature) in [
        (Notary::Certification, Feature::NotaryCertification),
        (Notary::Protocolization, Feature::NotaryProtocolization),
        (Notary::Validation, Feature::NotaryValidation),
        (Notary::Full, Feature::NotaryFull),
    ] {
        asks_for(feature, |o| o.spec.notary = notary);
    }
}

#[test]
fn each_wish_for_a_recipient_asks_for_its_feature() {
    recipient_asks_for(Feature::RoleApprover, |r| r.role = Role::Approver);
    recipient_asks_for(Feature::RoleCopy, |r| r.role = Role::Copy);
    for (level, feature) in [
        (SignatureLevel::Simple, Feature::LevelSimple),
        (SignatureLevel::Advanced, Feature::LevelAdvanced),
        (SignatureLevel::Qualified, Feature::LevelQualified),
    ] {
        recipient_asks_for(feature, |r| r.signature_level = Some(level));
    }
    for (delivery, feature) in [
        (Delivery::Email, Feature::DeliveryEmail),
        (Delivery::Sms, Feature::DeliverySms),
        (Delivery::Whatsapp, Feature::DeliveryWhatsapp),
        (Delivery::None, Feature::DeliveryNone),
    ] {
        recipient_asks_for(feature, |r| r.delivery = Some(delivery));
    }
    let access_code = Authentication::AccessCode { code: None, delivery: None, phone: None, resend: false };
    for (authentication, feature) in [
        (Authentication::SmsOtp { phone: None }, Feature::AuthSmsOtp),
        (Authentication::EmailOtp, Feature::AuthEmailOtp),
        (Authentication::WhatsappOtp { phone: None }, Feature::AuthWhatsappOtp),
        (access_code, Feature::AuthAccessCode),
        (Authentication::Certificate, Feature::AuthCertificate),
    ] {
        recipient_asks_for(feature, |r| r.authentication = vec![authentication]);
    }
    recipient_asks_for(Feature::RecipientMessage, |r| r.message = Some("Hello.".to_owned()));
    for acts_as in [ActsAs::Organization, ActsAs::Both] {
        recipient_asks_for(Feature::ActsAsOrganization, |r| r.acts_as = acts_as);
    }
    recipient_asks_for(Feature::SignatureFields, |r| r.fields = vec![field(1, 1, 1.0, 1.0)]);
    recipient_asks_for(Feature::RequestedAttachments, |r| {
        r.requested_attachments = vec![RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false }];
    });
    recipient_asks_for(Feature::IdentityDocuments, |r| {
        r.identity_documents = vec![IdentityDocument {
            id: IdentityDocumentId::generate(),
            kind: "id_card_front".to_owned(),
            filename: "front.png".to_owned(),
            content_type: "image/png".to_owned(),
            size: 1,
            sha256: "0".repeat(64),
        }];
    });
}

#[test]
fn a_sized_box_asks_for_the_box_and_for_its_size() {
    let mut spec = signer(1);
    let mut sized = field(1, 1, 1.0, 1.0);
    sized.height = Some(10.0);
    spec.fields = vec![field(1, 1, 1.0, 1.0), sized];
    assert_eq!(asked_features(&order([spec])), [Feature::SignatureFields, Feature::FieldSize]);
}

#[test]
fn turns_are_told_from_acting_together() {
    let asked = |recipients: Vec<RecipientSpec>| asked_features(&order(recipients));
    assert_eq!(asked(vec![signer(1), signer(2)]), [Feature::SeveralSigners, Feature::SequentialOrder]);
    assert_eq!(asked(vec![signer(7), signer(7)]), [Feature::SeveralSigners, Feature::ParallelOrder]);
    assert_eq!(
        asked(vec![in_group(signer(1), "a"), in_group(signer(1), "b")]),
        [Feature::SeveralSigners, Feature::ParallelOrder],
        "two stages of one order act together"
    );
    assert_eq!(
        asked(vec![signer(1), signer(1), signer(2)]),
        [Feature::SeveralSigners, Feature::SequentialOrder, Feature::ParallelOrder]
    );
}

#[test]
fn a_feature_is_told_once_however_often_it_is_asked_for() {
    let with_code = |order: u32| {
        let mut spec = signer(order);
        spec.authentication = vec![Authentication::EmailOtp];
        spec.provider_options = BTreeMap::new();
        spec
    };
    let asked = asked_features(&order([with_code(1), with_code(1), with_code(1)]));
    assert_eq!(asked.iter().filter(|f| **f == Feature::AuthEmailOtp).count(), 1);
}
