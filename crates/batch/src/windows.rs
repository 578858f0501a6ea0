//! Reading ahead, and cutting what was read into windows that are scored together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::input::{Inputs, Item, SourceState};

/// Items that are handed over at a time where reading never waits; a hand-over costs as much as reading a post.
const BATCH: usize = 16;
/// Posts of a run's first window; each next one is twice as large, so that the first record does not wait for a full one.
const FIRST_WINDOW: usize = 16;

/// When a window is closed and scored.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Most posts in a window.
    pub posts: usize,
    /// An input that is silent for this long has paused: score what is there. What comes meanwhile makes the next window, so that
    /// a steady trickle fills windows by itself.
    pub pause: Duration,
    /// A window never waits longer than this for more posts.
    pub longest: Duration,
}

impl Default for Window {
    fn default() -> Self {
        Self { posts: 512, pause: Duration::from_millis(1), longest: Duration::from_millis(50) }
    }
}

/// A thread that reads ahead into a bounded queue, so that memory stays bounded and the input feels back-pressure.
pub(crate) struct Feed {
    items: Queue<Item>,
    end: Receiver<Vec<SourceState>>,
    window: Window,
    size: usize,
}

impl Feed {
    pub(crate) fn start(mut inputs: Inputs, window: Window) -> Self {
        // What comes out of a pipe is handed over at once: nobody knows when more will come.
        let batch = if inputs.total_bytes().is_some() { BATCH } else { 1 };
        let (sender, items) = bounded(2 * window.posts.div_ceil(batch));
        let (last, end) = bounded(1);
        // Not joined: a reader that waits for input that never comes must not keep a stopped run alive.
        std::thread::spawn(move || {
            loop {
                let items: Vec<Item> = inputs.by_ref().take(batch).collect();
                if items.is_empty() {
                    break;
                }
                if sender.send(items).is_err() {
                    return;
                }
            }
            // The sources first: who finds the items at an end may ask for them.
            let _ = last.send(inputs.sources().to_vec());
        });
        Self { items: Queue::new(items), end, window, size: FIRST_WINDOW.min(window.posts) }
    }

    /// The next window, `None` at the end of the input. Empty when stopped while waiting for input.
    pub(crate) fn next(&mut self, stop: &AtomicBool) -> Option<Vec<Item>> {
        let items = next_window(&mut self.items, Window { posts: self.size, ..self.window }, stop)?;
        self.size = (2 * self.size).min(self.window.posts);
        Some(items)
    }

    /// What is known of the sources, once the input is at its end.
    pub(crate) fn sources(&self) -> Vec<SourceState> {
        self.end.recv().unwrap_or_default()
    }
}

/// What was handed over, one by one.
struct Queue<T> {
    batches: Receiver<Vec<T>>,
    ready: std::vec::IntoIter<T>,
}

impl<T> Queue<T> {
    fn new(batches: Receiver<Vec<T>>) -> Self {
        Self { batches, ready: vec![].into_iter() }
    }

    /// The next item if it comes within `wait`; a full queue is emptied without looking at the clock.
    fn next(&mut self, wait: impl Fn() -> Duration) -> Result<T, RecvTimeoutError> {
        loop {
            if let Some(item) = self.ready.next() {
                return Ok(item);
            }
            let batch = self.batches.try_recv().or_else(|_| self.batches.recv_timeout(wait()))?;
            self.ready = batch.into_iter();
        }
    }
}

/// The next window: blocks for a first item, then takes what comes until the window is full, the input pauses, or the
/// first item has waited long enough. `None` at the end of the input; empty when stopped while waiting.
fn next_window<T>(queue: &mut Queue<T>, window: Window, stop: &AtomicBool) -> Option<Vec<T>> {
    let first = loop {
        match queue.next(|| Duration::from_millis(100)) {
            Ok(item) => break item,
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Some(vec![]),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    };
    let deadline = Instant::now() + window.longest;
    let mut items = Vec::with_capacity(window.posts);
    items.push(first);
    while items.len() < window.posts
        && let Ok(item) = queue.next(|| window.pause.min(deadline.saturating_duration_since(Instant::now())))
    {
        items.push(item);
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
        for batch in [1, 7, 16] {
            let (sender, receiver) = bounded(100);
            (0..25).collect::<Vec<_>>().chunks(batch).for_each(|b| sender.send(b.to_vec()).unwrap_or_default());
            drop(sender);
            let (mut queue, stop) = (Queue::new(receiver), AtomicBool::new(false));
            let windows: Vec<Vec<i32>> = std::iter::from_fn(|| next_window(&mut queue, window(10), &stop)).collect();
            assert_eq!(windows.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
            assert_eq!(windows.concat(), (0..25).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_pause_closes_a_window() {
        let (sender, receiver) = bounded(100);
        sender.send(vec![1]).unwrap_or_default();
        let got = next_window(&mut Queue::new(receiver), window(10), &AtomicBool::new(false));
        assert_eq!(got, Some(vec![1]));
    }

    #[test]
    fn a_stop_ends_the_wait_for_input() {
        let (_sender, receiver) = bounded::<Vec<u8>>(1);
        assert_eq!(next_window(&mut Queue::new(receiver), window(10), &AtomicBool::new(true)), Some(vec![]));
    }
}
