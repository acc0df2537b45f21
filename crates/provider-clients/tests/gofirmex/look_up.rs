//! Reading instead of guessing, where the account has the calls. Sections 3.5, 3.6 and 6.

use domain::attention::AttentionCode;
use domain::outcome::{Class, Outcome};
use domain::protocol::LookedUp;
use domain::states::SubmissionState;
use domain::steps::StepOutput;
use provider_clients::call::{Body, Call, Method};
use provider_clients::provider::{Account, LookUpPage, LookUpState, StatusPage};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::*;

fn call(account: &dyn Account, case: &Case, step: &str) -> Call {
    let step = case.step(account, step);
    account.look_up_request(&step, &case.view(), &moment(), &LookUpState::default()).unwrap()
}

fn looked_up(account: &dyn Account, case: &Case, step: &str, reply: &Reply) -> Outcome<LookUpPage> {
    account.look_up_reply(&case.step(account, step), &case.view(), &LookUpState::default(), reply)
}

fn found(page: LookUpPage) -> Option<StepOutput> {
    match page {
        LookUpPage::Answer(LookedUp::Found { output, others: 0 }) => Some(output),
        LookUpPage::Answer(LookedUp::NotFound) => None,
        other => panic!("neither found nor not: {other:?}"),
    }
}

fn candidates(page: LookUpPage) -> Vec<String> {
    match page {
        LookUpPage::Candidates(found) => found.into_iter().filter_map(|output| output.reference).collect(),
        other => panic!("no candidates: {other:?}"),
    }
}

#[test]
fn a_portfolio_in_doubt_is_found_by_the_id_of_its_attempt() {
    let (account, mut case) = (readable(), Case::new(simple_order()));
    case.attempt = 2;
    case.outputs.clear();
    let asked = call(&*account, &case, "create_portfolio");
    let id = submission_id();
    assert_eq!(asked.method, Method::Get);
    assert_eq!(asked.body, Body::Empty);
    assert_eq!(asked.url.as_str(), format!("{BASE}/portfolio?client_portfolio_id={id}.2"));
    let listed = |all: Value| ok(json!({ "portfolios": all }));
    let read = |reply: &Reply| looked_up(&*account, &case, "create_portfolio", reply);
    let ours = json!({ "id": "p-1", "client_portfolio_id": format!("{id}.2") });
    let earlier = json!({ "id": "p-0", "client_portfolio_id": format!("{id}") });
    assert_eq!(candidates(done(read(&listed(json!([earlier, ours]))))), ["p-1"]);
    assert!(candidates(done(read(&listed(json!([earlier]))))).is_empty());
    let twice = json!([ours, { "id": "p-2", "client_portfolio_id": format!("{id}.2") }]);
    assert_eq!(candidates(done(read(&listed(twice)))).len(), 2, "a person decides");
    assert_eq!(found(done(read(&coded(404, "PORTFOLIO_NOT_FOUND", Value::Null)))), None);
    assert!(matches!(read(&ok(json!({}))), Outcome::Unknown(_)), "no list is no answer");
    assert_eq!(refused(read(&gateway(401, json!({ "message": "Unauthorized" })))).class, Class::Authentication);
}

#[test]
fn a_document_in_doubt_is_found_by_our_id_of_it() {
    let (account, case) = (readable(), Case::new(two_documents()));
    let asked = call(&*account, &case, "add_document/2");
    assert_eq!(asked.url.as_str(), format!("{BASE}/portfolio/{PORTFOLIO}"));
    let with_documents = |documents: Value| ok(json!({ "portfolio": portfolio(json!({ "documents": documents })) }));
    let document = |n| json!({ "id": format!("d-{n}"), "client_document_id": document_id(n).to_string() });
    let read = |reply: &Reply| done(looked_up(&*account, &case, "add_document/2", reply));
    let output = found(read(&with_documents(json!([document(1), document(2)])))).unwrap();
    assert_eq!(output.values.get("document_id").map(String::as_str), Some("d-2"));
    assert_eq!(found(read(&with_documents(json!([document(1)])))), None);
}

