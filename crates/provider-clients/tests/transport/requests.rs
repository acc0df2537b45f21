//! What goes over the wire.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use provider_clients::call::{Body, Call, FileSource, Method, Part};
use provider_clients::transport::{CallContext, FileSink, Files, Transport};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn a_call_without_a_body_says_so_where_a_body_would_be_expected() {
    for (method, word, length) in [
        (Method::Get, "get", false),
        (Method::Delete, "delete", false),
        (Method::Post, "post", true),
        (Method::Put, "put", true),
        (Method::Patch, "patch", true),
    ] {
        let (server, requests) = Server::answering(OK).await;
        let call = Call::new("x", method, server.url("/a/b?c=d%20e"));
        carry(&call, &MemoryFiles::default()).await.unwrap();
        let (head, body) = requests.only();
        assert!(head.starts_with(&format!("{word} /a/b?c=d%20e http/1.1\r\n")), "{head}");
        assert!(head.contains(concat!("user-agent: rubrica/", env!("CARGO_PKG_VERSION"))), "{head}");
        assert_eq!(head.contains("content-length: 0"), length, "{head}");
        assert!(!head.contains("transfer-encoding") && !head.contains("content-type"), "{head}");
        assert!(body.is_empty());
    }
}

#[tokio::test]
async fn headers_and_the_trace_go_along() {
    let (server, requests) = Server::answering(OK).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let context = CallContext { traceparent: Some(trace), ..CONTEXT };
    let call = post(server.url("/")).header("accept", "application/json").secret_header("appkey", "K1");
    let call = call.header("content-type", "application/vnd.x+json").body(Body::Json(json!({ "a": [1, "ñ"] })));
    let transport = Transport::new(&config()).unwrap();
    transport.carry(&call, &a_minute(), &MemoryFiles::default(), &context).await.unwrap();
    let (head, body) = requests.only();
    for line in ["accept: application/json", "appkey: k1", "content-type: application/vnd.x+json", "content-length: 14"]
    {
        assert!(head.lines().any(|other| other == line), "{line} in {head}");
    }
    assert!(head.contains(&format!("traceparent: {trace}")), "{head}");
    assert_eq!(body, "{\"a\":[1,\"ñ\"]}".as_bytes());
}

#[tokio::test]
async fn a_form_with_a_file_announces_its_exact_length() {
    let (server, requests) = Server::answering(OK).await;
    let files = MemoryFiles::default().with("k", [Ok(Bytes::from_static(b"%PDF-")), Ok(Bytes::from_static(b"1.7"))]);
    let call = post(server.url("/")).body(Body::Multipart(vec![
        Part::Json { name: "json".to_owned(), value: json!({ "n": 1 }) },
        Part::File {
            name: "archivo".to_owned(),
            filename: "Nómina.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            file: file("k", 8),
        },
    ]));
    carry(&call, &files).await.unwrap();
    let (head, body) = requests.only();
    let boundary = head.lines().find_map(|l| l.strip_prefix("content-type: multipart/form-data; boundary=")).unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{{\"n\":1}}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"archivo\"; filename=\"Nómina.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8(body).unwrap(), expected);
    assert!(head.contains(&format!("content-length: {}", expected.len())), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
}

/// One endless-looking file, which counts the bytes that were taken from it.
struct Large {
    taken: Arc<AtomicUsize>,
    chunks: usize,
}

const CHUNK: usize = 96 * 1024;

#[async_trait]
impl Files for Large {
    async fn open(&self, _: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let taken = Arc::clone(&self.taken);
        Ok(stream::iter(0..self.chunks)
            .map(move |_| {
                taken.fetch_add(CHUNK, Ordering::SeqCst);
                Ok(Bytes::from(vec![b'x'; CHUNK]))
            })
            .boxed())
    }

    async fn sink(&self) -> io::Result<Box<dyn FileSink>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[tokio::test]
async fn a_large_file_is_never_held_as_a_whole() {
    const CHUNKS: usize = 1024;
    let taken = Arc::new(AtomicUsize::new(0));
    let ahead = Arc::new(AtomicUsize::new(0));
    let (counter, most) = (Arc::clone(&taken), Arc::clone(&ahead));
    let server = Server::start(move |mut socket| {
        let (counter, most) = (Arc::clone(&counter), Arc::clone(&most));
        async move {
            let expected = CHUNKS * CHUNK / 3 * 4;
            let (mut received, mut buffer) = (0, vec![0; CHUNK]);
            while received < expected {
                received += socket.read(&mut buffer).await.unwrap();
                let behind = counter.load(Ordering::SeqCst).saturating_sub(received / 4 * 3);
                most.fetch_max(behind, Ordering::SeqCst);
            }
            socket.write_all(OK.as_bytes()).await.unwrap();
        }
    })
    .await;
    let call = post(server.url("/"))
        .body(Body::JsonWithFiles { template: json!(["T"]), files: vec![("T".to_owned(), file("k", CHUNKS * CHUNK))] })
        .within(Duration::from_secs(60));
    let files = Large { taken: Arc::clone(&taken), chunks: CHUNKS };
    let reply = Transport::new(&config()).unwrap().carry(&call, &a_minute(), &files, &CONTEXT).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(taken.load(Ordering::SeqCst), CHUNKS * CHUNK);
    // What is on its way sits in the buffers of two sockets and of the client, not in our hands: 96 MiB went through.
    assert!(ahead.load(Ordering::SeqCst) < 16 * 1024 * 1024, "{}", ahead.load(Ordering::SeqCst));
}
