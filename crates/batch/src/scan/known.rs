//! What a run knows of posts before anything is scored: which texts it has met, and which posts earlier nights have seen.

use std::collections::HashMap;

use grens_law::Band;

use super::nights::Nights;
use super::options::ScanOptions;
use super::repeats::{Repeats, TextKey};
use super::shard::Shard;
use crate::input::{Item, Post};

/// What is known of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// An earlier night has seen it.
    SeenBefore,
    /// Its text is another shard's.
    Elsewhere,
    /// The first with its text.
    First,
    /// Its text is that of the post with this number.
    RepeatOf(u64),
}

/// The memory of a run.
pub(crate) struct Known {
    nights: Nights,
    /// Posts to remember for the next night; `None` where nothing is remembered.
    remembered: Option<Vec<[u8; 16]>>,
    shard: Shard,
    repeats: Repeats,
    /// Items that an earlier process did, and the bands of those of its posts that are not clear.
    done: u64,
    bands: HashMap<u64, Band>,
}

impl Known {
    pub(crate) fn new(options: &ScanOptions, nights: Nights, done: u64, bands: HashMap<u64, Band>) -> Self {
        let remembered = options.state.is_some().then(Vec::new);
        Self { nights, remembered, shard: options.shard, repeats: Repeats::default(), done, bands }
    }

    /// What is known of each post of a window, whose first item has the number `from`; from now on the posts themselves are known. `keys` are those of
    /// their texts.
    ///
    /// All of a window in one go: the memory of a night is far larger than a processor's, which goes on to look for the next posts while it waits for the
    /// place of one, unless there is other work between.
    pub(crate) fn meet(&mut self, from: u64, items: &[Item], keys: &[Option<TextKey>]) -> Vec<Option<Met>> {
        let posts = items
            .iter()
            .zip(keys)
            .map(|(item, key)| if let Item::Post(post) = item { key.zip(Some(post)) } else { None });
        (from..).zip(posts).map(|(seq, post)| post.map(|(key, post)| self.meet_post(seq, key, post))).collect()
    }

    fn meet_post(&mut self, seq: u64, key: TextKey, post: &Post) -> Met {
        if let Some(remembered) = &mut self.remembered {
            let hash = Nights::hash(post);
            if self.nights.has(&hash) {
                return Met::SeenBefore;
            }
            remembered.push(hash);
        }
        if !self.shard.owns_text(key) {
            return Met::Elsewhere;
        }
        let before = if seq < self.done { self.bands.remove(&seq) } else { None };
        match self.repeats.first_or(key, seq, before.unwrap_or(Band::Clear)) {
            None => Met::First,
            Some(first) => Met::RepeatOf(first.seq),
        }
    }

    /// Note what was proposed for a text that was met.
    pub(crate) fn set_band(&mut self, key: TextKey, band: Band) {
        self.repeats.set_band(key, band);
    }

    /// What was proposed for a text that was met.
    pub(crate) fn band(&self, key: TextKey) -> Band {
        self.repeats.band(key)
    }

    /// Posts to remember for the next night.
    pub(crate) fn remembered(self) -> Vec<[u8; 16]> {
        self.remembered.unwrap_or_default()
    }
}
