//! Precision where hate is as rare as it is in the wild.

use super::Confusion;

/// Precision, in 0..=1, that this recall and false-alarm rate give where a share `prevalence` of posts is hateful (Bayes' rule):
/// `pi r / (pi r + (1 - pi) f)`. A test set is usually half hateful, a platform is not. It assumes that texts of each class are as hard as in the
/// set. 0 when nothing would be marked.
#[must_use]
pub fn precision_at_prevalence(counts: &Confusion, prevalence: f64) -> f64 {
    let hits = prevalence * counts.recall();
    let alarms = (1.0 - prevalence) * counts.false_alarms();
    if hits + alarms == 0.0 { 0.0 } else { hits / (hits + alarms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_its_own_prevalence_it_is_the_precision() {
        let c = Confusion { tp: 6, fp: 2, tn: 9, fn_: 3 };
        assert!((precision_at_prevalence(&c, 9.0 / 20.0) - 0.75).abs() < 1e-12);
        assert!(precision_at_prevalence(&c, 0.01) < 0.04);
        assert_eq!(precision_at_prevalence(&Confusion::default(), 0.5), 0.0);
    }
}
