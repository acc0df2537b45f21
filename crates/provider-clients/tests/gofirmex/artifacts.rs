//! Fetching what was signed. Section 3.9.

use domain::facts::{ArtifactKind, ArtifactOffer, Reading};
use domain::outcome::{Class, Outcome};
use provider_clients::call::{Call, Content, Method, Redirects, ReplyTo};
use provider_clients::provider::{Account, Fetch, FetchHistory, Fetched};
use provider_clients::reply::{Reply, ReplyBody};
use serde_json::{Value, json};

use crate::support::*;

fn offers(case: &mut Case, account: &dyn Account, portfolio_members: Value) -> Vec<ArtifactOffer> {
    let body = json!({ "event": "portfolio_completed", "data": { "portfolio": portfolio(portfolio_members) } });
    case.hear(account, &body).artifacts
}

fn offer(source: &str) -> ArtifactOffer {
    ArtifactOffer {
        kind: ArtifactKind::SignedDocument,
        documents: vec![document_id(1)],
        recipient: None,
        part: None,
        filename: "contract-signed.pdf".to_owned(),
        source: source.to_owned(),
        essential: true,
    }
}

fn fetch(account: &dyn Account, source: &str, direct_failed: u32) -> Fetch {
    let history = FetchHistory { direct_failed, ..FetchHistory::default() };
    account.fetch(&offer(source), &Case::new(simple_order()).view(), &moment(), &history).unwrap()
}

fn direct(fetch: Fetch) -> Call {
    match fetch {
        Fetch::Direct(call) => *call,
        other => panic!("not direct: {other:?}"),
    }
}

fn given_up(fetch: Fetch) -> String {
    match fetch {
        Fetch::GiveUp { reason } => reason,
        other => panic!("not given up: {other:?}"),
    }
}

#[test]
fn each_document_is_offered_by_its_own_link_else_by_the_portfolios() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    let told = offers(
        &mut case,
        &*account,
        json!({
            "download_url": "https://files.example/p",
            "documents": [{ "client_document_id": document_id(2).to_string(), "download_url": "https://files.example/d2" }]
        }),
    );
    let shown: Vec<_> = told.iter().map(|o| (o.documents[0], o.source.as_str(), o.filename.as_str())).collect();
    let expected = [
        (document_id(1), "https://files.example/p", "contract-signed.pdf"),
        (document_id(2), "https://files.example/d2", "annex-2-signed.pdf"),
    ];
    assert_eq!(shown, expected);
    assert!(told.iter().all(|o| o.essential && o.kind == ArtifactKind::SignedDocument));
}

#[test]
fn the_only_document_takes_the_only_link_under_any_name() {
    let (account, mut case) = (account(json!({})), Case::new(simple_order()));
    let told =
        offers(&mut case, &*account, json!({ "documents": [{ "id": "other", "url": "https://files.example/x" }] }));
    assert_eq!(told[0].source, "https://files.example/x");
}

#[test]
fn a_completion_without_a_link_calls_a_person() {
    let (account, mut case) = (account(json!({})), Case::new(simple_order()));
    let told = offers(&mut case, &*account, json!({ "status": "COMPLETED" }));
    assert_eq!(told.len(), 1);
    let fetch = account.fetch(&told[0], &case.view(), &moment(), &FetchHistory::default()).unwrap();
    assert!(given_up(fetch).contains("no link"));
}

#[test]
fn a_link_is_fetched_without_a_token_first() {
    let account = account(json!({}));
    let call = direct(fetch(&*account, "https://files.gofirmex.example/d/b7a2?sig=secret", 0));
    assert_eq!(call.method, Method::Get);
    assert!(call.headers.iter().all(|h| !h.secret), "no token for a stranger");
    assert!(!call.redacted().to_string().contains("sig=secret"), "the link opens the document to anybody");
    let expected = ReplyTo::Store { limit: 104_857_600, content: Content::PdfOrZip };
    assert_eq!(call.reply_to, expected);
    assert_eq!(call.redirects, Redirects { most: 5, hosts: vec![Redirects::ANY_HOST.to_owned()] });
    assert_eq!(call.timeout.as_secs(), 300);
}

#[test]
fn the_token_goes_to_the_apis_own_host_only_and_only_after_a_refusal() {
    let account = account(json!({}));
    let own = "https://api.sandbox.firmex.cloud/files/1";
    let has_token = |call: Call| call.headers.iter().any(|h| h.name == "authorization" && h.secret);
    assert!(!has_token(direct(fetch(&*account, own, 0))));
    assert!(has_token(direct(fetch(&*account, own, 1))));
    given_up(fetch(&*account, own, 2));
    for stranger in [
        "https://files.gofirmex.example/1",
        "https://api.sandbox.firmex.cloud:8443/1",
        "https://api.sandbox.firmex.cloud.evil.example/1",
    ] {
        given_up(fetch(&*account, stranger, 1));
    }
    let never = profiled(json!({ "download": { "send_jwt": "never" } }));
    given_up(fetch(&*never, own, 1));
    let at_once = profiled(json!({ "download": { "send_jwt": "same_host" } }));
    assert!(has_token(direct(fetch(&*at_once, own, 0))));
    assert!(!has_token(direct(fetch(&*at_once, "https://files.gofirmex.example/1", 0))));
    given_up(fetch(&*at_once, own, 1));
}

