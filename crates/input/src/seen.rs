//! Ids that were seen, so that one that comes twice is found.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

/// First half of an id's SHA-256: exact ids of ten million posts would not fit in memory, and a shorter hash could be made to collide by
/// somebody who wants a post of theirs passed over.
type Key = [u8; 16];

/// Remembers all ids, or, for an input that never ends, at least the latest so many.
pub(super) struct Seen {
    now: HashSet<Key>,
    /// What was remembered when `now` was last full.
    before: HashSet<Key>,
    at_least: Option<usize>,
}

impl Seen {
    pub(super) fn new(at_least: Option<usize>) -> Self {
        Self { now: HashSet::new(), before: HashSet::new(), at_least }
    }

    /// Whether an id is new; from now on it is not.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let digest = Sha256::digest(id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        if self.before.contains(&key) || !self.now.insert(key) {
            return false;
        }
        if self.at_least.is_some_and(|most| self.now.len() >= most) {
            self.before = std::mem::take(&mut self.now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_ids_are_remembered_and_memory_is_bounded() {
        let mut seen = Seen::new(Some(10));
        for i in 0..1000_u32 {
            assert!(seen.insert(&i.to_string()));
            assert!(!seen.insert(&i.saturating_sub(9).to_string()), "the tenth latest id is remembered");
            assert!(seen.now.len() + seen.before.len() <= 20);
        }
        assert!(seen.insert("5"), "an old one is not");
    }

    #[test]
    fn without_a_bound_all_are_remembered() {
        let mut seen = Seen::new(None);
        assert!(
            (0..1000).all(|i: u32| seen.insert(&i.to_string())) && !(0..1000).any(|i: u32| seen.insert(&i.to_string()))
        );
    }
}
