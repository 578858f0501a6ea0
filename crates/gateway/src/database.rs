//! SQLite files that survive a crash at any moment: how the stores of grens are made, opened and brought to the newest version.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

/// How long another process's transaction is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// The tables of one kind of store.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// Written into the file (`PRAGMA application_id`), so that no other database is taken for this kind.
    pub application: i64,
    /// Step `i` makes version `i + 1` of version `i` (`PRAGMA user_version`). A step that was released is never changed; a change is a further step.
    pub steps: &'static [&'static str],
}

/// What SQLite and the file system say, sorted by what people can do about it.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no file, or it cannot be made.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The disk is full, or takes no more of this file.
    #[error("the disk is full or takes no more")]
    Full,
    /// Another process holds the database.
    #[error("another process has locked it")]
    Locked,
    /// The file is no store of this kind and version.
    #[error("{0}")]
    Foreign(String),
    /// Anything else.
    #[error(transparent)]
    Other(rusqlite::Error),
}

/// Why a store cannot be used: which one, where it is, and what people can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error("there is no {what} at {path}")]
    Missing {
        /// Such as `outbox`.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// Its file cannot be made or opened.
    #[error("cannot write {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The disk is full, or takes no more of this file.
    #[error("cannot write the {what} {path}: the disk is full or takes no more")]
    Full {
        /// Such as `outbox`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// Another process holds it for longer than is waited.
    #[error("the {what} {path} is locked by another process")]
    Locked {
        /// Such as `outbox`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// The file is no store of this kind and version.
    #[error("{path} is no {what} that this version can use: {problem}")]
    Foreign {
        /// Such as `outbox`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// Anything else that the database says.
    #[error("the {what} {path} cannot be used: {source}")]
    Database {
        /// Such as `outbox`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// What SQLite or the file system said of the `what` at `path`.
    #[must_use]
    pub fn of(what: &'static str, path: &Path, error: DatabaseError) -> Self {
        let path = path.to_owned();
        match error {
            DatabaseError::File(source) if source.kind() == std::io::ErrorKind::NotFound => {
                Self::Missing { what, path }
            }
            DatabaseError::File(source) => Self::File { path, source },
            DatabaseError::Full => Self::Full { what, path },
            DatabaseError::Locked => Self::Locked { what, path },
            DatabaseError::Foreign(problem) => Self::Foreign { what, path, problem },
            DatabaseError::Other(source) => Self::Database { what, path, source },
        }
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        // A file that may not grow (quota, limit) is to SQLite a failure to write, not a full disk.
        let may_not_grow = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE];
        if error.sqlite_error().is_some_and(|e| may_not_grow.contains(&e.extended_code)) {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::NotADatabase) => Self::Foreign("it is no SQLite database".to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => Self::Foreign("it is damaged".to_owned()),
            _ => Self::Other(error),
        }
    }
}

/// Open the store at `path`, making it where there is none, readable by its owner alone.
///
/// # Errors
/// When it cannot be made or opened, is locked, or is another kind of file.
pub fn create(path: &Path, tables: Tables) -> Result<Connection, DatabaseError> {
    owners_alone(path)?;
    connect(path, tables)
}

/// Open the store at `path`.
///
/// # Errors
/// When there is none, it is locked, or is another kind of file.
pub fn open(path: &Path, tables: Tables) -> Result<Connection, DatabaseError> {
    // Asked first: SQLite's own error would not tell a missing file from one that may not be read.
    std::fs::metadata(path)?;
    connect(path, tables)
}

/// Make the file, if it is not there, before SQLite does: it would let everybody read it.
///
/// # Errors
/// When it cannot be made.
pub fn owners_alone(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Empty the write-ahead log, which else holds the old pages of what was erased. Returns whether it is: who reads at the time keeps it from that.
///
/// # Errors
/// What SQLite says.
pub fn empty_log(db: &Connection) -> rusqlite::Result<bool> {
    let is_busy: bool = db.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |row| row.get(0))?;
    Ok(!is_busy)
}

fn connect(path: &Path, tables: Tables) -> Result<Connection, DatabaseError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    // Also after a power cut nothing is lost that was committed; removed text is overwritten.
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;")?;
    migrate(&mut db, tables)?;
    let _: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    Ok(db)
}

fn migrate(db: &mut Connection, tables: Tables) -> Result<(), DatabaseError> {
    let newest = i64::try_from(tables.steps.len()).unwrap_or(i64::MAX);
    // Looked at before anything is written, so that a foreign database stays as it is.
    if let Some(problem) = foreign(db, tables.application, newest)? {
        return Err(DatabaseError::Foreign(problem));
    }
    if number(db, "user_version")? == newest {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = number(&transaction, "user_version")?;
    if version < newest {
        for step in tables.steps.iter().skip(usize::try_from(version).unwrap_or(0)) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", tables.application)?;
        transaction.pragma_update(None, "user_version", newest)?;
    }
    transaction.commit()?;
    Ok(())
}

fn foreign(db: &Connection, wanted: i64, newest: i64) -> rusqlite::Result<Option<String>> {
    let (application, version) = (number(db, "application_id")?, number(db, "user_version")?);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if application != wanted && (application != 0 || version != 0 || tables != 0) {
        Some("it is another program's database".to_owned())
    } else if version > newest {
        Some(format!("it has version {version} of the tables, and this program knows {newest}"))
    } else {
        None
    })
}

fn number(db: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, pragma, |row| row.get(0))
}
