//! Delivery: records leave the outbox at least once, in order of their turn, until the receiver has confirmed each by its key.
//!
//! What fails is told apart by whom it speaks against. A record that was refused for good is a dead letter at once; one that may have arrived, or met an
//! error, is tried again with growing waits, and given up after a number of tries. A receiver that cannot be reached or asks for patience pauses the
//! whole delivery, and costs no record a try: a night without a network makes no dead letters.

mod answer;
mod backoff;
mod dir;
mod http;
mod lock;
mod retry_after;
mod secret;
mod signature;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use grens_law::SendRule;

pub use answer::{Answer, Target};
pub use backoff::Backoff;
pub use dir::Folder;
pub use http::{HttpOptions, Receiver};
pub use secret::Secret;
pub use signature::{KEY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

use crate::error::{GatewayError, Result};
use crate::outbox::{Entry, Failed, Next, Outbox};
use lock::Lock;

/// Longest sleep before the outbox is asked again what is due, unless said otherwise.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Longest sleep before the stop flag is looked at again.
const NAP: Duration = Duration::from_millis(50);
/// A wait that people are told of.
const WORTH_A_WORD: Duration = Duration::from_secs(1);

/// How to deliver.
#[derive(Debug, Clone, Copy)]
pub struct DeliverOptions {
    /// What may go out.
    pub rule: SendRule,
    /// Tries until a record is given up, at least 1.
    pub max_tries: u32,
    /// Waits between tries.
    pub backoff: Backoff,
    /// Whether to wait for records that are due later; else only what is due now is tried.
    pub wait: bool,
    /// Longest wait until the outbox is asked again: what another process puts in or takes back meanwhile is seen by then.
    pub look_again: Duration,
    /// Whether the receiver may be another one than that of earlier deliveries.
    pub has_moved: bool,
}

impl Default for DeliverOptions {
    /// What a person has confirmed, 12 tries, waits from 2 s to an hour, until nothing is left.
    fn default() -> Self {
        Self {
            rule: SendRule::HumanConfirmed,
            max_tries: 12,
            backoff: Backoff::default(),
            wait: true,
            look_again: LOOK_AGAIN,
            has_moved: false,
        }
    }
}

/// What a delivery has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Records that the receiver has now.
    pub sent: u64,
    /// Records that it refused for good.
    pub refused: u64,
    /// Records given up after their last try.
    pub given_up: u64,
    /// Records past their retention date, removed.
    pub expired: u64,
    /// Pending records that may go out and did not yet.
    pub left: u64,
    /// Pending records that the policy keeps in.
    pub held: u64,
    /// Whether the run was stopped.
    pub stopped: bool,
}

/// Deliver what is due. Setting `stop` ends the run after the record in hand. `note` is told what people should know.
///
/// # Errors
/// When another process delivers from this outbox, it belongs to another receiver, cannot be read or written, or nothing can be delivered whichever the
/// record. Records keep their place: what was confirmed is marked sent, all else stays pending.
pub fn deliver(
    outbox: &Outbox,
    target: &mut dyn Target,
    options: &DeliverOptions,
    stop: &AtomicBool,
    note: &mut dyn FnMut(&str),
) -> Result<Delivered> {
    let _lock = Lock::take(outbox.path())?;
    outbox.is_for(&target.address(), &target.name(), options.has_moved)?;
    let purged = outbox.purge()?;
    if !purged.is_log_empty {
        note(
            "another process reads the outbox: what was removed may still stand in its write-ahead log; the next delivery empties it",
        );
    }
    let done = Delivered { expired: purged.removed as u64, ..Delivered::default() };
    let mut run = Run { pauses: outbox.pause()?.in_a_row, outbox, target, options, note, done, is_bound: false };
    while !stop.load(Ordering::Relaxed) {
        let wait = match outbox.next(options.rule)? {
            Next::Nothing => break,
            Next::In(wait) => wait,
            Next::Due(entry) => match run.one(&entry)? {
                Some(pause) => pause,
                None => continue,
            },
        };
        if !options.wait {
            break;
        }
        sleep(wait.min(options.look_again), stop);
    }
    let mut done = run.done;
    done.stopped = stop.load(Ordering::Relaxed);
    done.left = outbox.left(options.rule)?;
    done.held = outbox.held(options.rule)?;
    Ok(done)
}

