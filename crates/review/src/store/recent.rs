//! A person's own last verdicts.

use grens_law::Judgement;
use rusqlite::params;

use super::rows::entries;
use super::undo::can_undo;
use super::{EntryId, ItemId, Store, User};
use crate::error::Result;

/// An earlier verdict of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Which item.
    pub item: ItemId,
    /// Which entry.
    pub entry: EntryId,
    /// What was decided.
    pub verdict: Judgement,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Whether it can still be undone.
    pub can_undo: bool,
}

impl Store {
    /// The last verdicts of a person that stand, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recent(&self, user: &User, limit: usize) -> Result<Vec<Recent>> {
        self.read(|db, now| {
            let mut query = db.prepare(
                "SELECT item, entry FROM rating WHERE by = ?1 AND round = (SELECT round FROM item WHERE id = rating.item)
                 ORDER BY entry DESC LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![user.pseudonym, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
            let mut recent = vec![];
            for (item, entry) in found {
                for body in entries(db, item)?.into_iter().filter(|e| e.seq == entry) {
                    let can_undo = can_undo(&body, now);
                    let Some(said) = body.verdict else { continue };
                    recent.push(Recent {
                        item: ItemId(item),
                        entry: EntryId(entry),
                        verdict: said.verdict,
                        at: body.at,
                        can_undo,
                    });
                }
            }
            Ok(recent)
        })
    }
}
