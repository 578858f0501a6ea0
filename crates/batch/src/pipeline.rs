//! From items to records as they come: windows of posts, scored together, written in input order. What `grens score` does.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;

use grens_law::{Band, DecisionRecord, RejectRecord};

use crate::decider::Decider;
use crate::error::{BatchError, Result};
use crate::input::{Inputs, Item, MAX_TEXT_BYTES, Post, Warning};
use crate::windows::{Beside, Feed, Window};

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
/// Where the model takes several portions at once ([`Decider::portions`]), windows of files are scored side by side. What comes out of a pipe is not read
/// ahead of what was answered.
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
    let at_once = if feed.is_pipe() { 1 } else { decider.portions().at_once.max(1) };
    let mut counts = Counts::default();
    std::thread::scope(|scope| {
        let mut under_way = VecDeque::new();
        let mut is_over = false;
        loop {
            while !is_over && under_way.len() < at_once {
                let stopped = || stop.load(Ordering::Relaxed);
                let items = if stopped() && !feed.is_pipe() { vec![] } else { feed.next(stop).unwrap_or_default() };
                if items.is_empty() {
                    counts.interrupted = stopped();
                    is_over = true;
                } else {
                    under_way.push_back(UnderWay::start(items, decider, (at_once > 1).then_some(scope)));
                }
            }
            let Some(window) = under_way.pop_front() else { return Ok(counts) };
            window.write(&mut counts, sink)?;
        }
    })
}

/// Records of posts, in order.
type Scored = (Vec<Box<Post>>, Result<Vec<DecisionRecord>>);

/// A window that is being scored.
struct UnderWay<'scope> {
    /// Its items that are no posts.
    others: Vec<Item>,
    scored: Beside<'scope, Scored>,
}

impl<'scope> UnderWay<'scope> {
    /// Score the posts of a window, at once or on a thread of `beside`.
    fn start<'env>(items: Vec<Item>, decider: &'env Decider, beside: Option<&'scope Scope<'scope, 'env>>) -> Self {
        let mut posts = Vec::with_capacity(items.len());
        let mut others = vec![];
        for item in items {
            match item {
                Item::Post(post) => posts.push(post),
                other => others.push(other),
            }
        }
        let score = move || {
            let records = decider.decide(&posts);
            (posts, records)
        };
        Self { others, scored: Beside::start(beside, score) }
    }

    /// Hand everything of the window to `sink`.
    fn write(self, counts: &mut Counts, sink: &mut impl Sink) -> Result<()> {
        for item in self.others {
            match item {
                // Taken out before.
                Item::Post(_) => {}
                Item::Skip(_) => counts.skipped += 1,
                Item::Reject(reject) => {
                    counts.rejected += 1;
                    sink.reject(*reject)?;
                }
                Item::TooManyRejects(over) => return Err(BatchError::TooManyRejects(over)),
            }
        }
        let (posts, records) = self.scored.result();
        for (record, post) in records?.into_iter().zip(posts) {
            if let Some(warning) = cut_warning(&post) {
                sink.warn(&warning);
            }
            counts.posts += 1;
            counts.candidates += u64::from(record.band == Band::Candidate);
            counts.review += u64::from(record.band == Band::Review);
            counts.truncated += u64::from(record.truncated);
            sink.record(*post, record)?;
        }
        sink.window_done(counts)
    }
}

/// What to say of a post whose text is longer than what is kept of it.
pub(crate) fn cut_warning(post: &Post) -> Option<Warning> {
    post.text_was_cut.then(|| Warning {
        file: post.file.to_string(),
        line: post.line,
        message: format!("the text is longer than {} KiB; the model reads only its beginning", MAX_TEXT_BYTES >> 10),
    })
}

#[cfg(test)]
mod tests;
