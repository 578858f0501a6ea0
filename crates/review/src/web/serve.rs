//! From an address to a page that answers.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use grens_law::Policy;
use grens_server::{Acceptor, Ending, Limits, Log, ServerError, listen};
use url::Url;

use super::app::App;
use super::routes::router;
use super::site::Site;
use crate::store::Token;
use crate::{ReviewError, Store};

/// Longest form, in bytes: the longest reason and note in any script, and room.
const BODY_BYTES: usize = 256 << 10;
/// A page for some people; each browser opens six connections at most.
const CONNECTIONS: usize = 256;

/// What keeps the page from being served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Other machines could reach it in the clear.
    #[error("{0} can be reached from other machines, and nothing says that a proxy with TLS stands before it")]
    Open(SocketAddr),
    /// No address that people could open.
    #[error("the address behind the proxy {0}")]
    Origin(&'static str),
    /// The address, or the system.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The queue.
    #[error(transparent)]
    Store(#[from] ReviewError),
    /// The system gave no thread.
    #[error("the page cannot be served: {0}")]
    System(#[from] std::io::Error),
}

/// How the page is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub bind: SocketAddr,
    /// The address that people open, such as `https://review.example.nl`, when a proxy stands before the page. It must pass `Host` on unchanged and append to
    /// `X-Forwarded-For`. Without it only this machine is listened to.
    pub behind_proxy: Option<Url>,
    /// Where the proxy asks from, when that is another machine: `X-Forwarded-For` is believed from there and from this machine alone.
    pub proxies: Vec<IpAddr>,
    /// Whose thresholds are shown beside scores.
    pub policy: Option<Policy>,
}

/// The review page, with its address, not answering yet.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    site: Site,
    stores: [Store; 3],
    code: Option<Token>,
    policy: Option<Policy>,
}

impl Listening {
    /// Take an address for the queue `store`.
    ///
    /// # Errors
    /// When other machines can reach the address and no proxy is named, when the proxy's address is none, when the address is taken, or when the queue cannot be
    /// read.
    pub fn bind(options: &Options, mut store: Store) -> Result<Self, WebError> {
        if options.behind_proxy.is_none() && !options.bind.ip().is_loopback() {
            return Err(WebError::Open(options.bind));
        }
        if let Some(origin) = &options.behind_proxy {
            check(origin, options.bind)?;
        }
        let code = store.new_setup_token()?;
        let (listener, address) = listen(options.bind)?;
        let site = options
            .behind_proxy
            .as_ref()
            .map_or_else(|| Site::local(address), |origin| Site::behind(origin, options.proxies.clone()));
        let stores = [store.another()?, store.another()?, store];
        Ok(Self { listener, address, site, stores, code, policy: options.policy.clone() })
    }

    /// The address, with the port that it really has.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The code that makes the first account, at `/start`; `None` when there is a lead. It is worth a lead's password, and used up with the first account.
    #[must_use]
    pub const fn setup_token(&self) -> Option<&Token> {
        self.code.as_ref()
    }

    /// Answer until `stop` is set, then those in hand.
    ///
    /// # Errors
    /// When the system gives no thread or timer.
    pub fn serve(self, log: Arc<dyn Log>, stop: &'static AtomicBool) -> Result<Ending, WebError> {
        let limits = Limits {
            connections: CONNECTIONS,
            body_bytes: BODY_BYTES,
            body_time: Duration::from_secs(15),
            ..Limits::default()
        };
        self.serve_within(limits, log, stop)
    }

    fn serve_within(self, limits: Limits, log: Arc<dyn Log>, stop: &'static AtomicBool) -> Result<Ending, WebError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("review")
            .worker_threads(2)
            // Most of them wait for one of the three connections to the queue; those that wait for a password must not keep others from judging.
            .max_blocking_threads(32)
            .enable_all()
            .build()?;
        let app = Arc::new(App::new(self.stores, self.site, self.policy, limits, Arc::clone(&log)));
        let acceptor = Acceptor { limits, log: Arc::clone(&log), gauge: None };
        let stopping = |open| log.note(&format!("stopping: {open} connections"));
        let ending = runtime.block_on(acceptor.run(self.listener, router(app), stop, stopping));
        runtime.shutdown_timeout(Duration::from_secs(1));
        Ok(ending?)
    }
}

/// A proxy's address is one that a browser shows: a scheme, a host and nothing more; and without TLS only on this machine.
fn check(origin: &Url, bind: SocketAddr) -> Result<(), WebError> {
    if !matches!(origin.scheme(), "https" | "http") || origin.host().is_none() {
        return Err(WebError::Origin("is no https address"));
    }
    if origin.path() != "/" || origin.query().is_some() || origin.fragment().is_some() || !origin.username().is_empty()
    {
        return Err(WebError::Origin("has more than a host: the page needs one of its own"));
    }
    if origin.scheme() == "http" && !bind.ip().is_loopback() {
        return Err(WebError::Origin("is without TLS: passwords and posts would travel in the clear"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::web::cookies;

    struct Silent;

    impl Log for Silent {
        fn note(&self, _: &str) {}
        fn warning(&self, _: &str) {}
    }

    #[test]
    fn who_waited_too_long_is_not_told_that_nothing_was_saved() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.db");
        let bind = "127.0.0.1:0".parse().unwrap();
        let options = Options { bind, behind_proxy: None, proxies: vec![], policy: None };
        let listening = Listening::bind(&options, Store::create(&path).unwrap()).unwrap();
        let address = listening.address();
        let stop: &'static AtomicBool = Box::leak(Box::default());
        let limits = Limits { request_time: Duration::from_millis(50), ..Limits::default() };
        let served = std::thread::spawn(move || listening.serve_within(limits, Arc::new(Silent), stop).map(drop));
        // Somebody else is writing: the sign-in waits for seconds, and then goes through.
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let visit = cookies::stranger();
        let body = format!("csrf={}&name=roos&password=x", cookies::stranger_csrf(&visit));
        let request = format!(
            "POST /login HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: grens_visit_{}={visit}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            address.port(),
            body.len()
        );
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        other.execute_batch("ROLLBACK").unwrap();
        stop.store(true, Ordering::Relaxed);
        served.join().unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("loopt misschien nog door") && !answer.contains("niets opgeslagen"), "{answer}");
    }
}
