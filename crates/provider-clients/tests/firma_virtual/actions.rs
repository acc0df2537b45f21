//! Deleting, mailing again, correcting. Sections 3.12 and 3.17 to 3.20.

use domain::outcome::{Class, Outcome};
use provider_clients::provider::{Cancels, Correction, Corrects, Reminds, SeenToBy, Then, Unbuildable};
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, Case, account, double_order, error, json_of, line, moment, recipient_id, refused, session, simple_order,
    success, told, within,
};

fn correction(change: impl FnOnce(&mut Correction)) -> Correction {
    let mut correction = Correction::default();
    change(&mut correction);
    correction
}

fn corrected(settings: Value, word: &str, change: impl FnOnce(&mut Correction)) -> Result<Value, Vec<String>> {
    let case = Case::created(double_order()).last_word(word);
    let asked =
        account(settings).correct_request(recipient_id(2), &correction(change), &case.view(), &within(&session()));
    match asked {
        Ok(call) => {
            assert_eq!(line(&call), "POST https://qa.firmavirtual.legal/api/v1/signer/upd");
            Ok(json_of(&call))
        }
        Err(Unbuildable::Refused(findings)) => Err(told(&findings)),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_account_says_what_it_can_do_after_sending() {
    let able = account(json!({})).abilities();
    assert_eq!(able.cancel, Cancels::ByCall);
    assert_eq!(able.remind, Reminds::Everybody);
    assert_eq!(able.corrects, Corrects::Transaction);
    assert_eq!((able.expiry, able.reminders), (SeenToBy::Broker, SeenToBy::Broker));
    assert!(able.callbacks && !able.evidence && !able.signing_url && !able.own_page);
}

#[test]
fn deletions_use_the_accounts_method() {
    let case = Case::created(simple_order());
    let method = |settings: Value| line(&case.calling(&*account(settings), "delete_contract"));
    assert_eq!(method(json!({})), format!("POST https://qa.firmavirtual.legal/api/v1/contract/{CONTRACT}"));
    assert!(method(json!({ "delete_method": "DELETE" })).starts_with("DELETE "));
}

#[test]
fn a_bare_error_is_a_refusal_where_the_contract_cannot_be_deleted_and_a_bad_token_elsewhere() {
    let account = account(json!({}));
    let outcome = |word: &str| {
        let case = Case::created(simple_order()).last_word(word);
        account.cancel_reply(&case.view(), &error(400, "error"))
    };
    for word in ["CREATED", "REVIEW", "APPROVED", "SIGNED_PENDING"] {
        assert_eq!(outcome(word), Outcome::SessionExpired, "{word}");
    }
    // Between the sending and the first reading the state is not known.
    for word in ["success", "OTHER"] {
        assert_eq!(outcome(word), Outcome::SessionExpired, "{word}");
    }
    for word in ["IN_NOTARY", "DELIVERED", "FINISHED"] {
        let refusal = refused(outcome(word));
        assert_eq!((refusal.class, refusal.code.as_str()), (Class::Conflict, "delete_contract/400"), "{word}");
    }
    assert_eq!(
        refused(account.cancel_reply(&Case::created(simple_order()).view(), &error(409, "x"))).class,
        Class::Conflict
    );
}

#[test]
fn a_reminder_mails_the_draft_again_while_it_is_with_the_signers() {
    let account = account(json!({}));
    let asked = |word: &str| {
        let case = Case::created(simple_order()).last_word(word);
        account.remind_request(&case.recipients, &case.view(), &within(&session()))
    };
    let call = asked("REVIEW").unwrap();
    assert_eq!(line(&call), format!("POST https://qa.firmavirtual.legal/api/v1/contract/send/draft/{CONTRACT}"));
    for word in ["APPROVED", "SIGNED_PENDING", "IN_NOTARY"] {
        let Err(Unbuildable::Refused(findings)) = asked(word) else { panic!("{word} is too late") };
        assert_eq!(told(&findings), ["error too_late_to_remind /recipients"]);
    }
    let case = Case::created(simple_order());
    let outcome = account.remind_reply(&case.view(), &call, &moment(), &success(207, json!({})));
    assert_eq!(outcome, Outcome::Done(Then::Done));
    let outcome = account.remind_reply(&case.view(), &call, &moment(), &error(429, "limite"));
    assert_eq!(refused(outcome).class, Class::RateLimited);
}

#[test]
fn a_correction_sends_the_whole_signer_and_mails_nobody() {
    let sent = corrected(json!({}), "REVIEW", |c| c.email = Some("ana.diaz@example.cl".to_owned())).unwrap();
    assert_eq!(
        sent,
        json!({
            "contractID": CONTRACT, "full_name": "Ana Diaz", "email": "ana.diaz@example.cl", "rutId": "12345678-5",
            "phone": "+56912345678"
        })
    );
    let sent = corrected(json!({ "phone_format": "e164_no_plus" }), "CREATED", |c| {
        c.name = Some("Ana María Diaz".to_owned());
        c.given_name = Some("Ana María".to_owned());
        c.phone = Some("+56911111111".to_owned());
    });
    let sent = sent.unwrap();
    assert_eq!((&sent["full_name"], &sent["phone"]), (&json!("Ana María Diaz"), &json!("56911111111")));
    let account = account(json!({}));
    let case = Case::created(double_order());
    let any = case.calling(&*account, "merge");
    let outcome = account.correct_reply(recipient_id(2), &case.view(), &any, &moment(), &success(207, json!({})));
    assert_eq!(outcome, Outcome::Done(Then::Done));
}

#[test]
fn a_correction_that_the_vendor_cannot_make_is_refused_before_any_call() {
    let wrong = |change: fn(&mut Correction)| corrected(json!({}), "REVIEW", change).unwrap_err();
    assert_eq!(
        wrong(|c| {
            c.given_name = Some("Ana".to_owned());
            c.family_name = Some("D".to_owned());
        }),
        ["error name_whole_only /recipients/1/given_name", "error name_whole_only /recipients/1/family_name"]
    );
    assert_eq!(
        wrong(|c| {
            c.name = Some(" ".to_owned());
            c.email = Some("nobody".to_owned());
            c.phone = Some("123".to_owned());
        }),
        [
            "error blank /recipients/1/name",
            "error email_invalid /recipients/1/email",
            "error phone_invalid /recipients/1/phone",
        ]
    );
    let email = |c: &mut Correction| c.email = Some("x@example.cl".to_owned());
    assert_eq!(corrected(json!({}), "SIGNED_PENDING", email).unwrap_err(), ["error too_late_to_correct /recipients/1"]);
    assert!(corrected(json!({ "signer_editable_states": ["SIGNED_PENDING"] }), "SIGNED_PENDING", email).is_ok());
    assert_eq!(
        corrected(json!({ "qa_rut_override": "76795561-8" }), "REVIEW", email).unwrap_err(),
        ["error correct_ambiguous /recipients/1"]
    );
    let abroad = |c: &mut Correction| c.phone = Some("+34677777777".to_owned());
    assert_eq!(
        corrected(json!({ "phone_format": "national" }), "REVIEW", abroad).unwrap_err(),
        ["error phone_form /recipients/1/phone"]
    );
}

#[test]
fn nobody_is_corrected_who_is_not_in_the_envelope() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let asked = account.correct_request(recipient_id(9), &Correction::default(), &case.view(), &within(&session()));
    assert!(matches!(asked, Err(Unbuildable::Defect(_))));
}