#[test]
fn only_https_links_are_followed() {
    let account = account(json!({}));
    for source in ["http://files.example/1", "ftp://files.example/1", "file:///etc/passwd", "/relative", ""] {
        given_up(fetch(&*account, source, 0));
    }
    let local = crate::support::account(json!({ "base_url": "http://127.0.0.1:8090/gofirmex" }));
    direct(fetch(&*local, "http://127.0.0.1:8090/files/1", 0));
}

#[test]
fn a_pdf_is_the_document_and_an_archive_is_unpacked() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let read = |reply: &Reply| account.fetch_reply(&offer("https://x.example"), &case.view(), reply);
    let stored_reply = |body: ReplyBody| Reply { body, ..Reply::new(200, "") };
    let file = done(read(&stored_reply(ReplyBody::Stored(stored()))));
    assert_eq!(file, Fetched::Files(vec![(offer("").key(), stored())]));
    assert_eq!(done(read(&stored_reply(ReplyBody::Archive(stored())))), Fetched::Archive(stored()));
    let rows = [
        (200, Class::ProviderError, "download/not_a_pdf"),
        (401, Class::Permission, "download/http_401"),
        (403, Class::Permission, "download/http_403"),
        (404, Class::NotFound, "download/http_404"),
        (410, Class::NotFound, "download/http_410"),
        (302, Class::ProviderError, "download/http_302"),
    ];
    for (status, class, code) in rows {
        let refusal = refused(read(&Reply::new(status, "<html>")));
        assert_eq!((refusal.class, refusal.code.as_str()), (class, code));
    }
    for status in [408, 425, 429, 500, 503] {
        assert!(matches!(read(&Reply::new(status, "")), Outcome::Unknown(_)), "{status}: later perhaps");
    }
    let no_zip = profiled(json!({ "download": { "allow_zip": false } }));
    let call = direct(fetch(&*no_zip, "https://x.example/1", 0));
    assert!(matches!(call.reply_to, ReplyTo::Store { content: Content::Pdf, .. }));
}

#[test]
fn what_came_along_with_another_file_is_not_fetched_again() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let history = FetchHistory { delivered: Some(stored()), ..FetchHistory::default() };
    let fetch = account.fetch(&offer("https://x.example"), &case.view(), &moment(), &history).unwrap();
    assert!(matches!(fetch, Fetch::Delivered(file) if file == stored()));
}

#[test]
fn the_members_of_an_archive_are_matched_by_name_then_by_order() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    let output = done(case.answered(&*account, "add_document/2", &ok(json!({ "document": { "id": "theirs-2" } }))));
    case.outputs.insert("add_document/2".to_owned(), output);
    let told = offers(&mut case, &*account, json!({ "download_url": "https://files.example/p.zip" }));
    let (first, second) = (Some(told[0].key()), Some(told[1].key()));
    let members = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        account.archive_members(&told[0], &case.view(), &names)
    };
    assert_eq!(members(&["annex-2.pdf", "contract.PDF"]), [second.clone(), first.clone()]);
    assert_eq!(members(&["signed/contract-signed.pdf", "readme.txt", "x.pdf"]), [first.clone(), None, second.clone()]);
    assert_eq!(members(&["theirs-2.pdf", "a.pdf"]), [second.clone(), first.clone()]);
    assert_eq!(members(&[&format!("{}.pdf", document_id(2)), "Contrato 300.pdf"]), [second.clone(), first.clone()]);
    assert_eq!(members(&["a.pdf", "b.pdf", "c.pdf"]), [first.clone(), second.clone(), None]);
    assert_eq!(members(&["a.docx", "b.xml"]), [None, None]);
}

#[test]
fn an_archive_of_one_documents_own_link_is_for_that_document_alone() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    let own = |n| json!({ "client_document_id": document_id(n).to_string(), "download_url": format!("https://f.example/{n}") });
    let told = offers(&mut case, &*account, json!({ "documents": [own(1), own(2)] }));
    let names = ["a.pdf".to_owned(), "b.pdf".to_owned()];
    assert_eq!(account.archive_members(&told[1], &case.view(), &names), [Some(told[1].key()), None]);
    let unknown = Case { last: None::<Reading>, ..case };
    assert_eq!(account.archive_members(&told[0], &unknown.view(), &names), [Some(told[0].key()), None]);
}
