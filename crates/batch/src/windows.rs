//! Reading ahead, and cutting what was read into windows that are scored together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use rayon::prelude::*;

use crate::decider::Portions;
use crate::input::{Inputs, Item, LanguageGate, SourceState};

/// Items that are handed over at a time where reading never waits; a hand-over costs as much as reading a post.
const BATCH: usize = 128;
/// Items that are read ahead of a pipe; filling a window takes no time beside scoring it.
const PIPE_AHEAD: usize = 128;
/// Items below which it is not worth the while to share them out over threads.
const FEW_ITEMS: usize = 32;
/// Posts of a run's first window; each next one is twice as large, so that the first record waits for no other post.
const FIRST_WINDOW: usize = 1;

/// The flag of those who wait for the end of what was read.
static NEVER: AtomicBool = AtomicBool::new(false);

/// When a window is closed and scored.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Most posts in a window.
    pub posts: usize,
    /// An input that is silent for this long after a window's second post has paused: score what is there. What comes meanwhile makes the
    /// next window, so that a steady trickle fills windows by itself.
    pub pause: Duration,
    /// A window never waits longer than this for more posts.
    pub longest: Duration,
    /// How long the scoring of a window should take at most; without it windows grow to `posts`. Only [`crate::run`] looks at it.
    pub scoring: Option<Duration>,
}

impl Window {
    /// Windows whose first post has its record within about this time of being taken up: half of it to wait for others, half to be
    /// scored with them. A post that takes longer to score alone takes longer.
    #[must_use]
    pub fn within(latency: Duration) -> Self {
        let (default, half) = (Self::default(), latency / 2);
        Self { pause: half.min(default.pause), longest: half, scoring: Some(half), ..default }
    }

    /// Windows of as many posts as a model is best given.
    #[must_use]
    pub fn of(portions: Portions) -> Self {
        Self { posts: portions.texts, ..Self::default() }
    }

    /// Most posts of the next window, after one that might have `size` and had `posts`, which took so long: twice as many, up to what may
    /// be and to what is scored in time.
    fn next_size(&self, size: usize, posts: usize, took: Duration) -> usize {
        let in_time = match self.scoring {
            Some(time) if !took.is_zero() => (posts as f64 * time.as_secs_f64() / took.as_secs_f64()) as usize,
            _ => usize::MAX,
        };
        (2 * size).min(in_time).min(self.posts).max(1)
    }
}

impl Default for Window {
    fn default() -> Self {
        Self {
            posts: Portions::default().texts,
            pause: Duration::from_micros(200),
            longest: Duration::from_millis(50),
            scoring: None,
        }
    }
}

/// A thread that reads ahead into a bounded queue, so that memory stays bounded and the input feels back-pressure.
pub(crate) struct Feed {
    items: Queue<Item>,
    /// Passed on this side, by several threads: reading has one alone, and the model waits for the window.
    gate: LanguageGate,
    /// Items that are not needed any more, on their way back to the reader.
    spent: Sender<Vec<Item>>,
    end: Receiver<Vec<SourceState>>,
    window: Window,
    size: usize,
    is_pipe: bool,
    /// Whether the reader comes to an end by itself when the run is stopped, and what it has read must be waited for.
    ends_at_stop: bool,
    /// When the window in hand was handed out, and how many items it had.
    handed_out: Option<(Instant, usize)>,
}

