//! The receiver as a web server: `POST /v1/records`.

use std::net::{Shutdown, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::IncomingStream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Fault, Faults, Refusal, Store, Stored, check};

/// How the receiver is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 for any.
    pub listen: SocketAddr,
    /// The shared secret.
    pub secret: Vec<u8>,
    /// The store's file.
    pub store: PathBuf,
    /// How far a timestamp may be off.
    pub window: Duration,
    /// What goes wrong.
    pub faults: Faults,
    /// How long a late answer takes.
    pub late: Duration,
}

/// A receiver at work on a thread of its own, until this is dropped: then all its connections are cut at once, as if it were killed.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    /// Wait for ever.
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Shared {
    options: Options,
    store: Mutex<Store>,
    faults: Mutex<Faults>,
}

/// Start a receiver.
///
/// # Panics
/// When the address is taken or the store cannot be opened.
#[must_use]
pub fn start(options: Options) -> Running {
    let listener = std::net::TcpListener::bind(options.listen).expect("the address is free");
    listener.set_nonblocking(true).expect("the listener does not block");
    let addr = listener.local_addr().expect("the listener has an address");
    let (end, ended) = oneshot::channel::<()>();
    let shared =
        Shared { store: Mutex::new(Store::open(&options.store)), faults: Mutex::new(options.faults.clone()), options };
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("the listener is one of tokio");
            let app = Router::new().route("/v1/records", post(records)).with_state(Arc::new(shared));
            let server = axum::serve(listener, app.into_make_service_with_connect_info::<Socket>());
            // Whichever ends first: the server never does.
            let server = std::future::IntoFuture::into_future(server);
            let mut server = std::pin::pin!(server);
            let mut ended = std::pin::pin!(ended);
            std::future::poll_fn(|cx| {
                use std::future::Future as _;
                if ended.as_mut().poll(cx).is_ready() {
                    return std::task::Poll::Ready(());
                }
                server.as_mut().poll(cx).map(|_| ())
            })
            .await;
        });
        // Tasks and their connections go with the runtime.
    });
    Running { addr, end: Some(end), thread: Some(thread) }
}

async fn records(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(socket): ConnectInfo<Socket>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = shared.faults.lock().unwrap_or_else(PoisonError::into_inner).draw();
    match fault {
        Some(Fault::Late) => {
            tokio::time::sleep(shared.options.late).await;
            return receipt(500, &json!({}));
        }
        Some(Fault::Cut) => return socket.cut(),
        Some(Fault::Error) => return receipt(500, &json!({"error": "made up"})),
        Some(Fault::TooMany) => return patience(429, "0"),
        Some(Fault::Unavailable) => {
            return patience(503, &httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(900)));
        }
        _ => {}
    }
    let stored = take(&shared, &headers, &body);
    match fault {
        Some(Fault::LateAfterStoring) => {
            tokio::time::sleep(shared.options.late).await;
            stored
        }
        Some(Fault::CutAfterStoring) => socket.cut(),
        Some(Fault::ErrorAfterStoring) => receipt(500, &json!({"error": "made up"})),
        Some(Fault::WrongJson) => (StatusCode::OK, "{\"schema\": \"grens.rec").into_response(),
        Some(Fault::OtherReceipt) => {
            receipt(200, &json!({"schema": "grens.receipt/1", "key": "0".repeat(64), "status": "accepted"}))
        }
        Some(Fault::Conflict) if stored.status() == StatusCode::OK => {
            let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
            receipt(409, &json!({"schema": "grens.receipt/1", "key": key, "status": "duplicate"}))
        }
        _ => stored,
    }
}

/// What the contract asks for, without faults.
fn take(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Response {
    let refused = |Refusal { status, code }: Refusal| {
        receipt(status, &json!({"schema": "grens.receipt/1", "status": "refused", "code": code}))
    };
    let (secret, window) = (&shared.options.secret, shared.options.window);
    let (key, schema) = match check(headers, body, secret, SystemTime::now(), window) {
        Ok(checked) => checked,
        Err(refusal) => return refused(refusal),
    };
    let text = String::from_utf8_lossy(body);
    let stored = shared.store.lock().unwrap_or_else(PoisonError::into_inner).take(&key, &schema, &text);
    let status = match stored {
        Stored::New => "accepted",
        Stored::Known => "duplicate",
    };
    receipt(200, &json!({"schema": "grens.receipt/1", "key": key, "status": status}))
}

fn receipt(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn patience(status: u16, retry_after: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(RETRY_AFTER, retry_after)]).into_response()
}

/// A second handle on the connection, to cut it from within.
#[derive(Debug, Clone)]
struct Socket(Option<Arc<std::net::TcpStream>>);

impl Socket {
    /// Cut the connection. What is returned does not arrive.
    fn cut(&self) -> Response {
        if let Some(socket) = &self.0 {
            let _ = socket.shutdown(Shutdown::Both);
        }
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Socket {
    #[cfg(unix)]
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        use std::os::fd::AsFd as _;
        Self(stream.io().as_fd().try_clone_to_owned().ok().map(|fd| Arc::new(fd.into())))
    }

    /// Elsewhere a connection is not cut; the sender gets HTTP 500 instead.
    #[cfg(not(unix))]
    fn connect_info(_: IncomingStream<'_, TcpListener>) -> Self {
        Self(None)
    }
}
