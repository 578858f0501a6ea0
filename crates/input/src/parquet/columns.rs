//! Columns of a Parquet file, some rows at a time: only what is wanted is read and decompressed.

use parquet::column::reader::ColumnReader;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, FileReader};
use parquet::file::serialized_reader::SerializedFileReader;

use super::super::found::Fault;
use super::super::row::Cell;
use super::cells::read_cells;
use super::damaged;

/// Rows that are held at a time.
const ROWS: usize = 1024;

/// A file with the columns that are read of it.
pub(crate) struct Columns<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    names: Vec<String>,
    /// Which columns are read.
    wanted: Vec<usize>,
    next_group: usize,
    group: Option<Group>,
}

/// The row group in hand.
struct Group {
    readers: Vec<ColumnReader>,
    rows_left: usize,
}

/// Rows that stand together.
pub(crate) struct Batch {
    pub(crate) rows: usize,
    /// `[columns that are read, rows]`.
    pub(crate) cells: Vec<Vec<Cell<'static>>>,
}

impl<R: ChunkReader + 'static> Columns<R> {
    /// Open a file; all its columns are read.
    ///
    /// # Errors
    /// A fault when it is no Parquet.
    pub(crate) fn open(input: R) -> std::result::Result<Self, Fault> {
        let file = SerializedFileReader::new(input).map_err(|e| damaged(0, &e))?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let names: Vec<String> = schema.columns().iter().map(|c| c.path().string()).collect();
        Ok(Self { file, wanted: (0..names.len()).collect(), names, next_group: 0, group: None })
    }

    /// Names of all columns; of those within groups with dots.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a column holds more than one value a row. Such a one cannot be read.
    pub(crate) fn holds_lists(&self, at: usize) -> bool {
        self.file.metadata().file_metadata().schema_descr().column(at).max_rep_level() > 0
    }

    /// Read these columns only, in this order.
    pub(crate) fn read_only(&mut self, columns: Vec<usize>) {
        self.wanted = columns;
    }

    /// The next rows; `None` at the end.
    pub(crate) fn next_rows(&mut self) -> Result<Option<Batch>> {
        while self.group.as_ref().is_none_or(|group| group.rows_left == 0) {
            if self.next_group >= self.file.num_row_groups() {
                return Ok(None);
            }
            let group = self.file.get_row_group(self.next_group)?;
            self.next_group += 1;
            let readers = self.wanted.iter().map(|at| group.get_column_reader(*at)).collect::<Result<_>>()?;
            let rows_left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.group = Some(Group { readers, rows_left });
        }
        let Some(group) = &mut self.group else { return Ok(None) };
        let rows = group.rows_left.min(ROWS);
        group.rows_left -= rows;
        let schema = self.file.metadata().file_metadata().schema_descr_ptr();
        let columns = self.wanted.iter().zip(&mut group.readers);
        let cells = columns.map(|(at, reader)| read_cells(reader, rows, &schema.column(*at)));
        Ok(Some(Batch { rows, cells: cells.collect::<Result<_>>()? }))
    }

    /// Read no more.
    pub(crate) fn end(&mut self) {
        self.group = None;
        self.next_group = usize::MAX;
    }
}
