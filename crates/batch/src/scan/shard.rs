//! A share of a scan.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::repeats::TextKey;

/// Share `index` of `of`. Every shard reads the whole input and scores the posts whose *text* falls to it: so all copies of a text are in one
/// shard, each text is scored once over all of them, and merging has nothing to resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// The whole: share 1 of 1.
    pub const WHOLE: Self = Self { index: 1, of: 1 };

    /// Whether this is all there is.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.of == 1
    }

    pub(crate) const fn owns_text(self, key: TextKey) -> bool {
        let [a, b, c, d, e, f, g, h, ..] = key.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h]) % self.of == self.index - 1
    }

    /// What has no text (a line that could not be used, a post in another language) falls to a shard by its place in the input.
    pub(crate) const fn owns_place(self, seq: u64) -> bool {
        seq % self.of == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// Why a shard was not understood.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no shard: write I/N with I from 1 to N, such as 2/4")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let wrong = || ShardError(text.to_owned());
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let shard = Self { index: index.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
        if (1..=shard.of).contains(&shard.index) { Ok(shard) } else { Err(wrong()) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read_or_refused() {
        assert_eq!("2/4".parse::<Shard>().unwrap(), Shard { index: 2, of: 4 });
        for wrong in ["0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_text_and_place_has_one_owner() {
        for n in 0..200_u64 {
            let key = TextKey::of(&n.to_string());
            let shards = (1..=7).map(|index| Shard { index, of: 7 });
            assert_eq!(shards.clone().filter(|s| s.owns_text(key)).count(), 1);
            assert_eq!(shards.filter(|s| s.owns_place(n)).count(), 1);
        }
    }
}
