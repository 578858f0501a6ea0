//! What could not be used.

use serde::{Deserialize, Serialize};

/// Name and version of [`RejectRecord`].
pub const REJECT_SCHEMA: &str = "grens.reject/1";

/// An input line that could not be used. Holds no text of the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RejectRecord {
    /// Always `grens.reject/1`.
    pub schema: String,
    /// The input file, or `-` for stdin.
    pub file: String,
    /// Line number, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub hint: String,
}
