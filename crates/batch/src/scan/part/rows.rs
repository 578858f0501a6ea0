//! Reading a part from its beginning to its end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::marker::PhantomData;

use grens_infer::hex;
use sha2::{Digest, Sha256};

use super::{Numbered, PartFile};
use crate::error::Result;

/// Rows of one part, in order, as far as `R` knows them.
pub(crate) struct PartRows<R> {
    reader: BufReader<File>,
    digest: Sha256,
    offset: u64,
    line: Vec<u8>,
    rows: PhantomData<R>,
}

impl<R: Numbered> PartRows<R> {
    pub(crate) fn open(part: &PartFile) -> Result<Self> {
        Ok(Self { reader: part.open(1 << 16)?, digest: Sha256::new(), offset: 0, line: vec![], rows: PhantomData })
    }

    /// The next row with its byte offset. At the end the file's hash is checked.
    pub(crate) fn next(&mut self, part: &PartFile) -> Result<Option<(u64, R)>> {
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
