//! The nightly scan: any size of input, any crash, a short list in the morning.
//!
//! # How it works
//!
//! The input is a sequence of *items* (posts, posts of other languages, lines that cannot be used), numbered from 0. The same inputs give the
//! same sequence, and that is all that a run relies on to go on where another stopped.
//!
//! 1. **Windows** (`crate::windows`). A thread reads ahead; items are taken up to 512 at a time; for a GPU up to 4,096, several windows in
//!    hand. What is done with each of them alone, and takes longest beside the model (the language gate, normalising, the lines of the part), is
//!    shared out over threads; what counts or remembers is done by one thread, in the order of the input.
//! 2. **Repeats** (`repeats`, `known`). A text that was seen before, after normalisation, is not scored again. 16 bytes of its hash are remembered, never
//!    the text. With `--state` (`nights`) posts of earlier nights are left out first.
//! 3. **Decisions** (`crate::decider`). The one scoring path.
//! 4. **Parts** (`worker`, `part`). What became of the items is written to `run/parts/000000.jsonl` and so on: every candidate and review post
//!    with its decision, place and text, every repeat of one, every reject; of all else (clear posts, other languages) the counts, and the
//!    decisions too with `--keep-clear`. A part is closed after 30 seconds or 100,000 items. It is never changed again.
//! 5. **Manifest** (`manifest`). `run/manifest.json` names the parts that count: which items each covers, its hash, and a digest of those items. It
//!    is replaced atomically after the part is durable: temporary file, fsync, rename, fsync of the folder. A crash at any moment leaves the
//!    parts up to some item, whole, and nothing else that counts.
//! 6. **Finish** (`finish`, `collect`). At the end of the input all results are made from the parts alone: near repeats are clustered
//!    (`sketch`, `clusters`), lists ranked and capped (`cap`), the summary counted (`tally`) and its page rendered (`page`).
//!
//! To go on, a run reads the input again from the start and passes over what the parts cover, checking the digests: a changed input is found
//! before anything is mixed. Reading costs a thousandth of scoring, and it brings the memory of repeats back without storing it.
//! Where windows and parts happen to end reaches no result, so a run that was killed has the results of an undisturbed one, to the byte. The only
//! file that differs is `timing.json`.
//!
//! **Shards** (`shard`) each read the whole input and score the texts that fall to them; their parts interleave by item number (`parts`), so
//! `merge` runs the same last step over all of them.

mod cap;
mod clusters;
mod collect;
mod decisions;
mod digits;
mod finish;
mod folder;
mod identity;
mod kept;
mod known;
mod lock;
mod manifest;
mod merge;
mod nights;
mod options;
mod page;
mod part;
mod parts;
mod plan;
mod purge;
mod repeats;
mod shard;
mod sketch;
mod table;
mod tally;
mod watch;
mod worker;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::Serialize;

pub use finish::Report;
pub use merge::merge;
pub use options::ScanOptions;
pub use purge::{Purged, purge, purge_state};
pub use shard::{Shard, ShardError};
pub use table::{ListFormat, ListFormatError};
pub use watch::{Progress, Watcher};

use self::finish::Finish;
use self::folder::Folder;
use self::manifest::{Identity, Manifest};
use self::nights::Nights;
use self::parts::Parts;
use self::plan::Plan;
use self::worker::Worker;
use crate::decider::Decider;
use crate::disk;
use crate::error::{BatchError, Result};
use crate::input::Inputs;
use crate::windows::{Beside, Feed, Window};

/// How a scan ended.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The results are there.
    Done(Box<Report>),
    /// A shard has done its share; [`merge`] makes the results.
    ShardDone,
    /// Stopped after the window in hand. The same call goes on from there.
    Stopped,
}

/// How long a run took: the one result that differs from run to run.
#[derive(Debug, Serialize)]
struct Timing<'a> {
    /// When the first process of this run began.
    started_at: &'a str,
    finished_at: String,
    /// Of the process that finished the run.
    seconds: f64,
    /// Items that earlier processes had done.
    passed_over: u64,
}

