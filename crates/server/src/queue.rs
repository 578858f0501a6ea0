//! What waits to be scored: a bounded number of posts, first come, first served.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use grens_batch::Judged;
use grens_infer::Encoded;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A post in the queue.
pub(crate) struct Waiting {
    pub(crate) encoded: Encoded,
    pub(crate) since: Instant,
    /// Where the answer goes. Nobody is there any more when the request was given up.
    pub(crate) reply: oneshot::Sender<Judged>,
    /// A place in the queue, free again when the post is answered.
    _place: OwnedSemaphorePermit,
}

/// The end of the queue that requests see.
pub(crate) struct Queue {
    /// One message a request, so that whoever takes posts out sees all of a request's at once.
    posts: Sender<Vec<Waiting>>,
    places: Arc<Semaphore>,
    size: usize,
    pace: Arc<Pace>,
}

/// Places for the posts of a request.
pub(crate) struct Places(OwnedSemaphorePermit);

impl Queue {
    /// A queue of `size` posts, and its other end.
    pub(crate) fn new(size: usize, pace: Arc<Pace>) -> (Self, Receiver<Vec<Waiting>>) {
        // The places bound it.
        let (posts, taken) = unbounded();
        (Self { posts, places: Arc::new(Semaphore::new(size)), size, pace }, taken)
    }

    /// Places for `posts` posts, or the number of seconds after which it is worth asking again.
    pub(crate) fn reserve(&self, posts: usize) -> Result<Places, u64> {
        let wanted = u32::try_from(posts).unwrap_or(u32::MAX);
        Arc::clone(&self.places)
            .try_acquire_many_owned(wanted)
            .map(Places)
            .map_err(|_| self.pace.seconds_for(self.len()))
    }

    /// Posts that wait or are being scored.
    pub(crate) fn len(&self) -> usize {
        self.size.saturating_sub(self.places.available_permits())
    }

    /// Put posts into their places. The answers come in the same order; one that is dropped instead means that the model failed.
    pub(crate) fn put(&self, places: Places, encoded: Vec<Encoded>) -> Vec<oneshot::Receiver<Judged>> {
        let (mut places, since) = (places.0, Instant::now());
        let mut answers = Vec::with_capacity(encoded.len());
        let mut posts = Vec::with_capacity(encoded.len());
        for encoded in encoded {
            // There are as many places as posts.
            let Some(_place) = places.split(1) else { break };
            let (reply, answer) = oneshot::channel();
            posts.push(Waiting { encoded, since, reply, _place });
            answers.push(answer);
        }
        // Fails only when nobody scores any more; the answers then are dropped with the posts.
        let _ = self.posts.send(posts);
        answers
    }
}

/// How fast posts are answered, for those who are sent away.
#[derive(Default)]
pub(crate) struct Pace {
    /// Microseconds a post, smoothed.
    post: AtomicU64,
}

impl Pace {
    /// Shortest and longest that a client is sent away for, in seconds.
    const SECONDS: (u64, u64) = (1, 60);

    /// So many posts took so long.
    pub(crate) fn observe(&self, posts: usize, time: Duration) {
        let new = u64::try_from(time.as_micros()).unwrap_or(u64::MAX) / posts.max(1) as u64;
        let old = self.post.load(Ordering::Relaxed);
        self.post.store(if old == 0 { new } else { old - old / 8 + new / 8 }, Ordering::Relaxed);
    }

    /// Seconds until so many posts are answered, within bounds.
    fn seconds_for(&self, posts: usize) -> u64 {
        let micros = self.post.load(Ordering::Relaxed).saturating_mul(posts as u64);
        micros.div_ceil(1_000_000).clamp(Self::SECONDS.0, Self::SECONDS.1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn post() -> Encoded {
        Encoded { ids: vec![0, 7, 2], truncated: false }
    }

    #[test]
    fn a_place_is_free_again_when_its_post_is_answered_or_given_up() {
        let (queue, taken) = Queue::new(3, Arc::default());
        let answers = queue.put(queue.reserve(2).unwrap(), vec![post(), post()]);
        assert_eq!(queue.len(), 2);
        assert_eq!(queue.reserve(2).err(), Some(1));
        let mut posts = taken.recv().unwrap();
        drop(posts.pop());
        assert_eq!(queue.len(), 1);
        drop(answers);
        assert!(posts[0].reply.is_closed());
        drop(posts);
        assert_eq!((queue.len(), queue.reserve(3).is_ok()), (0, true));
    }

    #[test]
    fn who_is_sent_away_is_told_for_how_long() {
        let pace = Pace::default();
        assert_eq!(pace.seconds_for(1000), 1);
        pace.observe(50, Duration::from_secs(1));
        assert_eq!((pace.seconds_for(10), pace.seconds_for(500), pace.seconds_for(1_000_000)), (1, 10, 60));
    }
}
