//! 8-bit operands of a linear layer: weights as they are shipped, and rows of hidden states that are cut to 8 bits on the way.

use crate::Tier;
use crate::aligned::AlignedBytes;
use crate::elementwise::per_tier;
use crate::matrix::PANEL;

/// Inputs that one VNNI instruction multiplies and adds for each output.
pub(crate) const GROUP: usize = 4;

/// A linear layer's weight `[n_out, n_in]` in 8 bits with one scale an output, packed once at load: panels of 32 outputs, and
/// within a panel four inputs of every output side by side. What is missing to whole panels and groups is 0.
#[derive(Clone)]
pub struct QuantisedMatrix {
    n_in: usize,
    n_out: usize,
    panels: AlignedBytes,
    /// Per output, filled up to whole panels: the scale, and the sum of its weights, which takes a row's zero point out of a sum.
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl QuantisedMatrix {
    /// More inputs than this could overflow a sum: a quarter of a row's values can be outliers of 2^14 at worst (two lanes of 16
    /// at each end), times weights of 2^7, beside the low bytes.
    pub const MOST_INPUTS: usize = 3584;

    /// Pack `values`, which are `[n_out, n_in]` row-major with `weight = value * scales[row]`.
    ///
    /// # Panics
    /// When the lengths do not fit together, `n_in` or `n_out` is 0, or `n_in` is above [`Self::MOST_INPUTS`].
    #[must_use]
    pub fn pack(values: &[i8], scales: &[f32], n_out: usize, n_in: usize) -> Self {
        assert!(n_in > 0 && n_out > 0, "a weight matrix has rows and columns");
        assert!(n_in <= Self::MOST_INPUTS, "a sum of {n_in} products may not fit 32 bits");
        assert_eq!(values.len(), n_out * n_in, "one value per weight");
        assert_eq!(scales.len(), n_out, "one scale per output");
        let groups = n_in.div_ceil(GROUP);
        let padded = n_out.next_multiple_of(PANEL);
        let mut panels = AlignedBytes::zeroed(padded * groups * GROUP);
        let data = panels.as_mut_slice();
        let mut sums = vec![0; padded];
        for (o, row) in values.chunks_exact(n_in).enumerate() {
            let start = (o / PANEL) * PANEL * groups * GROUP + (o % PANEL) * GROUP;
            for (k, &w) in row.iter().enumerate() {
                data[start + (k / GROUP) * PANEL * GROUP + k % GROUP] = w.cast_unsigned();
                sums[o] += i32::from(w);
            }
        }
        let mut scales = scales.to_vec();
        scales.resize(padded, 0.0);
        Self { n_in, n_out, panels, scales, sums }
    }

    /// Inputs of the layer.
    #[must_use]
    pub const fn n_in(&self) -> usize {
        self.n_in
    }

    /// Outputs of the layer.
    #[must_use]
    pub const fn n_out(&self) -> usize {
        self.n_out
    }

    pub(crate) const fn n_panels(&self) -> usize {
        self.n_out.div_ceil(PANEL)
    }

    pub(crate) const fn groups(&self) -> usize {
        self.n_in.div_ceil(GROUP)
    }

    /// Panel `i` as `[groups, PANEL, GROUP]` bytes of i8.
    pub(crate) fn panel(&self, i: usize) -> &[u8] {
        let size = PANEL * self.groups() * GROUP;
        &self.panels.as_slice()[i * size..(i + 1) * size]
    }

    /// Scales and sums of panel `i`'s outputs.
    pub(crate) fn of_panel(&self, i: usize) -> (&[f32], &[i32]) {
        (&self.scales[i * PANEL..(i + 1) * PANEL], &self.sums[i * PANEL..(i + 1) * PANEL])
    }
}

/// Rows of hidden states in 8 bits without a sign, each with a scale and a zero point of its own: `x = (q - zero) * scale`.
/// The few values of a row that lie far from all others (a handful of channels do, in encoders: Dettmers et al. 2022) would
/// make the steps of all others coarse, so these keep a second byte. The buffers are kept from one use to the next.
#[derive(Default)]
pub struct QuantisedRows {
    /// `[rows, groups * GROUP]`; of an outlier, the low byte.
    pub(crate) values: Vec<u8>,
    pub(crate) rows: Vec<RowScale>,
    /// Of all rows, in order.
    pub(crate) outliers: Vec<Outlier>,
}

/// What turns a row's bytes back into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct RowScale {
    pub(crate) scale: f32,
    pub(crate) zero: i32,
    /// Where the row's outliers end.
    pub(crate) outliers_end: usize,
}

