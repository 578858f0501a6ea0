//! `grens serve`: where it listens, who may use it, how much it takes on.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, value_parser};
use grens_server::Limits;

use super::DeciderArgs;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one and stderr says which. Any address but a loopback one needs an API key.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(crate) bind: SocketAddr,
    /// File with the API key that clients must send, not readable for everybody [default: GRENS_API_KEY, where it is set].
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    /// Tokens of a batch, over all requests; 0 for 1,024 a thread.
    #[arg(long, default_value_t = Limits::default().batch_tokens, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_batch_tokens: usize,
    /// Posts that may wait or be in work; a request beyond is sent away with 429.
    #[arg(long, default_value_t = Limits::default().queued_posts, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_queue: usize,
    /// Posts in a request.
    #[arg(long, default_value_t = Limits::default().posts, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_posts: usize,
    /// Characters in a text.
    #[arg(long, default_value_t = Limits::default().text_chars, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_text_chars: usize,
    /// Bytes in the body of a request.
    #[arg(long, default_value_t = Limits::default().body_bytes, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_body_bytes: usize,
    /// Open connections; more wait.
    #[arg(long, default_value_t = Limits::default().connections, value_name = "N", help_heading = LIMITS)]
    pub(crate) max_connections: usize,
    /// For the head of a request, and for a connection without one.
    #[arg(long, default_value_t = Limits::default().header_time.as_secs(), value_name = "SECONDS", help_heading = LIMITS, value_parser = value_parser!(u64).range(1..))]
    pub(crate) header_seconds: u64,
    /// For the body of a request.
    #[arg(long, default_value_t = Limits::default().body_time.as_secs(), value_name = "SECONDS", help_heading = LIMITS, value_parser = value_parser!(u64).range(1..))]
    pub(crate) body_seconds: u64,
    /// For a request from its head to its answer.
    #[arg(long, default_value_t = Limits::default().request_time.as_secs(), value_name = "SECONDS", help_heading = LIMITS, value_parser = value_parser!(u64).range(1..))]
    pub(crate) request_seconds: u64,
    /// For the requests in hand when the server is stopped.
    #[arg(long, default_value_t = Limits::default().drain_time.as_secs(), value_name = "SECONDS", help_heading = LIMITS)]
    pub(crate) drain_seconds: u64,
}

const LIMITS: &str = "Limits";
