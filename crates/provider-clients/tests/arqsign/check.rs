//! What is told before anything is sent. Sections 2.1 and 6.

use domain::envelope::{
    ActsAs, Authentication, Delivery, Organization, Reminders, RequestedAttachment, Role, SignatureLevel,
};
use domain::order::Order;
use domain::values::{NationalId, NationalIdType};
use serde_json::{Value, json};

use crate::support::{account, at, document, example_order, field, order, recipient, signer, stage, told, two_turns};

fn findings_with(settings: Value, order: &Order) -> Vec<String> {
    told(&account(settings).check(order))
}

fn findings(change: impl FnOnce(&mut Order)) -> Vec<String> {
    let mut order = example_order();
    change(&mut order);
    findings_with(json!({}), &order)
}

fn one(change: impl FnOnce(&mut Order), expected: &str) {
    assert_eq!(findings(change), [expected]);
}

fn code(code: Option<&str>, delivery: Option<Delivery>, resend: bool) -> Authentication {
    Authentication::AccessCode { code: code.map(str::to_owned), delivery, phone: None, resend }
}

fn asked(name: &str) -> RequestedAttachment {
    RequestedAttachment { name: name.to_owned(), required: true, shared: false }
}

fn company() -> Organization {
    serde_json::from_value(json!({ "name": "Acme Ltda", "tax_id": "11.222.333/0001-81" })).unwrap()
}

fn options(order: &mut Order, options: Value) {
    order.recipients[0].spec.provider_options.insert("arqsign".to_owned(), options);
}

#[test]
fn there_is_nothing_to_say_about_the_simplest_envelopes() {
    for order in [example_order(), two_turns(), order(vec![signer("Ana Souza", "ana@example.com")])] {
        assert_eq!(findings_with(json!({}), &order), [""; 0]);
    }
}

#[test]
fn the_envelope_itself() {
    one(|o| o.spec.subject = " ".to_owned(), "error subject_required /subject");
    one(|o| o.spec.subject = "x".repeat(236), "warning text_cut /subject");
    one(|o| o.spec.subject = "x".repeat(151), "warning text_cut /subject");
    assert_eq!(findings(|o| o.spec.subject = "x".repeat(150)), [""; 0]);
    one(|o| o.spec.expires_at = Some(at("1970-02-01T00:00:00Z")), "info deadline_by_broker /expires_at");
    one(
        |o| o.spec.reminders = Some(Reminders { every_days: 1000 }),
        "error reminders_out_of_range /reminders/every_days",
    );
    assert_eq!(findings(|o| o.spec.reminders = Some(Reminders { every_days: 999 })), [""; 0]);
}

#[test]
fn the_documents() {
    one(|o| o.documents.extend((2..=26).map(document)), "error too_many_documents /documents");
    assert_eq!(findings(|o| o.documents.extend((2..=25).map(document))), [""; 0]);
    one(|o| o.documents[0].size = 100_000_001, "error documents_too_large /documents");
    one(|o| o.documents[0].name = "x".repeat(147), "warning text_cut /documents/0/name");
}

#[test]
fn who_gets_it_and_how() {
    assert_eq!(findings(|o| o.recipients[0].spec.role = Role::Copy), ["error signer_required /recipients"]);
    one(|o| o.recipients[0].spec.name = " ".to_owned(), "error name_required /recipients/0/name");
    one(|o| o.recipients[0].spec.name = "x".repeat(151), "error too_long /recipients/0/name");
    one(|o| o.recipients[0].spec.email = None, "error email_required /recipients/0/email");
    one(|o| o.recipients[0].spec.delivery = Some(Delivery::Whatsapp), "error phone_required /recipients/0/phone");
    one(|o| o.recipients[0].spec.delivery = Some(Delivery::Sms), "error delivery_unsupported /recipients/0/delivery");
    one(|o| o.recipients[0].spec.delivery = Some(Delivery::None), "error delivery_unsupported /recipients/0/delivery");
    one(
        |o| {
            let spec = &mut o.recipients[0].spec;
            spec.phone = Some("+5531999998888".parse().unwrap());
            spec.delivery = Some(Delivery::Whatsapp);
            spec.signature_level = Some(SignatureLevel::Qualified);
        },
        "error phone_needs_simple /recipients/0/signature_level",
    );
}

