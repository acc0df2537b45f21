//! Connections that can be reset for real, with a TCP RST in place of an answer.

use std::any::Any;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use futures::StreamExt;
use socket2::SockRef;

/// A second handle of a connection's socket, kept with the connection's data for as long as the connection lives.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<std::net::TcpStream>);

/// Keeps a handle of each new connection, for [`Connection::arm`].
pub(crate) fn remember(io: &dyn Any, data: &mut Extensions) {
    let Some(stream) = io.downcast_ref::<TcpStream>() else {
        return;
    };
    match stream.as_fd().try_clone_to_owned() {
        Ok(socket) => {
            data.insert(Connection(Arc::new(socket.into())));
        }
        Err(error) => tracing::warn!(%error, "a sandbox connection cannot be reset on request"),
    }
}

impl Connection {
    /// Makes the closing of this connection a reset: with a linger time of zero the system drops what is unsent and sends RST.
    pub(crate) fn arm(&self) {
        if let Err(error) = SockRef::from(&*self.0).set_linger(Some(Duration::ZERO)) {
            tracing::warn!(%error, "a sandbox connection could not be armed for a reset");
        }
    }
}

/// Why a body stops; the server closes the connection on it.
#[derive(Debug, thiserror::Error)]
#[error("an injected fault ends this connection")]
struct Injected;

/// An answer of which no byte is sent: its body fails before the server flushes the head, and the server drops the connection.
pub(crate) fn unsendable() -> HttpResponse {
    HttpResponse::Ok().body(SizedStream::new(1, futures::stream::once(async { Err::<Bytes, _>(Injected) })))
}

/// The same status and headers with the first half of the body, after which the connection ends.
pub(crate) fn truncated(head: HttpResponse<()>, body: &Bytes) -> HttpResponse {
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX).max(1);
    let half = body.slice(..body.len() / 2);
    let stream = futures::stream::once(async move { Ok(half) }).chain(futures::stream::once(async {
        // The server flushes what it has while the body is pending; only then may the failure come.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(Injected)
    }));
    head.set_body(SizedStream::new(length, stream)).map_into_boxed_body()
}
