//! The threads that score: batches of a number of tokens, out of whatever waits, through the one scoring path.
//!
//! There are two of them over one pool of worker threads: while the batch of one is computed, that of the other is formed and its parts
//! are ready, so that no worker waits for the last part of a batch, nor for answers to be sent.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::Receiver;
use grens_batch::Decider;
use grens_infer::Encoded;

use crate::log::Log;
use crate::metrics::Metrics;
use crate::queue::{Pace, Waiting};

/// One that computes, one that is ready.
const LANES: usize = 2;

/// What the threads share.
pub(crate) struct Lanes {
    feed: Mutex<Feed>,
    decider: Arc<Decider>,
    metrics: Arc<Metrics>,
    pace: Arc<Pace>,
    log: Arc<dyn Log>,
    batch_tokens: usize,
    working: AtomicUsize,
}

impl Lanes {
    pub(crate) fn new(
        posts: Receiver<Vec<Waiting>>,
        decider: Arc<Decider>,
        metrics: Arc<Metrics>,
        pace: Arc<Pace>,
        log: Arc<dyn Log>,
        batch_tokens: usize,
    ) -> Arc<Self> {
        let feed = Mutex::new(Feed { posts, ready: VecDeque::new() });
        Arc::new(Self { feed, decider, metrics, pace, log, batch_tokens, working: AtomicUsize::new(0) })
    }

    /// Start the threads. They end when the queue has lost its other end and is empty.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(self: &Arc<Self>) -> std::io::Result<Vec<JoinHandle<()>>> {
        let start = |n| {
            let lanes = Arc::clone(self);
            self.working.fetch_add(1, Ordering::Relaxed);
            std::thread::Builder::new().name(format!("lane-{n}")).spawn(move || {
                let _working = Working(&lanes.working);
                lanes.work();
            })
        };
        (0..LANES).map(start).collect()
    }

    /// Whether all threads are at work: one that has ended has met an error in the program.
    pub(crate) fn are_working(&self) -> bool {
        self.working.load(Ordering::Relaxed) == LANES
    }

    fn work(&self) {
        loop {
            // A thread that panicked while it took posts out has left them whole.
            let batch = self.feed.lock().unwrap_or_else(PoisonError::into_inner).next(self.batch_tokens);
            let Some(batch) = batch else { return };
            self.score(batch);
        }
    }

    fn score(&self, batch: Vec<Waiting>) {
        let began = Instant::now();
        let tokens: usize = batch.iter().map(|post| post.encoded.ids.len()).sum();
        let waited = batch.iter().map(|post| began.duration_since(post.since));
        self.metrics.batch(batch.len(), tokens, waited);
        let encoded: Vec<&Encoded> = batch.iter().map(|post| &post.encoded).collect();
        match self.decider.judge_encoded(&encoded) {
            Ok(judged) => {
                let took = began.elapsed();
                // Both lanes share the workers.
                self.pace.observe(batch.len() * LANES, took);
                self.metrics.scored(took, judged.iter().map(|judged| judged.decision.band));
                for (post, judged) in batch.into_iter().zip(judged) {
                    // Who has gone meanwhile needs no answer.
                    let _ = post.reply.send(judged);
                }
            }
            // The replies are dropped, which tells the requests.
            Err(error) => self.log.warning(&format!("{} posts could not be scored: {error}", batch.len())),
        }
    }
}

struct Working<'a>(&'a AtomicUsize);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The posts that wait, in the order in which they came.
struct Feed {
    posts: Receiver<Vec<Waiting>>,
    ready: VecDeque<Waiting>,
}

impl Feed {
    /// The next posts, at most `tokens` tokens of them unless a single one is longer. Waits for a first one, and for no other: what comes
    /// while this batch is computed makes the next. `None` when no more will come.
    fn next(&mut self, tokens: usize) -> Option<Vec<Waiting>> {
        let (mut batch, mut total) = (vec![], 0);
        loop {
            let Some(post) = self.ready.pop_front() else {
                let more = if batch.is_empty() { self.posts.recv().ok() } else { self.posts.try_recv().ok() };
                match more {
                    Some(more) => self.ready.extend(more),
                    None if batch.is_empty() => return None,
                    None => return Some(batch),
                }
                continue;
            };
            let n = post.encoded.ids.len();
            if post.reply.is_closed() {
                // Its request was given up.
            } else if batch.is_empty() || total + n <= tokens {
                total += n;
                batch.push(post);
            } else {
                self.ready.push_front(post);
                return Some(batch);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::queue::Queue;

    #[test]
    fn batches_keep_the_order_and_the_budget_over_requests() {
        let (queue, posts) = Queue::new(100, Arc::default());
        let encoded = |n: usize| Encoded { ids: vec![1; n], truncated: false };
        let put = |lengths: &[usize]| {
            queue.put(queue.reserve(lengths.len()).unwrap(), lengths.iter().map(|&n| encoded(n)).collect())
        };
        let kept = [put(&[5, 5]), put(&[20]), put(&[3, 4])];
        drop(put(&[2]));
        let last = put(&[3]);
        drop(queue);
        let mut feed = Feed { posts, ready: VecDeque::new() };
        let batches: Vec<Vec<usize>> = std::iter::from_fn(|| feed.next(10))
            .map(|batch| batch.iter().map(|post| post.encoded.ids.len()).collect())
            .collect();
        // The one of 2 tokens was given up.
        assert_eq!(batches, [vec![5, 5], vec![20], vec![3, 4, 3]]);
        drop((kept, last));
    }
}
