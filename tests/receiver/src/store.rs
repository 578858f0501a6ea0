//! Each record once, by its key, durably before it is confirmed.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    New,
    /// It was stored before.
    Known,
    /// Another record has its key.
    Other,
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
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;
             CREATE TABLE IF NOT EXISTS received (
                 seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, schema TEXT NOT NULL, body TEXT NOT NULL, deliveries INTEGER NOT NULL
             ) STRICT;",
        )
        .expect("the store is made");
        Self { db }
    }

    /// Take a record: in one step it is either new or known.
    ///
    /// # Panics
    /// When the store cannot be written.
    pub fn take(&self, key: &str, schema: &str, body: &str) -> Stored {
        let rows = self
            .db
            .execute(
                "INSERT INTO received (key, schema, body, deliveries) VALUES (?1, ?2, ?3, 1) ON CONFLICT (key) DO NOTHING",
                params![key, schema, body],
            )
            .expect("the store is written");
        if rows > 0 {
            return Stored::New;
        }
        let same = self
            .db
            .execute("UPDATE received SET deliveries = deliveries + 1 WHERE key = ?1 AND body = ?2", [key, body]);
        if same.expect("the store is written") > 0 { Stored::Known } else { Stored::Other }
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
