//! A labelled text, and a file of them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use grens_batch::Post;
use grens_input::{Fault as RowFault, Record};
use grens_law::{Band, Ground};

use super::adapter::{Card, Fault};
use crate::head::Head;

/// What people said of a text. `None` where they did not say, or said that it is contested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gold {
    /// Abuse of a protected group.
    pub group_hate: Option<bool>,
    /// Candidate under Article 137c.
    pub art137c: Option<bool>,
    /// Candidate under Article 137d.
    pub art137d: Option<bool>,
}

impl Gold {
    /// The label of one head.
    #[must_use]
    pub const fn of(&self, head: Head) -> Option<bool> {
        match head {
            Head::GroupHate => self.group_hate,
            Head::A137c => self.art137c,
            Head::A137d => self.art137d,
        }
    }

    /// Write the label of one head.
    pub const fn set(&mut self, head: Head, label: Option<bool>) {
        match head {
            Head::GroupHate => self.group_hate = label,
            Head::A137c => self.art137c = label,
            Head::A137d => self.art137d = label,
        }
    }
}

/// A labelled text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text, as a post.
    pub post: Post,
    /// Whether the post's id stands in the file; else it is the number of its line, by which no other file knows it.
    pub has_own_id: bool,
    /// Its labels.
    pub gold: Gold,
    /// The grounds that people named; `None` where the set does not say.
    pub grounds: Option<Vec<Ground>>,
    /// The functionality that it tests; empty where the set has none.
    pub functionality: String,
    /// The group that it is about; empty where the set does not say.
    pub group: String,
    /// Texts with the same cluster are not independent (one template, one family); empty for a text by itself.
    pub cluster: String,
    /// The band that the set's author wants.
    pub expected_band: Option<Band>,
}

impl Example {
    /// An example without labels out of a row's text and id (its line where it has none).
    ///
    /// # Errors
    /// When the text is missing or empty.
    pub fn new(row: &Record, text: &str, id: Option<&str>) -> Result<Self, Fault> {
        let text = need(row, text)?;
        if text.trim().is_empty() {
            return Err(Fault::Row("the text is empty".to_owned()));
        }
        let own_id = id.and_then(|column| row.get(column)).filter(|id| !id.is_empty());
        let id = own_id.map_or_else(|| row.line.to_string(), str::to_owned);
        let lang = row.get("lang").unwrap_or("und").to_owned();
        Ok(Self {
            post: Post::new(id, text.to_owned(), lang.into(), "".into(), row.line),
            has_own_id: own_id.is_some(),
            gold: Gold::default(),
            grounds: None,
            functionality: String::new(),
            group: String::new(),
            cluster: String::new(),
            expected_band: None,
        })
    }
}

/// What stands in a column that every row must have.
///
/// # Errors
/// When nothing does.
pub fn need<'a>(row: &'a Record, column: &str) -> Result<&'a str, Fault> {
    row.get(column).ok_or_else(|| Fault::Row(missing(column)))
}

pub(super) fn missing(column: &str) -> String {
    format!("`{column}` is missing")
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1 (in Parquet: number of the row).
    pub line: u64,
    /// What is wrong.
    pub reason: String,
    /// What to do about it; empty where the reason says it.
    pub hint: String,
}

impl Problem {
    pub(super) const fn new(line: u64, reason: String) -> Self {
        Self { line, reason, hint: String::new() }
    }
}

impl From<RowFault> for Problem {
    fn from(RowFault { line, reason, hint }: RowFault) -> Self {
        Self { line, reason, hint }
    }
}

/// A labelled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The file.
    pub path: PathBuf,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Licence and citation.
    pub card: Card,
    /// How it was read: every option that decides which examples come out of the file, by name.
    pub reading: BTreeMap<String, String>,
    /// Usable rows, in order.
    pub examples: Vec<Example>,
    /// Malformed rows.
    pub problems: Vec<Problem>,
    /// Rows of another set, or that a condition left out.
    pub skipped: u64,
}

impl Dataset {
    pub(super) fn new(path: &Path, card: Card, reading: BTreeMap<String, String>) -> Self {
        let (path, sha256) = (path.to_owned(), String::new());
        Self { path, sha256, card, reading, examples: vec![], problems: vec![], skipped: 0 }
    }

    /// The cluster of every example, numbered from 0 in order of appearance.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 texts")]
    pub fn clusters(&self) -> Vec<u32> {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let mut next = 0;
        let mut number = || {
            next += 1;
            next - 1
        };
        let clusters = self.examples.iter().map(|e| match e.cluster.as_str() {
            "" => number(),
            name => *seen.entry(name).or_insert_with(&mut number),
        });
        clusters.collect()
    }
}
