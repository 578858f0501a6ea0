//! Delivery into a folder: one JSON file a record, named by its key, there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Answer, Target};
use crate::error::{GatewayError, Result};
use crate::outbox::Entry;

/// A folder that records are put into.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// Use the folder `dir`. It is not made: an address without `https://` would become one.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open(dir: &Path) -> Result<Self> {
        if !dir.is_dir() {
            return Err(GatewayError::NoFolder { path: dir.to_owned() });
        }
        Ok(Self { dir: dir.to_owned() })
    }
}

impl Target for Folder {
    fn name(&self) -> String {
        self.dir.display().to_string()
    }

    /// By whatever path it is named.
    fn address(&self) -> String {
        self.dir.canonicalize().unwrap_or_else(|_| self.dir.clone()).display().to_string()
    }

    /// A file that cannot be written ends the delivery: the next would fail too, and no record is to blame.
    fn deliver(&mut self, entry: &Entry) -> Result<Answer> {
        let path = self.dir.join(format!("{}.json", entry.key));
        write(&self.dir, &path, entry.body.as_bytes()).map_err(|source| GatewayError::Write { path, source })?;
        Ok(Answer::Taken)
    }
}

fn write(dir: &Path, path: &Path, body: &[u8]) -> io::Result<()> {
    // After a crash between the rename and the outbox's mark the file is there already, and whole; its name may not be durable yet.
    if fs::metadata(path).is_ok_and(|m| m.is_file()) && fs::read(path)? == body {
        return sync(dir);
    }
    let working = path.with_extension("json.part");
    let kept = (|| {
        let mut file = create(&working)?;
        file.write_all(body)?;
        file.sync_all()?;
        fs::rename(&working, path)?;
        sync(dir)
    })();
    if kept.is_err() {
        let _ = fs::remove_file(&working);
    }
    kept
}

/// A name is durable once its folder is; on Windows a folder cannot be opened as a file, and renames need no such help.
fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// What a process that died had begun is begun anew. Records are their owner's alone.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
