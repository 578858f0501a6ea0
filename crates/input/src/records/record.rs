//! A record with all its columns.

use std::sync::Arc;

use super::super::row::Cell;

/// Named cells. A cell that is missing, or null, is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Line in the file, from 1 (in Parquet: number of the row).
    pub line: u64,
    cells: Vec<(Arc<str>, String)>,
}

impl Record {
    pub(super) const fn new(line: u64) -> Self {
        Self { line, cells: vec![] }
    }

    /// What stands in a column: a text, a number or a flag as a text, a list or an object as JSON.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| **name == *column).map(|(_, cell)| cell.as_str())
    }

    /// All cells that are there, by the names of their columns, in the order of the file.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cells.iter().map(|(name, cell)| (&**name, cell.as_str()))
    }

    pub(super) fn set(&mut self, column: Arc<str>, cell: String) {
        self.cells.push((column, cell));
    }
}

/// A cell as a text; `None` for what is missing or no text.
pub(super) fn text(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.into_owned()),
        Cell::Whole(number) => Some(number.to_string()),
        Cell::Fraction(number) => Some(number.to_string()),
        Cell::Flag(flag) => Some(flag.to_string()),
        Cell::Missing | Cell::List | Cell::Object | Cell::Bytes => None,
    }
}
