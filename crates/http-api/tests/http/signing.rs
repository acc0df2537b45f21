use broker::provider_clients::provider::Launch;
use domain::states::{EnvelopeStatus, RecipientStatus};
use http_api::configure_public;
use serde_json::{Value, json};

use crate::support::{Answer, SentEnvelope, TestApi};

const LINK: &str = "acmesign://go?ticket=77";

impl Answer {
    #[track_caller]
    fn html(&self) -> String {
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
        String::from_utf8(self.body.clone()).unwrap()
    }
}

async fn recipient_status(api: &TestApi, sent: &SentEnvelope) -> Value {
    api.get(&sent.path).await.is(200).json()["recipients"][0]["status"].clone()
}

#[actix_web::test]
async fn a_recipient_signs_at_the_address_that_only_writers_see() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let envelope = api.get(&sent.path).await.is(200).json();
    let url = envelope["recipients"][0]["signing_url"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("http://127.0.0.1:8080{}", sent.page), "{url}");
    assert!(sent.page.starts_with("/sign/") && !url.contains("acme"), "{url}");

    let reader = api.key_with(Some(api.tenant), &[broker::Scope::EnvelopesRead]).await;
    let as_reader = api.anonymous("GET", &sent.path).insert_header(("authorization", format!("Bearer {reader}")));
    assert_eq!(api.send(as_reader).await.is(200).json()["recipients"][0]["signing_url"], Value::Null);
    let token = sent.page.rsplit('/').next().unwrap();
    for path in
        ["/v1/envelopes".to_owned(), "/v1/events".to_owned(), format!("{}/events", sent.path), "/v1/audit".to_owned()]
    {
        let shown = String::from_utf8(api.get(&path).await.is(200).body).unwrap();
        assert!(!shown.contains(token) && !shown.contains(LINK), "{path}: {shown}");
    }

    let page = api.send(api.anonymous("GET", &sent.page)).await.is(200);
    let html = page.html();
    assert!(html.contains(&format!("href=\"{LINK}\"")), "{html}");
    assert!(html.contains("Employment contract") && html.contains("Jesús Sánchez"), "{html}");
    assert!(!html.contains("acme-secret"), "{html}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")]
    {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    assert_eq!(recipient_status(&api, &sent).await, "viewed");
    assert_eq!(api.get(&sent.path).await.json()["status"], "sent", "an opened page is not progress");

    for (path, kind) in [
        ("/sign/assets/page.css", "text/css; charset=utf-8"),
        ("/sign/assets/page.js", "text/javascript; charset=utf-8"),
    ] {
        let asset = api.send(api.anonymous("GET", path)).await.is(200);
        assert_eq!(asset.header("content-type"), Some(kind));
        assert!(!asset.body.is_empty());
    }
}

#[actix_web::test]
async fn neither_head_nor_a_preview_nor_a_prefetch_is_a_view() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let head = api.send(api.anonymous("HEAD", &sent.page)).await.is(200);
    assert_eq!(head.header("cache-control"), Some("no-store"));
    let state = format!("{}/state", sent.page);
    api.send(api.anonymous("HEAD", &state)).await.is(200);
    for (name, value) in [
        ("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
        ("sec-purpose", "prefetch"),
        ("sec-fetch-dest", "image"),
    ] {
        api.send(api.anonymous("GET", &sent.page).insert_header((name, value))).await.is(200);
    }
    // Nor do they have anything prepared anew.
    api.vendor().offers(Launch::Renew);
    let preview = api.anonymous("GET", &sent.page).insert_header(("user-agent", "WhatsApp/2.23.20.0 A"));
    assert!(api.send(preview).await.is(200).html().contains("data-state=\"stale\""));
    assert_eq!(recipient_status(&api, &sent).await, "sent");
    let envelope = api.get(&sent.path).await.json();
    assert_eq!(envelope["provider"]["submissions"][0]["attempt"], 1);
}

#[actix_web::test]
async fn the_page_speaks_the_envelopes_language_else_the_browsers() {
    let api = TestApi::with_page_vendor().await;
    let none = api.sent_to_page_vendor(json!({})).await;
    let portuguese = api.sent_to_page_vendor(json!({ "language": "pt-BR" })).await;
    for (sent, accepted, tag, launch) in [
        (&none, "en-GB,en;q=0.9,es;q=0.5", "en", "Open the signing program"),
        (&none, "es-CL", "es", "Abrir el programa de firma"),
        (&none, "fr", "es", "Abrir el programa de firma"),
        (&portuguese, "en", "pt", "Abrir o programa de assinatura"),
    ] {
        let request = || api.anonymous("GET", &sent.page).insert_header(("accept-language", accepted));
        let page = api.send(request()).await.is(200);
        assert_eq!(page.header("content-language"), Some(tag));
        let html = page.html();
        assert!(html.contains(&format!("<html lang=\"{tag}\">")) && html.contains(launch), "{html}");
        let state = api.anonymous("GET", &format!("{}/state", sent.page)).insert_header(("accept-language", accepted));
        let title = api.send(state).await.is(200).json()["title"].as_str().unwrap().to_owned();
        assert!(html.contains(&title), "{title}");
    }
}

