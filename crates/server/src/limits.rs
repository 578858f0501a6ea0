//! How much the server takes on.

use std::time::Duration;

/// How much the server takes on; [`Limits::default`] suits a laptop and a small server alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest body of a request, in bytes.
    pub body_bytes: usize,
    /// Most posts in a request.
    pub posts: usize,
    /// Longest text of a post, in characters. The model reads far less.
    pub text_chars: usize,
    /// Most posts that wait or are being scored, over all requests; at least `posts`, or the largest request could never be taken.
    pub queued_posts: usize,
    /// Tokens of a batch, over all requests; 0 for [`Limits::THREAD_TOKENS`] a thread.
    pub batch_tokens: usize,
    /// Most open connections; more wait in the system's own queue.
    pub connections: usize,
    /// For the head of a request, and for a connection without a request.
    pub header_time: Duration,
    /// For the body of a request.
    pub body_time: Duration,
    /// For a request from its head to its answer.
    pub request_time: Duration,
    /// For a client to take a piece of its answer.
    pub write_time: Duration,
    /// For the requests in hand when the server is stopped.
    pub drain_time: Duration,
}

impl Limits {
    /// Tokens of a batch for each thread that scores: what the scorer gives to a thread at a time, so that none is left without a share.
    pub const THREAD_TOKENS: usize = 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            posts: 256,
            text_chars: 65_536,
            queued_posts: 1024,
            batch_tokens: 0,
            connections: 512,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            request_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(30),
        }
    }
}
