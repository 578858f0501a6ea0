//! What a report was made from.

use serde::{Deserialize, Serialize};

use crate::datasets::Dataset;
use crate::metrics::Draws;
use crate::system::SystemRef;

/// What it takes to repeat a run to the digit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the program.
    pub grens: String,
    /// The labelled set.
    pub data: DataRef,
    /// Who spoke.
    pub system: SystemRef,
    /// Bootstrap draws behind the intervals.
    pub draws: Draws,
}

/// A labelled set as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DataRef {
    /// Its name.
    pub set: String,
    /// Its licence.
    pub licence: String,
    /// Whom to cite.
    pub citation: String,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Usable rows.
    pub rows: u64,
    /// Rows left out by a condition, or of another set.
    pub skipped: u64,
    /// Malformed rows.
    pub malformed: u64,
    /// Clusters: groups of texts that are not independent.
    pub clusters: u64,
}

impl DataRef {
    /// `, 3 malformed rows left out`; nothing where there are none.
    pub(crate) fn left_out(&self) -> String {
        match self.malformed {
            0 => String::new(),
            1 => ", 1 malformed row left out".to_owned(),
            n => format!(", {n} malformed rows left out"),
        }
    }

    /// What is known of a data set with this many clusters.
    #[must_use]
    pub fn of(data: &Dataset, clusters: u64) -> Self {
        Self {
            set: data.card.name.clone(),
            licence: data.card.licence.clone(),
            citation: data.card.citation.clone(),
            file: data.path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default(),
            sha256: data.sha256.clone(),
            rows: data.examples.len() as u64,
            skipped: data.skipped,
            malformed: data.problems.len() as u64,
            clusters,
        }
    }
}
