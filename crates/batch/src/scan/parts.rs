//! All parts of a scan, of one run or of several shards, as one sequence of rows in the order of the input.

use std::ops::Range;
use std::path::PathBuf;

use super::part::{Location, Numbered, PartFile, PartRows};
use crate::error::{BatchError, Result};

/// Part files of a scan.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    files: Vec<PartFile>,
    /// Which files are one shard's, in its order.
    shards: Vec<Range<usize>>,
}

impl Parts {
    pub(crate) fn add_shard(&mut self, files: Vec<PartFile>) {
        let from = self.files.len();
        self.files.extend(files);
        self.shards.push(from..self.files.len());
    }

    pub(crate) fn files(&self) -> &[PartFile] {
        &self.files
    }

    /// Hand every row to `take`, in the order of the input. All files are checked against their hashes.
    ///
    /// # Errors
    /// When a part is damaged, an item stands in two shards, or `take` fails.
    pub(crate) fn each<R: Numbered>(&self, mut take: impl FnMut(Location, R) -> Result<()>) -> Result<()> {
        let mut heads: Vec<((Location, R), ShardRows<'_, R>)> = Vec::with_capacity(self.shards.len());
        for shard in &self.shards {
            let mut rows = ShardRows { parts: self, left: shard.clone(), open: None };
            if let Some(row) = rows.next()? {
                heads.push((row, rows));
            }
        }
        let mut last = None;
        // Shards are few: looking through their heads is as good as a heap.
        while let Some(first) = (0..heads.len()).min_by_key(|&i| heads[i].0.1.seq()) {
            let (row, rows) = &mut heads[first];
            let (at, row) = match rows.next()? {
                Some(next) => std::mem::replace(row, next),
                None => heads.swap_remove(first).0,
            };
            if last.is_some_and(|last| last >= row.seq()) {
                let path = self.files.get(at.part).map_or_else(PathBuf::new, |p| p.path.clone());
                return Err(BatchError::Damaged { path, what: format!("item {} stands in two parts", row.seq() + 1) });
            }
            last = Some(row.seq());
            take(at, row)?;
        }
        Ok(())
    }
}

/// Rows of one shard.
struct ShardRows<'a, R> {
    parts: &'a Parts,
    left: Range<usize>,
    open: Option<(usize, PartRows<R>)>,
}

impl<R: Numbered> ShardRows<'_, R> {
    fn next(&mut self) -> Result<Option<(Location, R)>> {
        loop {
            let (index, rows) = match &mut self.open {
                Some(open) => open,
                None => {
                    let Some(index) = self.left.next() else { return Ok(None) };
                    self.open.insert((index, PartRows::open(&self.parts.files[index])?))
                }
            };
            if let Some((offset, row)) = rows.next(&self.parts.files[*index])? {
                return Ok(Some((Location { part: *index, offset }, row)));
            }
            self.open = None;
        }
    }
}
