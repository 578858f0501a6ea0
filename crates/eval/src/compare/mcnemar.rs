//! McNemar's test for two systems on the same texts.

use statrs::function::beta::beta_reg;

use crate::metrics::float;

/// Exact two-sided p-value, in 0..=1, that of the texts which one system has right and the other wrong, `only_a` and `only_b` divide as
/// unevenly by chance (McNemar 1947; the binomial form of Fagerland et al. 2013). 1 when they never differ.
#[must_use]
pub fn mcnemar_exact(only_a: u64, only_b: u64) -> f64 {
    let (n, least) = (only_a + only_b, only_a.min(only_b));
    if n == 0 || only_a == only_b {
        return 1.0;
    }
    // P(X <= k) of a binomial with share 1/2 is the regularised incomplete beta function at (n - k, k + 1).
    (2.0 * beta_reg(float(n - least), float(least) + 1.0, 0.5)).min(1.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_binomial_test_of_scipy() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/golden/metrics.json")).unwrap();
        for case in golden["mcnemar"].as_array().unwrap() {
            let (b, c, p) = (case["b"].as_u64().unwrap(), case["c"].as_u64().unwrap(), case["p"].as_f64().unwrap());
            assert!((mcnemar_exact(b, c) - p).abs() < 1e-9, "{b} {c}: {} is not {p}", mcnemar_exact(b, c));
        }
    }
}