/// The high byte of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outlier {
    /// Of inputs.
    pub(crate) group: usize,
    /// The magnitude of the high byte at its place in the group, the other bytes 0, as a product kernel reads four inputs.
    pub(crate) bytes: [u8; GROUP],
    pub(crate) negative: bool,
}

impl QuantisedRows {
    /// Cut `x`, `[rows, n_in]`, to 8 bits, replacing what was held. A row's range always holds 0, so the zero point is in
    /// 0..=255. A value is off by a step at most, where a step is 1/255 of the row's range without its outliers; beyond
    /// 64 such ranges it is cut off. A row does not depend on the others.
    ///
    /// # Panics
    /// When `x` holds no whole rows or `tier` is not available here.
    pub fn fill(&mut self, tier: Tier, x: &[f32], n_in: usize) {
        let rows = x.len() / n_in;
        assert_eq!(x.len(), rows * n_in, "x must hold whole rows of {n_in}");
        self.values.resize(rows * n_in.next_multiple_of(GROUP), 0);
        self.rows.clear();
        self.outliers.clear();
        quantise(tier, x, n_in, &mut self.values, &mut self.rows, &mut self.outliers);
    }
}

per_tier! {
    fn quantise(x: &[f32], n_in: usize, values: &mut [u8], rows: &mut Vec<RowScale>, outliers: &mut Vec<Outlier>) = quantise_body
}

/// Added to a small number it rounds it to a whole one (ties to even) that then stands in the low bits: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;

/// The largest magnitude of a value in steps, 64 times the range of its row's other values; what lies beyond is cut off.
const MOST: i32 = 0x3fff;

/// Values that are looked at side by side.
const LANES: usize = 16;

// No fused multiply-add in here: every tier must give the same bytes.
#[inline(always)]
fn quantise_body<const FMA: bool>(
    x: &[f32],
    n_in: usize,
    values: &mut [u8],
    rows: &mut Vec<RowScale>,
    outliers: &mut Vec<Outlier>,
) {
    let width = n_in.next_multiple_of(GROUP);
    for (row, to) in x.chunks_exact(n_in).zip(values.chunks_exact_mut(width)) {
        let (least, most) = range(row);
        let scale = if most > least { (most - least) / 255.0 } else { 1.0 };
        let inverse = 1.0 / scale;
        let zero = whole(-least * inverse).clamp(0, 255);
        for (c, (from, to)) in row.chunks(LANES).zip(to.chunks_mut(LANES)).enumerate() {
            let mut q = [0_i32; LANES];
            for (q, &v) in q.iter_mut().zip(from) {
                *q = whole(v * inverse) + zero;
            }
            let mut outside = false;
            for q in q {
                // A step beyond an end is not worth a second byte.
                outside |= !(-1..=256).contains(&q);
            }
            if outside {
                for (i, q) in q.iter_mut().enumerate().filter(|(_, q)| !(-1..=256).contains(*q)) {
                    *q = (*q).clamp(-MOST, MOST);
                    outliers.push(Outlier::of(c * LANES + i, *q));
                    *q &= 255;
                }
            }
            for (to, q) in to.iter_mut().zip(q) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
                let byte = q.clamp(0, 255) as u8;
                *to = byte;
            }
        }
        to[n_in..].fill(0);
        rows.push(RowScale { scale, zero, outliers_end: outliers.len() });
    }
}

impl Outlier {
    /// The high byte of a number of 16 bits, at input `at` of its row.
    fn of(at: usize, q: i32) -> Self {
        let high = q >> 8;
        let mut bytes = [0; GROUP];
        bytes[at % GROUP] = high.unsigned_abs().to_le_bytes()[0];
        Self { group: at / GROUP, bytes, negative: high < 0 }
    }
}

