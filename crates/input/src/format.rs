//! How a file is written, told from its name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A file format of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON Lines: one object a line.
    Jsonl,
    /// A JSON document that is a list of objects, or holds one.
    Json,
    /// A table with a header line, separated by commas, semicolons, tabs or bars.
    Csv,
    /// A table with a header line, separated by tabs.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

/// Name endings of the formats.
const ENDINGS: [(&str, Format); 9] = [
    ("jsonl", Format::Jsonl),
    ("ndjson", Format::Jsonl),
    ("json", Format::Json),
    ("js", Format::Json),
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("tab", Format::Tsv),
    ("parquet", Format::Parquet),
    ("pq", Format::Parquet),
];

/// Name endings of compressed files, which stand after the format's.
const COMPRESSED: [&str; 3] = ["gz", "zst", "zstd"];

impl Format {
    /// The format that a file's name tells, `None` when it tells none.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let name = COMPRESSED.iter().find_map(|c| name.strip_suffix(c)?.strip_suffix('.')).unwrap_or(&name);
        let (_, ending) = name.rsplit_once('.')?;
        ENDINGS.iter().find(|(e, _)| *e == ending).map(|(_, format)| *format)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        ENDINGS
            .iter()
            .find(|(ending, format)| *ending == name && format.to_string() == name)
            .map(|(_, format)| *format)
            .ok_or_else(|| format!("no format `{name}`; there are jsonl, json, csv, tsv and parquet"))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_format() {
        for (name, format) in [
            ("a.jsonl", Some(Format::Jsonl)),
            ("a.b.NDJSON.gz", Some(Format::Jsonl)),
            ("tweets.js", Some(Format::Json)),
            ("RC_2026-01.zst", None),
            ("map.csv/posts", None),
            ("posts.tsv.zst", Some(Format::Tsv)),
            ("p.parquet", Some(Format::Parquet)),
            ("a.txt", None),
        ] {
            assert_eq!(Format::of_name(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn a_format_is_called_by_its_name() {
        for name in ["jsonl", "json", "csv", "tsv", "parquet"] {
            assert_eq!(name.parse::<Format>().map(|f| f.to_string()).as_deref(), Ok(name));
        }
        assert!("ndjson".parse::<Format>().is_err());
    }
}
