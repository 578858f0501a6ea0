//! Batches on devices beside the processor: each goes to the device with the least to do, in parts where a device has not the memory for it.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use super::{Encoder, Pace};
use crate::error::{InferError, Result};
use crate::packed::{PackedBatch, equal_ranges};

/// One encoder on each of some devices.
pub(super) struct Accelerated {
    devices: Vec<OnDevice>,
}

/// An encoder on a device.
pub(super) struct OnDevice {
    encoder: Box<dyn Encoder>,
    /// Batches that can be under way on it at once.
    lanes: usize,
    /// Tokens of a batch at most; halved when the device's memory did not suffice.
    budget: AtomicUsize,
    /// Batches that were given to it and are not done.
    busy: AtomicUsize,
    /// Read by every batch while it runs; written by a post that has to have the device to itself.
    alone: RwLock<()>,
}

impl OnDevice {
    pub(super) fn new(encoder: Box<dyn Encoder>, lanes: usize, batch_tokens: usize) -> Self {
        let (budget, busy) = (AtomicUsize::new(batch_tokens), AtomicUsize::new(0));
        Self { encoder, lanes: lanes.max(1), budget, busy, alone: RwLock::default() }
    }

    /// Logits of a batch, made in parts of at most `budget` tokens. A part for which there is no memory is halved, and so is the budget of all that follows.
    /// A single post waits for the batches that run beside it: they may hold the memory that it needs.
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
        let posts: Vec<&[u32]> = batch.posts().collect();
        let mut logits = Vec::with_capacity(posts.len() * self.encoder.n_labels());
        // What is left to do, the first posts on top.
        let mut left: Vec<Range<usize>> = std::iter::once(0..posts.len()).collect();
        while let Some(range) = left.pop() {
            let lengths: Vec<usize> = posts[range.clone()].iter().map(|p| p.len()).collect();
            let (tokens, budget) = (lengths.iter().sum::<usize>(), self.budget.load(Ordering::Relaxed).max(1));
            let parts = if tokens > budget && lengths.len() > 1 {
                equal_ranges(&lengths, budget, 1)
            } else {
                let part = PackedBatch::new(posts[range.clone()].iter().copied());
                let beside_others = {
                    let _running = self.alone.read().unwrap_or_else(PoisonError::into_inner);
                    self.encoder.logits(&part)
                };
                match beside_others {
                    Ok(more) => {
                        logits.extend(more);
                        continue;
                    }
                    Err(InferError::OutOfMemory) if lengths.len() == 1 => {
                        let _alone = self.alone.write().unwrap_or_else(PoisonError::into_inner);
                        logits.extend(self.encoder.logits(&part)?);
                        continue;
                    }
                    Err(InferError::OutOfMemory) => {
                        self.budget.fetch_min(tokens.div_ceil(2), Ordering::Relaxed);
                        equal_ranges(&lengths, tokens.div_ceil(2), 1)
                    }
                    Err(error) => return Err(error),
                }
            };
            // Two at least, so that it comes to an end: cut by hand what would stay whole.
            let parts =
                if parts.len() > 1 { parts } else { vec![0..lengths.len() / 2, lengths.len() / 2..lengths.len()] };
            left.extend(parts.into_iter().rev().map(|part| range.start + part.start..range.start + part.end));
        }
        Ok(logits)
    }
}

impl Accelerated {
    /// `None` for no device.
    pub(super) fn new(devices: Vec<OnDevice>) -> Option<Self> {
        (!devices.is_empty()).then_some(Self { devices })
    }

    /// The device with the fewest batches for its lanes; the first of equals.
    fn freest(&self) -> &OnDevice {
        let load = |d: &&OnDevice| d.busy.load(Ordering::Relaxed) * self.lanes() / d.lanes;
        self.devices.iter().min_by_key(load).unwrap_or(&self.devices[0])
    }

    fn lanes(&self) -> usize {
        self.devices.iter().map(|d| d.lanes).sum()
    }
}

/// Counts a batch as under way for as long as it lives.
struct Busy<'a>(&'a AtomicUsize);

