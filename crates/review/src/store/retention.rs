//! Letting go: what may not be kept any more is erased, and what is left names nobody.

use grens_gateway::database::DatabaseError;
use grens_gateway::{Moment, database};
use rusqlite::{Connection, params};

use super::access::Step;
use super::chain::{self, Kind, New};
use super::settle::settle;
use super::{Store, settings};
use crate::error::Result;

/// What was erased, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Items that nobody judged in time.
    pub unreviewed: u64,
    /// Items with a verdict that stands, whose last entry is too old.
    pub reviewed: u64,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Items that are erased with one transaction. Whoever saves a verdict meanwhile waits for one.
const TOGETHER: usize = 1000;

/// Items past their time, with whether a verdict on them stands: one that was taken back keeps nothing. What is in somebody's hand waits for the next time.
const PAST: &str = "
    SELECT id, raters, last IS NOT NULL FROM (
        SELECT id, raters, found_ms, CASE WHEN EXISTS (SELECT 1 FROM judge WHERE judge.item = item.id)
            THEN (SELECT max(at_ms) FROM entry WHERE entry.item = item.id) END AS last FROM item
        WHERE erased_ms IS NULL AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id AND until_ms > ?1)
    ) WHERE CASE WHEN last IS NULL THEN found_ms <= ?2 ELSE last <= ?3 END ORDER BY id LIMIT ?4";

impl Store {
    /// Erase what is past its term: text, thread, place, finding, evidence, and what people wrote. Verdicts, articles, grounds, platform and months stay, for the
    /// statistics. Each erasure is an entry. With `dry_run` nothing is changed.
    ///
    /// # Errors
    /// When the store cannot be written; or, with [`grens_gateway::database::StoreError::Locked`], when all is erased and somebody who reads keeps the old pages in the write-ahead log: the
    /// next purge tries to empty it again.
    pub fn purge(&mut self, dry_run: bool) -> Result<Purged> {
        let mut purged = Purged::default();
        if dry_run {
            self.read(|db, now| {
                past(db, now, usize::MAX)?.iter().for_each(|one| purged.count(one));
                Ok(())
            })?;
            return Ok(purged);
        }
        loop {
            let erased = self.write(|db, now| {
                let erased = past(db, now, TOGETHER)?;
                for Past { item, raters, .. } in &erased {
                    chain::append(db, now, Kind::Erasure, New { item: Some(*item), ..New::default() })?;
                    erase(db, *item, now)?;
                    settle(db, *item, *raters)?;
                }
                Ok(erased)
            })?;
            erased.iter().for_each(|one| purged.count(one));
            if erased.len() < TOGETHER {
                break;
            }
        }
        // Also with nothing erased: the last purge may have met a reader.
        match database::empty_log(&self.db).map_err(|e| super::access::sorted(&self.path, e.into()))? {
            true => Ok(purged),
            false => Err(super::access::sorted(&self.path, DatabaseError::Locked)),
        }
    }
}

/// An item past its time.
struct Past {
    item: i64,
    raters: i64,
    was_judged: bool,
}

impl Purged {
    fn count(&mut self, past: &Past) {
        *(if past.was_judged { &mut self.reviewed } else { &mut self.unreviewed }) += 1;
    }
}

fn past(db: &Connection, now: Moment, most: usize) -> Step<Vec<Past>> {
    let settings = settings::read(db)?;
    let before = |days: u32| now.millis() - i64::from(days) * DAY_MS;
    let mut query = db.prepare(PAST)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let terms = params![now.millis(), before(settings.days_unreviewed), before(settings.days_reviewed), most];
    let rows =
        query.query_map(terms, |row| Ok(Past { item: row.get(0)?, raters: row.get(1)?, was_judged: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn erase(db: &Connection, item: i64, now: Moment) -> Step<()> {
    db.execute(
        "UPDATE item SET finding = NULL, text = NULL, thread = NULL, salt = NULL, erased_ms = ?2,
             posted_ms = unixepoch(posted_ms / 1000, 'unixepoch', 'start of month') * 1000 WHERE id = ?1",
        params![item, now.millis()],
    )?;
    db.execute("DELETE FROM words WHERE entry IN (SELECT seq FROM entry WHERE item = ?1)", [item])?;
    for table in ["evidence", "explained", "lease", "skip"] {
        db.execute(&format!("DELETE FROM {table} WHERE item = ?1"), [item])?;
    }
    Ok(())
}
