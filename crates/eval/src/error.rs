//! What can go wrong between a labelled file and a figure.

use std::path::PathBuf;

/// An error of this crate. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A file could not be read, or is of another kind.
    #[error(transparent)]
    Records(#[from] grens_input::RecordsError),
    /// Labels that mean nothing to the adapter.
    #[error("{path}: label values that do not map: {}", listed(values))]
    Labels {
        /// Which file.
        path: PathBuf,
        /// Column, value, and number of rows.
        values: Vec<((String, String), u64)>,
    },
    /// No row could be used.
    #[error("{0}: no row could be used")]
    Empty(PathBuf),
    /// Scores of another system that do not fit.
    #[error("{path}{}: {problem}", if *line == 0 { String::new() } else { format!(":{line}") })]
    Predictions {
        /// Which file.
        path: PathBuf,
        /// Line, from 1; 0 for the file as a whole.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The data cannot support what was asked for.
    #[error("{0}")]
    TooLittle(String),
    /// Files that must have nothing in common share texts.
    #[error("{0}")]
    Overlap(String),
    /// A figure that does not exist was named.
    #[error("{0}")]
    Figure(String),
    /// Scoring failed.
    #[error(transparent)]
    Batch(#[from] grens_batch::BatchError),
}

fn listed(values: &[((String, String), u64)]) -> String {
    let one = |((column, value), n): &((String, String), u64)| format!("{column}={value:?} ({n} rows)");
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, EvalError>;
