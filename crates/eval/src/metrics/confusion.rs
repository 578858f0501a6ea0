//! A table of two truths by two predictions, and the shares that are read off it.

use serde::{Deserialize, Serialize};

use super::ratio;

/// Counts at one threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// Hateful, found.
    pub tp: u64,
    /// Harmless, marked.
    pub fp: u64,
    /// Harmless, left alone.
    pub tn: u64,
    /// Hateful, missed.
    #[serde(rename = "fn")]
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

    /// All texts counted.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.tp + self.fp + self.tn + self.fn_
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

    /// False alarms among 10,000 harmless posts, in 0..=10,000: what a night of ordinary posts costs the people who look.
    #[must_use]
    pub fn false_alarms_per_10k(&self) -> f64 {
        1e4 * self.false_alarms()
    }

    /// (tp + tn) / n, in 0..=1.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio(self.tp + self.tn, self.n())
    }

    /// F1 of the hateful class: 2 tp / (2 tp + fp + fn) (van Rijsbergen 1979).
    #[must_use]
    pub fn f1(&self) -> f64 {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }

    /// Unweighted mean of the F1 of both classes, as scikit-learn's `f1_score(average="macro")`.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        f64::midpoint(self.f1(), ratio(2 * self.tn, 2 * self.tn + self.fp + self.fn_))
    }

    /// Mean of the recall of both classes, in 0..=1, 0.5 by chance (Brodersen et al. 2010).
    #[must_use]
    pub fn balanced_accuracy(&self) -> f64 {
        f64::midpoint(self.recall(), ratio(self.tn, self.fp + self.tn))
    }

    /// Matthews correlation of truth and prediction, in -1..=1 (Matthews 1975); 0 when a row or column of the table is empty.
    #[must_use]
    pub fn mcc(&self) -> f64 {
        let [tp, fp, tn, fn_] = [self.tp, self.fp, self.tn, self.fn_].map(super::float);
        let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
        if product == 0.0 { 0.0 } else { (tp * tn - fp * fn_) / product.sqrt() }
    }
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
        assert!((c.false_alarms_per_10k() - 1e4 * 2.0 / 11.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_table_gives_zeros() {
        let c = Confusion::default();
        assert_eq!((c.macro_f1(), c.mcc(), c.balanced_accuracy()), (0.0, 0.0, 0.0));
    }
}
