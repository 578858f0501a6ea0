//! Rows of named cells, out of CSV, TSV, JSON Lines or Parquet, plain or gzip.
//!
//! A labelled set has columns of its own, which the readers of posts in `grens-batch` do not carry: those hand on a post and its place, and
//! drop all else on purpose. So the library readers of each format stand here, behind one row.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::adapter::Fault;
use super::example::Problem;
use crate::error::{EvalError, Result};

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Commas, quoting.
    Csv,
    /// Tabs, quoting.
    Tsv,
    /// Tabs, no quoting.
    PlainTsv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

impl Layout {
    fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        Some(match name.rsplit_once('.')?.1 {
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "jsonl" | "ndjson" => Self::Jsonl,
            "parquet" | "pq" => Self::Parquet,
            _ => return None,
        })
    }
}

/// One row. A cell that is missing, or null, is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, from 1 (in Parquet: number of the row).
    pub line: u64,
    cells: Vec<(String, String)>,
}

impl Row {
    /// What stands in a column. A list or an object is given as JSON.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| name == column).map(|(_, cell)| cell.as_str())
    }

    /// What stands in a column that every row must have.
    ///
    /// # Errors
    /// When nothing does.
    pub fn need(&self, column: &str) -> std::result::Result<&str, Fault> {
        self.get(column).ok_or_else(|| Fault::Row(format!("`{column}` is missing")))
    }
}

type Rows = Box<dyn Iterator<Item = std::result::Result<Row, Problem>>>;

/// A file, row by row.
pub(super) struct Table {
    path: PathBuf,
    layout: Layout,
    /// Names of the columns; of JSON Lines those of the first object.
    columns: Vec<String>,
    first: Option<std::result::Result<Row, Problem>>,
    rows: Rows,
}

impl Table {
    /// Open a file; its name tells the layout where none is given.
    pub(super) fn open(path: &Path, layout: Option<Layout>) -> Result<Self> {
        let layout = layout.or_else(|| Layout::of_name(path)).ok_or_else(|| EvalError::Layout(path.to_owned()))?;
        let (columns, mut rows) = match layout {
            Layout::Csv => delimited(path, b',', true)?,
            Layout::Tsv => delimited(path, b'\t', true)?,
            Layout::PlainTsv => delimited(path, b'\t', false)?,
            Layout::Jsonl => (vec![], json_lines(path)?),
            Layout::Parquet => parquet_rows(path)?,
        };
        let first = rows.next();
        let columns = match &first {
            Some(Ok(row)) if columns.is_empty() => row.cells.iter().map(|(name, _)| name.clone()).collect(),
            _ => columns,
        };
        Ok(Self { path: path.to_owned(), layout, columns, first, rows })
    }

    /// Refuse a file without this column.
    pub(super) fn require(&self, column: &str) -> Result<()> {
        if self.columns.iter().any(|c| c == column) {
            return Ok(());
        }
        // A file without a header line shows its first text here.
        let is_name = |c: &&String| c.len() <= 40 && !c.contains(char::is_whitespace);
        let found: Vec<&str> = self.columns.iter().filter(is_name).map(String::as_str).collect();
        Err(EvalError::Column { path: self.path.clone(), column: column.to_owned(), found: found.join(", ") })
    }

    /// Whether its cells are parted by tabs.
    pub(super) fn is_tsv(&self) -> bool {
        matches!(self.layout, Layout::Tsv | Layout::PlainTsv)
    }

    pub(super) fn next_row(&mut self) -> Option<std::result::Result<Row, Problem>> {
        self.first.take().or_else(|| self.rows.next())
    }
}

/// SHA-256 of a file's bytes, hexadecimal.
pub(crate) fn sha256(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(|e| failed(path, e))?;
    std::io::copy(&mut file, &mut hash).map_err(|e| failed(path, e))?;
    Ok(format!("{:x}", hash.finalize()))
}

fn failed(path: &Path, problem: impl ToString) -> EvalError {
    EvalError::Read { path: path.to_owned(), problem: problem.to_string() }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let mut file = BufReader::new(File::open(path).map_err(|e| failed(path, e))?);
    let is_gzip = file.fill_buf().map_err(|e| failed(path, e))?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip { Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file))) } else { Box::new(file) })
}

fn delimited(path: &Path, delimiter: u8, quoting: bool) -> Result<(Vec<String>, Rows)> {
    let mut input = open(path)?;
    // Spreadsheets begin their CSV with a byte order mark.
    if input.fill_buf().map_err(|e| failed(path, e))?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).quoting(quoting).flexible(true).from_reader(input);
    let columns: Vec<String> = reader.headers().map_err(|e| failed(path, e))?.iter().map(str::to_owned).collect();
    let names = columns.clone();
    let rows = reader.into_records().zip(2..).map(move |(record, number)| {
        let record = record
            .map_err(|e| Problem { line: e.position().map_or(number, csv::Position::line), reason: e.to_string() })?;
        let line = record.position().map_or(number, csv::Position::line);
        if record.len() != names.len() {
            let reason = format!("the row has {} cells, the header {}", record.len(), names.len());
            return Err(Problem { line, reason });
        }
        Ok(Row { line, cells: names.iter().cloned().zip(record.iter().map(str::to_owned)).collect() })
    });
    Ok((columns, Box::new(rows)))
}

fn json_lines(path: &Path) -> Result<Rows> {
    let lines = open(path)?.lines().zip(1..).filter(|(line, _)| !line.as_ref().is_ok_and(|l| l.trim().is_empty()));
    Ok(Box::new(lines.map(|(text, line)| {
        let problem = |reason: String| Problem { line, reason };
        let text = text.map_err(|e| problem(e.to_string()))?;
        match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => {
                Ok(Row { line, cells: object.into_iter().filter_map(|(name, v)| Some((name, cell(v)?))).collect() })
            }
            Ok(_) => Err(problem("the line is no JSON object".to_owned())),
            Err(e) => Err(problem(format!("the line is no JSON: {e}"))),
        }
    })))
}

fn cell(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn parquet_rows(path: &Path) -> Result<(Vec<String>, Rows)> {
    let file = File::open(path).map_err(|e| failed(path, e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| failed(path, e))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let columns = schema.root_schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
    let rows = reader.into_iter().zip(1..).map(|(row, line)| {
        let row = row.map_err(|e| Problem { line, reason: e.to_string() })?;
        let cells = row.get_column_iter().filter_map(|(name, field)| {
            let cell = match field {
                Field::Null => return None,
                Field::Str(text) => text.clone(),
                other => other.to_string(),
            };
            Some((name.clone(), cell))
        });
        Ok(Row { line, cells: cells.collect() })
    });
    Ok((columns, Box::new(rows)))
}
