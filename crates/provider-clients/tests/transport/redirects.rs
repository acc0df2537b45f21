//! Redirects are followed by hand: few, for plain GETs, to named hosts, without secrets for strangers.

use provider_clients::call::{Body, Call, Redirects};
use serde_json::json;

use crate::support::*;

fn redirect(status: u16, to: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\ncontent-length: 4\r\n\r\naway")
}

fn allowing(call: Call, most: usize, hosts: &[&str]) -> Call {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    Call { redirects: Redirects { most, hosts }, ..call }
}

#[tokio::test]
async fn a_get_follows_to_a_named_host_and_takes_no_secret_along() {
    let (end, end_requests) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere").await;
    let to = format!("http://localhost:{}/end?x=1", end.address.port());
    for status in [301, 302, 303, 307, 308] {
        end_requests.0.lock().unwrap().clear();
        let (start, start_requests) = Server::answering(redirect(status, &to)).await;
        let call = get(start.url("/start")).secret_header("authorization", "Bearer t").header("accept", "*/*");
        let reply = carry(&allowing(call, 1, &["LOCALHOST"]), &MemoryFiles::default()).await.unwrap();
        assert_eq!((reply.status, reply.bytes()), (200, b"here".as_slice()));
        assert!(start_requests.only().0.contains("authorization: bearer t"));
        let head = end_requests.only().0;
        assert!(head.starts_with("get /end?x=1 http/1.1") && head.contains("accept: */*"), "{head}");
        assert!(!head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn the_same_origin_gets_the_secret_again() {
    let requests = Requests::default();
    let kept = requests.clone();
    let server = Server::start(move |mut socket| {
        let kept = kept.clone();
        async move {
            let request = read_request(&mut socket).await;
            let answer = if request.starts_with(b"GET /a ") {
                redirect(302, "/b")
            } else {
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()
            };
            kept.0.lock().unwrap().push(request);
            tokio::io::AsyncWriteExt::write_all(&mut socket, answer.as_bytes()).await.ok();
        }
    })
    .await;
    let call = get(server.url("/a")).secret_header("authorization", "Bearer t");
    assert_eq!(carry(&allowing(call, 3, &[]), &MemoryFiles::default()).await.unwrap().status, 200);
    let all = requests.all();
    assert_eq!(all.len(), 2);
    assert!(all[1].0.starts_with("get /b ") && all[1].0.contains("authorization: bearer t"));
}

#[tokio::test]
async fn a_redirect_that_may_not_be_followed_is_the_answer() {
    let (other, _) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let to = format!("http://localhost:{}/", other.address.port());
    let (start, _) = Server::answering(redirect(302, &to)).await;
    let (posted, _) = Server::answering(redirect(307, &to)).await;
    let (file, _) = Server::answering(redirect(302, "file:///etc/passwd")).await;
    let calls = [
        allowing(get(start.url("/")), 0, &["localhost"]),
        allowing(get(start.url("/")), 5, &["elsewhere.example"]),
        allowing(post(posted.url("/")), 5, &["localhost"]),
        allowing(post(posted.url("/")).body(Body::Json(json!({}))), 5, &["localhost"]),
        allowing(get(file.url("/")), 5, &[""]),
    ];
    for call in calls {
        let reply = carry(&call, &MemoryFiles::default()).await.unwrap();
        assert!(matches!(reply.status, 302 | 307));
        assert_eq!(reply.bytes(), b"away");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn any_host_may_be_gone_to_where_the_call_says_so() {
    let (end, _) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere").await;
    let (start, _) = Server::answering(redirect(302, &format!("http://localhost:{}/", end.address.port()))).await;
    let call = allowing(get(start.url("/")), 1, &[Redirects::ANY_HOST]);
    assert_eq!(carry(&call, &MemoryFiles::default()).await.unwrap().bytes(), b"here");
}

#[tokio::test]
async fn a_circle_ends_after_the_most_redirects() {
    let (server, requests) = Server::answering(redirect(302, "/again")).await;
    let reply = carry(&allowing(get(server.url("/")), 3, &[]), &MemoryFiles::default()).await.unwrap();
    assert_eq!(reply.status, 302);
    assert_eq!(requests.all().len(), 4);
}

#[tokio::test]
async fn a_failure_after_a_redirect_is_lost_because_the_provider_was_reached() {
    let (server, _) = Server::answering(redirect(302, "http://nobody.invalid/")).await;
    let call = allowing(get(server.url("/")), 1, &["nobody.invalid"]);
    assert_lost(&carry(&call, &MemoryFiles::default()).await, "");
}
