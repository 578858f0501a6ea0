//! Part files: what a scan has done, in immutable pieces. All output is made from them.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use grens_infer::hex;
use grens_law::{DecisionRecord, Place, RejectRecord};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::repeats::TextKey;
use super::sketch::Sketch;
use crate::disk::Whole;
use crate::error::{BatchError, Result};

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
    pub(crate) const fn seq(&self) -> u64 {
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
    line: Vec<u8>,
}

impl PartWriter {
    pub(crate) fn create(dir: &Path, name: &str) -> Result<Self> {
        Ok(Self { file: Whole::create(dir, name)?, digest: Sha256::new(), line: vec![] })
    }

    pub(crate) fn write(&mut self, row: &Row) -> Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, row).map_err(|e| self.file.failed(e.into()))?;
        self.line.push(b'\n');
        self.digest.update(&self.line);
        self.file.write_all(&self.line).map_err(|e| self.file.failed(e))
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
    pub(crate) fn read(&self, mut take: impl FnMut(u64, Row) -> Result<()>) -> Result<()> {
        let mut rows = PartRows::open(self)?;
        while let Some((offset, row)) = rows.next(self)? {
            take(offset, row)?;
        }
        Ok(())
    }

    /// The row at a byte offset that [`PartFile::read`] gave.
    pub(crate) fn row_at(&self, file: &mut BufReader<File>, offset: u64) -> Result<Row> {
        let mut line = String::new();
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.read_line(&mut line))
            .map_err(|e| self.damaged(e.to_string()))?;
        serde_json::from_str(&line).map_err(|e| self.damaged(e.to_string()))
    }
}

/// Rows of one part, in order.
pub(crate) struct PartRows {
    reader: BufReader<File>,
    digest: Sha256,
    offset: u64,
    line: Vec<u8>,
}

impl PartRows {
    pub(crate) fn open(part: &PartFile) -> Result<Self> {
        Ok(Self { reader: part.open(1 << 16)?, digest: Sha256::new(), offset: 0, line: vec![] })
    }

    /// The next row with its byte offset. At the end the file's hash is checked.
    pub(crate) fn next(&mut self, part: &PartFile) -> Result<Option<(u64, Row)>> {
        self.line.clear();
        let n = self.reader.read_until(b'\n', &mut self.line).map_err(|e| part.damaged(e.to_string()))?;
        if n == 0 {
            let found = hex(&std::mem::take(&mut self.digest).finalize());
            return if found == part.sha256 {
                Ok(None)
            } else {
                Err(part.damaged("its SHA-256 is not the manifest's"))
            };
        }
        self.digest.update(&self.line);
        let row = serde_json::from_slice(&self.line).map_err(|e| part.damaged(e.to_string()))?;
        let at = self.offset;
        self.offset += n as u64;
        Ok(Some((at, row)))
    }
}

/// Fetches single rows; keeps the last file open, since rows that stand together are often asked for together.
pub(crate) struct Fetch<'a> {
    parts: &'a [PartFile],
    open: Option<(usize, BufReader<File>)>,
}

impl<'a> Fetch<'a> {
    pub(crate) const fn new(parts: &'a [PartFile]) -> Self {
        Self { parts, open: None }
    }

    /// The post at a place that was read before.
    pub(crate) fn post(&mut self, at: Location) -> Result<PostRow> {
        let Some(part) = self.parts.get(at.part) else {
            return Err(BatchError::Damaged { path: PathBuf::new(), what: "a part is missing".to_owned() });
        };
        let mut file = match self.open.take() {
            Some((index, file)) if index == at.part => file,
            // A row, not the file: what was read ahead is lost with the next seek.
            _ => part.open(1 << 12)?,
        };
        let row = part.row_at(&mut file, at.offset)?;
        self.open = Some((at.part, file));
        match row {
            Row::Post(post) => Ok(*post),
            Row::Repeat(_) | Row::Reject(_) => Err(part.damaged("it changed while it was read")),
        }
    }
}
