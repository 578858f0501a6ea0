//! What keeps a server from running.

use std::net::SocketAddr;

/// An error of this crate. What goes wrong with a single request is an answer to it instead.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Other machines could use it, and nothing says who may.
    #[error("{0} can be reached from other machines, and there is no API key")]
    NoKey(SocketAddr),
    /// A limit that makes no sense.
    #[error("{0}")]
    Limits(String),
    /// The system gave no thread, socket or timer.
    #[error("the server cannot run: {0}")]
    System(#[from] std::io::Error),
    /// The counters could not be set up.
    #[error("the metrics cannot be set up: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, ServerError>;
