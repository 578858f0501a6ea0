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
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

pub use add::{Added, Adding};
pub(crate) use queue::Failed;
pub use queue::{Entry, Next};
#[cfg(test)]
pub(crate) use receiver::Pause;
pub use status::{DeadLetter, StateCount, Status};
pub use upkeep::{Exported, Purged, State};

use crate::error::{GatewayError, Result};

/// How long another process's transaction is waited for.
const BUSY: Duration = Duration::from_secs(5);

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
        owners_alone(path).map_err(|source| GatewayError::Write { path: path.to_owned(), source })?;
        Self::connect(path)
    }

    /// Open the outbox at `path`.
    ///
    /// # Errors
    /// When there is none, it is locked, or is no outbox of this version.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(GatewayError::NoOutbox { path: path.to_owned() });
        }
        Self::connect(path)
    }

    fn connect(path: &Path) -> Result<Self> {
        let failed = |e| failure(path, e);
        let mut db =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
                .map_err(failed)?;
        db.busy_timeout(BUSY).map_err(failed)?;
        // Also after a power cut nothing is lost that was committed; removed text is overwritten.
        db.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;").map_err(failed)?;
        schema::migrate(&mut db)
            .map_err(failed)?
            .map_err(|problem| GatewayError::Foreign { path: path.to_owned(), problem })?;
        let _: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(failed)?;
        Ok(Self { db, path: path.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, error: rusqlite::Error) -> GatewayError {
        failure(&self.path, error)
    }
}

/// Make the file, if it is not there, before SQLite does: it would let everybody read it.
fn owners_alone(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// What SQLite says, as an error that people can act on.
pub(crate) fn failure(path: &Path, error: rusqlite::Error) -> GatewayError {
    let path = path.to_owned();
    // A file that may not grow (quota, limit) is to SQLite a failure to write, not a full disk.
    let may_not_grow = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE];
    if error.sqlite_error().is_some_and(|e| may_not_grow.contains(&e.extended_code)) {
        return GatewayError::Full { path };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => GatewayError::Full { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => GatewayError::Locked { path },
        Some(ErrorCode::NotADatabase) => GatewayError::Foreign { path, problem: "it is no SQLite database".to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => GatewayError::Foreign { path, problem: "it is damaged".to_owned() },
        _ => GatewayError::Database { path, source: error },
    }
}

#[cfg(test)]
mod tests;
