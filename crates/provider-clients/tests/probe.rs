//! The capability matrix of each vendor, against its contract.

#![expect(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

use domain::capability::{Capability, Feature, Support};
use provider_clients::probe::matrix;
use provider_clients::registry::Registry;
use serde_json::{Value, json};

fn matrix_of(kind: &str, settings: &Value, credentials: &Value) -> Vec<Capability> {
    let account = Registry::standard(false).unwrap().open_account(kind, settings, credentials).unwrap();
    matrix(account.as_ref())
}

fn efirma_go(settings: &Value) -> Vec<Capability> {
    let mut all = json!({
        "base_url": "https://api.efirma.es", "cif_desarrollador": "A23433211", "nombre_cliente": "Cliente A",
        "cif_cliente": "A77445566", "email_cliente": "cliente@cliente.example"
    });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    matrix_of("efirma_go", &all, &json!({ "private_key": "test-private-key-0001" }))
}

/// Transcribed from section 7 of the vendor's contract; what its table does not name, no call of the contract can carry.
/// Correcting a recipient goes through the directory there, but an account only tells that it can.
const EFIRMA_GO: [(Feature, Support); 39] = [
    (Feature::SeveralDocuments, Support::Emulated),
    (Feature::SeveralSigners, Support::Native),
    (Feature::SequentialOrder, Support::Native),
    (Feature::ParallelOrder, Support::Native),
    (Feature::StageMinimum, Support::Native),
    (Feature::StageName, Support::Native),
    (Feature::RoleApprover, Support::Native),
    (Feature::RoleCopy, Support::Native),
    (Feature::LevelSimple, Support::Native),
    (Feature::LevelAdvanced, Support::Native),
    (Feature::LevelQualified, Support::Unsupported),
    (Feature::DeliveryEmail, Support::Native),
    (Feature::DeliverySms, Support::Native),
    (Feature::DeliveryWhatsapp, Support::Unsupported),
    (Feature::DeliveryNone, Support::Unsupported),
    (Feature::AuthSmsOtp, Support::Native),
    (Feature::AuthEmailOtp, Support::Unsupported),
    (Feature::AuthWhatsappOtp, Support::Unsupported),
    (Feature::AuthAccessCode, Support::Native),
    (Feature::AuthCertificate, Support::Unsupported),
    (Feature::SignatureFields, Support::Native),
    (Feature::FieldSize, Support::Unsupported),
    (Feature::Message, Support::Native),
    (Feature::RecipientMessage, Support::Native),
    (Feature::Language, Support::Unsupported),
    (Feature::Expiry, Support::Unsupported),
    (Feature::Reminders, Support::Native),
    (Feature::Remind, Support::Unsupported),
    (Feature::Cancel, Support::Unsupported),
    (Feature::CorrectRecipient, Support::Emulated),
    (Feature::ActsAsOrganization, Support::Unsupported),
    (Feature::RequestedAttachments, Support::Unsupported),
    (Feature::IdentityDocuments, Support::Unsupported),
    (Feature::NotaryCertification, Support::Unsupported),
    (Feature::NotaryProtocolization, Support::Unsupported),
    (Feature::NotaryValidation, Support::Unsupported),
    (Feature::NotaryFull, Support::Unsupported),
    (Feature::Evidence, Support::Native),
    (Feature::SigningUrl, Support::Unsupported),
];

#[test]
fn efirma_go_can_what_its_contract_says() {
    let told: Vec<(Feature, Support)> = efirma_go(&json!({})).iter().map(|row| (row.feature, row.support)).collect();
    assert_eq!(told.len(), EFIRMA_GO.len());
    for (told, expected) in told.iter().zip(&EFIRMA_GO) {
        assert_eq!(told, expected);
    }
}

#[test]
fn what_is_not_native_says_why_or_how() {
    for row in efirma_go(&json!({})) {
        let after_sending = {
            use Feature::{Cancel, CorrectRecipient, Remind, SigningUrl};
            matches!(row.feature, Remind | Cancel | CorrectRecipient | SigningUrl)
        };
        let note = row.note.as_deref().unwrap_or_default();
        assert!(row.support == Support::Native || after_sending || note.len() > 10, "{row:?}");
    }
}

#[test]
fn an_account_that_takes_deadlines_as_information_still_does_not_honour_them() {
    let rows = efirma_go(&json!({ "expires_at_informational": true }));
    let expiry = rows.iter().find(|row| row.feature == Feature::Expiry).unwrap();
    assert_eq!(expiry.support, Support::Unsupported);
}

#[test]
fn every_feature_is_listed_once_in_order() {
    assert!(Feature::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(Feature::ALL.last(), Some(&Feature::SigningUrl));
    let told: Vec<Feature> = efirma_go(&json!({})).iter().map(|row| row.feature).collect();
    assert_eq!(told, Feature::ALL);
}
