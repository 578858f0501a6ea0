//! A decision of a scan, with all that a person needs to follow it back.

use serde::{Deserialize, Serialize};

use crate::{DecisionRecord, Place, SourceRef};

/// Name and version of [`FindingRecord`].
pub const FINDING_SCHEMA: &str = "grens.finding/1";

/// A line of a scan's `candidates`, `review`, `overflow`, `clusters` and `decisions`: a decision record (whose `schema` then
/// reads `grens.finding/1`) with its place and the chain of custody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingRecord {
    /// Place in the ranking of its file, from 1. Only in `candidates`, `review` and `overflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u64>,
    /// Posts that this line stands for, itself counted in: exact repeats and near repeats.
    /// Only in `candidates`, `review` and `overflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<u64>,
    /// Id of the post that stands for this one. Only in `clusters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Later posts with the same normalised text; they are listed in `repeats`. Not in `decisions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
    /// Which input line.
    #[serde(flatten)]
    pub source: SourceRef,
    /// Where it was posted.
    #[serde(flatten)]
    pub place: Place,
    /// The post's text, as far as it is kept; never of a clear post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Version of the program.
    pub grens: String,
    /// What is proposed.
    #[serde(flatten)]
    pub decision: DecisionRecord,
}
