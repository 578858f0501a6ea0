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
mod template;

pub use adapter::{Adapter, Card, Fault, NAMED, named};
use example::missing;
pub use example::{Dataset, Example, Gold, Problem, need};
pub use generic::Generic;
pub use predictions::{Predictions, read_predictions};

use std::collections::BTreeMap;
use std::path::Path;

use grens_input::{Format, Layout, Records, RecordsError};

use crate::error::{EvalError, Result};
use rows::OWN;

/// A condition on rows: the value of this column is that.
pub type Where = (String, String);

/// Read a labelled file with an adapter. Rows that do not meet every condition of `only`, and rows that the adapter says belong to another set,
/// are skipped and counted. Examples come in the order of the file.
///
/// # Errors
/// When the file cannot be read, lacks a column, holds no usable row, or holds labels that do not map: those are listed, all of them.
pub fn read(path: &Path, adapter: &dyn Adapter, only: &[Where]) -> Result<Dataset> {
    let needed: Vec<&str> = adapter.columns().into_iter().chain(only.iter().map(|w| w.0.as_str())).collect();
    let mut rows = Records::open(path, adapter.layout(), &needed)?;
    let mut data = Dataset::new(path, adapter.card(), reading(adapter, only));
    let mut unmapped: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in &mut rows {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                data.problems.push(fault.into());
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
            Err(Fault::Row(reason)) => data.problems.push(Problem::new(row.line, reason)),
            Err(Fault::Label { column, value }) => *unmapped.entry((column, value)).or_default() += 1,
        }
    }
    data.sha256 = rows.finish()?;
    if !unmapped.is_empty() {
        return Err(EvalError::Labels { path: path.to_owned(), values: unmapped.into_iter().collect() });
    }
    if data.examples.is_empty() {
        return Err(EvalError::empty(path, &data.problems, data.skipped));
    }
    Ok(data)
}

/// What decides, beside the file's bytes, which examples come out of it.
fn reading(adapter: &dyn Adapter, only: &[Where]) -> BTreeMap<String, String> {
    let conditions = only.iter().map(|(column, value)| (format!("where.{column}"), value.clone()));
    adapter.reading().into_iter().chain(conditions).collect()
}

/// The texts of a file whose labels do not matter, and what of it could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Line and text, in the order of the file.
    pub texts: Vec<(u64, String)>,
    /// Rows that could not be read, or have no text.
    pub problems: Vec<Problem>,
}

/// Line and text of every row. `text` names the column; files in HateCheck's columns have `test_case`.
///
/// # Errors
/// When a file cannot be read to its end, has neither column, or has rows and none that can be used.
pub fn texts(path: &Path, text: &str) -> Result<Texts> {
    let (column, mut rows) = open_texts(path, text)?;
    let mut found = Texts::default();
    for row in &mut rows {
        match row {
            Ok(row) => match row.get(column) {
                Some(cell) => found.texts.push((row.line, cell.to_owned())),
                None => found.problems.push(Problem::new(row.line, missing(column))),
            },
            Err(fault) => found.problems.push(fault.into()),
        }
    }
    rows.finish()?;
    if found.texts.is_empty() && !found.problems.is_empty() {
        return Err(EvalError::empty(path, &found.problems, 0));
    }
    Ok(found)
}

fn open_texts<'a>(path: &Path, text: &'a str) -> std::result::Result<(&'a str, Records), RecordsError> {
    // The project's own tables have no quoting; their header tells them.
    if Format::of_name(path) == Some(Format::Tsv)
        && let Ok(rows) = Records::open(path, OWN, &["family", "art137c", text])
    {
        return Ok((text, rows));
    }
    let given = Records::open(path, Layout::default(), &[text]);
    if matches!(given, Err(RecordsError::Column { .. }))
        && let Ok(rows) = Records::open(path, Layout::default(), &["test_case"])
    {
        return Ok(("test_case", rows));
    }
    Ok((text, given?))
}

#[cfg(test)]
mod tests;