/// Scan `inputs` into a folder, or go on with what an earlier process left there. Setting `stop` ends the run after the window in hand.
///
/// # Errors
/// When the folder is taken, locked, damaged, or was begun with another model, policy, law, input or other flags; when the model fails; when
/// results cannot be written. Whatever the error, the parts that were closed are kept, and the same call goes on from them.
pub fn scan(
    inputs: Inputs,
    decider: &Decider,
    options: &ScanOptions,
    window: Window,
    stop: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> Result<Ending> {
    let began = Instant::now();
    let (folder, existing, note) = Folder::take(&options.out)?;
    if let Some(note) = note {
        watcher.note(&note);
    }
    let (manifest, nights) = resume_or_begin(decider, options, &folder, existing)?;
    let passed_over = manifest.next_item();
    if passed_over > 0 {
        watcher.note(&format!("going on after {passed_over} items that were done before"));
    }
    let mut worker = Worker::new(decider, options, &folder, manifest, nights)?;
    let mut feed = Feed::start(inputs, window);
    match work(&mut worker, &mut feed, decider, stop, watcher) {
        Ok(true) => {}
        Ok(false) => return Ok(Ending::Stopped),
        Err(e @ BatchError::TooManyRejects(_)) => {
            // There are no results, but people need to see what was wrong.
            finish::write_rejects(folder.out(), &parts_of(&folder, worker.manifest()))?;
            return Err(e);
        }
        Err(e) => return Err(e),
    }
    let (mut manifest, remembered) = worker.end(feed.sources())?;
    let ending = if options.shard.is_whole() {
        Ending::Done(Box::new(finish(options, &folder, &manifest)?))
    } else {
        Ending::ShardDone
    };
    if let Some(state) = &options.state {
        Nights::save(state, &manifest.run, remembered)?;
    }
    let timing = Timing {
        started_at: &manifest.started_at,
        finished_at: manifest::now(),
        seconds: began.elapsed().as_secs_f64(),
        passed_over,
    };
    disk::write_json(folder.out(), "timing.json", &timing)?;
    manifest.finished = true;
    manifest.save(folder.run())?;
    Ok(ending)
}

/// Windows from the feed to the worker until the input is at its end; false when stopped before. Where the model takes several portions at once
/// ([`Decider::portions`]), windows of files are scored side by side, and a device works while others are read, tokenised and written.
fn work(
    worker: &mut Worker<'_>,
    feed: &mut Feed,
    decider: &Decider,
    stop: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> Result<bool> {
    let at_once = if feed.is_pipe() { 1 } else { decider.portions().at_once.max(1) };
    std::thread::scope(|scope| {
        let mut under_way = VecDeque::new();
        let mut is_over = false;
        loop {
            let is_stopped = stop.load(Ordering::Relaxed);
            while !(is_over || is_stopped || worker.is_part_full()) && under_way.len() < at_once {
                match feed.next_with(stop, String::new, repeats::key) {
                    Some((items, keys)) => {
                        let window = worker.take_in(items, &keys, watcher)?;
                        let score = move || {
                            let judged = decider.judge(&window.texts());
                            (window, judged)
                        };
                        under_way.push_back(Beside::start((at_once > 1).then_some(scope), score));
                    }
                    None => is_over = true,
                }
            }
            if let Some(scored) = under_way.pop_front() {
                let (window, judged) = scored.result();
                feed.hand_back(worker.finish(window, judged?, watcher)?);
            } else if is_over {
                return Ok(true);
            } else {
                // Nothing is under way, and a part is full or the run is stopped.
                worker.close_part()?;
                watcher.progress(&worker.progress())?;
                if is_stopped {
                    return Ok(false);
                }
            }
        }
    })
}

/// The manifest to go on with, or a new one, and what earlier nights have seen.
fn resume_or_begin(
    decider: &Decider,
    options: &ScanOptions,
    folder: &Folder,
    existing: Option<Manifest>,
) -> Result<(Manifest, Nights)> {
    let state = options.state.as_deref();
    let seen = match (state, &existing) {
        (None, _) => vec![],
        // What other runs have remembered meanwhile must not change what this one does.
        (Some(_), Some(manifest)) if manifest.plan.seen().is_some() => manifest.plan.seen().unwrap_or_default(),
        (Some(dir), _) => Nights::files(dir, None)?,
    };
    let plan = Plan::new(decider, options, &seen);
    let manifest = match existing {
        Some(manifest) => {
            let differences = manifest.plan.differences(&plan);
            if !differences.is_empty() {
                return Err(BatchError::Differs { path: options.out.clone(), differences });
            }
            manifest
        }
        None => {
            let identity = Identity {
                grens: options.grens.clone(),
                model: decider.model().clone(),
                policy: decider.policy().clone(),
                law: decider.statute().version.clone(),
                keep_clear: options.keep_clear,
            };
            let mut manifest = Manifest::new(plan, options.shard, identity);
            manifest.save(folder.run())?;
            manifest
        }
    };
    let nights = state.map_or_else(|| Ok(Nights::default()), |dir| Nights::load(dir, &seen))?;
    Ok((manifest, nights))
}

fn finish(options: &ScanOptions, folder: &Folder, manifest: &Manifest) -> Result<Report> {
    let finish = Finish {
        out: folder.out(),
        parts: &parts_of(folder, manifest),
        counts: manifest.counts(),
        sources: manifest.sources.as_deref().unwrap_or_default(),
        identity: &manifest.identity,
        format: options.format,
        top: options.top,
    };
    finish.write()
}

fn parts_of(folder: &Folder, manifest: &Manifest) -> Parts {
    let mut parts = Parts::default();
    parts.add_shard(manifest.files(folder.run()));
    parts
}

#[cfg(test)]
mod tests;
