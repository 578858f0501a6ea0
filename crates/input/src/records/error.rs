//! Why the records of a file cannot be read.

use std::path::PathBuf;

use super::super::error::InputError;
use super::super::found::Fault;

/// An error before, or instead of, records. What is wrong with one record is a [`Fault`] among them.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The file is not there, or cannot be opened.
    #[error(transparent)]
    Open(#[from] InputError),
    /// The name does not tell how the file is laid out.
    #[error("{0}: its name does not end in .csv, .tsv, .jsonl or .parquet")]
    Format(PathBuf),
    /// The file as a whole cannot be read.
    #[error("cannot read {file}: {}", fault.reason)]
    Read {
        /// Which file.
        file: PathBuf,
        /// What is wrong, and what to do.
        fault: Fault,
    },
    /// A column is missing.
    #[error("{file}: there is no column `{column}`; columns: {found}")]
    Column {
        /// Which file.
        file: PathBuf,
        /// What is missing.
        column: String,
        /// What is there.
        found: String,
    },
}
