//! Which failures certainly had no effect, and which may have had one.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use provider_clients::call::{Body, Content, FileSource, Part, ReplyTo};
use provider_clients::transport::{FileSink, Files, Permit, Transport, TransportConfig};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use url::Url;

use crate::support::*;

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    assert_not_sent(&carry(&get(url.clone()), &MemoryFiles::default()).await, "refused");
    assert_not_sent(&carry(&post(url).body(Body::Json(json!({}))), &MemoryFiles::default()).await, "refused");
}

#[tokio::test]
async fn a_name_without_an_address_is_not_sent() {
    let url = Url::parse("http://nobody.invalid/secret-path").unwrap();
    let result = carry(&get(url), &MemoryFiles::default()).await;
    assert_not_sent(&result, "");
    assert!(!format!("{result:?}").contains("secret-path"));
}

#[tokio::test]
async fn a_private_target_is_not_sent_whether_written_as_an_address_or_as_a_name() {
    let server = Server::start(|_| async {}).await;
    let transport = Transport::new(&TransportConfig::default()).unwrap();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("https://{host}:{}/", server.address.port())).unwrap();
        let result = transport.carry(&get(url), &a_minute(), &MemoryFiles::default(), &CONTEXT).await;
        assert_not_sent(&result, "not on the public Internet");
    }
    let plain = Url::parse("http://api.efirma.es/").unwrap();
    let result = transport.carry(&get(plain), &a_minute(), &MemoryFiles::default(), &CONTEXT).await;
    assert_not_sent(&result, "https");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_permit_that_is_over_opens_no_connection() {
    let (server, _) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let transport = Transport::new(&config()).unwrap();
    let over = Permit::lasting(Duration::ZERO);
    let result = transport.carry(&get(server.url("/")), &over, &MemoryFiles::default(), &CONTEXT).await;
    assert_not_sent(&result, "permit");
    assert_eq!(server.connections(), 0);
}

/// A store whose files take their time.
struct Slow(Duration);

#[async_trait]
impl Files for Slow {
    async fn open(&self, _: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        tokio::time::sleep(self.0).await;
        Ok(Box::pin(futures::stream::iter([Ok(Bytes::from_static(b"x"))])))
    }

