//! Whether a difference is chance.

use std::collections::BTreeMap;

use super::{Pair, Test, holm, mcnemar_exact};
use crate::datasets::Dataset;
use crate::metrics::{float, often_undefined};

/// Two-sided p-value of draws of a difference against 0, in 0..=1; never below one draw. `None` where there is no interval either: without draws, or
/// where the difference is undefined in more than one in twenty.
pub(super) fn two_sided(draws: &[f64]) -> Option<f64> {
    let defined = draws.iter().filter(|d| d.is_finite()).count();
    if often_undefined(defined, draws.len()) {
        return None;
    }
    let below = draws.iter().filter(|d| **d <= 0.0).count() as u64;
    let above = draws.iter().filter(|d| **d >= 0.0).count() as u64;
    Some((2.0 * float(below.min(above) + 1) / float(defined as u64 + 1)).min(1.0))
}

/// Texts, and those that only one of two systems has right.
#[derive(Default)]
struct Tally {
    n: u64,
    only_a: u64,
    only_b: u64,
}

impl Tally {
    const fn add(&mut self, hateful: bool, a: bool, b: bool) {
        self.n += 1;
        self.only_a += (a == hateful && b != hateful) as u64;
        self.only_b += (b == hateful && a != hateful) as u64;
    }

    fn test(&self) -> Test {
        let Self { n, only_a, only_b } = *self;
        let p = mcnemar_exact(only_a, only_b);
        Test { n, only_a, only_b, p, p_holm: p }
    }
}

/// McNemar's test on all labelled texts.
pub(super) fn test(labelled: &[(usize, bool)], a: &[bool], b: &[bool]) -> Test {
    let mut all = Tally::default();
    for ((&(_, hateful), a), b) in labelled.iter().zip(a).zip(b) {
        all.add(hateful, *a, *b);
    }
    all.test()
}

/// The same within each functionality, by name.
pub(super) fn by_functionality(
    data: &Dataset,
    labelled: &[(usize, bool)],
    a: &[bool],
    b: &[bool],
) -> Vec<(String, Test)> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for ((&(i, hateful), a), b) in labelled.iter().zip(a).zip(b) {
        let name = data.examples.get(i).map_or("", |e| e.functionality.as_str());
        tallies.entry(name).or_default().add(hateful, *a, *b);
    }
    tallies.remove("");
    tallies.into_iter().map(|(name, tally)| (name.to_owned(), tally.test())).collect()
}

/// Holm's correction: over the pairs, over the functionalities of a pair, and over all differences.
pub(super) fn correct(pairs: &mut [Pair]) {
    let all = holm(&pairs.iter().map(|p| p.all.p).collect::<Vec<_>>());
    // What was not tested counts among no tests.
    let tested = pairs.iter().flat_map(|pair| pair.differences.values().filter_map(|d| d.p));
    let differences = holm(&tested.collect::<Vec<_>>());
    let mut differences = differences.into_iter();
    for (pair, p) in pairs.iter_mut().zip(all) {
        pair.all.p_holm = p;
        let within = holm(&pair.functionalities.iter().map(|f| f.1.p).collect::<Vec<_>>());
        for (functionality, p) in pair.functionalities.iter_mut().zip(within) {
            functionality.1.p_holm = p;
        }
        for difference in pair.differences.values_mut().filter(|d| d.p.is_some()) {
            difference.p_holm = differences.next();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::compare::Difference;
    use crate::report::Estimate;

    #[test]
    fn what_was_not_drawn_is_not_tested() {
        assert_eq!(two_sided(&[]), None);
        // The texts that one can tell them apart by were drawn in every second draw.
        let half: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 0.25 } else { f64::NAN }).collect();
        assert_eq!(two_sided(&half), None);
        assert_eq!(two_sided(&[0.25; 399]), Some(2.0 / 400.0));
        assert_eq!(two_sided(&[0.25, -0.25, 0.0, 0.0]), Some(1.0));
    }

    #[test]
    fn what_was_not_tested_costs_the_others_nothing() {
        let difference = |p| {
            let estimate = Estimate { value: Some(0.1), interval: None };
            Difference { estimate, p, p_holm: None }
        };
        let differences = [("a", None), ("b", Some(0.01)), ("c", Some(0.04))];
        let differences: BTreeMap<String, Difference> =
            differences.map(|(name, p)| (name.to_owned(), difference(p))).into();
        let all = Tally::default().test();
        let mut pairs = [Pair { a: "x".to_owned(), b: "y".to_owned(), all, functionalities: vec![], differences }];
        correct(&mut pairs);
        let corrected: Vec<Option<f64>> = pairs[0].differences.values().map(|d| d.p_holm).collect();
        assert_eq!(corrected, [None, Some(0.02), Some(0.04)]);
    }
}
