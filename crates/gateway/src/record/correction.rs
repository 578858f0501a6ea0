//! What was sent before does not stand any more.

use grens_law::VerdictRecord;
use serde::{Deserialize, Serialize};

use super::Explanation;

/// Name and version of [`CorrectionRecord`].
pub const CORRECTION_SCHEMA: &str = "grens.correction/1";

/// What becomes of the earlier record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CorrectionAction {
    /// It is taken back.
    Withdrawn,
    /// Another record, which follows, takes its place.
    Replaced,
}

/// A correction of a record that was sent, or may have been. It holds whichever of the two arrives first: a receiver that has not seen that record keeps the
/// correction, and does not act on the record when it comes later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CorrectionRecord {
    /// Always `grens.correction/1`.
    pub schema: String,
    /// Idempotency key, 64 hexadecimal digits.
    pub key: String,
    /// Key of the record that is corrected.
    pub corrects: String,
    /// What becomes of it.
    pub action: CorrectionAction,
    /// Key of the record that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// What this says, for people.
    pub explanation: Explanation,
    /// The verdict that led to it. It names the post.
    pub verdict: VerdictRecord,
    /// Day from which on it must not be kept, ISO 8601.
    pub keep_until: String,
}
