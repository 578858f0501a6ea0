//! Whether a difference is chance.

use std::collections::BTreeMap;

use super::{Pair, Test, holm, mcnemar_exact};
use crate::datasets::Dataset;
use crate::metrics::float;

/// Two-sided p-value of draws of a difference against 0; never below one draw.
pub(super) fn two_sided(draws: &[f64]) -> f64 {
    let n = draws.iter().filter(|d| d.is_finite()).count() as u64;
    if n == 0 {
        return 1.0;
    }
    let below = draws.iter().filter(|d| **d <= 0.0).count() as u64;
    let above = draws.iter().filter(|d| **d >= 0.0).count() as u64;
    (2.0 * float(below.min(above) + 1) / float(n + 1)).min(1.0)
}

/// McNemar's test on the texts that `of` takes, by their index in the data set.
pub(super) fn test(labelled: &[(usize, bool)], a: &[bool], b: &[bool], of: impl Fn(usize) -> bool) -> Test {
    let (mut n, mut only_a, mut only_b) = (0, 0, 0);
    for ((&(_, hateful), a), b) in labelled.iter().zip(a).zip(b).filter(|((l, _), _)| of(l.0)) {
        n += 1;
        only_a += u64::from(*a == hateful && *b != hateful);
        only_b += u64::from(*b == hateful && *a != hateful);
    }
    let p = mcnemar_exact(only_a, only_b);
    Test { n, only_a, only_b, p, p_holm: p }
}

/// The same within each functionality, by name.
pub(super) fn by_functionality(
    data: &Dataset,
    labelled: &[(usize, bool)],
    a: &[bool],
    b: &[bool],
) -> Vec<(String, Test)> {
    let name = |i: usize| data.examples.get(i).map_or("", |e| e.functionality.as_str());
    let mut names: BTreeMap<&str, ()> = labelled.iter().map(|l| (name(l.0), ())).collect();
    names.remove("");
    names.into_keys().map(|f| (f.to_owned(), test(labelled, a, b, |i| name(i) == f))).collect()
}

/// Holm's correction: over the pairs, over the functionalities of a pair, and over all differences.
pub(super) fn correct(pairs: &mut [Pair]) {
    let all = holm(&pairs.iter().map(|p| p.all.p).collect::<Vec<_>>());
    let differences = holm(&pairs.iter().flat_map(|p| p.differences.values().map(|d| d.p)).collect::<Vec<_>>());
    let mut differences = differences.into_iter();
    for (pair, p) in pairs.iter_mut().zip(all) {
        pair.all.p_holm = p;
        let within = holm(&pair.functionalities.iter().map(|f| f.1.p).collect::<Vec<_>>());
        for (functionality, p) in pair.functionalities.iter_mut().zip(within) {
            functionality.1.p_holm = p;
        }
        for (difference, p) in pair.differences.values_mut().zip(differences.by_ref()) {
            difference.p_holm = p;
        }
    }
}
