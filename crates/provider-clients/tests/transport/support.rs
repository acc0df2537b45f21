//! A store in memory, and servers that answer byte for byte as a test wants them to.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use provider_clients::call::{Call, FileRef, FileSource, Method};
use provider_clients::reply::{Reply, TransportError};
use provider_clients::transport::{CallContext, FileSink, Files, Permit, Transport, TransportConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What became of a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkEnd {
    Finished(Vec<u8>),
    Aborted,
}

/// A store in memory.
#[derive(Default, Clone)]
pub struct MemoryFiles {
    pub files: HashMap<String, Vec<Result<Bytes, io::ErrorKind>>>,
    pub sinks: Arc<Mutex<Vec<SinkEnd>>>,
    pub refuse_writes: bool,
}

impl MemoryFiles {
    /// With a file that is read in these chunks.
    pub fn with(mut self, key: &str, chunks: impl IntoIterator<Item = Result<Bytes, io::ErrorKind>>) -> Self {
        self.files.insert(key.to_owned(), chunks.into_iter().collect());
        self
    }

    pub fn ends(&self) -> Vec<SinkEnd> {
        self.sinks.lock().unwrap().clone()
    }
}

#[async_trait]
impl Files for MemoryFiles {
    async fn open(&self, source: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let FileSource::Stored(key) = source else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let chunks = self.files.get(key).ok_or(io::ErrorKind::NotFound)?.clone();
        Ok(stream::iter(chunks.into_iter().map(|chunk| chunk.map_err(io::Error::from))).boxed())
    }

    async fn sink(&self) -> io::Result<Box<dyn FileSink>> {
        Ok(Box::new(MemorySink { store: self.clone(), bytes: Vec::new() }))
    }
}

struct MemorySink {
    store: MemoryFiles,
    bytes: Vec<u8>,
}

#[async_trait]
impl FileSink for MemorySink {
    async fn write(&mut self, chunk: Bytes) -> io::Result<()> {
        if self.store.refuse_writes {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "/var/lib/secret/path is full"));
        }
        self.bytes.extend_from_slice(&chunk);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> io::Result<String> {
        let mut sinks = self.store.sinks.lock().unwrap();
        sinks.push(SinkEnd::Finished(self.bytes));
        Ok(format!("sink-{}", sinks.len()))
    }

    async fn abort(self: Box<Self>) {
        self.store.sinks.lock().unwrap().push(SinkEnd::Aborted);
    }
}

pub fn file(key: &str, size: usize) -> FileRef {
    FileRef::plain(FileSource::Stored(key.to_owned()), size.try_into().unwrap())
}

/// A server that hands every connection to `behaviour` and counts them.
pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub async fn start<F, B>(behaviour: F) -> Self
    where
        F: Fn(TcpStream) -> B + Send + 'static,
        B: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(behaviour(socket));
            }
        });
        Self { address, connections }
    }

    /// A server that reads each request to its end, keeps it, and answers with `answer` as it stands.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> (Self, Requests) {
        let answer = Arc::new(answer.into());
        let requests = Requests::default();
        let kept = requests.clone();
        let server = Self::start(move |mut socket| {
            let (answer, kept) = (Arc::clone(&answer), kept.clone());
            async move {
                let request = read_request(&mut socket).await;
                kept.0.lock().unwrap().push(request);
                socket.write_all(&answer).await.ok();
                socket.shutdown().await.ok();
            }
        })
        .await;
        (server, requests)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }
}

/// The requests that a server got, head and body.
#[derive(Default, Clone)]
pub struct Requests(pub Arc<Mutex<Vec<Vec<u8>>>>);

impl Requests {
    pub fn only(&self) -> (String, Vec<u8>) {
        let all = self.0.lock().unwrap();
        assert_eq!(all.len(), 1, "exactly one request");
        parted(&all[0])
    }

    pub fn all(&self) -> Vec<(String, Vec<u8>)> {
        self.0.lock().unwrap().iter().map(|request| parted(request)).collect()
    }
}

fn parted(request: &[u8]) -> (String, Vec<u8>) {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").expect("a complete head");
    (String::from_utf8(request[..end].to_vec()).unwrap().to_ascii_lowercase(), request[end + 4..].to_vec())
}

/// Reads one request to the end that its `Content-Length` tells; or what came before the end of the connection.
pub async fn read_request(socket: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").map(|value| value.parse().unwrap()))
                .unwrap_or(0);
            if request.len() >= end + 4 + length {
                return request;
            }
        }
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return request,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}

pub fn config() -> TransportConfig {
    TransportConfig { allow_private_targets: true, ..TransportConfig::default() }
}

pub fn get(url: Url) -> Call {
    Call::new("get_thing", Method::Get, url).within(Duration::from_secs(10))
}

pub fn post(url: Url) -> Call {
    Call::new("post_thing", Method::Post, url).within(Duration::from_secs(10))
}

pub fn a_minute() -> Permit {
    Permit::lasting(Duration::from_secs(60))
}

pub const CONTEXT: CallContext<'static> = CallContext { provider: "acme", account: "pac_1", traceparent: None };

/// Carries `call` out with an ordinary transport and a permit of a minute.
pub async fn carry(call: &Call, files: &MemoryFiles) -> Result<Reply, TransportError> {
    Transport::new(&config()).unwrap().carry(call, &a_minute(), files, &CONTEXT).await
}

#[track_caller]
pub fn assert_not_sent(result: &Result<Reply, TransportError>, words: &str) {
    match result {
        Err(TransportError::NotSent { reason, .. }) => assert!(reason.contains(words), "{reason}"),
        other => panic!("expected `not sent`, got {other:?}"),
    }
}

#[track_caller]
pub fn assert_lost(result: &Result<Reply, TransportError>, words: &str) {
    match result {
        Err(TransportError::Lost { reason }) => assert!(reason.contains(words), "{reason}"),
        other => panic!("expected `lost`, got {other:?}"),
    }
}
