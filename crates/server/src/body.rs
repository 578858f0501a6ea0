//! From the bytes of a request to JSON, within the limits.

use std::sync::Arc;

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::json::{self, Wanted};
use crate::limits::Limits;
use crate::refusal::{ErrorType, Refusal};

/// A body up to this length, in bytes, is read whoever else sends one.
const SMALL: u64 = 64 << 10;
/// Longer bodies, all together, in bytes; or two of the longest allowed, if that is more. Without this bound, as many clients as there are
/// connections could fill the memory with them.
const LARGE_TOGETHER: usize = 64 << 20;

/// Room for the longer bodies that are being read.
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn new(limits: &Limits) -> Self {
        let bytes = LARGE_TOGETHER.max(2 * limits.body_bytes).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Room for a body of so many bytes, if there is some.
    fn take(&self, bytes: u64) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(wanted).map(Some).map_err(|_| Refusal::overloaded(1))
    }
}

/// A body that was read, and the room that it takes.
pub(crate) struct Body {
    pub(crate) json: Value,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// Read a request's body as JSON, no more of it than is wanted. Fields are taken out of it by hand: the messages of a derived reader would quote what they
/// find, and that may be a post.
///
/// # Errors
/// 415 when it does not say that it is JSON, 413 when it is too long, 429 when too many long ones come at once, 408 when it comes too
/// slowly, 400 when it breaks off or is no JSON.
pub(crate) async fn read(request: Request, wanted: Wanted<'_>, limits: &Limits, room: &Room) -> Result<Body, Refusal> {
    // A web page can send a browser's user here without asking, but not with this type.
    if !says_json(&request) {
        let message = "the content type must be application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorType::Validation, message));
    }
    let most = limits.body_bytes;
    let too_long =
        || Refusal::too_large("body", format!("the body has more than {most} bytes; send fewer posts at a time"));
    let body = request.into_body();
    if body.size_hint().lower() > most as u64 {
        return Err(too_long());
    }
    let room = room.take(body.size_hint().upper().unwrap_or(most as u64))?;
    let bytes = match tokio::time::timeout(limits.body_time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if is_length_limit(&error) => return Err(too_long()),
        Ok(Err(_)) => return Err(no_json("it breaks off")),
        Err(_) => {
            let message = format!("the body took longer than {} s", limits.body_time.as_secs());
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, ErrorType::Timeout, message));
        }
    };
    // The message of the parser quotes nothing of the body, but its kind and place are enough.
    let json = json::parse(&bytes, wanted).map_err(|e| {
        let what = if e.is_eof() { "it breaks off" } else { "there is a mistake" };
        no_json(&format!("{what} at line {}, column {}", e.line(), e.column()))
    })?;
    Ok(Body { json, room })
}

fn says_json(request: &Request) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn is_length_limit(error: &axum::Error) -> bool {
    use std::error::Error as _;
    // `to_bytes` documents that its limit shows as this source.
    error.source().is_some_and(|e| e.is::<http_body_util::LengthLimitError>())
}

fn no_json(what: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, ErrorType::Validation, format!("the body is no JSON: {what}")).at("body")
}

/// What a JSON value is, for messages.
pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
