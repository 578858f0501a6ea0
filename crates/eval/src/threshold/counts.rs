//! Counts at one threshold, and the shares that they answer for.

use crate::metrics::{clopper_pearson_lower, clopper_pearson_upper, float};

/// Hateful texts and those of them that are marked, harmless texts and those of them that are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) found: u64,
    pub(super) hateful: u64,
    pub(super) alarms: u64,
    pub(super) harmless: u64,
}

impl Counts {
    /// Of texts with scores and labels.
    pub(super) fn at(texts: &[(f32, bool)], threshold: f32) -> Self {
        let mut c = Self::default();
        for &(score, hateful) in texts {
            let marked = u64::from(score >= threshold);
            if hateful {
                c.hateful += 1;
                c.found += marked;
            } else {
                c.harmless += 1;
                c.alarms += marked;
            }
        }
        c
    }

    /// All texts.
    pub(super) const fn n(&self) -> u64 {
        self.hateful + self.harmless
    }

    /// So many times these counts, in thought.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded counts")]
    pub(super) fn times(&self, factor: f64) -> Self {
        let of = |n: u64| (float(n) * factor).round() as u64;
        Self { found: of(self.found), hateful: of(self.hateful), alarms: of(self.alarms), harmless: of(self.harmless) }
    }

    /// Recall, in 0..=1.
    pub(super) fn recall(&self) -> f64 {
        float(self.found) / float(self.hateful)
    }

    fn false_alarms(&self) -> f64 {
        float(self.alarms) / float(self.harmless)
    }

    /// Share of hateful posts: that of the texts where none is stated.
    fn prevalence(&self, stated: Option<f64>) -> f64 {
        stated.unwrap_or_else(|| float(self.hateful) / float(self.n()))
    }

    /// Precision of marked posts, in 0..=1; 0 when none is marked.
    pub(super) fn precision(&self, prevalence: Option<f64>) -> f64 {
        bayes(self.recall(), self.false_alarms(), self.prevalence(prevalence))
    }

    /// What the precision is at least, but for the chance `error`.
    pub(super) fn precision_bound(&self, prevalence: Option<f64>, error: f64) -> f64 {
        match prevalence {
            None => clopper_pearson_lower(self.found, self.found + self.alarms, 1.0 - error),
            Some(prevalence) => bayes(
                clopper_pearson_lower(self.found, self.hateful, 1.0 - error / 2.0),
                clopper_pearson_upper(self.alarms, self.harmless, 1.0 - error / 2.0),
                prevalence,
            ),
        }
    }

    /// Share of posts that are marked, in 0..=1.
    pub(super) fn marked_share(&self, prevalence: Option<f64>) -> f64 {
        let prevalence = self.prevalence(prevalence);
        prevalence * self.recall() + (1.0 - prevalence) * self.false_alarms()
    }
}

/// Precision of this recall and false-alarm rate.
fn bayes(recall: f64, alarms: f64, prevalence: f64) -> f64 {
    let (hits, alarms) = (prevalence * recall, (1.0 - prevalence) * alarms);
    if hits + alarms > 0.0 { hits / (hits + alarms) } else { 0.0 }
}
