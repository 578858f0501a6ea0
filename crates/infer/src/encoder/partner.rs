//! A second thread that looks out for work without sleeping: waking a thread takes as long as several products of a post do, so it
//! is woken once a post and stays until the post is done.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Nobody is there yet, or any more.
const AWAY: u8 = 0;
/// It looks out for work.
const FREE: u8 = 1;
const ASKED: u8 = 2;
const AT_WORK: u8 = 3;
const DONE: u8 = 4;
/// There will be no more work.
const OVER: u8 = 5;

/// How often a thread looks, some 50 microseconds long, before it lets others have the processor: a core may not be its own.
const LOOKS: u32 = 1000;

/// Where one thread leaves a piece of work at a time, and another one does it.
pub(super) struct Partner<T> {
    stage: AtomicU8,
    work: Mutex<Option<T>>,
}

impl<T> Partner<T> {
    pub(super) const fn new() -> Self {
        Self { stage: AtomicU8::new(AWAY), work: Mutex::new(None) }
    }

    /// Do what is asked until it is over. The other thread goes on alone where this panics or never runs.
    pub(super) fn serve(&self, work: impl Fn(&mut T)) {
        if !self.moved(AWAY, FREE) {
            return;
        }
        let leaving = Leaving(&self.stage);
        let mut looks = 0;
        while self.stage.load(Ordering::Acquire) != OVER {
            if self.moved(ASKED, AT_WORK) {
                if let Some(asked) = self.slot().as_mut() {
                    work(asked);
                }
                // Unless it is over meanwhile.
                self.moved(AT_WORK, DONE);
                looks = 0;
            } else {
                pause(&mut looks);
            }
        }
        drop(leaving);
    }

    /// Leave `work`, if somebody is there for it.
    pub(super) fn ask(&self, work: impl FnOnce() -> T) -> bool {
        if self.stage.load(Ordering::Acquire) != FREE {
            return false;
        }
        *self.slot() = Some(work());
        self.moved(FREE, ASKED)
    }

    /// What was asked for, done; none if nobody began it by now, or began and did not end it.
    pub(super) fn answer(&self) -> Option<T> {
        if self.moved(ASKED, FREE) {
            // What it holds is needed again.
            *self.slot() = None;
            return None;
        }
        let mut looks = 0;
        while self.stage.load(Ordering::Acquire) == AT_WORK {
            pause(&mut looks);
        }
        let work = self.slot().take().filter(|_| self.moved(DONE, FREE));
        if looks >= LOOKS {
            // The machine has other things to do: being waited for would cost more than help is worth.
            self.over();
        }
        work
    }

    /// Whether somebody looks out for work.
    #[cfg(test)]
    pub(super) fn is_there(&self) -> bool {
        self.stage.load(Ordering::Acquire) == FREE
    }

    /// Send the partner away.
    pub(super) fn over(&self) {
        self.stage.store(OVER, Ordering::Release);
    }

    fn moved(&self, from: u8, to: u8) -> bool {
        self.stage.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn slot(&self) -> MutexGuard<'_, Option<T>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that nobody is there any more, also when work panics.
struct Leaving<'a>(&'a AtomicU8);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.store(OVER, Ordering::Release);
    }
}

fn pause(looks: &mut u32) {
    *looks += 1;
    if looks.is_multiple_of(LOOKS) {
        std::thread::yield_now();
    } else {
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ask, and wait until the work is at one of these stages no more: taking it back at once leaves nobody the time to begin.
    fn answered<T>(partner: &Partner<T>, stages: &[u8], work: impl Fn() -> T) -> Option<T> {
        while !partner.ask(&work) {
            std::thread::yield_now();
        }
        while stages.contains(&partner.stage.load(Ordering::Acquire)) {
            std::thread::yield_now();
        }
        partner.answer()
    }

    #[test]
    fn every_piece_is_done_once_and_comes_back() {
        let partner = Partner::<(u32, u32)>::new();
        std::thread::scope(|scope| {
            scope.spawn(|| partner.serve(|(given, result)| *result += *given * 2 + 1));
            for given in 0..100 {
                assert_eq!(answered(&partner, &[ASKED, AT_WORK], || (given, 0)), Some((given, given * 2 + 1)));
            }
            partner.over();
        });
    }

    #[test]
    fn work_may_be_taken_back() {
        let partner = Partner::<u32>::new();
        partner.stage.store(FREE, Ordering::Release);
        for _ in 0..3 {
            assert!(partner.ask(|| 1));
            assert!(!partner.ask(|| 2), "a piece at a time");
            assert_eq!(partner.answer(), None, "nobody began it");
        }
    }

    #[test]
    fn nobody_is_asked_who_is_not_there() {
        let partner = Partner::<u32>::new();
        assert!(!partner.ask(|| 1));
        partner.over();
        partner.serve(|_| unreachable!("it was over before it began"));
        assert!(!partner.ask(|| 1));
    }

    #[test]
    fn who_is_waited_for_long_is_sent_away() {
        let partner = Partner::<u32>::new();
        std::thread::scope(|scope| {
            // Ends only when it is over.
            scope.spawn(|| {
                partner.serve(|given| {
                    std::thread::sleep(std::time::Duration::from_millis(500));
                    *given += 1;
                });
            });
            assert_eq!(answered(&partner, &[ASKED], || 1), Some(2));
            let stage = partner.stage.load(Ordering::Acquire);
            // Else a failure would wait for the other thread.
            partner.over();
            assert_eq!(stage, OVER);
        });
        assert!(!partner.ask(|| 1));
    }

    #[test]
    fn work_that_panics_is_not_waited_for() {
        let partner = Partner::<u32>::new();
        std::thread::scope(|scope| {
            let served = scope.spawn(|| partner.serve(|_| unreachable!("made on purpose")));
            assert_eq!(answered(&partner, &[ASKED, AT_WORK], || 7), None);
            assert!(served.join().is_err());
        });
        assert!(!partner.ask(|| 1), "nobody is there any more");
    }
}
