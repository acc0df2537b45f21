//! Fetching what was signed: section 2.8.

use std::time::Duration;

use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::Class;
use provider_clients::call::{Call, Content, Redirects, ReplyTo};
use provider_clients::provider::{Account, Fetch, FetchHistory, Fetched};
use provider_clients::reply::{Reply, ReplyBody, StoredFile};
use serde_json::{Value, json};

use crate::support::{
    BASE, Case, SIGNATURE, account, document_id, done, finished, moment, refused, result, signed_file, simple_order,
    stored, unknown,
};

fn offers(account: &dyn Account) -> Vec<ArtifactOffer> {
    Case::new(simple_order()).read(account, &[finished(), result(&[signed_file(1)])]).artifacts
}

fn fetching(settings: Value, kind: ArtifactKind) -> Call {
    let account = account(settings);
    let offer = offers(&*account).into_iter().find(|offer| offer.kind == kind).unwrap();
    let case = Case::new(simple_order());
    match account.fetch(&offer, &case.view(), &moment(), &FetchHistory::default()).unwrap() {
        Fetch::Direct(call) => *call,
        other => panic!("{other:?}"),
    }
}

fn of_type(mut reply: Reply, content_type: &str) -> Reply {
    reply.content_type = Some(content_type.to_owned());
    reply
}

fn file(size: u64) -> Reply {
    Reply { body: ReplyBody::Stored(StoredFile { size, ..stored() }), ..Reply::new(200, "") }
}

#[test]
fn a_signed_document_is_fetched_from_the_public_address_and_never_shown() {
    let call = fetching(json!({}), ArtifactKind::SignedDocument);
    assert_eq!(call.url.as_str(), format!("{BASE}/v/{SIGNATURE}?d=true"));
    assert_eq!(
        (call.method.as_str(), call.endpoint, call.timeout),
        ("GET", "signed_document", Duration::from_secs(120))
    );
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 104_857_600, content: Content::Pdf });
    // At most three, all on the same host.
    assert_eq!(call.redirects, Redirects { most: 3, hosts: Vec::new() });
    assert!(call.secret_url && !call.redacted().to_string().contains(SIGNATURE));
    assert!(call.headers.iter().any(|header| header.name == "authorization" && header.secret));
}

#[test]
fn the_receipt_is_the_vendors_evidence() {
    let call = fetching(json!({}), ArtifactKind::Evidence);
    assert_eq!(call.url.as_str(), format!("{BASE}/v/{SIGNATURE}?j"));
    assert!(matches!(call.reply_to, ReplyTo::Store { content: Content::Any, .. }));
    assert!(call.secret_url);
}

#[test]
fn the_other_files_are_fetched_where_the_account_wants_them() {
    let account = account(json!({ "download": { "evidence": ["qr", "original", "receipt"] } }));
    let all = offers(&*account);
    let case = Case::new(simple_order());
    let told: Vec<(String, String, bool)> = all
        .iter()
        .map(|offer| match account.fetch(offer, &case.view(), &moment(), &FetchHistory::default()).unwrap() {
            Fetch::Direct(call) => (offer.filename.clone(), call.url.as_str().replace(BASE, ""), offer.essential),
            other => panic!("{other:?}"),
        })
        .collect();
    let file = |name: &str, path: &str, essential| (name.to_owned(), path.replace("{}", SIGNATURE), essential);
    assert_eq!(
        told,
        [
            file("contract-signed.pdf", "/v/{}?d=true", true),
            file("contract-receipt-qr.png", "/downloadComprobanteQR?codFirma={}&tipo=png", false),
            file("contract-original.pdf", "/v/{}?o", false),
            file("contract-receipt.pdf", "/v/{}?j", false),
        ]
    );
    let keys: std::collections::BTreeSet<String> = all.iter().map(ArtifactOffer::key).collect();
    assert_eq!(keys.len(), 4, "each has a key of its own");
    let none = account_with_no_evidence();
    assert_eq!(offers(&*none).len(), 1);
}

fn account_with_no_evidence() -> std::sync::Arc<dyn Account> {
    account(json!({ "download": { "evidence": [] } }))
}

