//! Figures of one system on one labelled set, with everything that is needed to repeat them.

mod bars;
mod bounds;
mod build;
mod html;
mod manifest;
mod markdown;
mod names;
mod slices;
mod svg;
pub(crate) mod terminal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::head::Head;
use crate::metrics::{BiasAucs, Brier, Confusion, ReliabilityBin, RiskPoint, ratio, wilson};

pub use bounds::{Bound, Direction};
pub use build::evaluate;
pub use manifest::{DataRef, Manifest};

/// Name and version of [`Report`].
pub const EVAL_SCHEMA: &str = "grens.eval/1";

/// Figures of one labelled set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Always `grens.eval/1`.
    pub schema: String,
    /// What it takes to repeat the run.
    pub manifest: Manifest,
    /// Texts measured.
    pub n: u64,
    /// One entry a head that the set labels and the system has; the one that slices go by first.
    pub heads: Vec<HeadReport>,
    /// Which band the texts got; nothing for a system without bands.
    pub bands: Option<BandTable>,
    /// The first head's figures by functionality, group, ground, article and length of text, where the set knows them.
    pub slices: Vec<Slice>,
}

/// A figure with its 95% bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Nothing where it is not defined.
    pub value: Option<f64>,
    /// Nothing without draws, or where too many draws leave it undefined.
    pub interval: Option<(f64, f64)>,
}

/// A share with Wilson's 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub n: u64,
    /// hits / n, in 0..=1; 0 of none is 0.
    pub share: f64,
    /// Wilson's interval.
    pub interval: (f64, f64),
}

impl Share {
    /// `hits` of `n`.
    #[must_use]
    pub fn new(hits: u64, n: u64) -> Self {
        Self { hits, n, share: ratio(hits, n), interval: wilson(hits, n) }
    }
}

/// Figures of one head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadReport {
    /// Which.
    pub head: Head,
    /// Texts with a label for it.
    pub n: u64,
    /// Those that are hateful.
    pub hateful: u64,
    /// hateful / n: what average precision comes to by chance.
    pub prevalence: f64,
    /// Figures that need no threshold, by name.
    pub figures: BTreeMap<String, Estimate>,
    /// Figures at each threshold; the one that slices go by first.
    pub points: Vec<PointReport>,
    /// The Brier score's parts; only of probabilities.
    pub brier: Option<Brier>,
    /// Bins of equal mass; only of probabilities.
    pub reliability: Vec<ReliabilityBin>,
    /// Points (recall, precision) of the precision-recall curve, thinned out.
    pub pr_curve: Vec<(f64, f64)>,
    /// What the first threshold's errors come to when the least certain texts are reviewed; only of probabilities.
    pub risk_coverage: Vec<RiskPoint>,
    /// Share of the first threshold's errors that review of the least certain share of texts would catch: pairs (share reviewed, share
    /// caught); only of probabilities.
    pub review: Vec<(f64, Option<f64>)>,
}

/// Figures at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointReport {
    /// Its name in the policy.
    pub name: String,
    /// From this score on a text counts as marked.
    pub threshold: f32,
    /// Counts.
    pub counts: Confusion,
    /// Figures, by name.
    pub figures: BTreeMap<String, Estimate>,
}

/// Shares of the texts in each band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BandTable {
    /// Of the hateful texts: candidate, review, clear.
    pub hateful: [Share; 3],
    /// Of the harmless texts: candidate, review, clear.
    pub harmless: [Share; 3],
    /// Texts with the band that the set's author wants, where the set says.
    pub as_expected: Option<Share>,
}

/// One division of the texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// `functionality`, `group`, `ground`, `article` or `words`.
    pub by: String,
    /// Its parts.
    pub rows: Vec<SliceRow>,
}

/// Figures of a part of the texts at the first threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SliceRow {
    /// Its name.
    pub name: String,
    /// Texts that came out as labelled.
    pub right: Share,
    /// Hateful texts that were marked; nothing where there are none.
    pub recall: Option<Share>,
    /// Harmless texts that were marked; nothing where there are none.
    pub false_alarms: Option<Share>,
    /// Texts with the band that the set's author wants, where the set says.
    pub band_as_expected: Option<Share>,
    /// Only for grounds: hateful texts on this ground in which the system named it.
    pub named: Option<Share>,
    /// Only for groups.
    pub aucs: Option<BiasAucs>,
}
