//! First walk over the parts: what people will look at, how often each text repeats, which texts stand together. Texts stay on disk.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use grens_law::{Band, RejectRecord};

use super::clusters;
use super::part::{Counted, Location};
use super::parts::Parts;
use super::repeats::TextKey;
use super::sketch::Sketch;
use super::tally::{Marks, Tally};
use crate::error::Result;

/// A candidate or review post: about 300 bytes a text.
pub(crate) struct Entry {
    pub(crate) at: Location,
    pub(crate) seq: u64,
    key: TextKey,
    sketch: Option<Sketch>,
    pub(crate) confidence: f32,
    pub(crate) marks: Marks,
    /// Later posts with the same normalised text.
    pub(crate) repeats: u64,
}

impl Entry {
    /// Best first, by content alone: the order in which near repeats find their head.
    fn precedence(&self, other: &Self) -> Ordering {
        let bands = other.marks.band.cmp(&self.marks.band);
        bands.then(other.confidence.total_cmp(&self.confidence)).then(self.key.cmp(&other.key))
    }

    /// Best first, ties in the order of the input: the order of a list.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        let bands = other.marks.band.cmp(&self.marks.band);
        bands.then(other.confidence.total_cmp(&self.confidence)).then(self.seq.cmp(&other.seq))
    }
}

/// What the parts hold, without the texts.
pub(crate) struct Collected {
    /// What people look at, best first.
    pub(crate) entries: Vec<Entry>,
    /// For each entry the one that stands for it; its own index for a head.
    pub(crate) head_of: Vec<usize>,
    pub(crate) tally: Tally,
    /// Posts that others repeat.
    pub(crate) repeated: HashSet<u64>,
}

impl Collected {
    /// Walk over the parts; every reject is handed to `rejects` on the way.
    pub(crate) fn from(parts: &Parts, mut rejects: impl FnMut(&RejectRecord) -> Result<()>) -> Result<Self> {
        let mut entries: Vec<Entry> = vec![];
        let mut by_seq: HashMap<u64, usize> = HashMap::new();
        let mut tally = Tally::default();
        let mut repeated = HashSet::new();
        parts.each(|at, row| {
            match row {
                Counted::Post(post) if post.decision.band != Band::Clear => {
                    let d = post.decision;
                    let marks = Marks { band: d.band, articles: d.articles, grounds: d.grounds };
                    tally.count(&marks, &post.place);
                    by_seq.insert(post.seq, entries.len());
                    let (seq, key, sketch, confidence) = (post.seq, post.key, post.sketch, d.confidence);
                    entries.push(Entry { at, seq, key, sketch, confidence, marks, repeats: 0 });
                }
                Counted::Post(_) => {}
                Counted::Repeat(repeat) => {
                    repeated.insert(repeat.of);
                    if let Some(first) = by_seq.get(&repeat.of).and_then(|&i| entries.get_mut(i)) {
                        first.repeats += 1;
                        tally.count(&first.marks, &repeat.place);
                    }
                }
                Counted::Reject(row) => rejects(&row.reject)?,
            }
            Ok(())
        })?;
        drop(by_seq);
        entries.sort_by(Entry::precedence);
        let nothing = Sketch::of("");
        let sketches: Vec<&Sketch> = entries.iter().map(|e| e.sketch.as_ref().unwrap_or(&nothing)).collect();
        let head_of = clusters::heads(&sketches);
        Ok(Self { entries, head_of, tally, repeated })
    }

    /// Indices of the heads, best first, ties in input order.
    pub(crate) fn ranked_heads(&self) -> Vec<usize> {
        let mut heads: Vec<usize> = (0..self.entries.len()).filter(|&i| self.head_of[i] == i).collect();
        heads.sort_by(|&a, &b| self.entries[a].rank(&self.entries[b]));
        heads
    }

    /// For each head with near repeats, their indices, best first.
    pub(crate) fn members(&self) -> HashMap<usize, Vec<usize>> {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for (i, &head) in self.head_of.iter().enumerate() {
            if head != i {
                members.entry(head).or_default().push(i);
            }
        }
        for near in members.values_mut() {
            near.sort_by(|&a, &b| self.entries[a].rank(&self.entries[b]));
        }
        members
    }
}
