//! The capability matrix, derived by asking an account's own check: for each feature an order that wants it and otherwise
//! only the plainest things. The matrix cannot say more than sending would do, because it is the same function.

use chrono::{DateTime, Utc};
use domain::capability::{Capability, Feature, Support};
use domain::envelope::{
    ActsAs, Authentication, Delivery, Document, EnvelopeSpec, Field, FieldType, IdentityDocument, Notary,
    OrderRecipient, Organization, PageBox, ProviderOptions, RecipientSpec, Reminders, RequestedAttachment, Role,
    SignatureLevel, StageSpec,
};
use domain::finding::{Finding, Severity};
use domain::ids::{DocumentId, EnvelopeId, IdentityDocumentId, RecipientId};
use domain::order::Order;
use domain::values::{NationalId, NationalIdType};

use crate::provider::{Abilities, Account, Cancels, Corrects, Reminds};

/// What the account honours, one row for each feature that can be told before sending, in the order of [`Feature::ALL`].
///
/// [`Feature::Evidence`] and [`Feature::SigningUrl`] are missing: no order asks for them.
#[must_use]
pub fn matrix(account: &dyn Account) -> Vec<Capability> {
    let plainest = Plainest::of(account);
    Feature::ALL.iter().map(|feature| row(account, &plainest, *feature)).collect()
}

fn row(account: &dyn Account, plainest: &Plainest, feature: Feature) -> Capability {
    let (support, note) = match wish(feature) {
        Wish::Order(change) => {
            let mut order = plainest.order();
            change(&mut order);
            judge(feature, &account.check(&order), &plainest.findings)
        }
        Wish::After(told) => told(account),
    };
    Capability { feature, support, note }
}

/// What the findings say about `feature`. An error that the plainest order does not meet counts as well, even when it
/// names no feature: something of what was added must be its cause.
fn judge(feature: Feature, findings: &[Finding], of_plainest: &[Finding]) -> (Support, Option<String>) {
    findings
        .iter()
        .filter(|finding| match finding.feature {
            Some(about) => about == feature,
            None => finding.is_error() && !of_plainest.contains(finding),
        })
        .map(|finding| match (finding.severity, &finding.emulated) {
            (Severity::Error, _) | (Severity::Warning, None) => (Support::Unsupported, Some(finding.detail.clone())),
            (Severity::Warning | Severity::Info, Some(how)) => (Support::Emulated, Some(how.clone())),
            (Severity::Info, None) => (Support::Native, Some(finding.detail.clone())),
        })
        .reduce(|worst, next| if weight(next.0) > weight(worst.0) { next } else { worst })
        .unwrap_or((Support::Native, None))
}

fn able(able: bool) -> (Support, Option<String>) {
    (if able { Support::Native } else { Support::Unsupported }, None)
}

fn canceling(cancels: Cancels) -> (Support, Option<String>) {
    match cancels {
        Cancels::No => (Support::Unsupported, None),
        Cancels::ByCall => (Support::Native, None),
        Cancels::Locally => (
            Support::Emulated,
            Some("The broker stops serving the signing link; a signature under way may still arrive.".to_owned()),
        ),
    }
}

fn evidence(of_provider: bool) -> (Support, Option<String>) {
    if of_provider {
        (Support::Native, None)
    } else {
        (Support::Emulated, Some("The broker's own evidence bundle.".to_owned()))
    }
}

fn signing_url(abilities: Abilities) -> (Support, Option<String>) {
    match (abilities.signing_url, abilities.own_page) {
        (_, true) => (Support::Emulated, Some("A page of the broker with the provider's launch link.".to_owned())),
        (given, false) => able(given),
    }
}

fn corrections(corrects: Corrects) -> (Support, Option<String>) {
    match corrects {
        Corrects::Nothing => (Support::Unsupported, None),
        Corrects::Transaction => (Support::Native, None),
        Corrects::Directory => (
            Support::Emulated,
            Some("Changes the person in the provider's directory, hence in all of their documents.".to_owned()),
        ),
    }
}

fn weight(support: Support) -> u8 {
    match support {
        Support::Native => 0,
        Support::Emulated => 1,
        Support::Unsupported => 2,
    }
}