#[test]
fn a_start_in_doubt_is_known_by_the_portfolios_word() {
    let (account, case) = (readable(), Case::new(simple_order()));
    assert_eq!(call(&*account, &case, "start").url.path(), format!("/v1/signflow/portfolio/{PORTFOLIO}"));
    let read = |word: &str| {
        let reply = ok(json!({ "portfolio": portfolio(json!({ "status": word })) }));
        found(done(looked_up(&*account, &case, "start", &reply)))
    };
    for word in ["IN_REVIEW", "ACCEPTED", "SIGNING", "REJECTED_BY_GOFIRMEX", "REJECTED_BY_CLIENT"] {
        assert_eq!(read(word).unwrap().reading.unwrap().state, Some(SubmissionState::Submitted), "{word}");
    }
    assert_eq!(read("CREATED"), None, "the same call is made again, for the same portfolio");
}

#[test]
fn a_portfolio_that_the_vendor_does_not_know_had_nothing_added_to_it() {
    let (account, case) = (readable(), Case::new(simple_order()));
    for step in ["add_document/1", "start"] {
        let reply = coded(404, "PORTFOLIO_NOT_FOUND", Value::Null);
        assert_eq!(found(done(looked_up(&*account, &case, step, &reply))), None);
        let outage = looked_up(&*account, &case, step, &Reply::new(503, ""));
        assert_eq!(refused(outage).class, Class::ProviderUnavailable);
    }
}

#[test]
fn identity_documents_are_listed_nowhere() {
    let (account, case) = (readable(), Case::new(order(vec![proven(ana())])));
    let step = case.step(&*account, "add_identity_document/1/1");
    assert!(account.look_up_request(&step, &case.view(), &moment(), &LookUpState::default()).is_err());
}

#[test]
fn an_account_without_the_call_is_never_read() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    assert!(account.status_requests(&[case.view()], &moment()).unwrap().is_empty());
}

#[test]
fn portfolios_are_read_one_by_one_with_a_token() {
    let (account, case) = (readable(), Case::new(simple_order()));
    let unsent = Case { reference: None, ..Case::new(simple_order()) };
    let requests = account.status_requests(&[case.view(), unsent.view()], &moment()).unwrap();
    assert_eq!(requests.len(), 1, "what has no portfolio is not asked about");
    assert_eq!(requests[0].covers, [submission_id()]);
    assert_eq!(requests[0].call.url.as_str(), format!("{BASE}/portfolio/{PORTFOLIO}"));
    assert!(requests[0].call.headers.iter().any(|h| h.name == "authorization" && h.secret));
}

#[test]
fn what_the_vendor_does_not_know_is_missing_and_what_cannot_be_asked_is_told() {
    let (account, case) = (readable(), Case::new(simple_order()));
    let views = [case.view()];
    let request = account.status_requests(&views, &moment()).unwrap().remove(0);
    let read = |reply: &Reply| account.status_reply(&request, &views, &moment(), reply);
    let page: StatusPage = done(read(&coded(404, "PORTFOLIO_NOT_FOUND", Value::Null)));
    assert!(page.readings.is_empty() && page.next.is_none());
    let page = done(read(&gateway(404, json!({ "message": "no Route matched with those values" }))));
    assert_eq!(page.readings[0].1.notes[0].code, AttentionCode::ProviderProfileWrong);
    assert_eq!(page.readings[0].1.state, None);
    assert_eq!(refused(read(&gateway(429, json!({ "message": "API rate limit exceeded" })))).class, Class::RateLimited);
    let outage = refused(read(&Reply::new(503, "")));
    assert_eq!(outage.class, Class::ProviderUnavailable, "nothing is in doubt: reading changes nothing");
    assert!(matches!(read(&ok(json!({}))), Outcome::Unknown(_)));
}

#[test]
fn a_path_without_a_place_for_the_id_gets_it_in_the_query_or_the_body() {
    let account = profiled(json!({ "calls": {
        "get_portfolio": { "method": "POST", "path": "/read" },
        "find_portfolio": { "method": "GET", "path": "/portfolio/by-client/{client_portfolio_id}" }
    } }));
    let case = Case::new(simple_order());
    let read = call(&*account, &case, "start");
    assert_eq!((read.method, read.url.as_str()), (Method::Post, format!("{BASE}/read").as_str()));
    assert_eq!(read.body, Body::Json(json!({ "portfolio_id": PORTFOLIO })));
    let find = call(&*account, &case, "create_portfolio");
    assert_eq!(find.url.as_str(), format!("{BASE}/portfolio/by-client/{}", submission_id()));
}
