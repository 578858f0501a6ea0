//! The same text is scored once.
//!
//! Two posts repeat each other when their texts are the same after the normalisation that the model reads them through: then their scores
//! are the same too. What is remembered of a text is 16 bytes of its hash, where it was first seen, and its band.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use foldhash::fast::RandomState;
use grens_infer::{hex, normalised};
use grens_law::Band;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::digits;
use crate::input::{Item, Post};

/// First half of the SHA-256 of a normalised text: 2^64 texts would be needed before two meet by chance, and nobody can make two meet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TextKey(pub(crate) [u8; 16]);

impl TextKey {
    pub(crate) fn of(normalised: &str) -> Self {
        Self(half_of(Sha256::digest(normalised.as_bytes()).as_slice()))
    }

    /// The key of a post's normalised text. Many texts are normal as they are, and were hashed when they were read.
    pub(crate) fn of_post(post: &Post, normalised: &str) -> Self {
        let is_normal = !post.text_was_cut && post.text == normalised;
        if is_normal { Self(half_of(&post.text_sha256.0)) } else { Self::of(normalised) }
    }
}

/// The key of a post's text; nothing for what is no post. To normalise a post takes longer than all else that is done with it beside the model, so that
/// it is shared out over threads. `room` is memory to write into.
pub(crate) fn key(room: &mut String, item: &Item) -> Option<TextKey> {
    let Item::Post(post) = item else { return None };
    Some(TextKey::of_post(post, normalised(&post.text, room)))
}

/// The first 16 bytes of a digest.
pub(crate) fn half_of(digest: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    half
}

impl fmt::Debug for TextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for TextKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        digits::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for TextKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        digits::deserialize(deserializer).map(Self)
    }
}

/// The texts of a run so far. About 40 bytes a text.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    first: HashMap<TextKey, Packed, RandomState>,
}

/// A [`First`] in eight bytes: the band in the lower two bits, above it the number of the item.
#[derive(Debug, Clone, Copy)]
struct Packed(u64);

impl Packed {
    const fn new(first: First) -> Self {
        Self(first.seq << 2 | first.band as u64)
    }

    fn first(self) -> First {
        let band = Band::ALL.into_iter().find(|&band| band as u64 == self.0 & 0b11).unwrap_or(Band::Clear);
        First { seq: self.0 >> 2, band }
    }
}

/// Where a text was first seen, and what was proposed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) seq: u64,
    pub(crate) band: Band,
}

impl Repeats {
    /// The first post with this text, if there was one; else `seq` is it, and clear until [`Repeats::set_band`] says otherwise.
    pub(crate) fn first_or(&mut self, key: TextKey, seq: u64, band: Band) -> Option<First> {
        match self.first.entry(key) {
            Entry::Occupied(entry) => Some(entry.get().first()),
            Entry::Vacant(entry) => {
                entry.insert(Packed::new(First { seq, band }));
                None
            }
        }
    }

    pub(crate) fn set_band(&mut self, key: TextKey, band: Band) {
        if let Some(first) = self.first.get_mut(&key) {
            *first = Packed::new(First { band, ..first.first() });
        }
    }

    /// What was proposed for a text that was seen.
    pub(crate) fn band(&self, key: TextKey) -> Band {
        self.first.get(&key).map_or(Band::Clear, |f| f.first().band)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(text: &str) -> TextKey {
        TextKey::of(&grens_infer::normalise_text(text))
    }

    #[test]
    fn spelling_tricks_and_links_make_no_new_text() {
        assert_eq!(key("Kijk  https://voorbeeld.nl/1 @jan"), key("Kijk https://elders.nl/2\n@piet "));
        assert_eq!(key("mооi"), key("mooi"), "Cyrillic o");
        assert_ne!(key("mooi"), key("Mooi"));
    }

    #[test]
    fn a_text_that_is_normal_has_one_hash() {
        for text in ["mooi", "mooi ", "@piet", &"w.w ".repeat(20_000)] {
            let post = Post::new("a".into(), text.into(), "nl".into(), "-".into(), 1);
            let normalised = grens_infer::normalise_text(&post.text);
            assert_eq!(TextKey::of_post(&post, &normalised), TextKey::of(&normalised));
        }
    }

    #[test]
    fn the_first_is_remembered_with_its_band() {
        let mut seen = Repeats::default();
        assert_eq!(seen.first_or(key("a"), 3, Band::Clear), None);
        seen.set_band(key("a"), Band::Review);
        assert_eq!(seen.first_or(key("a"), 9, Band::Clear), Some(First { seq: 3, band: Band::Review }));
    }

    #[test]
    fn keys_survive_json() {
        let wanted = key("x");
        let json = serde_json::to_string(&wanted).unwrap();
        assert_eq!(serde_json::from_str::<TextKey>(&json).unwrap(), wanted);
        assert_eq!(json, format!("\"{wanted:?}\""));
        for odd in
            ["\"zz\"", "\"+0\"", &json.replace('"', "\"0"), &json.replace(|c: char| c.is_ascii_hexdigit(), "g"), "1"]
        {
            assert!(serde_json::from_str::<TextKey>(odd).is_err(), "{odd}");
        }
    }
}
