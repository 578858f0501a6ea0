//! What an outbox knows of its receiver: which one it is, and until when it wants to be left alone. Both outlast the process that learnt them.

use std::time::Duration;

use rusqlite::params;
use sha2::{Digest, Sha256};

use super::Outbox;
use super::queue::after;
use crate::error::{GatewayError, Result};

/// When nothing is to be sent, whichever the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pause {
    /// Until then: milliseconds since 1970.
    pub(crate) until_ms: i64,
    /// Pauses in a row; the waits grow with them.
    pub(crate) in_a_row: u32,
}

impl Outbox {
    /// Whether records may go to the receiver with this whole address, of which `name` may be shown. An outbox belongs to the first receiver that took something: what
    /// is marked as sent is there and nowhere else. With `has_moved` this one takes the earlier one's place.
    ///
    /// # Errors
    /// When something was sent to another one.
    pub(crate) fn is_for(&self, address: &str, name: &str, has_moved: bool) -> Result<()> {
        let bound: (Option<String>, Option<String>) = self
            .db
            .query_row("SELECT target, name FROM receiver", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|e| self.failed(e))?;
        match bound.0 {
            Some(target) if target != hash(address) && has_moved => {
                self.change("UPDATE receiver SET target = NULL, name = NULL, pause_until_ms = 0, pauses = 0", &[])?;
                Ok(())
            }
            Some(target) if target != hash(address) => Err(GatewayError::OtherReceiver {
                path: self.path.clone(),
                was: bound.1.unwrap_or_default(),
                given: name.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Remember that this receiver has taken something.
    pub(crate) fn bind(&self, address: &str, name: &str) -> Result<()> {
        let sql = "UPDATE receiver SET target = ?1, name = ?2 WHERE target IS NULL";
        self.change(sql, params![hash(address), name]).map(drop)
    }

    pub(crate) fn pause(&self) -> Result<Pause> {
        self.db
            .query_row("SELECT pause_until_ms, pauses FROM receiver", [], |row| {
                Ok(Pause { until_ms: row.get(0)?, in_a_row: row.get(1)? })
            })
            .map_err(|e| self.failed(e))
    }

    /// Send nothing for so long.
    pub(crate) fn pause_for(&self, wait: Duration, in_a_row: u32) -> Result<()> {
        let sql = "UPDATE receiver SET pause_until_ms = ?1, pauses = ?2";
        self.change(sql, params![after(wait), in_a_row]).map(drop)
    }

    /// The receiver has answered.
    pub(crate) fn end_pause(&self) -> Result<()> {
        self.change("UPDATE receiver SET pause_until_ms = 0, pauses = 0 WHERE pauses > 0", &[]).map(drop)
    }
}

/// An address may hold a token.
fn hash(address: &str) -> String {
    format!("{:x}", Sha256::digest(address))
}
