//! Logistic regression with three weights, by Newton's method.

/// So little that it moves no weight that the data speak about, and keeps the others finite.
const RIDGE: f64 = 1e-6;
const STEPS: usize = 50;

/// Weights of least cross-entropy of `sigmoid(w . x)`, from `start`; a weight that is not `used` stays as it is there.
pub(super) fn fit(rows: &[([f64; 3], bool)], used: [bool; 3], start: [f64; 3]) -> [f64; 3] {
    let mut w = start;
    // A feature that is 0 everywhere has no slope, which leaves its weight alone.
    let masked = |x: &[f64; 3]| [0, 1, 2].map(|i| if used[i] { x[i] } else { 0.0 });
    for _ in 0..STEPS {
        let (mut gradient, mut curvature) = ([0.0; 3], [[0.0; 3]; 3]);
        for (x, y) in rows {
            let z: f64 = w.iter().zip(x).map(|(w, x)| w * x).sum();
            let x = masked(x);
            let p = 1.0 / (1.0 + (-z).exp());
            for i in 0..3 {
                gradient[i] += (p - f64::from(u8::from(*y))) * x[i];
                for j in 0..3 {
                    curvature[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        for i in 0..3 {
            gradient[i] += if used[i] { RIDGE * w[i] } else { 0.0 };
            curvature[i][i] += RIDGE;
        }
        let step = solve(curvature, gradient);
        // A long step means separable texts; it is cut so that the next one still sees a curvature.
        let length = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        let cut = if length > 2.0 { 2.0 / length } else { 1.0 };
        for (w, s) in w.iter_mut().zip(step) {
            *w -= cut * s;
        }
        if length < 1e-10 {
            break;
        }
    }
    w
}

/// The solution x of `m x = b` for a symmetric positive definite `m` (Cholesky).
fn solve(m: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let mut l = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            l[i][j] = if i == j { (m[i][i] - known).max(1e-12).sqrt() } else { (m[i][j] - known) / l[j][j] };
        }
    }
    let mut y = [0.0; 3];
    for i in 0..3 {
        let known: f64 = (0..i).map(|k| l[i][k] * y[k]).sum();
        y[i] = (b[i] - known) / l[i][i];
    }
    let mut x = [0.0; 3];
    for i in (0..3).rev() {
        let known: f64 = (i + 1..3).map(|k| l[k][i] * x[k]).sum();
        x[i] = (y[i] - known) / l[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let x = solve([[4.0, 2.0, 0.0], [2.0, 5.0, 1.0], [0.0, 1.0, 3.0]], [8.0, 15.0, 11.0]);
        for (found, wanted) in x.into_iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-9, "{x:?}");
        }
    }

    #[test]
    fn separable_texts_give_finite_weights() {
        let rows: Vec<_> = (-20..20).map(|i| ([f64::from(i), 1.0, 0.0], i >= 0)).collect();
        let w = fit(&rows, [true, true, false], [0.0; 3]);
        assert!(w.iter().all(|w| w.is_finite()) && w[0] > 1.0 && w[2] == 0.0, "{w:?}");
    }
}
