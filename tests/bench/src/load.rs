//! The load generator: clients with a connection each that they keep, a fixed number of requests, a bounded time.
//!
//! It stands directly on hyper's connections, so that what it costs itself, on a machine that it shares with the server,
//! stays small.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Longest time that one request may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How hard a round is.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients that ask at the same time, each one request after another.
    pub clients: usize,
    /// Requests of all clients together.
    pub requests: usize,
    /// No request begins later than this after the first.
    pub at_most: Duration,
}

/// A request without its address.
pub type Prepared = Request<Full<Bytes>>;

/// What is asked, and what is a right answer.
#[derive(Clone)]
pub struct Script {
    /// The request with this number, counted from 0.
    pub request: Arc<dyn Fn(usize) -> Result<Prepared> + Send + Sync>,
    /// The status of a right answer.
    pub status: StatusCode,
    /// Whether the body is that of a right answer.
    pub accepts: fn(&[u8]) -> bool,
}

/// What a round took.
pub struct Driven {
    /// Of each request, in no order.
    pub latencies: Vec<Duration>,
    /// From the first request to the last answer.
    pub elapsed: Duration,
}

/// Carries a round out against the server at `address`.
///
/// # Errors
/// At the first answer that is not the right one, or when a connection breaks.
pub async fn drive(address: SocketAddr, load: Load, script: &Script) -> Result<Driven> {
    let mut connections = Vec::with_capacity(load.clients);
    for _ in 0..load.clients {
        connections.push(connect(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for connection in connections {
        clients.spawn(client(connection, address, load, begun, Arc::clone(&next), script.clone()));
    }
    let mut latencies = Vec::with_capacity(load.requests);
    while let Some(done) = clients.join_next().await {
        latencies.extend(done??);
    }
    Ok(Driven { latencies, elapsed: begun.elapsed() })
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("nothing answers at {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends when the sender is dropped; what breaks it is told to the request that is under way.
    tokio::spawn(connection);
    Ok(sender)
}

async fn client(
    mut connection: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    load: Load,
    begun: Instant,
    next: Arc<AtomicUsize>,
    script: Script,
) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while begun.elapsed() < load.at_most {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.requests {
            break;
        }
        let request = (script.request)(number)?;
        let what = format!("{} {} at {address}", request.method(), request.uri());
        let (status, body, latency) = tokio::time::timeout(PATIENCE, ask(&mut connection, address, request))
            .await
            .with_context(|| format!("{what}: no answer within {} s", PATIENCE.as_secs()))?
            .with_context(|| what.clone())?;
        ensure!(
            status == script.status && (script.accepts)(&body),
            "{what}: answered {status} {}",
            String::from_utf8_lossy(&body)
        );
        latencies.push(latency);
    }
    Ok(latencies)
}

async fn ask(
    connection: &mut SendRequest<Full<Bytes>>,
    address: SocketAddr,
    request: Prepared,
) -> Result<(StatusCode, Bytes, Duration)> {
    let asked = Instant::now();
    if connection.ready().await.is_err() {
        // The server may close a connection that it had kept; a new one belongs to the cost of that.
        *connection = connect(address).await?;
    }
    let answer = connection.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, body, asked.elapsed()))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpServer, web};
    use hyper::header::HOST;

    use super::*;

    /// A server that answers `/` with `ok`, until the test ends.
    fn server() -> SocketAddr {
        let server = HttpServer::new(|| App::new().route("/", web::get().to(async || "ok")))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let address = server.addrs()[0];
        tokio::spawn(server.run());
        address
    }

    fn script(path: &'static str) -> Script {
        Script {
            request: Arc::new(move |_| Ok(Request::get(path).header(HOST, "localhost").body(Full::default())?)),
            status: StatusCode::OK,
            accepts: |body| body == b"ok",
        }
    }

    #[actix_web::test]
    async fn a_round_is_as_many_requests_as_asked() {
        let load = Load { clients: 3, requests: 10, at_most: Duration::from_secs(60) };
        let driven = drive(server(), load, &script("/")).await.unwrap();
        assert_eq!(driven.latencies.len(), 10);
        assert!(driven.latencies.iter().all(|latency| *latency <= driven.elapsed));
    }

    #[actix_web::test]
    async fn no_request_begins_after_the_time_of_a_round() {
        let load = Load { clients: 1, requests: 10, at_most: Duration::ZERO };
        assert!(drive(server(), load, &script("/")).await.unwrap().latencies.is_empty());
    }

    #[actix_web::test]
    async fn a_wrong_answer_ends_the_round() {
        let load = Load { clients: 2, requests: 10, at_most: Duration::from_secs(60) };
        let error = drive(server(), load, &script("/unknown")).await.err().unwrap().to_string();
        assert!(error.contains("404"), "{error}");
        let script = Script { accepts: |body| body.is_empty(), ..script("/") };
        assert!(drive(server(), load, &script).await.is_err());
    }
}
