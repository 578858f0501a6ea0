//! Reading and writing rows within a transaction that puts records in.

use grens_law::VerdictRecord;
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::Adding;
use crate::error::{GatewayError, Result};

/// An earlier record of the same post.
pub(super) struct Earlier {
    pub(super) key: String,
    pub(super) schema: String,
    pub(super) state: String,
    pub(super) attempts: i64,
}

/// Columns that every record has.
pub(super) struct Columns<'a> {
    pub(super) key: &'a str,
    pub(super) post: &'a str,
    pub(super) schema: &'static str,
    pub(super) standing: &'static str,
    pub(super) keep_until: &'a str,
}

impl Adding<'_> {
    /// Records of a post that stand: not corrected, and either on their way or perhaps there.
    pub(super) fn earlier(&self, post: &str) -> Result<Vec<Earlier>> {
        let mut query = self
            .transaction
            .prepare(
                "SELECT key, schema, state, attempts FROM record
                 WHERE post = ?1 AND standing <> 'correction' AND corrected_by IS NULL AND (state <> 'dead' OR attempts > 0)
                 ORDER BY seq",
            )
            .map_err(|e| self.failed(e))?;
        let rows = query.query_map([post], |row| {
            Ok(Earlier { key: row.get(0)?, schema: row.get(1)?, state: row.get(2)?, attempts: row.get(3)? })
        });
        rows.and_then(Iterator::collect).map_err(|e| self.failed(e))
    }

    pub(super) fn newest_verdict(&self, post: &str) -> Result<Option<i64>> {
        self.transaction
            .query_row("SELECT judged_ms FROM judged WHERE post = ?1", [post], |row| row.get(0))
            .optional()
            .map_err(|e| self.failed(e))
    }

    pub(super) fn remember(&self, post: &str, judged_ms: i64, verdict: &VerdictRecord) -> Result<()> {
        self.execute(
            "INSERT INTO judged (post, judged_ms, verdict) VALUES (?1, ?2, ?3)
             ON CONFLICT (post) DO UPDATE SET judged_ms = excluded.judged_ms, verdict = excluded.verdict",
            params![post, judged_ms, verdict.verdict.name()],
        )?;
        Ok(())
    }

    pub(super) fn is_known(&self, key: &str) -> Result<bool> {
        self.transaction
            .query_row("SELECT 1 FROM record WHERE key = ?1", [key], |_| Ok(()))
            .optional()
            .map(|found| found.is_some())
            .map_err(|e| self.failed(e))
    }

    /// Whether the record is new, and put in.
    pub(super) fn insert(&mut self, columns: &Columns<'_>, record: &impl Serialize) -> Result<bool> {
        if *columns.keep_until <= *self.now.day() {
            self.added.expired += 1;
            return Ok(false);
        }
        let body = serde_json::to_string(record)
            .map_err(|e| GatewayError::Write { path: self.path.to_owned(), source: e.into() })?;
        let Columns { key, post, schema, standing, keep_until } = columns;
        let rows = self.execute(
            "INSERT INTO record (key, post, schema, standing, body, next_try_ms, keep_until, added_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7) ON CONFLICT (key) DO NOTHING",
            params![key, post, schema, standing, body, keep_until, self.now.millis()],
        )?;
        self.added.known += u64::from(rows == 0);
        Ok(rows > 0)
    }

    pub(super) fn execute(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<usize> {
        self.transaction.prepare(sql).and_then(|mut s| s.execute(values)).map_err(|e| self.failed(e))
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> GatewayError {
        crate::outbox::failure(self.path, error)
    }
}
