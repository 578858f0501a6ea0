//! From items to records: windows of posts, scored together, written in input order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use grens_law::{Band, DecisionRecord, RejectRecord};

use crate::decider::Decider;
use crate::error::{BatchError, Result};
use crate::input::{Inputs, Item, MAX_TEXT_BYTES, Post, Skip, Warning};

/// Posts of a run's first window; each next one is twice as large, so that the first record does not wait for a full one.
const FIRST_WINDOW: usize = 16;

/// When a window is closed and scored.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Most posts in a window.
    pub posts: usize,
    /// An input that is silent for this long has paused: score what is there.
    pub pause: Duration,
    /// A window never waits longer than this for more posts.
    pub longest: Duration,
}

impl Default for Window {
    fn default() -> Self {
        Self { posts: 512, pause: Duration::from_millis(10), longest: Duration::from_millis(50) }
    }
}

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

    /// A post that the language gate kept from the model. Nothing is done with it unless a sink wants to.
    ///
    /// # Errors
    /// When it cannot be written.
    fn skip(&mut self, _skip: &Skip) -> Result<()> {
        Ok(())
    }

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
    /// Records that could not be used.
    pub rejected: u64,
    /// Posts that are clearly not in Dutch, and were not scored.
    pub skipped: u64,
    /// Whether the run was stopped before the end of its input.
    pub interrupted: bool,
}

/// Read all inputs in order, score every usable post once, and hand the records to `sink` in input order.
///
/// A reader thread parses ahead into a bounded queue, so that memory stays bounded and the input feels back-pressure.
/// Setting `stop` ends the run after the window in hand.
///
/// # Errors
/// When the model fails, or the sink does.
pub fn run(
    inputs: Inputs,
    decider: &Decider,
    window: Window,
    stop: &AtomicBool,
    sink: &mut impl Sink,
) -> Result<Counts> {
    let (sender, receiver) = bounded(2 * window.posts);
    // Not joined: a reader that waits for input that never comes must not keep a stopped run alive.
    std::thread::spawn(move || {
        for item in inputs {
            if sender.send(item).is_err() {
                return;
            }
        }
    });

    let mut counts = Counts::default();
    let mut size = FIRST_WINDOW.min(window.posts);
    loop {
        if stop.load(Ordering::Relaxed) {
            counts.interrupted = true;
            break;
        }
        let Some(items) = next_window(&receiver, Window { posts: size, ..window }, stop) else {
            break;
        };
        size = (2 * size).min(window.posts);
        let mut posts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Post(post) => {
                    if post.text_was_cut {
                        let message = format!(
                            "the text is longer than {} KiB; the model reads only its beginning",
                            MAX_TEXT_BYTES >> 10
                        );
                        sink.warn(&Warning { file: post.file.clone(), line: post.line, message });
                    }
                    posts.push(post);
                }
                Item::Reject(reject) => {
                    counts.rejected += 1;
                    sink.reject(reject)?;
                }
                Item::TooManyRejects(over) => return Err(BatchError::TooManyRejects(over)),
                Item::Skip(skip) => {
                    counts.skipped += 1;
                    sink.skip(&skip)?;
                }
            }
        }
        for (record, post) in decider.decide(&posts)?.into_iter().zip(posts) {
            counts.posts += 1;
            counts.candidates += u64::from(record.band == Band::Candidate);
            counts.review += u64::from(record.band == Band::Review);
            counts.truncated += u64::from(record.truncated);
            sink.record(post, record)?;
        }
        sink.window_done(&counts)?;
    }
    Ok(counts)
}

/// The next window: blocks for a first item, then takes what comes until the window is full, the input pauses, or the
/// first item has waited long enough. `None` at the end of the input, or when stopped while waiting.
fn next_window<T>(receiver: &Receiver<T>, window: Window, stop: &AtomicBool) -> Option<Vec<T>> {
    let first = loop {
        match receiver.recv_timeout(Duration::from_millis(100)) {
            Ok(item) => break item,
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Some(vec![]),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    };
    let deadline = Instant::now() + window.longest;
    let mut items = vec![first];
    while items.len() < window.posts {
        let wait = window.pause.min(deadline.saturating_duration_since(Instant::now()));
        match receiver.recv_timeout(wait) {
            Ok(item) => items.push(item),
            Err(_) => break,
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(posts: usize) -> Window {
        Window { posts, ..Window::default() }
    }

    #[test]
    fn windows_are_full_while_input_flows_and_end_with_it() {
        let (sender, receiver) = bounded(100);
        (0..25).for_each(|i| sender.send(i).unwrap_or_default());
        drop(sender);
        let stop = AtomicBool::new(false);
        let sizes: Vec<usize> =
            std::iter::from_fn(|| next_window(&receiver, window(10), &stop)).map(|w| w.len()).collect();
        assert_eq!(sizes, [10, 10, 5]);
    }

    #[test]
    fn a_pause_closes_a_window() {
        let (sender, receiver) = bounded(100);
        sender.send(1).unwrap_or_default();
        let got = next_window(&receiver, window(10), &AtomicBool::new(false));
        assert_eq!(got, Some(vec![1]));
    }

    #[test]
    fn a_stop_ends_the_wait_for_input() {
        let (_sender, receiver) = bounded::<u8>(1);
        assert_eq!(next_window(&receiver, window(10), &AtomicBool::new(true)), Some(vec![]));
    }
}
