//! From the bytes of a request to JSON, within the limits.

use std::sync::Arc;

use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::json::{self, Wanted};
use crate::limits::Limits;
use crate::refusal::{ErrorType, Refusal};

/// A body up to this length, in bytes, is read whoever else sends one.
const SMALL: usize = 64 << 10;
/// What has come of longer bodies, all together, in bytes; or two of the longest allowed, if that is more. Without this bound, as many clients as
/// there are connections could fill the memory with them.
const LARGE_TOGETHER: usize = 64 << 20;

/// Room for the longer bodies that are being read.
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn new(limits: &Limits) -> Self {
        let bytes = LARGE_TOGETHER.max(2 * limits.body_bytes).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Let `held` grow to room for so many bytes, if there is some. Small ones need none.
    fn grow(&self, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Refusal> {
        let more = bytes.saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        if bytes <= SMALL || more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.0).try_acquire_many_owned(more).map_err(|_| Refusal::no_room(1))?;
        match held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }
}

/// A body that was read, and the room that it takes.
pub(crate) struct Body {
    pub(crate) json: Value,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// The bytes of a body as they come. Room is taken for what has come and not for what a head promises: a promise costs a client nothing.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl Gathered {
    /// Take in a piece of a body that has `most` bytes at most. What is set aside at least doubles when it grows, but never passes `most`.
    fn add(&mut self, piece: &[u8], most: usize, room: &Room) -> Result<(), Refusal> {
        let needed = self.bytes.len().saturating_add(piece.len());
        if needed > self.bytes.capacity() {
            let set_aside = (2 * self.bytes.capacity()).min(most).max(needed);
            room.grow(&mut self.room, set_aside)?;
            self.bytes.reserve_exact(set_aside - self.bytes.len());
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
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
    let body = request.into_body();
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(too_long(limits.body_bytes));
    }
    let gathered = tokio::time::timeout(limits.body_time, gather(body, limits.body_bytes, room)).await;
    let Gathered { bytes, room } = gathered.unwrap_or_else(|_| {
        let message = format!("the body took longer than {} s", limits.body_time.as_secs());
        Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, ErrorType::Timeout, message))
    })?;
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

async fn gather(mut body: axum::body::Body, most: usize, room: &Room) -> Result<Gathered, Refusal> {
    let mut gathered = Gathered::default();
    while let Some(frame) = body.frame().await {
        // What is no data is a trailer.
        let Ok(piece) = frame.map_err(|_| no_json("it breaks off"))?.into_data() else { continue };
        if gathered.bytes.len() + piece.len() > most {
            return Err(too_long(most));
        }
        gathered.add(&piece, most, room)?;
    }
    Ok(gathered)
}

fn too_long(most: usize) -> Refusal {
    Refusal::too_large("body", format!("the body has more than {most} bytes; send fewer posts at a time"))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_for_what_has_come() {
        let (limits, piece) = (Limits::default(), [b'x'; 16 << 10]);
        let room = Room::new(&limits);
        let all = room.0.available_permits();
        let mut slow: Vec<Gathered> = (0..100).map(|_| Gathered::default()).collect();
        for body in &mut slow {
            // As much as any may send.
            (0..4).for_each(|_| body.add(&piece, limits.body_bytes, &room).unwrap());
        }
        assert_eq!(room.0.available_permits(), all);
        let mut long = Gathered::default();
        while long.bytes.len() < limits.body_bytes {
            long.add(&piece, limits.body_bytes, &room).unwrap();
            let held = all - room.0.available_permits();
            let (come, most) = (long.bytes.len(), limits.body_bytes);
            assert!(come <= SMALL && held == 0 || (come..=most.min(2 * come)).contains(&held), "{held} for {come}");
        }
        drop(long);
        assert_eq!(room.0.available_permits(), all);
    }

    #[test]
    fn more_than_there_is_room_for_is_sent_away_and_says_so() {
        let limits = Limits::default();
        let room = Room::new(&limits);
        let long = || {
            let mut body = Gathered::default();
            body.add(&vec![b'x'; limits.body_bytes], limits.body_bytes, &room).map(|()| body)
        };
        let held: Vec<Gathered> = (0..LARGE_TOGETHER / limits.body_bytes).map(|_| long().unwrap()).collect();
        let refusal = format!("{:?}", long().err().unwrap());
        assert!(refusal.contains("429") && refusal.contains("long bodies") && !refusal.contains("wait"), "{refusal}");
        drop(held);
        assert!(long().is_ok());
    }
}
