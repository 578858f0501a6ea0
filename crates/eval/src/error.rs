//! What can go wrong between a labelled file and a figure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::datasets::Problem;

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
    #[error("{path}: no row could be used{}", why_none(first, *malformed, *skipped))]
    Empty {
        /// Which file.
        path: PathBuf,
        /// The first malformed rows.
        first: Vec<Problem>,
        /// How many are malformed.
        malformed: u64,
        /// How many a condition left out, or belong to another set.
        skipped: u64,
    },
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
    /// A labelled text that no other file could know.
    #[error("{path}:{line}: {problem}")]
    Ids {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
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

/// Values of a column that are listed one by one. A column with more has texts or numbers in it, and a message is no place for posts.
const LISTED: usize = 20;
/// Malformed rows that are named where no row can be used.
const NAMED: usize = 3;

impl EvalError {
    /// No row of a file could be used.
    pub(crate) fn empty(path: &Path, problems: &[Problem], skipped: u64) -> Self {
        let first = problems.iter().take(NAMED).cloned().collect();
        Self::Empty { path: path.to_owned(), first, malformed: problems.len() as u64, skipped }
    }
}

fn listed(values: &[((String, String), u64)]) -> String {
    let mut columns: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for ((column, value), rows) in values {
        columns.entry(column).or_default().push((value, *rows));
    }
    let column = |(column, values): (&str, Vec<(&str, u64)>)| {
        if values.len() > LISTED {
            let rows: u64 = values.iter().map(|v| v.1).sum();
            return format!("{} different ones in {column} ({rows} rows); is this the column of labels?", values.len());
        }
        let one = |(value, rows): (&str, u64)| format!("{column}={value:?} ({rows} rows)");
        values.into_iter().map(one).collect::<Vec<_>>().join(", ")
    };
    columns.into_iter().map(column).collect::<Vec<_>>().join(", ")
}

fn why_none(first: &[Problem], malformed: u64, skipped: u64) -> String {
    let mut why = vec![];
    if malformed > 0 {
        let rows: Vec<String> = first.iter().map(|p| format!("line {}: {}", p.line, p.reason)).collect();
        let more = if malformed > first.len() as u64 { ", ..." } else { "" };
        why.push(format!("{malformed} malformed ({}{more})", rows.join(", ")));
    }
    if skipped > 0 {
        why.push(format!("{skipped} left out by a condition or of another set"));
    }
    if why.is_empty() { "; it has none".to_owned() } else { format!(": {}", why.join("; ")) }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, EvalError>;
