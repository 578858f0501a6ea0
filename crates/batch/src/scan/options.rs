//! How a scan is to be done.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::shard::Shard;
use super::table::ListFormat;

/// How a scan is to be done, and where its results go.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The folder for all results.
    pub out: PathBuf,
    /// ListFormat of the lists.
    pub format: ListFormat,
    /// Keep the decisions of clear posts too (without their text).
    pub keep_clear: bool,
    /// Keep no text at all.
    pub no_text: bool,
    /// Which share of the posts.
    pub shard: Shard,
    /// Folder that remembers posts from night to night.
    pub state: Option<PathBuf>,
    /// Items of the input after which a part is closed.
    pub part_items: u64,
    /// Time after which a part is closed: the most that a crash costs.
    pub part_time: Duration,
    /// Version of the program.
    pub grens: String,
    /// How the input is read, as named facts: a run is gone on with only when they agree.
    pub reading: BTreeMap<String, Value>,
    /// Ranked findings that the report brings back.
    pub top: usize,
}

impl ScanOptions {
    /// The usual way, into `out`.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            format: ListFormat::default(),
            keep_clear: false,
            no_text: false,
            shard: Shard::WHOLE,
            state: None,
            part_items: 100_000,
            part_time: Duration::from_secs(30),
            grens: env!("CARGO_PKG_VERSION").to_owned(),
            reading: BTreeMap::new(),
            top: 20,
        }
    }
}
