//! Counts of a scan. No text, no id, no time of running: the same posts give the same summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ModelRef;

/// Name and version of [`SummaryRecord`].
pub const SUMMARY_SCHEMA: &str = "grens.summary/2";

/// Posts of the two bands that people look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BandCounts {
    /// Candidates.
    pub candidates: u64,
    /// For review.
    pub review: u64,
}

/// An input file of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// Its name, or `-` for stdin.
    pub file: String,
    /// SHA-256 of its bytes, hexadecimal; of the bytes read for stdin. Null when it could not be read to its end.
    pub sha256: Option<String>,
    /// Bytes read.
    pub bytes: u64,
}

/// Lines of the ranked files; each stands for one post or one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// In `candidates`.
    pub candidates: u64,
    /// In `review`.
    pub review: u64,
    /// In `overflow`: what the policy's cap left out.
    pub overflow: u64,
}

/// Counts of one scan. `posts` = `candidates` + `review` + `clear`; repeats are counted with the band of their first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SummaryRecord {
    /// Always `grens.summary/2`.
    pub schema: String,
    /// Version of the program.
    pub grens: String,
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Which statute table.
    pub law: String,
    /// Input files, in order.
    pub sources: Vec<SourceRecord>,
    /// Usable posts in a language that is scored, not seen before.
    pub posts: u64,
    /// Distinct texts among them: what the model read.
    pub scored: u64,
    /// Posts whose text, normalised, was that of an earlier one.
    pub repeats: u64,
    /// Posts proposed as candidates.
    pub candidates: u64,
    /// Posts for review.
    pub review: u64,
    /// Posts with nothing to look at.
    pub clear: u64,
    /// Lines of the ranked files.
    pub lines: Lines,
    /// Candidates and review posts that stand behind another line as near repeats.
    pub near_repeats: u64,
    /// Scored texts that were longer than the model reads.
    pub truncated: u64,
    /// Input lines that could not be used.
    pub rejected: u64,
    /// Posts of clearly another language, by language tag; not scored.
    pub other_languages: BTreeMap<String, u64>,
    /// Posts that an earlier night has scanned already; not scored.
    pub seen_before: u64,
    /// Posts by article.
    pub by_article: BTreeMap<String, BandCounts>,
    /// Posts by ground named.
    pub by_ground: BTreeMap<String, BandCounts>,
    /// Posts by platform; `unknown` where the input does not say.
    pub by_platform: BTreeMap<String, BandCounts>,
    /// Posts by hour of day in UTC, `00` to `23`; `unknown` where the input does not say.
    pub by_hour: BTreeMap<String, BandCounts>,
}
