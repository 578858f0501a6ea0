//! Taking records out, one by one, and writing down what became of them.

use std::time::Duration;

use grens_law::SendRule;
use rusqlite::{OptionalExtension as _, params};

use super::Outbox;
use crate::error::Result;
use crate::retention::Moment;

/// A record whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) seq: i64,
    /// Its key.
    pub key: String,
    /// Its kind, such as `grens.notice-draft/1`.
    pub schema: String,
    /// The record as it is sent, JSON.
    pub body: String,
    /// Failures so far that speak against the record itself.
    pub tries: u32,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A record is due.
    Due(Box<Entry>),
    /// The first record is due after so long.
    In(Duration),
    /// Nothing is left that may go out.
    Nothing,
}

/// What a failure speaks against, and what it says of the record's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Against the record: it counts a try.
    Record,
    /// Against the receiver.
    Receiver,
    /// Against the way: no connection came about, so that the attempt was none.
    Unreached,
}

impl Outbox {
    /// The record whose turn it is under `rule`, unless the receiver wants to be left alone. Records of one post leave in the order in which they were put
    /// in. What is past its retention date does not leave.
    pub(crate) fn next(&self, rule: SendRule) -> Result<Next> {
        let (now, today) = (Moment::now().millis(), Moment::now().day());
        // Both columns of the condition stand in the index of posts; a post has a handful of records.
        let first = self
            .db
            .prepare(
                "SELECT seq, key, schema, body, tries, next_try_ms FROM record r
                 WHERE state = 'pending' AND standing <> ?1 AND body IS NOT NULL AND keep_until > ?2 AND NOT EXISTS (
                     SELECT 1 FROM record e WHERE e.post = r.post AND e.seq < r.seq AND e.state = 'pending' AND e.standing <> ?1
                     AND e.keep_until > ?2)
                 ORDER BY next_try_ms, seq LIMIT 1",
            )
            .and_then(|mut query| {
                query
                    .query_row([held_back(rule), &today], |row| {
                        let entry = Entry {
                            seq: row.get(0)?,
                            key: row.get(1)?,
                            schema: row.get(2)?,
                            body: row.get(3)?,
                            tries: row.get(4)?,
                        };
                        Ok((entry, row.get::<_, i64>(5)?))
                    })
                    .optional()
            })
            .map_err(|e| self.failed(e))?;
        let Some((entry, at)) = first else { return Ok(Next::Nothing) };
        let at = at.max(self.pause()?.until_ms);
        if at > now {
            return Ok(Next::In(Duration::from_millis((at - now).unsigned_abs())));
        }
        Ok(Next::Due(Box::new(entry)))
    }

    /// Write down that the record is about to leave. Returns whether it still may: another process may have taken it back, or its last day has passed.
    pub(crate) fn begin(&self, entry: &Entry) -> Result<bool> {
        self.change(
            "UPDATE record SET attempts = attempts + 1 WHERE seq = ?1 AND state = 'pending' AND keep_until > ?2",
            params![entry.seq, Moment::now().day()],
        )
    }

    pub(crate) fn sent(&self, entry: &Entry) -> Result<bool> {
        let now = Moment::now().millis();
        self.change(
            "UPDATE record SET state = 'sent', last_error = NULL, ended_ms = ?2 WHERE seq = ?1 AND state = 'pending'",
            params![entry.seq, now],
        )
    }

    /// Write down a failure, to be tried again after `wait`.
    pub(crate) fn failed_once(&self, entry: &Entry, why: &str, wait: Duration, failed: Failed) -> Result<bool> {
        let (tries, attempts) = (i64::from(failed == Failed::Record), i64::from(failed == Failed::Unreached));
        self.change(
            "UPDATE record SET tries = tries + ?2, attempts = attempts - ?3, next_try_ms = ?4, last_error = ?5
             WHERE seq = ?1 AND state = 'pending'",
            params![entry.seq, tries, attempts, after(wait), why],
        )
    }

    /// Write down that the record is given up. `cause` is `tries` or `refused`.
    pub(crate) fn dead(&self, entry: &Entry, cause: &str, why: &str) -> Result<bool> {
        let now = Moment::now().millis();
        self.change(
            "UPDATE record SET state = 'dead', cause = ?2, last_error = ?3, ended_ms = ?4, tries = tries + 1
             WHERE seq = ?1 AND state = 'pending'",
            params![entry.seq, cause, why, now],
        )
    }

    /// How many pending records `rule` keeps in.
    pub(crate) fn held(&self, rule: SendRule) -> Result<u64> {
        self.pending("=", rule)
    }

    /// How many pending records may go out under `rule`.
    pub(crate) fn left(&self, rule: SendRule) -> Result<u64> {
        self.pending("<>", rule)
    }

    fn pending(&self, compared: &str, rule: SendRule) -> Result<u64> {
        let sql = format!(
            "SELECT count(*) FROM record WHERE state = 'pending' AND keep_until > ?2 AND standing {compared} ?1"
        );
        let values = params![held_back(rule), Moment::now().day()];
        self.db.query_row(&sql, values, |row| row.get(0)).map_err(|e| self.failed(e))
    }

    pub(crate) fn change(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<bool> {
        self.db
            .prepare(sql)
            .and_then(|mut statement| statement.execute(values))
            .map(|rows| rows > 0)
            .map_err(|e| self.failed(e))
    }
}

/// That long from now, in milliseconds since 1970.
pub(super) fn after(wait: Duration) -> i64 {
    Moment::now().millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// The standing that a rule keeps in; none for the widest.
const fn held_back(rule: SendRule) -> &'static str {
    match rule {
        SendRule::HumanConfirmed => "not_yet_judged",
        SendRule::Candidate => "",
    }
}
