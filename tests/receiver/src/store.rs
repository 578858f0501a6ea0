//! Each record once, by its key, durably before it is confirmed; and what stands of them after all corrections, in whichever order they came.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    New,
    /// It was stored before, and stays as it was: the same record made again may differ in model, scores and times, which are no part of its key.
    Known,
}

/// The receiver's memory.
#[derive(Debug)]
pub struct Store {
    db: Connection,
}

impl Store {
    /// Open or make the store.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let db = Connection::open(path).expect("the store opens");
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;
             CREATE TABLE IF NOT EXISTS received (
                 seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, schema TEXT NOT NULL, body TEXT NOT NULL, deliveries INTEGER NOT NULL,
                 -- Of a correction: the key of the record that it corrects, which need not be there yet.
                 corrects TEXT
             ) STRICT;
             CREATE INDEX IF NOT EXISTS correction ON received (corrects);",
        )
        .expect("the store is made");
        Self { db }
    }

    /// Take a record: in one step it is either new or known.
    ///
    /// # Panics
    /// When the store cannot be written.
    pub fn take(&self, key: &str, schema: &str, body: &str) -> Stored {
        let record: Value = serde_json::from_str(body).unwrap_or_default();
        let deliveries: u64 = self
            .db
            .query_row(
                "INSERT INTO received (key, schema, body, deliveries, corrects) VALUES (?1, ?2, ?3, 1, ?4)
                 ON CONFLICT (key) DO UPDATE SET deliveries = deliveries + 1 RETURNING deliveries",
                params![key, schema, body, record["corrects"].as_str()],
                |row| row.get(0),
            )
            .expect("the store is written");
        if deliveries == 1 { Stored::New } else { Stored::Known }
    }

    /// Whether the record with this key is there and may be acted on: no correction names it. One that came before it counts as one that came after, since a
    /// delivery that was held up or played back can arrive behind its correction.
    ///
    /// # Panics
    /// When the store cannot be read.
    #[must_use]
    pub fn stands(&self, key: &str) -> bool {
        let sql = "SELECT 1 FROM received r WHERE key = ?1 AND corrects IS NULL AND NOT EXISTS (SELECT 1 FROM received c WHERE c.corrects = r.key)";
        self.db.prepare(sql).and_then(|mut query| query.exists([key])).expect("the store is read")
    }

    /// All records in the order in which they were stored: key, kind, body, and how often each was delivered.
    ///
    /// # Panics
    /// When the store cannot be read.
    #[must_use]
    pub fn all(&self) -> Vec<(String, String, String, u64)> {
        let mut query =
            self.db.prepare("SELECT key, schema, body, deliveries FROM received ORDER BY seq").expect("a query");
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        rows.and_then(Iterator::collect).expect("the store is read")
    }

    /// How often a record was delivered; nothing when it was never stored.
    ///
    /// # Panics
    /// When the store cannot be read.
    #[must_use]
    pub fn deliveries(&self, key: &str) -> Option<u64> {
        self.db
            .query_row("SELECT deliveries FROM received WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .expect("the store is read")
    }
}
