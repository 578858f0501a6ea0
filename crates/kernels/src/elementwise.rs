//! GELU, softmax, tanh and LayerNorm. One body each, compiled once per tier: the compiler makes the vectors.

use crate::Tier;

/// Compile `$body` for each tier and dispatch. The bodies take `FMA`, whether fused multiply-add is an instruction there.
macro_rules! per_tier {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) = $body:ident) => {
        $(#[$doc])*
        $vis fn $name(tier: Tier, $($arg: $ty),*) {
            crate::tier::assert_available(tier);
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                fn avx512($($arg: $ty),*) {
                    $body::<true>($($arg),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) {
                    $body::<true>($($arg),*);
                }
                match tier {
                    // SAFETY: `assert_available` checked that this processor has the tier's features.
                    Tier::Avx512 | Tier::Avx512Vnni | Tier::Amx => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    Tier::Avx2 | Tier::AvxVnni => return unsafe { avx2($($arg),*) },
                    _ => {}
                }
            }
            // What NEON has, all of these processors have.
            #[cfg(target_arch = "aarch64")]
            if matches!(tier, Tier::Neon | Tier::NeonDot) {
                return $body::<true>($($arg),*);
            }
            $body::<false>($($arg),*);
        }
    };
}
pub(crate) use per_tier;

/// Replace each value by `x * Phi(x)`, the exact GELU (Hendrycks and Gimpel 2016), to 5e-7 of `max(1, |x|)`.
pub fn gelu(tier: Tier, x: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if tier.has_avx512() {
        crate::tier::assert_available(tier);
        // SAFETY: the tier is available, and is none below AVX-512.
        unsafe { crate::x86_gelu::gelu(x) };
        return;
    }
    gelu_below_avx512(tier, x);
}

per_tier! {
    fn gelu_below_avx512(x: &mut [f32]) = gelu_body
}

per_tier! {
    /// Replace each value by its hyperbolic tangent, to 1e-6.
    pub fn tanh(x: &mut [f32]) = tanh_body
}

per_tier! {
    /// Replace the values by their softmax: non-negative, sum 1. Does nothing to an empty slice.
    pub fn softmax(x: &mut [f32]) = softmax_body
}

per_tier! {
    /// Normalise each row of `x`, which is `[rows, gain.len()]`, to mean 0 and variance 1 (Ba et al. 2016), after adding
    /// `residual` (of the same shape, or empty for none); then scale by `gain` and shift by `shift`.
    ///
    /// # Panics
    /// When the lengths do not fit together.
    pub fn layer_norm(x: &mut [f32], residual: &[f32], gain: &[f32], shift: &[f32], epsilon: f32) = layer_norm_body
}

#[inline(always)]
pub(crate) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Where [`normal`] ends.
pub(crate) const EDGE: f32 = 5.4;

/// Factors in [`normal`] of the powers of u = 2 (x / EDGE)^2 - 1, the highest first.
pub(crate) const POWERS: [f32; 15] = [
    0.000_376_192_42,
    -0.001_013_023_8,
    0.000_922_029_6,
    -0.001_228_893_9,
    0.003_607_869_8,
    -0.006_670_629,
    0.009_677_811_5,
    -0.013_985_598,
    0.019_638_307,
    -0.025_741_147,
    0.032_117_385,
    -0.039_207_347,
    0.048_499_56,
    -0.065_328_04,
    0.130_928_11,
];

/// The normal distribution function, to 1.5e-7: one half and x times a polynomial in x^2, fitted (Lawson's minimax iteration in
/// the Chebyshev basis) over |x| <= 5.4 with the errors weighed as GELU weighs them. Unlike the usual rational forms of erf it
/// needs no division, which takes longer than all of this.
#[inline(always)]
fn normal<const FMA: bool>(x: f32) -> f32 {
    let x = x.clamp(-EDGE, EDGE);
    let u = mul_add::<FMA>(x * x, 2.0 / (EDGE * EDGE), -1.0);
    let mut p = POWERS[0];
    for c in &POWERS[1..] {
        p = mul_add::<FMA>(p, u, *c);
    }
    mul_add::<FMA>(x, p, 0.5).clamp(0.0, 1.0)
}

