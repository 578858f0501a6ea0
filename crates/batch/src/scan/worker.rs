//! From items to part files: what is new is scored, what is known is counted, and every so often a part is closed.

use std::collections::HashMap;
use std::time::Instant;

use grens_infer::hex;
use grens_law::{Band, SourceRecord};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::folder::Folder;
use super::identity::Identities;
use super::kept::Kept;
use super::known::{Known, Met};
use super::manifest::{Manifest, Part, PartCounts, parts_dir};
use super::nights::Nights;
use super::options::ScanOptions;
use super::part::{Counted, PartWriter};
use super::repeats::TextKey;
use super::watch::{Progress, Watcher};
use crate::decider::{Decider, Judged};
use crate::error::{BatchError, Result};
use crate::input::{Item, Post, SourceState};
use crate::pipeline::cut_warning;

/// Rows below which it is not worth the while to share them out.
const FEW_LINES: usize = 4;

/// A run in progress. A window of items is taken in, scored by whoever has it, and finished; a part is closed only when no window lies between.
pub(crate) struct Worker<'a> {
    decider: &'a Decider,
    options: &'a ScanOptions,
    folder: &'a Folder,
    manifest: Manifest,
    known: Known,
    /// Items read so far.
    seq: u64,
    before: Before,
    /// Over the items of the part in hand, or of the finished part that is passed over.
    digest: Sha256,
    open: Option<OpenPart>,
    total: PartCounts,
    identities: Identities,
}

/// What an earlier process did in this folder.
struct Before {
    /// Items that its parts cover.
    items: u64,
    /// The part that is passed over now.
    part: usize,
}

struct OpenPart {
    writer: PartWriter,
    from: u64,
    began: Instant,
    counts: PartCounts,
}

/// What an item is to this run that no earlier process has done.
enum Fresh {
    Reject(u64),
    First { seq: u64, key: TextKey },
    Repeat { seq: u64, key: TextKey, of: u64 },
}

/// A window that was taken in and is not finished: its posts are to be scored, or are being scored.
pub(crate) struct Window {
    /// All of its items, in input order.
    items: Vec<Item>,
    /// What is to be done, and with which of the items; in the same order.
    fresh: Vec<(usize, Fresh)>,
}

impl Window {
    /// The texts to score, in order.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let text = |(at, fresh): &(usize, Fresh)| match (fresh, self.items.get(*at)) {
            (Fresh::First { .. }, Some(Item::Post(post))) => Some(post.text.as_str()),
            _ => None,
        };
        self.fresh.iter().filter_map(text).collect()
    }
}

impl<'a> Worker<'a> {
    /// Go on with what `manifest` says. The parts are read and checked.
    pub(crate) fn new(
        decider: &'a Decider,
        options: &'a ScanOptions,
        folder: &'a Folder,
        manifest: Manifest,
        nights: Nights,
    ) -> Result<Self> {
        let mut bands = HashMap::new();
        for part in manifest.files(folder.run()) {
            part.read(|row| {
                if let Counted::Post(post) = row
                    && post.decision.band != Band::Clear
                {
                    bands.insert(post.seq, post.decision.band);
                }
                Ok(())
            })?;
        }
        let before = Before { items: manifest.next_item(), part: 0 };
        let known = Known::new(options, nights, before.items, bands);
        let total = manifest.counts();
        Ok(Self {
            decider,
            options,
            folder,
            manifest,
            known,
            seq: 0,
            before,
            digest: Sha256::new(),
            open: None,
            total,
            identities: Identities::default(),
        })
    }

    /// Take in a window of items, with the keys of their texts: number them, and tell what is new. Windows are finished in the order in which they
    /// were taken in.
    pub(crate) fn take_in(
        &mut self,
        items: Vec<Item>,
        keys: &[Option<TextKey>],
        watcher: &mut dyn Watcher,
    ) -> Result<Window> {
        let mut fresh = Vec::with_capacity(items.len());
        let met = self.known.meet(self.seq, &items, keys);
        self.identities.refill(self.seq, &items);
        let met = keys.iter().zip(met).map(|(key, met)| key.zip(met));
        for (at, (item, met)) in items.iter().zip(met).enumerate() {
            fresh.extend(self.take(item, met, watcher)?.map(|item| (at, item)));
        }
        self.digest.update(self.identities.before(self.seq));
        Ok(Window { items, fresh })
    }

