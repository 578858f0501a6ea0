//! One run at a time in a folder.
//!
//! The operating system's lock on the file is what counts: it goes when its process goes, however that ends. The file's content (process
//! id and host) is for people, and for a folder that two hosts share without sharing locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{BatchError, Result};

/// Name of the lock file.
const NAME: &str = "lock";

/// Who holds a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
}

impl Holder {
    fn me() -> Self {
        Self { pid: std::process::id(), host: gethostname::gethostname().to_string_lossy().into_owned() }
    }
}

/// A folder that is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Take the folder `dir`. The second value says whose abandoned lock was taken over, for a note to people.
    ///
    /// # Errors
    /// [`BatchError::Locked`] when another process works in it, or a process on another host may; an output error when the lock file
    /// cannot be written.
    pub(crate) fn take(dir: &Path) -> Result<(Self, Option<String>)> {
        let path = dir.join(NAME);
        let failed = |e| BatchError::output(&path, e);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(dir, &path, read(&mut file))),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        let before = read(&mut file);
        let me = Holder::me();
        if let Some(other) = before.as_ref().filter(|b| b.host != me.host) {
            return Err(locked(dir, &path, Some(other.clone())));
        }
        write(&mut file, Some(&me)).map_err(failed)?;
        let note = before.map(|b| format!("process {} ended here without finishing; its work is gone on with", b.pid));
        Ok((Self { file }, note))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file stays, empty: to remove it would let two processes lock two files of one name.
        let _ = write(&mut self.file, None);
    }
}

fn locked(dir: &Path, path: &Path, holder: Option<Holder>) -> BatchError {
    let who = holder.map_or_else(|| "another process".to_owned(), |h| format!("process {} on {}", h.pid, h.host));
    BatchError::Locked { dir: dir.to_owned(), lock: PathBuf::from(path), who }
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write(file: &mut File, holder: Option<&Holder>) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    if let Some(holder) = holder {
        serde_json::to_writer(&mut *file, holder)?;
    }
    file.flush()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let (held, note) = Lock::take(dir.path()).unwrap();
        assert_eq!(note, None);
        let error = Lock::take(dir.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        assert!(Lock::take(dir.path()).is_ok());
    }

    #[test]
    fn a_dead_process_is_succeeded_and_a_foreign_host_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let dead = Holder { pid: 4_000_000_000, ..Holder::me() };
        std::fs::write(dir.path().join(NAME), serde_json::to_vec(&dead).unwrap()).unwrap();
        let (held, note) = Lock::take(dir.path()).unwrap();
        assert!(note.is_some_and(|n| n.contains("4000000000")));
        drop(held);
        let foreign = Holder { pid: 7, host: "elders".to_owned() };
        std::fs::write(dir.path().join(NAME), serde_json::to_vec(&foreign).unwrap()).unwrap();
        let error = Lock::take(dir.path()).unwrap_err().to_string();
        assert!(error.contains("process 7 on elders"), "{error}");
    }
}
