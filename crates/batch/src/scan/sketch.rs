//! A small sketch of a text that tells how much of it another text shares.
//!
//! MinHash (Broder 1997, "On the resemblance and containment of documents") over runs of five characters: the share of equal minima estimates
//! the Jaccard similarity of the two sets of runs. Of each minimum one byte is kept (b-bit minwise hashing, Li and König 2010), and of each
//! group of four minima a hash, by which texts that may be alike find each other.

use grens_kernels::{Tier, minima};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::digits;

/// Minima in a sketch. The estimate's standard error is at most 1/16.
const MINIMA: usize = 64;
/// Groups by which texts find each other: two texts that share 0.8 of their runs meet in one with probability 0.9998, at 0.7 with 0.988.
pub(crate) const GROUPS: usize = 16;
/// Minima in a group.
const A_GROUP: usize = MINIMA / GROUPS;
/// Characters in a run.
const RUN: usize = 5;
/// Characters that are read of a text: a hostile post must not cost more than a long one.
const MOST_CHARS: usize = 4096;

/// Sketch of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// One byte of each minimum.
    minima: [u8; MINIMA],
    /// Hash of each group of four minima.
    pub(crate) groups: [u32; GROUPS],
}

impl Sketch {
    /// Sketch a normalised text. Case, punctuation and spacing do not count.
    pub(crate) fn of(normalised: &str) -> Self {
        let letters = plain(normalised);
        let width = RUN.min(letters.len()).max(1);
        let hashes: Vec<u64> =
            letters.windows(width).map(|run| mix(run.iter().fold(FNV_START, |hash, c| fnv_char(hash, *c)))).collect();
        let mut least = [u64::MAX; MINIMA];
        minima(Tier::fastest(), &hashes, &FACTORS, &SUMMANDS, &mut least);
        // The upper half of the least number is the least upper half.
        let least = least.map(top);
        let mut sketch = Self { minima: least.map(|minimum| minimum.to_le_bytes()[0]), groups: [0; GROUPS] };
        for (group, four) in sketch.groups.iter_mut().zip(least.as_chunks::<A_GROUP>().0) {
            *group = top(mix(fnv(four.iter().flat_map(|m| m.to_le_bytes()))));
        }
        sketch
    }

    /// Estimated share of runs that both texts have, in 0..=1.
    pub(crate) fn similarity(&self, other: &Self) -> f32 {
        let same = self.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
        same as f32 / MINIMA as f32
    }
}

/// Letters and digits in small case; everything between them is one space.
fn plain(text: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len().min(MOST_CHARS));
    for c in text.chars().take(MOST_CHARS) {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if out.last().is_some_and(|&last| last != ' ') {
            out.push(' ');
        }
    }
    if out.last() == Some(&' ') {
        out.pop();
    }
    if out.is_empty() {
        // Signs alone: then the signs are the text.
        out.extend(text.chars().take(MOST_CHARS).filter(|c| !c.is_whitespace()));
    }
    out
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x100_0000_01b3;

/// FNV-1a, 64 bits.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(FNV_START, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

/// FNV-1a over the four bytes of a character, the lowest first. Three of them are zero nearly always: then a step is a product alone.
fn fnv_char(hash: u64, c: char) -> u64 {
    const PRIME_4: u64 = FNV_PRIME.wrapping_pow(4);
    match u32::from(c) {
        c @ 0..0x100 => (hash ^ u64::from(c)).wrapping_mul(PRIME_4),
        c => c.to_le_bytes().into_iter().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)),
    }
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the argument.
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Multiplier (odd) and summand of each minimum's hash: multiply-shift hashing (Dietzfelbinger et al. 1997).
static FACTORS: [u64; MINIMA] = mixed(0, 1);
static SUMMANDS: [u64; MINIMA] = mixed(1, 0);

/// Every other number from `from` on, mixed, with the bits of `set`.
const fn mixed(from: u64, set: u64) -> [u64; MINIMA] {
    let (mut numbers, mut i) = ([0; MINIMA], 0);
    while i < MINIMA {
        numbers[i] = mix(2 * i as u64 + from) | set;
        i += 1;
    }
    numbers
}

#[allow(clippy::cast_possible_truncation, reason = "the upper half of 64 bits has 32")]
const fn top(x: u64) -> u32 {
    (x >> 32) as u32
}

/// A sketch as bytes: the minima, then the hashes of the groups, their upper byte first.
const BYTES: usize = MINIMA + 4 * GROUPS;

impl Serialize for Sketch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = [0; BYTES];
        let groups = self.groups.iter().flat_map(|group| group.to_be_bytes());
        bytes.iter_mut().zip(self.minima.into_iter().chain(groups)).for_each(|(to, from)| *to = from);
        digits::serialize(&bytes, serializer)
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: [u8; BYTES] = digits::deserialize(deserializer)?;
        let (minima, groups) = bytes.split_at(MINIMA);
        let mut sketch = Self { minima: [0; MINIMA], groups: [0; GROUPS] };
        sketch.minima.iter_mut().zip(minima).for_each(|(to, from)| *to = *from);
        sketch.groups.iter_mut().zip(groups.as_chunks().0).for_each(|(to, four)| *to = u32::from_be_bytes(*four));
        Ok(sketch)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "Vanavond is er weer overlast op het plein, de gemeente doet er al maanden helemaal niets aan";

    #[test]
    fn a_small_change_stays_near_and_another_text_is_far() {
        let of = Sketch::of;
        assert_eq!(of(TEXT), of(&TEXT.to_uppercase().replace(", ", " -- ")));
        let near = of(TEXT).similarity(&of(&format!("{TEXT}!!! deel dit")));
        assert!((0.75..1.0).contains(&near), "{near}");
        let far =
            of(TEXT).similarity(&of("Wie weet een goed recept voor erwtensoep zonder vlees, voor acht personen?"));
        assert!(far < 0.2, "{far}");
    }

    #[test]
    fn a_character_is_hashed_as_its_bytes() {
        for c in ['a', 'ÿ', 'Ā', '🤡'] {
            assert_eq!(fnv_char(FNV_START, c), fnv(u32::from(c).to_le_bytes().into_iter()), "{c}");
        }
    }

    #[test]
    fn near_texts_share_a_group() {
        let (a, b) = (Sketch::of(TEXT), Sketch::of(&format!("{TEXT} deel dit")));
        assert!(a.groups.iter().zip(&b.groups).any(|(x, y)| x == y));
    }

    #[test]
    fn short_and_odd_texts_have_sketches() {
        for text in ["", "a", "ja", "!!!", "🤡🤡", "ß"] {
            assert_eq!(Sketch::of(text).similarity(&Sketch::of(text)), 1.0, "{text}");
        }
        assert!(Sketch::of("!!!").similarity(&Sketch::of("???")) < 0.5);
    }

    #[test]
    fn sketches_survive_json() {
        let wanted = Sketch::of(TEXT);
        let json = serde_json::to_string(&wanted).unwrap();
        assert_eq!(serde_json::from_str::<Sketch>(&json).unwrap(), wanted);
        assert!(serde_json::from_str::<Sketch>("\"00\"").is_err());
    }
}
