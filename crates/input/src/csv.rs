//! Tables of posts: CSV and TSV with a header line.

mod delimited;
mod header;

use std::borrow::Cow;
use std::io::{self, BufRead};

use super::fields::{COUNT, Fields, Slot};
use super::found::{Fault, Found, Reader, Spare};
use super::jsonl::unreadable;
use super::post::Post;
use super::row::{Cell, Row};
pub(super) use delimited::{Cells, Delimited, Step};
use header::missing_columns;
pub(super) use header::{CSV, TSV, is_name};

/// Reads the rows of a table as posts.
pub(super) struct Table {
    rows: Delimited,
    fields: Fields,
    separators: &'static [u8],
    /// Which column is what; not there before the header was read, nor once nothing more can be read.
    columns: Option<[Option<usize>; COUNT]>,
    begun: bool,
    spare: Spare,
}

impl Table {
    pub(super) fn new(input: Box<dyn BufRead + Send>, fields: Fields, separators: &'static [u8]) -> Self {
        Self {
            rows: Delimited::new(input, true),
            fields,
            separators,
            columns: None,
            begun: false,
            spare: Spare::default(),
        }
    }

    /// Read the header line, and find out what separates its names.
    fn read_header(&mut self) -> io::Result<Option<Fault>> {
        let fields = &self.fields;
        let fits = |names: &[String]| [&fields.id, &fields.text].iter().all(|wanted| names.contains(wanted));
        let Some(found) = self.rows.header(self.separators, fits)? else { return Ok(None) };
        if !found.fit {
            let fault = missing_columns(fields, &found.names, found.line);
            self.rows.end();
            return Ok(Some(fault));
        }
        self.columns = Some(fields.names().map(|(_, name)| found.names.iter().position(|n| n == name)));
        Ok(None)
    }

    fn next_post(&mut self, columns: &[Option<usize>; COUNT]) -> io::Result<Option<Found>> {
        let record = match self.rows.next()? {
            Step::Record(record) => record,
            Step::Fault(fault) => return Ok(Some(Found::Fault(fault))),
            Step::End => return Ok(None),
        };
        Ok(Some(match self.rows.cells(&record) {
            Ok(cells) => post(&cells, columns).found(record.line, &self.fields, &mut self.spare),
            Err(fault) => Found::Fault(fault),
        }))
    }

    /// Nothing that follows can be trusted.
    fn give_up(&mut self, error: &io::Error) -> Option<Found> {
        let fault = unreadable(self.rows.line(), error);
        self.rows.end();
        self.columns = None;
        Some(Found::Fault(fault))
    }
}

fn post<'a>(cells: &Cells<'a>, columns: &[Option<usize>; COUNT]) -> Row<'a> {
    let mut row = Row::default();
    for slot in Slot::ALL {
        if let Some(column) = columns[slot as usize] {
            row.set(slot, Cell::Text(Cow::Borrowed(cells.get(column))));
        }
    }
    row
}

impl Reader for Table {
    fn next(&mut self) -> Option<Found> {
        if !self.begun {
            self.begun = true;
            match self.read_header() {
                Ok(None) => {}
                Ok(Some(fault)) => return Some(Found::Fault(fault)),
                Err(e) => return self.give_up(&e),
            }
        }
        let columns = self.columns?;
        match self.next_post(&columns) {
            Ok(found) => found,
            Err(e) => self.give_up(&e),
        }
    }

    fn reuse(&mut self, spent: Box<Post>) {
        self.spare.keep(spent);
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::MAX_RECORD_BYTES;

    fn read(input: &str) -> Vec<String> {
        let mut table = Table::new(Box::new(io::Cursor::new(input.as_bytes().to_vec())), Fields::default(), CSV);
        std::iter::from_fn(|| table.next())
            .map(|found| match found {
                Found::Post(p) => format!("{} {}={}", p.line, p.id, p.text),
                Found::Fault(f) => format!("{} ! {}", f.line, f.reason),
                Found::NoPost => "-".to_owned(),
            })
            .collect()
    }

    #[test]
    fn any_separator_and_any_line_break_will_do() {
        for separator in [",", ";", "\t", "|"] {
            for line_break in ["\n", "\r\n"] {
                let table = ["text,id,x", "\"een, \"\"twee\"\"\",1,", "", "drie,2,", "\"vier", "vijf\",3,", "zes,4,"];
                let input = table.join(line_break).replace(',', separator);
                let wanted = [
                    format!("2 1=een{separator} \"twee\""),
                    "4 2=drie".to_owned(),
                    format!("5 3=vier{line_break}vijf"),
                    "7 4=zes".to_owned(),
                ];
                assert_eq!(read(&input), wanted, "{input:?}");
            }
        }
    }

    #[test]
    fn a_row_of_another_length_is_named() {
        let input = "id,text\n1,een, twee\n2\n3,drie\n";
        assert_eq!(
            read(input),
            ["2 ! 3 columns where the header has 2", "3 ! 1 columns where the header has 2", "4 3=drie"]
        );
    }

    #[test]
    fn an_open_quotation_mark_swallows_no_other_post() {
        let wanted = ["2 1=een", "3 ! a quotation mark opens on this line and is never closed", "4 3=drie", "5 4=vier"];
        assert_eq!(read("id,text\n1,een\n2,\"twee\n3,drie\n4,vier"), wanted);
        assert_eq!(read("\u{feff}id,text\n1,een\n2,\"twee\n3,drie\n4,vier\n"), wanted);
        assert_eq!(read("id,text\n1,een\n2,\"twee"), wanted[..2]);
    }

    #[test]
    fn marks_inside_a_text_are_text() {
        assert_eq!(read("id,text\n1,een \"twee\" drie\n2,5\" pijp"), ["2 1=een \"twee\" drie", "3 2=5\" pijp"]);
    }

    #[test]
    fn a_table_without_the_columns_says_which_it_has() {
        let mut table = Table::new(Box::new(io::Cursor::new("nr,bericht\n1,x\n")), Fields::default(), CSV);
        let Some(Found::Fault(fault)) = table.next() else { panic!("a fault") };
        assert!(fault.reason.contains("`id` and no column `text`") && fault.hint.contains("nr, bericht"), "{fault:?}");
        assert_eq!(table.next(), None);
        let mut table = Table::new(Box::new(io::Cursor::new("Wat een dag, zeg\n")), Fields::default(), CSV);
        let Some(Found::Fault(fault)) = table.next() else { panic!("a fault") };
        assert!(!fault.hint.contains("dag"), "a first line that is a post is not repeated: {fault:?}");
    }

    #[test]
    fn an_endless_line_is_skipped() {
        let input = format!("id,text\n1,{}\n2,twee\n", "x".repeat(MAX_RECORD_BYTES + 100_000));
        assert_eq!(read(&input), ["2 ! the line is longer than 16 MiB", "3 2=twee"]);
    }

    #[test]
    fn an_empty_table_holds_nothing() {
        for input in ["", "\n \n", "id,text", "id,text\n\n"] {
            assert!(read(input).is_empty(), "{input:?}");
        }
    }
}