#[test]
fn links_need_version_three_and_a_signer() {
    let v3 = json!({ "send_api_version": "v3" });
    let mut order = example_order();
    order.recipients[0].spec.delivery = Some(Delivery::None);
    assert_eq!(findings_with(v3.clone(), &order), [""; 0]);
    order.recipients[1].spec.delivery = Some(Delivery::None);
    assert_eq!(findings_with(v3.clone(), &order), ["error delivery_unsupported /recipients/1/delivery"]);
    order.recipients[1].spec.delivery = Some(Delivery::Email);
    order.recipients[0].spec.email = None;
    assert_eq!(findings_with(v3, &order), ["error email_required /recipients/0/email"]);
}

#[test]
fn a_contact_stands_once_in_a_turn() {
    let twice = |turn| {
        order(vec![signer("Ana Souza", "ana@example.com"), recipient(Role::Signer, "Ana", "ANA@example.com", turn)])
    };
    assert_eq!(findings_with(json!({}), &twice(1)), ["error duplicate_contact /recipients/1/email"]);
    assert_eq!(findings_with(json!({}), &twice(2)), [""; 0]);
    let with_copy =
        order(vec![signer("Ana Souza", "ana@example.com"), recipient(Role::Copy, "Ana", "ana@example.com", 1)]);
    assert_eq!(findings_with(json!({}), &with_copy), [""; 0]);
}

#[test]
fn copies_have_no_turn_and_nothing_that_only_signers_have() {
    let mut order = two_turns();
    order.recipients.push(domain::envelope::OrderRecipient {
        id: crate::support::recipient_id(3),
        spec: recipient(Role::Copy, "Arquivo", "arquivo@example.com", 9),
    });
    assert_eq!(findings_with(json!({}), &order), ["warning copy_order_not_sent /recipients/2/routing_order"]);
    one(
        |o| o.recipients[1].spec.requested_attachments = vec![asked("RG")],
        "error attachments_unsupported /recipients/1/requested_attachments",
    );
    one(
        |o| o.recipients[1].spec.fields = vec![field(1, 1, 72.0, 72.0)],
        "error fields_unsupported /recipients/1/fields",
    );
    one(
        |o| o.recipients[1].spec.message = Some("Oi".to_owned()),
        "warning recipient_message_unsupported /recipients/1/message",
    );
    one(
        |o| o.recipients[1].spec.organization = Some(company()),
        "warning organization_not_sent /recipients/1/organization",
    );
    one(
        |o| o.recipients[1].spec.authentication = vec![code(Some("1234"), None, false)],
        "error authentication_unsupported /recipients/1/authentication/0",
    );
}

#[test]
fn access_codes_have_four_digits_and_a_way_to_the_signer() {
    let here = "/recipients/0/authentication/0";
    let proof =
        |authentication: Authentication| findings(|o| o.recipients[0].spec.authentication = vec![authentication]);
    assert_eq!(proof(code(Some("1234"), None, false)), [""; 0]);
    assert_eq!(proof(code(Some("1234"), Some(Delivery::Email), false)), [""; 0]);
    for wrong in ["123", "12345", "12a4", "１２３４"] {
        assert_eq!(proof(code(Some(wrong), None, false)), [format!("error access_code_format {here}/code")], "{wrong}");
    }
    assert_eq!(proof(code(None, None, false)), [format!("error access_code_required {here}/code")]);
    for delivery in [Delivery::Sms, Delivery::Whatsapp] {
        assert_eq!(proof(code(Some("1234"), Some(delivery), true)), [format!("error phone_required {here}/phone")]);
    }
    assert_eq!(
        proof(code(Some("1234"), Some(Delivery::Email), true)),
        [format!("warning access_code_resend_unsupported {here}/resend")]
    );
    let abroad = |delivery| {
        findings(|o| {
            o.recipients[0].spec.phone = Some("+34677777777".parse().unwrap());
            o.recipients[0].spec.authentication = vec![code(Some("1234"), Some(delivery), false)];
        })
    };
    assert_eq!(abroad(Delivery::Sms), [format!("error phone_country {here}/phone")]);
    assert_eq!(abroad(Delivery::Whatsapp), [""; 0]);
    one(
        |o| {
            o.recipients[0].spec.authentication = vec![code(Some("1234"), None, false), code(Some("4321"), None, false)]
        },
        "error authentication_repeated /recipients/0/authentication/1",
    );
}

