//! Whether a probability of 0.8 comes true eight times in ten.

use serde::{Deserialize, Serialize};

use super::ranking::{Step, totals};
use super::{float, ratio};

/// Bins of equal mass.
pub const BINS: usize = 15;

/// One bar of a reliability diagram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReliabilityBin {
    /// Texts in it; not whole where a tie lies over the border of two bins.
    pub n: f64,
    /// Mean probability that was said, in 0..=1.
    pub said: f64,
    /// Share that was hateful, in 0..=1.
    pub was: f64,
}

/// `bins` bins that hold equally many texts each, from the lowest probability to the highest. `scores` and `steps` as in
/// [`super::Ranking`]. Texts of equal probability that lie over the border of two bins are shared out in proportion, so that their order does
/// not matter. No bins without texts.
#[must_use]
pub fn equal_mass_bins(scores: &[f64], steps: &[Step], bins: usize) -> Vec<ReliabilityBin> {
    let mut out = Vec::with_capacity(bins);
    visit_bins(scores, steps, bins, |n, said, was| {
        out.push(ReliabilityBin { n, said: said / n, was: was / n });
    });
    out
}

/// Expected calibration error, in 0..=1: the mean distance of what was said from what was, over [`BINS`] bins of equal mass (Naeini et al. 2015
/// with the equal-mass bins of Nguyen and O'Connor 2015). `None` without texts.
#[must_use]
pub fn ece(scores: &[f64], steps: &[Step]) -> Option<f64> {
    let (hateful, harmless) = totals(steps);
    let mut sum = 0.0;
    visit_bins(scores, steps, BINS, |_, said, was| sum += (said - was).abs());
    (hateful + harmless > 0).then(|| sum / float(hateful + harmless))
}

/// Walk bins of equal mass, lowest first; `bin` gets, summed over its texts: their number, their
/// probabilities, and the hateful ones.
pub(super) fn visit_bins(scores: &[f64], steps: &[Step], bins: usize, mut bin: impl FnMut(f64, f64, f64)) {
    let (hateful, harmless) = totals(steps);
    let total = hateful + harmless;
    if total == 0 || bins == 0 {
        return;
    }
    let border = |i: usize| float(total) * ratio(i as u64, bins as u64);
    let (mut n, mut said, mut was, mut before, mut at) = (0.0, 0.0, 0.0, 0.0, 1);
    let mut next = border(at);
    for (&p, step) in scores.iter().zip(steps).rev().filter(|(_, s)| s.n() > 0) {
        let mut left = float(step.n());
        // A step of one class only, which most are, needs no division.
        let share = match (step.hateful, step.harmless) {
            (0, _) => 0.0,
            (_, 0) => 1.0,
            (hateful, _) => f64::from(hateful) / left,
        };
        // A border that is hit but for rounding is hit.
        while before + left >= next - 1e-9 && at < bins {
            let part = (next - before).clamp(0.0, left);
            bin(n + part, said + part * p, was + part * share);
            (n, said, was) = (0.0, 0.0, 0.0);
            before += part;
            left -= part;
            at += 1;
            next = border(at);
        }
        n += left;
        said += left * p;
        was += left * share;
        before += left;
    }
    bin(n, said, was);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_equal_mass() {
        let scores = [0.9, 0.6, 0.3, 0.1];
        let steps = [Step { hateful: 1, harmless: 0 }; 4];
        let bins = equal_mass_bins(&scores, &steps, 2);
        assert_eq!(bins.iter().map(|b| b.n).collect::<Vec<_>>(), [2.0, 2.0]);
        assert!((bins[0].said - 0.2).abs() < 1e-12 && (bins[1].said - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_tie_over_a_border_is_shared_out() {
        let bins = equal_mass_bins(&[0.5], &[Step { hateful: 3, harmless: 1 }], 3);
        assert_eq!(bins.len(), 3);
        for bin in bins {
            assert!((bin.n - 4.0 / 3.0).abs() < 1e-9 && (bin.was - 0.75).abs() < 1e-9 && bin.said == 0.5);
        }
    }

    #[test]
    fn the_error_is_the_distance_from_the_truth() {
        let steps = [Step { hateful: 3, harmless: 1 }];
        assert!((ece(&[0.5], &steps).unwrap_or_default() - 0.25).abs() < 1e-12);
        assert_eq!(ece(&[], &[]), None);
    }
}
