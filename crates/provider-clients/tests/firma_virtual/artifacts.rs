//! Fetching the signed document. Section 3.22.

use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use provider_clients::call::{Call, Content, ReplyTo};
use provider_clients::provider::{Account, Fetch, FetchHistory, Fetched};
use provider_clients::reply::{Reply, ReplyBody};
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, Case, account, detail_of, document_id, done, double_order, error, file, header, line, refused, session,
    simple_order, stored, success, unknown, within,
};

fn offered(account: &dyn Account, case: &Case, files: Value) -> ArtifactOffer {
    let reading = case.read_files(account, files);
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Finalizing), "FINISHED"));
    let [offer] = reading.artifacts.as_slice() else { panic!("one document comes back") };
    offer.clone()
}

fn fetch(account: &dyn Account, offer: &ArtifactOffer, failed: u32) -> Fetch {
    let history = FetchHistory { direct_failed: failed, ..FetchHistory::default() };
    account.fetch(offer, &Case::created(simple_order()).view(), &within(&session()), &history).unwrap()
}

fn call(account: &dyn Account, offer: &ArtifactOffer) -> Call {
    match fetch(account, offer, 0) {
        Fetch::Direct(call) => *call,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_closed_contract_is_asked_for_its_files() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let page = done(case.polled(&*account, &success(200, detail_of("FINISHED"))));
    let next = page.next.unwrap();
    assert_eq!(line(&next.call), format!("GET https://qa.firmavirtual.legal/api/v1/filelist/{CONTRACT}"));
    assert_eq!(next.covers, page.readings.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    for word in ["APPROVED", "IN_NOTARY", "DELIVERED"] {
        assert!(done(case.polled(&*account, &success(200, detail_of(word)))).next.is_none(), "{word}");
    }
}

#[test]
fn one_document_comes_back_for_all_and_it_is_the_newest_file() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let offer = offered(&*account, &case, json!([file("b.pdf", 1), file("a.pdf", 0)]));
    assert_eq!(offer.kind, ArtifactKind::SignedDocument);
    assert_eq!(offer.documents, [document_id(1), document_id(2)]);
    assert_eq!((offer.filename.as_str(), offer.source.as_str()), ("contract-signed.pdf", "b.pdf"));
    assert!(offer.essential, "the envelope is not completed without it");
}

#[test]
fn a_file_name_is_put_into_the_template_and_fetched_with_the_token() {
    let account = account(json!({}));
    let call = call(&*account, &offered(&*account, &Case::created(simple_order()), json!([file("a b+ñ.pdf", 0)])));
    assert_eq!(call.url.as_str(), "https://qa.firmavirtual.legal/api/v1/download/a%20b%2B%C3%B1.pdf");
    assert_eq!(header(&call, "authorization"), Some("Bearer header.payload.signature"));
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 104_857_600, content: Content::Pdf });
    assert!(call.secret_url && call.redirects.hosts.is_empty());
    assert!(!call.redacted().to_string().contains("download/a"));
}

#[test]
fn the_way_of_the_download_is_the_accounts() {
    let account = account(json!({
        "artifact_url_template": "https://files.example/get?f={url}", "artifact_auth": "bearer", "max_artifact_bytes": 9
    }));
    let call = call(&*account, &offered(&*account, &Case::created(simple_order()), json!([file("a.pdf", 0)])));
    assert_eq!(call.url.as_str(), "https://files.example/get?f=a.pdf");
    assert_eq!(header(&call, "authorization"), None, "the token goes to the account's own host only");
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 9, content: Content::Pdf });
    let account = crate::support::account(json!({ "artifact_auth": "none" }));
    let offer = offered(&*account, &Case::created(simple_order()), json!([file("a.pdf", 0)]));
    assert_eq!(header(&self::call(&*account, &offer), "authorization"), None);
}

#[test]
fn an_absolute_address_is_followed_on_hosts_that_the_account_allows() {
    let listed = |url: &str| {
        let mut file = file("a.pdf", 0);
        file["url"] = json!(url);
        json!([file])
    };
    let case = Case::created(simple_order());
    let account = account(json!({ "artifact_hosts": ["files.example"] }));
    let own = call(&*account, &offered(&*account, &case, listed("https://qa.firmavirtual.legal/f/a.pdf")));
    assert!(header(&own, "authorization").is_some());
    let other = call(&*account, &offered(&*account, &case, listed("https://files.example/a.pdf")));
    assert_eq!(header(&other, "authorization"), None);
    for url in ["https://evil.example/a.pdf", "ftp://files.example/a.pdf", "https://user@evil.example/"] {
        let offer = offered(&*account, &case, listed(url));
        assert!(matches!(fetch(&*account, &offer, 0), Fetch::GiveUp { .. }), "{url}");
    }
}

#[test]
fn without_a_file_and_after_every_address_failed_it_is_given_up() {
    let account = account(json!({}));
    let offer = offered(&*account, &Case::created(simple_order()), json!([]));
    assert!(offer.essential && offer.source.is_empty());
    assert!(matches!(fetch(&*account, &offer, 0), Fetch::GiveUp { .. }));
    let offer = offered(&*account, &Case::created(simple_order()), json!([file("a.pdf", 0)]));
    assert!(matches!(fetch(&*account, &offer, 1), Fetch::GiveUp { .. }));
}

#[test]
fn only_a_pdf_is_taken() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let offer = offered(&*account, &case, json!([file("a.pdf", 0)]));
    let outcome = |reply: &Reply| account.fetch_reply(&offer, &case.view(), reply);
    let pdf = Reply { body: ReplyBody::Stored(stored()), ..Reply::new(200, "") };
    assert_eq!(outcome(&pdf), Outcome::Done(Fetched::Files(vec![(offer.key(), stored())])));
    for body in ["<html>login</html>", "", "{}"] {
        let refusal = refused(outcome(&Reply::new(200, body)));
        assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderError, "download/not_a_pdf"), "{body}");
    }
    assert_eq!(refused(outcome(&success(200, json!({})))).code, "download/not_a_pdf");
    assert_eq!(refused(outcome(&error(404, "x"))).class, Class::NotFound);
    assert_eq!(refused(outcome(&Reply::new(404, "<html>"))).class, Class::NotFound);
    for status in [500, 503, 408] {
        assert!(unknown(outcome(&Reply::new(status, "<html>"))).code.is_some(), "{status}: later perhaps");
    }
    assert_eq!(outcome(&Reply::new(401, "")), Outcome::SessionExpired);
    assert_eq!(outcome(&error(403, "error: Forbidden, not authorized.")), Outcome::SessionExpired);
}
