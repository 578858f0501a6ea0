//! One delivery at a time from an outbox.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{GatewayError, Result};

/// The right to deliver, until this is dropped or the process ends, however it ends: the lock is the operating system's.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Take the right to deliver from the outbox at `path`. The lock file beside it stays: to remove it would let two processes lock two files of
    /// one name.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        // By whatever path the outbox was named, the lock is the same.
        let mut name = path.canonicalize().unwrap_or_else(|_| path.to_owned()).into_os_string();
        name.push(".deliver");
        let lock = PathBuf::from(name);
        let failed = |source| GatewayError::Write { path: lock.clone(), source };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(GatewayError::Delivering { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
