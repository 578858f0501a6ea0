//! From the bytes of a request to JSON, within the limits.

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::limits::Limits;
use crate::refusal::{ErrorType, Refusal};

/// Read a request's body as JSON. Fields are taken out of it by hand: the messages of a derived reader would quote what they find, and
/// that may be a post.
///
/// # Errors
/// 415 when it does not say that it is JSON, 413 when it is too long, 408 when it comes too slowly, 400 when it breaks off or is no JSON.
pub(crate) async fn read(request: Request, limits: &Limits) -> Result<Value, Refusal> {
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
    serde_json::from_slice(&bytes).map_err(|e| {
        let what = if e.is_eof() { "it breaks off" } else { "there is a mistake" };
        no_json(&format!("{what} at line {}, column {}", e.line(), e.column()))
    })
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
