//! Intervals and bounds of a share.

use statrs::function::beta::inv_beta_reg;

use super::float;

/// Two-sided 95% point of the standard normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

/// Wilson's 95% interval of a share of `hits` in `n` (Wilson 1927); 0..=1 when `n` is 0.
#[must_use]
pub fn wilson(hits: u64, n: u64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (z, n, p) = (Z95, float(n), float(hits) / float(n));
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Exact lower bound of a share of `hits` in `n`: the true share lies above it with probability `confidence` or more (Clopper and Pearson
/// 1934, one-sided). 0 when there were no hits. `hits` above `n` count as `n`.
#[must_use]
pub fn clopper_pearson_lower(hits: u64, n: u64, confidence: f64) -> f64 {
    let hits = hits.min(n);
    if hits == 0 {
        return 0.0;
    }
    inv_beta_reg(float(hits), float(n - hits) + 1.0, 1.0 - confidence)
}

/// Exact upper bound, the mirror image of [`clopper_pearson_lower`]. 1 when all were hits.
#[must_use]
pub fn clopper_pearson_upper(hits: u64, n: u64, confidence: f64) -> f64 {
    1.0 - clopper_pearson_lower(n - hits.min(n), n, confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_known_is_everything_possible() {
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        assert_eq!((clopper_pearson_lower(0, 0, 0.95), clopper_pearson_upper(0, 0, 0.95)), (0.0, 1.0));
    }

    #[test]
    fn all_hits_give_the_known_bound() {
        // With n of n, the bound is (1 - confidence)^(1/n).
        let bound = clopper_pearson_lower(29, 29, 0.95);
        assert!((bound - 0.05_f64.powf(1.0 / 29.0)).abs() < 1e-9, "{bound}");
    }
}
