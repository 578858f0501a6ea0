//! Reading and writing rows within a transaction that puts records in.

use grens_law::VerdictRecord;
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::Adding;
use crate::error::{GatewayError, Result};
use crate::key;
use crate::record::{CANDIDATE_SCHEMA, CandidateRecord, NOTICE_SCHEMA, NoticeDraftRecord};

/// An earlier record of the same post.
pub(super) struct Earlier {
    pub(super) key: String,
    pub(super) schema: String,
    pub(super) state: String,
    pub(super) attempts: i64,
}

/// The newest verdict on a post that was acted on.
pub(super) struct Newest {
    pub(super) judged_ms: i64,
    pub(super) verdict: String,
    /// Whether it was about something: a finding, or a record.
    pub(super) is_matched: bool,
}

/// Columns that every record has.
pub(super) struct Columns<'a> {
    pub(super) key: &'a str,
    pub(super) post: &'a str,
    /// [`crate::key::twin`] of the post; a correction needs none.
    pub(super) twin: Option<&'a str>,
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

    /// The candidate in the newest record about a post that still has its body.
    pub(super) fn newest_candidate(&self, post: &str) -> Result<Option<CandidateRecord>> {
        let newest = self.transaction.query_row(
            "SELECT schema, body FROM record WHERE post = ?1 AND standing <> 'correction' AND body IS NOT NULL ORDER BY seq DESC LIMIT 1",
            [post],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
        );
        let Some((schema, body)) = newest.optional().map_err(|e| self.failed(e))? else { return Ok(None) };
        // What another version wrote otherwise is as good as not there.
        Ok(match schema.as_str() {
            NOTICE_SCHEMA => serde_json::from_str::<NoticeDraftRecord>(&body).ok().map(|notice| notice.candidate),
            CANDIDATE_SCHEMA => serde_json::from_str(&body).ok(),
            _ => None,
        })
    }

    pub(super) fn newest_verdict(&self, post: &str) -> Result<Option<Newest>> {
        self.transaction
            .query_row("SELECT judged_ms, verdict, matched FROM judged WHERE post = ?1", [post], |row| {
                Ok(Newest { judged_ms: row.get(0)?, verdict: row.get(1)?, is_matched: row.get(2)? })
            })
            .optional()
            .map_err(|e| self.failed(e))
    }

    pub(super) fn remember(&self, post: &str, judged_ms: i64, verdict: &VerdictRecord, is_matched: bool) -> Result<()> {
        let twin = key::twin(&verdict.id, &verdict.text_sha256);
        self.execute(
            "INSERT INTO judged (post, judged_ms, verdict, twin, matched) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (post) DO UPDATE SET judged_ms = excluded.judged_ms, verdict = excluded.verdict, twin = excluded.twin,
                 matched = max(matched, excluded.matched)",
            params![post, judged_ms, verdict.verdict.name(), twin, is_matched],
        )?;
        Ok(())
    }

    pub(super) fn is_known(&self, key: &str) -> Result<bool> {
        self.is_there("SELECT 1 FROM record WHERE key = ?1", key)
    }

    /// Whether there is or was any record about a post.
    pub(super) fn has_records(&self, post: &str) -> Result<bool> {
        self.is_there("SELECT 1 FROM record WHERE post = ?1", post)
    }

    /// Whether a record stands about an id and text, under whichever platform and address.
    pub(super) fn stands_elsewhere(&self, twin: &str) -> Result<bool> {
        self.is_there(
            "SELECT 1 FROM record WHERE twin = ?1 AND corrected_by IS NULL AND (state <> 'dead' OR attempts > 0)",
            twin,
        )
    }

    /// Whether a verdict that matches nothing names an id and text, under whichever platform and address.
    pub(super) fn is_judged_elsewhere(&self, twin: &str) -> Result<bool> {
        self.is_there("SELECT 1 FROM judged WHERE twin = ?1 AND NOT matched", twin)
    }

    /// Whether the newest verdict on a post is that it is no candidate.
    pub(super) fn is_turned_down(&self, post: &str) -> Result<bool> {
        self.is_there("SELECT 1 FROM judged WHERE post = ?1 AND verdict IN ('not_candidate', 'outside_law')", post)
    }

    fn is_there(&self, sql: &str, value: &str) -> Result<bool> {
        let found = self.transaction.prepare(sql).and_then(|mut query| query.exists([value]));
        found.map_err(|e| self.failed(e))
    }

    /// Whether the record is new, and put in.
    pub(super) fn insert(&mut self, columns: &Columns<'_>, record: &impl Serialize) -> Result<bool> {
        if *columns.keep_until <= *self.now.day() {
            self.added.expired += 1;
            return Ok(false);
        }
        let body = serde_json::to_string(record)
            .map_err(|e| GatewayError::Write { path: self.path.to_owned(), source: e.into() })?;
        let Columns { key, post, twin, schema, standing, keep_until } = columns;
        let rows = self.execute(
            "INSERT INTO record (key, post, twin, schema, standing, body, next_try_ms, keep_until, added_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8) ON CONFLICT (key) DO NOTHING",
            params![key, post, twin, schema, standing, body, keep_until, self.now.millis()],
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
