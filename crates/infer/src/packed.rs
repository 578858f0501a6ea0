//! Posts as the encoder takes them: all tokens of a batch in one row, no padding.

use std::ops::Range;

/// Tokens of some posts, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackedBatch {
    ids: Vec<u32>,
    lengths: Vec<usize>,
}

impl PackedBatch {
    /// Pack token ids, one slice a post. Empty posts are not allowed: every encoding has its special tokens.
    #[must_use]
    pub fn new<'a>(posts: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut batch = Self::default();
        for ids in posts {
            batch.ids.extend_from_slice(ids);
            batch.lengths.push(ids.len());
        }
        batch
    }

    /// Token ids of all posts, `[total_tokens]`.
    #[must_use]
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Tokens per post, in order; they add up to `ids().len()`.
    #[must_use]
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Each post's ids.
    pub fn posts(&self) -> impl Iterator<Item = &[u32]> {
        let mut first = 0;
        self.lengths.iter().map(move |&n| {
            first += n;
            &self.ids[first - n..first]
        })
    }
}

/// Cut a list of lengths into ranges of neighbours of about `budget` tokens: equal shares, within a post, and as many as keep
/// `threads` threads busy to the end. No range is empty.
#[must_use]
pub fn equal_ranges(lengths: &[usize], budget: usize, threads: usize) -> Vec<Range<usize>> {
    let total: usize = lengths.iter().sum();
    let shares = total.div_ceil(budget.max(1)).next_multiple_of(threads.max(1)).max(1);
    let mut ranges = vec![];
    let (mut start, mut tokens) = (0, 0);
    for (i, &n) in lengths.iter().enumerate() {
        tokens += n;
        // Up to here all ranges hold this many shares, so that what one has too much the next has less.
        if tokens * shares >= total * (ranges.len() + 1) {
            ranges.push(start..i + 1);
            start = i + 1;
        }
    }
    if start < lengths.len() {
        ranges.push(start..lengths.len());
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_cover_all_once_in_equal_shares(
            lengths in prop::collection::vec(1usize..50, 0..60), budget in 1usize..100, threads in 1usize..5,
        ) {
            let ranges = equal_ranges(&lengths, budget, threads);
            let joined: Vec<usize> = ranges.iter().cloned().flatten().collect();
            prop_assert_eq!(joined, (0..lengths.len()).collect::<Vec<_>>());
            let longest = lengths.iter().copied().max().unwrap_or(0);
            for r in ranges {
                prop_assert!(!r.is_empty() && lengths[r].iter().sum::<usize>() <= budget + longest);
            }
        }
    }
}