/// e^x for x <= 88: split into a power of two and a remainder below ln(2)/2, whose exponential is a polynomial.
#[inline(always)]
pub(crate) fn exp<const FMA: bool>(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to a whole number that then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = mul_add::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add::<FMA>(n, -LN2_HIGH, x);
    let r = mul_add::<FMA>(n, -LN2_LOW, r);
    // Taylor coefficients 1/k!, enough for |r| <= 0.347 in f32.
    let mut y = 1.0 / 5040.0;
    for c in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        y = mul_add::<FMA>(y, r, c);
    }
    // The whole number in the low bits, moved to where an exponent stands. A cast from f32 would not become a vector.
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    y * f32::from_bits(exponent)
}

#[inline(always)]
fn gelu_body<const FMA: bool>(x: &mut [f32]) {
    for v in x {
        *v *= normal::<FMA>(*v);
    }
}

#[inline(always)]
fn tanh_body<const FMA: bool>(x: &mut [f32]) {
    for v in x {
        // Beyond 9 tanh is 1 in f32.
        let e = exp::<FMA>(2.0 * v.clamp(-9.0, 9.0));
        *v = (e - 1.0) / (e + 1.0);
    }
}

#[inline(always)]
fn softmax_body<const FMA: bool>(x: &mut [f32]) {
    let most = fold::<FMA>(x, Fold::Max);
    for v in x.iter_mut() {
        *v = exp::<FMA>(*v - most);
    }
    let scale = 1.0 / fold::<FMA>(x, Fold::Sum);
    for v in x {
        *v *= scale;
    }
}

#[inline(always)]
fn layer_norm_body<const FMA: bool>(x: &mut [f32], residual: &[f32], gain: &[f32], shift: &[f32], epsilon: f32) {
    let width = gain.len();
    assert!(width > 0 && shift.len() == width && x.len().is_multiple_of(width), "rows of {width}");
    assert!(residual.is_empty() || residual.len() == x.len(), "the residual has the shape of x");
    #[allow(clippy::cast_precision_loss, reason = "a hidden size is far below 2^24")]
    let scale = 1.0 / width as f32;
    for (r, row) in x.chunks_exact_mut(width).enumerate() {
        if !residual.is_empty() {
            for (v, add) in row.iter_mut().zip(&residual[r * width..(r + 1) * width]) {
                *v += add;
            }
        }
        let mean = fold::<FMA>(row, Fold::Sum) * scale;
        for v in row.iter_mut() {
            *v -= mean;
        }
        let variance = fold::<FMA>(row, Fold::SumOfSquares) * scale;
        let inverse = 1.0 / (variance + epsilon).sqrt();
        for ((v, g), s) in row.iter_mut().zip(gain).zip(shift) {
            *v = mul_add::<FMA>(*v * inverse, *g, *s);
        }
    }
}

/// What [`fold`] does with a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Max,
    Sum,
    SumOfSquares,
}

/// Fold a slice in 16 interleaved lanes, in an order that depends on its length alone. The kind is known when compiled; a
/// closure in its place would not be compiled with the tier's instructions.
#[inline(always)]
fn fold<const FMA: bool>(x: &[f32], kind: Fold) -> f32 {
    let start = if kind == Fold::Max { f32::NEG_INFINITY } else { 0.0 };
    let mut lanes = [start; 16];
    let chunks = x.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = fold_one::<FMA>(*lane, v, kind);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane = fold_one::<FMA>(*lane, v, kind);
    }
    // Pairwise: four steps instead of sixteen that wait for each other.
    let mut half = 8;
    while half > 0 {
        for i in 0..half {
            lanes[i] = match kind {
                Fold::Max => fold_one::<FMA>(lanes[i], lanes[i + half], kind),
                Fold::Sum | Fold::SumOfSquares => lanes[i] + lanes[i + half],
            };
        }
        half /= 2;
    }
    lanes[0]
}

