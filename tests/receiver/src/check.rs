//! Who sent this, when, and is it whole?

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// Kinds of records that are taken.
const KNOWN: [&str; 3] = ["grens.candidate/1", "grens.notice-draft/1", "grens.correction/1"];

/// Why a delivery is not believed or not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Word for machines.
    pub code: &'static str,
}

/// Check a delivery and return its key and kind. In this order: the timestamp is within `window` of `now`; the signature is that of timestamp and body
/// under `secret`; the key in the header is the key in the body; the kind is known.
///
/// # Errors
/// The first check that fails.
pub fn check(
    headers: &HeaderMap,
    body: &[u8],
    secret: &[u8],
    now: SystemTime,
    window: Duration,
) -> Result<(String, String), Refusal> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let unsigned = |code| Refusal { status: 401, code };
    let timestamp = header("grens-timestamp").ok_or(unsigned("no_timestamp"))?;
    let seconds: u64 = timestamp.parse().map_err(|_| unsigned("no_timestamp"))?;
    let here = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    if here.abs_diff(seconds) > window.as_secs() {
        return Err(unsigned("stale_timestamp"));
    }
    let signature = header("grens-signature").and_then(|s| s.strip_prefix("v1=")).and_then(unhex);
    let signature = signature.ok_or(unsigned("no_signature"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| unsigned("bad_signature"))?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    // Compared in constant time.
    mac.verify_slice(&signature).map_err(|_| unsigned("bad_signature"))?;

    let record: Value = serde_json::from_slice(body).map_err(|_| Refusal { status: 400, code: "no_json" })?;
    let key = record["key"].as_str().filter(|key| key.len() == 64).ok_or(Refusal { status: 400, code: "no_key" })?;
    if header("idempotency-key") != Some(key) {
        return Err(Refusal { status: 400, code: "key_mismatch" });
    }
    let schema = record["schema"].as_str().unwrap_or_default();
    if !KNOWN.contains(&schema) {
        return Err(Refusal { status: 422, code: "unknown_schema" });
    }
    Ok((key.to_owned(), schema.to_owned()))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    digits.filter(|d| d.len() == 64).map(|d| d.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
