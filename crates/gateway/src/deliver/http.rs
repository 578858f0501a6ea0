//! Delivery by HTTP: one POST a record, signed. What each answer means stands in [`meaning`]; the contract is docs/gateway.md.

use std::io::Read as _;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use ureq::{Agent, AgentBuilder, ErrorKind, Response, Transport};
use url::{Host, Url};

use super::signature::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use super::{Answer, Secret, Target, retry_after};
use crate::error::{GatewayError, Result};
use crate::outbox::Entry;
use crate::record::{RECEIPT_SCHEMA, Receipt, ReceiptStatus};

/// Most bytes read of an answer.
const MOST_BYTES: u64 = 64 * 1024;
/// Longest code of a refusal that is kept.
const MOST_CODE: usize = 40;

/// How to reach a receiver.
#[derive(Debug, Clone, Copy)]
pub struct HttpOptions {
    /// Longest time for a whole exchange.
    pub timeout: Duration,
    /// Let records and signatures pass a network unencrypted.
    pub allow_http: bool,
}

/// A receiver.
#[derive(Debug)]
pub struct Receiver {
    agent: Agent,
    url: Url,
    secret: Secret,
    timeout: Duration,
}

impl Receiver {
    /// A receiver at `url`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, holds a password, or is plain HTTP to another machine without `allow_http`.
    pub fn new(url: &str, secret: Secret, options: HttpOptions) -> Result<Self> {
        let url = address(url, options.allow_http)?;
        let agent = AgentBuilder::new()
            .timeout(options.timeout)
            // A redirect would take signed records to an address that nobody gave.
            .redirects(0)
            .user_agent(concat!("grens/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent, url, secret, timeout: options.timeout })
    }
}

impl Target for Receiver {
    /// Without path and query: they may hold a token.
    fn name(&self) -> String {
        shown(&self.url)
    }

    fn address(&self) -> String {
        self.url.to_string()
    }

    fn deliver(&mut self, entry: &Entry) -> Result<Answer> {
        let now = SystemTime::now();
        let timestamp = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let sent = self
            .agent
            .request_url("POST", &self.url)
            .set("Content-Type", "application/json")
            .set(KEY_HEADER, &entry.key)
            .set(TIMESTAMP_HEADER, &timestamp.to_string())
            .set(SIGNATURE_HEADER, &sign(&self.secret, timestamp, entry.body.as_bytes()))
            .send_bytes(entry.body.as_bytes());
        match sent {
            Ok(response) | Err(ureq::Error::Status(_, response)) => Ok(answer(response, &entry.key, now)),
            Err(ureq::Error::Transport(transport)) => Ok(self.no_answer(&transport)),
        }
    }
}

impl Receiver {
    /// What it means that there was no answer. A record that may have arrived counts a try; a receiver that was never reached does not.
    fn no_answer(&self, transport: &Transport) -> Answer {
        match transport.kind() {
            ErrorKind::Dns => Answer::away("its name is not found"),
            ErrorKind::ConnectionFailed | ErrorKind::ProxyConnect | ErrorKind::ProxyUnauthorized => {
                // Not the transport's own words: they may name more than the address.
                let is_tls = transport.message().is_some_and(|m| m.to_ascii_lowercase().contains("tls"));
                Answer::away(if is_tls { "no TLS connection could be made" } else { "it cannot be reached" })
            }
            ErrorKind::Io if timed_out(transport) => {
                Answer::again(format!("no answer within {} s", self.timeout.as_secs_f64()))
            }
            ErrorKind::Io => Answer::again("the connection broke before an answer"),
            _ => Answer::again("the answer is no HTTP"),
        }
    }
}

fn timed_out(transport: &Transport) -> bool {
    let source = std::error::Error::source(transport);
    let io = source.and_then(|e| e.downcast_ref::<std::io::Error>());
    io.is_some_and(|e| matches!(e.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock))
}

fn answer(response: Response, key: &str, now: SystemTime) -> Answer {
    let status = response.status();
    let after = response.header("Retry-After").and_then(|header| retry_after::parse(header, now));
    let mut body = vec![];
    // A body that breaks off is no receipt, which is all that counts.
    let read = response.into_reader().take(MOST_BYTES).read_to_end(&mut body);
    let receipt = read.ok().and_then(|_| serde_json::from_slice(&body).ok());
    meaning(status, receipt.as_ref(), key, after)
}

/// What an answer means for the record with `key`. Against a record alone speaks only a receipt that refuses it; any other refusal may come from something on the
/// way that never saw a record, and costs none.
fn meaning(status: u16, receipt: Option<&Receipt>, key: &str, after: Option<Duration>) -> Answer {
    let receipt = receipt.filter(|r| r.schema == RECEIPT_SCHEMA);
    let is_stored = receipt.is_some_and(|r| {
        r.key.as_deref() == Some(key) && matches!(r.status, ReceiptStatus::Accepted | ReceiptStatus::Duplicate)
    });
    let is_refused =
        receipt.is_some_and(|r| r.status == ReceiptStatus::Refused && r.key.as_deref().is_none_or(|of| of == key));
    match status {
        200..=299 | 409 if is_stored => Answer::Taken,
        200..=299 => Answer::Again { why: format!("HTTP {status} without a receipt for this record"), after },
        429 | 502..=504 => Answer::Pause { why: format!("HTTP {status}"), after },
        408 | 425 | 500..=599 => Answer::Again { why: format!("HTTP {status}"), after },
        // What is wrong with the address, the secret or the clock is wrong for every record.
        300..=399 | 401 | 403 | 404 | 405 | 407 | 410 => Answer::Turned { status },
        _ if is_refused => Answer::Refused { why: refusal(status, receipt) },
        _ => Answer::Turned { status },
    }
}

/// Why a record was refused: the status, and the receiver's code if it is one. Nothing else of an answer is kept: it may repeat the post.
fn refusal(status: u16, receipt: Option<&Receipt>) -> String {
    let is_code = |code: &&str| {
        let of_code = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        !code.is_empty() && code.len() <= MOST_CODE && code.bytes().all(of_code)
    };
    match receipt.and_then(|r| r.code.as_deref()).filter(is_code) {
        Some(code) => format!("HTTP {status}: {code}"),
        None => format!("HTTP {status}"),
    }
}

/// The address, if it may be used.
fn address(text: &str, allow_http: bool) -> Result<Url> {
    let refused = |to: String, problem: &str| GatewayError::Target { to, problem: problem.to_owned() };
    let url = Url::parse(text).map_err(|e| refused("the address given".to_owned(), &e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(shown(&url), "the address holds a name or password; deliveries are signed instead"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(GatewayError::Unencrypted { to: shown(&url) }),
        _ => Err(refused(shown(&url), "an address begins with https://")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests;
