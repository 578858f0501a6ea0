//! Reading a part from its beginning to its end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;

use grens_infer::hex;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{FEW_LINES, PartFile, Row};
use crate::error::Result;

/// Lines that are read at a time, to be parsed on all processors.
const LINES: usize = 256;
/// The rows of lines of a part, in order.
fn parsed(part: &PartFile, bytes: &[u8], lines: &[Range<usize>]) -> Result<Vec<Row>> {
    let row = |line: &Range<usize>| serde_json::from_slice(bytes.get(line.clone()).unwrap_or_default());
    let rows: Vec<serde_json::Result<Row>> = lines.par_iter().with_min_len(FEW_LINES).map(row).collect();
    rows.into_iter().map(|row| row.map_err(|e| part.damaged(e.to_string()))).collect()
}

/// Rows of one part, in order.
pub(crate) struct PartRows {
    reader: BufReader<File>,
    digest: Sha256,
    /// Where in the file the lines that are read next begin.
    offset: u64,
    bytes: Vec<u8>,
    ready: std::vec::IntoIter<(u64, Row)>,
}

impl PartRows {
    pub(crate) fn open(part: &PartFile) -> Result<Self> {
        let reader = part.open(1 << 16)?;
        Ok(Self { reader, digest: Sha256::new(), offset: 0, bytes: vec![], ready: vec![].into_iter() })
    }

    /// The next row with its byte offset. At the end the file's hash is checked.
    pub(crate) fn next(&mut self, part: &PartFile) -> Result<Option<(u64, Row)>> {
        if let Some(row) = self.ready.next() {
            return Ok(Some(row));
        }
        self.read_on(part)?;
        Ok(self.ready.next())
    }

    fn read_on(&mut self, part: &PartFile) -> Result<()> {
        self.bytes.clear();
        let mut lines = Vec::with_capacity(LINES);
        while lines.len() < LINES {
            let from = self.bytes.len();
            let n = self.reader.read_until(b'\n', &mut self.bytes).map_err(|e| part.damaged(e.to_string()))?;
            if n == 0 {
                break;
            }
            lines.push(from..from + n);
        }
        if lines.is_empty() && hex(&std::mem::take(&mut self.digest).finalize()) != part.sha256 {
            return Err(part.damaged("its SHA-256 is not the manifest's"));
        }
        self.digest.update(&self.bytes);
        let offsets = lines.iter().map(|line| self.offset + line.start as u64);
        let rows: Vec<(u64, Row)> = offsets.zip(parsed(part, &self.bytes, &lines)?).collect();
        self.ready = rows.into_iter();
        self.offset += self.bytes.len() as u64;
        Ok(())
    }
}
