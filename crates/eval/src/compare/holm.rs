//! Many tests at once.

/// Holm's step-down correction (Holm 1979): p-values, in 0..=1 and in the order given, that keep the chance of any false alarm among all of
/// them at the level they are read at.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let (mut adjusted, mut most) = (vec![0.0; p.len()], 0.0_f64);
    for (rank, at) in order.into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "few tests")]
        let left = (p.len() - rank) as f64;
        most = most.max((left * p[at]).min(1.0));
        adjusted[at] = most;
    }
    adjusted
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_is_holms() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/golden/metrics.json")).unwrap();
        let list = |name: &str| -> Vec<f64> {
            golden["holm"][name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        for (found, wanted) in holm(&list("p")).into_iter().zip(list("adjusted")) {
            assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
        }
        assert!(holm(&[]).is_empty());
    }
}
