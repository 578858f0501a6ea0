//! Taking dead letters up again, writing everything out, and letting go of what may not be kept.

use rusqlite::params;
use serde::Serialize;

use super::Outbox;
use crate::database;
use crate::error::Result;
use crate::retention::Moment;

/// Where a record is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be sent.
    Pending,
    /// The receiver has it.
    Sent,
    /// Given up, taken back or past its time.
    Dead,
}

impl State {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Sent, Self::Dead];

    /// The name in the outbox.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }
}

/// A record with its place in the outbox, as `grens outbox export` writes it.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// Where it is.
    pub state: String,
    /// Why it is dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Times that it may have left.
    pub attempts: u64,
    /// The last reason of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Key of the record that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<String>,
    /// Its key.
    pub key: String,
    /// The record as it is sent, JSON; nothing once its retention date has passed.
    #[serde(skip)]
    pub record: Option<String>,
}

impl Exported {
    /// All of it as one line of JSON, the record as its last field, to the byte as it is sent.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.truncate(line.len().saturating_sub(1));
        line + ",\"record\":" + self.record.as_deref().unwrap_or("null") + "}"
    }
}

/// What a purge has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Bodies removed.
    pub removed: usize,
    /// Whether the write-ahead log is empty, which holds old pages: false while another process reads.
    pub is_log_empty: bool,
}

impl Outbox {
    /// Take dead letters up again: that with `key`, or all that were given up for failing. What was taken back or is past its time stays dead. A pause that
    /// the receiver asked for is over with it. Returns how many will be tried again.
    ///
    /// # Errors
    /// When the outbox cannot be written.
    pub fn retry(&self, key: Option<&str>) -> Result<usize> {
        self.end_pause()?;
        self.db
            .execute(
                "UPDATE record SET state = 'pending', cause = NULL, tries = 0, next_try_ms = 0, ended_ms = NULL
                 WHERE state = 'dead' AND cause IN ('tries', 'refused') AND body IS NOT NULL AND (?1 IS NULL OR key = ?1)",
                params![key],
            )
            .map_err(|e| self.failed(e))
    }

    /// Hand every record to `take`, in the order in which they were put in; those in one state, or all.
    ///
    /// # Errors
    /// When the outbox cannot be read. What `take` fails with ends the walk and is the inner result.
    pub fn export<E>(
        &self,
        state: Option<State>,
        mut take: impl FnMut(&Exported) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<(), E>> {
        let mut walk = || {
            let mut query = self.db.prepare(
                "SELECT state, cause, attempts, last_error, corrected_by, key, body FROM record
                 WHERE ?1 IS NULL OR state = ?1 ORDER BY seq",
            )?;
            let mut rows = query.query([state.map(State::name)])?;
            while let Some(row) = rows.next()? {
                let exported = Exported {
                    state: row.get(0)?,
                    cause: row.get(1)?,
                    attempts: row.get(2)?,
                    last_error: row.get(3)?,
                    corrected_by: row.get(4)?,
                    key: row.get(5)?,
                    record: row.get(6)?,
                };
                if let Err(e) = take(&exported) {
                    return Ok(Err(e));
                }
            }
            Ok(Ok(()))
        };
        walk().map_err(|e| self.failed(e))
    }

    /// Remove the bodies of all records whose retention date has passed; keys and counts stay, so that nothing is sent twice. What was still pending is
    /// dead then (`expired`).
    ///
    /// # Errors
    /// When the outbox cannot be written.
    pub fn purge(&self) -> Result<Purged> {
        let now = Moment::now();
        let removed = self
            .db
            .execute(
                "UPDATE record SET body = NULL,
                     cause = CASE state WHEN 'pending' THEN 'expired' ELSE cause END,
                     ended_ms = CASE state WHEN 'pending' THEN ?2 ELSE ended_ms END,
                     state = CASE state WHEN 'pending' THEN 'dead' ELSE state END
                 WHERE keep_until <= ?1 AND body IS NOT NULL",
                params![now.day(), now.millis()],
            )
            .map_err(|e| self.failed(e))?;
        // Also with nothing removed: the last purge may have met a reader.
        let is_log_empty = database::empty_log(&self.db).map_err(|e| self.failed(e))?;
        Ok(Purged { removed, is_log_empty })
    }
}
