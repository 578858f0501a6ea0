//! Counts and ranks.

use serde::Serialize;

/// A table of two truths by two predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Hateful, found.
    pub tp: u64,
    /// Harmless, marked.
    pub fp: u64,
    /// Harmless, left alone.
    pub tn: u64,
    /// Hateful, missed.
    pub fn_: u64,
}

impl Confusion {
    /// Count one text.
    pub const fn add(&mut self, gold: bool, predicted: bool) {
        match (gold, predicted) {
            (true, true) => self.tp += 1,
            (false, true) => self.fp += 1,
            (false, false) => self.tn += 1,
            (true, false) => self.fn_ += 1,
        }
    }

    /// tp / (tp + fp), in 0..=1; 0 when nothing was marked.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.tp, self.tp + self.fp)
    }

    /// tp / (tp + fn), in 0..=1; 0 when nothing is hateful.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.tp, self.tp + self.fn_)
    }

    /// fp / (fp + tn), in 0..=1; 0 when nothing is harmless.
    #[must_use]
    pub fn false_alarms(&self) -> f64 {
        ratio(self.fp, self.fp + self.tn)
    }

    /// F1 of the hateful class: 2 tp / (2 tp + fp + fn).
    #[must_use]
    pub fn f1(&self) -> f64 {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }

    /// Unweighted mean of the F1 of both classes, as scikit-learn's `f1_score(average="macro")`.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        f64::midpoint(self.f1(), ratio(2 * self.tn, 2 * self.tn + self.fp + self.fn_))
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// Area under the ROC curve: the share of (hateful, harmless) pairs that the score orders rightly, ties counted half
/// (Mann-Whitney). `None` when one class is missing.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn roc_auc(scored: &[(f32, bool)]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank_sum, mut positives, mut below) = (0.0, 0_u64, 0_u64);
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let hits = ties.iter().filter(|s| s.1).count() as u64;
        // Every member of a tie has its middle rank.
        rank_sum += hits as f64 * (below as f64 + (ties.len() as f64 + 1.0) / 2.0);
        positives += hits;
        below += ties.len() as u64;
    }
    let negatives = below - positives;
    (positives > 0 && negatives > 0).then(|| {
        let (p, n) = (positives as f64, negatives as f64);
        (rank_sum - p * (p + 1.0) / 2.0) / (p * n)
    })
}

/// Wilson's 95% interval of a share of `hits` in `n` (Wilson 1927); 0..=1 when `n` is 0.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn wilson(hits: u64, n: u64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let z = 1.959_963_984_540_054;
    let (n, p) = (n as f64, hits as f64 / n as f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_give_the_known_figures() {
        let c = Confusion { tp: 6, fp: 2, tn: 9, fn_: 3 };
        assert!((c.precision() - 0.75).abs() < 1e-12);
        assert!((c.recall() - 2.0 / 3.0).abs() < 1e-12);
        assert!((c.f1() - 12.0 / 17.0).abs() < 1e-12);
        assert!((c.macro_f1() - (12.0 / 17.0 + 18.0 / 23.0) / 2.0).abs() < 1e-12);
        assert!((c.false_alarms() - 2.0 / 11.0).abs() < 1e-12);
        assert_eq!(Confusion::default().macro_f1(), 0.0);
    }

    #[test]
    fn auc_counts_ties_half() {
        // Pairs: (0.8 > 0.1) 1, (0.8 > 0.4) 1, (0.4 > 0.1) 1, (0.4 = 0.4) half: 3.5 of 4.
        let scored = [(0.1, false), (0.4, false), (0.4, true), (0.8, true)];
        assert_eq!(roc_auc(&scored), Some(0.875));
        assert_eq!(roc_auc(&scored[..2]), None);
    }

    #[test]
    fn wilson_is_wilsons() {
        let (low, high) = wilson(8, 10);
        assert!((low - 0.490_16).abs() < 1e-4 && (high - 0.943_31).abs() < 1e-4, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
