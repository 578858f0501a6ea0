//! What a report was made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::datasets::Dataset;
use crate::metrics::{Draws, LEAST_CLUSTERS};
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
    /// How it was read: every option that decides which examples come out of the file, by the name that it has on the command line.
    #[serde(default)]
    pub reading: BTreeMap<String, String>,
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
    /// Where figures stand without intervals and tests though draws were asked for: why.
    #[must_use]
    pub fn too_few_clusters(&self, draws: Draws) -> Option<String> {
        let few = draws.n > 0 && self.clusters < LEAST_CLUSTERS as u64;
        few.then(|| {
            format!(
                "{} independent texts or clusters of them are too few for intervals and tests, which take {LEAST_CLUSTERS}",
                self.clusters
            )
        })
    }

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
            reading: data.reading.clone(),
            rows: data.examples.len() as u64,
            skipped: data.skipped,
            malformed: data.problems.len() as u64,
            clusters,
        }
    }
}
