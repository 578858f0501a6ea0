//! What can go wrong between a labelled file and a figure.

use std::path::PathBuf;

/// An error of this crate. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The labelled file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What went wrong.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: there is no column `{column}`; is this the right --format? columns: {found}")]
    Column {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        column: &'static str,
        /// What is there.
        found: String,
    },
    /// No row could be used.
    #[error("{0}: no row could be used")]
    Empty(PathBuf),
    /// Scoring failed.
    #[error(transparent)]
    Batch(#[from] grens_batch::BatchError),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, EvalError>;
