//! Fetching what was signed. Section 3.9.

use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::outcome::Class;
use provider_clients::call::{Call, Content, ReplyTo};
use provider_clients::provider::{Account, Fetch, FetchHistory, Fetched};
use provider_clients::reply::{Reply, ReplyBody};
use serde_json::json;

use crate::support::{
    Case, OPERATION, account, done, example_order, json_of, listed_document, moment, refused, stored, unknown,
};

fn offers(account: &dyn Account) -> Vec<ArtifactOffer> {
    Case::new(example_order()).read(account, json!([listed_document("FIRMADO")])).artifacts
}

fn fetch(account: &dyn Account, offer: &ArtifactOffer, history: &FetchHistory) -> Fetch {
    account.fetch(offer, &Case::new(example_order()).view(), &moment(), history).unwrap()
}

fn direct(fetch: Fetch) -> Call {
    match fetch {
        Fetch::Direct(call) => *call,
        other => panic!("not direct: {other:?}"),
    }
}

#[test]
fn a_signed_document_offers_the_document_and_its_certificate() {
    let offers = offers(&*account(json!({})));
    let shown: Vec<_> = offers.iter().map(|o| (o.kind, o.filename.as_str(), o.essential)).collect();
    assert_eq!(
        shown,
        [
            (ArtifactKind::SignedDocument, "contract-signed.pdf", true),
            (ArtifactKind::Evidence, "contract-evidence.pdf", false)
        ]
    );
    assert_eq!(offers[0].source, "https://app.efirma.es/viewer?d=4f1c");
}

#[test]
fn names_follow_the_file_that_was_given() {
    let mut order = example_order();
    order.documents.push(crate::support::document(2));
    let case = Case::new(order).of_document(1);
    let reading = case.read(&*account(json!({})), json!([listed_document("FIRMADO")]));
    assert_eq!(reading.artifacts[0].filename, "annex-2-signed.pdf");
    assert_eq!(reading.artifacts[0].documents, case.documents);
}

#[test]
fn nothing_is_offered_before_the_document_is_signed() {
    for word in ["EN PROCESO", "RECHAZADO", "ANULADO", "OTRO"] {
        let reading = Case::new(example_order()).read(&*account(json!({})), json!([listed_document(word)]));
        assert!(reading.artifacts.is_empty(), "{word}");
    }
}

#[test]
fn a_document_is_fetched_only_as_a_pdf_from_allowed_hosts_and_its_address_is_never_shown() {
    let account = account(json!({}));
    let call = direct(fetch(&*account, &offers(&*account)[0], &FetchHistory::default()));
    assert_eq!(call.url.as_str(), "https://app.efirma.es/viewer?d=4f1c");
    assert_eq!(call.reply_to, ReplyTo::Store { limit: 100 * 1024 * 1024, content: Content::Pdf });
    assert_eq!(call.redirects.most, 5);
    assert_eq!(call.redirects.hosts, ["app.efirma.es", "api.efirma.es"]);
    assert_eq!(call.shown_url(), "https://app.efirma.es/[secret]");
    assert!(!call.redacted().to_string().contains("4f1c"));
}

#[test]
fn an_address_on_another_host_is_never_followed() {
    let account = account(json!({}));
    let mut offers = offers(&*account);
    for source in [
        "https://evil.example/viewer?d=1",
        "https://app.efirma.es.evil.example/1",
        "https://app.efirma.es@evil.example/1",
        "file:///etc/passwd",
        "viewer?d=1",
        "",
    ] {
        for offer in &mut offers {
            offer.source = source.to_owned();
        }
        assert!(matches!(fetch(&*account, &offers[0], &FetchHistory::default()), Fetch::AskAgain { .. }), "{source}");
        assert!(matches!(fetch(&*account, &offers[1], &FetchHistory::default()), Fetch::GiveUp { .. }), "{source}");
    }
}

#[test]
fn the_signed_document_falls_back_to_the_callback_then_to_asking_again_then_to_a_person() {
    let account = account(json!({}));
    let offer = &offers(&*account)[0];
    let failed = FetchHistory { direct_failed: 1, ..FetchHistory::default() };
    let delivered = FetchHistory { delivered: Some(stored()), ..failed.clone() };
    assert!(matches!(fetch(&*account, offer, &delivered), Fetch::Delivered(file) if file == stored()));
    let Fetch::AskAgain { call, wait } = fetch(&*account, offer, &failed) else { panic!("does not ask") };
    assert_eq!(call.url.as_str(), "https://api.efirma.es/consultar_documento");
    assert_eq!(
        json_of(&call),
        json!({
            "private_key": "test-private-key-0001", "cif_cliente": "A77445566",
            "id_operacion": OPERATION, "enviar_url_respuesta": 1
        })
    );
    assert_eq!(wait.as_secs(), 120);
    let asked = FetchHistory { asked_again: 1, ..failed };
    assert!(matches!(fetch(&*account, offer, &asked), Fetch::GiveUp { .. }));
    let came = FetchHistory { delivered: Some(stored()), ..asked };
    assert!(matches!(fetch(&*account, offer, &came), Fetch::Delivered(_)));
}

#[test]
fn the_certificate_has_no_fallback() {
    let account = account(json!({}));
    let history = FetchHistory { direct_failed: 1, delivered: Some(stored()), ..FetchHistory::default() };
    assert!(matches!(fetch(&*account, &offers(&*account)[1], &history), Fetch::GiveUp { .. }));
}

#[test]
fn only_a_stored_pdf_counts_and_an_outage_is_not_for_good() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let offer = &offers(&*account)[0];
    let pdf = Reply { body: ReplyBody::Stored(stored()), ..Reply::new(200, "") };
    assert_eq!(done(account.fetch_reply(offer, &case.view(), &pdf)), Fetched::Files(vec![(offer.key(), stored())]));
    let html = refused(account.fetch_reply(offer, &case.view(), &Reply::new(200, "<html>viewer</html>")));
    assert_eq!((html.class, html.code.as_str()), (Class::ProviderError, "artifact/not_a_pdf"));
    assert_eq!(refused(account.fetch_reply(offer, &case.view(), &Reply::new(404, ""))).class, Class::NotFound);
    assert_eq!(refused(account.fetch_reply(offer, &case.view(), &Reply::new(403, ""))).class, Class::Permission);
    for status in [408, 429, 500, 503] {
        unknown(account.fetch_reply(offer, &case.view(), &Reply::new(status, "")));
    }
}

#[test]
fn a_document_without_an_address_is_still_owed() {
    let mut listed = listed_document("FIRMADO");
    listed["url_documento"] = json!(null);
    listed["url_certificado"] = json!("");
    let reading = Case::new(example_order()).read(&*account(json!({})), json!([listed]));
    assert_eq!(reading.artifacts.len(), 1);
    assert!(reading.artifacts[0].essential);
}
