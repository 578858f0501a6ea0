//! Copies, evidence, and what the queue holds.

use std::path::Path;

use grens_gateway::{Moment, database};
use grens_law::ModelRef;
use rusqlite::{OptionalExtension as _, params};

use super::codes::lane_code;
use super::{ChainEnd, Evidence, ItemId, Lane, Store, chain};
use crate::error::{Result, ReviewError};

/// What a queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Items by lane, the most urgent lane first.
    pub open: Vec<(Lane, u64)>,
    /// Items in somebody's hand.
    pub in_hand: u64,
    /// Items that are done, by outcome.
    pub done: Vec<(String, u64)>,
    /// Items that are erased.
    pub erased: u64,
    /// When the oldest open item was found: RFC 3339, UTC.
    pub oldest_found_at: Option<String>,
    /// Items without why-highlights that are open.
    pub unexplained: u64,
    /// The end of the chain.
    pub end: ChainEnd,
}

impl Store {
    /// What the queue holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn status(&self) -> Result<Status> {
        self.read(|db, now| {
            let count = |sql: &str, value: i64| db.query_row(sql, [value], |row| row.get::<_, u64>(0));
            let open = "SELECT count(*) FROM item WHERE lane = ?1";
            let mut done = db.prepare(
                "SELECT outcome, count(*) FROM item WHERE lane IS NULL AND outcome IS NOT NULL GROUP BY outcome ORDER BY outcome",
            )?;
            let (entry, hash) = chain::end(db)?;
            let oldest = "SELECT min(found_ms) FROM item WHERE lane IS NOT NULL";
            let lanes = Lane::ALL.into_iter().map(|lane| Ok((lane, count(open, lane_code(lane))?)));
            Ok(Status {
                open: lanes.collect::<rusqlite::Result<_>>()?,
                in_hand: count("SELECT count(*) FROM lease WHERE until_ms > ?1", now.millis())?,
                done: done.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?,
                erased: count("SELECT count(*) FROM item WHERE erased_ms > ?1", -1)?,
                oldest_found_at: db
                    .query_row(oldest, [], |row| row.get::<_, Option<i64>>(0))?
                    .map(|ms| Moment::from_millis(ms).text()),
                unexplained: count(
                    "SELECT count(*) FROM item WHERE lane >= ?1 AND NOT EXISTS (SELECT 1 FROM explained WHERE item = id)",
                    0,
                )?,
                end: ChainEnd { entry, hash },
            })
        })
    }

    /// The end of the chain as it is written down: to be noted somewhere else. [`Store::verify`] looks whether it is what it says.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn end(&self) -> Result<ChainEnd> {
        self.read(|db, _| {
            let (entry, hash) = chain::end(db)?;
            Ok(ChainEnd { entry, hash })
        })
    }

    /// Open items scored by `model` whose why-highlights were not computed, with their texts, those first that are first in the queue. At most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unexplained(&self, model: &ModelRef, limit: u32) -> Result<Vec<(ItemId, String)>> {
        self.read(|db, _| {
            let mut query = db.prepare(
                "SELECT id, text FROM item WHERE lane IS NOT NULL AND text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM explained WHERE item = id)
                     AND finding ->> '$.model.hash' = ?1
                 ORDER BY lane, severity DESC, id LIMIT ?2",
            )?;
            let rows = query.query_map(params![model.hash, limit], |row| Ok((ItemId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Keep the words that weigh most in an item's score, the strongest first, with the model that said so. What was kept before goes.
    ///
    /// # Errors
    /// When there is no such item, its text is erased, another model scored it (its words would explain another score), a span does not stand in it, or the store
    /// cannot be written.
    pub fn put_evidence(&mut self, item: ItemId, evidence: &[Evidence], model: &ModelRef) -> Result<()> {
        self.write(|db, now| {
            let row = db.query_row("SELECT text, finding ->> '$.model.hash' FROM item WHERE id = ?1", [item.0], |row| {
                Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?))
            });
            let (Some(text), scored_by) = row.optional()?.ok_or(ReviewError::NoItem(item))? else {
                return Err(ReviewError::Erased(item).into());
            };
            if scored_by.as_ref() != Some(&model.hash) {
                return Err(ReviewError::NotNow { item, problem: "another model scored it" }.into());
            }
            db.execute("DELETE FROM evidence WHERE item = ?1", [item.0])?;
            let mut insert = db.prepare("INSERT INTO evidence (item, place, start, stop, fall) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (place, Evidence { span, drop }) in evidence.iter().enumerate() {
                span.check(&text).map_err(ReviewError::from)?;
                insert.execute(params![item.0, place, span.start, span.end, f64::from(*drop)])?;
            }
            db.execute(
                "INSERT INTO explained (item, model) VALUES (?1, ?2) ON CONFLICT (item) DO UPDATE SET model = excluded.model",
                params![item.0, model.name],
            )?;
            super::proof::highlights(db, now, item.0)
        })
    }

    /// Write a copy of one state of the queue to `to`, which must not be there; others may go on judging meanwhile. The copy is whole or not there, and readable
    /// by its owner alone.
    ///
    /// # Errors
    /// When `to` is there already or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<()> {
        let failed = |source| ReviewError::Write { path: to.to_owned(), source };
        if to.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = to.with_file_name(name);
        let written = self.write_copy(&part).and_then(|()| std::fs::rename(&part, to).map_err(failed));
        if written.is_err() {
            // Nothing is left that could be taken for a copy.
            let _ = std::fs::remove_file(&part);
        }
        written
    }

    fn write_copy(&self, part: &Path) -> Result<()> {
        let failed = |source| ReviewError::Write { path: part.to_owned(), source };
        match std::fs::remove_file(part) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
        database::owners_alone(part).map_err(failed)?;
        let place = part.to_string_lossy();
        self.db.execute("VACUUM INTO ?1", [&*place]).map_err(|e| super::access::sorted(part, e.into()))?;
        // The copy is in the system's hands; this brings it to the disk.
        std::fs::File::open(part).and_then(|file| file.sync_all()).map_err(failed)
    }
}