impl<'a> Busy<'a> {
    fn count(busy: &'a AtomicUsize) -> Self {
        busy.fetch_add(1, Ordering::Relaxed);
        Self(busy)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Encoder for Accelerated {
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
        let device = self.freest();
        let _busy = Busy::count(&device.busy);
        device.logits(batch)
    }

    fn n_labels(&self) -> usize {
        self.devices[0].encoder.n_labels()
    }

    fn vocab_size(&self) -> usize {
        self.devices[0].encoder.vocab_size()
    }

    fn describe(&self) -> String {
        let all: Vec<String> = self.devices.iter().map(|d| d.encoder.describe()).collect();
        all.join(" and ")
    }

    fn in_bf16(&self) -> bool {
        self.devices.iter().any(|d| d.encoder.in_bf16())
    }

    fn pace(&self) -> Pace {
        let tokens = self.devices.iter().map(|d| d.budget.load(Ordering::Relaxed)).min().unwrap_or(1);
        // Batches are cut between posts and so come out a little longer than they are asked for.
        Pace { batch_tokens: tokens - tokens / 8, lanes: self.lanes() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    /// Says of each post what its ids add up to, in batches of as many tokens as its memory holds.
    struct Small {
        memory: usize,
        batches: Arc<Mutex<Vec<usize>>>,
    }

    impl Encoder for Small {
        fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
            self.batches.lock().unwrap().push(batch.ids().len());
            if batch.ids().len() > self.memory {
                return Err(InferError::OutOfMemory);
            }
            Ok(batch.posts().map(|post| post.iter().sum::<u32>() as f32).collect())
        }

        fn n_labels(&self) -> usize {
            1
        }

        fn vocab_size(&self) -> usize {
            1000
        }

        fn describe(&self) -> String {
            "a small device".to_owned()
        }
    }

    fn device(memory: usize, lanes: usize, budget: usize) -> (OnDevice, Arc<Mutex<Vec<usize>>>) {
        let batches = Arc::default();
        (OnDevice::new(Box::new(Small { memory, batches: Arc::clone(&batches) }), lanes, budget), batches)
    }

    proptest! {
        #[test]
        fn parts_give_what_the_whole_would(
            posts in prop::collection::vec(prop::collection::vec(0u32..9, 1..30), 1..40), memory in 30usize..200, budget in 1usize..400,
        ) {
            let (device, _) = device(memory, 1, budget);
            let want: Vec<f32> = posts.iter().map(|p| p.iter().sum::<u32>() as f32).collect();
            prop_assert_eq!(device.logits(&PackedBatch::new(posts.iter().map(Vec::as_slice))).unwrap(), want);
        }
    }

    #[test]
    fn memory_that_did_not_suffice_is_not_asked_for_again() {
        let (device, batches) = device(100, 1, 400);
        let post = [1_u32; 10];
        let batch = PackedBatch::new(std::iter::repeat_n(post.as_slice(), 40));
        assert_eq!(device.logits(&batch).unwrap(), [10.0; 40]);
        assert_eq!(*batches.lock().unwrap(), [400, 200, 100, 100, 100, 100]);
        batches.lock().unwrap().clear();
        device.logits(&batch).unwrap();
        assert_eq!(*batches.lock().unwrap(), [100, 100, 100, 100]);
    }

    #[test]
    fn a_post_for_which_there_is_no_memory_is_an_error() {
        let (device, batches) = device(5, 1, 400);
        let posts: [&[u32]; 2] = [&[1; 4], &[1; 6]];
        assert!(matches!(device.logits(&PackedBatch::new(posts)), Err(InferError::OutOfMemory)));
        // The last time by itself.
        assert_eq!(*batches.lock().unwrap(), [10, 4, 6, 6]);
    }

    /// Has no memory for a batch beside another, and tells when it said so; a batch of more than one post takes its time until it is told.
    struct Shared {
        running: AtomicUsize,
        refused: Mutex<Sender<()>>,
        go_on: Mutex<Receiver<()>>,
    }

    impl Encoder for Shared {
        fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
            let _running = Busy::count(&self.running);
            if self.running.load(Ordering::SeqCst) > 1 {
                self.refused.lock().unwrap().send(()).unwrap();
                return Err(InferError::OutOfMemory);
            }
            if batch.posts().count() > 1 {
                self.refused.lock().unwrap().send(()).unwrap();
                self.go_on.lock().unwrap().recv().unwrap();
            }
            Ok(batch.posts().map(|post| post.len() as f32).collect())
        }

        fn n_labels(&self) -> usize {
            1
        }

        fn vocab_size(&self) -> usize {
            1000
        }

        fn describe(&self) -> String {
            "a device with little memory".to_owned()
        }
    }

    #[test]
    fn a_post_waits_for_memory_that_others_have() {
        let ((refused, told), (go_on, waits)) = (channel(), channel());
        let shared = Shared { running: AtomicUsize::new(0), refused: Mutex::new(refused), go_on: Mutex::new(waits) };
        let device = OnDevice::new(Box::new(shared), 2, 400);
        let post = [1_u32; 10];
        std::thread::scope(|scope| {
            let large = scope.spawn(|| device.logits(&PackedBatch::new([post.as_slice(); 2])).unwrap());
            // The large batch is under way.
            told.recv().unwrap();
            let small = scope.spawn(|| device.logits(&PackedBatch::new([post.as_slice()])).unwrap());
            // There was no memory for the small one.
            told.recv().unwrap();
            go_on.send(()).unwrap();
            assert_eq!((large.join().unwrap(), small.join().unwrap()), (vec![10.0; 2], vec![10.0]));
        });
    }

    #[test]
    fn batches_go_to_the_device_with_the_least_to_do() {
        let (first, on_first) = device(100, 1, 100);
        let (second, on_second) = device(100, 2, 50);
        let both = Accelerated::new(vec![first, second]).unwrap();
        assert_eq!(both.pace(), Pace { batch_tokens: 44, lanes: 3 });
        let ids = [1_u32; 10];
        let batch = PackedBatch::new([ids.as_slice()]);
        let _first_is_busy = Busy::count(&both.devices[0].busy);
        both.logits(&batch).unwrap();
        // One batch for its two lanes is less than one for one.
        let _second_is_busy = Busy::count(&both.devices[1].busy);
        both.logits(&batch).unwrap();
        let _second_has_two = Busy::count(&both.devices[1].busy);
        both.logits(&batch).unwrap();
        assert_eq!((on_first.lock().unwrap().len(), on_second.lock().unwrap().len()), (1, 2));
        assert!(Accelerated::new(vec![]).is_none());
    }
}
