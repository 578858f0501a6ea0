//! Connections: how many, how slow they may be, and how they end. It knows no route, so that other pages of the house are served by it too.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use prometheus::IntGauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;

use crate::error::Result;
use crate::limits::Limits;
use crate::log::Log;

/// Room for the head of a request, in bytes; hyper answers 431 beyond it.
const HEAD_BYTES: usize = 32 << 10;
/// Between two looks at whether the server is to stop.
const LOOK: Duration = Duration::from_millis(50);
/// After the system had no socket to give.
const PAUSE: Duration = Duration::from_millis(100);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every request that had come was answered.
    Drained,
    /// So many connections were cut off: they were not through in time.
    Cut(usize),
}

/// The other end of the connection that a request came by, among the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// An accept loop with hyper's HTTP/1 behind it. axum's own knows neither a limit on connections nor a time for the head of a request.
pub struct Acceptor {
    /// Of these it uses `connections`, `header_time`, `write_time` and `drain_time`.
    pub limits: Limits,
    /// Hears of connections that could not be taken.
    pub log: Arc<dyn Log>,
    /// Shows the connections that are open.
    pub gauge: Option<IntGauge>,
}

impl Acceptor {
    /// Answer requests by `routes` until `stop` is set, then those in hand. `stopping` is called in between, with the connections still open.
    ///
    /// # Errors
    /// When the system gives no timer, or the listener is none of tokio's kind.
    pub async fn run(
        self,
        listener: StdListener,
        routes: Router,
        stop: &'static AtomicBool,
        stopping: impl FnOnce(usize),
    ) -> Result<Ending> {
        let listener = TcpListener::from_std(listener)?;
        let room = Arc::new(Semaphore::new(self.limits.connections));
        let graceful = GracefulShutdown::new();
        let stopped = stopped(stop);
        tokio::pin!(stopped);
        loop {
            // Without room nothing is accepted, and who comes waits in the system's queue.
            let next = async {
                let place = Arc::clone(&room).acquire_owned().await.ok()?;
                Some((listener.accept().await, place))
            };
            let (accepted, place) = tokio::select! {
                Some(next) = next => next,
                () = &mut stopped => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (routes, limits, watcher) = (routes.clone(), self.limits, graceful.watcher());
                    let connection = Connection { routes, limits, watcher, peer: Peer(peer) };
                    tokio::spawn(connection.serve(stream, Open::new(self.gauge.clone(), place)));
                }
                // No descriptor left, or the client is gone already.
                Err(error) => {
                    self.log.warning(&format!("a connection could not be taken: {error}"));
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        // Who comes from here on is refused by the system, at once: that, and not an answer, is what a load balancer sees.
        drop(listener);
        let open = || self.limits.connections.saturating_sub(room.available_permits());
        stopping(open());
        tokio::select! {
            () = graceful.shutdown() => Ok(Ending::Drained),
            () = tokio::time::sleep(self.limits.drain_time) => Ok(Ending::Cut(open())),
        }
    }
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
}

/// Counts a connection for as long as it is open.
struct Open {
    gauge: Option<IntGauge>,
    _place: OwnedSemaphorePermit,
}

impl Open {
    fn new(gauge: Option<IntGauge>, _place: OwnedSemaphorePermit) -> Self {
        if let Some(gauge) = &gauge {
            gauge.inc();
        }
        Self { gauge, _place }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(gauge) = &self.gauge {
            gauge.dec();
        }
    }
}

struct Connection {
    routes: Router,
    limits: Limits,
    watcher: Watcher,
    peer: Peer,
}

impl Connection {
    async fn serve(self, stream: TcpStream, _open: Open) {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        // Reading has its own limits, for the head and for the body.
        stream.set_write_timeout(Some(self.limits.write_time));
        let stream: Pin<Box<_>> = Box::pin(stream);
        let (routes, peer) = (TowerToHyperService::new(self.routes), self.peer);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            routes.call(request)
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        // What a client does wrong is its own affair; it has got an answer where one was possible.
        let _ = self.watcher.watch(served).await;
    }
}