fn fetched(kind: ArtifactKind, reply: &Reply) -> domain::outcome::Outcome<Fetched> {
    let account = account(json!({}));
    let offer = offers(&*account).into_iter().find(|offer| offer.kind == kind).unwrap();
    account.fetch_reply(&offer, &Case::new(simple_order()).view(), reply)
}

#[test]
fn a_pdf_that_is_not_smaller_than_what_was_sent_is_taken() {
    // The document has 48213 bytes.
    for size in [48_213, 60_112] {
        let Fetched::Files(files) = done(fetched(ArtifactKind::SignedDocument, &file(size))) else { panic!("no file") };
        assert_eq!((files.len(), files[0].1.size), (1, size));
        assert!(files[0].0.starts_with("signed_document/"));
    }
    let refusal = refused(fetched(ArtifactKind::SignedDocument, &file(48_212)));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderError, "signed_document/smaller_than_sent"));
}

#[test]
fn what_a_later_signer_signed_is_not_smaller_than_what_the_one_before_signed() {
    let account = account(json!({}));
    let mut case = Case::new(simple_order());
    case.signed_before.insert(document_id(1), stored());
    let offer = offers(&*account).remove(0);
    assert_eq!(
        refused(account.fetch_reply(&offer, &case.view(), &file(60_111))).code,
        "signed_document/smaller_than_sent"
    );
    done(account.fetch_reply(&offer, &case.view(), &file(60_112)));
}

#[test]
fn a_page_of_html_is_none_of_the_files() {
    let page = of_type(Reply::new(200, "<html>"), "text/html; charset=utf-8");
    let refusal = refused(fetched(ArtifactKind::SignedDocument, &page));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderError, "signed_document/not_a_pdf"));
    // A receipt may be anything but a page.
    let stored_page = of_type(file(900), "TEXT/HTML");
    assert_eq!(refused(fetched(ArtifactKind::Evidence, &stored_page)).code, "receipt/html");
    done(fetched(ArtifactKind::Evidence, &of_type(file(900), "application/pdf")));
    assert_eq!(refused(fetched(ArtifactKind::Evidence, &file(0))).code, "receipt/smaller_than_sent");
    let error_page = of_type(Reply::new(400, "<html>"), "text/html");
    assert_eq!(refused(fetched(ArtifactKind::SignedDocument, &error_page)).class, Class::NotFound);
}

#[test]
fn what_is_not_there_is_refused_and_what_cannot_be_had_now_is_fetched_later() {
    for (status, class) in [(404, Class::NotFound), (401, Class::Authentication), (403, Class::Permission)] {
        let refusal = refused(fetched(ArtifactKind::SignedDocument, &Reply::new(status, "")));
        assert_eq!((refusal.class, refusal.code), (class, format!("signed_document/http_{status}")));
    }
    for status in [408, 429, 500, 502, 503, 504] {
        let doubt = unknown(fetched(ArtifactKind::SignedDocument, &Reply::new(status, "<html>")));
        assert_eq!(doubt.code, Some(format!("signed_document/http_{status}")));
    }
}

#[test]
fn a_file_that_the_address_did_not_give_is_given_up() {
    let account = account(json!({}));
    let offer = offers(&*account).remove(0);
    let history = FetchHistory { direct_failed: 1, ..FetchHistory::default() };
    let case = Case::new(simple_order());
    assert!(matches!(account.fetch(&offer, &case.view(), &moment(), &history).unwrap(), Fetch::GiveUp { .. }));
}

#[test]
fn paths_base_size_and_time_are_those_of_the_account() {
    let settings = json!({
        "service_base_url": "https://inner.example/platform",
        "download": { "base": "service", "signed_path": "/tokenConnector/v/{signatureId}?d" },
        "max_artifact_bytes": 9, "timeouts": { "download_s": 8 }
    });
    let call = fetching(settings, ArtifactKind::SignedDocument);
    assert_eq!(call.url.as_str(), format!("https://inner.example/platform/tokenConnector/v/{SIGNATURE}?d"));
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 9, content: Content::Pdf });
    assert_eq!(call.timeout, Duration::from_secs(8));
}
