//! Any number of systems on the same texts: who is better, by how much, and whether that is chance.

mod build;
mod holm;
mod mcnemar;
mod render;
mod significance;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::head::Head;
use crate::metrics::Draws;
use crate::report::{DataRef, Estimate};
use crate::system::SystemRef;

pub use build::compare;
pub use holm::holm;
pub use mcnemar::mcnemar_exact;

/// Name and version of [`Comparison`].
pub const COMPARE_SCHEMA: &str = "grens.compare/1";

/// Systems side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Always `grens.compare/1`.
    pub schema: String,
    /// Version of the program.
    pub grens: String,
    /// The labelled set.
    pub data: DataRef,
    /// Which head.
    pub head: Head,
    /// Texts with a label for it.
    pub n: u64,
    /// Those that are hateful.
    pub hateful: u64,
    /// Bootstrap draws behind the intervals; all systems share them.
    pub draws: Draws,
    /// The systems, in the order given.
    pub systems: Vec<SystemRow>,
    /// Every two of them.
    pub pairs: Vec<Pair>,
    /// Texts that they judge differently. Holds no text.
    pub disagreements: Vec<Disagreement>,
}

/// One system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SystemRow {
    /// Name in the table.
    pub name: String,
    /// Who spoke.
    pub system: SystemRef,
    /// From this score on it says yes.
    pub threshold: f32,
    /// Its figures, by name.
    pub figures: BTreeMap<String, Estimate>,
}

/// Two systems on the same texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Name of the first.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// McNemar's test over all texts, each by itself: it knows no clusters.
    pub all: Test,
    /// The same test within each functionality, corrected over them (Holm); empty where the set has none.
    pub functionalities: Vec<(String, Test)>,
    /// Differences `a - b` of figures, by name, corrected over all differences of all pairs.
    pub differences: BTreeMap<String, Difference>,
}

/// An exact McNemar test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Texts compared.
    pub n: u64,
    /// Texts that only the first has right.
    pub only_a: u64,
    /// Texts that only the second has right.
    pub only_b: u64,
    /// Chance of a division at least as uneven when both are equally good.
    pub p: f64,
    /// The same after Holm's correction over the tests of its kind.
    pub p_holm: f64,
}

/// A difference with its interval and test by paired bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// a - b, with the 95% interval over draws in which both saw the same texts.
    pub estimate: Estimate,
    /// Twice the smaller share of draws on one side of 0, draws without a difference counted on both (Efron and Tibshirani 1993, section 15.4).
    /// Nothing where it was not tested: without draws, with too few clusters, or where too many draws leave it undefined.
    pub p: Option<f64>,
    /// The same after Holm's correction over those that were tested.
    pub p_holm: Option<f64>,
}

/// A text that not all systems judge alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// Id in the data set.
    pub id: String,
    /// Index among the usable rows, from 0.
    pub index: u64,
    /// Its functionality; empty where the set has none.
    pub functionality: String,
    /// What people say.
    pub hateful: bool,
    /// What each system says, in their order.
    pub marked: Vec<bool>,
    /// With which score.
    pub scores: Vec<f32>,
}
