//! A post whose text was scored before in the same scan.

use serde::{Deserialize, Serialize};

use crate::{Band, Place, SourceRef};

/// Name and version of [`RepeatRecord`].
pub const REPEAT_SCHEMA: &str = "grens.repeat/1";

/// A post whose text, normalised, is that of an earlier post. It has that post's scores and decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RepeatRecord {
    /// Always `grens.repeat/1`.
    pub schema: String,
    /// The post's id, as the input gave it.
    pub id: String,
    /// Id of the first post with this text.
    pub repeat_of: String,
    /// What was proposed for the first.
    pub band: Band,
    /// SHA-256 of this post's text as read (UTF-8), hexadecimal.
    pub text_sha256: String,
    /// Which input line.
    #[serde(flatten)]
    pub source: SourceRef,
    /// Where it was posted.
    #[serde(flatten)]
    pub place: Place,
}
