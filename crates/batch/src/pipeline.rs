//! From items to records as they come: windows of posts, scored together, written in input order. What `grens score` does.

use std::sync::atomic::{AtomicBool, Ordering};

use grens_law::{Band, DecisionRecord, RejectRecord};

use crate::decider::Decider;
use crate::error::{BatchError, Result};
use crate::input::{Inputs, Item, MAX_TEXT_BYTES, Post, Warning};
use crate::windows::{Feed, Window};

/// Where records go.
pub trait Sink {
    /// A post with its record, in input order.
    ///
    /// # Errors
    /// When it cannot be written.
    fn record(&mut self, post: Post, record: DecisionRecord) -> Result<()>;

    /// A line that could not be used.
    ///
    /// # Errors
    /// When it cannot be written.
    fn reject(&mut self, reject: RejectRecord) -> Result<()>;

    /// Something to know about a post that is scored all the same.
    fn warn(&mut self, warning: &Warning);

    /// A window is done: what was written may leave now.
    ///
    /// # Errors
    /// When it cannot be flushed.
    fn window_done(&mut self, counts: &Counts) -> Result<()>;
}

/// What a run has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Posts scored.
    pub posts: u64,
    /// Posts proposed as candidates.
    pub candidates: u64,
    /// Posts for review.
    pub review: u64,
    /// Posts that were longer than the model reads.
    pub truncated: u64,
    /// Posts of clearly another language, not scored.
    pub skipped: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// Whether the run was stopped before the end of its input.
    pub interrupted: bool,
}

/// Read all inputs in order, score every usable post once, and hand the records to `sink` in input order.
///
/// Setting `stop` ends the run after the window in hand. What has been read of a pipe cannot be read again: all of it is scored first,
/// where the inputs know of `stop` too ([`crate::InputOptions::stop`]).
///
/// # Errors
/// When the model fails, or the sink does. A source that breaks off is a reject; the run goes on with the next.
pub fn run(
    inputs: Inputs,
    decider: &Decider,
    window: Window,
    stop: &AtomicBool,
    sink: &mut impl Sink,
) -> Result<Counts> {
    let mut feed = Feed::start(inputs, window);
    let mut counts = Counts::default();
    loop {
        let stopped = || stop.load(Ordering::Relaxed);
        if stopped() && !feed.is_pipe() {
            counts.interrupted = true;
            break;
        }
        let items = feed.next(stop).unwrap_or_default();
        if items.is_empty() {
            counts.interrupted = stopped();
            break;
        }
        let mut posts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Post(post) => {
                    if let Some(warning) = cut_warning(&post) {
                        sink.warn(&warning);
                    }
                    posts.push(post);
                }
                Item::Skip(_) => counts.skipped += 1,
                Item::Reject(reject) => {
                    counts.rejected += 1;
                    sink.reject(*reject)?;
                }
                Item::TooManyRejects(over) => return Err(BatchError::TooManyRejects(over)),
            }
        }
        for (record, post) in decider.decide(&posts)?.into_iter().zip(posts) {
            counts.posts += 1;
            counts.candidates += u64::from(record.band == Band::Candidate);
            counts.review += u64::from(record.band == Band::Review);
            counts.truncated += u64::from(record.truncated);
            sink.record(*post, record)?;
        }
        sink.window_done(&counts)?;
    }
    Ok(counts)
}

/// What to say of a post whose text is longer than what is kept of it.
pub(crate) fn cut_warning(post: &Post) -> Option<Warning> {
    post.text_was_cut.then(|| Warning {
        file: post.file.to_string(),
        line: post.line,
        message: format!("the text is longer than {} KiB; the model reads only its beginning", MAX_TEXT_BYTES >> 10),
    })
}
