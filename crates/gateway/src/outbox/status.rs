//! Looking into an outbox.

use super::Outbox;
use crate::error::Result;
use crate::retention::Moment;

/// How many records of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The state, with the cause where it is dead: `pending`, `sent`, `dead (refused)`.
    pub state: String,
    /// The kind.
    pub schema: String,
    /// How many.
    pub records: u64,
}

/// A record that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub schema: String,
    /// How often it failed.
    pub tries: u64,
    /// The last reason.
    pub why: String,
    /// When it was given up: RFC 3339, UTC.
    pub ended_at: String,
}

/// What an outbox holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Counts, in a fixed order.
    pub counts: Vec<StateCount>,
    /// When the oldest pending record was put in: RFC 3339, UTC.
    pub oldest_pending: Option<String>,
    /// When the next try is due: RFC 3339, UTC. Past or now for a record that waits for a `deliver`.
    pub next_try: Option<String>,
    /// Until when the receiver wants to be left alone, if that is to come: RFC 3339, UTC.
    pub paused_until: Option<String>,
    /// Records that were given up for failing, oldest first, at most 20. Not those that were taken back or expired.
    pub dead_letters: Vec<DeadLetter>,
}

impl Outbox {
    /// What the outbox holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn status(&self) -> Result<Status> {
        let counts = self.rows(
            "SELECT CASE state WHEN 'dead' THEN 'dead (' || cause || ')' ELSE state END AS shown, schema, count(*) FROM record
             GROUP BY shown, schema ORDER BY state = 'dead', shown, schema",
            |row| Ok(StateCount { state: row.get(0)?, schema: row.get(1)?, records: row.get(2)? }),
        )?;
        let times = self.rows("SELECT min(added_ms), min(next_try_ms) FROM record WHERE state = 'pending'", |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let (oldest, next) = times.first().copied().unwrap_or_default();
        let dead_letters = self.rows(
            "SELECT key, schema, tries, coalesce(last_error, ''), coalesce(ended_ms, 0) FROM record
             WHERE state = 'dead' AND cause IN ('tries', 'refused') ORDER BY ended_ms, seq LIMIT 20",
            |row| {
                Ok(DeadLetter {
                    key: row.get(0)?,
                    schema: row.get(1)?,
                    tries: row.get(2)?,
                    why: row.get(3)?,
                    ended_at: Moment::from_millis(row.get(4)?).text(),
                })
            },
        )?;
        let text = |ms: i64| Moment::from_millis(ms).text();
        let paused_until = Some(self.pause()?.until_ms).filter(|&ms| ms > Moment::now().millis()).map(text);
        Ok(Status {
            counts,
            oldest_pending: oldest.map(text),
            next_try: next.filter(|&ms| ms > 0).map(text),
            paused_until,
            dead_letters,
        })
    }

    fn rows<T>(&self, sql: &str, make: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let read = || self.db.prepare(sql)?.query_map([], make)?.collect::<rusqlite::Result<Vec<T>>>();
        read().map_err(|e| self.failed(e))
    }
}
