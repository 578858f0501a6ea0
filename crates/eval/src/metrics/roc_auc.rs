//! Area under the ROC curve.

use super::ranking::{Step, totals};

/// Area under the ROC curve, in 0..=1: the share of (hateful, harmless) pairs that the score orders rightly, ties counted half (Mann and
/// Whitney 1947; Hanley and McNeil 1982). `None` when one class is missing.
#[must_use]
pub fn roc_auc(steps: &[Step]) -> Option<f64> {
    let (hateful, harmless) = totals(steps);
    // Twice the pairs, to stay whole: a pair on one step counts one of two. Fewer than 2^32 texts make at most 2^63 of them.
    let (mut above, mut twice) = (0_u64, 0_u64);
    for step in steps {
        let (p, n) = (u64::from(step.hateful), u64::from(step.harmless));
        twice += n * (2 * above + p);
        above += p;
    }
    #[allow(clippy::cast_precision_loss, reason = "a ratio of counts")]
    let area = || twice as f64 / (2.0 * hateful as f64 * harmless as f64);
    (hateful > 0 && harmless > 0).then(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        // Pairs: (0.8 > 0.4) 1, (0.8 > 0.1) 1, (0.4 = 0.4) half, (0.4 > 0.1) 1: 3.5 of 4.
        let steps =
            [Step { hateful: 1, harmless: 0 }, Step { hateful: 1, harmless: 1 }, Step { hateful: 0, harmless: 1 }];
        assert_eq!(roc_auc(&steps), Some(0.875));
        assert_eq!(roc_auc(&steps[..1]), None);
    }
}
