//! The entries themselves: each after the one before it, to the end that was written down.

use std::collections::HashSet;

use rusqlite::OptionalExtension as _;

use super::{ChainEnd, Walk};
use crate::store::access::Step;
use crate::store::chain::{self, Body, Kind};

impl Walk<'_> {
    /// The chain itself. Returns how many entries there are, and its end.
    pub(super) fn chain(&mut self) -> Step<(u64, ChainEnd)> {
        let mut query =
            self.db.prepare("SELECT seq, kind, item, by, at_ms, body, previous, hash FROM entry ORDER BY seq")?;
        let mut rows = query.query([])?;
        let (mut count, mut end) = (0, ChainEnd { entry: 0, hash: String::new() });
        let noted: HashSet<i64> = self.noted.iter().map(|n| n.entry).collect();
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let (text, previous, hash): (String, String, String) = (row.get(5)?, row.get(6)?, row.get(7)?);
            count += 1;
            if seq != end.entry + 1 {
                self.say(format!("entries {} to {} are missing", end.entry + 1, seq - 1));
            }
            if previous != end.hash {
                self.say(format!("entry {seq} does not follow the entry before it: one was changed, moved or removed"));
            }
            if chain::link(&previous, &text) != hash {
                self.say(format!("entry {seq} was changed: its hash does not fit"));
            }
            let columns = (row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            self.entry(seq, &text, &columns);
            if noted.contains(&seq) {
                self.hashes.insert(seq, hash.clone());
            }
            end = ChainEnd { entry: seq, hash };
        }
        let (kept, kept_hash) = chain::end(self.db).optional()?.unwrap_or_default();
        if kept > end.entry {
            self.say(format!("the chain was cut off: it ends with entry {}, and had {kept}", end.entry));
        } else if kept != end.entry || kept_hash != end.hash {
            self.say(format!("the end of the chain is not what was written down: entry {kept}"));
        }
        for noted in self.noted.iter().filter(|n| n.entry > 0) {
            if self.hashes.get(&noted.entry) != Some(&noted.hash) {
                self.say(format!(
                    "entry {} is not the one that was noted: the chain was cut off or made anew",
                    noted.entry
                ));
            }
        }
        Ok((count, end))
    }

    fn entry(&mut self, seq: i64, text: &str, columns: &(String, Option<i64>, Option<String>, i64)) {
        let Ok(body) = serde_json::from_str::<Body>(text) else {
            self.say(format!("entry {seq} cannot be read"));
            return;
        };
        let at_ms = grens_gateway::Moment::parse(&body.at).map(grens_gateway::Moment::millis);
        let (kind, item, by, column_ms) = columns;
        let fits = body.seq == seq
            && body.kind.name() == kind
            && body.item == *item
            && body.by == *by
            && at_ms == Some(*column_ms);
        if !fits {
            self.say(format!("entry {seq} was changed: its columns say something else than its body"));
        }
        if let (Kind::Import, Some(import)) = (body.kind, &body.import) {
            self.imports.push((seq, import.clone()));
        }
        if let Some(beside) = &body.beside {
            self.last.take(beside.clone());
        }
        if let Some(item) = body.item {
            self.by_item.entry(item).or_default().push(body);
        }
    }
}
