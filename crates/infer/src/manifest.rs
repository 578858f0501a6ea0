//! `grens.toml`: what a model directory says about itself.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{InferError, Result};
use crate::labels::LabelMap;

/// Name of the file.
pub(crate) const FILE: &str = "grens.toml";

/// The manifest of a model directory.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// `grens-int8/1` for our own 8-bit weights; `hf` or nothing for a plain checkpoint.
    #[serde(default)]
    pub(crate) format: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// Tokens read of a post, special ones counted in.
    #[serde(default)]
    pub(crate) max_tokens: Option<usize>,
    /// Head to output.
    #[serde(default)]
    pub(crate) labels: Option<LabelMap>,
    /// SHA-256 of each file, hexadecimal.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
}

impl Manifest {
    pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|e| InferError::malformed(path, e))?;
        let manifest: Self = toml::from_str(text).map_err(|e| InferError::malformed(path, e))?;
        match manifest.format.as_deref() {
            None | Some("hf" | "grens-int8/1") => {}
            Some(other) => {
                let problem = format!("format {other:?} is not known to this version; grens-int8/1 and hf are");
                return Err(InferError::malformed(path, problem));
            }
        }
        for name in manifest.files.keys() {
            // A manifest names its neighbours and nothing else.
            if name.contains(['/', '\\']) || name.starts_with('.') {
                return Err(InferError::malformed(
                    path,
                    format!("[files] names {name:?}, which is no plain file name"),
                ));
            }
        }
        Ok(manifest)
    }
}
