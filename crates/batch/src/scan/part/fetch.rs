//! Fetching single posts from parts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;

use rayon::prelude::*;

use super::{Location, PartFile, PostRow, Row};
use crate::error::{BatchError, Result};

/// Fetches single rows, in any order.
pub(crate) struct Fetch<'a> {
    parts: &'a [PartFile],
    open: HashMap<usize, BufReader<File>>,
}

/// Parts that are open at a time.
const MOST_OPEN: usize = 64;
/// Lines below which it is not worth the while to share their parsing out.
const FEW_LINES: usize = 16;

impl<'a> Fetch<'a> {
    pub(crate) fn new(parts: &'a [PartFile]) -> Self {
        Self { parts, open: HashMap::new() }
    }

    /// The posts at places that were read before, in the order asked for.
    pub(crate) fn posts(&mut self, places: impl Iterator<Item = Location>) -> Result<Vec<PostRow>> {
        let mut lines: Vec<(usize, Vec<u8>)> = vec![];
        for at in places {
            lines.push((at.part, self.line(at)?));
        }
        let post = |(part, line): &(usize, Vec<u8>)| {
            let part = &self.parts[*part];
            match serde_json::from_slice(line) {
                Ok(Row::Post(post)) => Ok(*post),
                Ok(Row::Repeat(_) | Row::Reject(_)) => Err(part.damaged("it changed while it was read")),
                Err(e) => Err(part.damaged(e.to_string())),
            }
        };
        let posts: Vec<Result<PostRow>> = lines.par_iter().with_min_len(FEW_LINES).map(post).collect();
        posts.into_iter().collect()
    }

    fn line(&mut self, at: Location) -> Result<Vec<u8>> {
        let Some(part) = self.parts.get(at.part) else {
            return Err(BatchError::Damaged { path: PathBuf::new(), what: "a part is missing".to_owned() });
        };
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&at.part) {
            self.open.clear();
        }
        let file = match self.open.entry(at.part) {
            Entry::Occupied(open) => open.into_mut(),
            // A row, not the file: what was read ahead is lost with the next seek.
            Entry::Vacant(closed) => closed.insert(part.open(1 << 12)?),
        };
        let mut line = vec![];
        file.seek(SeekFrom::Start(at.offset))
            .and_then(|_| file.read_until(b'\n', &mut line))
            .map_err(|e| part.damaged(e.to_string()))?;
        Ok(line)
    }
}