#[inline(always)]
fn fold_one<const FMA: bool>(lane: f32, v: f32, kind: Fold) -> f32 {
    match kind {
        // A comparison, unlike `f32::max`, is one instruction.
        Fold::Max => {
            if v > lane {
                v
            } else {
                lane
            }
        }
        Fold::Sum => lane + v,
        Fold::SumOfSquares => mul_add::<FMA>(v, v, lane),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tiers() -> impl Iterator<Item = Tier> {
        Tier::ALL.into_iter().filter(|t| t.is_available())
    }

    #[test]
    fn gelu_is_exact_over_its_range() {
        for tier in tiers() {
            for i in -12_000..=12_000 {
                let x = i as f32 / 1000.0;
                let mut got = [x];
                gelu(tier, &mut got);
                let want = 0.5 * f64::from(x) * (1.0 + libm::erf(f64::from(x) / std::f64::consts::SQRT_2));
                let bound = 5e-7 * f64::from(x.abs().max(1.0));
                assert!((f64::from(got[0]) - want).abs() < bound, "{tier} {x}: {} {want}", got[0]);
            }
        }
    }

    proptest! {
        #[test]
        fn gelu_of_vectors_has_the_bits_of_its_body(x in prop::collection::vec(-9.0f32..9.0, 1..300), at in 0usize..300) {
            let mut x = x;
            let n = x.len();
            for (i, v) in [0.0, -0.0, EDGE, -EDGE, f32::INFINITY, 1e30, -1e30, f32::NAN].into_iter().enumerate() {
                x[(at + i) % n] = v;
            }
            let bits = |x: &[f32]| x.iter().map(|v| if v.is_nan() { 0 } else { v.to_bits() }).collect::<Vec<_>>();
            for tier in tiers().filter(|t| t.has_avx512()) {
                let (mut got, mut want) = (x.clone(), x.clone());
                gelu(tier, &mut got);
                gelu_below_avx512(tier, &mut want);
                prop_assert_eq!(bits(&got), bits(&want));
            }
        }
    }

    #[test]
    fn tanh_is_close_over_its_range() {
        for tier in tiers() {
            for i in -2000..=2000 {
                let x = i as f32 / 100.0;
                let mut got = [x];
                tanh(tier, &mut got);
                assert!((got[0] - x.tanh()).abs() < 1e-6, "{tier} {x}");
            }
        }
    }

    #[test]
    fn softmax_holds_at_the_edges() {
        for tier in tiers() {
            softmax(tier, &mut []);
            let mut far = [-1e30, 3e4, 3e4];
            softmax(tier, &mut far);
            assert_eq!(far, [exp_of_floor() * 0.5, 0.5, 0.5].map(|v: f32| if v < 1e-30 { far[0] } else { v }));
            assert!(far[0] < 1e-30);
        }
    }

    fn exp_of_floor() -> f32 {
        (-87.0_f32).exp()
    }

    proptest! {
        #[test]
        fn softmax_agrees_with_double_precision(x in prop::collection::vec(-30.0f32..30.0, 1..80)) {
            let most = x.iter().copied().fold(f32::MIN, f32::max);
            let e: Vec<f64> = x.iter().map(|&v| f64::from(v - most).exp()).collect();
            let total: f64 = e.iter().sum();
            for tier in tiers() {
                let mut got = x.clone();
                softmax(tier, &mut got);
                for (g, w) in got.iter().zip(&e) {
                    prop_assert!((f64::from(*g) - w / total).abs() < 1e-6);
                }
            }
        }

        #[test]
        fn layer_norm_agrees_with_double_precision(
            width in 1usize..70, rows in 1usize..5, seed in prop::collection::vec(-3.0f32..3.0, 1050), with_residual: bool,
        ) {
            let n = width * rows;
            let residual = if with_residual { &seed[n..2 * n] } else { &[][..] };
            let (gain, shift) = (&seed[700..700 + width], &seed[800..800 + width]);
            for tier in tiers() {
                let mut got = seed[..n].to_vec();
                layer_norm(tier, &mut got, residual, gain, shift, 1e-3);
                for r in 0..rows {
                    let row: Vec<f64> = (0..width)
                        .map(|i| f64::from(seed[r * width + i]) + residual.get(r * width + i).map_or(0.0, |&v| f64::from(v)))
                        .collect();
                    let mean = row.iter().sum::<f64>() / width as f64;
                    let var = row.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / width as f64;
                    for i in 0..width {
                        let want = (row[i] - mean) / (var + 1e-3).sqrt() * f64::from(gain[i]) + f64::from(shift[i]);
                        prop_assert!((f64::from(got[r * width + i]) - want).abs() < 1e-4, "{tier}");
                    }
                }
            }
        }
    }
}