#[actix_web::test]
async fn what_is_used_up_is_prepared_anew_when_a_person_opens_the_page() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let state = async || api.send(api.anonymous("GET", &format!("{}/state", sent.page))).await.is(200).json();
    let ready = state().await;
    assert_eq!((&ready["state"], &ready["link"], &ready["step"]), (&json!("ready"), &json!(LINK), &json!(2)));

    api.vendor().offers(Launch::Renew);
    let stale = state().await;
    assert_eq!((&stale["state"], &stale["link"]), (&json!("stale"), &Value::Null), "watching prepares nothing");
    assert_eq!(api.get(&sent.path).await.json()["provider"]["submissions"][0]["attempt"], 1);

    let html = api.send(api.anonymous("GET", &sent.page)).await.is(200).html();
    assert!(html.contains("data-state=\"preparing\"") && !html.contains(LINK), "{html}");
    api.vendor().offers(Launch::Ready { link: "acmesign://go?ticket=78".to_owned() });
    let again = api.until(async || Some(state().await).filter(|state| state["state"] == "ready")).await;
    assert_eq!(again["link"], "acmesign://go?ticket=78");
    let envelope = api.get(&sent.path).await.json();
    assert_eq!(envelope["provider"]["submissions"][0]["attempt"], 2);
    assert!(envelope["recipients"][0]["signing_url"].as_str().unwrap().ends_with(&sent.page), "the address stays");

    api.vendor().offers(Launch::Exhausted);
    assert_eq!(state().await["state"], "exhausted");
    let html = api.send(api.anonymous("GET", &sent.page)).await.is(200).html();
    assert!(html.contains("data-state=\"exhausted\"") && !html.contains("acmesign:"), "{html}");
}

#[actix_web::test]
async fn every_end_is_told_on_a_page() {
    let api = TestApi::with_page_vendor().await;
    let ends = [
        (RecipientStatus::Completed, EnvelopeStatus::Finalizing, 200, "signed"),
        (RecipientStatus::Completed, EnvelopeStatus::Completed, 410, "signed"),
        (RecipientStatus::Declined, EnvelopeStatus::Declined, 410, "declined"),
        (RecipientStatus::Viewed, EnvelopeStatus::Expired, 410, "expired"),
        (RecipientStatus::Sent, EnvelopeStatus::Canceled, 410, "over"),
        (RecipientStatus::Skipped, EnvelopeStatus::InProgress, 200, "over"),
    ];
    for (recipient, envelope, status, word) in ends {
        let sent = api.sent_to_page_vendor(json!({})).await;
        api.change(&sent, |it| {
            it.status = envelope;
            it.recipients[0].status = recipient;
            if status == 410 {
                it.recipients[0].signing_url = None;
            }
        })
        .await;
        let page = api.send(api.anonymous("GET", &sent.page)).await.is(status);
        let html = page.html();
        assert!(html.contains(&format!("data-state=\"{word}\"")) && !html.contains(LINK), "{word}: {html}");
        let state = api.send(api.anonymous("GET", &format!("{}/state", sent.page))).await.is(200).json();
        assert_eq!(
            (&state["state"], &state["link"], &state["poll_after_ms"]),
            (&json!(word), &Value::Null, &Value::Null)
        );
        assert_eq!(api.get(&sent.path).await.json()["recipients"][0]["status"], json!(recipient.as_str()), "{word}");
    }
}

#[actix_web::test]
async fn nobody_signs_after_the_deadline() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    api.change(&sent, |it| it.spec.expires_at = Some(chrono::Utc::now() - chrono::TimeDelta::seconds(1))).await;
    let html = api.send(api.anonymous("GET", &sent.page)).await.is(200).html();
    assert!(html.contains("data-state=\"expired\"") && !html.contains(LINK), "{html}");
    assert_eq!(recipient_status(&api, &sent).await, "sent");
}

#[actix_web::test]
async fn an_unknown_address_is_a_friendly_page() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let cut = &sent.page[..sent.page.len() - 1];
    for path in ["/sign/nonsense", cut, "/sign/%00", &format!("{}AAAA", sent.page)] {
        let page = api.send(api.anonymous("GET", path).insert_header(("accept-language", "en"))).await.is(404);
        let html = page.html();
        assert!(html.contains("This link is not valid") && !html.contains("Employment"), "{html}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        api.send(api.anonymous("GET", &format!("{path}/state"))).await.problem("not-found");
    }
    // An address that was replaced by another leads nowhere, too.
    api.change(&sent, |it| it.recipients[0].signing_url = Some("http://127.0.0.1:8080/sign/another".to_owned())).await;
    api.send(api.anonymous("GET", &sent.page)).await.is(404);
    api.send(api.anonymous("POST", &sent.page)).await.problem("method-not-allowed");
}

#[actix_web::test]
async fn the_public_listener_has_the_page_and_not_the_api() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let public = async |path: &str| api.send_to(configure_public, api.anonymous("GET", path)).await;
    public(&sent.page).await.is(200);
    public(&format!("{}/state", sent.page)).await.is(200);
    public("/sign/assets/page.js").await.is(200);
    public("/sign/assets/page.css").await.is(200);
    public("/v1/envelopes").await.is(404);
}
