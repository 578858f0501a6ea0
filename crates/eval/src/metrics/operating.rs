//! What a wish costs: the recall that a wanted precision leaves, and the precision of a nightly budget.

use super::float;
use super::ranking::{Step, totals};

/// Highest recall, in 0..=1, of any threshold whose precision is at least `precision`; 0 when no threshold reaches it. `None` when nothing
/// is hateful. Points as in scikit-learn's `precision_recall_curve`.
#[must_use]
pub fn recall_at_precision(steps: &[Step], precision: f64) -> Option<f64> {
    let (hateful, _) = totals(steps);
    let (mut found, mut marked, mut best) = (0_u64, 0_u64, 0_u64);
    for step in steps {
        found += u64::from(step.hateful);
        marked += step.n();
        if float(found) >= precision * float(marked) {
            best = found;
        }
    }
    (hateful > 0).then(|| float(best) / float(hateful))
}

/// Share of hateful texts among the `k` with the highest scores, in 0..=1: what a reviewer with a nightly budget of `k` sees. Where the
/// `k`-th place lies within a tie, the expected share over the orders of that tie (McSherry and Najork 2008). `None` when there are
/// fewer than `k` texts, or `k` is 0.
#[must_use]
pub fn precision_at_k(steps: &[Step], k: u64) -> Option<f64> {
    let (mut left, mut found) = (k, 0.0);
    for step in steps.iter().filter(|s| s.n() > 0) {
        let taken = left.min(step.n());
        found += float(taken) * f64::from(step.hateful) / float(step.n());
        left -= taken;
        if left == 0 {
            break;
        }
    }
    (k > 0 && left == 0).then(|| found / float(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 3] =
        [Step { hateful: 2, harmless: 0 }, Step { hateful: 1, harmless: 3 }, Step { hateful: 1, harmless: 9 }];

    #[test]
    fn recall_at_a_wanted_precision() {
        assert_eq!(recall_at_precision(&STEPS, 0.9), Some(0.5));
        assert_eq!(recall_at_precision(&STEPS, 0.5), Some(0.75));
        assert_eq!(recall_at_precision(&STEPS[1..2], 0.9), Some(0.0));
    }

    #[test]
    fn a_tie_at_the_budget_counts_as_expected() {
        assert_eq!(precision_at_k(&STEPS, 2), Some(1.0));
        assert_eq!(precision_at_k(&STEPS, 4), Some((2.0 + 2.0 * 0.25) / 4.0));
        assert_eq!(precision_at_k(&STEPS, 17), None);
        assert_eq!(precision_at_k(&STEPS, 0), None);
    }
}
