//! The sandbox's own web server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::dev::ServerHandle;
use actix_web::web::{ServiceConfig, ThinData};
use actix_web::{App, HttpServer};
use tokio::task::JoinHandle;

use crate::sandbox::Sandbox;
use crate::{agenda, arqsign, control, efirma_go, firma_virtual, gofirmex, pages, reset, viafirma};

/// A sandbox that answers on a socket until it is stopped or dropped.
#[must_use = "dropping it stops the sandbox"]
pub struct RunningSandbox {
    addr: SocketAddr,
    sandbox: Sandbox,
    handle: ServerHandle,
    server: Option<JoinHandle<io::Result<()>>>,
    agenda: Option<JoinHandle<()>>,
}

impl RunningSandbox {
    /// The bound address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address that answers carry, without a final slash. A vendor's own base is below it, for example `{base_url}/efirma_go`.
    pub fn base_url(&self) -> &str {
        self.sandbox.base_url()
    }

    /// The world behind the socket.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Ends scripted signers and callbacks, lets running answers finish, and returns when the socket is closed.
    pub async fn stop(mut self) {
        self.sandbox.stopped().cancel();
        self.handle.stop(true).await;
        if let Some(server) = self.server.take()
            && let Ok(Err(error)) = server.await
        {
            tracing::warn!(%error, "the sandbox's web server ended with an error");
        }
        if let Some(agenda) = self.agenda.take() {
            // It ends by its token; a panic inside was reported by the runtime already.
            let _ = agenda.await;
        }
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        self.sandbox.stopped().cancel();
        if self.server.is_some() {
            // The order to stop is given by the call itself; only its confirmation would be awaited.
            drop(self.handle.stop(false));
        }
    }
}

/// Seconds that running answers get at a graceful stop.
const SHUTDOWN_S: u64 = 2;

pub(crate) async fn start(sandbox: Sandbox, bind: SocketAddr) -> io::Result<RunningSandbox> {
    let world = sandbox.clone();
    let server = HttpServer::new(move || App::new().app_data(ThinData(world.clone())).configure(routes))
        .on_connect(reset::remember)
        .workers(1)
        .shutdown_timeout(SHUTDOWN_S)
        .disable_signals()
        .bind(bind)?;
    let addr = server.addrs().first().copied().ok_or_else(|| io::Error::other("no socket was bound"))?;
    sandbox.set_base_url(format!("http://{}", reachable(addr)));
    let server = server.run();
    let handle = server.handle();
    Ok(RunningSandbox {
        addr,
        handle,
        server: Some(tokio::spawn(server)),
        agenda: Some(tokio::spawn(agenda::run(sandbox.clone()))),
        sandbox,
    })
}

fn routes(service: &mut ServiceConfig) {
    service.configure(pages::routes).configure(control::routes);
    service.configure(efirma_go::routes).configure(gofirmex::routes).configure(firma_virtual::routes);
    service.configure(viafirma::routes).configure(arqsign::routes);
}

/// An address at which a caller on this machine reaches a socket that is bound to all interfaces.
fn reachable(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, addr.port())
}
