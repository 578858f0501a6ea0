//! Lists that a scan wrote, read back: JSON Lines, CSV and Parquet, plain or compressed, give the same records.

mod cells;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::compression::decompress;
use super::format::Format;
use super::found::Fault;
use super::jsonl::Texts;
use super::records::{Layout, Records, RecordsError};

/// Why a list cannot be read. No message repeats what stands in it: it may be a post.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file is not there, or cannot be opened.
    #[error("cannot read {path}: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A table lacks a column, or is none.
    #[error(transparent)]
    Table(#[from] RecordsError),
    /// The file as a whole is not what it should be.
    #[error("{path}: {problem}")]
    Whole {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A line is not what it should be.
    #[error("{path}:{line}: {problem}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Line, from 1; in Parquet the number of the row.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

/// Hand each record of a list to `take`, with its line (in Parquet: the number of its row). The file's name tells its format; what tells none is JSON Lines.
///
/// # Errors
/// When the file cannot be read, a line is no record of kind `schema`, or `take` fails.
pub fn each_record<T: DeserializeOwned, E: From<ListError>>(
    path: &Path,
    schema: &str,
    take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<(), E> {
    match Format::of_name(path) {
        Some(format @ (Format::Csv | Format::Parquet)) => rows(path, format, schema, take),
        _ => lines(path, schema, take),
    }
}

fn lines<T: DeserializeOwned, E: From<ListError>>(
    path: &Path,
    schema: &str,
    mut take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<(), E> {
    let file = File::open(path).map_err(|source| ListError::Open { path: path.to_owned(), source })?;
    let mut texts = Texts::new(decompress(file).map_err(|fault| faulty(path, fault))?);
    while let Some(found) = texts.next() {
        let (line, text) = found.map_err(|fault| faulty(path, fault))?;
        let record = serde_json::from_str(text).map_err(|e| ListError::Line {
            path: path.to_owned(),
            line,
            problem: format!("this is no {schema} record (column {})", e.column()),
        })?;
        take(line, record)?;
    }
    Ok(())
}

fn rows<T: DeserializeOwned, E: From<ListError>>(
    path: &Path,
    format: Format,
    schema: &str,
    mut take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<(), E> {
    let layout = Layout { lists: true, ..Layout::default() };
    for found in Records::open(path, layout, &["schema", "id"]).map_err(ListError::from)? {
        let row = found.map_err(|fault| faulty(path, fault))?;
        let record = cells::object(&row, format)
            .and_then(|object| serde_json::from_value(object).map_err(|_| format!("this is no {schema} record")));
        let broken = |problem| ListError::Line { path: path.to_owned(), line: row.line, problem };
        take(row.line, record.map_err(broken)?)?;
    }
    Ok(())
}

fn faulty(path: &Path, fault: Fault) -> ListError {
    let (path, problem) = (path.to_owned(), fault.reason);
    match fault.line {
        0 => ListError::Whole { path, problem },
        line => ListError::Line { path, line, problem },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use grens_law::{REPEAT_SCHEMA, RepeatRecord};

    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<Vec<RepeatRecord>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut records = vec![];
        let read = each_record(&path, REPEAT_SCHEMA, |_, record| {
            records.push(record);
            Ok::<_, ListError>(())
        });
        read.map(|()| records).map_err(|e| e.to_string().replace(&path.display().to_string(), name))
    }

    const TABLE: &str = "schema,id,repeat_of,band,text_sha256,file,file_sha256,line,url,platform,created_at,parent,visibility,author\r\n";

    #[test]
    fn a_row_of_a_table_is_a_record() {
        let row = "grens.repeat/1,'-1,p1,review,00,p.jsonl,,7,,forum,,,,\r\n";
        let found = read("repeats.csv", format!("{TABLE}{row}").as_bytes()).unwrap();
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!((one.id.as_str(), one.source.line, one.source.file_sha256.as_str()), ("-1", 7, ""));
        assert_eq!((one.place.platform.as_deref(), one.place.url.as_deref()), (Some("forum"), None));
    }

    #[test]
    fn a_compressed_list_is_read_like_a_plain_one() {
        let row = "grens.repeat/1,a,p1,review,00,p.jsonl,,7,,forum,,,,\r\n";
        let plain = format!("{TABLE}{row}");
        let zipped = zstd::encode_all(plain.as_bytes(), 1).unwrap();
        let wanted = read("repeats.csv", plain.as_bytes()).unwrap();
        assert_eq!(read("repeats.csv.zst", &zipped).unwrap(), wanted);
        let line = serde_json::to_vec(&wanted[0]).unwrap();
        assert_eq!(read("repeats.jsonl.zst", &zstd::encode_all(&line[..], 1).unwrap()).unwrap(), wanted);
    }

    #[test]
    fn what_is_no_record_is_named_and_not_repeated() {
        let row = "grens.repeat/1,geheim,p1,anders,00,p.jsonl,,7,,,,,,\r\n";
        let wrong = read("repeats.csv", format!("{TABLE}{row}").as_bytes()).unwrap_err();
        assert_eq!(wrong, "repeats.csv:2: this is no grens.repeat/1 record");
        let row = "grens.repeat/1,a,p1,review,00,p.jsonl,,zeven,,,,,,\r\n";
        let wrong = read("repeats.csv", format!("{TABLE}{row}").as_bytes()).unwrap_err();
        assert_eq!(wrong, "repeats.csv:2: column `line` holds no number");
        assert!(read("repeats.csv", b"a,b\r\n").unwrap_err().contains("no column `schema`"));
        assert_eq!(
            read("r.jsonl", b"{\"id\":1}\n").unwrap_err(),
            "r.jsonl:1: this is no grens.repeat/1 record (column 7)"
        );
        assert_eq!(read("r.jsonl", b"PK\x03\x04....").unwrap_err(), "r.jsonl: a zip archive");
    }
}