/// How a feature is asked for.
enum Wish {
    /// By this change of the plainest order.
    Order(fn(&mut Order)),
    /// After sending.
    After(fn(&dyn Account) -> (Support, Option<String>)),
}

fn wish(feature: Feature) -> Wish {
    match feature {
        Feature::SeveralDocuments => Wish::Order(|order| order.documents.push(document(2))),
        Feature::SeveralSigners => Wish::Order(|order| add(order, Role::Signer, 2)),
        Feature::SequentialOrder => Wish::Order(|order| add(order, Role::Signer, 2)),
        Feature::ParallelOrder => Wish::Order(|order| add(order, Role::Signer, 1)),
        Feature::StageMinimum => Wish::Order(|order| {
            add(order, Role::Signer, 1);
            order.spec.stages.push(StageSpec { routing_order: 1, group: None, minimum: Some(1), name: None });
        }),
        Feature::StageName => Wish::Order(|order| {
            let name = Some("Company".to_owned());
            order.spec.stages.push(StageSpec { routing_order: 1, group: None, minimum: None, name });
        }),
        Feature::RoleApprover => Wish::Order(|order| add(order, Role::Approver, 1)),
        Feature::RoleCopy => Wish::Order(|order| add(order, Role::Copy, 1)),
        Feature::LevelSimple => Wish::Order(|order| level(order, SignatureLevel::Simple)),
        Feature::LevelAdvanced => Wish::Order(|order| level(order, SignatureLevel::Advanced)),
        Feature::LevelQualified => Wish::Order(|order| level(order, SignatureLevel::Qualified)),
        Feature::DeliveryEmail => Wish::Order(|order| delivery(order, Delivery::Email)),
        Feature::DeliverySms => Wish::Order(|order| delivery(order, Delivery::Sms)),
        Feature::DeliveryWhatsapp => Wish::Order(|order| delivery(order, Delivery::Whatsapp)),
        Feature::DeliveryNone => Wish::Order(|order| delivery(order, Delivery::None)),
        Feature::AuthSmsOtp => Wish::Order(|order| authentication(order, Authentication::SmsOtp { phone: None })),
        Feature::AuthEmailOtp => Wish::Order(|order| authentication(order, Authentication::EmailOtp)),
        Feature::AuthWhatsappOtp => {
            Wish::Order(|order| authentication(order, Authentication::WhatsappOtp { phone: None }))
        }
        Feature::AuthAccessCode => Wish::Order(|order| {
            let code = Some("1234".to_owned());
            authentication(order, Authentication::AccessCode { code, delivery: None, phone: None, resend: false });
        }),
        // A certificate is shown by signing with it, which is more than a simple signature.
        Feature::AuthCertificate => Wish::Order(|order| {
            level(order, SignatureLevel::Advanced);
            authentication(order, Authentication::Certificate);
        }),
        Feature::SignatureFields => Wish::Order(|order| field(order, None)),
        Feature::FieldSize => Wish::Order(|order| field(order, Some((150.0, 50.0)))),
        Feature::Message => Wish::Order(|order| order.spec.message = Some("Please sign.".to_owned())),
        Feature::RecipientMessage => {
            Wish::Order(|order| for_signer(order, |signer| signer.message = Some("A private word.".to_owned())))
        }
        Feature::Language => Wish::Order(|order| order.spec.language = "en".parse().ok()),
        Feature::Expiry => Wish::Order(|order| order.spec.expires_at = FAR_AHEAD),
        Feature::Reminders => Wish::Order(|order| order.spec.reminders = Some(Reminders { every_days: 3 })),
        Feature::Remind => Wish::After(|account| able(account.abilities().remind != Reminds::Nobody)),
        Feature::Cancel => Wish::After(|account| canceling(account.abilities().cancel)),
        Feature::CorrectRecipient => Wish::After(|account| corrections(account.abilities().corrects)),
        Feature::ActsAsOrganization => Wish::Order(|order| {
            for_signer(order, |signer| {
                signer.acts_as = ActsAs::Organization;
                signer.organization =
                    Some(Organization { name: "Acme SL".to_owned(), tax_id: Some("B12345674".to_owned()) });
            });
        }),
        Feature::RequestedAttachments => Wish::Order(|order| {
            let attachment = RequestedAttachment { name: "Proof".to_owned(), required: true, shared: false };
            for_signer(order, |signer| signer.requested_attachments.push(attachment));
        }),
        Feature::IdentityDocuments => Wish::Order(|order| {
            let document = identity_document();
            for_signer(order, |signer| signer.identity_documents.push(document));
        }),
        Feature::NotaryCertification => Wish::Order(|order| order.spec.notary = Notary::Certification),
        Feature::NotaryProtocolization => Wish::Order(|order| order.spec.notary = Notary::Protocolization),
        Feature::NotaryValidation => Wish::Order(|order| order.spec.notary = Notary::Validation),
        Feature::NotaryFull => Wish::Order(|order| order.spec.notary = Notary::Full),
        Feature::Evidence => Wish::After(|account| evidence(account.abilities().evidence)),
        Feature::SigningUrl => Wish::After(|account| signing_url(account.abilities())),
    }
}

