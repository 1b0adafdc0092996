//! The listening socket and its connections; all of them end when the server is dropped.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{JoinHandle, JoinSet},
};

use super::{exchange, request::Locked};
use crate::state::World;

/// The state, and a bell that rings after every exchange.
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) changed: Notify,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self { world: Mutex::new(world), changed: Notify::new() }
    }

    pub(crate) fn lock(&self) -> Locked<'_> {
        // A test that panicked while it held the lock has failed already; the others go on.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running server.
pub(crate) struct Server {
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    }

    pub(crate) fn run(listener: TcpListener, shared: Arc<Shared>) -> Self {
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        if let Ok((stream, _)) = accepted {
                            connections.spawn(connection(stream, Arc::clone(&shared)));
                        }
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Self { task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { exchange::serve(&shared, request).await }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = std::future::poll_fn(|context| Pin::new(&mut connection).poll(context)).await;
    if ended.is_err_and(|error| error.is_user()) {
        // A fault asked for a reset: a real one, not a polite close.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}
