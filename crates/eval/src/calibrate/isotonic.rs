//! Isotonic regression.

/// A run of neighbours that share one value.
struct Block {
    from: f64,
    to: f64,
    sum: f64,
    n: f64,
}

/// The map of least squared error that never falls, by pooling adjacent violators (Ayer et al. 1955): points (x, value), x rising, between
/// which the map runs straight and beyond which it stays level, as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.
#[must_use]
pub fn isotonic(pairs: &[(f64, bool)]) -> Vec<(f64, f64)> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = vec![];
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        #[allow(clippy::cast_precision_loss, reason = "counts")]
        let (n, sum) = (ties.len() as f64, ties.iter().filter(|t| t.1).count() as f64);
        let mut block = Block { from: ties[0].0, to: ties[0].0, sum, n };
        while let Some(last) = blocks.pop_if(|last| last.sum * block.n >= block.sum * last.n) {
            block = Block { from: last.from, to: block.to, sum: last.sum + block.sum, n: last.n + block.n };
        }
        blocks.push(block);
    }
    let ends = |b: Block| {
        let value = b.sum / b.n;
        if b.from == b.to { vec![(b.from, value)] } else { vec![(b.from, value), (b.to, value)] }
    };
    blocks.into_iter().flat_map(ends).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(points: &[(f64, f64)], x: f64) -> f64 {
        let above = points.partition_point(|p| p.0 < x);
        match (above.checked_sub(1).map(|b| points[b]), points.get(above)) {
            (Some(low), Some(&high)) => low.1 + (high.1 - low.1) * (x - low.0) / (high.0 - low.0),
            (Some(low), None) => low.1,
            (None, high) => high.unwrap().1,
        }
    }

    #[test]
    fn it_is_that_of_scikit_learn() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/golden/metrics.json")).unwrap();
        let set = &golden["sets"][1];
        let numbers =
            |v: &serde_json::Value| -> Vec<f64> { v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
        let truth = set["hateful"].as_array().unwrap().iter().map(|y| y.as_bool().unwrap());
        let points = isotonic(&numbers(&set["score"]).into_iter().zip(truth).collect::<Vec<_>>());
        let wanted = &golden["isotonic_of_tied"];
        for (x, value) in numbers(&wanted["at"]).into_iter().zip(numbers(&wanted["value"])) {
            assert!((at(&points, x) - value).abs() < 1e-9, "at {x}: {} is not {value}", at(&points, x));
        }
    }

    #[test]
    fn the_map_never_falls() {
        let points = isotonic(&[(0.0, true), (1.0, false), (2.0, true), (3.0, true)]);
        assert!(points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1), "{points:?}");
        assert_eq!(points[0], (0.0, 0.5));
    }
}
