//! Rows of a Parquet file, every column by its name.

use std::fs::File;
use std::sync::Arc;

use super::super::found::Fault;
use super::super::parquet::{Columns, damaged, lists};
use super::record::text;
use super::{Record, Rows};

/// Names of the columns, and the rows. Columns of lists are left out, or with `and_lists` read as JSON and called by the list's own name.
///
/// # Errors
/// A fault when the file is no Parquet, or one of `needed` holds lists.
pub(super) fn open(file: File, needed: &[&str], and_lists: bool) -> Result<(Vec<Arc<str>>, Rows), Fault> {
    let mut columns = Columns::open(file)?;
    let (with_lists, single): (Vec<usize>, Vec<usize>) =
        (0..columns.names().len()).partition(|at| columns.holds_lists(*at));
    let of = |list: &[usize]| -> Vec<Arc<str>> {
        list.iter().filter_map(|at| columns.names().get(*at)).map(|name| own_name(name).into()).collect()
    };
    if let Some(name) = of(&with_lists).iter().find(|name| needed.contains(&&***name)) {
        return Err(lists(name));
    }
    let wanted = if and_lists { [single, with_lists].concat() } else { single };
    let names = of(&wanted);
    columns.read_only(wanted);
    Ok((names.clone(), Box::new(Table { columns, names, row: 0, read: vec![].into_iter() })))
}

/// The name of a list, without those of the levels that Parquet puts below it.
fn own_name(column: &str) -> &str {
    [".list.item", ".list.element"].iter().find_map(|end| column.strip_suffix(end)).unwrap_or(column)
}

struct Table {
    columns: Columns<File>,
    names: Vec<Arc<str>>,
    row: u64,
    /// Rows that were read and not yet handed out.
    read: std::vec::IntoIter<Record>,
}

impl Iterator for Table {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.read.next() {
                return Some(Ok(record));
            }
            let batch = match self.columns.next_rows() {
                Ok(batch) => batch?,
                Err(e) => {
                    self.columns.end();
                    return Some(Err(damaged(self.row + 1, &e)));
                }
            };
            let mut records: Vec<Record> = (0..batch.rows as u64).map(|at| Record::new(self.row + at + 1)).collect();
            self.row += records.len() as u64;
            for (name, cells) in self.names.iter().zip(batch.cells) {
                for (record, cell) in records.iter_mut().zip(cells) {
                    if let Some(cell) = text(cell) {
                        record.set(Arc::clone(name), cell);
                    }
                }
            }
            self.read = records.into_iter();
        }
    }
}
