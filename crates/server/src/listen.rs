//! Connections: how many, how slow they may be, and how they end.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use grens_batch::Decider;
use grens_infer::ModelInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use prometheus::IntGauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;

use crate::api_key::ApiKey;
use crate::app::{App, Shared, router};
use crate::body::Room;
use crate::error::{Result, ServerError};
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::queue::{Pace, Queue};

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

/// A server that has its address and does not answer yet.
pub struct Listening {
    listener: StdListener,
    address: SocketAddr,
    key: Option<ApiKey>,
    limits: Limits,
}

impl Listening {
    /// Take an address. Port 0 takes any free one.
    ///
    /// # Errors
    /// When the address can be reached from other machines and there is no key, when a limit makes no sense, or when the address is taken.
    pub fn bind(address: SocketAddr, key: Option<ApiKey>, limits: Limits) -> Result<Self> {
        if key.is_none() && !address.ip().is_loopback() {
            return Err(ServerError::NoKey(address));
        }
        check(&limits)?;
        let failed = |source| ServerError::Bind { address, source };
        let listener = StdListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, key, limits })
    }

    /// The address, with the port that it really has.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answer requests until `stop` is set, then answer those in hand.
    ///
    /// # Errors
    /// When the system gives no thread or timer.
    pub fn serve(
        self,
        decider: Decider,
        facts: ModelInfo,
        log: Arc<dyn Log>,
        stop: &'static AtomicBool,
    ) -> Result<Ending> {
        let mut limits = self.limits;
        if limits.batch_tokens == 0 {
            limits.batch_tokens = Limits::THREAD_TOKENS * facts.threads.max(1);
        }
        let (decider, metrics, pace) = (Arc::new(decider), Arc::new(Metrics::new()?), Arc::<Pace>::default());
        let (queue, posts) = Queue::new(limits.queued_posts, Arc::clone(&pace));
        let lanes =
            Lanes::new(posts, Arc::clone(&decider), Arc::clone(&metrics), pace, Arc::clone(&log), limits.batch_tokens);
        let threads = lanes.start()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("http")
            // The processors belong to the scoring; these threads read, write and tokenise beside it.
            .worker_threads(2)
            .max_blocking_threads(facts.threads.max(1))
            .enable_all()
            .build()?;
        let (key, room) = (self.key, Room::new(&limits));
        let app = Arc::new(App { decider, facts, limits, key, room, queue, lanes, metrics, log });
        let ending = runtime.block_on(accept(self.listener, app, stop));
        // Drops what was cut off, and with it the queue, which ends the threads that score.
        runtime.shutdown_timeout(Duration::from_secs(1));
        if matches!(ending, Ok(Ending::Drained)) {
            for thread in threads {
                let _ = thread.join();
            }
        }
        ending
    }
}

fn check(limits: &Limits) -> Result<()> {
    let none = [limits.body_bytes, limits.posts, limits.text_chars, limits.connections].contains(&0);
    if none {
        return Err(ServerError::Limits("a limit of 0 lets no request through".to_owned()));
    }
    if limits.queued_posts < limits.posts {
        let Limits { queued_posts, posts, .. } = limits;
        let problem = format!("a queue of {queued_posts} posts has no room for a request of {posts}");
        return Err(ServerError::Limits(problem));
    }
    if limits.queued_posts > Semaphore::MAX_PERMITS || limits.connections > Semaphore::MAX_PERMITS {
        return Err(ServerError::Limits("a limit is larger than any number of posts or connections".to_owned()));
    }
    Ok(())
}

async fn accept(listener: StdListener, app: Shared, stop: &'static AtomicBool) -> Result<Ending> {
    let listener = TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(app.limits.connections));
    let (graceful, routes) = (GracefulShutdown::new(), router(Arc::clone(&app)));
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
            Ok((stream, _)) => {
                let connection = Connection { routes: routes.clone(), limits: app.limits, watcher: graceful.watcher() };
                let open = Open::new(app.metrics.connections().clone(), place);
                tokio::spawn(connection.serve(stream, open));
            }
            // No descriptor left, or the client is gone already.
            Err(error) => {
                app.log.warning(&format!("a connection could not be taken: {error}"));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    // Who comes from here on is refused by the system, at once: that, and not an answer, is what a load balancer sees.
    drop(listener);
    let open = || app.limits.connections.saturating_sub(room.available_permits());
    app.log.note(&format!("stopping: {} connections, {} posts in hand", open(), app.queue.len()));
    tokio::select! {
        () = graceful.shutdown() => Ok(Ending::Drained),
        () = tokio::time::sleep(app.limits.drain_time) => Ok(Ending::Cut(open())),
    }
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
}

/// Counts a connection for as long as it is open.
struct Open {
    gauge: IntGauge,
    _place: OwnedSemaphorePermit,
}

impl Open {
    fn new(gauge: IntGauge, _place: OwnedSemaphorePermit) -> Self {
        gauge.inc();
        Self { gauge, _place }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

struct Connection {
    routes: Router,
    limits: Limits,
    watcher: Watcher,
}

impl Connection {
    async fn serve(self, stream: TcpStream, _open: Open) {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        // Reading has its own limits, for the head and for the body.
        stream.set_write_timeout(Some(self.limits.write_time));
        let stream: Pin<Box<_>> = Box::pin(stream);
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.routes));
        // What a client does wrong is its own affair; it has got an answer where one was possible.
        let _ = self.watcher.watch(served).await;
    }
}