struct Run<'a> {
    outbox: &'a Outbox,
    target: &'a mut dyn Target,
    options: &'a DeliverOptions,
    note: &'a mut dyn FnMut(&str),
    done: Delivered,
    /// Pauses in a row, as the outbox has them.
    pauses: u32,
    /// Whether the outbox knows the receiver.
    is_bound: bool,
}

impl Run<'_> {
    /// Hand one record over and write down what became of it. Returns how long the whole delivery must pause, if it must.
    fn one(&mut self, entry: &Entry) -> Result<Option<Duration>> {
        if !self.outbox.begin(entry)? {
            return Ok(None);
        }
        match self.target.deliver(entry)? {
            Answer::Taken => {
                if !self.is_bound {
                    self.outbox.bind(&self.target.address(), &self.target.name())?;
                    self.is_bound = true;
                }
                self.outbox.sent(entry)?;
                self.done.sent += 1;
                self.end_pause()?;
            }
            Answer::Refused { why } => {
                self.outbox.dead(entry, "refused", &why)?;
                self.done.refused += 1;
                self.end_pause()?;
                (self.note)(&format!("record {} was refused: {why}", short(&entry.key)));
            }
            Answer::Again { why, after } => {
                self.end_pause()?;
                self.again(entry, &why, after)?;
            }
            Answer::Turned { status } => {
                // It counts no try, but others go first next time: a record that alone is turned away does not bar the way.
                let (why, wait) = (format!("HTTP {status}"), self.options.backoff.base);
                self.outbox.failed_once(entry, &why, wait, Failed::Receiver)?;
                return Err(GatewayError::Turned { to: self.target.name(), status });
            }
            Answer::Pause { why, after } => return self.pause(entry, &why, after, Failed::Receiver).map(Some),
            Answer::Away { why } => return self.pause(entry, &why, None, Failed::Unreached).map(Some),
        }
        Ok(None)
    }

    /// Write down that the receiver wants or needs to be left alone, for this run and the next. The record in hand goes behind the others: if it alone is
    /// the reason, it does not bar the way.
    fn pause(&mut self, entry: &Entry, why: &str, after: Option<Duration>, failed: Failed) -> Result<Duration> {
        self.pauses = self.pauses.saturating_add(1);
        let wait = self.wait(self.pauses, after);
        self.outbox.failed_once(entry, why, wait, failed)?;
        self.outbox.pause_for(wait, self.pauses)?;
        if wait >= WORTH_A_WORD && self.options.wait {
            (self.note)(&format!("{}: {why}; waiting {} s", self.target.name(), wait.as_secs()));
        }
        Ok(wait)
    }

    fn end_pause(&mut self) -> Result<()> {
        if self.pauses > 0 {
            self.outbox.end_pause()?;
            self.pauses = 0;
        }
        Ok(())
    }

    fn again(&mut self, entry: &Entry, why: &str, after: Option<Duration>) -> Result<()> {
        let tries = entry.tries.saturating_add(1);
        if tries >= self.options.max_tries {
            self.outbox.dead(entry, "tries", why)?;
            self.done.given_up += 1;
            (self.note)(&format!("record {} was given up after {tries} tries: {why}", short(&entry.key)));
            return Ok(());
        }
        self.outbox.failed_once(entry, why, self.wait(tries, after), Failed::Record)?;
        Ok(())
    }

    fn wait(&self, failures: u32, after: Option<Duration>) -> Duration {
        self.options.backoff.wait(failures, rand::random()).max(after.unwrap_or_default())
    }
}

/// Enough of a key to find it by.
fn short(key: &str) -> &str {
    key.get(..12).unwrap_or(key)
}

fn sleep(wait: Duration, stop: &AtomicBool) {
    let began = Instant::now();
    while let Some(left) = wait.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(left.min(NAP));
    }
}

#[cfg(test)]
mod tests;
