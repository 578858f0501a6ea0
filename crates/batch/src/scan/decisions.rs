//! All decisions of a scan, where the clear ones are kept too.

use std::path::{Path, PathBuf};

use grens_law::FindingRecord;

use super::table::{ListFormat, Table};
use crate::error::{BatchError, Result};

/// Decisions in a file of `decisions/`.
const DECISIONS_A_FILE: u64 = 250_000;
/// Folder of all decisions.
pub(crate) const DECISIONS: &str = "decisions";

/// All decisions, in files of a fixed number of records.
pub(crate) struct Decisions {
    dir: PathBuf,
    format: ListFormat,
    table: Table,
    written: u64,
}

impl Decisions {
    pub(crate) fn new(out: &Path, format: ListFormat) -> Result<Self> {
        let dir = out.join(DECISIONS);
        std::fs::create_dir_all(&dir).map_err(|e| BatchError::output(&dir, e))?;
        Ok(Self { table: Self::open(&dir, format, 0)?, dir, format, written: 0 })
    }

    fn open(dir: &Path, format: ListFormat, written: u64) -> Result<Table> {
        Table::create::<FindingRecord>(dir, &format!("{:05}", written / DECISIONS_A_FILE), format)
    }

    pub(crate) fn write(&mut self, record: &FindingRecord) -> Result<()> {
        if self.written > 0 && self.written.is_multiple_of(DECISIONS_A_FILE) {
            let next = Self::open(&self.dir, self.format, self.written)?;
            std::mem::replace(&mut self.table, next).finish()?;
        }
        self.written += 1;
        self.table.write(record)
    }

    pub(crate) fn finish(self) -> Result<()> {
        self.table.finish()
    }
}
