//! Parquet files of posts.

mod cells;
mod columns;

use std::collections::VecDeque;

use parquet::errors::{ParquetError, Result};
use parquet::file::reader::ChunkReader;

use super::fields::{Fields, Slot};
use super::found::{Fault, Found, Reader, Spare};
use super::post::Post;
use super::row::Row;
pub(super) use columns::Columns;

/// Reads the rows of a Parquet file as posts, numbered from 1.
pub(super) struct ParquetFile<R: ChunkReader + 'static> {
    columns: Columns<R>,
    fields: Fields,
    /// What the columns that are read are, in their order.
    slots: Vec<Slot>,
    row: u64,
    found: VecDeque<Found>,
    spare: Spare,
}

impl<R: ChunkReader + 'static> ParquetFile<R> {
    /// Open a file.
    ///
    /// # Errors
    /// A fault when it is no Parquet, or has other columns.
    pub(super) fn open(input: R, fields: Fields) -> std::result::Result<Self, Fault> {
        let mut columns = Columns::open(input)?;
        let (mut wanted, mut slots) = (vec![], vec![]);
        for (slot, name) in fields.names() {
            if let Some(at) = columns.names().iter().position(|n| n == name) {
                if columns.holds_lists(at) {
                    return Err(lists(name));
                }
                wanted.push(at);
                slots.push(slot);
            }
        }
        let missing = [(Slot::Id, &fields.id), (Slot::Text, &fields.text)];
        if let Some((_, name)) = missing.iter().find(|(slot, _)| !slots.contains(slot)) {
            let mut shown = columns.names().iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
            shown.truncate(shown.floor_char_boundary(500));
            let hint = format!("its columns are {shown}; name them with --id-field and --text-field");
            return Err(Fault::new(0, format!("the file has no column `{name}`"), hint));
        }
        columns.read_only(wanted);
        Ok(Self { columns, fields, slots, row: 0, found: VecDeque::new(), spare: Spare::default() })
    }

    /// The next rows into `found`; `false` at the end.
    fn read_rows(&mut self) -> Result<bool> {
        let Some(batch) = self.columns.next_rows()? else { return Ok(false) };
        let mut cells: Vec<_> = batch.cells.into_iter().map(Vec::into_iter).collect();
        for _ in 0..batch.rows {
            let mut row = Row::default();
            for (slot, column) in self.slots.iter().zip(&mut cells) {
                if let Some(cell) = column.next() {
                    row.set(*slot, cell);
                }
            }
            self.row += 1;
            self.found.push_back(row.found(self.row, &self.fields, &mut self.spare));
        }
        Ok(true)
    }
}

impl<R: ChunkReader + 'static> Reader for ParquetFile<R> {
    fn next(&mut self) -> Option<Found> {
        while self.found.is_empty() {
            match self.read_rows() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(e) => {
                    self.columns.end();
                    return Some(Found::Fault(damaged(self.row + 1, &e)));
                }
            }
        }
        self.found.pop_front()
    }

    fn reuse(&mut self, spent: Box<Post>) {
        self.spare.keep(spent);
    }
}

/// The fault of a column that holds more than one value a row.
pub(super) fn lists(column: &str) -> Fault {
    Fault::new(0, format!("the column `{column}` holds lists"), "give a column with one value a row")
}

/// The fault of a file that cannot be read on from this row, counted from 1; 0 for the file as a whole.
pub(super) fn damaged(row: u64, error: &ParquetError) -> Fault {
    let hint = "what stands before this row was scored; write the file again, it may be cut short";
    Fault::new(row, format!("the Parquet file cannot be read: {error}"), hint)
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::fs::File;
    use std::io::Seek as _;
    use std::sync::Arc;

    /// A file with an id that is a number, a text that may be missing, and a time in milliseconds; two row groups.
    fn written(schema: &str) -> File {
        let schema = Arc::new(parse_message_type(schema).unwrap_or_else(|e| panic!("{e}")));
        let mut file = tempfile::tempfile().unwrap_or_else(|e| panic!("{e}"));
        let copy = file.try_clone().unwrap_or_else(|e| panic!("{e}"));
        let fill = || -> Result<()> {
            let mut writer = SerializedFileWriter::new(copy, schema, Arc::default())?;
            for first in [1, 3] {
                let mut group = writer.next_row_group()?;
                let mut column = group.next_column()?.ok_or(ParquetError::General("column".to_owned()))?;
                column.typed::<Int64Type>().write_batch(&[first, first + 1], None, None)?;
                column.close()?;
                let mut column = group.next_column()?.ok_or(ParquetError::General("column".to_owned()))?;
                let text: Vec<ByteArray> = vec![format!("post {first}").into_bytes().into()];
                column.typed::<ByteArrayType>().write_batch(&text, Some(&[1, 0]), None)?;
                column.close()?;
                let mut column = group.next_column()?.ok_or(ParquetError::General("column".to_owned()))?;
                column.typed::<Int64Type>().write_batch(&[1_795_194_066_000, 0], None, None)?;
                column.close()?;
                group.close()?;
            }
            writer.close().map(|_| ())
        };
        fill().unwrap_or_else(|e| panic!("{e}"));
        file.rewind().unwrap_or_default();
        file
    }

    const SCHEMA: &str = "message posts { required int64 id; optional binary text (UTF8);
                          required int64 created_at (TIMESTAMP_MILLIS); }";

    #[test]
    fn rows_of_all_groups_are_read() {
        let mut file = ParquetFile::open(written(SCHEMA), Fields::default()).unwrap_or_else(|e| panic!("{e:?}"));
        let found: Vec<Found> = std::iter::from_fn(|| file.next()).collect();
        assert_eq!(found.len(), 4);
        for (at, id) in [(0, 1), (2, 3)] {
            let Found::Post(post) = &found[at] else { panic!("{:?}", found[at]) };
            assert_eq!(
                (post.line, post.id.as_str(), post.text.as_str()),
                (id, &*id.to_string(), &*format!("post {id}"))
            );
            assert_eq!(post.place.created_at.as_deref(), Some("2026-11-20T17:01:06Z"));
            assert!(
                matches!(&found[at + 1], Found::Fault(f) if f.line == id + 1 && f.reason.contains("`text` is missing"))
            );
        }
    }

    #[test]
    fn other_columns_are_named() {
        let fields = Fields { text: "bericht".to_owned(), ..Fields::default() };
        let fault = ParquetFile::open(written(SCHEMA), fields).err().unwrap_or_else(|| panic!("a fault"));
        assert!(
            fault.reason.contains("no column `bericht`") && fault.hint.contains("id, text, created_at"),
            "{fault:?}"
        );
        let fields = Fields { text: "created_at".to_owned(), ..Fields::default() };
        let mut file = ParquetFile::open(written(SCHEMA), fields).unwrap_or_else(|e| panic!("{e:?}"));
        assert!(matches!(file.next(), Some(Found::Post(p)) if p.text == "2026-11-20T17:01:06Z"));
    }

    #[test]
    fn what_breaks_off_is_named() {
        let file = written(SCHEMA);
        let length = file.metadata().map(|m| m.len()).unwrap_or(0);
        file.set_len(length / 2).unwrap_or_default();
        let fault = ParquetFile::open(file, Fields::default()).err().unwrap_or_else(|| panic!("a fault"));
        assert!(fault.reason.contains("cannot be read"), "{fault:?}");
    }
}
