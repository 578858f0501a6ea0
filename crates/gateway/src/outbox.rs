//! The outbox: what is to go out, what went, what could not. One SQLite file (WAL), which survives a crash at any moment.
//!
//! A record is `pending` until it is `sent` or `dead`. Adding is idempotent by the record's key ([`crate::key`]), so the same night can be added twice.
//! An attempt is written down before the record leaves: what has no attempt has surely not been seen by anybody, and what has one may have arrived.
//! On that rests whether a changed verdict needs a correction.

mod add;
mod queue;
mod receiver;
mod schema;
mod status;
mod upkeep;

use std::path::{Path, PathBuf};

use grens_law::Band;
use rusqlite::Connection;

pub use add::{Added, Adding};
pub(crate) use queue::Failed;
pub use queue::{Entry, Next};
#[cfg(test)]
pub(crate) use receiver::Pause;
pub use status::{DeadLetter, StateCount, Status};
pub use upkeep::{Exported, Purged, State};

use crate::Verdicts;
use crate::database::{self, DatabaseError, StoreError};
use crate::draft::Found;
use crate::error::{GatewayError, Result};
use crate::night::post_of;

/// What errors call it.
const WHAT: &str = "outbox";

/// An outbox, open.
#[derive(Debug)]
pub struct Outbox {
    db: Connection,
    path: PathBuf,
}

impl Outbox {
    /// Open the outbox at `path`, making it where there is none, readable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be made or opened, is locked, or is no outbox of this version.
    pub fn create(path: &Path) -> Result<Self> {
        Self::of(path, database::create(path, schema::TABLES))
    }

    /// Open the outbox at `path`.
    ///
    /// # Errors
    /// When there is none, it is locked, or is no outbox of this version.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(StoreError::Missing { what: WHAT, path: path.to_owned() }.into());
        }
        Self::of(path, database::open(path, schema::TABLES))
    }

    fn of(path: &Path, opened: std::result::Result<Connection, DatabaseError>) -> Result<Self> {
        let db = opened.map_err(|e| sorted(path, e))?;
        Ok(Self { db, path: path.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a finding is a listed candidate that none of `verdicts` is about, and that there is no record of yet: one that [`crate::offer`] may put in unjudged.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub fn is_news(&self, found: &Found, verdicts: &Verdicts) -> Result<bool> {
        let post = post_of(found);
        if found.finding.decision.band != Band::Candidate || !found.is_listed || verdicts.of(&post).is_some() {
            return Ok(false);
        }
        let known = self.db.prepare("SELECT 1 FROM record WHERE post = ?1").and_then(|mut query| query.exists([post]));
        known.map(|known| !known).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: rusqlite::Error) -> GatewayError {
        failure(&self.path, error)
    }
}

/// What SQLite says, as an error that people can act on.
pub(crate) fn failure(path: &Path, error: rusqlite::Error) -> GatewayError {
    sorted(path, error.into())
}

fn sorted(path: &Path, error: DatabaseError) -> GatewayError {
    StoreError::of(WHAT, path, error).into()
}

#[cfg(test)]
mod tests;
