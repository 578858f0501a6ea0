//! What people wrote.

use std::collections::HashSet;

use rusqlite::OptionalExtension as _;

use super::Walk;
use crate::store::access::Step;
use crate::store::chain::{self, Kind};

impl Walk<'_> {
    /// What people wrote against its seals. Missing is only what an erasure took.
    pub(super) fn words(&mut self) -> Step<()> {
        let mut query = self.db.prepare("SELECT salt, words FROM words WHERE entry = ?1")?;
        let mut seals = vec![];
        for entries in self.by_item.values() {
            let erased_at = entries.iter().filter(|e| e.kind == Kind::Erasure).map(|e| e.seq).max().unwrap_or(0);
            seals.extend(entries.iter().filter_map(|e| Some((e.seq, e.words.clone()?, e.seq < erased_at))));
        }
        seals.sort_unstable();
        for (seq, seal, is_erased) in &seals {
            let row = query.query_row([seq], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?)));
            match row.optional()? {
                Some((salt, words)) if chain::seal(&salt, &words) == *seal => {}
                Some(_) => self.say(format!("what a person wrote with entry {seq} was changed")),
                None if *is_erased => {}
                None => self.say(format!("what a person wrote with entry {seq} was removed")),
            }
        }
        let known: HashSet<i64> = seals.into_iter().map(|(seq, ..)| seq).collect();
        let mut query = self.db.prepare("SELECT entry FROM words ORDER BY entry")?;
        let strangers: Vec<i64> = query
            .query_map([], |row| row.get(0))?
            .filter(|seq| seq.as_ref().map_or(true, |seq| !known.contains(seq)))
            .collect::<rusqlite::Result<_>>()?;
        for seq in strangers {
            self.say(format!("words stand with entry {seq} that it knows nothing of"));
        }
        Ok(())
    }
}
