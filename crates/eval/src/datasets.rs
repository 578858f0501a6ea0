//! Labelled files, one small adapter a kind. `template.rs` is the place to begin a new one; its first lines list the steps.

mod adapter;
mod example;
mod generic;
mod grenscheck;
mod hatecheck;
mod labels;
mod predictions;
mod raters;
mod rows;
mod rtplx;
mod table;
mod template;

pub use adapter::{Adapter, Card, Fault, NAMED, named};
pub use example::{Dataset, Example, Gold, Problem};
pub use generic::Generic;
pub use predictions::{Predictions, read_predictions};
pub use table::{Layout, Row};

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{EvalError, Result};
use table::Table;

/// A condition on rows: the value of this column is that.
pub type Where = (String, String);

/// Read a labelled file with an adapter. Rows that do not meet every condition of `only`, and rows that the adapter says belong to another set,
/// are skipped and counted. Examples come in the order of the file.
///
/// # Errors
/// When the file cannot be read, lacks a column, holds no usable row, or holds labels that do not map: those are listed, all of them.
pub fn read(path: &Path, adapter: &dyn Adapter, only: &[Where]) -> Result<Dataset> {
    let mut table = Table::open(path, adapter.layout())?;
    for column in adapter.columns().into_iter().chain(only.iter().map(|w| w.0.as_str())) {
        table.require(column)?;
    }
    let mut data = Dataset::new(path, adapter.card(), table::sha256(path)?);
    let mut unmapped: BTreeMap<(String, String), u64> = BTreeMap::new();
    while let Some(row) = table.next_row() {
        let row = match row {
            Ok(row) => row,
            Err(problem) => {
                data.problems.push(problem);
                continue;
            }
        };
        if only.iter().any(|(column, value)| row.get(column) != Some(value)) {
            data.skipped += 1;
            continue;
        }
        match adapter.example(&row) {
            Ok(Some(example)) => data.examples.push(example),
            Ok(None) => data.skipped += 1,
            Err(Fault::Row(reason)) => data.problems.push(Problem { line: row.line, reason }),
            Err(Fault::Label { column, value }) => *unmapped.entry((column, value)).or_default() += 1,
        }
    }
    if !unmapped.is_empty() {
        return Err(EvalError::Labels { path: path.to_owned(), values: unmapped.into_iter().collect() });
    }
    if data.examples.is_empty() {
        return Err(EvalError::Empty(path.to_owned()));
    }
    Ok(data)
}

/// Line and text of every row that has one, for files whose labels do not matter.
///
/// # Errors
/// When a file cannot be read, or has neither the column `text` nor `test_case`.
pub fn texts(path: &Path, text: &str) -> Result<Vec<(u64, String)>> {
    // The project's own rows have no quoting; their header tells them.
    let mut table = Table::open(path, None)?;
    if table.require("family").is_ok() && table.require("art137c").is_ok() && table.is_tsv() {
        table = Table::open(path, Some(Layout::PlainTsv))?;
    }
    let column = if table.require(text).is_err() && table.require("test_case").is_ok() { "test_case" } else { text };
    table.require(column)?;
    let mut found = vec![];
    while let Some(row) = table.next_row() {
        if let Ok(row) = row {
            found.extend(row.get(column).map(|cell| (row.line, cell.to_owned())));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
