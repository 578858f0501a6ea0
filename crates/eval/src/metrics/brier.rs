//! The Brier score and what it is made of.

use serde::{Deserialize, Serialize};

use super::float;
use super::ranking::{Step, totals};
use super::reliability::{BINS, visit_bins};

/// Mean squared distance of probability and truth, and its parts: `score = reliability - resolution + uncertainty + within`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Brier {
    /// The score, in 0..=1; lower is better (Brier 1950).
    pub score: f64,
    /// What miscalibration costs, 0 or more.
    pub reliability: f64,
    /// What telling texts apart earns, 0 or more.
    pub resolution: f64,
    /// What the set costs anybody: prevalence x (1 - prevalence).
    pub uncertainty: f64,
    /// What the bins hide: spread of the probabilities within a bin, less twice its covariance with the truth (Stephenson et al. 2008).
    pub within: f64,
}

/// The Brier score alone, in 0..=1: what a bootstrap draw needs. `None` without texts.
#[must_use]
pub fn brier_score(scores: &[f64], steps: &[Step]) -> Option<f64> {
    let (hateful, harmless) = totals(steps);
    let squares = |(p, s): (&f64, &Step)| f64::from(s.hateful) * (1.0 - p).powi(2) + f64::from(s.harmless) * p * p;
    let sum: f64 = scores.iter().zip(steps).map(squares).sum();
    (hateful + harmless > 0).then(|| sum / float(hateful + harmless))
}

/// The Brier score with its parts after Murphy (1973), over 15 bins of equal mass. `scores` and `steps` as in [`super::Ranking`]. `None`
/// without texts.
#[must_use]
pub fn brier(scores: &[f64], steps: &[Step]) -> Option<Brier> {
    let (hateful, harmless) = totals(steps);
    let score = brier_score(scores, steps)?;
    let n = float(hateful + harmless);
    let base = float(hateful) / n;
    let (mut reliability, mut resolution) = (0.0, 0.0);
    visit_bins(scores, steps, BINS, |m, said, was| {
        if m > 0.0 {
            reliability += m * ((said - was) / m).powi(2) / n;
            resolution += m * (was / m - base).powi(2) / n;
        }
    });
    let uncertainty = base * (1.0 - base);
    Some(Brier {
        score,
        reliability,
        resolution,
        uncertainty,
        within: score - (reliability - resolution + uncertainty),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_probability_for_all_has_no_resolution() {
        let b = brier(&[0.5], &[Step { hateful: 3, harmless: 1 }]).unwrap_or_default();
        assert!((b.score - 0.25).abs() < 1e-12 && (b.uncertainty - 0.1875).abs() < 1e-12);
        assert!((b.reliability - 0.0625).abs() < 1e-12 && b.resolution.abs() < 1e-12 && b.within.abs() < 1e-12);
    }
}
