//! Parquet files, column by column: only what is wanted is read and decompressed.

mod cells;

use std::collections::VecDeque;

use parquet::column::reader::ColumnReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, FileReader};
use parquet::file::serialized_reader::SerializedFileReader;

use super::draft::{Fault, Found, Reader};
use super::fields::{COUNT, Fields, Slot};
use super::row::{Cell, Row};
use cells::read_cells;

/// Rows that are held at a time.
const ROWS: usize = 1024;

/// Reads the rows of a Parquet file, numbered from 1.
pub(super) struct ParquetFile<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    fields: Fields,
    /// Which columns are read, for which slots.
    columns: Vec<(Slot, usize)>,
    next_group: usize,
    group: Option<Group>,
    row: u64,
    found: VecDeque<Found>,
}

/// The row group in hand.
struct Group {
    readers: Vec<ColumnReader>,
    rows_left: usize,
}

impl<R: ChunkReader + 'static> ParquetFile<R> {
    /// Open a file.
    ///
    /// # Errors
    /// A fault when it is no Parquet, or has other columns.
    pub(super) fn open(input: R, fields: Fields) -> std::result::Result<Self, Fault> {
        let file = SerializedFileReader::new(input).map_err(|e| damaged(0, &e))?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let names: Vec<String> = schema.columns().iter().map(|c| c.path().string()).collect();
        let mut columns = vec![];
        for (slot, name) in fields.names() {
            if let Some(at) = names.iter().position(|n| n == name) {
                if schema.column(at).max_rep_level() > 0 {
                    let reason = format!("the column `{name}` holds lists");
                    return Err(Fault::new(0, reason, "give a column with one value a row"));
                }
                columns.push((slot, at));
            }
        }
        let missing = [(Slot::Id, &fields.id), (Slot::Text, &fields.text)];
        if let Some((_, name)) = missing.iter().find(|(slot, _)| !columns.iter().any(|(s, _)| s == slot)) {
            let mut shown = names.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
            shown.truncate(shown.floor_char_boundary(500));
            let hint = format!("its columns are {shown}; name them with --id-field and --text-field");
            return Err(Fault::new(0, format!("the file has no column `{name}`"), hint));
        }
        Ok(Self { file, fields, columns, next_group: 0, group: None, row: 0, found: VecDeque::new() })
    }

    /// The next rows into `found`; `false` at the end.
    fn read_rows(&mut self) -> Result<bool> {
        let Some(group) = &mut self.group else {
            if self.next_group >= self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.next_group)?;
            self.next_group += 1;
            let readers = self.columns.iter().map(|(_, at)| group.get_column_reader(*at)).collect::<Result<_>>()?;
            let rows_left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.group = Some(Group { readers, rows_left });
            return Ok(true);
        };
        let wanted = group.rows_left.min(ROWS);
        group.rows_left -= wanted;
        let schema = self.file.metadata().file_metadata().schema_descr_ptr();
        let mut cells: [Vec<Cell<'static>>; COUNT] = Default::default();
        for ((slot, at), reader) in self.columns.iter().zip(&mut group.readers) {
            cells[*slot as usize] = read_cells(reader, wanted, &schema.column(*at))?;
        }
        let mut columns = cells.map(Vec::into_iter);
        for _ in 0..wanted {
            let mut row = Row::default();
            for slot in Slot::ALL {
                if let Some(cell) = columns[slot as usize].next() {
                    row.set(slot, cell);
                }
            }
            self.row += 1;
            self.found.push_back(row.into_found(self.row, &self.fields));
        }
        if group.rows_left == 0 {
            self.group = None;
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
                    self.group = None;
                    self.next_group = usize::MAX;
                    return Some(Found::Fault(damaged(self.row + 1, &e)));
                }
            }
        }
        self.found.pop_front()
    }
}

fn damaged(row: u64, error: &ParquetError) -> Fault {
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
