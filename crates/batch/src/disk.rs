//! Files that are there whole or not at all, also after a power cut.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{BatchError, Result};

/// A file under a working name that takes its own name when it is complete.
///
/// [`Whole::commit`] makes its bytes durable (fsync), renames it, and makes the rename durable (fsync of the folder). Dropped without
/// that, it is removed; after a crash its working name is left and the next writer takes it over.
pub(crate) struct Whole {
    path: PathBuf,
    working: PathBuf,
    writer: Option<BufWriter<File>>,
    /// Room for a line.
    line: Vec<u8>,
}

impl Whole {
    /// Begin `dir/name`.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn create(dir: &Path, name: &str) -> Result<Self> {
        let (path, working) = (dir.join(name), dir.join(format!("{name}.part")));
        let file = File::create(&working).map_err(|e| BatchError::output(&path, e))?;
        Ok(Self { path, working, writer: Some(BufWriter::with_capacity(1 << 16, file)), line: vec![] })
    }

    /// Keep the file under its own name.
    ///
    /// # Errors
    /// When the system cannot make it durable.
    pub(crate) fn commit(mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let keep = || {
            writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&self.working, &self.path)?;
            sync_dir(self.path.parent())
        };
        keep().map_err(|e| {
            let _ = fs::remove_file(&self.working);
            BatchError::output(&self.path, e)
        })
    }

    /// An error of this file.
    pub(crate) fn failed(&self, error: io::Error) -> BatchError {
        BatchError::output(&self.path, error)
    }

    /// Write one value as a line of JSON.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn line(&mut self, value: &impl Serialize) -> Result<()> {
        // Put together first: the writer is asked once, not for every comma.
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let written = serde_json::to_writer(&mut line, value).map_err(io::Error::from).and_then(|()| {
            line.push(b'\n');
            self.write_all(&line)
        });
        self.line = line;
        written.map_err(|e| self.failed(e))
    }
}

impl Write for Whole {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().map_or(Ok(0), |w| w.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            let _ = fs::remove_file(&self.working);
        }
    }
}

/// Write a whole file at once.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_whole(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut file = Whole::create(dir, name)?;
    file.write_all(bytes).map_err(|e| file.failed(e))?;
    file.commit()
}

/// Write a value as a whole file of indented JSON.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_json(dir: &Path, name: &str, value: &impl Serialize) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| BatchError::output(dir.join(name), e.into()))?;
    bytes.push(b'\n');
    write_whole(dir, name, &bytes)
}

/// Make a folder's entries durable. On Windows a folder cannot be opened as a file, and renames need no such help.
pub(crate) fn sync_dir(dir: Option<&Path>) -> io::Result<()> {
    match dir {
        Some(dir) if cfg!(unix) => {
            let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
            File::open(dir)?.sync_all()
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        write_whole(dir.path(), "a", b"old").unwrap();
        let mut file = Whole::create(dir.path(), "a").unwrap();
        file.write_all(b"half").unwrap();
        file.flush().unwrap();
        drop(file);
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"old");
        write_whole(dir.path(), "a", b"new").unwrap();
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
