//! Rows of a table, every column by its name.

use std::io::BufRead;
use std::sync::Arc;

use super::super::csv::{Delimited, Step};
use super::super::found::Fault;
use super::super::jsonl::unreadable;
use super::{Record, Rows};

/// Names of the columns, and the rows; of `separators` the first that gives the columns `needed` parts them.
pub(super) fn open(
    input: Box<dyn BufRead + Send>,
    separators: &[u8],
    quoting: bool,
    needed: &[&str],
) -> Result<(Vec<Arc<str>>, Rows), Fault> {
    let mut table = Delimited::new(input, quoting);
    let fits = |names: &[String]| needed.iter().all(|wanted| names.iter().any(|n| n == wanted));
    let header = table.header(separators, fits).map_err(|e| unreadable(table.line(), &e))?;
    let columns: Vec<Arc<str>> = header.into_iter().flat_map(|h| h.names).map(Arc::from).collect();
    Ok((columns.clone(), Box::new(Table { table, columns })))
}

struct Table {
    table: Delimited,
    columns: Vec<Arc<str>>,
}

impl Iterator for Table {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = match self.table.next() {
            Ok(Step::End) => return None,
            Ok(Step::Fault(fault)) => return Some(Err(fault)),
            Ok(Step::Record(found)) => found,
            Err(e) => {
                let fault = unreadable(self.table.line(), &e);
                self.table.end();
                return Some(Err(fault));
            }
        };
        Some(self.table.cells(&found).map(|cells| {
            let mut record = Record::new(found.line);
            for (at, column) in self.columns.iter().enumerate() {
                record.set(Arc::clone(column), cells.get(at).to_owned());
            }
            record
        }))
    }
}
