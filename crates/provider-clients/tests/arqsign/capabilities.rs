//! The capability matrix of an account, as section 6 tells it. What its table does not name, no call can carry.

use domain::capability::{Feature, Support};
use provider_clients::probe::matrix;
use serde_json::{Value, json};

use crate::support::account;

fn told(settings: Value) -> Vec<(Feature, Support)> {
    matrix(&*account(settings)).into_iter().map(|row| (row.feature, row.support)).collect()
}

/// A certificate is proved by signing with it, so it cannot be asked for beside an electronic signature, which is what the
/// matrix asks.
fn expected(link: Support) -> Vec<(Feature, Support)> {
    use Support::{Emulated, Native, Unsupported};
    vec![
        (Feature::SeveralDocuments, Native),
        (Feature::SeveralSigners, Native),
        (Feature::SequentialOrder, Native),
        (Feature::ParallelOrder, Native),
        (Feature::StageMinimum, Unsupported),
        (Feature::StageName, Unsupported),
        (Feature::RoleApprover, Unsupported),
        (Feature::RoleCopy, Native),
        (Feature::LevelSimple, Native),
        (Feature::LevelAdvanced, Native),
        (Feature::LevelQualified, Native),
        (Feature::DeliveryEmail, Native),
        (Feature::DeliverySms, Unsupported),
        (Feature::DeliveryWhatsapp, Native),
        (Feature::DeliveryNone, link),
        (Feature::AuthSmsOtp, Unsupported),
        (Feature::AuthEmailOtp, Unsupported),
        (Feature::AuthWhatsappOtp, Unsupported),
        (Feature::AuthAccessCode, Native),
        (Feature::AuthCertificate, Unsupported),
        (Feature::SignatureFields, Native),
        (Feature::FieldSize, Native),
        (Feature::Message, Native),
        (Feature::RecipientMessage, Native),
        (Feature::Language, Unsupported),
        (Feature::Expiry, Emulated),
        (Feature::Reminders, Native),
        (Feature::Remind, Native),
        (Feature::Cancel, Native),
        (Feature::CorrectRecipient, Native),
        (Feature::ActsAsOrganization, Native),
        (Feature::RequestedAttachments, Native),
        (Feature::IdentityDocuments, Unsupported),
        (Feature::NotaryCertification, Unsupported),
        (Feature::NotaryProtocolization, Unsupported),
        (Feature::NotaryValidation, Unsupported),
        (Feature::NotaryFull, Unsupported),
        (Feature::Evidence, Native),
        (Feature::SigningUrl, link),
    ]
}

#[test]
fn version_two_can_what_the_contract_says() {
    assert_eq!(told(json!({})), expected(Support::Unsupported));
}

#[test]
fn version_three_gives_links_as_well() {
    assert_eq!(told(json!({ "send_api_version": "v3" })), expected(Support::Native));
}