#[test]
fn other_proofs_are_not_there_and_certificates_are_proved_by_signing() {
    let here = "/recipients/0/authentication/0";
    let proof = |level, authentication: Authentication| {
        findings(|o| {
            o.recipients[0].spec.signature_level = Some(level);
            o.recipients[0].spec.authentication = vec![authentication];
        })
    };
    assert_eq!(
        proof(SignatureLevel::Simple, Authentication::EmailOtp),
        [format!("error authentication_unsupported {here}")]
    );
    assert_eq!(
        proof(SignatureLevel::Simple, Authentication::Certificate),
        [format!("error authentication_unsupported {here}")]
    );
    for level in [SignatureLevel::Advanced, SignatureLevel::Qualified] {
        assert_eq!(proof(level, Authentication::Certificate), [format!("info certificate_by_signature {here}")]);
    }
}

#[test]
fn what_a_certificate_tells_is_not_sent() {
    let qualified = |change: fn(&mut Order)| {
        findings(|o| {
            o.recipients[0].spec.signature_level = Some(SignatureLevel::Qualified);
            change(o);
        })
    };
    let cpf = |o: &mut Order| {
        o.recipients[0].spec.national_id = NationalId::new(NationalIdType::Cpf, "529.982.247-25", None).ok()
    };
    assert_eq!(qualified(cpf), ["warning national_id_not_sent /recipients/0/national_id"]);
    let acme = |o: &mut Order| {
        o.recipients[0].spec.acts_as = ActsAs::Organization;
        o.recipients[0].spec.organization = Some(company());
    };
    assert_eq!(qualified(acme), ["warning organization_not_sent /recipients/0/organization"]);
    one(
        |o| o.recipients[0].spec.organization = Some(company()),
        "warning organization_not_sent /recipients/0/organization",
    );
}

#[test]
fn files_asked_for_have_names_that_fit_and_differ() {
    let names = |names: &[&str]| {
        findings(|o| o.recipients[0].spec.requested_attachments = names.iter().map(|n| asked(n)).collect())
    };
    let at = |number: usize| format!("/recipients/0/requested_attachments/{number}/name");
    assert_eq!(names(&["RG frente", "RG verso"]), [""; 0]);
    assert_eq!(names(&["RG", " rg "]), [format!("error attachment_repeated {}", at(1))]);
    assert_eq!(names(&[" "]), [format!("error name_required {}", at(0))]);
    assert_eq!(names(&[&"x".repeat(76)]), [format!("error too_long {}", at(0))]);
}

#[test]
fn places_are_complete_fit_the_page_and_are_not_repeated() {
    let placed = |fields: Vec<domain::envelope::Field>| findings(|o| o.recipients[0].spec.fields = fields);
    let here = "/recipients/0/fields";
    assert_eq!(placed(vec![field(1, 1, 72.0, 72.0)]), [""; 0]);
    assert_eq!(
        placed(vec![field(1, 1, 72.0, 72.0), field(1, 2, 72.0, 72.0)]),
        [format!("error field_repeated {here}/1")]
    );
    assert_eq!(placed(vec![field(1, 1, 0.0, 0.0)]), [""; 0]);
    let mut thin = field(1, 1, 72.0, 72.0);
    thin.height = Some(0.01);
    assert_eq!(placed(vec![thin]), [format!("error field_zero {here}/0/height")]);
    assert_eq!(placed(vec![field(1, 1, 500.0, 72.0)]), [format!("error outside_page {here}/0")]);
    let mut other = field(1, 1, 72.0, 72.0);
    other.acts_as = Some(ActsAs::Organization);
    assert_eq!(
        placed(vec![other]),
        [format!("error field_missing {here}"), format!("error field_capacity {here}/0/as")]
    );
    let both = findings(|o| {
        o.recipients[0].spec.acts_as = ActsAs::Both;
        let mut person = field(1, 1, 72.0, 72.0);
        person.acts_as = Some(ActsAs::Person);
        o.recipients[0].spec.fields = vec![person];
    });
    assert_eq!(both, [format!("error field_missing {here}")]);
}

