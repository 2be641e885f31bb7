//! The sockets: how many, how long, with or without TLS.

use std::{
    future::Future,
    io,
    net::{SocketAddr, TcpListener},
    pin::Pin,
    time::Duration,
};

use anyhow::Context;
use axum::Router;
use axum_server::{
    Handle, Server,
    accept::{Accept, NoDelayAcceptor},
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::{net::TcpStream, task::JoinHandle};

use crate::io::catalog::TlsFiles;

/// Connections at once, each a few ten KiB: screens, phones, programs. Those beyond are turned away, so that the ones
/// there keep working.
const CONNECTIONS: usize = 4096;
/// Files that the process may have open: connections and the store's files.
const OPEN_FILES: u64 = 16_384;
/// From the connection, or the last answer, to the end of the next request's header.
const HEADER: Duration = Duration::from_secs(15);
/// What a request under way may still take when the service is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// A listening service.
pub struct Listening {
    handle: Handle<SocketAddr>,
    served: JoinHandle<io::Result<()>>,
}

impl Listening {
    /// Serves until told to stop.
    ///
    /// # Errors
    /// If the certificates cannot be read, or the socket is none.
    pub async fn start(listener: TcpListener, tls: Option<&TlsFiles>, router: Router) -> anyhow::Result<Self> {
        // Where the limit cannot be raised, the connections are fewer.
        let _ = rlimit::increase_nofile_limit(OPEN_FILES);
        listener.set_nonblocking(true)?;
        let handle = Handle::new();
        // Who asks is known by the socket's address.
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener)?;
        let served = match tls {
            None => {
                let server = server.acceptor(Capped::new(NoDelayAcceptor::new(), &handle));
                tokio::spawn(patient(server, &handle).serve(service))
            }
            Some(files) => {
                // Said aloud, because the process has no other provider of cryptography.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await.with_context(|| {
                    format!("cannot use {} and {}", files.certificate.display(), files.key.display())
                })?;
                let tls = RustlsAcceptor::new(config).handshake_timeout(HEADER).acceptor(NoDelayAcceptor::new());
                tokio::spawn(patient(server.acceptor(Capped::new(tls, &handle)), &handle).serve(service))
            }
        };
        Ok(Self { handle, served })
    }

    /// Takes no new requests and finishes those under way.
    ///
    /// # Errors
    /// If serving had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.handle.graceful_shutdown(Some(FAREWELL));
        Ok(self.served.await??)
    }
}

/// The same patience with and without TLS.
fn patient<A>(mut server: Server<SocketAddr, A>, handle: &Handle<SocketAddr>) -> Server<SocketAddr, A> {
    server.http_builder().http1().header_read_timeout(HEADER);
    server.http_builder().http2().keep_alive_interval(Some(HEADER));
    server.handle(handle.clone()).first_request_timeout(HEADER)
}

/// Turns connections away when there are too many.
#[derive(Clone)]
struct Capped<A> {
    inner: A,
    handle: Handle<SocketAddr>,
}

impl<A> Capped<A> {
    fn new(inner: A, handle: &Handle<SocketAddr>) -> Self {
        Self { inner, handle: handle.clone() }
    }
}

impl<A, S> Accept<TcpStream, S> for Capped<A>
where
    A: Accept<TcpStream, S>,
    A::Future: Send + 'static,
{
    type Stream = A::Stream;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(A::Stream, A::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        if self.handle.connection_count() > CONNECTIONS {
            return Box::pin(async { Err(io::Error::other("too many connections")) });
        }
        Box::pin(self.inner.accept(stream, service))
    }
}