impl Feed {
    pub(crate) fn start(inputs: Inputs, window: Window) -> Self {
        let (mut inputs, gate) = inputs.with_gate_apart();
        // What comes out of a pipe is handed over at once: nobody knows when more will come. And little is read ahead of it: what was
        // read is answered when the run is stopped.
        let is_pipe = inputs.total_bytes().is_none();
        let ends_at_stop = is_pipe && inputs.ends_at_stop();
        let (batch, ahead) = if is_pipe { (1, PIPE_AHEAD) } else { (BATCH, 2 * window.posts.div_ceil(BATCH)) };
        let (sender, items) = bounded(ahead);
        let (spent, back) = unbounded();
        let (last, end) = bounded(1);
        // Not joined: a reader that waits for input that never comes must not keep a stopped run alive.
        std::thread::spawn(move || {
            loop {
                back.try_iter().for_each(|items| inputs.reuse(items));
                let mut items = Vec::with_capacity(batch);
                items.extend(inputs.by_ref().take(batch));
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
        let items = Queue::new(items);
        Self { items, gate, spent, end, window, size: FIRST_WINDOW, is_pipe, ends_at_stop, handed_out: None }
    }

    /// The next window, `None` at the end of the input. Empty when stopped while waiting for input that may never come.
    pub(crate) fn next(&mut self, stop: &AtomicBool) -> Option<Vec<Item>> {
        self.next_with(stop, || (), |(), _| ()).map(|(items, _)| items)
    }

    /// As [`Feed::next`], with what `look` makes of each item, in order. Threads look at items as they let them through the gate, while they have them at
    /// hand; `room` is what such a thread begins with.
    pub(crate) fn next_with<R, T: Default + Send>(
        &mut self,
        stop: &AtomicBool,
        room: impl Fn() -> R + Send + Sync,
        look: impl Fn(&mut R, &Item) -> T + Send + Sync,
    ) -> Option<(Vec<Item>, Vec<T>)> {
        if let Some((since, posts)) = self.handed_out.take() {
            self.size = self.window.next_size(self.size, posts, since.elapsed());
        }
        let stop = if self.ends_at_stop { &NEVER } else { stop };
        let mut items = next_window(&mut self.items, Window { posts: self.size, ..self.window }, stop)?;
        self.handed_out = Some((Instant::now(), items.len()));
        let gate = self.gate;
        let mut found = Vec::new();
        found.resize_with(items.len(), T::default);
        let some = items.par_chunks_mut(FEW_ITEMS).zip(found.par_chunks_mut(FEW_ITEMS));
        some.for_each_init(room, |room, (items, found)| {
            fetch(items);
            for (item, found) in items.iter_mut().zip(found) {
                gate.pass(item);
                *found = look(room, item);
            }
        });
        Some((items, found))
    }

    /// Hand items back whose memory the reader may use again: what is asked for in one thread and given up in another costs more than reading it.
    pub(crate) fn hand_back(&self, items: Vec<Item>) {
        // The reader has ended when it fails: then they are given up here.
        let _ = self.spent.send(items);
    }

    /// Whether some source is a pipe: what was read of it cannot be read again.
    pub(crate) const fn is_pipe(&self) -> bool {
        self.is_pipe
    }

    /// What is known of the sources, once the input is at its end.
    pub(crate) fn sources(&self) -> Vec<SourceState> {
        self.end.recv().unwrap_or_default()
    }
}

/// Work that was done at once, or is being done on a thread of its own.
pub(crate) enum Beside<'scope, T> {
    Done(T),
    Running(ScopedJoinHandle<'scope, T>),
}

impl<'scope, T: Send + 'scope> Beside<'scope, T> {
    /// Do it now, or on a thread of `scope` where there is one.
    pub(crate) fn start<'env>(
        scope: Option<&'scope Scope<'scope, 'env>>,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> Self {
        match scope {
            Some(scope) => Self::Running(scope.spawn(work)),
            None => Self::Done(work()),
        }
    }

    /// What came of it; waits for it.
    pub(crate) fn result(self) -> T {
        match self {
            Self::Done(result) => result,
            // A panic goes on where it would have without the thread.
            Self::Running(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        }
    }
}

/// Have the posts among `items` at hand. The reader wrote them on another processor: one by one each would be waited for, but a processor that has nothing
/// else to do between fetches many at a time.
fn fetch(items: &[Item]) {
    let part = |item: &Item| match item {
        Item::Post(post) => post.text.as_bytes().first().copied().unwrap_or_default() ^ post.text_sha256.0[0],
        _ => 0,
    };
    std::hint::black_box(items.iter().fold(0, |all, item| all ^ part(item)));
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
    while items.len() < window.posts {
        // Who sends one post and waits for its record is not made to wait for a second one. If there is one, it comes with the next window.
        let pause = if items.len() == 1 { Duration::ZERO } else { window.pause };
        match queue.next(|| pause.min(deadline.saturating_duration_since(Instant::now()))) {
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
    fn windows_grow_to_what_is_scored_in_time() {
        let (second, plain) = (Duration::from_secs(1), window(512));
        assert_eq!((plain.next_size(16, 16, second), plain.next_size(512, 3, second)), (32, 512));
        let quick = Window::within(Duration::from_millis(200));
        assert_eq!(quick.longest, Duration::from_millis(100));
        // 50 posts a second leave five of them within 100 ms; one post is always scored.
        assert_eq!(quick.next_size(50, 50, second), 5);
        assert_eq!(quick.next_size(1, 1, second), 1);
        assert_eq!(quick.next_size(4, 4, Duration::from_millis(10)), 8);
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
