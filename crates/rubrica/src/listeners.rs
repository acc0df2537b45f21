//! Sockets and the web servers on them.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::{Server as WebServer, ServerHandle};
use actix_web::{HttpServer, web};
use anyhow::Context as _;
use http_api::{Api, build_app, configure_api, configure_ops, configure_public};
use tokio::task::JoinSet;

use crate::app::{Addresses, Role};
use crate::config::Server;

/// Sockets that are bound and wait for their servers; callers that connect already are kept waiting by the system.
pub(crate) struct Bound {
    api: Option<TcpListener>,
    public: Option<TcpListener>,
    ops: Option<TcpListener>,
}

impl Bound {
    /// Binds what the role serves.
    ///
    /// # Errors
    /// An address that cannot be bound, by its key.
    pub(crate) fn of(server: &Server, role: Role) -> anyhow::Result<Self> {
        if role == Role::Worker {
            let ops = match server.ops_bind {
                Some(address) => bind("server.ops_bind", address)?,
                None => bind("server.bind", server.bind)?,
            };
            return Ok(Self { api: None, public: None, ops: Some(ops) });
        }
        Ok(Self {
            api: Some(bind("server.bind", server.bind)?),
            public: server.public_bind.map(|address| bind("server.public_bind", address)).transpose()?,
            ops: server.ops_bind.map(|address| bind("server.ops_bind", address)).transpose()?,
        })
    }

    /// Where everything is served, with the ports that the system chose.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn addresses(&self, sandbox: Option<SocketAddr>) -> anyhow::Result<Addresses> {
        let local = |listener: &Option<TcpListener>| listener.as_ref().map(TcpListener::local_addr).transpose();
        let api = local(&self.api)?;
        Ok(Addresses {
            api,
            public: local(&self.public)?.or(api),
            ops: local(&self.ops)?.or(api).context("no listener is bound")?,
            sandbox,
        })
    }

    /// The servers of these sockets. They serve once they run.
    ///
    /// # Errors
    /// When the system refuses a socket.
    pub(crate) fn listen(self, api: &Api, grace: Duration) -> io::Result<Listeners> {
        let mut servers = Vec::new();
        let mut listen = |listener: Option<TcpListener>, configure| -> io::Result<()> {
            if let Some(listener) = listener {
                servers.push(server(listener, api.clone(), configure, grace)?);
            }
            Ok(())
        };
        listen(self.api, configure_api)?;
        listen(self.public, configure_public)?;
        listen(self.ops, configure_ops)?;
        Ok(Listeners { servers })
    }
}

fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        let variable = key.to_uppercase().replace('.', "__");
        format!(
            "{key}: {address} cannot be bound. Stop what is served there, or choose another address: \
             RUBRICA__{variable}=127.0.0.1:0 takes a free port"
        )
    })
}

fn server(
    listener: TcpListener,
    api: Api,
    configure: fn(&Api, &mut web::ServiceConfig),
    grace: Duration,
) -> io::Result<WebServer> {
    let server = HttpServer::new(move || build_app(&api, configure))
        .shutdown_timeout(grace.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// Servers that do not run yet.
pub(crate) struct Listeners {
    servers: Vec<WebServer>,
}

impl Listeners {
    /// Begins to serve.
    pub(crate) fn run(self) -> Serving {
        let handles = self.servers.iter().map(WebServer::handle).collect();
        let mut tasks = JoinSet::new();
        for server in self.servers {
            tasks.spawn(server);
        }
        Serving { handles, tasks }
    }
}

/// Servers that serve.
pub(crate) struct Serving {
    handles: Vec<ServerHandle>,
    tasks: JoinSet<io::Result<()>>,
}

impl Serving {
    /// Ends when a server ends by itself, which is a failure.
    pub(crate) async fn broken(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => anyhow::Error::new(error).context("a listener failed"),
            Some(Err(error)) => anyhow::Error::new(error).context("a listener failed"),
            Some(Ok(Ok(()))) | None => anyhow::anyhow!("a listener ended"),
        }
    }

    /// Takes no new requests and waits for those that are being answered.
    pub(crate) async fn stop(mut self) {
        // Each order is given when its future is made; so all stop at the same time.
        let stopping: Vec<_> = self.handles.iter().map(|handle| handle.stop(true)).collect();
        for stopped in stopping {
            stopped.await;
        }
        while self.tasks.join_next().await.is_some() {}
    }
}
