//! Negative log-likelihood.

use super::float;
use super::ranking::{Step, totals};

/// Half of the last decimal of a record: a score of 0 or 1 means "closer than this".
const FLOOR: f64 = 5e-6;

/// Mean negative log-likelihood of the truth in nats, 0 or more (scikit-learn's `log_loss`). Records carry five decimals, so probabilities
/// are kept within 5e-6..=1-5e-6. `None` without texts.
#[must_use]
pub fn nll(scores: &[f64], steps: &[Step]) -> Option<f64> {
    let (hateful, harmless) = totals(steps);
    let sum: f64 = scores
        .iter()
        .zip(steps)
        .map(|(p, step)| {
            let p = p.clamp(FLOOR, 1.0 - FLOOR);
            // A step of one class only, which most are, needs one logarithm.
            let of = |count: u32, p: f64| if count == 0 { 0.0 } else { f64::from(count) * p.ln() };
            of(step.hateful, p) + of(step.harmless, 1.0 - p)
        })
        .sum();
    (hateful + harmless > 0).then(|| -sum / float(hateful + harmless))
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