/// 1 January 2100: later than any probe, and no check has a clock to call it too late.
const FAR_AHEAD: Option<DateTime<Utc>> = DateTime::from_timestamp(4_102_444_800, 0);

/// A person whose identity number and phone are of one country. Providers that want either want their own country's.
struct Person {
    id: (NationalIdType, &'static str),
    phone: &'static str,
}

/// Numbers that pass their check digits and belong to examples.
const PEOPLE: [Person; 3] = [
    Person { id: (NationalIdType::Nif, "12345678Z"), phone: "+34600000000" },
    Person { id: (NationalIdType::Rut, "12345678-5"), phone: "+56912345678" },
    Person { id: (NationalIdType::Cpf, "529.982.247-25"), phone: "+5511987654321" },
];

/// An order that asks for nothing that could be left out, with a signer of a country that the account takes.
struct Plainest {
    person: &'static Person,
    findings: Vec<Finding>,
}

impl Plainest {
    fn of(account: &dyn Account) -> Self {
        let tried = PEOPLE.iter().map(|person| {
            let findings = account.check(&Self { person, findings: Vec::new() }.order());
            Self { person, findings }
        });
        let errors = |plainest: &Self| plainest.findings.iter().filter(|finding| finding.is_error()).count();
        tried.min_by_key(errors).unwrap_or(Self { person: &PEOPLE[0], findings: Vec::new() })
    }

