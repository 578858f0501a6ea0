//! Letting go: what may not be kept any more is erased, and what is left names nobody.

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
    /// Items whose last entry is too old.
    pub reviewed: u64,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Items past their time, with whether anybody judged them. What is in somebody's hand waits for the next time.
const PAST: &str = "
    SELECT id, raters, last IS NOT NULL FROM (
        SELECT id, raters, found_ms, (SELECT max(at_ms) FROM entry WHERE entry.item = item.id) AS last FROM item
        WHERE erased_ms IS NULL AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id AND until_ms > ?1)
    ) WHERE CASE WHEN last IS NULL THEN found_ms <= ?2 ELSE last <= ?3 END ORDER BY id";

impl Store {
    /// Erase what is past its term: text, thread, place, finding, evidence, and what people wrote. Verdicts, articles, grounds, platform and months stay, for the
    /// statistics. Each erasure is an entry. With `dry_run` nothing is changed.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn purge(&mut self, dry_run: bool) -> Result<Purged> {
        let purged = self.write(|db, now| {
            let settings = settings::read(db)?;
            let before = |days: u32| now.millis() - i64::from(days) * DAY_MS;
            let mut query = db.prepare(PAST)?;
            let terms = params![now.millis(), before(settings.days_unreviewed), before(settings.days_reviewed)];
            let rows = query.query_map(terms, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let past: Vec<(i64, i64, bool)> = rows.collect::<rusqlite::Result<_>>()?;
            let mut purged = Purged::default();
            for (item, raters, was_judged) in past {
                *(if was_judged { &mut purged.reviewed } else { &mut purged.unreviewed }) += 1;
                if !dry_run {
                    let new = New { item: Some(item), ..New::default() };
                    chain::append(db, now, Kind::Erasure, new)?;
                    erase(db, item, now)?;
                    settle(db, item, raters)?;
                }
            }
            Ok(purged)
        })?;
        if !dry_run && purged != Purged::default() {
            database::empty_log(&self.db).map_err(|e| super::access::sorted(&self.path, e.into()))?;
        }
        Ok(purged)
    }
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
