//! Where a post came from: in the world, and in the input.

use serde::{Deserialize, Serialize};

/// Where, when and in what context a post was made, as far as the input says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// Web address. On most platforms it names the account too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Platform, as the input or the preset names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// When it was posted: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Id of the post that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Who can see it, as the platform says: `public`, `unlisted`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Keyed pseudonym of the author, hexadecimal; only with a pseudonym key. Never a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// Which line of which input, provably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceRef {
    /// The input file, or `-` for stdin.
    pub file: String,
    /// SHA-256 of the file's bytes, hexadecimal; of the bytes read for stdin. Empty when the file could not be read to its end.
    pub file_sha256: String,
    /// Line in it, from 1.
    pub line: u64,
}
