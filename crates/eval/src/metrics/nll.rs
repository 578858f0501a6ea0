//! Negative log-likelihood.

use super::float;
use super::ranking::{Step, totals};

/// Half of the last decimal of a record: a score of 0 or 1 means "closer than this".
const FLOOR: f64 = 5e-6;

/// The logarithms of a ranking's distinct scores, taken once for all draws.
#[derive(Debug, Clone)]
pub struct Likelihood {
    /// Of the probability of a hateful text and of a harmless one.
    logs: Vec<[f64; 2]>,
}

impl Likelihood {
    /// Of the distinct `scores`, as in [`super::Ranking`].
    #[must_use]
    pub fn new(scores: &[f64]) -> Self {
        let kept = scores.iter().map(|p| p.clamp(FLOOR, 1.0 - FLOOR));
        Self { logs: kept.map(|p| [p.ln(), (1.0 - p).ln()]).collect() }
    }

    /// Mean negative log-likelihood of the truth in nats, 0 or more (scikit-learn's `log_loss`). Records carry five decimals, so probabilities
    /// are kept within 5e-6..=1-5e-6. `None` without texts.
    #[must_use]
    pub fn nll(&self, steps: &[Step]) -> Option<f64> {
        let (hateful, harmless) = totals(steps);
        let of = |(log, step): (&[f64; 2], &Step)| f64::from(step.hateful) * log[0] + f64::from(step.harmless) * log[1];
        let sum: f64 = self.logs.iter().zip(steps).map(of).sum();
        (hateful + harmless > 0).then(|| -sum / float(hateful + harmless))
    }
}

/// [`Likelihood::nll`] of one set.
#[must_use]
pub fn nll(scores: &[f64], steps: &[Step]) -> Option<f64> {
    Likelihood::new(scores).nll(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_that_is_wrong_stays_finite() {
        let loss = nll(&[1.0], &[Step { hateful: 0, harmless: 2 }]).unwrap_or_default();
        assert!((loss - -(FLOOR.ln())).abs() < 1e-6, "{loss}");
        let even = nll(&[0.5], &[Step { hateful: 1, harmless: 1 }]).unwrap_or_default();
        assert!((even - 2.0_f64.ln()).abs() < 1e-12);
    }
}
