//! Records with all their columns, for who measures: labelled sets, other systems' scores.
//!
//! A scan drops all columns but a post's own, on purpose ([`super::Inputs`]). The bytes go the same way in both: the same hash, decompression, lines, tables and Parquet.

mod delimited;
mod error;
mod json_lines;
mod parquet;
mod record;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::decompress;
use super::csv::{CSV, TSV, is_name};
use super::format::Format;
use super::found::Fault;
use super::jsonl::unreadable;
use super::opened::guarded;
use super::raw::Raw;
use super::source::Source;
pub use error::RecordsError;
pub use record::Record;

/// How a file of records is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Its format; without one its name tells.
    pub format: Option<Format>,
    /// Whether cells of a table may stand between quotation marks; else a quotation mark is a sign like any other.
    pub quoting: bool,
    /// Whether Parquet columns that hold lists of texts are read, as JSON; else they are left out.
    pub lists: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { format: None, quoting: true, lists: false }
    }
}

/// Reads the records of one format. After a fault that ends the file it gives `None`.
type Rows = Box<dyn Iterator<Item = Result<Record, Fault>>>;

/// The records of a file, in its order.
pub struct Records {
    path: PathBuf,
    raw: Raw,
    rows: Rows,
}

impl Records {
    /// Open a file that has the columns `needed`: of a table the header tells, of Parquet the schema, of JSON Lines the first object. Dots reach into
    /// objects.
    ///
    /// # Errors
    /// When the file cannot be read, its name tells no format, or a column is missing.
    pub fn open(path: &Path, layout: Layout, needed: &[&str]) -> Result<Self, RecordsError> {
        let format = layout.format.or_else(|| Format::of_name(path));
        let format = format.filter(|f| *f != Format::Json).ok_or_else(|| RecordsError::Format(path.to_owned()))?;
        let raw = Source::File(path.to_owned()).open(&Arc::default(), None)?;
        let failed = |fault| RecordsError::Read { file: path.to_owned(), fault };
        let opened = guarded(|| rows(format, layout, path, &raw, needed)).and_then(|rows| rows);
        let (columns, rows) = opened.map_err(failed)?;
        if let Some(column) = needed.iter().find(|name| !columns.iter().any(|c| **c == ***name)) {
            let found: Vec<&str> = columns.iter().map(|c| &**c).filter(|c| is_name(c)).take(30).collect();
            return Err(RecordsError::Column {
                file: path.to_owned(),
                column: (*column).to_owned(),
                found: found.join(", "),
            });
        }
        Ok(Self { path: path.to_owned(), raw, rows })
    }

    /// SHA-256 of the file's bytes on disk, hexadecimal. What was not read is read for it.
    ///
    /// # Errors
    /// When the file cannot be read on, or is no longer what it was when it was opened.
    pub fn finish(self) -> Result<String, RecordsError> {
        let file = self.path;
        drop(self.rows);
        let end = self.raw.finish();
        match (end.fault, end.sha256) {
            (None, Some(sha256)) => Ok(sha256),
            (Some(fault), _) => Err(RecordsError::Read { file, fault }),
            (None, None) => {
                let fault = Fault::new(0, "it cannot be read to its end", "copy it from its source again");
                Err(RecordsError::Read { file, fault })
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        guarded(|| self.rows.next()).unwrap_or_else(|fault| {
            self.rows = Box::new(std::iter::empty());
            Some(Err(fault))
        })
    }
}

/// Names of the columns, and the rows.
fn rows(
    format: Format,
    layout: Layout,
    path: &Path,
    raw: &Raw,
    needed: &[&str],
) -> Result<(Vec<Arc<str>>, Rows), Fault> {
    match format {
        Format::Csv => delimited::open(decompress(raw.clone())?, CSV, layout.quoting, needed),
        Format::Tsv => delimited::open(decompress(raw.clone())?, TSV, layout.quoting, needed),
        Format::Jsonl | Format::Json => Ok(json_lines::open(decompress(raw.clone())?)),
        // Parquet is read from its end on, past `raw`, which hashes the file in the end.
        Format::Parquet => parquet::open(File::open(path).map_err(|e| unreadable(0, &e))?, needed, layout.lists),
    }
}
