//! What people's time buys: the least certain texts go to review, the rest is decided by the threshold.

use serde::{Deserialize, Serialize};

use super::ranking::Step;
use super::{float, ratio};

/// Texts in order of certainty about one threshold: a text's certainty is its distance from the threshold as a share of the way to 1 (above) or
/// to 0 (below), so that at 0.5 it is |2p - 1|.
#[derive(Debug, Clone)]
pub struct Selective {
    /// Index of a step and whether it is marked, most certain first; groups of equal certainty are divided by `ends`.
    order: Vec<(u32, bool)>,
    ends: Vec<usize>,
}

/// One point of a risk-coverage curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RiskPoint {
    /// Share of texts that the threshold decides, in 0..=1; the rest goes to review.
    pub coverage: f64,
    /// Share of those that it decides wrongly, in 0..=1.
    pub risk: f64,
    /// Share of all errors that review would see, in 0..=1.
    pub caught: f64,
}

impl Selective {
    /// Order the steps of a ranking, given its distinct `scores`.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 texts")]
    pub fn new(scores: &[f64], threshold: f32) -> Self {
        let t = f64::from(threshold);
        let certainty = |p: f64| {
            let (way, room) = if p >= t { (p - t, 1.0 - t) } else { (t - p, t) };
            // Scores carry five decimals; what lies beyond is no certainty.
            if room > 0.0 { (way / room * 1e6).round() } else { 1e6 }
        };
        let mut order: Vec<(f64, u32, bool)> =
            scores.iter().enumerate().map(|(i, &p)| (certainty(p), i as u32, p >= t)).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut ends = Vec::with_capacity(order.len());
        for ties in order.chunk_by(|a, b| a.0 == b.0) {
            ends.push(ends.last().unwrap_or(&0) + ties.len());
        }
        Self { order: order.into_iter().map(|(_, i, marked)| (i, marked)).collect(), ends }
    }

    /// Texts and errors of each group of equal certainty, most certain first.
    fn groups<'a>(&'a self, steps: &'a [Step]) -> impl Iterator<Item = (u64, u64)> + 'a {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let part = self.order.get(start..end).unwrap_or_default();
            start = end;
            part.iter().fold((0, 0), |(n, errors), &(at, marked)| {
                let step = steps.get(at as usize).copied().unwrap_or_default();
                (n + step.n(), errors + u64::from(if marked { step.harmless } else { step.hateful }))
            })
        })
    }

    /// Area under the risk-coverage curve, in 0..=1: the mean over n of the share of errors among the n most certain texts (Geifman and
    /// El-Yaniv 2017). Errors of equally certain texts are spread evenly over them. `None` without texts.
    #[must_use]
    pub fn aurc(&self, steps: &[Step]) -> Option<f64> {
        let (mut seen, mut wrong, mut sum) = (0_u64, 0_u64, 0.0);
        for (n, errors) in self.groups(steps).filter(|(n, _)| *n > 0) {
            if n == 1 {
                sum += float(wrong + errors) / float(seen + 1);
            } else {
                let rate = ratio(errors, n);
                sum += (1..=n).map(|i| (float(wrong) + rate * float(i)) / float(seen + i)).sum::<f64>();
            }
            seen += n;
            wrong += errors;
        }
        (seen > 0).then(|| sum / float(seen))
    }

    /// The curve at `points` coverages that lie evenly in 0..1, and at 1, from little coverage to all. Each point stands at the end of the group of
    /// equal certainty that holds it. Empty without texts.
    #[must_use]
    pub fn curve(&self, steps: &[Step], points: usize) -> Vec<RiskPoint> {
        let groups: Vec<(u64, u64)> = self.groups(steps).collect();
        let (total, errors) = groups.iter().fold((0, 0), |(n, e), g| (n + g.0, e + g.1));
        let (mut curve, mut seen, mut wrong) = (vec![], 0, 0);
        for (n, e) in groups.into_iter().filter(|g| g.0 > 0) {
            seen += n;
            wrong += e;
            let next = (curve.len() as u64 + 1) * total / (points.max(1) as u64);
            if seen >= next || seen == total {
                let caught = if errors == 0 { 1.0 } else { ratio(errors - wrong, errors) };
                curve.push(RiskPoint { coverage: ratio(seen, total), risk: ratio(wrong, seen), caught });
            }
        }
        curve
    }

    /// Share of all errors among the `share` least certain texts, in 0..=1: what review of that share would catch. `None` without an error.
    #[must_use]
    pub fn caught_by_reviewing(&self, steps: &[Step], share: f64) -> Option<f64> {
        let groups: Vec<(u64, u64)> = self.groups(steps).collect();
        let (total, errors) = groups.iter().fold((0, 0), |(n, e), g| (n + g.0, e + g.1));
        let (mut left, mut caught) = (share * float(total), 0.0);
        for (n, e) in groups.into_iter().rev().filter(|g| g.0 > 0) {
            let taken = left.min(float(n));
            caught += taken * ratio(e, n);
            left -= taken;
        }
        (errors > 0).then(|| caught / float(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Certainties 0.8, 0.6 (tie of two), 0.2; errors: the harmless text at 0.8 and the hateful one at 0.4.
    const SCORES: [f64; 4] = [0.9, 0.8, 0.4, 0.2];
    const STEPS: [Step; 4] = [
        Step { hateful: 1, harmless: 0 },
        Step { hateful: 0, harmless: 1 },
        Step { hateful: 1, harmless: 0 },
        Step { hateful: 0, harmless: 1 },
    ];

    #[test]
    fn a_tie_shares_its_errors() {
        let s = Selective::new(&SCORES, 0.5);
        let wanted = (0.0 + 0.5 / 2.0 + 1.0 / 3.0 + 2.0 / 4.0) / 4.0;
        assert!((s.aurc(&STEPS).unwrap_or_default() - wanted).abs() < 1e-12);
    }

    #[test]
    fn review_of_the_doubtful_catches_errors() {
        let s = Selective::new(&SCORES, 0.5);
        assert_eq!(s.caught_by_reviewing(&STEPS, 0.25), Some(0.5));
        assert_eq!(s.caught_by_reviewing(&STEPS, 0.5), Some(0.75));
        assert_eq!(s.caught_by_reviewing(&STEPS[..1], 0.5), None);
    }

    #[test]
    fn the_curve_ends_with_all_texts() {
        let curve = Selective::new(&SCORES, 0.5).curve(&STEPS, 4);
        assert_eq!(curve.len(), 3);
        assert_eq!(curve[0], RiskPoint { coverage: 0.25, risk: 0.0, caught: 1.0 });
        assert_eq!(curve[2], RiskPoint { coverage: 1.0, risk: 0.5, caught: 0.0 });
    }
}
