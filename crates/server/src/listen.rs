//! The server's life: from an address to its end.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use grens_batch::Decider;
use grens_infer::ModelInfo;
use tokio::sync::Semaphore;

use crate::accept::{Acceptor, Ending};
use crate::api_key::ApiKey;
use crate::app::{App, Shared, router};
use crate::body::Room;
use crate::error::{Result, ServerError};
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::queue::{Pace, Queue};

/// Take an address; port 0 takes any free one. Returns the listener and the address with the port that it really has.
///
/// # Errors
/// When the address is taken or is none of this machine's.
pub fn listen(address: SocketAddr) -> Result<(StdListener, SocketAddr)> {
    let failed = |source| ServerError::Bind { address, source };
    let listener = StdListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
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
        let (listener, address) = listen(address)?;
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
        let ending = runtime.block_on(answer(self.listener, app, stop));
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

async fn answer(listener: StdListener, app: Shared, stop: &'static AtomicBool) -> Result<Ending> {
    let routes = router(Arc::clone(&app));
    let gauge = Some(app.metrics.connections().clone());
    let acceptor = Acceptor { limits: app.limits, log: Arc::clone(&app.log), gauge };
    let stopping = |open| app.log.note(&format!("stopping: {open} connections, {} posts in hand", app.queue.len()));
    acceptor.run(listener, routes, stop, stopping).await
}