    fn order(&self) -> Order {
        Order {
            envelope: EnvelopeId::generate(),
            spec: EnvelopeSpec {
                reference: None,
                subject: "Contract".to_owned(),
                message: None,
                language: None,
                expires_at: None,
                reminders: None,
                notary: Notary::None,
                stages: Vec::new(),
                provider_account: None,
                provider_options: ProviderOptions::new(),
                metadata: std::collections::BTreeMap::new(),
            },
            recipients: vec![recipient(self.person, Role::Signer, 1, 1)],
            documents: vec![document(1)],
        }
    }
}

fn recipient(person: &Person, role: Role, routing_order: u32, number: usize) -> OrderRecipient {
    let (kind, value) = person.id;
    OrderRecipient {
        id: RecipientId::generate(),
        spec: RecipientSpec {
            role,
            name: "Ana Soto Vega".to_owned(),
            given_name: Some("Ana".to_owned()),
            family_name: Some("Soto".to_owned()),
            second_family_name: Some("Vega".to_owned()),
            email: format!("person{number}@example.com").parse().ok(),
            phone: person.phone.parse().ok(),
            national_id: NationalId::new(kind, value, None).ok(),
            routing_order,
            group: None,
            signature_level: None,
            delivery: None,
            authentication: Vec::new(),
            acts_as: ActsAs::Person,
            organization: None,
            message: None,
            fields: Vec::new(),
            requested_attachments: Vec::new(),
            identity_documents: Vec::new(),
            provider_options: ProviderOptions::new(),
        },
    }
}

/// A page of A4.
fn document(order: u32) -> Document {
    Document {
        id: DocumentId::generate(),
        filename: format!("contract-{order}.pdf"),
        name: format!("Contract {order}"),
        order,
        size: 10_000,
        sha256: "0".repeat(64),
        pages: vec![PageBox { width_pt: 595.0, height_pt: 842.0 }],
        provider_options: ProviderOptions::new(),
    }
}

fn identity_document() -> IdentityDocument {
    IdentityDocument {
        id: IdentityDocumentId::generate(),
        kind: "id_card_front".to_owned(),
        filename: "front.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 1_000,
        sha256: "0".repeat(64),
    }
}

fn for_signer(order: &mut Order, change: impl FnOnce(&mut RecipientSpec)) {
    if let Some(signer) = order.recipients.first_mut() {
        change(&mut signer.spec);
    }
}

/// One more recipient of the signer's country.
fn add(order: &mut Order, role: Role, routing_order: u32) {
    let number = order.recipients.len() + 1;
    if let Some(mut added) = order.recipients.first().cloned() {
        added.id = RecipientId::generate();
        added.spec.role = role;
        added.spec.routing_order = routing_order;
        added.spec.email = format!("person{number}@example.com").parse().ok();
        added.spec.national_id = another(added.spec.national_id.as_ref());
        order.recipients.push(added);
    }
}

/// Another person's number of the same kind.
fn another(id: Option<&NationalId>) -> Option<NationalId> {
    const OTHERS: [(NationalIdType, &str); 3] = [
        (NationalIdType::Nif, "87654321X"),
        (NationalIdType::Rut, "7654321-6"),
        (NationalIdType::Cpf, "111.444.777-35"),
    ];
    let kind = id?.kind();
    let (_, value) = OTHERS.iter().find(|(other, _)| *other == kind)?;
    NationalId::new(kind, value, None).ok()
}

fn level(order: &mut Order, level: SignatureLevel) {
    for_signer(order, |signer| signer.signature_level = Some(level));
}

fn delivery(order: &mut Order, delivery: Delivery) {
    for_signer(order, |signer| signer.delivery = Some(delivery));
}

fn authentication(order: &mut Order, authentication: Authentication) {
    for_signer(order, |signer| signer.authentication.push(authentication));
}

fn field(order: &mut Order, size: Option<(f64, f64)>) {
    for_signer(order, |signer| {
        signer.fields.push(Field {
            kind: FieldType::Signature,
            acts_as: None,
            document: 1,
            page: 1,
            x: 72.0,
            y: 700.0,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_people_of_the_probe_are_valid() {
        for person in &PEOPLE {
            let first = recipient(person, Role::Signer, 1, 1).spec;
            assert!(first.email.is_some() && first.phone.is_some() && first.national_id.is_some());
            let second = another(first.national_id.as_ref()).unwrap();
            assert!(!second.is_same_number(first.national_id.as_ref().unwrap()));
        }
    }

    #[test]
    fn the_worst_finding_about_a_feature_decides() {
        let about = |finding: Finding| finding.about(Feature::Expiry);
        let error = about(Finding::error("e", "", "no"));
        let warning = about(Finding::warning("w", "", "lost"));
        let emulated = about(Finding::info("i", "", "by the broker")).emulated("canceled at the deadline");
        let plain = about(Finding::info("i", "", "rounded to days"));
        let other = Finding::error("o", "", "other").about(Feature::Reminders);
        let unnamed = Finding::error("u", "", "unnamed");

        let judged = |findings: &[&Finding]| {
            let findings: Vec<Finding> = findings.iter().map(|finding| (*finding).clone()).collect();
            judge(Feature::Expiry, &findings, &[]).0
        };
        assert_eq!(judged(&[&other]), Support::Native);
        assert_eq!(judged(&[&plain]), Support::Native);
        assert_eq!(judged(&[&emulated, &plain]), Support::Emulated);
        assert_eq!(judged(&[&emulated, &warning]), Support::Unsupported);
        assert_eq!(judged(&[&error, &emulated]), Support::Unsupported);
        assert_eq!(judged(&[&unnamed]), Support::Unsupported);
        assert_eq!(
            judge(Feature::Expiry, std::slice::from_ref(&unnamed), std::slice::from_ref(&unnamed)).0,
            Support::Native
        );
        assert_eq!(
            judge(Feature::Expiry, &[emulated], &[]).1.as_deref(),
            Some("canceled at the deadline"),
            "the note tells how"
        );
    }
}
