//! Lists on disk: JSON Lines, CSV or Parquet.

mod columns;
mod csv_cells;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde::Serialize;

use self::columns::Columns;
use self::csv_cells::Cells;
use crate::disk::Whole;
use crate::error::{BatchError, Result};

/// Rows of a Parquet batch.
const BATCH: usize = 1024;

/// How lists are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated, with a header; lists within a cell are joined by `|`.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl ListFormat {
    /// The extension of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for ListFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// Why a format was not understood.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no format: write jsonl, csv or parquet")]
pub struct ListFormatError(String);

impl FromStr for ListFormat {
    type Err = ListFormatError;

    fn from_str(text: &str) -> std::result::Result<Self, ListFormatError> {
        [Self::Jsonl, Self::Csv, Self::Parquet]
            .into_iter()
            .find(|f| f.extension() == text)
            .ok_or_else(|| ListFormatError(text.to_owned()))
    }
}

/// A record that can stand in a list of any format.
pub(crate) trait Record: Serialize + Columns + Cells {}

impl<T: Serialize + Columns + Cells> Record for T {}

/// A list in the making. It gets its name when it is complete.
pub(crate) struct Table {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Jsonl(Whole),
    Csv(Box<csv::Writer<Whole>>),
    Parquet { writer: Box<ArrowWriter<Whole>>, decoder: Box<Decoder>, waiting: usize },
}

impl Table {
    /// Begin `dir/name.EXT` for records of type `R`. A list without records has its header or columns all the same.
    pub(crate) fn create<R: Record>(dir: &Path, name: &str, format: ListFormat) -> Result<Self> {
        let name = format!("{name}.{format}");
        let (file, path) = (Whole::create(dir, &name)?, dir.join(name));
        let kind = match format {
            ListFormat::Jsonl => Kind::Jsonl(file),
            ListFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(R::header()).map_err(|e| failed(&path, e))?;
                Kind::Csv(Box::new(writer))
            }
            ListFormat::Parquet => {
                let schema = Arc::new(R::schema());
                let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                let writer =
                    ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(|e| failed(&path, e))?;
                let decoder = ReaderBuilder::new(schema).with_strict_mode(true).with_batch_size(BATCH).build_decoder();
                let decoder = Box::new(decoder.map_err(|e| failed(&path, e))?);
                Kind::Parquet { writer: Box::new(writer), decoder, waiting: 0 }
            }
        };
        Ok(Self { path, kind })
    }

    pub(crate) fn write<R: Record>(&mut self, record: &R) -> Result<()> {
        let path = &self.path;
        match &mut self.kind {
            Kind::Jsonl(file) => file.line(record)?,
            Kind::Csv(writer) => writer.write_record(record.cells()).map_err(|e| failed(path, e))?,
            Kind::Parquet { writer, decoder, waiting } => {
                decoder.serialize(std::slice::from_ref(record)).map_err(|e| failed(path, e))?;
                *waiting += 1;
                if *waiting == BATCH {
                    flush(writer, decoder).map_err(|e| failed(path, e))?;
                    *waiting = 0;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<()> {
        let path = &self.path;
        match self.kind {
            Kind::Jsonl(file) => file.commit(),
            Kind::Csv(writer) => writer.into_inner().map_err(|e| failed(path, e.into_error()))?.commit(),
            Kind::Parquet { mut writer, mut decoder, .. } => {
                flush(&mut writer, &mut decoder).map_err(|e| failed(path, e))?;
                writer.into_inner().map_err(|e| failed(path, e))?.commit()
            }
        }
    }
}

fn flush(writer: &mut ArrowWriter<Whole>, decoder: &mut Decoder) -> std::result::Result<(), ArrowError> {
    if let Some(batch) = decoder.flush()? {
        writer.write(&batch)?;
    }
    Ok(())
}

/// What a format's library says is about the file that is written.
fn failed(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> BatchError {
    BatchError::output(path, std::io::Error::other(error))
}