/// The nearest whole number of a value below 2^22; anything else gives some number, never a trap.
#[inline(always)]
fn whole(v: f32) -> i32 {
    let v = if v < -65536.0 { -65536.0 } else { v };
    let v = if v > 65536.0 { 65536.0 } else { v };
    (v + ROUND).to_bits().cast_signed().wrapping_sub(ROUND.to_bits().cast_signed())
}

/// The range of a row that its steps are made for: from the third least to the third largest of what its lanes hold at most,
/// 0 included. Beyond it lie few values.
#[inline(always)]
fn range(row: &[f32]) -> (f32, f32) {
    let (mut least, mut most) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..LANES {
            // A comparison, unlike `f32::min`, is one instruction.
            least[i] = if chunk[i] < least[i] { chunk[i] } else { least[i] };
            most[i] = if chunk[i] > most[i] { chunk[i] } else { most[i] };
        }
    }
    for (i, &v) in rest.iter().enumerate() {
        least[i] = if v < least[i] { v } else { least[i] };
        most[i] = if v > most[i] { v } else { most[i] };
    }
    (-third_largest(least.map(|v| -v)), third_largest(most))
}

#[inline(always)]
fn third_largest(lanes: [f32; LANES]) -> f32 {
    let mut top = [0.0_f32; 3];
    for v in lanes {
        if v > top[2] {
            top[2] = v;
            if v > top[1] {
                top.swap(1, 2);
                if v > top[0] {
                    top.swap(0, 1);
                }
            }
        }
    }
    top[2]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    impl QuantisedRows {
        /// What a product kernel must make of row `r`: whole numbers without the zero point, to multiply by the scale.
        pub(crate) fn whole_row(&self, r: usize, n_in: usize) -> Vec<i32> {
            let width = n_in.next_multiple_of(GROUP);
            let row = self.rows[r];
            let mut out: Vec<i32> = self.values[r * width..][..n_in].iter().map(|&q| i32::from(q) - row.zero).collect();
            let start = if r == 0 { 0 } else { self.rows[r - 1].outliers_end };
            for outlier in &self.outliers[start..row.outliers_end] {
                for (i, &b) in outlier.bytes.iter().enumerate().filter(|(_, b)| **b != 0) {
                    out[outlier.group * GROUP + i] += i32::from(b) * if outlier.negative { -256 } else { 256 };
                }
            }
            out
        }
    }

    proptest! {
        #[test]
        fn a_value_comes_back_to_a_step_also_beside_far_ones(
            x in prop::collection::vec(-40.0f32..25.0, 1..90),
            far in prop::collection::vec((0usize..90, prop::sample::select(vec![-900.0f32, 350.0, 1200.0, 3e5])), 0..3),
            constant: bool,
        ) {
            let mut x = if constant { vec![x[0]; x.len()] } else { x };
            let n = x.len();
            for (at, v) in far {
                x[at % n] = v;
            }
            let mut first: Option<Vec<i32>> = None;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut q = QuantisedRows::default();
                q.fill(tier, &x, n);
                let scale = q.rows[0].scale;
                let back = q.whole_row(0, n);
                for (&b, &v) in back.iter().zip(&x) {
                    let got = b as f32 * scale;
                    // Half a step by rounding, half by the zero point, one by an end of the range; the farthest are cut off.
                    let cut = v.abs() / scale > 16_000.0;
                    prop_assert!(cut || (got - v).abs() <= scale * 2.01 + 1e-6, "{tier}: {got} {v} in steps of {scale}");
                }
                prop_assert!(first.get_or_insert_with(|| back.clone()) == &back, "{tier} gives other numbers");
            }
        }
    }

    #[test]
    fn steps_stay_fine_beside_two_far_values() {
        let mut x: Vec<f32> = (0..96).map(|i| (i % 7) as f32 - 3.0).collect();
        (x[5], x[40]) = (90.0, -70.0);
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let mut q = QuantisedRows::default();
            q.fill(tier, &x, x.len());
            assert!(q.rows[0].scale < 0.03, "{tier}: steps of {}", q.rows[0].scale);
            assert_eq!(q.outliers.len(), 2);
        }
    }

    #[test]
    fn a_row_that_is_no_number_does_no_harm() {
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let mut q = QuantisedRows::default();
            q.fill(tier, &[f32::NAN, f32::INFINITY, -1.0, 3e38], 4);
            assert_eq!(q.values.len(), 4);
        }
    }
}
