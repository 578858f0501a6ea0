//! Area under the precision-recall curve.

use super::float;
use super::ranking::{Step, totals};

/// Average precision, in 0..=1: the sum over thresholds of (gain in recall) x precision, without interpolation, as scikit-learn's
/// `average_precision_score` (Zhu 2004; Davis and Goadrich 2006 on why the curve must not be drawn straight between points). By chance
/// it equals the prevalence, so it is read beside that. `None` when nothing is hateful.
#[must_use]
pub fn average_precision(steps: &[Step]) -> Option<f64> {
    let (hateful, _) = totals(steps);
    let (mut found, mut marked, mut sum) = (0_u64, 0_u64, 0.0);
    for step in steps.iter().filter(|s| s.n() > 0) {
        found += u64::from(step.hateful);
        marked += step.n();
        sum += f64::from(step.hateful) * (float(found) / float(marked));
    }
    (hateful > 0).then(|| sum / float(hateful))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_precision_averaged_over_gains_of_recall() {
        let steps =
            [Step { hateful: 1, harmless: 0 }, Step { hateful: 0, harmless: 1 }, Step { hateful: 1, harmless: 0 }];
        assert_eq!(average_precision(&steps), Some(0.5 * 1.0 + 0.5 * 2.0 / 3.0));
        assert_eq!(average_precision(&steps[1..2]), None);
    }
}