    async fn sink(&self) -> io::Result<Box<dyn FileSink>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[tokio::test]
async fn a_permit_that_ends_while_files_are_opened_sends_nothing() {
    let (server, requests) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let transport = Transport::new(&config()).unwrap();
    let call = post(server.url("/"))
        .body(Body::JsonWithFiles { template: json!(["T"]), files: vec![("T".to_owned(), file("k", 1))] });
    let permit = Permit::lasting(Duration::from_millis(50));
    let result = transport.carry(&call, &permit, &Slow(Duration::from_millis(200)), &CONTEXT).await;
    assert_not_sent(&result, "permit");
    assert!(requests.all().is_empty());
}

#[tokio::test]
async fn files_that_do_not_open_in_time_send_nothing() {
    let server = Server::start(|_| async {}).await;
    let transport = Transport::new(&config()).unwrap();
    let call = post(server.url("/"))
        .body(Body::JsonWithFiles { template: json!(["T"]), files: vec![("T".to_owned(), file("k", 1))] })
        .within(Duration::from_millis(50));
    let result = transport.carry(&call, &a_minute(), &Slow(Duration::from_secs(60)), &CONTEXT).await;
    assert_not_sent(&result, "in time");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_sends_nothing_even_when_it_is_not_the_first() {
    let server = Server::start(|_| async {}).await;
    let files = MemoryFiles::default()
        .with("there", [Ok(Bytes::from_static(b"x"))])
        .with("broken", [Err(io::ErrorKind::PermissionDenied)]);
    let part = |key: &str| Part::File {
        name: key.to_owned(),
        filename: key.to_owned(),
        content_type: "application/pdf".to_owned(),
        file: file(key, 1),
    };
    let missing = post(server.url("/")).body(Body::Multipart(vec![part("there"), part("missing")]));
    assert_not_sent(&carry(&missing, &files).await, "cannot be opened");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_header_that_cannot_be_written_sends_nothing() {
    let server = Server::start(|_| async {}).await;
    let call = get(server.url("/")).secret_header("authorization", "Bearer hunter2\r\nx-evil: 1");
    let result = carry(&call, &MemoryFiles::default()).await;
    assert_not_sent(&result, "authorization");
    assert!(!format!("{result:?}").contains("hunter2"));
    assert_eq!(server.connections(), 0);
}

struct Tls {
    acceptor: TlsAcceptor,
    root_pem: Vec<u8>,
}

fn tls() -> Tls {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().unwrap();
    let root_certificate = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key).unwrap();
    Tls { acceptor: TlsAcceptor::from(Arc::new(server)), root_pem: root_certificate.pem().into_bytes() }
}

/// A TLS server that waits before it shakes hands and keeps what it was told; its answer is an empty 200.
async fn tls_server(acceptor: TlsAcceptor, wait: Duration) -> (Server, Arc<Mutex<Vec<u8>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&got);
    let server = Server::start(move |socket| {
        let (acceptor, kept) = (acceptor.clone(), Arc::clone(&kept));
        async move {
            tokio::time::sleep(wait).await;
            let Ok(mut socket) = acceptor.accept(socket).await else {
                return;
            };
            let mut buffer = vec![0; 4096];
            while let Ok(read @ 1..) = socket.read(&mut buffer).await {
                kept.lock().unwrap().extend_from_slice(&buffer[..read]);
                socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok();
            }
        }
    })
    .await;
    (server, got)
}

fn https(server: &Server) -> Url {
    Url::parse(&format!("https://{}/", server.address)).unwrap()
}

#[tokio::test]
async fn an_extra_root_is_trusted_and_an_unknown_one_is_not_sent() {
    let Tls { acceptor, root_pem } = tls();
    let (server, got) = tls_server(acceptor, Duration::ZERO).await;
    let result = carry(&get(https(&server)), &MemoryFiles::default()).await;
    assert_not_sent(&result, "certificate");
    assert!(got.lock().unwrap().is_empty());

    let trusting = Transport::new(&TransportConfig { extra_root_pem: Some(root_pem), ..config() }).unwrap();
    let result = trusting.carry(&get(https(&server)), &a_minute(), &MemoryFiles::default(), &CONTEXT).await;
    assert_eq!(result.unwrap().status, 200);
    assert!(!got.lock().unwrap().is_empty());

    let nonsense = TransportConfig { extra_root_pem: Some(b"nonsense".to_vec()), ..config() };
    assert!(Transport::new(&nonsense).is_err());
}

#[tokio::test]
async fn a_permit_that_ends_during_the_handshake_writes_no_head() {
    let Tls { acceptor, root_pem } = tls();
    let (server, got) = tls_server(acceptor, Duration::from_millis(300)).await;
    let transport = Transport::new(&TransportConfig { extra_root_pem: Some(root_pem), ..config() }).unwrap();
    let permit = Permit::lasting(Duration::from_millis(100));
    let result = transport.carry(&get(https(&server)), &permit, &MemoryFiles::default(), &CONTEXT).await;
    assert_not_sent(&result, "permit");
    assert_eq!(server.connections(), 1);
    assert!(got.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_not_sent_by_either_time_out() {
    let silent = Server::start(|socket| async move {
        let _open = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let hasty = Transport::new(&TransportConfig { connect_timeout: Duration::from_millis(100), ..config() }).unwrap();
    let result = hasty.carry(&get(https(&silent)), &a_minute(), &MemoryFiles::default(), &CONTEXT).await;
    assert_not_sent(&result, "");
    let short = get(https(&silent)).within(Duration::from_millis(100));
    assert_not_sent(&carry(&short, &MemoryFiles::default()).await, "no answer in time");
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_lost_and_not_tried_again() {
    let server = Server::start(|mut socket| async move {
        read_request(&mut socket).await;
    })
    .await;
    let posting = post(server.url("/")).body(Body::Json(json!({ "a": 1 })));
    assert_lost(&carry(&posting, &MemoryFiles::default()).await, "");
    assert_lost(&carry(&get(server.url("/")), &MemoryFiles::default()).await, "");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_reset_before_the_head_was_read_is_lost_for_a_call_without_a_body() {
    let server = Server::start(|socket| async move {
        socket.set_zero_linger().ok();
    })
    .await;
    assert_lost(&carry(&get(server.url("/")), &MemoryFiles::default()).await, "");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_reset_within_the_body_is_lost() {
    let server = Server::start(|mut socket| async move {
        let mut some = [0; 1024];
        socket.read_exact(&mut some).await.ok();
        socket.set_zero_linger().ok();
    })
    .await;
    let chunk = Bytes::from(vec![7; 64 * 1024]);
    let files = MemoryFiles::default().with("k", (0..256).map(|_| Ok(chunk.clone())));
    let call = post(server.url("/")).body(Body::JsonWithFiles {
        template: json!(["T"]),
        files: vec![("T".to_owned(), file("k", 256 * 64 * 1024))],
    });
    assert_lost(&carry(&call, &files).await, "");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_file_that_fails_within_the_body_is_lost_and_the_request_stays_incomplete() {
    let (server, requests) = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let files = MemoryFiles::default()
        .with("broken", [Ok(Bytes::from_static(b"abc")), Err(io::ErrorKind::ConnectionReset)])
        .with("short", [Ok(Bytes::from_static(b"abc"))])
        .with("long", [Ok(Bytes::from_static(b"abcdefgh"))]);
    for key in ["broken", "short", "long"] {
        let call = post(server.url("/"))
            .body(Body::JsonWithFiles { template: json!(["T"]), files: vec![("T".to_owned(), file(key, 6))] });
        assert_lost(&carry(&call, &files).await, "");
    }
    for request in requests.0.lock().unwrap().iter() {
        let text = String::from_utf8_lossy(request);
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        assert!(body.len() < 12, "{text}");
    }
}

#[tokio::test]
async fn waiting_too_long_for_the_answer_is_lost() {
    let server = Server::start(|mut socket| async move {
        read_request(&mut socket).await;
        std::future::pending::<()>().await;
    })
    .await;
    let call = post(server.url("/")).body(Body::Json(json!({}))).within(Duration::from_millis(200));
    assert_lost(&carry(&call, &MemoryFiles::default()).await, "in time");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_no_http_is_lost() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let (server, _) = Server::answering(answer).await;
        assert_lost(&carry(&get(server.url("/")), &MemoryFiles::default()).await, "");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_drips_past_the_time_is_lost() {
    let server = Server::start(|mut socket| async move {
        read_request(&mut socket).await;
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome").await.ok();
        std::future::pending::<()>().await;
    })
    .await;
    let files = MemoryFiles::default();
    let mut call = get(server.url("/")).within(Duration::from_millis(200));
    assert_lost(&carry(&call, &files).await, "in time");
    call.reply_to = ReplyTo::Store { limit: 1000, content: Content::Any };
    assert_lost(&carry(&call, &files).await, "in time");
    assert_eq!(files.ends(), vec![SinkEnd::Aborted]);
}

#[tokio::test]
async fn connections_are_never_shared_between_calls() {
    let server = Server::start(|mut socket| async move {
        loop {
            if read_request(&mut socket).await.is_empty() {
                return;
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.ok();
        }
    })
    .await;
    let transport = Transport::new(&config()).unwrap();
    for _ in 0..3 {
        let reply = transport.carry(&get(server.url("/")), &a_minute(), &MemoryFiles::default(), &CONTEXT).await;
        assert_eq!(reply.unwrap().bytes(), b"ok");
    }
    assert_eq!(server.connections(), 3);
}
