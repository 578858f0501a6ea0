//! The manifest of a run: the one file that says which parts count. It is replaced atomically, after the part that it names is durable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use grens_law::{ModelRef, Policy, SourceRecord};
use serde::{Deserialize, Serialize};

use super::part::PartFile;
use super::plan::Plan;
use super::shard::Shard;
use crate::disk;
use crate::error::{BatchError, Result};

/// Name of the manifest in the run's folder.
pub(crate) const NAME: &str = "manifest.json";
const SCHEMA: &str = "grens.run/1";

/// What a run has done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    schema: String,
    /// Name of the run in the state folder.
    pub(crate) run: String,
    pub(crate) plan: Plan,
    pub(crate) shard: Shard,
    pub(crate) identity: Identity,
    pub(crate) started_at: String,
    pub(crate) updated_at: String,
    /// In order; together they cover the items of the input from the first on, without a gap.
    pub(crate) parts: Vec<Part>,
    /// Set when the input was read to its end.
    pub(crate) sources: Option<Vec<SourceRecord>>,
    /// Whether the results were written.
    pub(crate) finished: bool,
}

/// Who decided, for summaries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) grens: String,
    pub(crate) model: ModelRef,
    /// Whole: the caps are applied at the end, by `merge` too.
    pub(crate) policy: Policy,
    pub(crate) law: String,
    pub(crate) keep_clear: bool,
}

/// A part that counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) file: String,
    /// Of the part file.
    pub(crate) sha256: String,
    /// First item of the input that it covers, from 0.
    pub(crate) from: u64,
    /// The item after its last.
    pub(crate) to: u64,
    /// Digest of the items themselves: by it a later run knows that it reads the same input.
    pub(crate) items_sha256: String,
    pub(crate) counts: PartCounts,
}

/// What a part's items became. Items of other shards are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartCounts {
    /// Posts, repeats counted in.
    pub(crate) posts: u64,
    pub(crate) scored: u64,
    pub(crate) candidates: u64,
    pub(crate) review: u64,
    pub(crate) truncated: u64,
    pub(crate) rejected: u64,
    pub(crate) seen_before: u64,
    pub(crate) other_languages: BTreeMap<String, u64>,
}

impl PartCounts {
    /// All items that were this run's.
    pub(crate) fn items(&self) -> u64 {
        self.posts + self.rejected + self.seen_before + self.other_languages.values().sum::<u64>()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.posts += other.posts;
        self.scored += other.scored;
        self.candidates += other.candidates;
        self.review += other.review;
        self.truncated += other.truncated;
        self.rejected += other.rejected;
        self.seen_before += other.seen_before;
        for (lang, n) in &other.other_languages {
            *self.other_languages.entry(lang.clone()).or_default() += n;
        }
    }
}

impl Manifest {
    pub(crate) fn new(plan: Plan, shard: Shard, identity: Identity) -> Self {
        let now = now();
        let run = format!("{}-{}", now.replace([':', '-'], ""), std::process::id());
        Self {
            schema: SCHEMA.to_owned(),
            run,
            plan,
            shard,
            identity,
            started_at: now.clone(),
            updated_at: now,
            parts: vec![],
            sources: None,
            finished: false,
        }
    }

    /// Read the manifest of a run's folder; `None` when there is none.
    ///
    /// # Errors
    /// [`BatchError::Damaged`] when it is no manifest of this version.
    pub(crate) fn load(run_dir: &Path) -> Result<Option<Self>> {
        let path = run_dir.join(NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(BatchError::Damaged { path, what: e.to_string() }),
        };
        let manifest: Self = serde_json::from_slice(&bytes)
            .map_err(|e| BatchError::Damaged { path: path.clone(), what: e.to_string() })?;
        if manifest.schema != SCHEMA {
            return Err(BatchError::Damaged { path, what: format!("it is of kind {}, not {SCHEMA}", manifest.schema) });
        }
        Ok(Some(manifest))
    }

    /// Replace the manifest on disk.
    pub(crate) fn save(&mut self, run_dir: &Path) -> Result<()> {
        self.updated_at = now();
        disk::write_json(run_dir, NAME, self)
    }

    /// The first item that no part covers.
    pub(crate) fn next_item(&self) -> u64 {
        self.parts.last().map_or(0, |p| p.to)
    }

    pub(crate) fn counts(&self) -> PartCounts {
        let mut sum = PartCounts::default();
        self.parts.iter().for_each(|p| sum.add(&p.counts));
        sum
    }

    /// The part files, in order.
    pub(crate) fn files(&self, run_dir: &Path) -> Vec<PartFile> {
        let dir = parts_dir(run_dir);
        self.parts.iter().map(|p| PartFile { path: dir.join(&p.file), sha256: p.sha256.clone() }).collect()
    }
}

pub(crate) fn parts_dir(run_dir: &Path) -> PathBuf {
    run_dir.join("parts")
}

/// The time, RFC 3339, UTC, whole seconds.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
