//! From the texts of a request to what is said of them: what both scoring routes share.

use std::time::Instant;

use axum::response::{IntoResponse, Response};
use grens_batch::Judged;
use grens_infer::Encoded;

use crate::app::Shared;
use crate::limits::Limits;
use crate::metrics::Shape;
use crate::refusal::Refusal;

/// What is said of texts, in order. `texts` come back with it: they are tokenised on another thread. `check` looks at the tokens before
/// anything is scored.
///
/// # Errors
/// 429 when the queue has no room for all of them, what `check` refuses, 500 when the model fails.
pub(crate) async fn judge<T: AsRef<str> + Send + 'static>(
    app: &Shared,
    texts: Vec<T>,
    check: impl FnOnce(&[Encoded]) -> Result<(), Refusal>,
) -> Result<(Vec<T>, Vec<Judged>), Refusal> {
    let places = app.queue.reserve(texts.len()).map_err(Refusal::overloaded)?;
    let decider = std::sync::Arc::clone(&app.decider);
    let began = Instant::now();
    let tokenised = tokio::task::spawn_blocking(move || {
        let encoded: grens_batch::Result<Vec<_>> = texts.iter().map(|text| decider.encode(text.as_ref())).collect();
        // The places stay taken until then, even when nobody waits any more: what is being tokenised takes room.
        (texts, places, encoded)
    });
    let (texts, places, encoded) = tokenised.await.map_err(|_| Refusal::backend())?;
    let encoded = encoded.map_err(|error| {
        app.log.warning(&format!("a request could not be tokenised: {error}"));
        Refusal::backend()
    })?;
    check(&encoded)?;
    app.metrics.queued(began.elapsed(), encoded.iter().map(|post| post.ids.len()));
    let mut judged = Vec::with_capacity(texts.len());
    for answer in app.queue.put(places, encoded) {
        judged.push(answer.await.map_err(|_| Refusal::backend())?);
    }
    Ok((texts, judged))
}

/// Refuse a list that is empty or too long.
///
/// # Errors
/// 422 when it is empty, 413 when it is too long.
pub(crate) fn check_count(field: &str, posts: usize, limits: &Limits) -> Result<(), Refusal> {
    match posts {
        0 => Err(Refusal::field(field, "the list is empty; give at least one post")),
        n if n > limits.posts => Err(Refusal::too_large(
            field,
            format!("the list has more than {} posts; send fewer at a time", limits.posts),
        )),
        _ => Ok(()),
    }
}

/// Refuse a text that is too long.
///
/// # Errors
/// 413.
pub(crate) fn check_length(field: impl FnOnce() -> String, text: &str, limits: &Limits) -> Result<(), Refusal> {
    let most = limits.text_chars;
    // A character has at least one byte, so that most texts need no count.
    if text.len() > most && text.chars().count() > most {
        return Err(Refusal::too_large(field(), format!("the text has more than {most} characters; cut it")));
    }
    Ok(())
}

/// A result, marked for the counters.
pub(crate) fn answer(shape: Shape, body: impl serde::Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    response.extensions_mut().insert(shape);
    response
}
