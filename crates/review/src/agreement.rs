//! How far people judge alike, beyond what chance alone would give.

use std::collections::BTreeMap;

/// Cohen's kappa of two raters (Cohen 1960): 1 for full agreement, 0 for what chance gives, below 0 for less. `None` without pairs, and where both raters gave one
/// and the same answer throughout: chance alone agrees fully then.
#[must_use]
pub fn cohens_kappa<T: Ord + Copy>(pairs: &[(T, T)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let observed = pairs.iter().filter(|(a, b)| a == b).count() as f64 / n;
    let mut marginals: BTreeMap<T, (f64, f64)> = BTreeMap::new();
    for (a, b) in pairs {
        marginals.entry(*a).or_default().0 += 1.0;
        marginals.entry(*b).or_default().1 += 1.0;
    }
    let expected: f64 = marginals.values().map(|(a, b)| a * b).sum::<f64>() / (n * n);
    (!pairs.is_empty() && expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

/// Krippendorff's alpha for nominal answers (Krippendorff 2011), with any number of answers to a unit; units with fewer than two say nothing. 1 for full
/// agreement, 0 for what chance gives. `None` where nothing can be compared, or only one answer was ever given.
#[must_use]
pub fn krippendorffs_alpha<T: Ord + Copy>(units: &[Vec<T>]) -> Option<f64> {
    let mut totals: BTreeMap<T, f64> = BTreeMap::new();
    let (mut n, mut disagreed) = (0.0, 0.0);
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let mut counts: BTreeMap<T, f64> = BTreeMap::new();
        unit.iter().for_each(|answer| *counts.entry(*answer).or_default() += 1.0);
        let m = unit.len() as f64;
        // Pairs of different answers within the unit, each unit with the weight of its answers.
        disagreed += (m * m - counts.values().map(|c| c * c).sum::<f64>()) / (m - 1.0);
        n += m;
        counts.into_iter().for_each(|(answer, count)| *totals.entry(answer).or_default() += count);
    }
    let by_chance = (n * n - totals.values().map(|c| c * c).sum::<f64>()) / (n - 1.0);
    (n > 1.0 && by_chance > 0.0).then(|| 1.0 - disagreed / by_chance)
}

/// Wilson's interval of `hits / n`, 95% (Wilson 1927); the whole of 0..=1 without any.
#[must_use]
pub fn wilson(hits: u64, n: u64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (hits, n) = (hits as f64, n as f64);
    let (p, z2) = (hits / n, Z * Z);
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn kappa_of_a_table_by_hand() {
        // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, expected 0.5.
        let table = [(20, (1, 1)), (5, (1, 0)), (10, (0, 1)), (15, (0, 0))];
        let pairs: Vec<(i32, i32)> = table.iter().flat_map(|&(n, pair)| vec![pair; n]).collect();
        assert!(near(cohens_kappa(&pairs).unwrap(), 0.4));
        assert_eq!(cohens_kappa(&[(1, 1), (1, 1)]), None);
        assert_eq!(cohens_kappa::<u8>(&[]), None);
        assert!(near(cohens_kappa(&[(0, 1), (1, 0)]).unwrap(), -1.0));
    }

    #[test]
    fn alpha_of_two_raters_and_ten_units() {
        // Krippendorff (2011), two observers and binary data: 0.095.
        let units = ["01", "11", "01", "00", "00", "01", "00", "00", "10", "00"];
        let units: Vec<Vec<char>> = units.iter().map(|unit| unit.chars().collect()).collect();
        assert!((krippendorffs_alpha(&units).unwrap() - 0.095).abs() < 5e-4);
    }

    #[test]
    fn alpha_passes_over_units_with_one_answer() {
        let full = vec![vec![1, 1], vec![0, 0]];
        let mut with_single = full.clone();
        with_single.push(vec![1]);
        assert_eq!(krippendorffs_alpha(&full), Some(1.0));
        assert_eq!(krippendorffs_alpha(&with_single), Some(1.0));
        assert_eq!(krippendorffs_alpha(&[vec![1]]), None);
        assert_eq!(krippendorffs_alpha(&[vec![1, 1]]), None);
    }

    #[test]
    fn an_interval_holds_its_share() {
        let (low, high) = wilson(8, 10);
        assert!(near(low, 0.490_162_5) && near(high, 0.943_317_8), "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        assert_eq!(wilson(0, 5).0, 0.0);
    }
}
