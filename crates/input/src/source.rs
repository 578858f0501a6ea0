//! Where posts come from, and what is known of it afterwards.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::format::Format;
use super::raw::Raw;
use super::stoppable;
use crate::error::{InputError, Result};

/// Where posts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// `-` is standard input, all else a file.
    #[must_use]
    pub fn new(name: &str) -> Self {
        if name == "-" { Self::Stdin } else { Self::File(name.into()) }
    }

    /// Whether it is there and can be opened, without reading from it.
    ///
    /// # Errors
    /// When the file cannot be opened, or is a directory.
    pub fn check(&self) -> Result<()> {
        match self {
            // Opening a pipe waits for its writer, and closing it again ends that one.
            Self::File(path) if is_pipe(path) => Ok(()),
            Self::File(path) => self.open_file(path).map(drop),
            Self::Stdin => Ok(()),
        }
    }

    /// Size on disk in bytes; `None` for a pipe and for what is not there.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let Self::File(path) = self else { return None };
        path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len())
    }

    fn open_file(&self, path: &PathBuf) -> Result<(File, Option<u64>)> {
        let failed = |source| InputError::Open { file: self.to_string(), source };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            let problem = "it is a directory; name the files in it";
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, problem)));
        }
        Ok((file, metadata.is_file().then_some(metadata.len())))
    }

    /// The format that its name tells.
    pub(super) fn format(&self) -> Option<Format> {
        if let Self::File(path) = self { Format::of_name(path) } else { None }
    }

    /// Open for reading; bytes read are added to `counter`. A pipe is read until `stop` is set.
    pub(super) fn open(&self, counter: &Arc<AtomicU64>, stop: Option<&'static AtomicBool>) -> Result<Raw> {
        let failed = |source| InputError::Open { file: self.to_string(), source };
        let (input, size): (Box<dyn Read + Send>, _) = match (self, stop) {
            (Self::Stdin, Some(stop)) => (stoppable::stdin(stop).map_err(failed)?, None),
            (Self::Stdin, None) => (Box::new(io::stdin()), None),
            (Self::File(path), Some(stop)) if is_pipe(path) => (stoppable::open(path, stop).map_err(failed)?, None),
            (Self::File(path), _) => {
                let (file, size) = self.open_file(path)?;
                (Box::new(file), size)
            }
        };
        Ok(Raw::new(input, size, Arc::clone(counter)))
    }
}

/// Whether it is neither file nor folder: a named pipe, a terminal.
fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What is known of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceState {
    /// The file as it was named, or `-` for stdin.
    pub name: String,
    /// Size on disk in bytes when it was opened; `None` for a pipe.
    pub size: Option<u64>,
    /// SHA-256 of its bytes on disk (before decompression), hexadecimal. `None` until it has been read to the end, and when it
    /// could not be.
    pub sha256: Option<String>,
    /// Bytes read, before decompression. Set at its end.
    pub bytes: u64,
    /// Records read so far, whatever became of them.
    pub records: u64,
    /// Posts whose `created_at` could not be read as a time; they are scored without one.
    pub times_not_read: u64,
    /// Entries of a platform's export that are no posts: likes, boosts, deletions.
    pub no_posts: u64,
}

impl SourceState {
    pub(super) fn new(source: &Source) -> Self {
        Self::named(&source.to_string(), source.size())
    }

    pub(super) fn named(name: &str, size: Option<u64>) -> Self {
        Self { name: name.to_owned(), size, sha256: None, bytes: 0, records: 0, times_not_read: 0, no_posts: 0 }
    }
}
