//! The signer's certificate: what is shown of it, and whether it is the asked person's. Sections 2.6 and 3.

use domain::attention::AttentionCode;
use domain::facts::Reading;
use domain::states::SubmissionState;
use domain::values::{NationalId, NationalIdType};
use provider_clients::provider::Launch;
use serde_json::{Value, json};

use crate::support::{Case, account, certificate_data, detail, finished, signed_by, simple_order};

fn read_with(settings: Value, certificate: Value) -> Reading {
    Case::new(simple_order()).read(&*account(settings), &[finished(), signed_by(certificate)])
}

/// The example's certificate with other members.
fn data(changes: Value) -> Value {
    let mut data = certificate_data();
    for (name, value) in changes.as_object().unwrap() {
        data[name] = value.clone();
    }
    data
}

fn is_taken(reading: &Reading) -> bool {
    reading.state == Some(SubmissionState::Finalizing) && reading.notes.is_empty()
}

fn withheld(reading: &Reading) -> &str {
    assert_eq!(reading.state, Some(SubmissionState::Sent), "nothing is fetched before a person decides");
    assert!(!reading.acted && !reading.used_up);
    assert_eq!(reading.notes.len(), 1);
    assert_eq!(reading.notes[0].code, AttentionCode::SignerIdentityMismatch);
    assert!(!reading.notes[0].detail.contains("12345678Z"), "no personal data: {}", reading.notes[0].detail);
    assert!(reading.artifacts.iter().any(|offer| offer.essential), "a person may have it fetched after all");
    reading.recipients[0].vendor["status"].as_str().unwrap()
}

#[test]
fn the_certificate_is_told_without_the_vendors_ids() {
    let reading = read_with(json!({}), certificate_data());
    assert_eq!(
        serde_json::to_value(&reading.recipients[0].certificate).unwrap(),
        json!({
            "name": "ANA PEREZ GARCIA",
            "id": "12345678Z",
            "issuer": "CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES",
            "validated": true,
            "expired": false,
            "revoked": false,
            "properties": {
                "certificate_properties": { "C": "ES", "SERIALNUMBER": "IDCES-12345678Z" },
                "cn": "PEREZ GARCIA ANA - 12345678Z",
                "email": "ana.perez@example.org",
                "short_ca": "FNMT",
                "type": "CIUDADANO"
            }
        })
    );
}

#[test]
fn a_certificate_with_few_members_is_told_as_far_as_it_goes() {
    let few = json!({ "cn": "ANA", "shortCa": "FNMT", "organization": "Acme", "certificateProperties": { "serialnumber": "IDCES-12345678Z" } });
    let reading = read_with(json!({}), few);
    assert!(is_taken(&reading));
    let told = reading.recipients[0].certificate.clone().unwrap();
    assert_eq!((told.name.as_deref(), told.issuer.as_deref()), (Some("ANA"), Some("FNMT")));
    assert_eq!(told.id.as_deref(), Some("IDCES-12345678Z"));
    assert_eq!((told.validated, told.expired, told.revoked), (None, None, None));
    assert_eq!(told.properties["organization"], "Acme");
}

#[test]
fn the_asked_signer_is_known_by_either_number_however_it_is_written() {
    let same = [
        json!({ "numberUserId": "12345678z" }),
        json!({ "numberUserId": "12.345.678-Z" }),
        json!({ "numberUserId": null }),
        json!({ "numberUserId": "B12345674", "certificateProperties": { "SERIALNUMBER": "IDCES-12345678Z" } }),
        json!({ "numberUserId": "12345678Z", "certificateProperties": null }),
    ];
    for changes in same {
        assert!(is_taken(&read_with(json!({}), data(changes.clone()))), "{changes}");
    }
}

#[test]
fn somebody_else_is_an_attention_and_the_file_is_withheld() {
    let others = [
        json!({ "numberUserId": "87654321X", "certificateProperties": { "SERIALNUMBER": "IDCES-87654321X" } }),
        // The asked number within another is not the end of it.
        json!({ "numberUserId": null, "certificateProperties": { "SERIALNUMBER": "12345678Z-9" } }),
        json!({ "numberUserId": "X12345678Z", "certificateProperties": {} }),
    ];
    for changes in others {
        let reading = read_with(json!({}), data(changes));
        assert_eq!(withheld(&reading), "signed_by_somebody_else");
        assert_eq!(detail(&reading, 1), json!({ "status": "withheld" }));
        assert!(reading.recipients[0].certificate.is_some(), "who it was is told to the person who decides");
        assert_eq!(reading.recipients[0].status, None);
    }
}

#[test]
fn what_is_withheld_is_told_once_and_cannot_be_signed_again() {
    let account = account(json!({}));
    let certificate = data(json!({ "numberUserId": "87654321X", "certificateProperties": {} }));
    let case = Case::new(simple_order());
    let reading = case.read(&*account, &[finished(), signed_by(certificate)]);
    let case = case.after(&reading);
    assert_eq!(case.launch(&*account, 90), Launch::Exhausted);
    assert!(case.read(&*account, &[finished()]).notes.is_empty());
}

#[test]
fn a_signer_whose_number_is_not_told_is_not_taken_for_the_asked_one() {
    let untold = [
        json!({ "numberUserId": null, "certificateProperties": { "C": "ES" } }),
        json!({ "numberUserId": "", "certificateProperties": null }),
    ];
    for changes in untold {
        assert_eq!(withheld(&read_with(json!({}), data(changes.clone()))), "signer_not_told");
        assert!(is_taken(&read_with(json!({ "require_identity_confirmation": false }), data(changes))));
    }
    assert_eq!(withheld(&read_with(json!({}), Value::Null)), "signer_not_told");
}

#[test]
fn without_an_identity_number_nobody_is_compared() {
    let mut case = Case::new(simple_order());
    case.order.recipients[0].spec.national_id = None;
    let somebody = data(json!({ "numberUserId": "87654321X", "certificateProperties": {} }));
    assert!(is_taken(&case.read(&*account(json!({})), &[finished(), signed_by(somebody)])));
}

#[test]
fn other_kinds_of_numbers_are_compared_too() {
    let mut case = Case::new(simple_order());
    case.order.recipients[0].spec.national_id = NationalId::new(NationalIdType::Passport, "aab-123456", None).ok();
    let same = data(json!({ "numberUserId": "AAB 123456" }));
    assert!(is_taken(&case.read(&*account(json!({})), &[finished(), signed_by(same)])));
}

#[test]
fn a_certificate_that_is_not_sound_is_withheld_unless_the_account_takes_it() {
    for changes in [json!({ "isValidated": false }), json!({ "isExpired": true }), json!({ "isRevoked": "true" })] {
        assert_eq!(withheld(&read_with(json!({}), data(changes.clone()))), "certificate_not_sound");
        assert!(is_taken(&read_with(json!({ "require_validated_certificate": false }), data(changes))));
    }
    // What is not told speaks against nobody.
    let silent = data(json!({ "isValidated": null, "isExpired": null, "isRevoked": null }));
    assert!(is_taken(&read_with(json!({}), silent)));
}
