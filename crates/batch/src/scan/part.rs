//! Part files: what a scan has done, in immutable pieces. All output is made from them.

mod fetch;
mod rows;
mod views;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use grens_infer::hex;
use grens_law::{DecisionRecord, Place, RejectRecord};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::repeats::TextKey;
use super::sketch::Sketch;
use crate::disk::Whole;
use crate::error::{BatchError, Result};
pub(crate) use fetch::Fetch;
pub(crate) use rows::PartRows;
pub(crate) use views::{Counted, Repeated};

/// Room for most lines.
const LINE: usize = 2 << 10;

/// A line of a part file. `seq` counts the items of the whole input from 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Row {
    /// A post that was scored.
    Post(Box<PostRow>),
    /// A post whose text was scored before.
    Repeat(RepeatRow),
    /// An input line that could not be used.
    Reject(RejectRow),
}

impl Row {
    /// The row as a line, with the line break.
    pub(crate) fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = Vec::with_capacity(LINE);
        serde_json::to_writer(&mut line, self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// A row, or as much of it as a walk looks at.
pub(crate) trait Numbered: DeserializeOwned {
    /// Number of its item in the whole input.
    fn seq(&self) -> u64;
}

impl Numbered for Row {
    fn seq(&self) -> u64 {
        match self {
            Self::Post(row) => row.seq,
            Self::Repeat(row) => row.seq,
            Self::Reject(row) => row.seq,
        }
    }
}

/// A post with its decision: every candidate and review post; clear ones only where they are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PostRow {
    pub(crate) seq: u64,
    pub(crate) file: String,
    pub(crate) line: u64,
    /// Of the normalised text; breaks ties independently of the input's order.
    pub(crate) key: TextKey,
    /// For near repeats. Not of clear posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sketch: Option<Sketch>,
    /// Not of clear posts, and of none with `--no-text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) place: Place,
    pub(crate) decision: DecisionRecord,
}

/// A post whose text is that of post `of`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RepeatRow {
    pub(crate) seq: u64,
    pub(crate) of: u64,
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) text_sha256: String,
    pub(crate) place: Place,
}

/// A line that could not be used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RejectRow {
    pub(crate) seq: u64,
    pub(crate) reject: RejectRecord,
}

/// Writes a part, and its hash along the way.
pub(crate) struct PartWriter {
    file: Whole,
    digest: Sha256,
}

impl PartWriter {
    pub(crate) fn create(dir: &Path, name: &str) -> Result<Self> {
        Ok(Self { file: Whole::create(dir, name)?, digest: Sha256::new() })
    }

    /// Write a [`Row::line`].
    pub(crate) fn write(&mut self, line: io::Result<Vec<u8>>) -> Result<()> {
        let written = line.and_then(|line| {
            self.digest.update(&line);
            self.file.write_all(&line)
        });
        written.map_err(|e| self.file.failed(e))
    }

    /// Keep the part; returns the SHA-256 of its bytes.
    pub(crate) fn commit(self) -> Result<String> {
        self.file.commit()?;
        Ok(hex(&self.digest.finalize()))
    }
}

/// Where a row stands: which of the parts, at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    pub(crate) part: usize,
    pub(crate) offset: u64,
}

/// A part file as the manifest knows it.
#[derive(Debug, Clone)]
pub(crate) struct PartFile {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

impl PartFile {
    fn damaged(&self, what: impl Into<String>) -> BatchError {
        BatchError::Damaged { path: self.path.clone(), what: what.into() }
    }

    fn open(&self, buffer: usize) -> Result<BufReader<File>> {
        let file = File::open(&self.path).map_err(|e| self.damaged(e.to_string()))?;
        Ok(BufReader::with_capacity(buffer, file))
    }

    /// Hand every row to `take` in order, then check the hash.
    pub(crate) fn read<R: Numbered>(&self, mut take: impl FnMut(R) -> Result<()>) -> Result<()> {
        let mut rows = PartRows::open(self)?;
        while let Some((_, row)) = rows.next(self)? {
            take(row)?;
        }
        Ok(())
    }
}