#[test]
fn options_that_do_not_fit_are_errors_and_lost_ones_are_warnings() {
    let at = |member: &str| format!("/recipients/0/provider_options/arqsign/{member}");
    let given = |value: Value| findings(|o| options(o, value));
    assert_eq!(given(json!({ "papeis_pf": ["Locatário"], "representacao_visual": 3, "titulo": "Oi" })), [""; 0]);
    for (wrong, member) in [
        (json!({ "papel": "x" }), "papel"),
        (json!({ "representacao_visual": 4 }), "representacao_visual"),
        (json!({ "papeis_pf": ["x".repeat(51)] }), "papeis_pf/0"),
        (json!({ "titulo": "x".repeat(151) }), "titulo"),
        (
            json!({ "dados_complementares": [{ "label": "x".repeat(41), "valor": "y" }] }),
            "dados_complementares/0/label",
        ),
        (
            json!({ "dados_complementares": [{ "label": "x", "valor": "y".repeat(57) }] }),
            "dados_complementares/0/valor",
        ),
        (json!({ "dados_complementares": [{ "label": "x" }] }), "dados_complementares/0/valor"),
    ] {
        let found = given(wrong);
        assert!(found.len() == 1 && found[0].starts_with("error ") && found[0].ends_with(&at(member)), "{found:?}");
    }
    assert_eq!(given(json!({ "papeis_pj": ["Fiador"] })), [format!("warning option_not_sent {}", at("papeis_pj"))]);
    assert_eq!(
        given(json!({ "validar_documento": true })),
        [format!("error national_id_required {}", at("validar_documento"))]
    );
    let certificate = findings(|o| {
        o.recipients[0].spec.signature_level = Some(SignatureLevel::Advanced);
        options(o, json!({ "validar_documento": true, "dados_complementares": [{ "label": "x", "valor": "y" }] }));
    });
    assert_eq!(
        certificate,
        [
            format!("warning option_not_sent {}", at("dados_complementares")),
            format!("error validation_unsupported {}", at("validar_documento"))
        ]
    );
    let envelope = findings(|o| {
        o.spec.provider_options.insert(
            "arqsign".to_owned(),
            json!({ "aviso_expiracao_dias": 100, "id_pasta": "x", "renovacao_meses": 0 }),
        );
    });
    assert_eq!(envelope.len(), 3);
    let document = findings(|o| {
        o.documents[0].provider_options.insert("arqsign".to_owned(), json!({ "x": 1 }));
    });
    assert!(document.len() == 1 && document[0].ends_with("/documents/0/provider_options/arqsign/x"), "{document:?}");
}

#[test]
fn what_the_vendor_does_not_have_is_refused_where_it_decides_something() {
    let approver = findings(|o| o.recipients[1].spec.role = Role::Approver);
    assert!(approver.iter().any(|f| f.starts_with("error ") && f.ends_with("/recipients/1/role")), "{approver:?}");
    let notary = findings(|o| o.spec.notary = domain::envelope::Notary::Full);
    assert!(notary.iter().any(|f| f.starts_with("error ") && f.ends_with("/notary")), "{notary:?}");
    let language = findings(|o| o.spec.language = Some("pt-BR".parse().unwrap()));
    assert!(language.iter().any(|f| f.starts_with("warning ") && f.ends_with("/language")), "{language:?}");
}

#[test]
fn a_minimum_is_everybody_or_refused() {
    let minimum = |minimum| {
        let mut order = order(vec![signer("Ana Souza", "ana@example.com"), signer("Bruno Lima", "bruno@example.com")]);
        order.spec.stages = vec![stage(1, None, Some(minimum), None)];
        findings_with(json!({}), &order)
    };
    assert_eq!(minimum(2), [""; 0]);
    let one_of_two = minimum(1);
    assert!(
        one_of_two.len() == 1 && one_of_two[0].starts_with("error ") && one_of_two[0].ends_with("/stages/0/minimum"),
        "{one_of_two:?}"
    );
}
