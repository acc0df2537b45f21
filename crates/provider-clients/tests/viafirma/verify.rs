//! Checking an account: sections 2.6 and 2.9.

use domain::outcome::Class;
use provider_clients::call::Call;
use provider_clients::provider::{
    Abilities, Account, CallbackReading, CallbackRequest, Cancels, Corrects, Reminds, SeenToBy, Taken, Verify,
};
use provider_clients::reply::Reply;
use serde_json::json;

use crate::support::{BASE, account, done, moment, no_operation_data, refused};

fn verifying(account: &dyn Account) -> Call {
    match account.verify_request(&moment()).unwrap() {
        Verify::Call(call) => *call,
        Verify::Told(told) => panic!("no call is made: {told:?}"),
    }
}

#[test]
fn credentials_are_checked_by_asking_for_an_operation_that_does_not_exist() {
    let account = account(json!({}));
    let call = verifying(&*account);
    let random = "07".repeat(16);
    assert_eq!(call.url.as_str(), format!("{BASE}/api/rest/services/signatureResult/{random}?sessionId={random}"));
    assert!(call.headers.iter().any(|header| header.name == "authorization"));
    assert!(done(account.verify_reply(&no_operation_data())).warnings.is_empty());
}

#[test]
fn refused_credentials_are_told_and_so_is_an_address_that_is_none() {
    let account = account(json!({}));
    let refusal = refused(account.verify_reply(&Reply::new(401, "")));
    assert_eq!((refusal.class, refusal.blames[0].pointer.as_str()), (Class::Authentication, "/credentials/api_key"));
    assert_eq!(refused(account.verify_reply(&Reply::new(403, ""))).class, Class::Permission);
    // Also in the shape of a result.
    let shaped = Reply { status: 401, ..no_operation_data() };
    assert_eq!(refused(account.verify_reply(&shaped)).class, Class::Authentication);
    for (status, body) in [(404, "<html>"), (200, "<html>"), (400, "{}")] {
        let refusal = refused(account.verify_reply(&Reply::new(status, body)));
        assert_eq!(refusal.class, Class::NotFound, "{status}");
        assert_eq!(refusal.blames[0].pointer, "/settings/service_base_url", "{status}");
    }
    assert!(refused(account.verify_reply(&Reply::new(503, ""))).class.passes_by_itself());
}

#[test]
fn an_account_may_be_checked_by_its_health_path_instead() {
    let account = account(json!({ "verify_with": "health", "health": { "path": "/viafirma.min.js" } }));
    assert_eq!(verifying(&*account).url.as_str(), format!("{BASE}/viafirma.min.js"));
    let verified = done(account.verify_reply(&Reply::new(200, "var viafirma;")));
    assert_eq!(verified.warnings.len(), 1, "the credentials were not checked");
    assert_eq!(verified.details["script_size"], 13);
    let refusal = refused(account.verify_reply(&Reply::new(200, "")));
    assert_eq!(refusal.code, "health/empty");
    assert_eq!(refused(account.verify_reply(&Reply::new(404, ""))).class, Class::NotFound);
}

#[test]
fn the_operation_check_server_asks_the_public_address() {
    let account = account(json!({ "service_base_url": "https://inner.example/platform" }));
    let call = account.operation_request("check_server", &json!({}), &moment()).unwrap();
    assert_eq!((call.url.as_str(), call.method.as_str()), (format!("{BASE}/viafirma.js").as_str(), "GET"));
    let result = done(account.operation_reply("check_server", &Reply::new(200, "x")));
    assert_eq!(result, json!({ "answers": true, "size": 1 }));
    assert!(account.operation_request("delete_everything", &json!({}), &moment()).is_err());
    let profile = provider_clients::viafirma::Viafirma::new();
    let operations = &provider_clients::provider::Provider::profile(&profile).operations;
    assert!(operations.len() == 1 && !operations[0].changes);
    assert!(provider_clients::schema::check(&operations[0].output, &result, "").is_empty());
}

/// Section 4: there are none.
#[test]
fn nothing_calls_back() {
    let account = account(json!({}));
    let request = CallbackRequest { body: b"{\"operationId\":\"1\"}".as_slice().into(), ..CallbackRequest::default() };
    assert_eq!(account.callback(&request, &moment()), CallbackReading::Forged);
    assert_eq!(account.callback_answer(&request, Taken::Forged).status, 404);
    assert!(account.webhook_health(&moment()).is_none());
}

/// Sections 2.9, 3 and 6.
#[test]
fn after_sending_only_the_broker_can_do_something() {
    assert_eq!(
        account(json!({})).abilities(),
        Abilities {
            cancel: Cancels::Locally,
            remind: Reminds::Nobody,
            corrects: Corrects::Nothing,
            callbacks: false,
            expiry: SeenToBy::Broker,
            reminders: SeenToBy::Nobody,
            evidence: true,
            signing_url: true,
            own_page: true,
        }
    );
}