    /// Whether the part in hand is to be closed before more is taken in.
    pub(crate) fn is_part_full(&self) -> bool {
        self.open.as_ref().is_some_and(|open| {
            self.seq - open.from >= self.options.part_items || open.began.elapsed() >= self.options.part_time
        })
    }

    /// Count and write a window whose texts were judged so. The items are handed back.
    pub(crate) fn finish(
        &mut self,
        window: Window,
        judged: Vec<Judged>,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<Item>> {
        let Window { items, fresh } = window;
        let firsts = fresh.iter().filter_map(|(_, f)| if let Fresh::First { key, .. } = f { Some(*key) } else { None });
        for (key, judged) in firsts.zip(&judged) {
            if judged.decision.band != Band::Clear {
                self.known.set_band(key, judged.decision.band);
            }
        }
        let mut judged = judged.into_iter();
        let kept: Vec<Kept<'_>> =
            fresh.into_iter().filter_map(|(at, fresh)| self.count_done(fresh, items.get(at)?, &mut judged)).collect();
        if let Some(open) = &mut self.open {
            // Put into words side by side, written in order.
            let (decider, no_text) = (self.decider, self.options.no_text);
            let line = |item: Kept<'_>| item.line(decider, no_text);
            let lines: Vec<_> = kept.into_par_iter().with_min_len(FEW_LINES).map(line).collect();
            lines.into_iter().try_for_each(|line| open.writer.write(line))?;
        }
        watcher.progress(&self.progress())?;
        // The end of the input: no window was taken in after this one.
        if let Some(Item::TooManyRejects(over)) = items.last() {
            self.close_part()?;
            return Err(BatchError::TooManyRejects(*over));
        }
        Ok(items)
    }

    /// What is to be done with an item; nothing when an earlier process did it, or when it is another shard's.
    fn take(&mut self, item: &Item, met: Option<(TextKey, Met)>, watcher: &mut dyn Watcher) -> Result<Option<Fresh>> {
        if matches!(item, Item::TooManyRejects(_)) {
            // The end of the input, not a part of it: with a higher limit the same input goes on.
            return Ok(None);
        }
        let seq = self.seq;
        let is_new = seq >= self.before.items;
        if is_new && self.open.is_none() {
            self.open_part()?;
        }
        self.seq += 1;
        let shard = self.options.shard;
        let fresh = match item {
            Item::Reject(reject) => (is_new && shard.owns_place(seq)).then(|| {
                self.count(|c| c.rejected += 1);
                watcher.reject(reject);
                Fresh::Reject(seq)
            }),
            Item::Skip(skip) => {
                if is_new && shard.owns_place(seq) {
                    self.count(|c| *c.other_languages.entry(skip.lang.to_owned()).or_default() += 1);
                }
                None
            }
            Item::Post(post) if is_new => met.and_then(|(key, met)| self.take_post(seq, key, met, post, watcher)),
            Item::Post(_) => None,
            Item::TooManyRejects(_) => None,
        };
        self.check_boundary()?;
        Ok(fresh)
    }

    /// What is to be done with a post that no earlier process has done.
    fn take_post(&mut self, seq: u64, key: TextKey, met: Met, post: &Post, watcher: &mut dyn Watcher) -> Option<Fresh> {
        let fresh = match met {
            Met::SeenBefore => {
                self.count(|c| c.seen_before += 1);
                return None;
            }
            Met::Elsewhere => return None,
            Met::First => Fresh::First { seq, key },
            Met::RepeatOf(of) => Fresh::Repeat { seq, key, of },
        };
        if let Some(warning) = cut_warning(post) {
            watcher.warn(&warning);
        }
        Some(fresh)
    }

    /// Count an item with what was said of it; what is kept of it, if anything is. Most posts are clear, and counted.
    fn count_done<'i>(
        &mut self,
        fresh: Fresh,
        item: &'i Item,
        judged: &mut impl Iterator<Item = Judged>,
    ) -> Option<Kept<'i>> {
        let keep_clear = self.options.keep_clear;
        match (fresh, item) {
            (Fresh::Reject(seq), Item::Reject(reject)) => Some(Kept::Reject(seq, reject)),
            (Fresh::First { seq, key }, Item::Post(post)) => {
                let judged = judged.next()?;
                let band = judged.decision.band;
                let truncated = judged.truncated || post.text_was_cut;
                self.count(|c| {
                    c.posts += 1;
                    c.scored += 1;
                    c.candidates += u64::from(band == Band::Candidate);
                    c.review += u64::from(band == Band::Review);
                    c.truncated += u64::from(truncated);
                });
                (band != Band::Clear || keep_clear).then_some(Kept::First { seq, key, post, judged })
            }
            (Fresh::Repeat { seq, key, of }, Item::Post(post)) => {
                let band = self.known.band(key);
                self.count(|c| {
                    c.posts += 1;
                    c.candidates += u64::from(band == Band::Candidate);
                    c.review += u64::from(band == Band::Review);
                });
                (band != Band::Clear || keep_clear).then_some(Kept::Repeat { seq, of, post })
            }
            // What is fresh was told by the item itself.
            _ => None,
        }
    }

    fn count(&mut self, add: impl Fn(&mut PartCounts)) {
        add(&mut self.total);
        if let Some(open) = &mut self.open {
            add(&mut open.counts);
        }
    }

    fn open_part(&mut self) -> Result<()> {
        if self.manifest.sources.is_some() {
            return Err(self.changed(format!("it has grown beyond its {} items", self.before.items)));
        }
        let name = part_name(self.manifest.parts.len());
        let writer = PartWriter::create(&parts_dir(self.folder.run()), &name)?;
        let counts = PartCounts::default();
        self.open = Some(OpenPart { writer, from: self.seq, began: Instant::now(), counts });
        Ok(())
    }

    /// Close the part in hand: its bytes first, then the manifest that names it.
    pub(crate) fn close_part(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let sha256 = open.writer.commit()?;
        let items_sha256 = hex(&std::mem::take(&mut self.digest).finalize());
        self.manifest.parts.push(Part {
            file: part_name(self.manifest.parts.len()),
            sha256,
            from: open.from,
            to: self.seq,
            items_sha256,
            counts: open.counts,
        });
        self.manifest.save(self.folder.run())
    }

    /// At the end of a part that an earlier process made: were its items the same?
    fn check_boundary(&mut self) -> Result<()> {
        let Some(part) = self.manifest.parts.get(self.before.part).filter(|p| p.to == self.seq) else {
            return Ok(());
        };
        self.digest.update(self.identities.before(self.seq));
        if hex(&std::mem::take(&mut self.digest).finalize()) != part.items_sha256 {
            return Err(self.changed(format!("items {} to {} are not what was scanned", part.from + 1, part.to)));
        }
        self.before.part += 1;
        Ok(())
    }

    fn changed(&self, what: String) -> BatchError {
        BatchError::InputChanged { path: self.folder.out().to_owned(), what }
    }

    /// What was done so far.
    pub(crate) const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The input is at its end.
    pub(crate) fn end(mut self, sources: Vec<SourceState>) -> Result<(Manifest, Vec<[u8; 16]>)> {
        if self.seq < self.before.items {
            let what = format!("it ends after {} items, of which {} were scanned", self.seq, self.before.items);
            return Err(self.changed(what));
        }
        self.close_part()?;
        let sources: Vec<SourceRecord> =
            sources.into_iter().map(|s| SourceRecord { file: s.name, sha256: s.sha256, bytes: s.bytes }).collect();
        match &self.manifest.sources {
            None => {
                self.manifest.sources = Some(sources);
                self.manifest.save(self.folder.run())?;
            }
            Some(before) if *before != sources => {
                let changed = before.iter().zip(&sources).find(|(a, b)| a != b).map_or("", |(_, b)| b.file.as_str());
                return Err(self.changed(format!("{changed} has another SHA-256")));
            }
            Some(_) => {}
        }
        Ok((self.manifest, self.known.remembered()))
    }

    pub(crate) fn progress(&self) -> Progress<'_> {
        let c = &self.total;
        Progress {
            items: self.seq,
            passed_over: self.before.items.min(self.seq),
            posts: c.posts,
            scored: c.scored,
            repeats: c.posts - c.scored,
            candidates: c.candidates,
            review: c.review,
            rejected: c.rejected,
            seen_before: c.seen_before,
            other_languages: &c.other_languages,
        }
    }
}

fn part_name(index: usize) -> String {
    format!("{index:06}.jsonl")
}
